"""What happened, in DuckDB: many runs, in memory or in a file. The only file that imports duckdb.

Queries run in an instance in memory. A file is open only while it is read or written: it is attached for the
length of a query and written through a connection of its own, one transaction at a time, so that other
processes can read in between and a crash leaves whole periods. Rows of a period that is not yet in the file
lie in tables of the same shape in memory, and views show both as one.
"""

from __future__ import annotations

import atexit
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from simcash.core import layout, store
from simcash.core.catalogue import Catalogue, Lineage, schema_of
from simcash.core.tables import Table
from simcash.core.tabular import TableError
from simcash.core.troubles import HistoryError, explanation, is_alive, is_held, no_such_run

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

    from simcash.core.recorder import Recorder

__all__ = ["History", "HistoryError"]

LOG = logging.getLogger("simcash")
PATIENCE = 30.0  # seconds a file held by another process is waited for
FORMATS = ("parquet", "csv", "xlsx")
VIEWS = "SELECT view_name FROM duckdb_views() WHERE database_name = 'memory' AND schema_name = ? ORDER BY 1"
_open: set[History] = set()  # those with a file: what they still hold is written when Python ends

T = TypeVar("T")


class History:
    """Rows of many runs; `sql` asks them."""

    def __init__(self, db: str | Path | None = None, *, patience: float = PATIENCE) -> None:
        self.path = None if db is None else Path(db).expanduser().resolve()
        self.patience = patience
        self.lock = threading.RLock()
        self._recorders: list[Recorder] = []
        self._memory: duckdb.DuckDBPyConnection | None = None
        self._threads = threading.local()
        self._worker: ThreadPoolExecutor | None = None
        self._job: Future[None] | None = None
        self._writing = False  # what DuckDB in memory is set up for
        self._ids = 0
        self._reading = self._closed = False
        self._declared: dict[str, dict[str, dict[str, str]]] = {}  # in memory: world, table, column, type
        self._changes = 0
        self._plans: dict[int | None, tuple[Any, list[str]]] = {}
        if self.path is not None:
            if self.path.exists():
                self._report_interrupted()
            _open.add(self)

    # asking

    def sql(self, query: str, parameters: Any = None, *, run: int | None = None) -> pd.DataFrame:
        """A query over all runs, or over the tables of one run as its simulation sees them."""
        with self.reading(run) as cursor:
            found = cursor.execute(query, parameters)
            sums = [column[0] for column in found.description or () if str(column[1]) == "HUGEINT"]
            if sums:  # pandas would make floats of them
                import duckdb

                try:
                    return cursor.execute(layout.narrowed(query, sums), parameters).df()
                except duckdb.ConversionException:  # beyond int64: floats after all
                    found = cursor.execute(query, parameters)
            return found.df()

    def fetch(self, query: str, parameters: Any = None, *, run: int | None = None) -> list[tuple[Any, ...]]:
        """The same as plain rows, without pandas."""
        with self.reading(run) as cursor:
            return cursor.execute(query, parameters).fetchall()

    @property
    def runs(self) -> pd.DataFrame:
        """One row per run; a run whose process has died reads as interrupted."""
        return self.sql("SELECT * EXCLUDE (scenario, source, resolved) FROM runs ORDER BY run_id")

    def facts(self, run: int) -> dict[str, Any]:
        """All that `runs` says about one run."""
        with self.reading(None) as cursor:
            found = cursor.execute("SELECT * FROM runs WHERE run_id = ?", [run])
            names, row = [column[0] for column in found.description or ()], found.fetchone()
            if row is not None:
                return dict(zip(names, row, strict=True))
            known = [r for (r,) in cursor.execute("SELECT run_id FROM runs ORDER BY 1").fetchall()]
        raise no_such_run(run, known)

    def tables(self, run: int) -> tuple[Table, ...]:
        """The declared tables of one run."""
        with self.reading(run):
            catalogue = self._catalogue()
            return catalogue.declared().get(catalogue.world(run), ())

    def counts(self, run: int) -> dict[str, int]:
        """How many rows one run has, per table that is stored."""
        queries = [
            f"SELECT {layout.text(table.name)}, count(*) FROM {layout.quoted(table.log)}"
            for table in self.tables(run)
            if table.kind != "view"
        ]
        return dict(self.fetch(" UNION ALL ".join(queries), run=run)) if queries else {}

    def lineage(self, run: int) -> Lineage:
        """The run and those it was forked from, each with the tick before which its rows count."""
        with self.reading(run):
            return self._catalogue().lineage(run)

    def stored_rows(self, run: int) -> dict[str, store.Arrays]:
        """All rows of one run, inherited ones included, as they are stored."""
        with self.reading(run) as cursor:
            catalogue = self._catalogue()
            world, where = catalogue.world(run), catalogue.scope(run).condition()
            tables = [table for table in catalogue.declared()[world] if table.kind != "view"]
            return {t.name: store.rows(cursor, catalogue.rows(world, t), t, where) for t in tables}

    def export(self, folder: str | Path, format: str = "parquet", *, run: int | None = None) -> Path:
        """Write every table to `folder`: one file each, or (xlsx) all into one workbook, a sheet each."""
        if format not in FORMATS:
            raise ValueError(f'format "{format}" is not known; known: {", ".join(FORMATS)}')
        folder = Path(folder)
        with self.reading(run) as cursor, self.explained(folder):
            folder.mkdir(parents=True, exist_ok=True)
            found = cursor.execute(VIEWS, [schema_of(run)]).fetchall()
            queries = {name: f"FROM {layout.quoted(name)} ORDER BY ALL" for (name,) in found}
            if format == "xlsx":
                export_workbook(cursor, folder / "tables.xlsx", queries)
            else:
                for name, rows in queries.items():
                    target = layout.text(str(folder / f"{name}.{format}"))
                    cursor.execute(f"COPY ({rows}) TO {target} (FORMAT {format})")
        return folder

    @contextmanager
    def reading(self, run: int | None) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor that sees everything up to now, pending rows included."""
        with self.lock:
            if self._closed:
                raise HistoryError(
                    "this history is closed" + (f"; History({str(self)!r}) reads it" if self.path else "")
                )
            for recorder in self._recorders:
                recorder.flush()
            self.settle()
            self._prepare_for(writing=False)
            with self._attached():
                cursor = self._cursor()
                self._prepare(cursor, run)
                cursor.execute(f"SET search_path = 'memory.{schema_of(run)},memory.main'")
                yield cursor

    def _prepare(self, cursor: duckdb.DuckDBPyConnection, run: int | None) -> None:
        """Make the views of one run (or of all) what they should be now."""
        written = self.path.stat().st_mtime_ns if self.path else 0
        stamp = (self._changes, written, self._dead())
        known, plan = self._plans.get(run, (None, []))
        if known == stamp:
            return
        wanted = self._catalogue().plan(run)
        if wanted != plan:
            cursor.execute(f"CREATE SCHEMA IF NOT EXISTS memory.{schema_of(run)}")
            cursor.execute(f"SET search_path = 'memory.{schema_of(run)},memory.main'")  # for views over views
            for statement in wanted:
                cursor.execute(statement)
        self._plans[run] = (stamp, wanted)

    def _catalogue(self) -> Catalogue:
        here = frozenset(r.facts.world for r in self._recorders if r.written)
        live = tuple(r.run_id for r in self._recorders)
        return Catalogue(self.memory, self.path is not None, here, live, self._dead())

    # writing

    def enter(self, recorder: Recorder) -> int:
        """A run begins; with a file, it is in it from the start."""
        if self._closed:
            raise HistoryError("this history is closed and takes no more runs")
        if self.path is None:
            self._check_fit(recorder.facts.world, recorder.tables)
            self._ids += 1
            run = self._ids
        else:
            con = self.open_file()
            with self.transaction(con):
                run = int(con.execute("SELECT coalesce(max(run_id), 0) + 1 FROM runs").fetchall()[0][0])
                store.register(con, run, recorder.facts, recorder.tables)
                for statement in own_views(recorder.facts.world, recorder.tables):
                    con.execute(statement)
        self._recorders.append(recorder)
        self.changed()
        return run

    def _check_fit(self, world: str, tables: tuple[Table, ...]) -> None:
        """Refuse now, and not when rows are written, what cannot lie beside what is there."""
        known = self._declared.setdefault(world, {})
        for table in tables:
            columns = {column.name: layout.TYPES[column.stored] for column in table.columns}
            layout.check_name(table)
            layout.fit(world, table, {**columns, **known.get(table.name, {})})
            known[table.name] = {**known.get(table.name, {}), **columns}

    def leave(self, recorder: Recorder) -> None:
        """A run has written its last row."""
        self._recorders.remove(recorder)
        self.changed()

    def changed(self) -> None:
        """Views made before may be out of date."""
        self._changes += 1

    def in_background(self, work: Callable[[duckdb.DuckDBPyConnection], None]) -> None:
        """Do `work` on the store in memory while the world goes on, one at a time."""
        self.settle()
        self._prepare_for(writing=True)
        self._worker = self._worker or ThreadPoolExecutor(1, "simcash-history")
        self._job = self._worker.submit(work, self.memory.cursor())

    def _prepare_for(self, *, writing: bool) -> None:
        """One thread writes, in order without being told to keep it, which costs half as much; all read."""
        if self._writing != writing:
            self.memory.execute("SET threads = 1" if writing else "RESET threads")
            self.memory.execute(f"SET preserve_insertion_order = {not writing}")
            self._writing = writing

    def settle(self) -> None:
        """Wait for the work in the background; what went wrong there is raised here."""
        job, self._job = self._job, None
        if job is not None:
            job.result()

    @property
    def memory(self) -> duckdb.DuckDBPyConnection:
        """The store in memory, opened when first needed."""
        if self._memory is None:
            import duckdb

            self._memory = duckdb.connect(":memory:")
            self._memory.execute(layout.CORE)
        return self._memory

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        """This thread's own cursor on it."""
        found: duckdb.DuckDBPyConnection | None = getattr(self._threads, "cursor", None)
        if found is None:
            found = self._threads.cursor = self.memory.cursor()
        return found

    # the file

    def open_file(self) -> duckdb.DuckDBPyConnection:
        """A connection that may write; waits while another process holds the file."""
        import duckdb

        con = self._patiently(lambda: duckdb.connect(str(self.path), config={"threads": 1}))
        try:
            with self.explained():
                if not con.execute("SELECT 1 FROM duckdb_tables()").fetchall():
                    con.execute(f"BEGIN; {layout.CORE} {layout.FORMAT_MARK}; COMMIT")
                self._check_format(con, "current_database()", "")
        except BaseException:
            con.close()
            raise
        return con

    @contextmanager
    def transaction(self, con: duckdb.DuckDBPyConnection) -> Iterator[None]:
        """All of the block or nothing; a connection to the file is closed at its end."""
        with self.explained():
            con.execute("BEGIN")
            try:
                yield
                con.execute("COMMIT")
            except BaseException:
                undo(con)
                raise
            finally:
                if con is not self._memory:
                    con.close()

    @contextmanager
    def _attached(self) -> Iterator[None]:
        """The file as `stored`, for reading."""
        if self.path is None or self._reading:
            yield
            return
        if not self.path.exists():
            raise HistoryError(f"there is no file {self.path}")
        attach = f"ATTACH {layout.text(str(self.path))} AS stored (READ_ONLY)"
        self._patiently(lambda: self.memory.execute(attach))
        self._reading = True
        try:
            with self.explained():
                self._check_format(self.memory, "'stored'", "stored.main.")
            yield
        finally:
            self._reading = False
            self.memory.execute("DETACH stored")

    def _check_format(self, con: duckdb.DuckDBPyConnection, database: str, prefix: str) -> None:
        """Refuse a file that is not a history, or is newer than this program."""
        names = con.execute(f"SELECT table_name FROM duckdb_tables() WHERE database_name = {database}")
        if ("simcash_format",) not in names.fetchall():
            raise HistoryError(f"{self.path} is a DuckDB file, but not a simcash history")
        version = con.execute(f"SELECT max(version) FROM {prefix}simcash_format").fetchall()[0][0]
        if version is None or version > layout.FORMAT:
            raise HistoryError(
                f"{self.path} has format {version} and was written by a newer simcash;"
                f" this one reads up to format {layout.FORMAT}"
            )

    def _patiently(self, act: Callable[[], T]) -> T:
        """Do `act`, again while another process holds the file, for as long as patience lasts."""
        import duckdb

        until, said = time.monotonic() + self.patience, False
        while True:
            try:
                return act()
            except duckdb.Error as error:
                if not is_held(error) or time.monotonic() >= until:
                    raise HistoryError(explanation(error, self.path)) from error
                if not said:
                    held = explanation(error, self.path)
                    LOG.warning("%s; waiting for it, up to %g s", held, self.patience)
                said = True
            time.sleep(0.1)

    @contextmanager
    def explained(self, path: Path | None = None) -> Iterator[None]:
        """Errors of the database and the disk, in a sentence."""
        import duckdb

        try:
            yield
        except (duckdb.Error, OSError) as error:
            raise HistoryError(explanation(error, path or self.path)) from error

    # runs that ended without saying so

    def _dead(self) -> tuple[int, ...]:
        """Runs called running whose process is gone from this machine."""
        if self.path is None:
            return ()
        mine = {recorder.run_id for recorder in self._recorders}
        running = "SELECT run_id, pid FROM stored.main.runs WHERE status = 'running' AND host = ?"
        found = self.memory.execute(running, [socket.gethostname()]).fetchall()
        return tuple(run for run, pid in found if run not in mine and not is_alive(pid))

    def _report_interrupted(self) -> None:
        """Say which runs in the file stopped in the middle, and what there is of them."""
        with self.lock, self._attached():
            for run in self._dead():
                name, until, ticks = self.memory.execute(
                    "SELECT name, complete_until, ticks FROM stored.main.runs WHERE run_id = ?", [run]
                ).fetchall()[0]
                LOG.warning(
                    "run %d (%s) in %s was interrupted; it is complete up to tick %d of %d",
                    run, name, self, until, ticks,
                )  # fmt: skip

    def close(self) -> None:
        """Write what is pending, and let go of file and memory."""
        with self.lock:
            for recorder in list(self._recorders):
                recorder.close()
            self.settle()
            if self._worker is not None:
                self._worker.shutdown()
            if self._memory is not None:
                self._memory.close()
            self._worker = self._memory = None
            self._closed = True
            self._threads = threading.local()
            self._plans.clear()
            _open.discard(self)

    def __enter__(self) -> History:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def __str__(self) -> str:
        return "memory" if self.path is None else self.path.name

    def __repr__(self) -> str:
        return f"History({'in memory' if self.path is None else str(self.path)!r}): .sql(query), .runs"


