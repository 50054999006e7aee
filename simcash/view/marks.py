"""What the charts of time are made of: an axis of time, lines, stacked areas, and what a pointer is told."""

from __future__ import annotations

from typing import Any

import altair as alt

from simcash.view.charts import POINTS, Drawing, Look

STEP: Any = "step-before"  # a point stands for the ticks up to it


def time(look: Look) -> alt.X:
    """The axis of time; a chart's params say where it begins and ends and how it is marked."""
    axis = alt.Axis(
        title=look.stretch.title, values=alt.ExprRef("marks"), labelExpr="names[indexof(marks, datum.value)]"
    )
    ends = [alt.ExprRef("first"), alt.ExprRef("last")]
    return alt.X("tick:Q", axis=axis).scale(domain=ends, nice=False, zero=False)


def lines(
    look: Look, column: str, axis: alt.Axis, colour: alt.Color, *tips: alt.Tooltip, detail: str = "series:N"
) -> Drawing:
    """A line for each series."""
    tips = (alt.Tooltip("series:N", title=" "), alt.Tooltip("tick:Q"), *tips)
    drawn = alt.Chart(POINTS).mark_line(interpolate=STEP, strokeWidth=1.8, clip=True)
    return drawn.encode(
        time(look), alt.Y(f"{column}:Q", axis=axis), colour, alt.Detail([detail]), tooltip=list(tips)
    )


def areas(look: Look, column: str, axis: alt.Axis, colour: alt.Color, *tips: alt.Tooltip) -> Drawing:
    """Series one upon the other."""
    tips = (alt.Tooltip("series:N", title=" "), alt.Tooltip("tick:Q"), *(tips or (amount(column),)))
    drawn = alt.Chart(POINTS).mark_area(interpolate=STEP, opacity=0.85, clip=True)
    return drawn.encode(time(look), alt.Y(f"{column}:Q", axis=axis, stack=True), colour, tooltip=list(tips))


def amount(column: str) -> alt.Tooltip:
    return alt.Tooltip(f"{column}:Q", format=",.2f")


def count(title: str) -> alt.Axis:
    """An axis of numbers."""
    return alt.Axis(title=title, tickCount=5)


def ticks(look: Look) -> str:
    """What a tick is called on an axis that counts ticks."""
    clock = look.stretch.clock
    minutes = f" (of {clock.tick_minutes} minutes)" if clock.tick_minutes else ""
    return f"{clock.unit}s{minutes}"
