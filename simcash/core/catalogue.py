"""What a query sees: which names stand for which rows of which runs.

Over all runs: every table with a run_id column, also as `world.table`. Over one run: its own rows, those of
the run it was forked from before the fork, and so on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from simcash.core import layout
from simcash.core.layout import Scope
from simcash.core.store import Connection
from simcash.core.tables import Table
from simcash.core.troubles import no_such_run

Lineage = tuple[tuple[int, int | None], ...]


@dataclass(frozen=True)
class Catalogue:
    """The store behind the views: in memory alone, or a file attached as `stored` beside it."""

    con: Connection
    filed: bool
    here: frozenset[str] = frozenset()  # worlds that may have rows in memory too
    live: tuple[int, ...] = ()  # runs of this process
    dead: tuple[int, ...] = ()  # runs whose process died

    @property
    def main(self) -> str:
        """Where runs, labels and declarations are."""
        return "stored.main" if self.filed else "memory.main"

    def plan(self, run: int | None) -> list[str]:
        """The statements that make the views of one run, or of all runs."""
        return self.of_all() if run is None else self.of_run(run)

    def of_run(self, run: int) -> list[str]:
        scope = self.scope(run)
        schema = f"memory.{schema_of(run)}"
        plan = self.of_core(schema)
        plan.append(
            f"CREATE OR REPLACE VIEW {schema}.actions AS SELECT * EXCLUDE (run_id)"
            f" FROM {self.source('main.actions', on_both=True)} WHERE {scope.condition()}"
        )
        world = self.world(run)
        for table in self.declared().get(world, ()):
            plan += layout.views(schema, world, table, self.rows(world, table), scope)
        return plan

    def of_all(self) -> list[str]:
        """A name that two worlds use is, unqualified, the first one's."""
        scope = Scope(live=self.live, core=self.main)
        common = f"memory.{schema_of(None)}"
        plan = self.of_core(common)
        plan.append(
            f"CREATE OR REPLACE VIEW {common}.actions AS FROM {self.source('main.actions', on_both=True)}"
        )
        taken: set[str] = set()
        for world, tables in self.declared().items():
            own = f"memory.{layout.quoted(world)}"
            plan.append(f"CREATE SCHEMA IF NOT EXISTS {own}")
            for table in tables:
                for schema in [own] if table.name in taken else [own, common]:
                    plan += layout.views(schema, world, table, self.rows(world, table), scope)
                taken.add(table.name)
        return plan

    def of_core(self, schema: str) -> list[str]:
        dead = ", ".join(map(str, self.dead)) or "NULL"
        return [
            f"CREATE OR REPLACE VIEW {schema}.runs AS SELECT * REPLACE (CASE WHEN run_id IN ({dead})"
            f" THEN 'interrupted' ELSE status END AS status) FROM {self.main}.runs",
            f"CREATE OR REPLACE VIEW {schema}.run_parameters AS FROM {self.main}.run_parameters",
        ]

    def scope(self, run: int) -> Scope:
        labels = f"FROM {self.main}.labels WHERE run_id = {run}"
        found = self.ask(f"SELECT table_name, column_name, list_id {labels}")
        lists = {(table, column): list_id for table, column, list_id in found}
        return Scope(run, self.lineage(run), lists, core=self.main)

    def lineage(self, run: int) -> Lineage:
        """The run and its ancestors, each with the tick before which its rows count (None: all)."""
        found = self.ask(f"SELECT run_id, parent_run, shared_until FROM {self.main}.runs")
        parents = {child: (parent, until) for child, parent, until in found}
        if run not in parents:
            raise no_such_run(run, sorted(parents))
        line: list[tuple[int, int | None]] = [(run, None)]
        while (link := parents[line[-1][0]])[0] is not None:
            line.append((link[0], min(t for t in (line[-1][1], link[1]) if t is not None)))
        return tuple(line)

    def world(self, run: int) -> str:
        return str(self.ask(f"SELECT world FROM {self.main}.runs WHERE run_id = {run}")[0][0])

    def declared(self) -> dict[str, tuple[Table, ...]]:
        """Every world's tables, as last declared."""
        worlds: dict[str, tuple[Table, ...]] = {}
        for world, stored in self.ask(
            f"SELECT world, declaration FROM {self.main}.declared ORDER BY world, position"
        ):
            worlds[world] = (*worlds.get(world, ()), layout.declared(stored))
        return worlds

    def rows(self, world: str, table: Table) -> str:
        return self.source(layout.rows_of(world, table.name), on_both=world in self.here)

    def source(self, where: str, *, on_both: bool) -> str:
        """Stored rows: in memory, in the file, or in both."""
        if not self.filed:
            return f"memory.{where}"
        if not on_both:
            return f"stored.{where}"
        return f"(FROM stored.{where} UNION ALL BY NAME FROM memory.{where})"

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = self.con.execute(query).fetchall()
        return found


def schema_of(run: int | None) -> str:
    return "all_runs" if run is None else f"run_{run}"
