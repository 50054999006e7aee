"""Charts of any world: each knows the query it shows, needs no network, and can be kept as a file."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import altair as alt

from simcash.core.faces import nearest_name
from simcash.core.tables import LEVELS
from simcash.view.look import dressed
from simcash.view.stretch import Stretch

if TYPE_CHECKING:
    import pandas as pd

    from simcash.core.simulation import Simulation

WIDTH, HEIGHT = 560, 220
FORMATS = ("png", "svg")
POINTS = alt.NamedData("points")
Drawing = Any  # one of Altair's charts: its methods do not say what they return
Draw = Callable[[], Drawing]


@dataclass(frozen=True)
class Chart:
    """One chart of a run: `save("x.svg")` or `save("x.png")` keeps it, `data` and `sql` are what it shows."""

    name: str
    title: str
    scope: str  # whose, and when
    note: str  # what a point stands for, or why there is nothing to show
    draw: Draw = field(repr=False)
    sql: str = ""
    sets: Mapping[str, pd.DataFrame] = field(default_factory=dict, repr=False)
    params: Mapping[str, Any] = field(default_factory=dict, repr=False)
    shape: tuple[Any, ...] = ()  # charts of the same shape differ in data and params only
    height: int = HEIGHT

    @property
    def data(self) -> pd.DataFrame:
        """What is shown: the answer to `sql`."""
        return self.sets["points"]

    @property
    def caption(self) -> str:
        return " · ".join(filter(None, [self.scope, self.note]))

    def altair(self, subtitle: str, width: int | str = WIDTH, height: int | None = None) -> Drawing:
        """The chart without its data, for Altair."""
        title = alt.Title(self.title, subtitle=subtitle)
        drawn = self.draw().properties(title=title, width=width, height=height or self.height)
        return dressed(drawn.add_params(*(alt.param(name=k, value=v) for k, v in self.params.items())))

    @cached_property
    def spec(self) -> dict[str, Any]:
        """The whole chart in Vega-Lite."""
        data = {name: json.loads(table.to_json(orient="records")) for name, table in self.sets.items()}
        return {**self.altair(self.caption).to_dict(), "datasets": data}

    def save(self, path: str | Path, scale: float = 2) -> Path:
        """Keep it, as a drawing (.svg) or as a picture (.png, `scale` times as fine as a screen)."""
        path = Path(path)
        kind = path.suffix.removeprefix(".").lower()
        if kind not in FORMATS:
            raise ValueError(f'"{path.name}": a chart is saved as .{", .".join(FORMATS)}')
        if kind == "svg":
            path.write_text(self.svg(), encoding="utf-8")
        else:
            import vl_convert

            path.write_bytes(vl_convert.vegalite_to_png(self.spec, scale=scale))
        return path

    def svg(self) -> str:
        """It as a drawing."""
        import vl_convert

        return str(vl_convert.vegalite_to_svg(self.spec))

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"image/svg+xml": self.svg(), "text/plain": repr(self)}

    def __repr__(self) -> str:
        return f"{self.title}: {self.caption}"


@dataclass(frozen=True)
class Look:
    """What charts are asked for: of which run, of which agent (None: all), of which stretch of time."""

    sim: Simulation
    who: str | None
    stretch: Stretch

    def lacks(self, tables: Sequence[str]) -> str:
        """Why there is nothing to show, in a sentence; nothing if there is something."""
        if not self.stretch.ticks:
            return "Nothing has happened yet: sim.run() or sim.step() goes on."
        level = getattr(self.sim.world, "record", LEVELS[-1])
        for table in self.sim._world.tables:
            if table.name in tables and not table.recorded_at(level):
                return (
                    f'The table "{table.name}" was not recorded: the run keeps record="{level}",'
                    f' record="{table.level}" keeps it.'
                )
        return ""

    @property
    def params(self) -> dict[str, Any]:
        """What the axis of time needs."""
        marks = self.stretch.marks
        bounds = {"first": self.stretch.first, "last": max(self.stretch.last, self.stretch.first + 1)}
        return {**bounds, "marks": [tick for tick, _ in marks], "names": [name for _, name in marks]}

    def chart(
        self, name: str, title: str, query: str, draw: Callable[[pd.DataFrame], Drawing], *,
        needs: Sequence[str], nothing: str, of: str = "", shape: Sequence[str] = ("series",),
        timed: bool = True, height: int = HEIGHT, sets: Mapping[str, pd.DataFrame] | None = None,
    ) -> Chart:  # fmt: skip
        """The chart of a query: a sentence instead where what it needs is not there."""
        lacking = self.lacks(needs)
        points = None if lacking else self.sim.sql(query)
        if points is None or not len(points):
            sentence = lacking or f"There is nothing to show yet: {nothing}."
            return Chart(name, title, "", sentence, said, shape=(name, sentence), height=height)
        named = (tuple(points[column].unique()) for column in shape if column in points)
        return Chart(
            name, title, self.scope, self.gathered(of), lambda: draw(points), query,
            {"points": points, **(sets or {})}, self.params if timed else {},
            (name, self.who, self.stretch.width, self.stretch.title, *named), height,
        )  # fmt: skip

    @property
    def scope(self) -> str:
        """Whose it is, and when."""
        return " · ".join(filter(None, [self.who, str(self.stretch)]))

    def gathered(self, of: str) -> str:
        """What a point stands for, where it is not one tick."""
        width = self.stretch.width
        return f"{of} of every {width:,} {self.stretch.clock.unit}s" if of and width > 1 else ""


def said() -> Drawing:
    """A chart that has only its title and a sentence under it."""
    return alt.Chart(alt.InlineData(values=[{}])).mark_point(opacity=0)


class Charts:
    """The charts of a run by name; each takes an agent, and the ticks it begins at and ends before."""

    def __init__(self, sim: Simulation) -> None:
        self._sim = sim

    def _look(self, who: str | None, since: int | None, until: int | None) -> Look:
        sim = self._sim
        now = sim.now
        last = now if until is None else min(until, now)
        return Look(sim, who, Stretch(sim.clock, max(since or 0, 0), last - 1))

    def _agents(self) -> list[str]:
        """Whom a chart can be about."""
        return []

    def _overview(self) -> list[str]:
        """The charts that a dashboard shows, in its order."""
        return self.__dir__()

    def _told(self) -> list[tuple[str, str]]:
        """Each chart, and what it shows."""
        return [(name, (getattr(self, name).__doc__ or "").partition("\n")[0]) for name in self.__dir__()]

    def __dir__(self) -> list[str]:
        return [name for name, value in vars(type(self)).items() if callable(value) and name[0] != "_"]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        raise AttributeError(nearest_name(name, dir(self), "chart"), name=name, obj=self)

    def __repr__(self) -> str:
        told = self._told()
        width = max((len(name) for name, _ in told), default=0)
        lines = (f"  {name:<{width}}  {line}" for name, line in told)
        return "\n".join(
            [f"charts of {self._sim.name}: sim.charts.{told[0][0] if told else '...'}()", *lines]
        )

    def _repr_html_(self) -> str:
        from simcash.core.notebook import card, rows

        lines = ((f"<code>sim.charts.{escape(name)}()</code>", escape(line)) for name, line in self._told())
        return card(f"charts of {self._sim.name}", rows(lines))


# results of experiments and comparisons


COLOURS = ["#0072B2", "#808080", "#E69F00", "#009E73", "#CC79A7"]  # Okabe-Ito, and grey between the first two


def bars(
    table: pd.DataFrame, x: str, y: str, colour: str, *, order: list[str], x_title: str, y_title: str
) -> Drawing:
    """One bar per value of `x` (a whole number, from `x` to `x_end`), coloured by a column of words."""
    chart = (
        alt.Chart(table)
        .mark_bar()
        .encode(
            alt.X(f"{x}:Q", title=x_title).bin("binned"),
            alt.X2(f"{x}_end"),
            alt.Y(f"{y}:Q", title=y_title),
            alt.Color(f"{colour}:N", sort=order, title=None).scale(domain=order, range=COLOURS[: len(order)]),
            tooltip=[x, f"{x}_end", y, colour],
        )
        .properties(width=WIDTH, height=180)
    )
    return dressed(chart)
