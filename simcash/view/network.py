"""The live graph: `sim.graph()`, a widget that shows a simulation as it moves."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping
from numbers import Real
from threading import Event
from typing import TYPE_CHECKING, Any, ClassVar

import anywidget
import traitlets

from simcash.view import selection, still
from simcash.view.conductor import Conductor
from simcash.view.encodings import encoding_of
from simcash.view.feed import Feed
from simcash.view.panel import SESSION, STATIC
from simcash.view.saved import publish
from simcash.view.screen import Screen

if TYPE_CHECKING:
    from simcash.core.simulation import Simulation


class Graph(anywidget.AnyWidget):
    """The network, live: what moves the simulation moves the picture.

    `selected`, `select` and `on_select` tell and change what is selected, `sql` is the query for what is
    shown, `snapshot` a still of it, `close` ends it. `play`, `pause` and `seek` do what the buttons do.
    """

    _esm: ClassVar[Any] = STATIC / "graph.js"
    _css: ClassVar[Any] = STATIC / "graph.css"
    structure = traitlets.Dict().tag(sync=True)
    last_frame = traitlets.Bytes().tag(sync=True)
    session = traitlets.Unicode().tag(sync=True)

    def __init__(self, screen: Screen, conductor: Conductor) -> None:
        super().__init__(structure=screen.structure, last_frame=screen.packed, session=SESSION)
        self._screen, self._conductor = screen, conductor
        screen.widget = weakref.ref(self)
        self.on_msg(self._receive)

    def _receive(self, widget: Any, content: Mapping[str, Any], buffers: Any) -> None:
        """From the browser, on whatever thread: the conductor's own takes it up."""
        self._conductor.post(content)

    @property
    def tick(self) -> int:
        """The tick shown."""
        return int(self._screen.header["tick"])

    @property
    def selected(self) -> selection.Selected:
        """A name, a pair of names (from, to), the number of a payment or the like, or None."""
        return selection.plain(self._conductor.selected)

    def select(self, selected: selection.Selected = None) -> None:
        """Select what `selected` can be; nothing by default."""
        self._conductor.choose(selection.told(selected, self._screen.grouping, self._screen.encoding))

    def on_select(self, function: Callable[[selection.Selected], Any]) -> None:
        """Call `function(selected)` whenever something else is selected."""
        self._conductor.listeners.append(lambda told: function(selection.plain(told)))

    @property
    def sql(self) -> str:
        """The query for what is shown: of the selection if there is one, at the tick shown."""
        screen, tick = self._screen, self.tick
        first = max(tick - screen.encoding.window, screen.structure["start"])
        return selection.query(self._conductor.selected, screen.grouping, screen.encoding, first, tick)

    def play(self, speed: float | None = 10.0) -> None:
        """Go on from what is shown, `speed` ticks a second, or as fast as possible."""
        if speed is not None and not (is_number(speed) and speed > 0):
            raise ValueError(f"play({speed!r}): ticks a second, above 0, or None for as fast as possible")
        self._conductor.post({"kind": "speed", "value": speed})
        self._conductor.post({"kind": "play"})

    def pause(self) -> None:
        """Stop there."""
        self._conductor.post({"kind": "pause"})

    def seek(self, tick: int | None = None) -> None:
        """Show a tick of the past, or now again; the run stays as it is."""
        if tick is not None and not is_number(tick):
            raise TypeError(f"seek({tick!r}): the number of a tick, or nothing for now")
        self._conductor.post({"kind": "live"} if tick is None else {"kind": "seek", "tick": tick})

    def snapshot(self, format: str = "svg") -> str | bytes:
        """A still of what is shown, for a paper: the text of an SVG, or the bytes of a PNG."""
        return still.rendered(still.svg(self._screen), format)

    def close(self) -> None:
        """Look no longer; the simulation stays as it is."""
        if hasattr(self, "_conductor"):
            self._conductor.close()
        super().close()

    def __repr__(self) -> str:
        return str(self._screen)

    def _ipython_display_(self) -> None:
        data, _ = self._repr_mimebundle_()
        publish(data, data["image/svg+xml"], data["text/plain"])

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """The widget, and beside it a still for where there is no kernel."""
        data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        return {**data, "image/svg+xml": still.svg(self._screen), "text/plain": repr(self)}, metadata


def is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def graph(sim: Simulation) -> Graph:
    """The simulation as a network, live: it moves as the simulation does, and back through its past."""
    picture, stirred = sim.picture(), Event()
    encoding = encoding_of(sim.world_name, picture)
    feed = Feed(sim, encoding, stirred)
    screen = Screen(sim, encoding, feed.picture)
    conductor = Conductor(weakref.ref(sim), [feed], [screen])
    conductor.start()
    weakref.finalize(sim, stirred.set).atexit = False  # that it is gone is to be said at once
    return Graph(screen, conductor)
