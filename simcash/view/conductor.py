"""The thread between a simulation and what is seen of it: time, the buttons, and when a frame is due.

Messages from the browser wait here until the conductor's own thread takes them: they may arrive on any other.
When nothing moves the thread sleeps; it ends with its conductor.
"""

from __future__ import annotations

import atexit
import logging
import threading
import weakref
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from time import monotonic
from typing import Any, Protocol

from simcash.core.clock import Clock
from simcash.view.feed import Feed, SimulationGone
from simcash.view.frames import Look

LOG = logging.getLogger("simcash")
REST, TIRED = 1 / 20, 1 / 4  # seconds between two frames; where they are not acknowledged
MOST_UNSEEN = 10  # frames under way
OPEN: weakref.WeakSet[Conductor] = weakref.WeakSet()
GLANCE = 0.1  # seconds between two looks at whether it still plays
RUSH = 100.0  # ticks of the past a second, as fast as possible
KEEP_EVERY = 1.0  # seconds between two frames kept for views that open late
GONE = (
    "The simulation is gone: nothing refers to it any more. Run the cell that opens it, and this one, again."
)
CLOSED = "The simulation was closed: it stays as it was."

Message = Mapping[str, Any]


class Line(Protocol):
    """What moves: a simulation, or several in step."""

    @property
    def now(self) -> int: ...
    @property
    def start(self) -> int: ...
    @property
    def done(self) -> bool: ...
    @property
    def playing(self) -> bool: ...
    @property
    def speed(self) -> float | None: ...
    @property
    def trouble(self) -> BaseException | None: ...
    @property
    def closed(self) -> bool: ...
    @property
    def clock(self) -> Clock: ...
    def play(self, speed: float | None = ...) -> Any: ...
    def pause(self) -> Any: ...
    def step(self, ticks: int = ...) -> Any: ...


class Screen(Protocol):
    """Where frames of one simulation are seen."""

    def show(self, look: Look, header: Mapping[str, Any]) -> None: ...
    def keep(self) -> None: ...
    def notice(self, level: str, text: str) -> None: ...
    def pin(self, id: str, x: float | None, y: float | None) -> None: ...


