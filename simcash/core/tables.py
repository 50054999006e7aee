"""A table declared once, and the growing buffer its rows are written to.

Compiled code writes rows as int64, one matrix per table (columns x capacity); a float is stored by its
bits, a text id by its code, a missing value as -1 in a nullable column. Names and narrow types appear
only where rows leave: in a `Batch` (numpy) and in the history (SQL).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

MISSING = -1
LEVELS = ("off", "summary", "standard", "full")
LINE = 8  # numbers that a processor's cache holds together


def spread(size: int) -> int:
    """So long, or a little longer, that columns one after the other do not compete for places in the cache,
    as they do where their distance is a power of two: an odd number of lines."""
    return (-(-size // LINE) | 1) * LINE


FIRST_CAPACITY = spread(8192)
WORTH_KEEPING = 1 << 20  # numbers; smaller blocks come from where the process has been before
SPARE_BLOCKS = 2  # while others are written and read


@dataclass(frozen=True)
class Column:
    """One column: its name, its stored type, what it means, and the texts its codes stand for."""

    name: str
    dtype: str  # int8, int16, int32, int64, bool, float64; a code column (labels given) is an integer
    meaning: str
    labels: tuple[str, ...] | None = None
    nullable: bool = False  # MISSING in the buffer is NULL outside (a float's missing value is NaN)

    @property
    def stored(self) -> str:
        """The type of its values outside the buffer; a truth value that may be missing needs three values."""
        return "int8" if self.nullable and self.dtype == "bool" else self.dtype


@dataclass(frozen=True)
class Table:
    """One table: rows of kind `log` happen; of kind `state` they replace the earlier row of the same key;
    a `view` is a query over the other tables. Where its text has `{run}`, it can show all runs at once:
    there `{run}` becomes "run_id, ", and nothing in the views of one run."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    kind: str = "log"
    key: tuple[str, ...] = ()
    level: str = "standard"
    order: tuple[str, ...] = ("tick", "seq")
    sql: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def log(self) -> str:
        """The name under which every row is found; a state's plain name shows only the latest."""
        return f"{self.name}_log" if self.kind == "state" else self.name

    def recorded_at(self, level: str) -> bool:
        return LEVELS.index(self.level) <= LEVELS.index(level)


class Lease:
    """A block of memory that goes back to its shelf when no array is a view of it any more."""

    def __init__(self, block: np.ndarray, shelf: dict[int, np.ndarray]) -> None:
        self.block, self.shelf = block, shelf
        self.__array_interface__ = block.__array_interface__

    def __del__(self) -> None:
        self.shelf[id(self.block)] = self.block
        for oldest in list(self.shelf)[:-SPARE_BLOCKS]:  # perhaps of a size that was
            self.shelf.pop(oldest, None)


class Buffers:
    """Matrices for rows. Memory new to the process costs more than writing to it, so it is used again."""

    def __init__(self) -> None:
        self._shelf: dict[int, np.ndarray] = {}  # any thread may give back: each access is one operation

    def matrix(self, columns: int, rows: int) -> np.ndarray:
        size = columns * rows
        if size < WORTH_KEEPING:
            return np.empty((columns, rows), np.int64)
        fitting = [key for key, spare in list(self._shelf.items()) if spare.size == size]
        block = self._shelf.pop(fitting[-1], None) if fitting else None
        block = np.empty(size, np.int64) if block is None else block
        return np.asarray(Lease(block, self._shelf)).reshape(columns, rows)


class Rows:
    """One append-only chunk of row buffers. Readers hold ranges of it; a full chunk is left to them."""

    def __init__(
        self, tables: Sequence[Table], capacities: Sequence[int] | None = None, buffers: Buffers | None = None
    ) -> None:
        self.tables = tuple(table for table in tables if table.kind != "view")
        self.index = {table.name: i for i, table in enumerate(self.tables)}
        self.counts = np.zeros(len(self.tables), np.int64)
        capacities = capacities or [FIRST_CAPACITY] * len(self.tables)
        self.buffers = buffers or Buffers()
        self.matrices = [
            self.buffers.matrix(len(t.columns), n) for t, n in zip(self.tables, capacities, strict=True)
        ]

    def next_chunk(self) -> Rows:
        """A fresh chunk of the same size."""
        return Rows(self.tables, [matrix.shape[1] for matrix in self.matrices], self.buffers)

    def reserve(self, table: int, rows: int) -> None:
        """Make room for `rows` more rows; the rows already there stay as they are."""
        matrix, used = self.matrices[table], int(self.counts[table])
        if used + rows > matrix.shape[1]:
            size = spread(max(2 * matrix.shape[1], used + rows))
            grown = self.buffers.matrix(matrix.shape[0], size)
            grown[:, :used] = matrix[:, :used]
            self.matrices[table] = grown

    def append(self, table: str, *values: int | float) -> None:
        """One row from Python (compiled code writes to the matrices itself)."""
        i = self.index[table]
        self.reserve(i, 1)
        row = [
            int(np.float64(v).view(np.int64)) if c.dtype == "float64" else int(v)
            for c, v in zip(self.tables[i].columns, values, strict=True)
        ]
        self.matrices[i][:, self.counts[i]] = row
        self.counts[i] += 1

    def since(self, start: np.ndarray) -> Batch:
        """The rows written since `start` (an earlier copy of `counts`)."""
        return Batch(self, start, self.counts.copy())


