"""The checker passes a good world and catches every broken promise."""

from dataclasses import replace
from typing import ClassVar

import numpy as np
import pytest

import simcash
from simcash.core.check import BrokenPromise, check_world
from simcash.core.clock import Clock
from simcash.core.tables import Batch, Column, Rows, Table
from simcash.core.world import Picture, Receipt
from tests.core.fake_world import Cups, CupsScenario, Give, cup_tables

GIVES = (Give("red", "blue", 3), Give("red", "blue", 10**6), {"type": "Give", "source": "red"})


def make(seed: int, kind: type[Cups] = Cups) -> Cups:
    return kind(CupsScenario(rng_seed=seed, ticks=40))


def test_a_good_world_passes():
    report = check_world(make, actions=GIVES)
    assert report.world == "Cups"
    assert report.ticks == 40
    assert report.rows > 100
    assert len(report.kept) == 14
    assert "same seed, same rows" in str(report)


def test_what_a_world_does_not_offer_is_not_asked_of_it():
    assert len(simcash.check_world(lambda seed: Bare(make(seed))).kept) == 11


class Bare:
    """A world's seven names and no more."""

    def __init__(self, world):
        self.inner = world
        self.clock, self.tables = world.clock, world.tables
        self.step, self.snapshot, self.restore = world.step, world.snapshot, world.restore

    now = property(lambda self: self.inner.now)
    done = property(lambda self: self.inner.done)


class Forgetful(Cups):
    """Keeps something that no snapshot holds."""

    def __post_init__(self):
        super().__post_init__()
        self.mood = 0

    def tick(self):
        self.mood += 1
        if self.mood > 25:
            self.scenario = self.scenario.model_copy(update={"moves": 3})
        super().tick()


class Moody(Cups):
    """Two of the same seed differ."""

    made = 0

    def __post_init__(self):
        super().__post_init__()
        Moody.made += 1
        self.scenario = self.scenario.model_copy(update={"rng_seed": Moody.made})


class Hasty(Cups):
    """Does something else when it steps further at once."""

    def step(self, ticks):
        batch = super().step(ticks)
        if ticks > 4 and not self.done:
            self.held[:] = self.held[::-1].copy()
        return batch


class Lazy(Cups):
    """Moves a tick less than it says."""

    def step(self, ticks):
        return super().step(max(1, ticks - 1) if ticks else 0)


class Overflowing(Cups):
    """Writes numbers that its declaration has no room for."""

    def __post_init__(self):
        super().__post_init__()
        narrow = [replace(c, dtype="int8") if c.name == "luck" else c for c in self.tables[0].columns]
        self.tables = (replace(self.tables[0], columns=tuple(narrow)), *self.tables[1:])
        self.rows = Rows(self.tables)


class Misnaming(Cups):
    """Uses a code that no label stands for."""

    def __post_init__(self):
        super().__post_init__()
        self.tables = cup_tables(self.scenario.cups[:2])
        self.rows = Rows(self.tables)


class Unordered(Cups):
    """Numbers every row of a tick the same."""

    def move(self, seq, *rest):
        return super().move(0, *rest)


class Undeclared(Cups):
    """Writes a table that it does not declare."""

    def __post_init__(self):
        super().__post_init__()
        self.tables = self.tables[:1]


class Reusing(Cups):
    """Writes over the rows it handed out."""

    def step(self, ticks):
        if self.rows.counts.max() > 50:
            self.rows.counts[:] = 0
        return super().step(ticks)


class LiveBatch(Batch):
    """Reads without copying."""

    def __getitem__(self, name):
        return {c.name: v for c, v in zip(self.rows.tables[0].columns, self.raw(0), strict=True)}


class Sharing(Cups):
    """Hands out its own arrays as rows."""

    def __post_init__(self):
        super().__post_init__()
        wide = tuple(Column(c.name, "int64", c.meaning) for c in self.tables[0].columns if c.name != "share")
        self.tables = (Table("moves", "", wide),)
        self.rows = Rows(self.tables)

    def move(self, seq, kind, source, target, amount, luck):
        self.rows.append("moves", self.now, seq, 0, source, target, amount, luck)
        return seq + 1

    def step(self, ticks):
        batch = super().step(ticks)
        return LiveBatch(batch.rows, batch.start, batch.stop)


class Showing(Cups):
    """Its snapshots are its own arrays."""

    def snapshot(self):
        return replace(
            super().snapshot(), arrays={"held": self.held, "received": self.received, "at": self.at}
        )


class Taking(Cups):
    """Goes on in the arrays of the snapshot it was given."""

    def restore(self, snapshot):
        super().restore(snapshot)
        self.held = snapshot.arrays["held"]


