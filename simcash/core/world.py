"""What a world is: something you can step that tells you what happened. Nothing to inherit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import numpy as np

from simcash.core.clock import Clock
from simcash.core.tables import Batch, Table

Columns = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Snapshot:
    """All of a world's changing state as owned copies: named arrays and a little JSON."""

    world: str
    version: int
    now: int
    arrays: Mapping[str, np.ndarray]
    meta: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Receipt:
    """The answer to an action: done, or refused with the reason and the nearest amount that would pass."""

    accepted: bool
    action: Mapping[str, Any]  # the action as JSON, complete enough to be acted again
    reason: str = ""
    nearest: int | None = None
    id: int | None = None  # of what the action created


@dataclass(frozen=True)
class Picture:
    """Nodes and edges with plain numbers; colours and positions are the view's."""

    nodes: Columns
    edges: Columns


@runtime_checkable
class World(Protocol):
    """Promises, checked by `check_world`: same seed, same bytes; step(a); step(b) equals step(a+b)."""

    clock: Clock
    tables: tuple[Table, ...]

    @property
    def now(self) -> int: ...
    @property
    def done(self) -> bool: ...
    def step(self, ticks: int) -> Batch: ...
    def snapshot(self) -> Snapshot: ...
    def restore(self, snapshot: Snapshot) -> None: ...


@runtime_checkable
class Conserving(World, Protocol):
    """A world with a quantity that never changes."""

    def total(self) -> int: ...


@runtime_checkable
class Replicable(World, Protocol):
    """A world that can run many seeds in compiled code."""

    def replicate(self, seeds: Sequence[int], measures: Sequence[str]) -> Columns: ...


@runtime_checkable
class Drawable(World, Protocol):
    """A world that can be drawn as a network."""

    def picture(self, kind: str | None = None) -> Picture: ...


@runtime_checkable
class Steerable(World, Protocol):
    """A world that takes actions between ticks: applied whole, or refused and nothing changed."""

    def act(self, action: Any) -> Receipt: ...
