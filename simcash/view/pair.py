"""Two runs side by side, in step: one timeline, one set of buttons, and where they differ lit."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets
import numpy as np

from simcash.core.clock import Clock
from simcash.core.player import Player
from simcash.core.world import Picture
from simcash.view import still
from simcash.view.conductor import Conductor
from simcash.view.encodings import Channel, Encoding, encoding_of
from simcash.view.feed import Feed, SimulationGone
from simcash.view.frames import Look
from simcash.view.network import Graph
from simcash.view.saved import publish
from simcash.view.screen import Screen

if TYPE_CHECKING:
    from simcash.core.simulation import Simulation

DIFFERS = Channel("differs", "differs from the other run", top=1)
GAP = "28px"  # between the two, so that the buttons of one are not taken for those of the other
LEAST = 0.25  # of the glow, where there is a difference at all


class Both:
    """Two simulations as one line: they move in turns, and rest only at the same tick."""

    def __init__(self, first: Simulation, second: Simulation) -> None:
        self._sims = weakref.ref(first), weakref.ref(second)
        self.lock = threading.RLock()
        self._player: Player | None = None

    @property
    def sims(self) -> list[Simulation]:
        sims = [sim for sim in (ref() for ref in self._sims) if sim is not None]
        if len(sims) < len(self._sims):
            raise SimulationGone
        return sims

    @property
    def now(self) -> int:
        """How far both are."""
        return min(sim.now for sim in self.sims)

    @property
    def start(self) -> int:
        return max(sim.start for sim in self.sims)

    @property
    def end(self) -> int:
        return min(sim.clock.ticks for sim in self.sims)

    @property
    def done(self) -> bool:
        return self.now >= self.end

    @property
    def playing(self) -> bool:
        return self._player is not None and self._player.is_alive()

    @property
    def speed(self) -> float | None:
        return None if self._player is None else self._player.speed

    @property
    def trouble(self) -> BaseException | None:
        return None if self._player is None else self._player.error

    @property
    def closed(self) -> bool:
        return any(sim.closed for sim in self.sims)

    @property
    def clock(self) -> Clock:
        return self.sims[0].clock

    def play(self, speed: float | None = 10.0) -> None:
        """Go on in the background, both at the same pace."""
        self.pause()
        self._player = Player(self._move, speed)

    def pause(self) -> None:
        player, self._player = self._player, None
        if player is not None:
            player.stop()

    def step(self, ticks: int = 1) -> None:
        self._move(ticks)

    def _move(self, ticks: int) -> bool:
        """Both on by some ticks; who is ahead waits. Whether there is more."""
        with self.lock:
            until = min(self.now + ticks, self.end)
            for sim in self.sims:
                if sim.now < until and not sim.done:
                    sim.step(until - sim.now)
            return not self.done


class Pair(ipywidgets.VBox):  # type: ignore[misc]
    """Two graphs of one timeline: `graphs` are the two, `figures` is what is told of both."""

    def __init__(self, graphs: tuple[Graph, Graph]) -> None:
        self.graphs = graphs
        for graph in graphs:
            graph.layout = ipywidgets.Layout(flex="1 1 0", min_width="0")
        self._line = ipywidgets.HTML()
        self.renew()
        super().__init__([self._line, ipywidgets.HBox(graphs, layout={"grid_gap": GAP})])

    @property
    def figures(self) -> list[tuple[str, str, str]]:
        """What is counted, in the first run and in the second."""
        first, second = (graph._screen for graph in self.graphs)
        told = first.encoding.figures.items()
        return [(words, first.figure(column), second.figure(column)) for column, words in told]

    def renew(self) -> None:
        """The line of figures, as they are now."""
        told = (f"{escape(words)} <b>{a}</b> and <b>{b}</b>" for words, a, b in self.figures)
        self._line.value = f"left and right: {' · '.join(told)}"

    def snapshot(self, format: str = "svg") -> str | bytes:
        """A still of both, for a paper: the text of an SVG, or the bytes of a PNG."""
        return still.rendered(still.beside([still.svg(graph._screen) for graph in self.graphs]), format)

    def close(self) -> None:
        """Look no longer; the simulations stay as they are."""
        for graph in getattr(self, "graphs", ()):
            graph.close()
        super().close()

    def __repr__(self) -> str:
        return "\n".join(map(repr, self.graphs))

    def _ipython_display_(self) -> None:
        data = self._repr_mimebundle_()
        publish(data, data["image/svg+xml"], data["text/plain"])

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """The widget, and beside it a still for where there is no kernel."""
        data = super()._repr_mimebundle_(**kwargs) or {}
        return {**data, "image/svg+xml": self.snapshot(), "text/plain": repr(self)}


def side_by_side(a: Simulation, b: Simulation) -> Pair:
    """Two runs in step: one timeline and the same buttons move both, and where they differ is lit.

    They need the same nodes: a fork and its parent, or a scenario opened twice with something changed.
    """
    check_two(a, b)
    encoding = encoding_of(a.world_name, a.picture())
    encoding = replace(encoding, node={**encoding.node, "glow": DIFFERS})
    stirred, both = threading.Event(), Both(a, b)
    feeds = [Feed(sim, encoding, stirred) for sim in (a, b)]
    check_alike(*(feed.picture for feed in feeds))
    first = Screen(a, encoding, feeds[0].picture)
    screens = [first, Screen(b, encoding, feeds[1].picture, like=first)]
    beside = partial(compared, encoding)
    conductor = Conductor(lambda: both, feeds, screens, between=both.lock, beside=beside)
    conductor.start()
    pair = Pair((Graph(screens[0], conductor), Graph(screens[1], conductor)))
    conductor.followers.append(renewal(weakref.ref(pair)))
    return pair


def renewal(pair: weakref.ref[Pair]) -> Callable[[], None]:
    """Renews the figures; it does not keep the pair."""

    def renew() -> None:
        present = pair()
        if present is not None:
            present.renew()

    return renew


def check_two(a: Any, b: Any) -> None:
    """Refuse what is no simulation, and one simulation twice."""
    for sim in (a, b):
        if not hasattr(sim, "picture"):
            raise TypeError(
                f"side_by_side(a, b) takes two simulations, as simcash.open gives, not {sim!r:.60}"
            )
    if a is b:
        raise ValueError(
            "side_by_side(a, b) needs two simulations, and these are one:"
            " open the scenario once more, or fork it"
        )


def check_alike(a: Picture, b: Picture) -> None:
    """Refuse what has other nodes."""
    left, right = a.nodes["id"].tolist(), b.nodes["id"].tolist()
    if left != right:
        alone = sorted(set(left) ^ set(right)) or left
        raise ValueError(
            f'side_by_side compares runs of the same nodes in the same order; "{alone[0]}" is not in both'
        )


def compared(encoding: Encoding, looks: Sequence[Look]) -> list[Look]:
    """The looks, each with how far a node is from what it is in the other run."""
    a, b = (look.picture.nodes for look in looks)
    apart = np.zeros(len(a["id"]))
    for name in encoding.compared:
        most = max(np.abs(a[name]).max(initial=0), np.abs(b[name]).max(initial=0), 1)
        apart = np.maximum(apart, np.abs(a[name] - b[name]) / most)
    lit = {"differs": np.where(apart > 0, LEAST + (1 - LEAST) * apart, 0.0)}
    return [
        replace(look, picture=Picture({**look.picture.nodes, **lit}, look.picture.edges)) for look in looks
    ]
