"""What changes a store of runs: each function is a few statements on an open connection.

A store is a DuckDB database, in memory or a file; both have the same shape (see `layout`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from simcash.core import layout
from simcash.core.facts import Facts
from simcash.core.tables import MISSING, Batch, Column, Table

Arrays = Mapping[str, np.ndarray]
Action = tuple[int, int, str, str, str, str]  # tick, seq, type, JSON, status, reason


class Connection(Protocol):
    """The one thing needed of a database connection."""

    def execute(self, query: str, parameters: Any = None, /) -> Any: ...


def declare(con: Connection, world: str, tables: Sequence[Table]) -> None:
    """Make room for a world's tables; tables of an earlier declaration grow to fit."""
    con.execute(layout.CORE)
    con.execute(f"CREATE SCHEMA IF NOT EXISTS {layout.quoted(world + '_rows')}")
    found = present(con, world)
    for table in tables:
        layout.check_name(table)
        if table.kind == "view":
            continue
        if table.name in found:
            for change in layout.fit(world, table, found[table.name]):
                con.execute(change)
        else:
            con.execute(layout.create(world, table))


def present(con: Connection, world: str) -> dict[str, dict[str, str]]:
    """The stored tables of a world, their columns and types."""
    found = con.execute(
        "SELECT table_name, column_name, data_type FROM duckdb_columns()"
        " WHERE database_name = current_database() AND schema_name = ?",
        [f"{world}_rows"],
    )
    tables: dict[str, dict[str, str]] = {}
    for table, column, kind in found.fetchall():
        tables.setdefault(table, {})[column] = kind
    return tables


def register(con: Connection, run: int, facts: Facts, tables: Sequence[Table]) -> None:
    """A run begins: who it is, what its tables are, and what their codes stand for."""
    declare(con, facts.world, tables)
    row = {"run_id": run, **facts.row()}
    marks = ", ".join("?" * len(row))
    con.execute(f"INSERT INTO runs ({layout.listed(row)}) VALUES ({marks})", list(row.values()))
    given = [(run, name, json.dumps(value, default=repr)) for name, value in facts.parameters.items()]
    insert(con, "run_parameters", given)
    con.execute("DELETE FROM declared WHERE world = ?", [facts.world])
    insert(con, "declared", [(facts.world, t.name, i, layout.declaration(t)) for i, t in enumerate(tables)])
    keep_labels(con, run, tables)


def keep_labels(con: Connection, run: int, tables: Iterable[Table]) -> None:
    """The texts behind codes; a list that several columns or runs share is stored once."""
    coded = [(t.name, c.name, identity(c), c) for t in tables for c in t.columns if c.labels is not None]
    known = {list_id for (list_id,) in con.execute("SELECT list_id FROM label_lists").fetchall()}
    new = {list_id: column.labels for _, _, list_id, column in coded if list_id not in known}
    insert(con, "label_lists", [(list_id, list(labels or ())) for list_id, labels in new.items()])
    insert(con, "labels", [(run, table, column, list_id) for table, column, list_id, _ in coded])


def relabel(con: Connection, run: int, tables: Iterable[Table]) -> None:
    """More texts behind a run's codes than when it began."""
    con.execute("DELETE FROM labels WHERE run_id = ?", [run])
    keep_labels(con, run, tables)


def insert(con: Connection, table: str, rows: Sequence[Sequence[Any]]) -> None:
    """Rows of Python values, not too many in one statement."""
    for start in range(0, len(rows), 500):
        part = rows[start : start + 500]
        marks = ", ".join(["(" + ", ".join("?" * len(part[0])) + ")"] * len(part))
        con.execute(f"INSERT INTO {table} VALUES {marks}", [value for row in part for value in row])


def identity(column: Column) -> str:
    """A name for a list of labels, the same for the same list."""
    return hashlib.sha256(json.dumps(column.labels).encode()).hexdigest()[:16]


def append(con: Connection, world: str, run: int, batches: Sequence[Batch]) -> None:
    """Rows as worlds hold them, table by table."""
    if not batches:
        return
    for i, table in enumerate(batches[0].rows.tables):
        parts = [part for batch in batches if (part := batch.raw(i)).shape[1]]
        if parts:
            matrix = parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)
            append_columns(con, world, table.name, run, numbers(table, matrix))


def numbers(table: Table, matrix: np.ndarray) -> Arrays:
    """A matrix of rows as columns; DuckDB narrows whole numbers itself."""
    return {
        column.name: values.view(np.float64) if column.dtype == "float64" else values
        for column, values in zip(table.columns, matrix, strict=True)
    }


def append_columns(con: Connection, world: str, table: str, run: int, columns: Arrays) -> None:
    """Rows as numpy columns; DuckDB finds them by the name of this variable."""
    con.execute(layout.insert(world, table, columns, run))


def append_actions(con: Connection, run: int, actions: Iterable[Action]) -> None:
    insert(con, "actions", [(run, *action) for action in actions])


def note(con: Connection, run: int, **facts: Any) -> None:
    """Change what `runs` says about a run."""
    changes = ", ".join(f"{layout.quoted(name)} = ?" for name in facts)
    con.execute(f"UPDATE runs SET {changes} WHERE run_id = ?", [*facts.values(), run])


def shorten(con: Connection, run: int, tick: int) -> None:
    """A run that was rewound is complete up to there at most, and goes on."""
    earlier = "complete_until = least(complete_until, ?), status = 'running'"
    con.execute(f"UPDATE runs SET {earlier} WHERE run_id = ?", [tick, run])


def rows(con: Connection, source: str, table: Table, condition: str) -> Arrays:
    """Stored rows as they are, in order."""
    columns, order = layout.listed(table.names), layout.listed(table.order)
    query = f"SELECT {columns} FROM {source} WHERE {condition} ORDER BY {order}"
    found = con.execute(query).fetchnumpy()
    return {c.name: unmasked(found[c.name]) for c in table.columns}


def unmasked(values: np.ndarray) -> np.ndarray:
    """NULL as worlds write it: DuckDB takes NaN for NULL, and columns added later are NULL in older runs."""
    if not isinstance(values, np.ma.MaskedArray):
        return values
    missing = np.nan if values.dtype.kind == "f" else MISSING
    return np.asarray(values.filled(missing if values.dtype != bool else False))


def forget(
    con: Connection, world: str, tables: Iterable[Table], run: int, tick: int = 0, seq: int = 0
) -> None:
    """Delete a run's rows from `tick` on, and its actions from the one with number `seq` in that tick on."""
    mine = f"run_id = {run} AND tick >= {tick}"
    for table in tables:
        if table.kind != "view":
            con.execute(f"DELETE FROM {layout.rows_of(world, table.name)} WHERE {mine}")
    con.execute(f"DELETE FROM actions WHERE {mine} AND (tick > {tick} OR seq >= {seq})")


def detach_children(con: Connection, world: str, tables: Iterable[Table], run: int, tick: int) -> None:
    """Runs forked from this one later than `tick` get their own copy of what they shared from there on."""
    children = con.execute(
        "SELECT run_id, shared_until FROM runs WHERE parent_run = ? AND shared_until > ?", [run, tick]
    ).fetchall()
    names = [layout.rows_of(world, table.name) for table in tables if table.kind != "view"]
    for child, until in children:
        for where in [*names, "actions"]:
            con.execute(
                f"INSERT INTO {where} SELECT * REPLACE ({child} AS run_id) FROM {where}"
                f" WHERE run_id = {run} AND tick >= {tick} AND tick < {until}"
            )
        note(con, child, shared_until=tick)
