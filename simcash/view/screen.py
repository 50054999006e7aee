"""One simulation as it is drawn: its structure, and the frames that a widget sends."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping
from itertools import count
from typing import TYPE_CHECKING, Any

from simcash.core.money import show as money
from simcash.core.world import Picture
from simcash.view.encodings import Encoding
from simcash.view.frames import Domains, Frames, Look
from simcash.view.groups import Grouping, grouping_of
from simcash.view.layout import places
from simcash.view.wire import Columns, pack

if TYPE_CHECKING:
    from simcash.core.simulation import Simulation

UNRECORDED = "this run records nothing (record: off), so what moved is not drawn"
Send = Callable[[Mapping[str, Any], bytes | None], None]


class Screen:
    """What is drawn where, and the newest frame of it."""

    def __init__(
        self, sim: Simulation, encoding: Encoding, picture: Picture, like: Screen | None = None
    ) -> None:
        self.encoding = encoding
        self.grouping: Grouping = like.grouping if like else grouping_of(picture, encoding)
        self.domains: Domains = like.domains if like else Domains(encoding)
        self.frames = Frames(encoding, self.grouping)
        self.structure = self._structure(sim, picture, like)
        self.header: dict[str, Any] = {}
        self.columns: Columns = {}
        self.packed = b""
        self._ids = count(1)
        self.widget: weakref.ref[Any] | None = None  # what sends and keeps frames, once there is one

    def _structure(self, sim: Simulation, picture: Picture, like: Screen | None) -> dict[str, Any]:
        clock, drawn = sim.clock, self.grouping.gathered(picture, self.encoding)
        lasting = {} if self.encoding.flows else drawn.edges
        rank = drawn.nodes.get(self.encoding.rank)
        x, y = places(len(self.grouping.ids), rank, lasting.get("source"), lasting.get("target"))
        where = {"x": x.tolist(), "y": y.tolist()} if like is None else {n: like.structure[n] for n in "xy"}
        notes = [self.grouping.note, UNRECORDED if getattr(sim.world, "record", "") == "off" else ""]
        return {
            "version": 1, "world": sim.world_name, "title": sim.name, "unit": clock.unit,
            "ticks": clock.ticks, "start": sim.start,
            "ids": list(self.grouping.ids), "groups": None, "group_names": [],
            **where, "encoding": self.encoding.told(), "note": "; ".join(filter(None, notes)),
        }  # fmt: skip

    def show(self, look: Look, header: Mapping[str, Any]) -> None:
        """The next frame."""
        look = Look(look.tick, self.grouping.gathered(look.picture, self.encoding), look.flows, look.moments)
        self.columns, dropped = self.frames.columns(look)
        events, merged = self.frames.events(look)
        self.header = {
            **header, "domains": self.domains.stretched(self.columns),
            "events": [{"id": next(self._ids), **event} for event in events],
            "merged": merged, "dropped": dropped,
        }  # fmt: skip
        self.packed = pack(self.header, self.columns)
        self._tell({"kind": "frame"}, self.packed)

    def keep(self) -> None:
        """Views that open later begin with this frame."""
        widget = None if self.widget is None else self.widget()
        if widget is not None:
            widget.last_frame = self.packed

    def notice(self, level: str, text: str) -> None:
        """A sentence for whoever looks."""
        self._tell({"kind": "notice", "level": level, "text": text})

    def pin(self, id: str, x: float | None, y: float | None) -> None:
        """A node was dragged there, or let go."""
        if id not in self.grouping.ids:
            return
        pinned = dict(self.structure.get("pinned", {}))
        pinned.pop(id, None)
        if x is not None and y is not None:
            pinned[id] = [x, y]
        self.structure = {**self.structure, "pinned": pinned}
        widget = None if self.widget is None else self.widget()
        if widget is not None:
            widget.structure = self.structure

    def _tell(self, message: Mapping[str, Any], buffer: bytes | None = None) -> None:
        widget = None if self.widget is None else self.widget()
        if widget is not None:
            widget.send(dict(message), buffers=None if buffer is None else [buffer])

    def __str__(self) -> str:
        """Where it is and the main figures, in words that depend on nothing else."""
        s, header = self.structure, self.header
        figures = (f"{words}: {self.figure(name)}" for name, words in self.encoding.figures.items())
        where = f"{s['unit']} {header['tick']:,} of {s['ticks']:,} ({header['label']})"
        return "; ".join((f"{s['title']} at {where}, {len(s['ids']):,} {self.encoding.noun}", *figures))

    def figure(self, column: str) -> str:
        """The sum of a column of the nodes, as people read it."""
        total = int(self.columns[f"node.{column}"].sum())
        return money(total) if dict(self.encoding.card).get(column) == "money" else f"{total:,}"
