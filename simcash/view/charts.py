"""Charts of plain tables, in Altair: any world's, quiet, legible on a light page and on a dark one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt

if TYPE_CHECKING:
    import pandas as pd

COLOURS = ["#0072B2", "#808080", "#E69F00", "#009E73", "#CC79A7"]  # Okabe-Ito, and grey between the first two
INK = "#808080"


def bars(
    table: pd.DataFrame, x: str, y: str, colour: str, *, order: list[str], x_title: str, y_title: str
) -> alt.Chart:
    """One bar per value of `x` (a whole number, from `x` to `x_end`), coloured by a column of words."""
    chart: alt.Chart = (
        alt.Chart(table)
        .mark_bar()
        .encode(
            alt.X(f"{x}:Q", title=x_title).bin("binned"),
            alt.X2(f"{x}_end"),
            alt.Y(f"{y}:Q", title=y_title),
            alt.Color(f"{colour}:N", sort=order, title=None).scale(domain=order, range=COLOURS[: len(order)]),
            tooltip=[x, f"{x}_end", y, colour],
        )
        .properties(width=560, height=180)
        .configure(background="transparent")
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=INK, titleColor=INK, gridColor=f"{INK}33", domainColor=f"{INK}99", tickColor=f"{INK}99"
        )
        .configure_legend(labelColor=INK, titleColor=INK)
    )
    return chart
