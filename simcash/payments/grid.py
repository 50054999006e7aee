"""From a table's times to a run's ticks: when a day begins, how long a tick is, which days there are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simcash.core.clock import minutes_of
from simcash.core.tabular import TableError
from simcash.payments.columns import CLOCKS, DATES, Times

DAY, HOUR, MINUTE = 86400, 3600, 60


@dataclass(frozen=True)
class Grid:
    """Ticks of equal length; a day may go on past midnight if its hours do."""

    start: int  # second at which a day begins, 0 where times are ticks already
    seconds: int  # in a tick, 1 where times are ticks already
    ticks_per_day: int
    overnight: bool
    days: np.ndarray  # those with a payment, ascending

    @property
    def clock(self) -> bool:
        """Whether its ticks are times of day."""
        return self.seconds > 1

    def day_of(self, times: Times, own: np.ndarray) -> np.ndarray:
        """The day of each instant; where times name none, it is the payment's own."""
        if not times.dated:
            return own
        return (times.date * DAY + times.second - self.start) // DAY if self.overnight else times.date

    def within(self, times: Times) -> np.ndarray:
        """The tick within its day; below 0 or beyond the last if outside the hours."""
        since = times.second - self.start
        return np.asarray((since % DAY if self.overnight else since) // self.seconds)

    def exactly(self, times: Times, own: np.ndarray) -> np.ndarray:
        """The tick of each instant, or -1 where there is none: outside the hours, or on another day."""
        day, within = self.day_of(times, own), self.within(times)
        place = np.minimum(np.searchsorted(self.days, day), self.days.size - 1)
        there = (self.days[place] == day) & (within >= 0) & (within < self.ticks_per_day) & times.good
        return np.where(there, place * self.ticks_per_day + within, -1)

    def at_latest(self, times: Times, own: np.ndarray) -> np.ndarray:
        """The last tick in time: within its day, or the end of the last day before it; the end of the
        payment's own day where nothing is said."""
        day = np.where(times.good, self.day_of(times, own), own)
        place = np.maximum(np.searchsorted(self.days, day, side="right") - 1, 0)
        last = self.ticks_per_day - 1
        known = times.good & (self.days[place] == day)
        within = np.where(known, np.clip(self.within(times), 0, last), last)
        return np.asarray(place * self.ticks_per_day + within)


def tick_grid(submitted: Times, others: list[Times], own: np.ndarray, ticks_per_day: int | None) -> Grid:
    """For times that are ticks already, of a day each or counted through."""
    longest = max(int(times.second.max(initial=0)) + 1 for times in (submitted, *others))
    day = submitted.date if submitted.dated else own
    days = np.arange(int(day.max(initial=0)) + 1) if submitted.dated else np.unique(day)
    return Grid(0, 1, ticks_per_day or longest, False, days)


def clock_grid(
    submitted: Times, others: list[Times], own: np.ndarray, hours: tuple[str, str] | None, tick_minutes: int
) -> Grid:
    """For times of day: ticks of some minutes, from the opening hour to the closing one."""
    start, end = span(submitted, others) if hours is None else [second_of(text) for text in hours]
    overnight = end <= start
    length = -(-((end - start) % DAY or DAY) // (tick_minutes * MINUTE))
    grid = Grid(start, tick_minutes * MINUTE, length, overnight, np.zeros(1, np.int64))
    days = np.unique(grid.day_of(submitted, own)[submitted.good])
    return Grid(start, tick_minutes * MINUTE, length, overnight, days if days.size else grid.days)


def span(submitted: Times, others: list[Times]) -> tuple[int, int]:
    """Whole hours around all submissions and settlements."""
    first = int(submitted.second[submitted.good].min(initial=DAY - 1))
    last = max(int(times.second[times.good].max(initial=0)) for times in (submitted, *others))
    return first // HOUR * HOUR, (max(first, last) // HOUR + 1) * HOUR


def second_of(text: str) -> int:
    """A time of day such as "07:30" as a second of the day; "24:00" is midnight."""
    try:
        return minutes_of("00:00" if text == "24:00" else text) * MINUTE
    except ValueError as error:
        raise TableError(f"hours: {error}") from None


def check_kinds(submitted: Times, name: str, times: Times) -> None:
    """Tick numbers and clock times do not go together."""
    clocks = (CLOCKS, DATES)
    if not times.missing.all() and (submitted.kind in clocks) != (times.kind in clocks):
        raise TableError(f"submitted has {submitted.kind}, {name} has {times.kind}; give both alike")
