"""How every chart looks: quiet, legible on a light page and on a dark one, in colours all can tell apart."""

from __future__ import annotations

from typing import TypeVar

import altair as alt

INK = "#808080"
SERIES = [
    "#E69F00",
    "#56B4E9",
    "#009E73",
    "#D55E00",
    "#0072B2",
    "#CC79A7",
]  # Okabe-Ito, less black and yellow
OTHERS = "#8C8C8C"
FONT = "Liberation Sans, Arial, sans-serif"
SHORT = "replace(format(datum.value, '~s'), 'G', 'bn')"  # 1.5M, 2bn

Drawn = TypeVar("Drawn", bound=alt.TopLevelMixin)


def dressed(chart: Drawn) -> Drawn:
    """A chart in the house's clothes."""
    dressed: Drawn = (
        chart.configure(background="transparent", font=FONT)
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=INK, titleColor=INK, gridColor=f"{INK}33", domainColor=f"{INK}99",
            tickColor=f"{INK}99", titleFontWeight="normal",
        )
        .configure_legend(
            labelColor=INK, titleColor=INK, orient="bottom", direction="horizontal", columns=4,
            labelLimit=260, symbolOpacity=1, titleFontWeight="normal",
        )
        .configure_title(color=INK, subtitleColor=INK, anchor="start", fontSize=14, subtitleFontSize=11)
    )  # fmt: skip
    return dressed


def money(title: str) -> alt.Axis:
    """An axis of amounts: 20k, 1.5M, 2bn."""
    return alt.Axis(title=title, labelExpr=SHORT, tickCount=5)


def colours(series: list[str], others: str | None = None, title: str | None = None) -> alt.Color:
    """A colour for each name, always the same for the same place; grey for the rest."""
    domain = [*series, *([others] if others else [])]
    painted = [SERIES[i % len(SERIES)] for i in range(len(series))] + ([OTHERS] if others else [])
    return alt.Color("series:N", title=title).scale(domain=domain, range=painted)
