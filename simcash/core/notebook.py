"""What notebooks show: cards and tables of words. Both take their colours from the page, light or dark."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

import pandas as pd

LINE = "rgba(128,128,128,.45)"
FRAME = (
    f"border:1px solid {LINE};border-radius:4px;padding:8px 12px;box-sizing:border-box;"
    "width:fit-content;min-width:min(40em,100%);max-width:100%;overflow-x:auto"
)
CELL = "text-align:left;vertical-align:top;padding:1px 12px 1px 0"


def card(heading: str, *parts: str, edge: str = "") -> str:
    """A frame with a heading; the parts are HTML, `edge` the colour of a thick left side."""
    side = f";border-left:6px solid {edge}" if edge else ""
    return f'<div style="{FRAME}{side}"><strong>{escape(heading)}</strong>{"".join(parts)}</div>'


def told(lines: Iterable[tuple[str, str]]) -> str:
    """Labels, and what is said of each, as HTML."""
    return rows((f'<span style="opacity:.7">{escape(label)}</span>', escape(text)) for label, text in lines)


def rows(cells: Iterable[Sequence[str]]) -> str:
    """Rows of HTML; what stands first is never broken."""
    lines = (
        f'<tr><td style="{CELL};white-space:nowrap">{first}</td>'
        + "".join(f'<td style="{CELL}">{cell}</td>' for cell in others)
        + "</tr>"
        for first, *others in cells
    )
    return f'<table style="border:0;background:none;margin:4px 0 0">{"".join(lines)}</table>'


class Words(pd.DataFrame):
    """A table to be read rather than computed with: whole sentences, from the left."""

    @property
    def _constructor(self) -> Any:
        return pd.DataFrame

    def _repr_html_(self) -> str:
        table = pd.DataFrame(self)
        if isinstance(table.index, pd.RangeIndex):
            table = table.set_index(table.columns[0])
        head = "".join(
            f'<th style="text-align:left">{escape(str(name))}</th>' for name in (table.index.name, *table)
        )
        body = "".join(map(words_row, table.itertuples()))
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def words_row(row: tuple[Any, ...]) -> str:
    name = f'<th style="text-align:left;white-space:nowrap">{escape(str(row[0]))}</th>'
    return f"<tr>{name}{''.join(map(words_cell, row[1:]))}</tr>"


def words_cell(value: Any) -> str:
    """Text from the left, numbers from the right, and nothing where there is none."""
    if isinstance(value, str):
        return f'<td style="text-align:left">{escape(value)}</td>'
    if pd.isna(value):
        return "<td></td>"
    return f"<td>{value:,.6g}</td>" if isinstance(value, float) else f"<td>{value:,}</td>"
