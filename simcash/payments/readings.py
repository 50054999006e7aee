"""What the banks hold, what waits and why, what it cost: the state between two ticks, as tables.

All of it is worked out from the state alone, so it is the same whatever was recorded. Amounts are cents.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from simcash.core.problems import choice
from simcash.payments.engine import codes
from simcash.payments.engine.queue2 import CLASS_STEP
from simcash.payments.tables import CLASSES, COST_KINDS, REASONS

if TYPE_CHECKING:
    import pandas as pd

    from simcash.payments.world import Payments


class UnknownName(ValueError):
    """There is no such bank or payment."""


def banks(world: Payments) -> pd.DataFrame:
    """One row per bank. `today` is the day of the last tick: a day that is over shows until the next begins;
    `pending_credit` is what deferred credits brought in the last tick; `cost` is that of the whole run."""
    import pandas as pd

    s = world.store
    sent, received = s["day"][codes.SENT], s["day"][codes.RECEIVED]
    columns = {
        "balance": s["balance"], "available": available(world), "limit": credit_limit(world),
        "cap": s["cap"], "posted_collateral": s["posted"], "allocated": s["allocated"],
        "pending_credit": s["pending_tick"],
        "queue1_count": s["q1_count"], "queue1_value": s["q1_value"],
        "queue2_count": s["q2_count"], "queue2_value": s["q2_value"],
        "sent_today": sent, "received_today": received, "net_today": received - sent,
        "policy": [world.installed.policies[n].type for n in s["policy"]],
        "cost": s["cost_run"].sum(axis=0),
    }  # fmt: skip
    return pd.DataFrame(columns, index=pd.Index(world.ids, name="bank"), copy=True)


def queue(world: Payments, bank: str) -> pd.DataFrame:
    """A bank's own queue in its order, with what keeps each payment there: what its policy did with it when
    it was last asked, the reason that the policy gave or what stood in its way, and the tick since which that
    is so. `reason` is policy where a policy without a tree holds it."""
    from simcash.payments.holding import held

    slots = own_queue(world, place_of(world, bank))
    columns = waiting(world, slots)
    del columns["sender"]
    found = [held(world, int(slot)) for slot in slots]
    return in_order({
        **columns,
        "action": np.array([each.action for each in found], object),
        "reason": np.array([each.reason for each in found], object),
        "since": known(np.array([each.since for each in found], np.int64)),
        "missing": missing(world, slots),
    })  # fmt: skip


def rtgs_queue(world: Payments) -> pd.DataFrame:
    """The central queue in its order, with what each payment waits for.

    `reason` is liquidity (the sender lacks `missing` cents), bilateral_limit or multilateral_limit (`used`
    plus the amount is more than `limit`), an outage (of the sender, the receiver or the whole system) or the
    capacity of the last tick, or strict_fifo (payment `blocked_by` of the sender goes first). Where money
    that came in since covers it already, it waits for the next tick: for liquidity, with 0 missing.
    """
    slots = central_queue(world)
    reason, limit, used = waiting_reasons(world, slots)
    s = world.store
    return in_order({
        **waiting(world, slots),
        "class": np.array(CLASSES, object)[s["klass"][slots]],
        "submission_tick": s["submission"][slots],
        "reason": np.array(REASONS, object)[reason],
        "missing": missing(world, slots),
        "limit": known(limit), "used": known(used, limit),
        "blocked_by": known(goes_first(world, slots, reason)),
    })  # fmt: skip


def costs(world: Payments) -> pd.DataFrame:
    """What the run has cost so far: bank by kind, with a total for each."""
    import pandas as pd

    index = pd.Index(world.ids, name="bank")
    table = pd.DataFrame(world.store["cost_run"].T.copy(), index=index, columns=list(COST_KINDS))
    table["total"] = table.sum(axis=1)
    table.loc["total"] = table.sum()
    return table


# banks


def place_of(world: Payments, bank: str) -> int:
    """A bank's place in the scenario."""
    if bank not in world.place:
        raise UnknownName(f"there is no bank {choice(bank, world.ids, 'Banks')}")
    return world.place[bank]


def credit_limit(world: Payments) -> np.ndarray:
    """Unsecured cap plus collateral after haircut, per bank."""
    return np.asarray(world.store["cap"] + world.store["collateral_value"])


def available(world: Payments) -> np.ndarray:
    """What each bank can pay now: its balance and its unused credit."""
    balance, limit = world.store["balance"], credit_limit(world)
    return np.asarray(np.maximum(0, balance) + np.maximum(0, limit - np.maximum(0, -balance)))


def share(part: np.ndarray, whole: np.ndarray, nothing: float) -> np.ndarray:
    """A share between 0 and 1, or `nothing` where there is nothing to share."""
    return np.where(whole > 0, part / np.maximum(whole, 1), nothing)


# queues, as payment slots in order


def used_slots(world: Payments) -> int:
    return int(world.store["at"][codes.SLOTS])


def own_queue(world: Payments, b: int) -> np.ndarray:
    """The slots of a bank's own queue."""
    after, p = world.store["next"], int(world.store["q1_head"][b])
    slots: list[int] = []
    while p != codes.NONE:
        slots.append(p)
        p = int(after[p])
    return np.array(slots, np.int64)


