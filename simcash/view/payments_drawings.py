"""How the charts of payments are drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt

from simcash.payments.tables import COST_KINDS
from simcash.view import payments_queries as ask
from simcash.view.charts import POINTS, Drawing, Look
from simcash.view.look import INK, OTHERS, SERIES, colours, money
from simcash.view.marks import STEP, amount, areas, count, lines, ticks, time

if TYPE_CHECKING:
    import pandas as pd

GUIDELINE, RUNS = alt.NamedData("guideline"), alt.NamedData("runs")
KINDS = [kind.replace("_", " ") for kind in COST_KINDS]
MORE = ["#F0E442", "#882255", "#44AA99", "#999933"]  # for kinds of cost: they are more than others
COST_COLOURS = dict(zip(KINDS, SERIES + MORE, strict=True)) | {ask.OTHER_KINDS: OTHERS}
FEW = 12  # banks whose names have room beside them
VIRIDIS = alt.Scale(scheme="viridis", type="sqrt")


def stacked_queues(look: Look, column: str) -> Drawing:
    axis = money("waiting, money") if column == "money" else count("payments waiting")
    tips = [amount("money"), alt.Tooltip("payments:Q", format=",")]
    return areas(look, column, axis, colours([ask.ONE, ask.TWO]), *tips)


def cost_areas(look: Look, points: pd.DataFrame) -> Drawing:
    """Each kind has its own colour, whatever else there is."""
    kinds = list(points["series"].unique())
    colour = alt.Color("series:N", title=None).scale(domain=kinds, range=[COST_COLOURS[k] for k in kinds])
    return areas(look, "money", money("cost since the run began, money"), colour)


def level_lines(look: Look, points: pd.DataFrame, quantity: str) -> Drawing:
    """A line for each of the largest banks, and a band for all others."""
    named = [name for name in points["series"].unique() if name != ask.REST]
    rest = ask.REST if len(named) < points["series"].nunique() else None
    title = "balance and unused credit, money" if quantity == "available" else "balance, money"
    colour = colours(named, rest)
    drawn = lines(look, "money", money(title), colour, amount("money"))
    if rest is None:
        return drawn
    band = alt.Chart(POINTS).mark_area(interpolate=STEP, opacity=0.3, clip=True)
    return alt.layer(band.encode(time(look), alt.Y("low:Q"), alt.Y2("high:Q"), colour), drawn)


def one_level(look: Look) -> Drawing:
    """A bank's balance, and above it what its credit adds."""
    base, axis = alt.Chart(POINTS).encode(time(look)), money("money")
    names = ["balance", "unused credit on top"]
    colour = alt.Color("series:N", title=None).scale(domain=names, range=[SERIES[4], SERIES[1]])
    credit = base.mark_area(interpolate=STEP, opacity=0.4, clip=True).encode(
        alt.Y("balance:Q", axis=axis), alt.Y2("headroom:Q"), colour
    )
    balance = base.mark_line(interpolate=STEP, clip=True).encode(
        alt.Y("balance:Q", axis=axis),
        colour,
        tooltip=[alt.Tooltip("tick:Q"), amount("balance"), amount("headroom")],
    )
    credit, balance = (
        layer.transform_calculate(series=f"'{name}'")
        for layer, name in ((credit, names[1]), (balance, names[0]))
    )
    zero = (
        alt.Chart(alt.InlineData(values=[{"zero": 0}]))
        .mark_rule(color=INK, strokeDash=[4, 3])
        .encode(y="zero:Q")
    )
    return alt.layer(credit, zero, balance)


def settled_so_far(look: Look, rules: bool) -> Drawing:
    """Two lines a day, the area between them is what waits; a diamond where a guideline is."""
    axis = alt.Axis(title="share of the value due in the day", format="%", tickCount=5)
    names = ["due", "settled", "guideline"][: 3 if rules else 2]
    colour = alt.Color("series:N", title=None).scale(
        domain=names, range=[OTHERS, SERIES[4], SERIES[3]][: len(names)]
    )
    drawn = lines(
        look, "share", axis, colour, amount("money"), alt.Tooltip("share:Q", format=".1%"), detail="day:N"
    )
    if not rules:
        return drawn
    diamonds = (
        alt.Chart(GUIDELINE)
        .transform_calculate(series="'guideline'")
        .mark_point(shape="diamond", size=90, filled=True, opacity=1)
    )
    tips = [alt.Tooltip("share:Q", format=".0%", title="the guideline asks for")]
    return alt.layer(drawn, diamonds.encode(time(look), alt.Y("share:Q"), colour, tooltip=tips))


