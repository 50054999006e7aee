"""Kept snapshots: where a rewind starts from."""

from __future__ import annotations

from dataclasses import dataclass

from simcash.core.world import Snapshot

MOST_KEPT = 32
MOST_BYTES = 256 * 2**20


@dataclass(frozen=True)
class Kept:
    """A snapshot, and how many of the run's actions are in it."""

    snapshot: Snapshot
    actions: int

    @property
    def size(self) -> int:
        return sum(array.nbytes for array in self.snapshot.arrays.values())


class Snapshots:
    """The first one always; of the others many lately and few long ago, within a bound of memory."""

    def __init__(self, start: Snapshot, actions: int = 0) -> None:
        self.kept = [Kept(start, actions)]

    def add(self, snapshot: Snapshot, actions: int) -> None:
        self.kept.append(Kept(snapshot, actions))
        while len(self.kept) > 2 and self.too_many():
            self.kept.remove(self.least_missed())

    def nearest(self, tick: int, actions: int) -> Kept:
        """The last one at or before `tick` that holds none but the first `actions` actions."""
        return next(k for k in reversed(self.kept) if k.snapshot.now <= tick and k.actions <= actions)

    def forget_after(self, tick: int, actions: int) -> None:
        """Drop what is not in the past any more."""
        self.kept = [k for k in self.kept if k.snapshot.now <= tick and k.actions <= actions]

    def too_many(self) -> bool:
        return len(self.kept) > MOST_KEPT or sum(kept.size for kept in self.kept[1:]) > MOST_BYTES

    def least_missed(self) -> Kept:
        """The one without which the gap left is smallest for how long ago it is; neither first nor last."""
        now = self.kept[-1].snapshot.now

        def missed(i: int) -> float:
            before, here, after = (kept.snapshot.now for kept in self.kept[i - 1 : i + 2])
            return (after - before) / (now - here + 1)

        return self.kept[min(range(1, len(self.kept) - 1), key=missed)]
