"""A world that runs and remembers: what users hold in their hands.

Time is in `loop`; here is what is asked of a simulation, kept of it, and shown of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial, wraps
from inspect import ismethod
from operator import index
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, cast

from simcash.core import saving
from simcash.core.faces import forwarded, found, nearest_name
from simcash.core.facts import source_facts, source_from
from simcash.core.loop import Loop, Make
from simcash.core.past import Past
from simcash.core.scenario import refuse_start_changes
from simcash.core.snapshots import Snapshots
from simcash.core.source import Source
from simcash.core.story import Acted, Story
from simcash.core.world import Picture, Receipt

if TYPE_CHECKING:
    import pandas as pd

ANSWERED = "SELECT tick, seq, type, action, status, reason FROM actions ORDER BY tick, seq"


class Simulation(Loop):
    """A world, its history, and the one loop that moves both."""

    # time travel

    def rewind(self, tick: int, *, forget: bool = False) -> Self:
        """Go back to `tick`. What was done after it is done again on the way, unless another action (or
        `forget`) makes it another story; either way the later rows are written anew."""
        with self._lock:
            tick, first = index(tick), self._facts.start
            if tick > self._now:
                raise ValueError(f"tick {tick} is not past, now is {self._now}; run(until={tick}) goes there")
            if tick < first:
                parent = self._facts.parent_run
                before = f", before which it was run {parent}" if parent else ""
                raise ValueError(f"rewind({tick}) is out of reach: this run begins at tick {first}{before}")
            story = self._story
            past = story.before(tick)
            self._recorder.cut(tick, story.inherited if tick == first else 0)
            story.rewind(past)
            if forget:
                story.ahead.clear()
            self._snapshots.forget_after(tick, past)
            self._now, self._doubt, self._told_end = tick, True, False
            self._recover()
            self._tell()
            return self

    def world_at(self, tick: int) -> Any:
        """Another world, as this run's was at a past tick, to look into or to step; the run stays."""
        return self.past_from(tick).world

    def past_from(self, tick: int) -> Past:
        """The past from a tick up to now, to be walked again; the run stays, and need not wait."""
        with self._lock:
            tick, first, done = index(tick), self._facts.start, self._story.done
            if not first <= tick <= self._now:
                raise ValueError(f"tick {tick} is out of reach: this run knows ticks {first} to {self._now}")
            kept, until = self._snapshots.nearest(tick, len(done)), self._now
            ahead = [acted for acted in done[kept.actions :] if acted.accepted]
        world = self._make(self.source)
        world.restore(kept.snapshot)
        return Past(world, ahead, tick, until)

    def past(self) -> Iterator[Any]:
        """Another world as this run's was at its first tick, then again at every tick after it up to now."""
        past = self.past_from(self._facts.start)
        yield past.world
        for _ in past.go(past.until, 1):
            yield past.world

    def fork(self, set: Mapping[str, Any] | None = None) -> Self:
        """Another future from here: a new run that shares the past and goes on with `set` changed."""
        with self._lock:
            source = self.source
            if set:
                source = source.with_values(set)
                self._check_fork(source)
            return self._branch(source, set)

    def _check_fork(self, changed: Source) -> None:
        """By the world's own rule, if it has one, or else by its model's live fields."""
        own = getattr(self._world, "check_fork", None)
        model: Any = type(getattr(self._world, "scenario", None))
        if own is not None:
            own(self.source, changed)
        elif hasattr(model, "model_fields"):
            refuse_start_changes(model, self.source, changed)

    def _branch(self, source: Source, changes: Mapping[str, Any] | None) -> Self:
        """A new run of `source` from the state of now."""
        start = self.world.snapshot()
        self._recorder.persist()
        child = type(self)(
            self._make, source, history=self.history, faces=self._faces, seed=self.seed,
            parameters=changes, start=start, parent=self,
        )  # fmt: skip
        child._recorder.rows = self._recorder.rows
        child._inherit(acted for acted in self._story.done if acted.accepted and acted.tick == self._now)
        return child

    def _inherit(self, actions: Iterable[Acted]) -> None:
        """Actions of this very tick that the state already holds."""
        for acted in actions:
            self._note(Receipt(True, acted.action))
        self._story.inherited = len(self._story.done)
        self._snapshots = Snapshots(self._snapshots.kept[0].snapshot, self._story.inherited)

    # what happened

    def sql(self, query: str, parameters: Any = None) -> pd.DataFrame:
        """A query over this run's tables, pending rows and the past it shares included."""
        with self._lock:
            return self.history.sql(query, parameters, run=self._recorded())

    def rows(self, query: str, parameters: Any = None) -> list[tuple[Any, ...]]:
        """The same as plain rows, without pandas."""
        with self._lock:
            return self.history.fetch(query, parameters, run=self._recorded())

    def _recorded(self) -> int:
        """The run, with its figures brought up to now."""
        self._recorder.seconds = self._busy
        return self.run_id

    def table(self, name: str) -> pd.DataFrame:
        """One table, in its order."""
        known = {table.name: table for table in self._world.tables}
        known |= {table.log: table for table in self._world.tables}
        if name not in known:
            raise KeyError(nearest_name(name, list(known), "table"))
        order = ", ".join(f'"{column}"' for column in known[name].order if column in known[name].names)
        return self.sql(f'FROM "{name}"' + (f" ORDER BY {order}" if order else ""))

    @property
    def tables(self) -> pd.DataFrame:
        """Every table: its name, what it holds, and how many rows."""
        from simcash.core.notebook import Words

        counts = self.history.counts(self._recorded())
        rows = [
            (t.name, t.kind, counts.get(t.name), ", ".join(t.names), t.meaning) for t in self._world.tables
        ]
        named = Words(rows, columns=["table", "kind", "rows", "columns", "meaning"]).set_index("table")
        return Words(named.astype({"rows": "Int64"}))  # a view counts no rows

    def columns(self, table: str) -> pd.DataFrame:
        """The columns of one table and what they mean."""
        from simcash.core.notebook import Words

        known = {t.name: t for t in self._world.tables}
        if table not in known:
            raise KeyError(nearest_name(table, list(known), "table"))
        rows = [
            (column.name, column.dtype if column.labels is None else "text", column.meaning)
            for column in known[table].columns
        ]
        return Words(Words(rows, columns=["column", "type", "meaning"]).set_index("column"))

    def events(
        self, kind: str | None = None, agent: str | None = None, since: int | None = None
    ) -> pd.DataFrame:
        """One readable stream of what happened, in order."""
        from simcash.core.events import events_query

        query, parameters = events_query(self._world.tables, kind, agent, since)
        return self.sql(query, parameters)

    def picture(self, kind: str | None = None) -> Picture:
        """Nodes and edges with plain numbers, for drawing."""
        with self._lock:
            world = self.world
            if not hasattr(world, "picture"):
                raise TypeError(f"the {self._facts.world} world has no picture")
            return cast(Picture, world.picture(kind))

    def export(self, folder: str | Path, format: str = "parquet") -> Path:
        """Write every table to a folder, as parquet or csv, or all into one workbook there (xlsx)."""
        with self._lock:
            return self.history.export(folder, format, run=self._recorded())

    # keeping

    def save(self, path: str | Path) -> Path:
        """Everything in one file: state, scenario, actions, rows."""
        with self._lock:
            now = self.world.snapshot()
            done, ahead = (
                [[acted.tick, dict(acted.action), acted.accepted] for acted in actions]
                for actions in (self._story.done, self._story.ahead)
            )
            facts = {
                "source": source_facts(self.source), "text": self.source.text, "seed": self.seed,
                "parameters": self._facts.parameters, "inherited": self._story.inherited,
                "done": done, "ahead": ahead,
                "answered": self.rows(ANSWERED),
            }  # fmt: skip
            snapshots = {"start": self._snapshots.kept[0].snapshot, "now": now}
            return saving.write(Path(path), facts, snapshots, self.history.stored_rows(self.run_id))

    @classmethod
    def load(
        cls, path: str | Path, make_of: Callable[[str], Make], *,
        db: str | Path | None = None, faces_of: Callable[[str], Mapping[str, str]] | None = None,
    ) -> Simulation:  # fmt: skip
        """Go on from a saved simulation; `make_of` and `faces_of` know worlds by name."""
        facts, snapshots, rows = saving.read(Path(path))
        source, now = source_from(facts["source"], facts["text"]), snapshots["now"]
        sim = cls(
            make_of(now.world), source, db=db, faces=faces_of(now.world) if faces_of else None,
            seed=facts["seed"], parameters=facts["parameters"], start=snapshots["start"],
        )  # fmt: skip
        done, ahead = ([Acted(*acted) for acted in facts[key]] for key in ("done", "ahead"))
        sim._story = Story(done, ahead, facts["inherited"])
        sim._snapshots = Snapshots(snapshots["start"], facts["inherited"])
        sim._snapshots.add(now, len(done))
        sim._recorder.load(rows, [tuple(action) for action in facts["answered"]], now.now)
        sim._now, sim._doubt = now.now, True
        sim._recover()
        sim._close_period()
        return sim

    def close(self) -> None:
        """Stop playing, write what is pending, and let go of what was opened."""
        self.pause()
        with self._lock:
            self._close_period()
            self._recorder.seconds = self._busy
            if self._owns:
                self.history.close()
            else:
                self._recorder.close()
            self._tell()

    def __enter__(self) -> Simulation:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    # at a glance

    def __getattr__(self, name: str) -> Any:
        """Verbs of the view, and the readings of the world."""
        if name.startswith("_"):
            raise AttributeError(name)
        if name in self._faces:
            face = found(self._faces[name])
            return face(self) if isinstance(face, type) else partial(face, self)
        if name in forwarded(self._world):
            with self._lock:
                return self._locked(getattr(self.world, name))
        told = nearest_name(name, dir(self), "attribute")
        if name in {table.name for table in self._world.tables}:
            told = f'there is no attribute "{name}", but a table: sim.table("{name}")'
        raise AttributeError(told, name=name, obj=self)

    def _locked(self, value: Any) -> Any:
        """A reading that does not happen in the middle of a step."""
        if not ismethod(value):
            return value

        @wraps(value)
        def reading(*args: Any, **kwargs: Any) -> Any:
            with self._lock:
                return value(*args, **kwargs)

        return reading

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *forwarded(self._world), *self._faces})

    def __repr__(self) -> str:
        from simcash.core.cards import text

        return text(self)

    def _repr_html_(self) -> str:
        from simcash.core.cards import html

        return html(self)
