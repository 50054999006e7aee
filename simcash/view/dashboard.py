"""The charts of a run on one page, live: all about the same agent and the same stretch of time.

While the run moves only data goes to the browser; a chart is drawn anew where its shape changes. The library
that draws (Vega) is made of what vl-convert brings, without a network, and sent when the page asks for it, so
that it is in no saved notebook.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

import altair as alt

from simcash.view.charts import Chart
from simcash.view.panel import STATIC, Message, Panel, as_told
from simcash.view.selection import Selected

if TYPE_CHECKING:
    from simcash.core.simulation import Simulation

HEIGHT = 190
BRUSH = "brush"


def dashboard(sim: Simulation) -> Dashboard:
    """A run's charts side by side, live: click an agent, drag over time, and all show that."""
    return Dashboard(sim)


class Dashboard(Panel):
    """Charts that are linked; `look` asks for an agent and a stretch, as the mouse does."""

    _esm = STATIC / "dashboard.js"
    _css = STATIC / "dashboard.css"

    def __init__(self, sim: Simulation) -> None:
        self._who: str | None = None
        self._since: int | None = None
        self._until: int | None = None
        self._shapes: list[tuple[Any, ...]] = []
        super().__init__(sim)

    @property
    def charts(self) -> list[Chart]:
        """What is shown, chart by chart."""
        charts = self._sim.charts
        return [getattr(charts, n)(self._who, self._since, self._until) for n in charts._overview()]

    def look(self, who: str | None = None, since: int | None = None, until: int | None = None) -> None:
        """Show one agent (None: all), and the ticks from `since` to before `until` (None: all)."""
        before = self._who, self._since, self._until
        self._who, self._since, self._until = who, since, until
        try:
            self.state = self._picture()
        except BaseException:
            self._who, self._since, self._until = before
            raise
        if before[0] != who:
            self._tell_selected()

    @property
    def selected(self) -> Selected:
        return self._who

    # what the browser is told

    def _picture(self) -> dict[str, Any]:
        charts = self.charts
        self._shapes = [chart.shape for chart in charts]
        return {
            **self._where(), "title": self._sim.name, "agents": self._sim.charts._agents(), "who": self._who,
            "since": self._since, "until": self._until, "unit": self._sim.clock.unit,
            "charts": [{"name": chart.name, "spec": spec(chart), **data(chart)} for chart in charts],
        }  # fmt: skip

    def _where(self) -> dict[str, Any]:
        sim = self._sim
        return {"tick": sim.now, "label": sim.clock.label(sim.now), "playing": sim.playing}

    def _show(self) -> None:
        charts = self.charts
        if [chart.shape for chart in charts] != self._shapes:
            self.state = self._picture()
            return
        new = [{"name": chart.name, **data(chart)} for chart in charts]
        self.send({"kind": "data", **self._where(), "charts": new})

    def _answer(self, message: Message) -> None:
        kind = message.get("kind")
        if kind == "library":
            self.send({"kind": "library"}, buffers=[library()])
        elif kind == "renew":
            self._show()
        elif kind == "look":
            since, until = message.get("since"), message.get("until")
            self.look(message.get("who"), since, until)
        elif kind == "select":
            self._turn_to(message.get("selected") or {"what": "node", "id": None})

    def _turn_to(self, selected: dict[str, Any]) -> None:
        """What was selected elsewhere: an agent, an edge (where it begins), or nobody."""
        who = selected["source"] if selected["what"] == "edge" else selected["id"]
        if selected["what"] != "payment" and who != self._who:
            self.look(who, self._since, self._until)

    def _follow(self, selected: Selected) -> None:
        self._asked.put({"kind": "select", "selected": as_told(selected)})

    def _still(self) -> str:
        drawings = "".join(f"<div>{chart.svg()}</div>" for chart in self.charts)
        return f'<div style="display:flex;flex-wrap:wrap;gap:16px">{drawings}</div>'

    def __repr__(self) -> str:
        return f"dashboard of {self._sim.name}: {', '.join(chart.title for chart in self.charts)}"


def spec(chart: Chart) -> dict[str, Any]:
    """A chart in Vega-Lite, without data, as wide as its place, with a brush where there is time."""
    drawn = chart.altair(chart.note, "container", HEIGHT)
    if chart.params:
        drawn = drawn.add_params(alt.selection_interval(name=BRUSH, encodings=["x"]))
    whole: dict[str, Any] = drawn.to_dict()
    whole["autosize"] = {"type": "fit-x", "contains": "padding", "resize": True}
    whole["config"]["legend"]["columns"] = 2
    return whole


def data(chart: Chart) -> dict[str, Any]:
    """What changes while a run moves: rows and the axis of time."""
    sets = {
        name: json.loads(table.to_json(orient="split", index=False)) for name, table in chart.sets.items()
    }
    return {"sets": sets, "params": dict(chart.params)}


@cache
def library() -> bytes:
    """Vega, Vega-Lite and their way into a page, as one module."""
    import vl_convert

    return vl_convert.javascript_bundle("globalThis.simcashEmbed = vegaEmbed;").encode()
