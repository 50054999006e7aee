"""Charts of a world that has none of its own: the numbers in its tables, against time."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import altair as alt

from simcash.core.layout import quoted, text
from simcash.view.charts import Chart, Charts, Drawing, Look
from simcash.view.look import colours
from simcash.view.marks import count, lines

if TYPE_CHECKING:
    import pandas as pd

    from simcash.core.tables import Column, Table
    from simcash.view.stretch import Stretch

NAMED = 6  # agents that have a line of their own
SHOWN = 6  # charts on a dashboard
OTHERS = "others"


class TableCharts(Charts):
    """A chart for each column of numbers, by the names of its table and of itself: `counts_value()`."""

    def _columns(self) -> dict[str, tuple[Table, Column]]:
        return {
            f"{table.name}_{column.name}": (table, column)
            for table in self._sim._world.tables
            if "tick" in table.names and table.kind != "view"
            for column in table.columns
            if column.labels is None and column.name not in ("tick", "seq", *table.key)
        }

    def _agents(self) -> list[str]:
        named = (agents(table) for table, _ in self._columns().values())
        return list(dict.fromkeys(name for column in named if column for name in column.labels or ()))

    def _overview(self) -> list[str]:
        return self.__dir__()[:SHOWN]

    def __dir__(self) -> list[str]:
        return list(self._columns())

    def _told(self) -> list[tuple[str, str]]:
        return [(name, f"{table.meaning}: {c.meaning}") for name, (table, c) in self._columns().items()]

    def __getattr__(self, name: str) -> Any:
        found = None if name.startswith("_") else self._columns().get(name)
        return super().__getattr__(name) if found is None else partial(self._chart, *found)

    def _chart(
        self, table: Table, column: Column, agent: str | None = None, since: int | None = None,
        until: int | None = None,
    ) -> Chart:  # fmt: skip
        look, whose = self._look(agent, since, until), agents(table)
        return look.chart(
            f"{table.name}_{column.name}", f"{column.meaning} ({table.meaning})",
            sums(table.name, column.name, whose.name if whose else None, agent, look.stretch),
            lambda points: by_agent(look, points, column.meaning), needs=(table.name,),
            nothing=f'the table "{table.name}" is empty', of="the sum",
        )  # fmt: skip


def agents(table: Table) -> Column | None:
    """The column that says whom a row is about: the last of those with names."""
    return next((column for column in reversed(table.columns) if column.labels), None)


def sums(table: str, column: str, whose: str | None, agent: str | None, s: Stretch) -> str:
    """A column summed over each point, for the agents where it is most, and for all others."""
    name = quoted(whose) if whose else text(column)
    only = f"AND {name} = {text(agent)}" if agent and whose else ""
    return f"""
WITH sums AS (
    SELECT {s.at} AS upto, {name} AS agent, sum({quoted(column)}) AS amount
    FROM {quoted(table)} WHERE {s.within} {only} GROUP BY ALL
), largest AS (
    SELECT agent, row_number() OVER (ORDER BY sum(abs(amount)) DESC, agent) AS place FROM sums GROUP BY agent
)
SELECT upto AS tick, CASE WHEN place <= {NAMED} THEN agent ELSE '{OTHERS}' END AS series,
    least(place, {NAMED + 1}) AS place, sum(amount) AS amount
FROM sums JOIN largest USING (agent) GROUP BY ALL ORDER BY place, tick"""


def by_agent(look: Look, points: pd.DataFrame, title: str) -> Drawing:
    named = [name for name in points["series"].unique() if name != OTHERS]
    rest = OTHERS if len(named) < points["series"].nunique() else None
    tips = alt.Tooltip("amount:Q", format=",.6~g")
    return lines(look, "amount", count(title), colours(named, rest), tips)
