"""The writing end of one run: rows wait here in the world's own buffers until they are worth a statement.

In memory, rows go to the history when it is asked, and in the background when half a million wait (a million
if the world has not turned to a fresh chunk of buffers by then). With a file they go to it when the clock's
period ends, and when so many wait, out of others' sight until the period is complete; what is asked for
before that lies in the history's tables in memory meanwhile.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from simcash.core import layout, store
from simcash.core.facts import Facts
from simcash.core.history import History
from simcash.core.shield import Shield
from simcash.core.store import Action, Arrays, Connection
from simcash.core.tables import Batch, Table
from simcash.core.troubles import HistoryError
from simcash.core.world import Receipt

LOG = logging.getLogger("simcash")
MANY_WAITING = 500_000  # rows; fewer per statement cost more per row, more wait longer in memory


class Recorder:
    """Takes the rows and actions of one run to its history."""

    def __init__(self, history: History, facts: Facts, tables: Sequence[Table]) -> None:
        self.history, self.facts, self.tables = history, facts, tuple(tables)
        self.now = facts.start
        self.status = "running"
        self.seconds = 0.0
        self.replayable = True
        self.rows = 0  # of this run so far, pending ones included
        self.written = False  # whether the store in memory knows the run
        self._pending: list[Batch] = []
        self._actions: list[Action] = []
        self._waiting = 0  # rows in _pending
        self._lock = history.lock
        self.closed = False
        with self._lock:
            self.run_id = history.enter(self)
            if history.path is None:
                self._enter_memory()  # now, so that running need not write down a long scenario

    # what happens

    def add(self, batch: Batch, now: int) -> None:
        """Keep a step's rows; batches that touch become one, so this costs a few microseconds."""
        if self.closed:
            raise HistoryError(f"run {self.run_id} is closed and takes no more rows")
        with self._lock:
            self.now = now  # first: who is interrupted knows from it what may have been kept
            pending = self._pending
            merged = pending[-1].then(batch) if pending else None
            if merged is None:
                pending.append(batch)
            else:
                pending[-1] = merged
            count = batch.count()
            self.rows += count
            self._waiting += count
            if self._waiting >= (MANY_WAITING if merged is None else 2 * MANY_WAITING):
                self._take_on()

    def add_action(self, tick: int, seq: int, receipt: Receipt) -> None:
        """Keep an action, also a refused one."""
        try:
            stored = as_json(receipt.action)
        except (TypeError, ValueError):
            stored = unfit(receipt.action)
            self.replayable = self.replayable and not receipt.accepted
        status = "accepted" if receipt.accepted else "refused"
        kind = str(receipt.action.get("type", ""))
        self._actions.append((tick, seq, kind, stored, status, receipt.reason))

    # where it goes

    def flush(self) -> None:
        """Bring everything pending to where queries see it."""
        with self._lock, Shield():
            if self.closed:
                return
            self.history.settle()
            self._enter_memory()
            self._write(self.history.memory, self._pending, self._actions)
            self._let_go()
            if self.history.path is None:
                self._note(self.history.memory)

    def persist(self) -> None:
        """Make everything up to now durable, if there is a file."""
        if self.history.path is not None:
            self._to_file(complete=True)

    def rename(self, tables: Sequence[Table]) -> None:
        """The world's tables as they are now, with more texts behind their codes than before."""
        with self._lock:
            self.flush()
            con = self.history.memory if self.history.path is None else self.history.open_file()
            with Shield(), self.history.transaction(con):
                store.relabel(con, self.run_id, tables)
            self.tables = tuple(tables)
            self.history.changed()

    def cut(self, tick: int, seq: int = 0) -> None:
        """Forget rows from `tick` on, and actions from its `seq`th; later forks keep what they shared."""
        with self._lock:
            self.flush()
            history, world, run = self.history, self.facts.world, self.run_id
            con = history.memory if history.path is None else history.open_file()
            with Shield():
                with history.transaction(con):
                    store.detach_children(con, world, self.tables, run, tick)
                    store.forget(con, world, self.tables, run, tick, seq)
                    store.shorten(con, run, tick)
                if history.path is not None:
                    store.forget(history.memory, world, self.tables, run, tick, seq)
                self.now, self.status = tick, "running"
                self.rows = sum(self.history.counts(run).values())
                history.changed()

    def load(self, rows: Mapping[str, Arrays], actions: Sequence[Action], now: int) -> None:
        """Rows of an earlier life of this run."""
        with self._lock, Shield():
            self.flush()
            self.now = now
            for name, columns in rows.items():
                store.append_columns(self.history.memory, self.facts.world, name, self.run_id, columns)
                self.rows += len(next(iter(columns.values())))
            self._actions.extend(actions)
            self.flush()
        self.persist()

    def close(self) -> None:
        """Write what is pending and say how the run ended."""
        with self._lock:
            if self.closed:
                return
            if self.status == "running":
                self.status = "interrupted"
            if self.history.path is None:
                self.flush()
            else:
                self.persist()
            self.closed = True
            self.history.leave(self)

    # statements

    def _write(self, con: Connection, batches: Sequence[Batch], actions: Sequence[Action]) -> None:
        store.append(con, self.facts.world, self.run_id, batches)
        store.append_actions(con, self.run_id, actions)

    def _note(self, con: Connection) -> None:
        store.note(
            con, self.run_id, complete_until=self.now, seconds=self.seconds,
            status=self.status, replayable=self.replayable,
        )  # fmt: skip

    def _let_go(self) -> None:
        self._pending, self._actions, self._waiting = [], [], 0

    def _enter_memory(self) -> None:
        """Tables in memory for this run, once they are needed."""
        if self.written:
            return
        if self.history.path is None:
            store.register(self.history.memory, self.run_id, self.facts, self.tables)
        else:
            store.declare(self.history.memory, self.facts.world, self.tables)
        self.written = True
        self.history.changed()

    def _take_on(self) -> None:
        """Many rows wait: hand them over, without waiting for it where possible."""
        if self.history.path is not None:
            self._spill()
            return
        with Shield():
            self.history.settle()
            self._enter_memory()
            batches = self._pending[:-1] or self._pending  # whole chunks if possible: nothing is copied
            self._pending = self._pending[len(batches) :]
            self._waiting = sum(batch.count() for batch in self._pending)
            self.history.in_background(lambda con: self._write_all(con, batches))

    def _write_all(self, con: Connection, batches: list[Batch]) -> None:
        """In the background: all of the batches, or none and they are pending again."""
        con.execute("BEGIN")
        try:
            self._write(con, batches, ())
        except BaseException:
            con.execute("ROLLBACK")
            self._pending[:0] = batches
            raise
        con.execute("COMMIT")

    def _spill(self) -> None:
        """Within a period: into the file, hidden until the period is complete; if not now, then later."""
        patience, self.history.patience = self.history.patience, 0.0
        try:
            self._to_file(complete=False)
        except HistoryError as error:
            LOG.warning("%s; the rows stay in memory until it can be written", error)
            self._waiting = 0
        finally:
            self.history.patience = patience

    def _to_file(self, *, complete: bool) -> None:
        """Everything that is only in memory, in one transaction."""
        history, world, mine = self.history, self.facts.world, f"run_id = {self.run_id}"
        with self._lock:
            con = history.open_file()  # may wait for others
            with Shield():
                with history.transaction(con):
                    if self.written:
                        self._copy(con, mine)
                    self._write(con, self._pending, self._actions)
                    if complete:
                        self._note(con)
                self._let_go()
                if self.written:
                    store.forget(history.memory, world, self.tables, self.run_id)

    def _copy(self, con: Connection, mine: str) -> None:
        """Rows that were brought into memory for a query."""
        memory, world = self.history.memory, self.facts.world
        for table in self.tables:
            if table.kind != "view":
                columns = store.rows(memory, layout.rows_of(world, table.name), table, mine)
                if len(next(iter(columns.values()))):
                    store.append_columns(con, world, table.name, self.run_id, columns)
        actions = memory.execute(
            f"SELECT tick, seq, type, action, status, reason FROM actions WHERE {mine} ORDER BY tick, seq"
        )
        store.append_actions(con, self.run_id, actions.fetchall())


def as_json(action: Mapping[str, Any]) -> str:
    """An action as text; numpy's numbers are numbers."""
    return json.dumps(dict(action), default=number)


def unfit(action: Mapping[str, Any]) -> str:
    """An action that is not all data, as text: the rest as Python shows it."""
    try:
        return json.dumps(dict(action), default=repr)
    except ValueError:
        return json.dumps({key: repr(value) for key, value in action.items()})


def number(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{value!r} is not data")
