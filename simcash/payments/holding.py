"""Why payments wait in their banks' own queues: what the policy said last, and since when it says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from simcash.payments.engine import codes
from simcash.payments.engine.decisions import OF_NODE, OF_TICK
from simcash.payments.policies.nodes import Action
from simcash.payments.tables import OWN_REASONS
from simcash.payments.walking import reason_of

if TYPE_CHECKING:
    from simcash.payments.world import Payments


class Held(NamedTuple):
    """What was decided about a payment that stays, why, and the tick since which nothing else was; without a
    decision, only why."""

    action: str | None
    reason: str
    since: int = int(codes.NONE)


def held(world: Payments, slot: int) -> Held:
    """What keeps one payment in its bank's own queue."""
    s = world.store
    bank, due = int(s["sender"][slot]), int(s["goes_at"][slot])
    if due != codes.NONE:
        return Held(None, f"part, due in tick {due}")
    if world.now - 1 < s["sends_from"][bank]:
        return Held(None, "sender_outage")
    tick, said = divmod(int(s["held"][slot]), int(OF_TICK))
    if said and s["policy_kind"][s["policy"][bank]] == codes.BY_TREE:
        return Held(*by_node(world, said), tick)
    # What comes back from the central queue does so after its bank was asked in that tick.
    asked = int(s["since"][slot]) + int(s["submission"][slot] != codes.NONE)
    return Held("Hold", "policy", asked) if asked < world.now else Held(None, "not asked yet")


def by_node(world: Payments, said: int) -> tuple[str, str]:
    """What a node of a tree did, and why: in the policy's words, or what stood in its way."""
    number, in_the_way = divmod(said, int(OF_NODE))
    node = world.programs.program.nodes[number - 1].node
    if in_the_way or not isinstance(node, Action):
        return "Hold", OWN_REASONS[in_the_way - 1]
    return node.action, reason_of(node)
