"""A bar for work that takes more than a second, and none for less."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from simcash.core.loop import Loop

T = TypeVar("T")
PATIENCE = 1.0  # seconds


def shown(chunks: Iterable[T], sim: Loop, limit: int, wanted: bool | None) -> Iterator[T]:
    """The chunks of a simulation, with a bar of its ticks if one is wanted (None: if somebody is looking)."""
    return followed(chunks, lambda: sim.now, limit, sim.name, sim.clock.unit, wanted)


def followed(
    chunks: Iterable[T], reached: Callable[[], int], limit: int, name: str, unit: str, wanted: bool | None
) -> Iterator[T]:
    """The same chunks, with a bar of how much of `limit` is reached."""
    wanted = is_watched() if wanted is None else wanted
    began, bar = perf_counter(), None
    try:
        for chunk in chunks:
            if wanted and bar is None and perf_counter() - began > PATIENCE:
                bar = new_bar(limit, reached(), name, unit)
            if bar is not None:
                bar.update(reached() - bar.n)
            yield chunk
    finally:
        if bar is not None:
            bar.close()


def new_bar(limit: int, start: int, name: str, unit: str) -> Any:
    from tqdm.auto import tqdm

    return tqdm(total=limit, initial=start, desc=name, unit=f" {unit}", leave=False)


def is_watched() -> bool:
    """Whether output goes to a terminal or a notebook."""
    return sys.stderr.isatty() or "ipykernel" in sys.modules
