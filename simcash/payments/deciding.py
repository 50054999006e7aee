"""What a bank's policy says about one payment, and by which comparisons it came to it.

The engine decides; here the same is told step by step, from the state that the bank saw.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from simcash.payments import readings
from simcash.payments.engine import codes
from simcash.payments.engine.fields import field_value
from simcash.payments.engine.opcodes import ACTIONS, FIELDS
from simcash.payments.explanation import Decision, Step
from simcash.payments.policies.words import TREES
from simcash.payments.trees import trees_of
from simcash.payments.walking import follow

if TYPE_CHECKING:
    from simcash.payments.policies.document import Policy
    from simcash.payments.world import Payments


class View(NamedTuple):
    """What a built-in policy looks at."""

    tick: int
    deadline: int
    remaining: int
    balance: int
    effective_liquidity: int


def wait_for_decisions(world: Payments) -> None:
    """Let the next tick begin, and stop before the banks decide; `taken` goes on from there."""
    world.store.record_everything()
    world.store["pause"][0] = codes.PAUSE_BEFORE
    world.step(1)


def wait_for_question(world: Payments, slot: int) -> None:
    """Let the banks decide until a tree is asked about a payment; `taken` goes on from there too, if the
    payment waits in its bank's own queue."""
    world.store["pause"][0] = codes.PAUSE_AT + slot
    world.step(1)


def wait_for_tree(world: Payments, tree: str, bank: int) -> None:
    """Let the next tick begin, and stop for good where a bank's tree is asked about the bank itself."""
    world.store["pause"][0] = codes.PAUSE_TREE - 4 * bank - TREES.index(tree)
    world.step(1)


def taken(world: Payments, tx_id: int) -> tuple[str, str]:
    """Let the banks decide and the tick end: what was done with a payment, and the reason given, if any."""
    world.store["pause"][0] = 0
    rows = world.step(1)["decisions"]
    row = int(np.flatnonzero(rows["tx_id"] == tx_id)[0])
    number = int(rows["reason"][row])
    reason = "" if number == codes.NONE else world.programs.reasons[number]
    return ACTIONS[rows["action"][row]], reason


def decision(world: Payments, bank: int, slot: int) -> Decision:
    """What a bank's policy says about one payment in its queue, in a world that waits for decisions. A tree
    is asked in its turn: the world then waits with this question."""
    policy = policy_of(world, bank)
    trees = trees_of(policy)
    if trees is not None:
        wait_for_question(world, slot)
        return by_tree(world, trees, "payment_tree", bank, slot)
    (seen,) = (seen for p, seen in views(world, bank) if p == slot)
    return BUILT_IN[policy.type](policy, seen)


def by_tree(world: Payments, trees: Policy, tree: str, bank: int, slot: int) -> Decision:
    """The way through a tree, with what the bank sees of itself and of the payment, if the tree is asked
    about one."""
    state, registers = world.store.record, world.programs.program.registers

    def field(name: str) -> float:
        if name in registers:
            return float(world.store["registers"][bank, registers.index(name)])
        return float(field_value(state, FIELDS.index(name), bank, slot))

    return follow(trees, tree, field, sorted(world.ids))


def policy_of(world: Payments, bank: int) -> Any:
    """The policy that a bank follows now."""
    return world.installed.policies[int(world.store["policy"][bank])]


def views(world: Payments, bank: int) -> Iterator[tuple[int, View]]:
    """What the bank sees when it looks at each payment of its queue: the same state for all of them, or, if
    policies are asked one payment at a time, less what it has released and can pay."""
    s, policy = world.store, policy_of(world, bank)
    balance, limit = int(s["balance"][bank]), int(readings.credit_limit(world)[bank])
    for p in in_turn(world, bank):
        seen = View(
            world.now, int(s["deadline"][p]), int(s["amount"][p]), balance, liquidity(world, bank, balance)
        )
        yield p, seen
        released = BUILT_IN[policy.type](policy, seen).action == "Release"
        covered = seen.remaining <= max(0, balance) + max(0, limit - max(0, -balance))
        if s["options"][codes.SEQUENTIAL] and released and covered:
            balance -= seen.remaining


def in_turn(world: Payments, bank: int) -> list[int]:
    """The bank's queue in the order in which its policy is asked."""
    slots = [int(p) for p in readings.own_queue(world, bank)]
    by_priority = world.scenario.queue1_ordering == "priority_deadline"
    if by_priority or policy_of(world, bank).type == "PriorityDeadline":
        slots.sort(key=lambda p: (-urgency(world, p), world.store["deadline"][p]))
    return slots


def urgency(world: Payments, p: int) -> int:
    """A payment's priority, raised as step 6 does before anyone decides."""
    s, priority = world.store, int(world.store["priority"][p])
    left = max(0, int(s["deadline"][p]) - world.now)
    if not s["options"][codes.ESCALATE] or left >= s["boost"].size:
        return priority
    return max(priority, min(10, int(s["original_priority"][p] + s["boost"][left])))


def liquidity(world: Payments, bank: int, balance: int) -> int:
    """Balance plus limit (the peer counts the cap alone and subtracts credit in use twice)."""
    if world.store["options"][codes.COMPAT]:
        return balance + int(world.store["cap"][bank]) - max(0, -balance)
    return balance + int(readings.credit_limit(world)[bank])


# the built-in policies


def always(policy: Any, seen: View) -> Decision:
    return Decision("Release", "this policy releases every payment at once", ())


def by_deadline(policy: Any, seen: View) -> Decision:
    due, urgent = due_step(seen), urgent_step(policy, seen)
    if due.result:
        return Decision("Drop", "due", (due,))
    if urgent.result:
        return Decision("Release", "urgent", (due, urgent))
    return Decision("Hold", "not urgent yet", (due, urgent))


def liquidity_aware(policy: Any, seen: View) -> Decision:
    buffer, rest = policy.target_buffer, seen.balance - seen.remaining
    path: tuple[Step, ...] = (due_step(seen),)
    if path[0].result:
        return Decision("Drop", "due", path)
    path += (urgent_step(policy, seen),)
    if not path[-1].result:
        path += (Step("without_buffer", "target_buffer == 0", buffer, 0, buffer == 0),)
    if path[-1].result:
        path += (covered_step(seen),)
        enough = path[-1].result
        return Decision("Release" if enough else "Hold", "covered" if enough else "not covered", path)
    path += (Step("cuts", "balance - remaining_amount < target_buffer", rest, buffer, rest < buffer),)
    if path[-1].result:
        return Decision("Hold", "would cut into the buffer", path)
    return Decision("Release", "leaves the buffer whole", path)


def covered_step(seen: View) -> Step:
    left, wanted = seen.effective_liquidity, seen.remaining
    return Step("covered", "effective_liquidity >= remaining_amount", left, wanted, left >= wanted)


def due_step(seen: View) -> Step:
    return Step("due", "deadline_tick <= current_tick", seen.deadline, seen.tick, seen.deadline <= seen.tick)


def urgent_step(policy: Any, seen: View) -> Step:
    left, threshold = seen.deadline - seen.tick, policy.urgency_threshold
    return Step("urgent", "ticks_to_deadline <= urgency_threshold", left, threshold, left <= threshold)


BUILT_IN: dict[str, Callable[[Any, View], Decision]] = {
    "Fifo": always,
    "PriorityDeadline": always,
    "Deadline": by_deadline,
    "LiquidityAware": liquidity_aware,
}