class Tireless(Cups):
    """Goes on after the end."""

    def step(self, ticks):
        if self.done:
            self.held[0] += 1
        return super().step(ticks)


class Endless(Cups):
    """Is never done."""

    done = property(lambda self: False)


class Grudging(Cups):
    """Lets a refused action leave a trace."""

    def act(self, action):
        receipt = super().act(action)
        if not receipt.accepted:
            self.held[0] -= 1
            self.held[1] += 1
        return receipt


class Silent(Cups):
    """Refuses without a reason."""

    def act(self, action):
        receipt = super().act(action)
        return receipt if receipt.accepted else replace(receipt, reason="")


class Vague(Cups):
    """Its receipts do not tell what was done."""

    def act(self, action):
        receipt = super().act(action)
        return Receipt(receipt.accepted, {**receipt.action, "amount": 1}, receipt.reason)


class Leaking(Cups):
    """Loses a token now and then."""

    def tick(self):
        super().tick()
        if self.now == 30:
            self.held[0] -= 1


class Pickling(Cups):
    """Its snapshots hold what no file holds."""

    def snapshot(self):
        return replace(super().snapshot(), meta={"pending": self.pending, "cups": {"red"}})


class Early(Cups):
    """Begins in the middle."""

    def __post_init__(self):
        super().__post_init__()
        self.at[0] = 1


class Timeless(Cups):
    """A table without ticks."""

    def __post_init__(self):
        super().__post_init__()
        self.tables = (Table("moves", "", (Column("seq", "int64", ""),), order=("seq",)),)
        self.rows = Rows(self.tables)


class Grasping(Cups):
    """A table whose name is the history's."""

    def __post_init__(self):
        super().__post_init__()
        self.tables = (replace(self.tables[0], name="runs"), *self.tables[1:])


class Drawn(Cups):
    """Draws what each subclass says."""

    nodes: ClassVar[dict] = {}
    edges: ClassVar[dict] = {}

    def picture(self, kind=None):
        return Picture({**super().picture().nodes, **self.nodes}, self.edges)


class Doubled(Drawn):
    """Two nodes of the same name."""

    nodes: ClassVar[dict] = {"id": np.array(["red", "red", "blue"])}


class Ragged(Drawn):
    """A column that is too short."""

    nodes: ClassVar[dict] = {"weight": np.zeros(2)}


class Astray(Drawn):
    """An edge to a node that there is not."""

    edges: ClassVar[dict] = {"source": np.array([0]), "target": np.array([3])}


class Exposed(Cups):
    """Its picture is its own array."""

    def picture(self, kind=None):
        return Picture({"id": np.array(self.scenario.cups), "held": self.held}, {})


BROKEN = {
    Doubled: "the same id",
    Ragged: "columns of lengths",
    Astray: "the target of an edge",
    Exposed: "changing the picture",
    Moody: "same seed",
    Hasty: "at once and by",
    Lazy: "at once and by|now is",
    Overflowing: "does not fit",
    Misnaming: "a code outside",
    Unordered: "seq must rise",
    Undeclared: "batches hold",
    Reusing: "view of live state|different rows|different things",
    Sharing: "what was read",
    Showing: "must hold copies",
    Taking: "not copied back",
    Forgetful: "misses some state|some state is not",
    Pickling: "must be JSON",
    Tireless: "past the end",
    Endless: "is not done",
    Grudging: "was refused, and changed",
    Silent: "without a reason",
    Vague: "acted again",
    Leaking: r"total\(\) was",
    Early: "begins at 0",
    Timeless: 'no column "tick"',
    Grasping: "the history uses that name",
}


@pytest.mark.parametrize("kind", BROKEN, ids=lambda kind: kind.__name__)
def test_a_broken_promise_is_caught(kind):
    with pytest.raises(BrokenPromise, match=BROKEN[kind]):
        check_world(lambda seed: make(seed, kind), actions=GIVES)


def test_a_long_world_is_checked_over_a_part():
    report = check_world(lambda seed: Cups(CupsScenario(rng_seed=seed, ticks=10**6)), ticks=20)
    assert report.ticks == 20
    assert "past the end nothing happens" not in report.kept


def test_the_message_names_table_column_and_row():
    with pytest.raises(BrokenPromise, match=r"moves\.\w+ has .* in row \d+|moves\.\w+ has \d+ rows and \d+"):
        check_world(lambda seed: make(seed, Moody))


def test_a_clock_without_days_will_do():
    def plain(seed):
        world = make(seed)
        world.clock = Clock(40)
        return world

    assert check_world(plain).rows


def test_what_is_no_world_lacks_names():
    with pytest.raises(BrokenPromise, match="a world has clock"):
        check_world(lambda seed: object())
