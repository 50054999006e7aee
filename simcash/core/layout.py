"""How declared tables lie in DuckDB: the text of statements, nothing that runs them.

Rows are stored as the world wrote them, whole numbers in their narrow types, in the schema `<world>_rows`.
Names in place of codes, and NULL in place of MISSING, appear in views: one set over all runs, one set per run
that also shows what the run inherited from the run it was forked from.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace

from simcash.core.tables import MISSING, Column, Table

FORMAT = 1
TYPES = {
    "int8": "TINYINT", "int16": "SMALLINT", "int32": "INTEGER", "int64": "BIGINT",
    "bool": "BOOLEAN", "float64": "DOUBLE",
}  # fmt: skip
WIDTHS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT")
CORE = """
CREATE TABLE IF NOT EXISTS simcash_format (version INTEGER);
CREATE TABLE IF NOT EXISTS runs (
    run_id INTEGER, name VARCHAR, world VARCHAR, parent_run INTEGER, fork_tick INTEGER,
    shared_until INTEGER, -- rows before this tick are the parent's; fork_tick, until the parent is rewound
    scenario VARCHAR, source VARCHAR, resolved VARCHAR, hash VARCHAR, seed BIGINT,
    version VARCHAR, "commit" VARCHAR, host VARCHAR, pid BIGINT, started TIMESTAMP,
    seconds DOUBLE, ticks INTEGER, complete_until INTEGER, status VARCHAR, replayable BOOLEAN
);
CREATE TABLE IF NOT EXISTS run_parameters (run_id INTEGER, name VARCHAR, value VARCHAR);
CREATE TABLE IF NOT EXISTS actions (
    run_id INTEGER, tick INTEGER, seq BIGINT, type VARCHAR, action VARCHAR, status VARCHAR, reason VARCHAR
);
CREATE TABLE IF NOT EXISTS declared (world VARCHAR, name VARCHAR, position INTEGER, declaration VARCHAR);
CREATE TABLE IF NOT EXISTS label_lists (list_id VARCHAR, texts VARCHAR[]);
CREATE TABLE IF NOT EXISTS labels (run_id INTEGER, table_name VARCHAR, column_name VARCHAR, list_id VARCHAR);
"""
FORMAT_MARK = f"INSERT INTO simcash_format VALUES ({FORMAT})"
RESERVED = (
    "simcash_format", "runs", "run_parameters", "actions", "declared", "label_lists", "labels",
)  # fmt: skip


@dataclass(frozen=True)
class Scope:
    """Whose rows a set of views shows: one run with what it inherited, or (run None) all runs."""

    run: int | None = None
    lineage: tuple[tuple[int, int | None], ...] = ()  # (run, rows before this tick), the run itself first
    lists: Mapping[tuple[str, str], str] = field(default_factory=dict)  # (table, column) -> label list
    live: tuple[int, ...] = ()  # runs whose rows show although their period is not complete
    core: str = "main"  # where runs and labels are

    def condition(self) -> str:
        """The rows of the run and of its ancestors before the forks, in SQL."""
        return " OR ".join(
            f"run_id = {run}" if until is None else f"(run_id = {run} AND tick < {until})"
            for run, until in self.lineage
        )


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def listed(names: Iterable[str]) -> str:
    return ", ".join(quoted(name) for name in names)


def rows_of(world: str, table: str) -> str:
    """Where a table's rows are stored."""
    return f"{quoted(world + '_rows')}.{quoted(table)}"


def declaration(table: Table) -> str:
    """A table's declaration as JSON; the labels are kept per run."""
    columns = [replace(c, labels=None if c.labels is None else ()) for c in table.columns]
    return json.dumps(asdict(replace(table, columns=tuple(columns))))


def declared(stored: str) -> Table:
    """The table that `declaration` wrote down."""
    plain = json.loads(stored)
    columns = tuple(
        Column(**{**column, "labels": None if column["labels"] is None else tuple(column["labels"])})
        for column in plain.pop("columns")
    )
    return Table(**{**plain, "columns": columns, "key": tuple(plain["key"]), "order": tuple(plain["order"])})


def check_name(table: Table) -> None:
    if table.name in RESERVED:
        raise ValueError(f'a table cannot be called "{table.name}": the history uses that name')


def create(world: str, table: Table) -> str:
    columns = ", ".join(f"{quoted(c.name)} {TYPES[c.stored]}" for c in table.columns)
    return f"CREATE TABLE IF NOT EXISTS {rows_of(world, table.name)} (run_id INTEGER, {columns})"