def scatter(look: Look, points: pd.DataFrame) -> Drawing:
    """A point for each bank, as large as what it paid; a chosen one has another colour and its name."""
    base = alt.Chart(POINTS).encode(
        alt.X("share:Q", axis=alt.Axis(title="largest net outflow / value paid", format="~%", tickCount=6)),
        alt.Y("wait:Q", axis=count(f"average wait, {ticks(look)}")),
    )
    chosen = alt.datum.bank == look.who
    tips = [alt.Tooltip("bank:N"), *map(amount, ("paid", "used")), alt.Tooltip("share:Q", format=".1%")]
    circles = base.mark_circle(opacity=0.6, stroke=INK, strokeWidth=0.5).encode(
        alt.Size("paid:Q", legend=None).scale(range=[10, 300]),
        color=alt.condition(chosen, alt.value(SERIES[3]), alt.value(SERIES[4])),
        tooltip=[*tips, alt.Tooltip("wait:Q", format=".2f")],
    )
    names = base.mark_text(color=INK, dy=-12).encode(text="bank:N")
    return alt.layer(circles, names if len(points) <= FEW else names.transform_filter(chosen))


def flow_map(points: pd.DataFrame) -> Drawing:
    """A cell for each pair, the largest banks first."""
    rows = points.sort_values("row")["sender"].drop_duplicates()
    columns = points.sort_values("col")["receiver"].drop_duplicates()
    return (
        alt.Chart(POINTS)
        .mark_rect()
        .encode(
            alt.X(
                "receiver:N",
                title="is paid",
                sort=list(columns),
                axis=alt.Axis(labelAngle=0 if len(columns) <= 6 else -45),
            ),
            alt.Y("sender:N", title="pays", sort=list(rows)),
            alt.Color("money:Q", scale=VIRIDIS).legend(
                orient="right",
                direction="vertical",
                title="money",
                labelExpr=money("").labelExpr,
                tickCount=4,
            ),
            tooltip=[
                alt.Tooltip("sender:N"),
                alt.Tooltip("receiver:N"),
                amount("money"),
                alt.Tooltip("payments:Q", format=","),
            ],
        )
    )


def wait_bars(look: Look, points: pd.DataFrame) -> Drawing:
    """Value by how long it waited."""
    return (
        alt.Chart(POINTS)
        .mark_bar()
        .encode(
            alt.X(
                "waited:N",
                title=f"{ticks(look)} waited",
                sort=list(points["waited"].unique()),
                axis=alt.Axis(labelAngle=0),
            ),
            alt.Y("money:Q", axis=money("value, money")),
            alt.Color("series:N", title=None).scale(
                domain=["settled", "still waiting"], range=[SERIES[4], SERIES[0]]
            ),
            tooltip=[
                alt.Tooltip("waited:N"),
                alt.Tooltip("series:N"),
                amount("money"),
                alt.Tooltip("payments:Q", format=","),
            ],
        )
    )


def bargain(look: Look) -> Drawing:
    """The run between its bounds, and the other runs of its history."""
    x = alt.X("money:Q", axis=money("liquidity used in a day, money"))
    y = alt.Y("wait:Q", axis=count(f"average wait, {ticks(look)}"))
    names = ["this run", "other runs", "all settle on arrival", "all settle in the evening"]
    colour = alt.Color("series:N", title=None).scale(
        domain=names, range=[SERIES[3], SERIES[4], OTHERS, OTHERS]
    )
    shape = alt.Shape("series:N", title=None).scale(
        domain=names, range=["circle", "circle", "square", "triangle-up"]
    )
    tips = [alt.Tooltip("series:N"), amount("money"), alt.Tooltip("wait:Q", format=".2f")]
    own = alt.Chart(POINTS).mark_point(size=90, filled=True).encode(x, y, colour, shape, tooltip=tips)
    runs = alt.Chart(RUNS).mark_point(size=60, filled=True)
    others = runs.encode(x, y, colour, shape, tooltip=[alt.Tooltip("run:N"), *tips[1:]])
    return alt.layer(others, own)
