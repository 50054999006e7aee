"""The promises every world keeps, to be checked on one's own: `check_world(lambda seed: MyWorld(seed))`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from simcash.core.layout import RESERVED
from simcash.core.tables import Column, Table
from simcash.core.world import Conserving, Drawable, Snapshot, Steerable, World

Make = Callable[[int], World]
Read = dict[str, dict[str, np.ndarray]]
NAMES = ("clock", "tables", "now", "done", "step", "snapshot", "restore")
MOST_TICKS = 1000
SPLITS = ((1, 1), (1, 2, 3), (7,), (2, 5))  # step sizes, repeated
UNLIKELY: tuple[dict[str, Any], ...] = ({"type": "no such action"}, {})


class BrokenPromise(AssertionError):
    """A world that does not do what every world does, and what to look at."""


@dataclass(frozen=True)
class Report:
    """What was checked, and on how much."""

    world: str
    ticks: int
    rows: int
    kept: tuple[str, ...]

    def __str__(self) -> str:
        head = f"{self.world}: keeps its promises, over {self.ticks} ticks and {self.rows:,} rows"
        return "\n".join([head, *(f"  - {promise}" for promise in self.kept)])


def check_world(
    make: Make, *, seed: int = 1, ticks: int | None = None, actions: Sequence[Any] = ()
) -> Report:
    """Check every promise on worlds that `make(seed)` makes; `actions` are tried on those that take some."""
    world = make(seed)
    for name in NAMES:
        require(hasattr(world, name), f"a world has {name}; this one has not")
    ticks = min(ticks or MOST_TICKS, world.clock.ticks)
    shape(world)
    case = Case(make, seed, ticks, read(world, [ticks]), tuple(actions))
    kept = [promise for promise, check in PROMISES.items() if check(case) is not False]
    rows = sum(len(next(iter(columns.values()), ())) for columns in case.whole.values())
    return Report(type(world).__name__, ticks, rows, (SHAPE, *kept))


@dataclass(frozen=True)
class Case:
    """The worlds to be checked, and what one of them did in one go."""

    make: Make
    seed: int
    ticks: int
    whole: Read
    actions: tuple[Any, ...]

    def world(self, ticks: int = 0) -> World:
        """A new one, some ticks old."""
        world = self.make(self.seed)
        if ticks:
            world.step(ticks)
        return world

    @property
    def half(self) -> int:
        return self.ticks // 2


def require(kept: bool, broken: str) -> None:
    if not kept:
        raise BrokenPromise(broken)


# the promises


def shape(world: World) -> None:
    require(world.now == 0, f"now counts ticks completed and begins at 0, not {world.now}")
    names = [table.name for table in world.tables]
    require(len(set(names)) == len(names), f"two tables have the same name: {names}")
    for table in world.tables:
        well_declared(table)


def well_declared(table: Table) -> None:
    if table.kind == "view":
        require(bool(table.sql), f"{table.name} is a view and has no sql")
        return
    require("tick" in table.names, f'{table.name} has no column "tick"; time travel needs it')
    require(
        table.name not in RESERVED, f'a table cannot be called "{table.name}": the history uses that name'
    )
    require("run_id" not in table.names, f"{table.name} has a column run_id, which the history adds itself")
    unknown = [name for name in (*table.order, *table.key) if name not in table.names]
    require(not unknown, f"{table.name} is ordered or keyed by {unknown}, which it does not have")
    require(table.kind != "state" or bool(table.key), f"{table.name} is a state and has no key")


def repeats(case: Case) -> None:
    same(case.whole, read(case.world(), [case.ticks]), "two worlds of the same seed did different things")


def splits(case: Case) -> None:
    for sizes in SPLITS:
        found = read(case.world(), sizes, case.ticks)
        same(case.whole, found, f"stepping {case.ticks} ticks at once and by {sizes} gave different rows")


def time(case: Case) -> None:
    world = case.world()
    for expected in range(1, min(case.ticks, 5) + 1):
        world.step(1)
        require(world.now == expected, f"after {expected} steps of one tick now is {world.now}")
    require(world.step(0).count() == 0, "step(0) wrote rows")
    require(world.now == min(case.ticks, 5), "step(0) moved the clock")


def declared(case: Case) -> None:
    tables = {table.name: table for table in case.world().tables if table.kind != "view"}
    require(set(case.whole) == set(tables), f"batches hold {sorted(case.whole)}, not {sorted(tables)}")
    for name, columns in case.whole.items():
        require(tuple(columns) == tables[name].names, f"{name} has other columns than it declares")
        for column in tables[name].columns:
            values_fit(name, column, columns[column.name])


def values_fit(table: str, column: Column, values: np.ndarray) -> None:
    where = f"{table}.{column.name}"
    require(values.dtype == np.dtype(column.stored), f"{where} is {values.dtype}, declared {column.dtype}")
    if column.labels is not None and len(values):
        low = -1 if column.nullable else 0
        fits = low <= int(values.min()) and int(values.max()) < len(column.labels)
        require(fits, f"{where} has a code outside its {len(column.labels)} labels")


def narrow(case: Case) -> None:
    """Stored numbers survive their declared type; checked on what is stored, before it is narrowed."""
    batch = case.world().step(case.ticks)
    for i, table in enumerate(batch.rows.tables):
        for column, stored in zip(table.columns, batch.raw(i), strict=True):
            if column.stored != "float64":
                survives = np.array_equal(stored, stored.astype(column.stored).astype(np.int64))
                require(survives, f"{table.name}.{column.name} does not fit in {column.dtype}")


def ordered(case: Case) -> None:
    for table in case.world().tables:
        if table.kind == "view" or not {"tick", "seq"} <= set(table.order):
            continue
        columns = case.whole[table.name]
        tick, seq = columns["tick"].astype(np.int64), columns["seq"].astype(np.int64)
        step = (np.diff(tick) > 0) | ((np.diff(tick) == 0) & (np.diff(seq) > 0))
        require(bool(step.all()), f"{table.name}: seq must rise within a tick, and ticks may not go back")
        require(not len(tick) or bool((tick >= 0).all() and (tick < case.ticks).all()), f"{table.name}: tick")


def owned(case: Case) -> None:
    world = case.world()
    batch = world.step(case.half)
    before = copied(batch)
    scribble({name: batch[name] for name in batch})
    same(before, copied(batch), "changing what was read from a batch changed the batch")
    rest = read(world, [3], case.ticks)
    same(before, copied(batch), "a batch changed when the world went on: it is a view of live state")
    same(case.whole, added(before, rest), "changing what was read from a batch changed the world")


def snapshots(case: Case) -> None:
    world = case.world(case.half)
    kept = world.snapshot()
    require(kept.now == case.half, f"a snapshot of tick {case.half} says it is of tick {kept.now}")
    frozen = {name: array.copy() for name, array in kept.arrays.items()}
    rest = read(world, [case.ticks - case.half])
    unchanged = all(frozen[name].tobytes() == kept.arrays[name].tobytes() for name in frozen)
    require(unchanged, "a snapshot changed when the world went on: it must hold copies")
    back = replace(kept, arrays={name: array.copy() for name, array in kept.arrays.items()})
    world.restore(back)
    require(world.now == case.half, f"restored to tick {case.half}, the world says {world.now}")
    for array in back.arrays.values():
        scribble({"": {"": array}})
    message = (
        "restored, the same world went on differently: a snapshot misses some state, or is not copied back"
    )
    same(rest, read(world, [case.ticks - case.half]), message)


def fresh(case: Case) -> None:
    world = case.world(case.half)
    kept = through_a_file(world.snapshot())
    rest = read(world, [case.ticks - case.half])
    other = case.world()
    other.restore(kept)
    message = "restored in a fresh world, it went on differently: some state is not in the snapshot"
    same(rest, read(other, [case.ticks - case.half]), message)


def through_a_file(snapshot: Snapshot) -> Snapshot:
    """The snapshot as a file would give it back."""
    try:
        meta = json.loads(json.dumps(dict(snapshot.meta)))
    except TypeError as error:
        raise BrokenPromise(f"a snapshot's meta must be JSON: {error}") from None
    odd = [name for name, array in snapshot.arrays.items() if array.dtype.hasobject]
    require(not odd, f"a snapshot's arrays hold numbers, not objects: {odd}")
    return replace(snapshot, arrays={n: a.copy() for n, a in snapshot.arrays.items()}, meta=meta)


def end(case: Case) -> bool | None:
    if case.ticks < case.world().clock.ticks:
        return False
    world = case.world(case.ticks)
    while not world.done and world.now < world.clock.ticks:
        world.step(1)
    require(world.done, f"at tick {world.now} of {world.clock.ticks} the world is not done")
    before = world.snapshot()
    batch = world.step(3)
    require(batch.count() == 0, "stepping past the end wrote rows")
    require(alike(before, world.snapshot()), "stepping past the end changed the state")
    return None


def steered(case: Case) -> bool | None:
    world = case.world(case.half)
    if not isinstance(world, Steerable):
        return False
    for action in (*UNLIKELY, *case.actions):
        before = world.snapshot()
        try:
            receipt = world.act(action)
        except (TypeError, ValueError, KeyError, AttributeError):
            require(alike(before, world.snapshot()), f"{action} raised, and changed the state")
            continue
        if not receipt.accepted:
            require(bool(receipt.reason), f"{action} was refused without a reason")
            require(alike(before, world.snapshot()), f"{action} was refused, and changed the state")
        elif case.actions:
            acted_again(world, before, receipt.action, case.ticks - case.half)
    return None


def acted_again(world: World, before: Snapshot, told: Mapping[str, Any], ticks: int) -> None:
    """What a receipt tells is enough to do the same again."""
    after = world.snapshot()
    first = read(world, [ticks])
    world.restore(before)
    receipt = world.act(dict(told))  # type: ignore[attr-defined]
    require(receipt.accepted, f"the receipt's action {told} is refused when it is acted again")
    same(
        first, read(world, [ticks]), f"the receipt's action {told} does something else when it is acted again"
    )
    world.restore(after)


def conserved(case: Case) -> bool | None:
    world = case.world()
    if not isinstance(world, Conserving):
        return False
    total = world.total()
    for _ in range(case.ticks):
        world.step(1)
        now = world.total()
        require(now == total, f"total() was {total}, and {now} after tick {world.now - 1}")
    return None


def drawn(case: Case) -> bool | None:
    world = case.world(case.half)
    if not isinstance(world, Drawable):
        return False
    picture, before = world.picture(), world.snapshot()
    for what, columns in (("nodes", picture.nodes), ("edges", picture.edges)):
        lengths = {name: len(values) for name, values in columns.items()}
        require(len(set(lengths.values())) <= 1, f"the picture's {what} have columns of lengths {lengths}")
    require("id" in picture.nodes, "the picture's nodes have an id")
    count = len(picture.nodes["id"])
    require(len(set(picture.nodes["id"])) == count, "two nodes of the picture have the same id")
    require(not picture.edges or {"source", "target"} <= set(picture.edges), "edges have source and target")
    for name in ("source", "target") if picture.edges else ():
        ends = picture.edges[name]
        fits = not len(ends) or (ends.min() >= 0 and ends.max() < count)
        require(bool(fits), f"the {name} of an edge is not the place of a node")
    scribble(
        {"": {name: v for part in (picture.nodes, picture.edges) for name, v in part.items() if name != "id"}}
    )
    require(alike(before, world.snapshot()), "changing the picture changed the world")
    return None


SHAPE = "it has the shape of a world, and declares its tables well"
PROMISES: Mapping[str, Callable[[Case], bool | None]] = {
    "same seed, same rows": repeats,
    "steps of any size give the same rows": splits,
    "now counts completed ticks": time,
    "rows match the declared columns": declared,
    "numbers fit their declared types": narrow,
    "seq orders the rows of a tick": ordered,
    "what was read is the reader's own": owned,
    "a snapshot is a copy, and restoring it goes on identically": snapshots,
    "also in a fresh world, and through a file": fresh,
    "past the end nothing happens": end,
    "a refused action changes nothing": steered,
    "its total never changes": conserved,
    "its picture has nodes with ids, and edges between them": drawn,
}


# reading and comparing


def read(world: World, sizes: Sequence[int], until: int | None = None) -> Read:
    """Everything that happens in steps of these sizes, once or again and again up to a tick."""
    found: Read = {}
    for size in cycled(sizes, until is not None):
        if until is not None and world.now >= until:
            break
        before = world.now
        found = added(found, copied(world.step(size if until is None else min(size, until - world.now))))
        require(world.now > before or size == 0 or world.done, f"step({size}) did not move the clock")
        if world.done and until is not None:
            break
    return found


def cycled(sizes: Sequence[int], again: bool) -> Iterator[int]:
    yield from sizes
    while again:
        yield from sizes


def copied(batch: Mapping[str, Mapping[str, np.ndarray]]) -> Read:
    return {table: {name: values.copy() for name, values in batch[table].items()} for table in batch}


def added(first: Read, second: Read) -> Read:
    """Rows after rows."""
    if not first:
        return second
    return {
        table: {name: np.concatenate([values, second[table][name]]) for name, values in columns.items()}
        for table, columns in first.items()
    }


def scribble(read: Read) -> None:
    """Change every number."""
    for columns in read.values():
        for values in columns.values():
            if values.flags.writeable and values.size:
                values[...] = ~values if values.dtype == bool else values + 1


def same(first: Read, second: Read, broken: str) -> None:
    """The first difference, if there is one."""
    for table, columns in first.items():
        for name, values in columns.items():
            other = second.get(table, {}).get(name, values[:0])
            if values.tobytes() != other.tobytes():
                raise BrokenPromise(f"{broken}: {table}.{name} {difference(values, other)}")


def difference(values: np.ndarray, other: np.ndarray) -> str:
    if len(values) != len(other):
        return f"has {len(values)} rows and {len(other)}"
    row = int(np.flatnonzero(values != other)[0]) if (values != other).any() else 0
    return f"has {values[row]} and {other[row]} in row {row}"


def alike(first: Snapshot, second: Snapshot) -> bool:
    """Whether two snapshots hold the same."""
    return (
        first.now == second.now
        and dict(first.meta) == dict(second.meta)
        and set(first.arrays) == set(second.arrays)
        and all(first.arrays[name].tobytes() == second.arrays[name].tobytes() for name in first.arrays)
    )
