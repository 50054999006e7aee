"""Whose delay cost it is: what was booked for a bank as a whole, shared among its payments that waited.

To each the floor of its exact share, and the cents left over to those with the largest remainders, ties to
the lower id (spec 3.6). A payment's exact share is the same in each tick of a stretch, until something about
it changes; only who has the largest remainders is found tick by tick.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from simcash.core.simulation import Simulation

END = 2**31 - 1
BANDS = (8, 4, 0)  # the lowest priority of each band of delay multipliers
# Stretches in which a payment waits at one price, and its exact share of each tick: whole cents, and what is
# left in billionths of one.
STRETCHES = f"""
    WITH price AS (
        SELECT unnest($band::INTEGER[]) AS band, unnest($late::BOOLEAN[]) AS late,
            unnest($first::INTEGER[]) AS first, unnest($stop::INTEGER[]) AS stop,
            unnest($price::BIGINT[]) AS price
    ), waiting AS (
        SELECT * FROM (
            SELECT tx_id, sender, amount, status, overdue_since IS NOT NULL AS late,
                CASE WHEN priority >= {BANDS[0]} THEN 0 WHEN priority >= {BANDS[1]} THEN 1 ELSE 2 END AS band,
                tick AS first, lead(tick, 1, {END}) OVER (PARTITION BY tx_id ORDER BY tick) AS stop
            FROM payments_log WHERE $bank IS NULL OR sender = $bank
        ) WHERE status IN ('queue1', 'queue2')
    ), shares AS (
        SELECT w.sender, w.tx_id, greatest(w.first, p.first) AS first, least(w.stop, p.stop) AS stop,
            w.amount::HUGEINT * p.price AS share
        FROM waiting w JOIN price p ON p.band = w.band AND p.late = w.late
    )
    SELECT sender, tx_id, first, stop, (share // 1_000_000_000)::BIGINT, (share % 1_000_000_000)::BIGINT
    FROM shares WHERE first < stop ORDER BY sender, tx_id, first
"""
BOOKED = """
    SELECT tick, bank, amount FROM costs
    WHERE kind = 'delay' AND tx_id IS NULL AND ($bank IS NULL OR bank = $bank) ORDER BY tick
"""
Shared = tuple[int, np.ndarray, np.ndarray]  # a tick, places of stretches, cents for each


class Delays:
    """The delay cost of a run; stretches lie in order of bank, payment and time."""

    def __init__(self, sim: Simulation, parameters: Mapping[str, Any]) -> None:
        booked = sim.sql(BOOKED, {"bank": parameters["bank"]})
        found = sim.sql(STRETCHES if len(booked) else STRETCHES + " LIMIT 0", dict(parameters))
        self.banks, self.bank = np.unique(found["sender"].to_numpy(object), return_inverse=True)
        columns = (found[name].to_numpy(np.int64) for name in found.columns[1:])
        self.tx, self.first, self.stop, self.cents, remainder = columns
        self.by_remainder = np.lexsort((self.tx, -remainder, self.bank))
        self.ticks, self.starts = np.unique(booked["tick"].to_numpy(), return_index=True)
        self.amount = booked["amount"].to_numpy()
        self.place = np.searchsorted(self.banks, booked["bank"].to_numpy(object))

    def shares(self, tx_id: int | None = None) -> Iterator[Shared]:
        """What each tick cost, or each tick in which one payment waits."""
        mine = slice(None) if tx_id is None else self.tx == tx_id
        ends = np.append(self.starts, len(self.amount))[1:]
        for tick, start, end in zip(self.ticks, self.starts, ends, strict=True):
            alive = (self.first <= tick) & (tick < self.stop)
            if not alive[mine].any():
                continue
            total = np.full(len(self.banks), -1)
            total[self.place[start:end]] = self.amount[start:end]
            alive &= total[self.bank] >= 0
            cost = np.where(alive, self.cents, 0)
            cost[self.left_over(alive, total)] += 1
            found = np.flatnonzero(cost)
            yield int(tick), found, cost[found]

    def left_over(self, alive: np.ndarray, total: np.ndarray) -> np.ndarray:
        """Which of those that share a tick get one of the cents left over."""
        ranked: np.ndarray = self.by_remainder[alive[self.by_remainder]]
        bank = self.bank[ranked]
        starts = np.flatnonzero(np.append(True, bank[1:] != bank[:-1])[: bank.size])
        if not starts.size:
            return ranked
        left = total[bank[starts]] - np.add.reduceat(self.cents[ranked], starts)
        sizes = np.diff(np.append(starts, bank.size))
        turn = np.arange(bank.size) - np.repeat(starts, sizes)
        return np.asarray(ranked[turn < np.repeat(left, sizes)])

    def rows(self) -> pd.DataFrame:
        """Tick, bank, kind, tx_id and amount, in this order."""
        found = list(self.shares())
        place = np.concatenate([np.zeros(0, np.int64), *(places for _, places, _ in found)])
        cents = np.concatenate([np.zeros(0, np.int64), *(cents for *_, cents in found)])
        ticks = np.repeat(
            np.array([tick for tick, *_ in found], np.int32), [places.size for _, places, _ in found]
        )
        return self.table(place, cents, tick=ticks)

    def by_payment(self) -> pd.DataFrame:
        """The same without ticks, a row per payment that cost anything."""
        cost = np.zeros(self.tx.size, np.int64)
        for _, places, cents in self.shares():
            cost[places] += cents
        found = np.flatnonzero(cost)
        return self.table(found, cost[found])

    def of_payment(self, tx_id: int) -> int:
        """What one payment cost."""
        return sum(int(cents[self.tx[places] == tx_id].sum()) for _, places, cents in self.shares(tx_id))

    def table(self, place: np.ndarray, cents: np.ndarray, **first: np.ndarray) -> pd.DataFrame:
        import pandas as pd

        banks = pd.Series(self.banks, dtype="str").take(self.bank[place])
        return pd.DataFrame({
            **first, "bank": banks.array, "kind": "delay",
            "tx_id": pd.array(self.tx[place], "Int64"), "amount": cents,
        })  # fmt: skip
