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
from simcash.core.tables import Batch, Column, Table

Arrays = Mapping[str, np.ndarray]
Action = tuple[int, int, str, str, str, str]  # tick, seq, type, JSON, status, reason


class Connection(Protocol):
    """The one thing needed of a database connection."""

    def execute(self, query: str, parameters: Any = None, /) -> Any: ...


def declare(con: Connection, world: str, tables: Sequence[Table]) -> None:
    """Make room for a world's tables; tables of an earlier declaration grow to fit."""
    con.execute(layout.CORE)
    con.execute(f"CREATE SCHEMA IF NOT EXISTS {layout.quoted(world + '_rows')}")
    for table in tables:
        if table.name in layout.RESERVED:
            raise ValueError(f'a table cannot be called "{table.name}": the history uses that name')
        if table.kind != "view":
            con.execute(layout.create(world, table))
            for change in layout.fit(world, table, present(con, world, table)):
                con.execute(change)


def present(con: Connection, world: str, table: Table) -> dict[str, str]:
    """The columns that a stored table has, and their types."""
    found = con.execute(
        "SELECT column_name, data_type FROM duckdb_columns()"
        " WHERE database_name = current_database() AND schema_name = ? AND table_name = ?",
        [f"{world}_rows", table.name],
    )
    return dict(found.fetchall())


def register(con: Connection, run: int, facts: Facts, tables: Sequence[Table]) -> None:
    """A run begins: who it is, what its tables are, and what their codes stand for."""
    declare(con, facts.world, tables)
    row = {"run_id": run, **facts.row()}
    marks = ", ".join("?" * len(row))
    con.execute(f"INSERT INTO runs ({layout.listed(row)}) VALUES ({marks})", list(row.values()))
    for name, value in facts.parameters.items():
        given = json.dumps(value, default=repr)
        con.execute("INSERT INTO run_parameters VALUES (?, ?, ?)", [run, name, given])
    con.execute("DELETE FROM declared WHERE world = ?", [facts.world])
    for position, table in enumerate(tables):
        stored = [facts.world, table.name, position, layout.declaration(table)]
        con.execute("INSERT INTO declared VALUES (?, ?, ?, ?)", stored)
    keep_labels(con, run, tables)


def keep_labels(con: Connection, run: int, tables: Iterable[Table]) -> None:
    """The texts behind codes; a list that several columns or runs share is stored once."""
    for table in tables:
        for column in table.columns:
            if column.labels is None:
                continue
            list_id = identity(column)
            if not con.execute("SELECT 1 FROM label_lists WHERE list_id = ?", [list_id]).fetchall():
                con.execute("INSERT INTO label_lists VALUES (?, ?)", [list_id, list(column.labels)])
            con.execute("INSERT INTO labels VALUES (?, ?, ?, ?)", [run, table.name, column.name, list_id])


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
    for action in actions:
        con.execute("INSERT INTO actions VALUES (?, ?, ?, ?, ?, ?, ?)", [run, *action])


def note(con: Connection, run: int, **facts: Any) -> None:
    """Change what `runs` says about a run."""
    changes = ", ".join(f"{layout.quoted(name)} = ?" for name in facts)
    con.execute(f"UPDATE runs SET {changes} WHERE run_id = ?", [*facts.values(), run])


def shorten(con: Connection, run: int, tick: int) -> None:
    """A run that was rewound is complete up to there at most, and goes on."""
    con.execute(
        "UPDATE runs SET complete_until = least(complete_until, ?), status = 'running' WHERE run_id = ?", [tick, run]
    )


def rows(con: Connection, source: str, table: Table, condition: str) -> Arrays:
    """Stored rows as they are, in order."""
    columns, order = layout.listed(table.names), layout.listed(table.order)
    query = f"SELECT {columns} FROM {source} WHERE {condition} ORDER BY {order}"
    found: Arrays = con.execute(query).fetchnumpy()
    return found


def forget(con: Connection, world: str, tables: Iterable[Table], run: int, tick: int = 0, seq: int = 0) -> None:
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
