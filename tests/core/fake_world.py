"""A small world in plain Python that core's tests run on: cups, and tokens that move between them.

It has what any world may have: a log, a state, a view, names, missing values, a float, chance, actions, a
total, a picture, a reading and a scenario whose fields are live or not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from simcash.core.clock import Clock
from simcash.core.scenario import Model, Source, check, live, read
from simcash.core.tables import MISSING, Batch, Column, Rows, Table
from simcash.core.world import Picture, Receipt, Snapshot

CHUNK = 4096  # rows of the longest table after which a new chunk of rows begins
KINDS = ("draw", "gift")
EVENTS = "SELECT tick, seq, kind, source, target FROM moves"


class CupsScenario(Model):
    world: str = "cups"
    name: str = ""
    cups: tuple[str, ...] = ("red", "green", "blue")
    tokens: int = 100
    ticks: int = 50
    period: int = 10
    rng_seed: int = 1
    most: int = live(5)  # the most tokens that move at once
    moves: int = live(2)  # moves a tick


@dataclass(frozen=True)
class Give:
    source: str
    target: str
    amount: int


def cup_tables(cups: tuple[str, ...]) -> tuple[Table, ...]:
    tick, seq = Column("tick", "int32", "when"), Column("seq", "int64", "order within the tick")
    source, target = (Column(name, "int8", "a cup", cups) for name in ("source", "target"))
    return (
        Table("moves", "tokens that went from one cup to another", (
            tick, seq, Column("kind", "int8", "why", KINDS), source, target,
            Column("amount", "int64", "tokens"), Column("share", "float64", "of what the cup held"),
            Column("luck", "int32", "a number, if there was one", nullable=True),
        )),
        Table("cups", "what each cup holds", (
            tick, seq, Column("cup", "int8", "the cup", cups), Column("tokens", "int64", "in it"),
            Column("giver", "int8", "who gave last", cups, nullable=True),
            Column("heavy", "bool", "more than half of all"),
            Column("lucky", "bool", "known from the first draw on", nullable=True),
            Column("mean", "float64", "of what came in, once something has", nullable=True),
        ), kind="state", key=("cup",)),
        Table("events", "every move", (tick, seq, Column("kind", "int8", "why", KINDS), source, target),
              kind="view", sql=EVENTS),
    )  # fmt: skip


@dataclass
class Cups:
    """The world."""

    scenario: CupsScenario = field(default_factory=CupsScenario)

    def __post_init__(self) -> None:
        names = self.scenario.cups
        self.clock = Clock(self.scenario.ticks, ticks_per_day=10, period=self.scenario.period)
        self.tables = cup_tables(names)
        self.held = np.full(len(names), self.scenario.tokens // len(names), np.int64)
        self.received = np.zeros((2, len(names)), np.int64)  # how often, how much
        self.at = np.zeros(1, np.int64)
        self.pending: list[tuple[int, int, int]] = []  # gifts of the coming tick
        self.rows = Rows(self.tables)

    @property
    def now(self) -> int:
        return int(self.at[0])

    @property
    def done(self) -> bool:
        return self.now >= self.clock.ticks

    def step(self, ticks: int) -> Batch:
        if self.rows.counts.max() > CHUNK:
            self.rows = Rows(self.tables)
        start = self.rows.counts.copy()
        for _ in range(min(ticks, self.clock.ticks - self.now)):
            self.tick()
        return self.rows.since(start)

    def tick(self) -> None:
        seq = 0
        for source, target, amount in self.pending:
            seq = self.move(seq, "gift", source, target, amount, MISSING)
        self.pending = []
        count = len(self.held)
        for i in range(self.scenario.moves):
            luck = draw(self.scenario.rng_seed, self.now, i)
            source, target = luck % count, luck // 7 % count
            amount = min(int(self.held[source]), 1 + luck // 49 % self.scenario.most)
            if amount and source != target:
                seq = self.move(seq, "draw", source, target, amount, luck % 1000)
        self.at[0] += 1

    def move(self, seq: int, kind: str, source: int, target: int, amount: int, luck: int) -> int:
        share = amount / int(self.held[source])
        self.rows.append("moves", self.now, seq, KINDS.index(kind), source, target, amount, share, luck)
        self.held[source] -= amount
        self.held[target] += amount
        self.received[:, target] += (1, amount)
        for i, cup in enumerate((source, target), 1):
            giver = source if cup == target else MISSING
            lucky = MISSING if luck == MISSING else luck % 2
            often, much = self.received[:, cup].tolist()
            mean = much / often if often else float("nan")
            heavy = int(2 * self.held[cup] > self.scenario.tokens)
            self.rows.append("cups", self.now, seq + i, cup, self.held[cup], giver, heavy, lucky, mean)
        return seq + 3

    def snapshot(self) -> Snapshot:
        arrays = {"held": self.held.copy(), "received": self.received.copy(), "at": self.at.copy()}
        return Snapshot("cups", 1, self.now, arrays, {"pending": [list(gift) for gift in self.pending]})

    def restore(self, snapshot: Snapshot) -> None:
        self.held = snapshot.arrays["held"].copy()
        self.received = snapshot.arrays["received"].copy()
        self.at = snapshot.arrays["at"].copy()
        self.pending = [(a, b, c) for a, b, c in snapshot.meta["pending"]]

    def total(self) -> int:
        return int(self.held.sum())

    def act(self, action: Give | Mapping[str, Any]) -> Receipt:
        if isinstance(action, Mapping):
            action = Give(**{key: value for key, value in action.items() if key != "type"})
        told = {"type": "Give", **asdict(action)}
        names = self.scenario.cups
        for cup in (action.source, action.target):
            if cup not in names:
                return Receipt(False, told, f'no cup "{cup}"; cups: {", ".join(names)}')
        source, target = names.index(action.source), names.index(action.target)
        free = int(self.held[source]) - sum(n for s, _, n in self.pending if s == source)
        if not 0 < action.amount <= free:
            return Receipt(False, told, f"{action.source} has {free}", nearest=free)
        self.pending.append((source, target, action.amount))
        return Receipt(True, told)

    def picture(self, kind: str | None = None) -> Picture:
        return Picture({"id": np.array(self.scenario.cups), "held": self.held.copy()}, {})

    @property
    def holdings(self) -> dict[str, int]:
        """What each cup holds, by name."""
        return dict(zip(self.scenario.cups, self.held.tolist(), strict=True))

    def holding(self, cup: str) -> int:
        """What one cup holds."""
        return self.holdings[cup]

    @property
    def key_numbers(self) -> dict[str, int]:
        return {"fullest_cup": int(self.held.max())}


def draw(seed: int, tick: int, i: int) -> int:
    """Chance as a function of its key."""
    x = (seed * 0x9E3779B97F4A7C15 + tick * 0xBF58476D1CE4E5B9 + i * 0x94D049BB133111EB + 1) & (2**64 - 1)
    for shift in (30, 27, 31):
        x = (x ^ (x >> shift)) * 0xBF58476D1CE4E5B9 & (2**64 - 1)
    return x >> 33


def cups_source(**values: Any) -> Source:
    return read({"world": "cups", "name": "three-cups", **values})


def open_cups(source: Source) -> Cups:
    return Cups(check(CupsScenario, source))
