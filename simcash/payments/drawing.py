"""The payments world as a picture: banks and what lies between them now, and what moved in a few ticks.

All of it is plain numbers, by places in the list of banks; how it looks is the view's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simcash.core.world import Picture
from simcash.payments.engine import codes
from simcash.payments.readings import available, credit_limit, share, used_slots

if TYPE_CHECKING:
    from simcash.core.tables import Batch
    from simcash.payments.world import Payments

Arrays = dict[str, np.ndarray]
FEW = 400  # banks; so many pairs are counted sooner than payments are sorted
STATES = ("normal", "in overdraft", "overdue payments", "out of service")  # the last that is so counts
MOMENTS = ("settle", "offset", "cycle", "queue", "overdue", "outage")
SETTLE, OFFSET, CYCLE, QUEUE, OVERDUE, OUTAGE = range(len(MOMENTS))
OF_CHANNEL = np.array(  # the moment that a settlement is, by its channel
    [SETTLE, SETTLE, OFFSET, OFFSET, CYCLE, OFFSET, OFFSET, OFFSET, SETTLE, SETTLE]
)


def picture(world: Payments) -> Picture:
    """Banks as nodes; as edges, who owes whom in payments that wait in either queue.

    `liquidity_left` is what a bank can pay now as a share of the most it could have paid at any time today;
    `stress` is the share of what it has waiting that it could not pay now; `opening` is what it could pay
    when the run began. `state` is a place in STATES.
    """
    s, slots = world.store, waiting_slots(world)
    can_pay, limit, owed = available(world), credit_limit(world), s["q1_value"] + s["q2_value"]
    most = np.maximum(can_pay, np.maximum(0, s["max_day"]) + np.maximum(0, limit))
    late = slots[s["overdue"][slots] != codes.NONE]
    overdue = np.bincount(s["sender"][late], minlength=len(world.ids))
    nodes = {
        "id": np.array(world.ids),
        "opening": s["opening_balance"] + s["first_cap"],
        "balance": s["balance"].copy(), "available": can_pay, "limit": limit,
        "liquidity_left": share(can_pay, most, nothing=1.0),
        "sent_today": s["day"][codes.SENT].copy(), "received_today": s["day"][codes.RECEIVED].copy(),
        "queued": owed, "queued_count": s["q1_count"] + s["q2_count"],
        "queue1_value": s["q1_value"].copy(), "queue1_count": s["q1_count"].copy(),
        "queue2_value": s["q2_value"].copy(), "queue2_count": s["q2_count"].copy(),
        "overdue": overdue,
        "stress": share(np.maximum(0, owed - can_pay), owed, nothing=0.0),
        "state": states(world, overdue),
    }  # fmt: skip
    return Picture(nodes, owed_edges(world, slots))


def states(world: Payments, overdue: np.ndarray) -> np.ndarray:
    """Every bank's place in STATES, as of the last tick."""
    s, last = world.store, max(world.now - 1, 0)
    cut_off = (last < s["sends_from"]) | (last < s["receives_from"]) | (last < s["at"][codes.SYSTEM_BACK])
    return np.select([cut_off, overdue > 0, s["balance"] < 0], [3, 2, 1], 0)


def waiting_slots(world: Payments) -> np.ndarray:
    """The payments that wait in either queue."""
    return np.flatnonzero(world.store["status"][: used_slots(world)] <= codes.QUEUE2)


def owed_edges(world: Payments, slots: np.ndarray) -> Arrays:
    """Waiting payments summed per pair of banks; `source` and `target` are places in the list of nodes."""
    s, count = world.store, len(world.ids)
    keys, amounts = s["sender"][slots] * count + s["receiver"][slots], s["amount"][slots]
    if count <= FEW:
        number = np.bincount(keys, minlength=count * count)
        pairs = np.flatnonzero(number)
        queued, number = np.bincount(keys, amounts, count * count)[pairs], number[pairs]
    else:
        pairs, place = np.unique(keys, return_inverse=True)
        queued, number = np.bincount(place, amounts, pairs.size), np.bincount(place, minlength=pairs.size)
    ends = {"source": pairs // count, "target": pairs % count}
    return {**ends, "queued": queued.astype(np.int64), "count": number}


def flows(batch: Batch, first: int, until: int) -> Arrays:
    """Payments that settled in some ticks: tick, from whom, to whom, how much."""
    rows = batch.within("payments", first, until)
    done = np.flatnonzero(rows["settled_tick"] == rows["tick"])
    named = {"tick": "tick", "source": "sender", "target": "receiver", "amount": "amount"}
    return {name: rows[column][done] for name, column in named.items()}


def moments(batch: Batch, first: int, until: int) -> Arrays:
    """What is worth seeing of some ticks: `kind` is a place in MOMENTS; settlements of one cycle have the
    same `group`; one that concerns a bank alone has no target. NONE is what there is not."""
    rows = batch.within("payments", first, until)
    tick, waits = rows["tick"], rows["status"] <= codes.QUEUE2
    done = np.flatnonzero(rows["settled_tick"] == tick)
    kind = OF_CHANNEL[rows["channel"][done]]
    group = np.where(kind == CYCLE, rows["set_id"][done], codes.NONE)
    settled = rows["sender"][done], rows["receiver"][done], rows["amount"][done]
    came = np.flatnonzero(waits & ((rows["arrival_tick"] == tick) | (rows["submission_tick"] == tick)))
    late = np.flatnonzero(rows["overdue_since"] == tick)
    down = outages(batch, first, until)
    parts = [
        (kind, *settled, group),
        *(
            alone(what, rows["sender"][at], rows["amount"][at])
            for what, at in ((QUEUE, came), (OVERDUE, late))
        ),
        alone(OUTAGE, down, np.zeros(down.size, np.int64)),
    ]
    names = ("kind", "source", "target", "amount", "group")
    return {
        name: np.concatenate(values) for name, values in zip(names, zip(*parts, strict=True), strict=True)
    }


def alone(kind: int, banks: np.ndarray, amounts: np.ndarray) -> tuple[np.ndarray, ...]:
    """Moments of one kind that concern one bank each."""
    none = np.full(banks.size, codes.NONE)
    return np.full(banks.size, kind), banks, none, amounts, none


def outages(batch: Batch, first: int, until: int) -> np.ndarray:
    """The banks whose outage began."""
    rows = batch.within("notices", first, until)
    began = (rows["kind"] == codes.EVENT_EXECUTED) & (rows["event"] == codes.PARTICIPANT_OUTAGE)
    return np.asarray(rows["bank"][began])