def export_workbook(cursor: duckdb.DuckDBPyConnection, path: Path, queries: Mapping[str, str]) -> None:
    """The results of some queries, each as a sheet of its name."""
    from simcash.core.workbook import Sheet, check_rows, write_workbook

    check_rows(
        {n: cursor.execute(f"SELECT count(*) FROM ({q})").fetchall()[0][0] for n, q in queries.items()}
    )
    write_workbook(path, (Sheet(name, *streamed(cursor, query)) for name, query in queries.items()))


def streamed(cursor: duckdb.DuckDBPyConnection, query: str) -> tuple[list[str], Iterator[tuple[Any, ...]]]:
    """The columns of a result, and its rows, not all at once."""
    found = cursor.execute(query)
    parts = iter(lambda: found.fetchmany(10_000), [])
    return [column[0] for column in found.description or ()], chain.from_iterable(parts)


def read_parquet(path: Path) -> pd.DataFrame:
    """A Parquet file as a frame; exact decimals come as text."""
    import duckdb

    file = f"read_parquet({layout.text(str(path))})"
    try:
        with duckdb.connect() as con:
            found = con.execute(f"DESCRIBE FROM {file}").fetchall()
            exact = [layout.quoted(name) for name, kind, *_ in found if kind.startswith("DECIMAL")]
            casts = ", ".join(f"{name}::VARCHAR AS {name}" for name in exact)
            return con.execute(f"SELECT *{f' REPLACE ({casts})' if exact else ''} FROM {file}").df()
    except duckdb.Error as error:
        raise TableError(f"{path.name} cannot be read: {str(error).splitlines()[0]}") from error


def own_views(world: str, tables: tuple[Table, ...]) -> list[str]:
    """Views kept in the file, so that any program that opens it sees names and not codes."""
    scope = layout.Scope()
    return [
        statement
        for table in tables
        for statement in layout.views("main", world, table, layout.rows_of(world, table.name), scope)
    ]


def undo(con: duckdb.DuckDBPyConnection) -> None:
    """Roll back, unless the failure did so already."""
    import duckdb

    with suppress(duckdb.Error):
        con.execute("ROLLBACK")


@atexit.register
def _close_all() -> None:
    for history in list(_open):
        try:
            history.close()
        except HistoryError as error:
            LOG.warning("%s; the rows since the last finished period are not in the file", error)
