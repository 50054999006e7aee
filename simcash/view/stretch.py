"""A stretch of a run: how its ticks are gathered into points, and how the axis of time reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from simcash.core.clock import Clock

POINTS = 240  # a series has no more
MARKS = 7  # labels on the axis
MINUTES = (5, 10, 15, 30, 60, 120, 180, 240, 360, 720)


@dataclass(frozen=True)
class Stretch:
    """Ticks `first` to `last`, both included, of a run that `clock` measures."""

    clock: Clock
    first: int
    last: int

    @property
    def ticks(self) -> int:
        return max(0, self.last - self.first + 1)

    @property
    def width(self) -> int:
        """Ticks per point: a power of two, so that a run that goes on seldom changes it."""
        width = 1
        while -(-self.ticks // width) > POINTS:
            width *= 2
        return width

    @property
    def at(self) -> str:
        """In SQL: the last tick of the point that a tick belongs to."""
        width = self.width
        return "tick" if width == 1 else f"least(tick // {width} * {width} + {width - 1}, {self.last})"

    @property
    def within(self) -> str:
        """In SQL: whether a tick belongs to it."""
        return f"tick BETWEEN {self.first} AND {self.last}"

    @property
    def ends(self) -> str:
        """In SQL: the last ticks of its points, as a table with the column `tick`."""
        return f"(SELECT DISTINCT {self.at} AS tick FROM range({self.first}, {self.last + 1}) t(tick))"

    def __str__(self) -> str:
        clock = self.clock
        return f"{clock.label(self.first)} to {clock.label(self.last)}"

    @property
    def title(self) -> str:
        """What the axis of time counts."""
        clock = self.clock
        if clock.ticks_per_day is not None and self.ticks > 2 * clock.ticks_per_day:
            return "day"
        timed = clock.day_start_minutes is not None and clock.tick_minutes is not None
        return "time of day" if timed else clock.unit

    @property
    def marks(self) -> list[tuple[int, str]]:
        """A few ticks, and what the axis calls them."""
        if self.title == "day":
            return list(self._days())
        return list(self._hours() if self.title == "time of day" else self._numbers())

    def _days(self) -> Iterator[tuple[int, str]]:
        per_day = self.clock.ticks_per_day or 1
        days = range(-(-self.first // per_day), self.last // per_day + 1)
        step = next(step for step in steps() if len(days) <= step * MARKS)
        return ((day * per_day, f"day {day:,}") for day in days if day % step == 0)

    def _hours(self) -> Iterator[tuple[int, str]]:
        clock = self.clock
        start, minutes = clock.day_start_minutes or 0, clock.tick_minutes or 1
        step = next((step for step in MINUTES if self.ticks * minutes <= step * MARKS), MINUTES[-1])
        days = clock.ticks > (clock.ticks_per_day or clock.ticks)
        for tick in range(self.first, self.last + 1):
            passed = clock.tick_in_day(tick) * minutes
            if days and passed == 0:
                yield tick, f"day {clock.day(tick)}"
            elif (start + passed) % step < minutes and not (days and passed < step / 2):
                yield tick, clock.label(tick).split(", ")[-1]

    def _numbers(self) -> Iterator[tuple[int, str]]:
        step = next(step for step in steps() if self.ticks <= step * MARKS)
        return ((tick, f"{tick:,}") for tick in range(-(-self.first // step) * step, self.last + 1, step))


def steps() -> Iterator[int]:
    """1, 2, 5, 10, 20, 50, ..."""
    size = 1
    while True:
        yield from (size, 2 * size, 5 * size)
        size *= 10
