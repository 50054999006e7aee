"""A bar for work that takes more than a second, and none for less."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from simcash.core.loop import Loop

T = TypeVar("T")
PATIENCE = 1.0  # seconds


def shown(chunks: Iterable[T], sim: Loop, limit: int, wanted: bool | None) -> Iterator[T]:
    """The same chunks, with a bar if one is wanted (None: if somebody is looking)."""
    wanted = is_watched() if wanted is None else wanted
    began, bar = perf_counter(), None
    try:
        for chunk in chunks:
            if wanted and bar is None and perf_counter() - began > PATIENCE:
                bar = new_bar(sim, limit)
            if bar is not None:
                bar.update(sim.now - bar.n)
            yield chunk
    finally:
        if bar is not None:
            bar.close()


def new_bar(sim: Loop, limit: int) -> Any:
    from tqdm.auto import tqdm

    return tqdm(total=limit, initial=sim.now, desc=sim.name, unit=f" {sim.clock.unit}", leave=False)


def is_watched() -> bool:
    """Whether output goes to a terminal or a notebook."""
    return sys.stderr.isatty() or "ipykernel" in sys.modules