class Batch(Mapping[str, "dict[str, np.ndarray]"]):
    """What happened: per table a range of rows, copied out only when read."""

    def __init__(self, rows: Rows, start: np.ndarray, stop: np.ndarray) -> None:
        self.rows, self.start, self.stop = rows, start, stop
        self._matrices = tuple(rows.matrices)  # a later growth replaces matrices; these rows stay valid

    def __getitem__(self, name: str) -> dict[str, np.ndarray]:
        """The table's columns in their declared types; codes and MISSING as they are."""
        i = self.rows.index[name]
        return {
            column.name: decode(column, values).copy()
            for column, values in zip(self.rows.tables[i].columns, self.raw(i), strict=True)
        }

    def __repr__(self) -> str:
        rows = zip(self.rows.tables, (self.stop - self.start).tolist(), strict=True)
        return f"Batch({', '.join(f'{table.name}: {n:,}' for table, n in rows if n) or 'nothing happened'})"

    def raw(self, table: int) -> np.ndarray:
        """The stored int64 rows of one table, not copied (columns x rows)."""
        return self._matrices[table][:, self.start[table] : self.stop[table]]

    def within(self, name: str, first: int, until: int) -> dict[str, np.ndarray]:
        """The stored rows of some of its ticks, a column each, not copied."""
        table, raw = self.rows.tables[self.rows.index[name]], self.raw(self.rows.index[name])
        names = table.names
        low, high = np.searchsorted(raw[names.index("tick")], (first, until))
        return dict(zip(names, raw[:, low:high], strict=True))

    def count(self) -> int:
        start: list[int] = self.start.tolist()  # a few numbers: quicker than with numpy
        stop: list[int] = self.stop.tolist()
        return sum(stop) - sum(start)

    def then(self, later: Batch) -> Batch | None:
        """This batch and the next as one, if they touch in the same chunk."""
        if later.rows is not self.rows or self.stop.tobytes() != later.start.tobytes():
            return None
        return Batch(self.rows, self.start, later.stop)

    def __iter__(self) -> Iterator[str]:
        return (table.name for table in self.rows.tables)

    def __len__(self) -> int:
        return len(self.rows.tables)


class Batches(Mapping[str, "dict[str, np.ndarray]"]):
    """Several batches of one world, read as one."""

    def __init__(self, parts: Sequence[Batch]) -> None:
        self.parts = tuple(parts)

    def __getitem__(self, name: str) -> dict[str, np.ndarray]:
        read = [part[name] for part in self.parts]
        return {column: np.concatenate([part[column] for part in read]) for column in read[0]}

    def __iter__(self) -> Iterator[str]:
        return iter(self.parts[0])

    def __len__(self) -> int:
        return len(self.parts[0])


def decode(column: Column, values: np.ndarray) -> np.ndarray:
    """Stored int64 values as the column's own type."""
    if column.dtype == "float64":
        return values.view(np.float64)
    return values.astype(column.stored)


def check_labels(old: Iterable[Table], new: Iterable[Table]) -> None:
    """A fork reads its parent's rows with its own names: those may be added to, never changed."""
    named = {(table.name, column.name): column.labels for table in new for column in table.columns}
    for table in old:
        for column in table.columns:
            labels, later = column.labels or (), named.get((table.name, column.name)) or ()
            if later[: len(labels)] != labels:
                raise ValueError(
                    f"a fork cannot rename what its past speaks of: {table.name}.{column.name}"
                    f" meant {', '.join(labels[:8])}"
                )
