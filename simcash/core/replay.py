"""A stored run, run again, and compared with its stored rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from simcash.core.facts import source_from
from simcash.core.history import History, HistoryError
from simcash.core.layout import quoted
from simcash.core.loop import Make
from simcash.core.simulation import Simulation
from simcash.core.story import Acted
from simcash.core.tables import Table

ACTIONS = "SELECT tick, action FROM actions ORDER BY tick, seq"


class ReplayError(HistoryError):
    """A stored run does not come out the same."""


def replay(
    stored: History, run: int, make_of: Callable[[str], Make],
    faces_of: Callable[[str], Mapping[str, str]] = lambda world: {},
) -> Simulation:  # fmt: skip
    """Run a stored run again from its scenario and its actions; every row must come out the same."""
    facts = stored.facts(run)
    if not facts["replayable"]:
        raise HistoryError(
            f"run {run} cannot be replayed: it was steered by Python code, which is not stored"
        )
    sim = again(stored, run, make_of, faces_of)
    found = differences(stored, run, sim, facts["complete_until"])
    if found:
        sim.close()
        by = f"; it was stored by simcash {facts['version']}" if facts["version"] else ""
        raise ReplayError(f"run {run} does not come out the same: {'; '.join(found)}{by}")
    return sim


def again(
    stored: History, run: int, make_of: Callable[[str], Make], faces_of: Callable[[str], Mapping[str, str]]
) -> Simulation:
    """The run and those it was forked from, from the first scenario on."""
    line = [stored.facts(id) for id, _ in reversed(stored.lineage(run))]
    script = [Acted(tick, json.loads(told), True) for tick, told in stored.fetch(ACTIONS, run=run)]
    sim: Simulation | None = None
    for i, facts in enumerate(line):
        source = source_from(json.loads(facts["source"]), facts["scenario"])
        if sim is None:
            world = facts["world"]
            sim = Simulation(make_of(world), source, faces=faces_of(world), seed=facts["seed"])
        else:
            sim = sim._branch(source, None)
        until = line[i + 1]["fork_tick"] if i + 1 < len(line) else facts["complete_until"]
        sim._story.ahead.extend(acted for acted in script if sim.now <= acted.tick < until)
        sim.run(until=until)
    assert sim is not None  # a lineage holds at least the run itself
    return sim


def differences(stored: History, run: int, sim: Simulation, until: int) -> list[str]:
    """Per table that differs, the first difference."""
    now = {table.name: table for table in sim.world.tables}
    found = []
    for table in stored.tables(run):
        if table.kind == "view":
            continue
        if table.name not in now:
            found.append(f"there is no table {table.name} any more")
            continue
        tick = first_tick(stored, run, sim, table, until)
        if tick is not None:
            found.append(first_row(stored, run, sim, table, tick))
    return found


def first_tick(stored: History, run: int, sim: Simulation, table: Table, until: int) -> int | None:
    """The first tick whose rows differ, by a sum over each tick's rows."""
    query = (
        f"SELECT tick, count(*), sum(hash({', '.join(map(quoted, table.names))})::HUGEINT)"
        f" FROM {quoted(table.log)} WHERE tick < {until} GROUP BY tick ORDER BY tick"
    )
    before, after = stored.fetch(query, run=run), sim.rows(query)
    differing = {tick for tick, *_ in set(before) ^ set(after)}
    return min(differing) if differing else None


def first_row(stored: History, run: int, sim: Simulation, table: Table, tick: int) -> str:
    """In words, the first row of a tick that differs."""
    names = ", ".join(map(quoted, table.names))
    query = f"SELECT {names} FROM {quoted(table.log)} WHERE tick = {tick} ORDER BY ALL"
    before, after = stored.fetch(query, run=run), sim.rows(query)
    pairs = zip([*before, None], [*after, None], strict=False)
    was, is_now = next(((a, b) for a, b in pairs if a != b), (None, None))
    return f"{table.name} differs first in tick {tick}: stored {said(table, was)}, now {said(table, is_now)}"


def said(table: Table, row: tuple[Any, ...] | None) -> str:
    if row is None:
        return "no further row"
    return "(" + ", ".join(f"{name} {value}" for name, value in zip(table.names, row, strict=True)) + ")"
