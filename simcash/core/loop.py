"""The one loop: a world that is moved, recorded and steered.

Running, stepping, playing and replaying are the same loop over chunks of ticks. A chunk is taken whole or not
at all: what interrupts one leaves a mark, and the next use brings the world back to the last tick that was
recorded, from a snapshot and by the same actions.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from operator import index
from pathlib import Path
from time import perf_counter, sleep
from typing import TYPE_CHECKING, Any, Self, cast

import numpy as np

from simcash.core.clock import Clock
from simcash.core.facts import Facts, seed_of
from simcash.core.history import History
from simcash.core.recorder import Recorder
from simcash.core.shield import Shield
from simcash.core.snapshots import Snapshots
from simcash.core.source import Source
from simcash.core.story import Acted, Story
from simcash.core.tables import Batch, Batches, check_labels
from simcash.core.world import Receipt, Snapshot, World

if TYPE_CHECKING:
    from simcash.core.player import Player

LOG = logging.getLogger("simcash")
CHUNK = 0.07  # seconds of stepping between two looks at what else there is to do
WATCHED, BREATH = 0.04, 0.0003  # the same where someone watches; a pause where someone waits
SNAPSHOT_EVERY = 1.0  # seconds of stepping, and no more than a thirtieth of the time is spent on it
REPLAYED = 16  # ticks at once where rows are not kept
NEVER = 2**62

Make = Callable[[Source], World]
Condition = Callable[[Any], bool] | None
Until = int | Condition
Happened = Mapping[str, dict[str, np.ndarray]]
Watcher = Callable[[Batch | None, int], None]
OPEN: AbstractContextManager[None] = nullcontext()


class Loop:
    """A world, its recorder, and time."""

    def __init__(
        self,
        make: Make,
        source: Source,
        *,
        db: str | Path | None = None,
        history: History | None = None,
        faces: Mapping[str, str] | None = None,
        seed: int | None = None,
        parameters: Mapping[str, Any] | None = None,
        start: Snapshot | None = None,
        parent: Loop | None = None,
    ) -> None:
        if db is not None and history is not None:
            raise ValueError("give either db or history: a history already has its place")
        self.source, self._make, self._faces = source, make, dict(faces or {})
        self._world = world = make(source)
        if start is not None:
            world.restore(start)
        if parent is not None:
            check_labels(parent._world.tables, world.tables)
        start = start or world.snapshot()
        self._facts = Facts(
            source, start.world, world.clock.ticks, start.now, None if parent is None else parent.run_id,
            seed_of(source.data) if seed is None else seed, dict(parameters or {}), lambda: resolved(world),
        )  # fmt: skip
        self._lock = threading.RLock()
        self._now, self._ended, self._doubt = start.now, world.done, False
        self._story = Story()
        self._snapshots = Snapshots(start)
        self._busy, self._next_snapshot = 0.0, SNAPSHOT_EVERY
        self._player: Player | None = None
        self._watchers: tuple[Watcher, ...] = ()
        self._asking: list[None] = []  # one for each who waits for it to rest
        self._told_end = False
        self._owns = history is None
        self.history = history = History(db) if history is None else history
        try:
            self._recorder = Recorder(history, self._facts, world.tables)
        except BaseException:
            if self._owns:
                history.close()
            raise
        self._due = self._next_due()

    # where it is

    @property
    def name(self) -> str:
        """The scenario's name."""
        return self.source.name

    @property
    def world_name(self) -> str:
        """What kind of world it is."""
        return self._facts.world

    @property
    def run_id(self) -> int:
        """The number of this run in its history."""
        return self._recorder.run_id

    @property
    def seed(self) -> int | None:
        """The number all chance follows from."""
        return self._facts.seed

    @property
    def world(self) -> Any:
        """The world itself."""
        if self._doubt:
            with self._lock:
                self._recover()
        return self._world

    @property
    def clock(self) -> Clock:
        """What a tick is, and how many there are."""
        return self._world.clock

    @property
    def now(self) -> int:
        """Ticks completed, which is the next tick to execute."""
        return self._now

    @property
    def start(self) -> int:
        """The tick it began at."""
        return self._facts.start

    @property
    def day(self) -> int:
        """The day of the next tick."""
        return self.clock.day(self._now)

    @property
    def done(self) -> bool:
        """Whether the end is reached."""
        return self._ended and not self._doubt

    @property
    def playing(self) -> bool:
        """Whether it moves in the background."""
        return self._player is not None and self._player.is_alive()

    @property
    def speed(self) -> float | None:
        """Ticks a second while it plays; None as fast as possible."""
        return None if self._player is None else self._player.speed

    @property
    def trouble(self) -> BaseException | None:
        """What stopped it from playing; `pause` raises it."""
        return None if self._player is None else self._player.error

    @property
    def closed(self) -> bool:
        """Whether it takes no more rows."""
        return self._recorder.closed

    # the loop

    def step(self, ticks: int = 1) -> Happened:
        """Advance some ticks; what happened, as columns per table."""
        if ticks == 1:
            with self._lock:
                return self._advance(1, OPEN)
        try:
            ticks = index(ticks)
        except TypeError:
            raise TypeError(f"step({ticks!r}): a number of ticks is whole") from None
        if ticks < 0:
            raise ValueError(f"step({ticks}): time goes on; rewind({max(self._now + ticks, 0)}) goes back")
        batches = list(self._chunks(self._now + ticks)) if ticks else []
        return joined(batches) if batches else self.world.step(0)

    def run(self, until: Until = None, progress: bool | None = None) -> Self:
        """Advance to a tick, or until a condition holds, or to the end.

        A bar shows for work of more than a second: `progress` True always, False never, None on a terminal
        or in a notebook.
        """
        from simcash.core.progress import shown

        limit, condition = self._goal(until)
        for _ in shown(self._chunks(limit, condition), self, min(limit, self.clock.ticks), progress):
            pass
        with self._lock:
            self._close_period()
        return self

    async def arun(self, until: Until = None) -> Self:
        """`run` for asynchronous users: other tasks go on meanwhile."""
        from asyncio import to_thread

        chunks = self._chunks(*self._goal(until))
        while await to_thread(next, chunks, None) is not None:
            pass
        with self._lock:
            self._close_period()
        return self

    def frames(self, every: int | None = None, until: Until = None) -> Iterator[Self]:
        """Advance `every` ticks at a time (or about as many as a glance allows), stopping at each frame."""
        limit, condition = self._goal(until)
        while self._goes_on(limit, condition):
            target = limit if every is None else min(self._now + every, limit)
            for _ in self._chunks(target, condition):
                if every is None:
                    break
            yield self

    def play(self, speed: float | None = 10.0) -> Self:
        """Go on in the background, `speed` ticks a second, or as fast as possible; `pause` stops it."""
        from simcash.core.player import Player

        self.pause()
        self._player = Player(self._play, speed)
        self._tell()
        return self

    def pause(self) -> Self:
        """Stop playing; an error that stopped it before is raised here."""
        player, self._player = self._player, None
        if player is not None:
            try:
                player.stop()
            finally:
                self._tell()
        return self

    def watch(self, watcher: Watcher) -> None:
        """Call `watcher(batch, now)` in the moving thread after each movement, with None for the batch where
        time went back, something was done between ticks, or playing began or ended."""
        with self._lock:
            self._watchers += (watcher,)

    def unwatch(self, watcher: Watcher) -> None:
        """Do not call it any more."""
        with self._lock:
            self._watchers = tuple(other for other in self._watchers if other is not watcher)

    @contextmanager
    def at_rest(self, patience: float = -1) -> Iterator[bool]:
        """Nothing else moves it meanwhile; False, and no rest, where that took more than so many seconds."""
        self._asking.append(None)
        try:
            held = self._lock.acquire(timeout=patience)
        finally:
            self._asking.pop()
        try:
            yield held
        finally:
            if held:
                self._lock.release()

    def _tell(self) -> None:
        """Something changed, but time did not go on."""
        for watcher in self._watchers:
            watcher(None, self._now)

    def _chunks(self, limit: int, condition: Condition = None) -> Iterator[Batch]:
        """The one loop: chunk after chunk, each as long as it takes to stay responsive."""
        size = 1
        if self.done and limit > self._now:
            self._tell_end()
        while self._goes_on(limit, condition):
            began = perf_counter()
            with self._lock:
                batch = self._advance(min(size, limit - self._now), Shield())
            yield batch
            if self._asking:
                sleep(BREATH)  # a lock is not fair: who waits needs a moment in which it is free
            if condition is None:
                aim = WATCHED if self._watchers else CHUNK
                size = max(1, int(size * min(8.0, aim / max(perf_counter() - began, 1e-9))))

    def _goes_on(self, limit: int, condition: Condition) -> bool:
        return self._now < limit and not self.done and not (condition is not None and condition(self))

    def _advance(self, ticks: int, guard: AbstractContextManager[None]) -> Batch:
        """Take one chunk: step and record, whole or not at all."""
        if self._doubt:
            self._recover()
        world = self._world
        if self._ended:
            self._tell_end()
        if self._story.ahead:
            ticks = self._follow(ticks)
        if self._filed and not self._ended:
            ticks = min(ticks, self.clock.period_end(self._now) - self._now)
        began = perf_counter()
        with guard:
            try:
                batch = world.step(ticks)
                now = world.now
                self._recorder.add(batch, now)
                self._now, self._ended = now, world.done
            except BaseException as error:
                self._lose_certainty(error)
                raise
        self._busy += perf_counter() - began
        for watcher in self._watchers:
            watcher(batch, now)
        if self._now >= self._due or self._ended:
            self._close_period()
        if self._busy >= self._next_snapshot:
            self._keep_snapshot()
        return batch

    def _close_period(self) -> None:
        """Make durable what is due; if that fails, it is due again."""
        if self._doubt or not (self._now >= self._due or (self._ended and self._due < NEVER)):
            return
        if self._ended:
            self._follow(0)
            self._recorder.status = "complete"
        self._recorder.seconds = self._busy
        self._recorder.persist()
        self._due = self._next_due()

    def _next_due(self) -> int:
        if self._recorder.status == "complete":
            return NEVER
        return self.clock.period_end(self._now) if self._filed else self.clock.ticks

    @property
    def _filed(self) -> bool:
        return self.history.path is not None

    def _goal(self, until: Until) -> tuple[int, Condition]:
        """Where to stop: a tick, and a condition."""
        if until is None:
            return NEVER, None
        if callable(until):
            return NEVER, until
        try:
            return index(until), None
        except TypeError:
            raise TypeError(f"until={until!r}: a tick, or a function that says when to stop") from None

    def _tell_end(self) -> None:
        if not self._told_end:
            self._told_end = True
            LOG.warning("%s is at its end, %s %d; rewind goes back", self.name, self.clock.unit, self._now)

    def _play(self, ticks: int) -> bool:
        """One movement of a player; whether there is more."""
        with self._lock:
            until = self._now + ticks
            while self._now < until and not self.done:
                self._advance(until - self._now, OPEN)
            return not self.done

    # certainty

    def _keep_snapshot(self) -> None:
        began = perf_counter()
        self._snapshots.add(self._world.snapshot(), len(self._story.done))
        self._next_snapshot = self._busy + max(SNAPSHOT_EVERY, 30 * (perf_counter() - began))

    def _lose_certainty(self, error: BaseException) -> None:
        """The world may be in the middle of something; what it did since the last record does not count."""
        self._doubt = True
        if isinstance(error, Exception):
            self._recorder.status = "failed"

    def _recover(self) -> None:
        """Bring the world to `now`, from the nearest snapshot and by the same actions."""
        world, done = self._world, self._story.done
        if self._recorder.now > self._now:
            self._recorder.cut(self._now, self._story.in_tick(self._now))
        kept = self._snapshots.nearest(self._now, len(done))
        world.restore(kept.snapshot)
        for acted in done[kept.actions :]:
            pass_over(world, acted.tick)
            if acted.accepted:
                cast(Any, world).act(acted.action)
        pass_over(world, self._now)
        self._follow_names()
        self._doubt, self._ended = False, world.done
        self._recorder.status = "running"
        self._due = self._next_due()

    def act(self, action: Any) -> Receipt:
        """Steer between ticks: done, or refused with the reason; kept in `actions` either way."""
        with self._lock:
            receipt = self._perform(action)
            if receipt.accepted:
                self._story.ahead.clear()
            self._tell()
            return receipt

    def _perform(self, action: Any) -> Receipt:
        act = getattr(self.world, "act", None)
        if act is None:
            raise TypeError(f"the {self._facts.world} world takes no actions")
        try:
            receipt = cast(Receipt, act(action))
            self._follow_names()
            self._note(receipt)
        except BaseException as error:
            self._lose_certainty(error)
            raise
        return receipt

    def _follow_names(self) -> None:
        """An action may have given the world something to name that it did not know."""
        tables = self._world.tables
        if tables is not self._recorder.tables and tables != self._recorder.tables:
            self._recorder.rename(tables)

    def _note(self, receipt: Receipt) -> None:
        tick, story = self._now, self._story
        self._recorder.add_action(tick, story.in_tick(tick), receipt)
        story.done.append(Acted(tick, receipt.action, receipt.accepted))

    def _follow(self, ticks: int) -> int:
        """Do again what was done in this tick before a rewind; how far to go until the next such thing."""
        story = self._story
        while story.is_due(self._now):
            self._perform(story.ahead.popleft().action)
        return story.ticks_until_next(self._now, ticks)


def pass_over(world: World, until: int) -> None:
    """Step without keeping rows; not far at once, for the rows lie in memory."""
    while world.now < until:
        world.step(min(REPLAYED, until - world.now))


def joined(batches: list[Batch]) -> Happened:
    """Batches of one stretch as one."""
    parts = batches[:1]
    for batch in batches[1:]:
        both = parts[-1].then(batch)
        parts[-1:] = [both] if both is not None else [parts[-1], batch]
    return parts[0] if len(parts) == 1 else Batches(parts)


def resolved(world: World) -> str | None:
    """A world's scenario with every default in place, if it is a pydantic model."""
    dump = getattr(getattr(world, "scenario", None), "model_dump_json", None)
    return None if dump is None else str(dump())
