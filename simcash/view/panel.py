"""What the panels beside a picture have in common: a state for the browser, messages from it, one thread.

Messages arrive on whatever thread the kernel likes, and movements on the one that moves; both only leave
word. The panel's own thread reads the simulation, under its lock, and answers. It sleeps while there is
nothing to do and rests after each update, so that looking never costs more than a small share of the time.
"""

from __future__ import annotations

import atexit
import logging
from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event, Thread, current_thread
from time import monotonic
from typing import Any
from uuid import uuid4
from weakref import WeakSet

import anywidget
import traitlets

from simcash.view.encodings import encoding_of
from simcash.view.groups import check_alone
from simcash.view.saved import publish
from simcash.view.selection import Selected, Told

LOG = logging.getLogger("simcash")
STATIC = Path(__file__).parent / "static"
SESSION = uuid4().hex  # another one after the kernel was restarted
OFTEN = 0.2  # seconds between two updates, at least
REST = 19  # times as long as an update took, while the simulation moves
QUIET = 0.3  # seconds without a movement after which it is at rest
OPEN: WeakSet[Panel] = WeakSet()
Message = dict[str, Any]


class Panel(anywidget.AnyWidget):
    """A widget that shows a state made by `_picture` and answers messages by `_answers`."""

    state = traitlets.Dict().tag(sync=True)
    session = traitlets.Unicode(SESSION).tag(sync=True)

    _worker: Thread | None = None  # none yet while a panel is made

    def __init__(self, sim: Any) -> None:
        self._sim = sim
        self._asked: SimpleQueue[Message | None] = SimpleQueue()
        self._moved, self._moved_at, self._halted = False, 0.0, Event()
        self._followed: list[Callable[[Selected], None]] = []
        began = monotonic()
        super().__init__(state=self._picture())
        self._rest(began)
        self.on_msg(self._receive)
        self._watcher = self._note  # kept, for a method is another object each time it is asked for
        if sim is not None:
            sim.watch(self._watcher)
        here = copy_context()  # numpy's settings are those of who makes the panel
        self._worker = Thread(target=here.run, args=(self._work,), name="simcash-panel", daemon=True)
        self._worker.start()
        OPEN.add(self)

    # what a panel is

    def _picture(self) -> dict[str, Any]:
        """What the browser is shown, as plain data."""
        raise TypeError("a panel says what it shows")

    def _answer(self, message: Message) -> None:
        """Do what the browser, or a picture that is followed, asks for."""
        raise TypeError("a panel says what it answers")

    def _show(self) -> None:
        self.state = self._picture()

    # selections, this panel's and others'

    @property
    def selected(self) -> Selected:
        """What is selected here, in a graph's words: a name, a pair of names, a payment's number, or None."""
        return None

    def on_select(self, function: Callable[[Selected], None]) -> None:
        """Call a function with each new selection."""
        self._followed.append(function)

    def _tell_selected(self) -> None:
        for function in self._followed:
            function(self.selected)

    def follow(self, picture: Any) -> Any:
        """Show what is selected in a graph, or in another panel."""
        picture.on_select(self._follow)
        self._follow(picture.selected)
        return self

    def _follow(self, selected: Selected) -> None:
        found = as_told(selected)
        if found is not None:
            self._asked.put({"kind": "select", "selected": found})

    def _check(self, message: Message) -> None:
        """Refuse a group that was selected in a graph: panels are about one of its members."""
        chosen = message.get("selected") if message.get("kind") == "select" else None
        name = (chosen or {}).get("source", (chosen or {}).get("id"))
        if isinstance(name, str) and hasattr(self._sim.world, "picture"):
            picture = self._sim.picture()
            check_alone(name, picture, encoding_of(self._sim.world_name, picture))

    # the thread

    def _receive(self, _: Any, message: Any, __: Any) -> None:
        if isinstance(message, dict):
            self._asked.put(message)

    def _note(self, *_: Any) -> None:
        self._moved_at = monotonic()
        if not self._moved:
            self._moved = True
            self._asked.put(None)

    def _work(self) -> None:
        while not self._halted.is_set():
            message = self._next()
            if self._halted.is_set():
                return
            began, self._moved = monotonic(), False
            try:
                if message is None:
                    self._show()
                else:
                    self._check(message)
                    self._answer(message)
                    self.send({"kind": "answered"})
            except Exception as error:
                self._say("error", str(error) or type(error).__name__)
                LOG.debug("a panel could not do what it was asked", exc_info=True)
            self._rest(began)

    def _rest(self, began: float) -> None:
        """After an update that began then: no other one soon, unless someone asks."""
        now = monotonic()
        self._rested = now + max(OFTEN, REST * (now - began))

    def _next(self) -> Message | None:
        """The next message, or None when there was a movement and the time has come to show it: after a rest,
        or where nothing moves any more."""
        while not self._halted.is_set():
            due = min(self._rested, self._moved_at + QUIET) if self._moved else None
            if due is not None and due <= monotonic():
                return None
            with suppress(Empty):
                message = self._asked.get(timeout=None if due is None else max(0.0, due - monotonic()))
                if message is not None:
                    return message
        return None

    def _say(self, level: str, text: str) -> None:
        self.send({"kind": "notice", "level": level, "text": text})

    def close(self) -> None:
        """Stop looking, and take the panel off the page."""
        worker, self._worker = self._worker, None
        if worker is not None:
            self._halted.set()
            if self._sim is not None:
                self._sim.unwatch(self._watcher)
            self._asked.put(None)
            if worker is not current_thread():
                worker.join()
        super().close()

    # where there is no kernel

    def _still(self) -> str:
        """The same as HTML, for a page without a kernel."""
        return ""

    def _ipython_display_(self) -> None:
        shown, _ = self._repr_mimebundle_() or ({}, {})
        publish(shown, self._still(), repr(self))

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        shown = super()._repr_mimebundle_(**kwargs)
        if shown is not None:
            shown[0].update({"text/plain": repr(self), "text/html": self._still()})
        return shown


def as_told(selected: Selected) -> Told:
    """A selection as messages have it."""
    if isinstance(selected, tuple):
        return {"what": "edge", "source": selected[0], "target": selected[1]}
    if isinstance(selected, int):
        return {"what": "payment", "id": selected}
    return None if selected is None else {"what": "node", "id": selected}


@atexit.register
def close_all() -> None:
    """A thread that looks at a simulation must not outlive it."""
    for panel in list(OPEN):
        panel.close()
