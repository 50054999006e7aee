"""A box for questions in SQL: a query over the run's tables, and its answer as a table."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd

from simcash.core.notebook import card, rows
from simcash.view.panel import STATIC, Message, Panel

if TYPE_CHECKING:
    from simcash.core.simulation import Simulation

MOST, STILL = 1000, 12  # rows shown, and in a saved page
Answer = dict[str, Any]


class QueryBox(Panel):
    """A query and its answer; `shown` is a picture whose own query can be asked for."""

    _esm = STATIC / "query.js"
    _css = STATIC / "query.css"

    def __init__(self, sim: Simulation, query: str, shown: Any = None) -> None:
        self._query, self._shown = query, shown
        self._found: Answer = asked(sim, query)
        super().__init__(sim)

    @property
    def query(self) -> str:
        return self._query

    def ask(self, query: str) -> Answer:
        """Ask something else; the answer: columns, first rows, how many there are, or what was wrong."""
        self._query, self._found = query, asked(self._sim, query)
        self.state = self._picture()
        return self._found

    def _picture(self) -> dict[str, Any]:
        tables = list(self._sim.tables.index)
        return {"query": self._query, "tables": tables, "shown": self._shown is not None, **self._found}

    def _show(self) -> None:
        """The answer stays until something is asked again."""

    def _answer(self, message: Message) -> None:
        if message.get("kind") == "ask":
            self.ask(str(message["query"]))
        elif message.get("kind") == "shown" and self._shown is not None:
            self.ask(self._shown.sql)

    def _still(self) -> str:
        found = self._found
        cells = [found["columns"], *found["rows"][:STILL]]
        table = rows([escape(cell) for cell in row] for row in cells) if found["columns"] else ""
        return card(self._query, table, f"<div>{escape(found['told'])}</div>")

    def __repr__(self) -> str:
        return f"{self._query}\n{self._found['told']}"


def asked(sim: Simulation, query: str) -> Answer:
    """The first rows of an answer, as text."""
    plain = query.strip().rstrip(";")
    if not plain:
        return answer("Write a query, for example: FROM settlements LIMIT 10")
    try:
        table = sim.sql(f"SELECT * FROM (\n{plain}\n) LIMIT {MOST}")
        count = len(table) if len(table) < MOST else sim.rows(f"SELECT count(*) FROM (\n{plain}\n)")[0][0]
    except Exception as error:
        return answer(mistake(error), wrong=True)
    cells = [[text(cell) for cell in row] for row in table.to_numpy(object)]
    told = f"{count:,} rows" if count <= MOST else f"{count:,} rows, of which the first {MOST:,}"
    numbers = [bool(pd.api.types.is_numeric_dtype(kind)) for kind in table.dtypes]
    return answer(told, columns=[str(name) for name in table], rows=cells, numbers=numbers, count=count)


def answer(told: str, **found: Any) -> Answer:
    return {"told": told, "wrong": False, "columns": [], "rows": [], "numbers": [], "count": 0, **found}


def text(cell: Any) -> str:
    """One value, nothing where there is none."""
    if cell is None or cell is pd.NA or cell != cell:
        return ""
    if isinstance(cell, float):
        return f"{cell:,.6g}" if abs(cell) < 1e6 else f"{cell:,.2f}"
    return str(cell)


def mistake(error: Exception) -> str:
    """What DuckDB says, without the drawing of where."""
    first, *rest = [line for line in str(error).splitlines() if line.strip()]
    hint = next((line for line in rest if "Did you mean" in line or "Candidate" in line), "")
    return " ".join(filter(None, [first, hint]))
