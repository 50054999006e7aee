"""Older and other ways of writing a scenario, turned into the one way before it is checked."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

from simcash.core.problems import ScenarioWarning
from simcash.core.shape import Path, dotted
from simcash.core.source import Place, Source
from simcash.payments.roster import BANK_KEYS

TOP_KEYS = ("ticks_per_day", "num_days", "rng_seed")


def tidy(source: Source) -> Source:
    """The source with `simulation` gathered from top-level keys and without obsolete keys."""
    return without_obsolete(gathered(source))


def gathered(source: Source) -> Source:
    """ticks_per_day, num_days and rng_seed at the top level moved into `simulation`."""
    inner = source.data.get("simulation")
    moved = [key for key in TOP_KEYS if key in source.data]
    if not moved or not (inner is None or isinstance(inner, dict)):
        return source
    twice = [key for key in moved if key in (inner or {}) and ("simulation", key) not in source.changed]
    told = 'is given twice: here and as "simulation.{}"'
    problems = (*source.problems, *(source.problem((key,), told.format(key)) for key in twice))
    data = {key: value for key, value in source.data.items() if key not in moved}
    data["simulation"] = {key: source.data[key] for key in moved} | (inner or {})
    changed = tuple(("simulation", *path) if path[0] in moved else path for path in source.changed)
    lines = moved_lines(source.lines, moved)
    return replace(source, data=data, lines=lines, changed=changed, problems=problems)


def moved_lines(lines: Place | None, moved: list[str]) -> Place | None:
    """Where the gathered keys stand."""
    if lines is None or not isinstance(lines.inner, dict):
        return lines
    there = {key: lines.inner[key] for key in moved if key in lines.inner}
    section = lines.inner.get("simulation", next(iter(there.values()), lines))
    inner = section.inner if "simulation" in lines.inner and isinstance(section.inner, dict) else {}
    return lines._replace(inner=lines.inner | {"simulation": Place(section.line, there | inner)})


def without_obsolete(source: Source) -> Source:
    """The source without keys that older files have and that mean nothing here; one warning names them."""
    found: list[str] = []
    data = dict(strip(source.data, ("cost_model",), (), found))
    if isinstance(data.get("simulation"), dict):
        data["simulation"] = strip(data["simulation"], ("lsm_frequency_ticks",), ("simulation",), found)
    for key in (key for key in (*BANK_KEYS, "groups") if isinstance(data.get(key), list)):
        data[key] = [
            strip(entry, ("overdraft_rate", "delay_cost_per_tick"), (key, i), found)
            for i, entry in enumerate(data[key])
        ]
    if found:
        warnings.warn(
            f"{source.file}: ignored, without meaning here: {', '.join(found)}", ScenarioWarning, stacklevel=2
        )
    return replace(source, data=data) if found else source


def strip(data: Any, obsolete: tuple[str, ...], path: Path, found: list[str]) -> Any:
    """A section without its obsolete keys, which are noted in `found`."""
    if not isinstance(data, dict) or not any(key in data for key in obsolete):
        return data
    found += [dotted((*path, key)) for key in obsolete if key in data]
    return {key: value for key, value in data.items() if key not in obsolete}