def fit(world: str, table: Table, present: Mapping[str, str]) -> list[str]:
    """What makes an earlier table hold this declaration too: missing columns, wider whole numbers."""
    where, changes = rows_of(world, table.name), []
    for column in table.columns:
        wanted, found = TYPES[column.stored], present.get(column.name)
        if found is None:
            changes.append(f"ALTER TABLE {where} ADD COLUMN {quoted(column.name)} {wanted}")
        elif found != wanted and not (found in WIDTHS and wanted in WIDTHS):
            raise ValueError(f"{table.name}.{column.name} is stored as {found} here, but is now {wanted}")
        elif found != wanted and WIDTHS.index(found) < WIDTHS.index(wanted):
            changes.append(f"ALTER TABLE {where} ALTER COLUMN {quoted(column.name)} TYPE {wanted}")
    return changes


def narrowed(query: str, sums: Iterable[str]) -> str:
    """The same query with its 128-bit sums as ordinary whole numbers."""
    casts = ", ".join(f"{quoted(name)}::BIGINT AS {quoted(name)}" for name in sums)
    return f"SELECT * REPLACE ({casts}) FROM (\n{query.strip().rstrip(';')}\n)"


def insert(world: str, table: str, columns: Iterable[str], run: int) -> str:
    """Append the numpy arrays in the caller's variable `columns`."""
    names = listed(columns)
    return f"INSERT INTO {rows_of(world, table)} (run_id, {names}) SELECT {run}, {names} FROM columns"


def views(schema: str, world: str, table: Table, source: str, scope: Scope) -> list[str]:
    """The views of one table: its plain name, and for a state also `<name>_log` with every row."""
    name = f"CREATE OR REPLACE VIEW {schema}.{quoted(table.name)} AS "
    if table.kind == "view":
        if scope.run is not None:
            return [name + table.sql.replace("{run}", "")]
        return [name + table.sql.replace("{run}", "run_id, ")] if "{run}" in table.sql else []
    rows = one_run(source, scope) if scope.run is not None else all_runs(source, scope)
    if table.kind != "state":
        return [name + reader(table, rows, scope)]
    log = f"CREATE OR REPLACE VIEW {schema}.{quoted(table.log)} AS {reader(table, rows, scope)}"
    return [name + reader(table, latest(table, rows), scope), log]


def one_run(source: str, scope: Scope) -> str:
    return f"(SELECT {scope.run} AS of_run, * FROM {source} WHERE {scope.condition()})"


def all_runs(source: str, scope: Scope) -> str:
    """Rows of every run, as far as they are complete."""
    ids = ", ".join(map(str, scope.live)) or "NULL"
    return (
        f"(SELECT r.run_id AS of_run, r.* FROM {source} r"
        f" JOIN {scope.core}.runs runs ON runs.run_id = r.run_id"
        f" WHERE r.tick < runs.complete_until OR r.run_id IN ({ids}))"
    )


def latest(table: Table, rows: str) -> str:
    """The last row of each key; a maximum per column is four times faster than a window."""
    order = f"({listed(table.order)})"
    others = [c.name for c in table.columns if c.name not in table.key]
    picked = ", ".join(f"arg_max({quoted(n)}, {order}) AS {quoted(n)}" for n in others)
    keys = listed(table.key)
    return f"(SELECT of_run, {keys}, {picked} FROM {rows} GROUP BY of_run, {keys})"


def reader(table: Table, rows: str, scope: Scope) -> str:
    """Stored rows as a user sees them."""
    columns = ", ".join(f"{decoded(c, table.name, scope)} AS {quoted(c.name)}" for c in table.columns)
    if scope.run is not None:
        return f"SELECT {columns} FROM {rows} r"
    names = [c.name for c in table.columns if c.labels is not None]
    found = ", ".join(
        f"any_value(texts) FILTER (column_name = {text(n)}) AS {quoted('labels ' + n)}" for n in names
    )
    joined = (
        f" LEFT JOIN (SELECT run_id AS for_run, {found}"
        f" FROM {scope.core}.labels JOIN {scope.core}.label_lists USING (list_id)"
        f" WHERE table_name = {text(table.name)} GROUP BY run_id) l ON l.for_run = r.of_run"
    )
    return f"SELECT r.of_run AS run_id, {columns} FROM {rows} r{joined if names else ''}"


def decoded(column: Column, table: str, scope: Scope) -> str:
    """One stored value as text, number or NULL. Codes count from 0, lists in SQL from 1."""
    value = f"r.{quoted(column.name)}"
    if column.labels is not None and scope.run is None:
        return f"l.{quoted('labels ' + column.name)}[{value} + 1]"
    if column.labels is not None:
        known = scope.lists.get((table, column.name), "")
        return f"(SELECT texts FROM {scope.core}.label_lists WHERE list_id = {text(known)})[{value} + 1]"
    if column.nullable and column.dtype != "float64":  # whose NaN is stored as NULL
        return f"nullif({value}, {MISSING})::{TYPES[column.dtype]}"
    return value
