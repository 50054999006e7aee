"""A run and everything that looks at it, on one page: picture, queues, charts, and questions in SQL."""

from __future__ import annotations

from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Any

import ipywidgets

from simcash.core.troubles import HistoryError
from simcash.view.query import QueryBox
from simcash.view.saved import publish

if TYPE_CHECKING:
    from simcash.core.simulation import Simulation
    from simcash.view.selection import Selected

# Beside each other: the width wished for and the least.
BESIDE = {"graph": ("3 1 470px", "440px"), "inspector": ("1 1 600px", "440px")}
PARTS = ("graph", "inspector", "dashboard")
ROW = {"display": "flex", "flex_flow": "row wrap", "grid_gap": "10px"}
PAGE = {"width": "100%", "overflow": "hidden"}
NAMED = "SELECT * FROM {} LIMIT 100"


def cockpit(sim: Simulation) -> Cockpit:
    """Everything of a run on one page: what is selected in one part is shown by all."""
    if sim.closed:
        raise HistoryError("this simulation is closed: simcash.open(...) opens its scenario again")
    return Cockpit(sim)


class Cockpit(ipywidgets.VBox):  # type: ignore[misc]
    """A layout of linked parts, each an attribute: `cockpit.graph`, `.inspector`, `.dashboard`, `.query`."""

    def __init__(self, sim: Simulation) -> None:
        self._sim = sim
        self.parts = {name: getattr(sim, name)() for name in PARTS if has(sim, name)}
        first = next((t.name for t in sim._world.tables if t.kind == "log"), "actions")
        self.query = QueryBox(sim, NAMED.format(first), self.parts.get("graph"))
        link(list(self.parts.values()))
        beside = [framed(part, *BESIDE[name]) for name, part in self.parts.items() if name in BESIDE]
        tabs = ipywidgets.Tab([self.parts["dashboard"], self.query], titles=("Charts", "Questions in SQL"))
        super().__init__([ipywidgets.Box(beside, layout=ROW), tabs], layout=PAGE)

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["parts"][name]
        except KeyError:
            raise AttributeError(f"there is no part {name}", name=name, obj=self) from None

    def close(self) -> None:
        """Close every part."""
        for part in (*getattr(self, "parts", {}).values(), getattr(self, "query", None)):
            if part is not None:
                part.close()
        super().close()

    def _ipython_display_(self) -> None:
        """The page, and for where there is no kernel its picture, or where there is none its charts."""
        still = self.graph.snapshot() if "graph" in self.parts else self.dashboard._still()
        publish(self._repr_mimebundle_(), still, repr(self))

    def __repr__(self) -> str:
        return f"cockpit of {self._sim.name}: {', '.join([*self.parts, 'query'])}"


def has(sim: Simulation, name: str) -> bool:
    """Whether there is such a part: not every world has queues, or can be drawn."""
    return name in sim._faces and (name != "graph" or hasattr(sim.world, "picture"))


def framed(part: Any, flex: str, least: str) -> ipywidgets.Box:
    """A part that takes its share of a row, or a row of its own where there is no room."""
    return ipywidgets.VBox([part], layout={"flex": flex, "min_width": least, "overflow": "hidden"})


def link(parts: list[Any]) -> None:
    """What one part selects all others show. A part that was told says so in turn: that echo ends here."""
    told: dict[int, deque[Selected]] = {id(part): deque(maxlen=8) for part in parts}

    def spread(source: Any, selected: Selected) -> None:
        if selected in told[id(source)]:
            told[id(source)].clear()
            return
        for part in parts:
            if part is not source and part.selected != selected:
                told[id(part)].append(selected)
                show(part, selected)

    for part in parts:
        part.on_select(partial(spread, part))


def show(part: Any, selected: Selected) -> None:
    if hasattr(part, "select"):
        part.select(selected)
    else:
        part._follow(selected)