def central_queue(world: Payments) -> np.ndarray:
    """The slots of the central queue: by class in priority mode, then as they joined."""
    s = world.store
    slots = np.flatnonzero(s["status"][: used_slots(world)] == codes.QUEUE2)
    keys = s["entry"][slots]
    if s["options"][codes.PRIORITY_MODE]:
        keys = keys + s["klass"][slots] * CLASS_STEP
    return np.asarray(slots[np.argsort(keys)])


def waiting(world: Payments, slots: np.ndarray) -> dict[str, Any]:
    """What both queues say of a payment."""
    s, ids, now = world.store, np.array(world.ids, object), world.now
    deadline = s["deadline"][slots]
    return {
        "tx_id": s["tx"][slots],
        "sender": ids[s["sender"][slots]], "receiver": ids[s["receiver"][slots]],
        "amount": s["amount"][slots], "priority": s["priority"][slots],
        "arrival_tick": s["arrival"][slots], "deadline_tick": deadline,
        "ticks_to_deadline": deadline - now, "overdue": s["overdue"][slots] != codes.NONE,
        "waited": now - s["arrival"][slots],
    }  # fmt: skip


def missing(world: Payments, slots: np.ndarray) -> np.ndarray:
    """Cents by which each payment exceeds what its sender can pay."""
    can_pay = available(world)[world.store["sender"][slots]]
    return np.asarray(np.maximum(0, world.store["amount"][slots] - can_pay))


def waiting_reasons(world: Payments, slots: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Why payments of the central queue wait, as engine/record.py says it of one: liquidity before limits,
    the bilateral limit before the multilateral one; with the limit that blocks (or NONE) and its usage."""
    s = world.store
    sender, amount = s["sender"][slots], s["amount"][slots]
    reason = np.full(slots.size, codes.BY_LIQUIDITY)
    if s["options"][codes.STRICT_FIFO]:
        reason[behind_own(sender)] = codes.BY_STRICT_FIFO
    down = outages(world, slots)
    reason[down != codes.NONE] = down[down != codes.NONE]
    limit, used = np.full(slots.size, codes.NONE), np.zeros(slots.size, np.int64)
    for kind, cap, usage in (
        (codes.BY_MULTILATERAL, s["multilateral_limit"][sender], s["multilateral_used"][sender]),
        (codes.BY_BILATERAL, *bilateral(world, slots)),
    ):
        broken = (cap != codes.NONE) & (usage + amount > cap)
        reason[broken], limit[broken], used[broken] = kind, cap[broken], usage[broken]
    short = missing(world, slots) > 0
    reason[short], limit[short] = codes.BY_LIQUIDITY, codes.NONE
    return reason, limit, used


def outages(world: Payments, slots: np.ndarray) -> np.ndarray:
    """Which outage, or want of capacity, kept each payment from settling in the last tick, or NONE."""
    s, last = world.store, world.now - 1
    at = s["at"]
    reason = np.full(slots.size, codes.NONE)
    if at[codes.SETTLED_NOW] >= at[codes.CAPACITY]:
        reason[:] = codes.BY_CAPACITY
    if last < at[codes.SYSTEM_BACK]:
        reason[:] = codes.BY_SYSTEM_OUTAGE
    reason[last < s["receives_from"][s["receiver"][slots]]] = codes.BY_RECEIVER_OUTAGE
    reason[last < s["sends_from"][s["sender"][slots]]] = codes.BY_SENDER_OUTAGE
    return reason


def behind_own(sender: np.ndarray) -> np.ndarray:
    """Whether an earlier payment in the queue has the same sender."""
    behind = np.ones(sender.size, bool)
    behind[np.unique(sender, return_index=True)[1]] = False
    return behind


def goes_first(world: Payments, slots: np.ndarray, reason: np.ndarray) -> np.ndarray:
    """The payment of the same sender that strict order puts before each, or NONE."""
    sender, tx = world.store["sender"][slots], world.store["tx"][slots]
    first, place = np.unique(sender, return_index=True)
    heads = tx[place][np.searchsorted(first, sender)]
    return np.where(reason == codes.BY_STRICT_FIFO, heads, codes.NONE)


def bilateral(world: Payments, slots: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The limit of each payment's sender toward its receiver (NONE: there is none), and its usage."""
    s, count = world.store, len(world.ids)
    none = np.full(slots.size, codes.NONE)
    peers, per_bank = s["bilateral_peer"], np.diff(s["bilateral_start"])
    if peers.size == 0:
        return none, none
    pairs = np.repeat(np.arange(count), per_bank) * count + peers  # rising: senders in order, then peers
    wanted = s["sender"][slots] * count + s["receiver"][slots]
    place = np.minimum(np.searchsorted(pairs, wanted), pairs.size - 1)
    there = pairs[place] == wanted
    limit, used = s["bilateral_limit"][place], s["bilateral_used"][place]
    return np.where(there, limit, none), np.where(there, used, none)


def known(values: np.ndarray, where: np.ndarray | None = None) -> pd.Series:
    """Whole numbers, with a gap where they (or those of `where`) are NONE."""
    import pandas as pd

    gaps = (values if where is None else where) == codes.NONE
    return pd.Series(pd.arrays.IntegerArray(values.astype(np.int64), gaps))


def in_order(columns: dict[str, Any]) -> pd.DataFrame:
    """A queue as a table: 0 is first."""
    import pandas as pd

    table = pd.DataFrame(columns)
    table.index.name = "position"
    return table
