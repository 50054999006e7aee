"""Which other payments of the central queue would let a waiting one go: as an offset, or as a set.

A set of payments is feasible if no bank's net payment exceeds what it has available, and no sender's gross
payments (less receipts, where its limits are net) exceed what is left of its limits. Payments that an outage
stops are in no set, and a limited capacity bounds how large one can be.
"""

from __future__ import annotations

from collections import defaultdict, deque
from typing import TYPE_CHECKING

import numpy as np

from simcash.payments import readings
from simcash.payments.engine import codes

if TYPE_CHECKING:
    from simcash.payments.world import Payments

MOST_SETS = 10_000  # sets looked at in search of the smallest one
NOBODY = -1
OUTAGES = (codes.BY_SENDER_OUTAGE, codes.BY_RECEIVER_OUTAGE, codes.BY_SYSTEM_OUTAGE)
Slots = tuple[int, ...]


class Releases:
    """The central queue as it is, and what its banks can pay."""

    def __init__(self, world: Payments) -> None:
        s = world.store
        slots = readings.central_queue(world)
        running = ~np.isin(readings.outages(world, slots), OUTAGES)
        self.queue: list[int] = slots[running].tolist()
        self.capacity = int(s["at"][codes.CAPACITY])  # payments that may settle in a tick
        self.sender, self.receiver, self.amount = s["sender"], s["receiver"], s["amount"]
        self.available = readings.available(world).tolist()
        self.net_basis = s["net_basis"].tolist()
        self.total_left: dict[int, int] = {
            b: int(limit - used)
            for b, (limit, used) in enumerate(
                zip(s["multilateral_limit"], s["multilateral_used"], strict=True)
            )
            if limit != codes.NONE
        }
        owner = np.repeat(np.arange(len(world.ids)), np.diff(s["bilateral_start"]))
        pairs = zip(owner.tolist(), s["bilateral_peer"].tolist(), strict=True)
        left = (s["bilateral_limit"] - s["bilateral_used"]).tolist()
        self.pair_left: dict[tuple[int, int], int] = dict(zip(pairs, left, strict=True))

    def offsets(self, p: int) -> Slots:
        """The first k opposite payments, with the smallest k that makes a feasible set with p; else none."""
        if p not in self.queue:
            return ()
        there, back = self.sender[p], self.receiver[p]
        opposite = [q for q in self.queue if self.sender[q] == back and self.receiver[q] == there]
        for k in range(min(len(opposite) + 1, self.capacity)):
            if self.obstacle((p, *opposite[:k])) is None:
                return tuple(opposite[:k])
        return ()

    def smallest(self, p: int) -> Slots | None:
        """The others of the smallest feasible set with p, first in queue order; () if there is none, None if
        none was found among MOST_SETS sets.

        A set that is short at one bank only becomes feasible with a further payment to that bank, so larger
        sets are made in this way alone, the smaller ones first.
        """
        if p not in self.queue:
            return ()
        into, complete = self.incoming(), True
        waiting: deque[Slots] = deque([(p,)])
        seen = {frozenset((p,))}
        while waiting:
            chosen = waiting.popleft()
            short = self.obstacle(chosen)
            if short is None:
                return chosen[1:]
            for q in into[short] if len(chosen) < self.capacity else ():
                grown = frozenset((*chosen, q))
                if q in chosen or grown in seen:
                    continue
                if len(seen) == MOST_SETS:
                    complete = False
                    break
                seen.add(grown)
                waiting.append((*chosen, q))
        return () if complete else None

    def incoming(self) -> dict[int, list[int]]:
        """The payments to each bank, in queue order; nothing comes in for NOBODY."""
        into: dict[int, list[int]] = defaultdict(list)
        for q in self.queue:
            into[int(self.receiver[q])].append(q)
        return into

    def obstacle(self, chosen: Slots) -> int | None:
        """None for a feasible set, else a bank that must receive more, or NOBODY if that does not help."""
        out: dict[int, int] = defaultdict(int)
        between: dict[tuple[int, int], int] = defaultdict(int)
        for q in chosen:
            a, b, amount = int(self.sender[q]), int(self.receiver[q]), int(self.amount[q])
            out[a] += amount
            out[b] += 0
            between[a, b] += amount
        received: dict[int, int] = defaultdict(int)
        for (_, b), amount in between.items():
            received[b] += amount
        for b, paid in out.items():
            over = paid > self.total_left.get(b, paid) + received[b] * self.net_basis[b]
            if over and not self.net_basis[b]:
                return NOBODY
            if over or paid - received[b] > self.available[b]:
                return b
        for (a, b), paid in between.items():
            if paid > self.pair_left.get((a, b), paid) + between.get((b, a), 0) * self.net_basis[a]:
                return a if self.net_basis[a] else NOBODY
        return None