class Conductor:
    """One timeline: what is shown of it, and how it goes on."""

    def __init__(
        self,
        line: Callable[[], Line | None],
        feeds: Sequence[Feed],
        screens: Sequence[Screen],
        *,
        between: AbstractContextManager[Any] | None = None,
        beside: Callable[[list[Look]], list[Look]] = list,
    ) -> None:
        self._line, self.feeds = line, tuple(feeds)
        self._screens = [weakref.ref(screen) for screen in screens]
        self._between, self._beside = between or nullcontext(), beside
        self.stirred = feeds[0].stirred
        self.messages: deque[Message] = deque()
        self.shown: int | None = None  # a tick of the past, or None: now
        self.rolling: tuple[float, int] | None = None  # the past plays: since when, from which tick
        self.speed: float | None = 10.0
        self.loop: tuple[int, int] | None = None
        self.selected: dict[str, Any] | None = None
        self.listeners: list[Callable[[Any], Any]] = []  # told of what is selected
        self.followers: list[Callable[[], Any]] = []  # called now and then, with a new frame
        self.closed = False
        self.sent, self._seen = 0, 0
        self._told: tuple[Any, ...] = ()  # what the last frame said of time
        self._next: int | None = None  # the first tick whose happenings were not shown yet
        self._last = self._kept = 0.0
        self._changed = True
        self._fresh = False  # a frame that late views do not know
        self._trouble: BaseException | None = None
        self.handlers: dict[str, Callable[[Message], None]] = {
            "play": self._play, "pause": self._pause, "step": self._step, "speed": self._speed,
            "seek": self._seek, "live": self._live, "loop": self._loop, "seen": self._acknowledge,
            "select": lambda message: self.choose(message.get("selected")), "pin": self._pin,
        }  # fmt: skip

    @property
    def line(self) -> Line:
        line = self._line()
        if line is None:
            raise SimulationGone
        return line

    def start(self) -> None:
        """The first frame, and from then on those that follow."""
        self._show()
        weakref.finalize(self, self.stirred.set)
        self.thread = threading.Thread(
            target=attend, args=(weakref.ref(self), self.stirred), name="simcash-graph", daemon=True
        )
        self.thread.start()
        OPEN.add(self)

    def close(self) -> None:
        if self.closed:
            return
        self.closed = True
        for feed in self.feeds:
            feed.close()
        self.stirred.set()

    def post(self, message: Message) -> None:
        """Something to be done by the conductor's thread."""
        self.messages.append(message)
        self.stirred.set()

    # a turn

    def turn(self) -> float | None:
        """Do what is due; how long to sleep then, None until something stirs."""
        self.stirred.clear()
        try:
            while self.messages:
                self._take(self.messages.popleft())
            self._look_around()
            return self._go_on()
        except SimulationGone:
            self._end(GONE)
            return None
        except Exception as error:
            LOG.debug("the picture could not be renewed", exc_info=True)
            self._notice("error", f"{type(error).__name__}: {error}")
            self._changed = False
            return None

    def _take(self, message: Message) -> None:
        kind = message.get("kind", "")
        if kind in self.handlers:
            self._changed = self._changed or kind not in ("seen", "pin")
            self.handlers[kind](message)

    def _look_around(self) -> None:
        """What others did to the line."""
        line = self.line
        trouble, self._trouble = self._trouble, line.trouble
        if self._trouble is not None and self._trouble is not trouble:
            self._notice("error", f"It stopped: {type(self._trouble).__name__}: {self._trouble}")
        if line.playing:
            self.speed = line.speed
        if self.shown is not None and self.shown >= line.now:
            self._catch_up()
        if self.loop is not None and self._moving and self.tick >= self.loop[1]:
            self._begin_loop(self.loop[0])
        if self._state() != self._told or any(feed.stale for feed in self.feeds):
            self._changed = True

    def _go_on(self) -> float | None:
        line, moment = self.line, monotonic()
        if line.closed:
            self._show()
            self._end(CLOSED)
            return None
        if self.rolling is not None:
            self._roll(moment)
        rest = TIRED if self.sent - self._seen > MOST_UNSEEN else REST
        for feed in self.feeds:
            feed.hurry(rest)
        wait = self._last + rest - moment
        if self._changed and wait > 0:
            return wait
        if self._changed:
            self._show()
        elif self._fresh:
            self._keep()
        if self._moving:
            return rest if self.rolling is not None else GLANCE
        return REST if self._fresh else None

    def _show(self) -> None:
        """A frame of what is to be seen now."""
        self._changed, self._told, self._last = False, self._state(), monotonic()
        with self._between:
            looks = self._looks()
        tick = self._next = looks[0].tick
        self.sent += 1
        header = self._header(tick)
        for screen, look in zip(self.screens, self._beside(looks), strict=True):
            screen.show(look, header)
        self._changed = self.shown is None and tick != self.line.now
        self._fresh = True
        if self._last - self._kept >= KEEP_EVERY:
            self._keep()

    def _looks(self) -> list[Look]:
        now = self.line.now if self.shown is None else self.shown
        since = now - 1 if self._next is None or self._next > now else self._next
        if len(self.feeds) == 1 and self.shown is None:
            return [self.feeds[0].live(since)]
        return [
            feed.live(since, exact=True) if feed.sim.now == now else feed.at(now, since)
            for feed in self.feeds
        ]

    def _header(self, tick: int) -> dict[str, Any]:
        line = self.line
        return {
            "seq": self.sent, "tick": tick, "now": line.now, "label": line.clock.label(tick),
            "playing": self._moving, "done": self.shown is None and line.done, "speed": self.speed,
            "loop": None if self.loop is None else list(self.loop), "selected": self.selected,
        }  # fmt: skip

    def _state(self) -> tuple[Any, ...]:
        """What a frame says of time."""
        return self.shown, self.line.now, self._moving, self.speed, self.loop

    def _keep(self) -> None:
        """Views that open from now on begin with this frame."""
        for screen in self.screens:
            screen.keep()
        for follower in self.followers:
            follower()
        self._kept, self._fresh = monotonic(), False

    def _end(self, why: str) -> None:
        """Nothing more will happen."""
        self._notice("error" if why == GONE else "info", why)
        if self._fresh:
            self._keep()
        self.close()

    def _notice(self, level: str, text: str) -> None:
        for screen in self.screens:
            screen.notice(level, text)

    @property
    def screens(self) -> list[Screen]:
        """Those that are still there."""
        present = (screen() for screen in self._screens)
        return [screen for screen in present if screen is not None]

    def choose(self, selected: dict[str, Any] | None) -> None:
        """Something is selected, or nothing; who wants to know is told."""
        if selected == self.selected:
            return
        self.selected, self._changed = selected, True
        for listener in tuple(self.listeners):
            listener(selected)
        self.stirred.set()

    # the buttons

    @property
    def tick(self) -> int:
        """The tick shown."""
        return self.line.now if self.shown is None else self.shown

    @property
    def _moving(self) -> bool:
        return self.rolling is not None if self.shown is not None else self.line.playing

    def _play(self, message: Message) -> None:
        if self.shown is not None:
            self.rolling = monotonic(), self.shown
        elif self.line.done:
            self._notice("info", "This is the end. Drag the timeline back to see it again.")
        else:
            self.line.play(self.speed)

    def _pause(self, message: Message) -> None:
        if self.rolling is not None:
            self.rolling = None
        else:
            self.line.pause()

    def _step(self, message: Message) -> None:
        ticks = int(message.get("ticks", 1))
        if self.shown is not None or ticks < 0:
            self._seek({"tick": self.tick + ticks})
            return
        self.line.pause()
        if self.line.done:
            self._play({})
        else:
            self.line.step(ticks)

    def _speed(self, message: Message) -> None:
        value = message.get("value")
        self.speed = None if value is None else max(0.1, float(value))
        if self.rolling is not None:
            self.rolling = monotonic(), self.tick
        elif self.shown is None and self.line.playing:
            self.line.play(self.speed)

    def _seek(self, message: Message) -> None:
        tick = max(int(message["tick"]), self.line.start)
        if tick >= self.line.now:
            self._live(message)
            return
        self.shown, self._next = tick, None
        self.rolling = None if self.rolling is None else (monotonic(), tick)

    def _live(self, message: Message) -> None:
        """Back to now."""
        self.shown = self.rolling = None

    def _catch_up(self) -> None:
        """The past has come to now: what played goes on."""
        rolled, self.shown, self.rolling = self.rolling is not None, None, None
        if rolled and not self.line.done and not self.line.playing:
            self.line.play(self.speed)

    def _loop(self, message: Message) -> None:
        given = message.get("range")
        self.loop = None if given is None else (max(int(given[0]), self.line.start), int(given[1]))
        if self.loop is not None and self._moving and not self.loop[0] <= self.tick < self.loop[1]:
            self._begin_loop(self.loop[0])

    def _begin_loop(self, tick: int) -> None:
        """Again from its beginning, which is past."""
        if self.shown is None:
            self.line.pause()
        self._seek({"tick": tick})
        if self.shown is not None:
            self.rolling = monotonic(), self.shown

    def _roll(self, moment: float) -> None:
        """The past goes on by as many ticks as are due, at most to now."""
        assert self.rolling is not None  # asked before
        began, first = self.rolling
        due = first + int((moment - began) * (self.speed or RUSH))
        if self.loop is not None:
            due = min(due, self.loop[1])
        if due > self.tick:
            self.shown, self._changed = min(due, self.line.now), True

    def _pin(self, message: Message) -> None:
        for screen in self.screens:
            screen.pin(str(message["id"]), message.get("x"), message.get("y"))

    def _acknowledge(self, message: Message) -> None:
        self._seen = max(self._seen, int(message.get("seq", 0)))


@atexit.register
def close_all() -> None:
    """A thread that is stopped with the process, in the middle of a look, would hold what others wait for."""
    conductors = list(OPEN)
    for conductor in conductors:
        conductor.close()
    for conductor in conductors:
        conductor.thread.join(timeout=5)


def attend(conductor: weakref.ref[Conductor], stirred: threading.Event) -> None:
    """Turn after turn, until the conductor is closed or gone."""
    wait: float | None = None
    while True:
        stirred.wait(wait)
        present = conductor()
        if present is None or present.closed:
            return
        wait = present.turn()
        del present
