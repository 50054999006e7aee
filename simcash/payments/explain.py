"""Why a payment waits, or how it went: `sim.explain(17)`, as a text, as data and as a card."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from simcash.payments import deciding, readings
from simcash.payments.engine import codes
from simcash.payments.explanation import Decision, Explanation
from simcash.payments.life import facts_of, index_of, waiting_slot
from simcash.payments.releasing import Releases

if TYPE_CHECKING:
    from simcash.core.simulation import Simulation
    from simcash.payments.world import Payments

SET = """
    SELECT s.tick, s.channel, s.set_id, list(o.tx_id ORDER BY o.seq) FILTER (o.tx_id <> s.tx_id)
    FROM settlements s LEFT JOIN settlements o ON o.tick = s.tick AND o.set_id = s.set_id
    WHERE s.tx_id = ? GROUP BY ALL
"""
DROPPED = "SELECT max(tick) FROM payments_log WHERE tx_id = ? AND status = 'dropped'"
PARTS = "SELECT tx_id, status FROM payments WHERE parent_id = ? ORDER BY tx_id"


def explain(sim: Simulation, tx_id: int) -> Explanation:
    """Why a payment is where it is.

    In its bank's own queue: what the policy did in the last tick, and by which comparisons. In the central
    queue: what it lacks, and which other payments would release it. Settled: when, how and with which others.
    """
    world: Payments = sim.world
    tx_id = index_of(world, tx_id)
    slot = waiting_slot(world, tx_id)
    facts = facts_of(sim, tx_id, slot)
    told = TOLD[facts["status"]](sim, tx_id, slot)
    return Explanation(tx_id, facts["sender"], facts["receiver"], facts["amount"], facts["status"], told)


def in_own_queue(sim: Simulation, tx_id: int, slot: int) -> dict[str, Any]:
    """What the policy did with it when it was last asked; parts of a split payment wait for their tick."""
    due = int(sim.world.store["goes_at"][slot])
    if due != codes.NONE:
        waits = Decision("none", f"a part that goes to the central queue in tick {due}", ())
        return {"tick": None, "due_tick": due, **decision_facts(waits)}
    decided = decided_at(sim, tx_id, sim.now - 1)
    if decided is None:
        decided = Decision("none", f"its bank has not been asked yet and will be in tick {sim.now}", ())
        return {"tick": None, **decision_facts(decided)}
    return {"tick": sim.now - 1, **decision_facts(decided)}


def dropped(sim: Simulation, tx_id: int, _: None) -> dict[str, Any]:
    """The decision to give it up."""
    ((tick,),) = sim.rows(DROPPED, [tx_id])
    decided = decided_at(sim, tx_id, tick) or Decision("Drop", "decided before this run began", ())
    return {"tick": tick, **decision_facts(decided)}


def decided_at(sim: Simulation, tx_id: int, tick: int) -> Decision | None:
    """What its bank's policy said of a payment in step 6 of a tick, if this run has seen it and it did."""
    try:
        world: Payments = sim.world_at(tick)
    except ValueError:
        return None
    deciding.wait_for_decisions(world)
    slot = waiting_slot(world, tx_id)
    if slot is None or world.store["status"][slot] != codes.QUEUE1:
        return None
    bank = int(world.store["sender"][slot])
    if tick < world.store["sends_from"][bank]:
        return Decision("none", "its bank could not decide in this tick", ())
    meant = deciding.decision(world, bank, slot)
    action, reason = deciding.taken(world, tx_id)
    return Decision(action, reason or meant.reason, meant.path)


def decision_facts(decided: Decision) -> dict[str, Any]:
    return {"action": decided.action, "reason": decided.reason, "decision_path": list(decided.path)}


def in_central_queue(sim: Simulation, tx_id: int, slot: int) -> dict[str, Any]:
    """What stops it, and which payments of the queue would let it go."""
    world: Payments = sim.world
    queue = readings.rtgs_queue(world)
    place = int(np.flatnonzero(queue["tx_id"] == tx_id)[0])
    row, releases = queue.iloc[place], Releases(world)
    smallest = releases.smallest(slot)
    return {
        "position": place,
        "reason": row["reason"], "missing": int(row["missing"]),
        "limit": whole(row["limit"]), "used": whole(row["used"]), "blocking": whole(row["blocked_by"]),
        "offsets": ids(world, releases.offsets(slot)),
        "released_with": None if smallest is None else ids(world, smallest),
    }  # fmt: skip


def settled(sim: Simulation, tx_id: int, _: None) -> dict[str, Any]:
    """When and how, and which payments settled together with it."""
    found = sim.rows(SET, [tx_id])
    if found:
        tick, channel, set_id, partners = found[0]
    else:  # the parent of a split payment, or a run that records no settlements
        ((tick, channel),) = sim.rows("SELECT settled_tick, channel FROM payments WHERE tx_id = ?", [tx_id])
        set_id, partners = None, None
    return {"tick": tick, "channel": channel, "set_id": set_id, "partners": partners or []}


def split(sim: Simulation, tx_id: int, _: None) -> dict[str, Any]:
    """Its parts, and where they are."""
    return {"parts": dict(sim.rows(PARTS, [tx_id]))}


TOLD: dict[str, Callable[[Simulation, int, Any], dict[str, Any]]] = {
    "queue1": in_own_queue, "queue2": in_central_queue, "settled": settled, "split": split,
    "dropped": dropped,
}  # fmt: skip


def ids(world: Payments, slots: tuple[int, ...]) -> list[int]:
    return [int(world.store["tx"][p]) for p in slots]


def whole(value: Any) -> int | None:
    """A number of a column with gaps."""
    import pandas as pd

    return None if pd.isna(value) else int(value)
