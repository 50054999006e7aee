"""A scenario as it was written: plain data, where each key stands, and copies with other values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

from simcash.core.plain import Unfit, located, plain, replaced
from simcash.core.problems import Problem, ScenarioError
from simcash.core.shape import Path as KeyPath
from simcash.core.shape import dotted


class Place(NamedTuple):
    """The line of a value, and the places of the values inside it."""

    line: int
    inner: dict[str, Place] | list[Place] | None = None


@dataclass(frozen=True)
class Source:
    """A scenario as it was written: plain data, and where in the file each key stands."""

    name: str
    folder: Path | None
    text: str
    data: dict[str, Any]
    file: str
    lines: Place | None = field(default=None, repr=False)
    problems: tuple[Problem, ...] = ()  # found while reading: keys that stand twice
    changed: tuple[KeyPath, ...] = ()  # set from outside the file
    usual: str = ""  # the world of a scenario that names none

    @property
    def world(self) -> str:
        """The world it is for."""
        return str(self.data.get("world") or self.usual)

    @property
    def summary(self) -> str:
        """What it shows: its description, or the first line of its opening comment."""
        first = self.text.partition("\n")[0]
        return str(self.data.get("description") or (first.lstrip("# ") if first.startswith("#") else ""))

    def line(self, path: KeyPath) -> int | None:
        """The line on which a key stands, or the nearest key above it that does."""
        place = self.lines
        for part in path:
            inner = place.inner if place else None
            if isinstance(inner, dict) and part in inner:
                place = inner[str(part)]
            elif isinstance(inner, list) and isinstance(part, int) and part < len(inner):
                place = inner[part]
            else:
                break
        return place.line if place and place is not self.lines else None

    def problem(self, path: KeyPath, message: str) -> Problem:
        """A problem at a key path, with the file and line it stands in, or "set" if it came from outside.

        What was set may lie within it, or it within what was set.
        """
        common = (min(len(path), len(changed)) for changed in self.changed)
        if any(n and path[:n] == changed[:n] for n, changed in zip(common, self.changed, strict=True)):
            return Problem("set", None, dotted(path), message)
        return Problem(self.file, self.line(path), dotted(path), message)

    def with_values(self, values: Mapping[str, Any]) -> Source:
        """The same scenario with some values replaced: {"agents.BANK_A.policy.type": "Fifo"}."""
        data, problems, changed = self.data, [], list(self.changed)
        for key, value in values.items():
            try:
                path = located(data, key)
                data = replaced(data, path, plain(value, path))
                changed.append(path)
            except Unfit as error:
                problems.append(Problem("set", None, dotted(error.path) or key, str(error)))
        if problems:
            raise ScenarioError(problems)
        return replace(self, data=data, changed=tuple(changed))

    def with_seed(self, seed: int) -> Source:
        """The same scenario with another seed, under whichever key it has one."""
        top = next((key for key in ("rng_seed", "seed") if key in self.data), "simulation.rng_seed")
        return self.with_values({top: seed})
