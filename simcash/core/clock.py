"""Ticks, days and the time of day."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Clock:
    """What a tick is, how many make a day, how long the run is, and after how many ticks rows are durable."""

    ticks: int
    unit: str = "tick"
    ticks_per_day: int | None = None
    period: int = 50
    day_start_minutes: int | None = None  # wall-clock label of tick 0, in minutes after midnight
    tick_minutes: int | None = None

    def day(self, tick: int) -> int:
        return tick // self.ticks_per_day if self.ticks_per_day else 0

    def tick_in_day(self, tick: int) -> int:
        return tick % self.ticks_per_day if self.ticks_per_day else tick

    def period_end(self, tick: int) -> int:
        """The first tick after the durable period that `tick` lies in."""
        return min((tick // self.period + 1) * self.period, self.ticks)

    def label(self, tick: int) -> str:
        """A tick in words: "day 2, 09:30" where the scenario names times, "day 2, tick 30" otherwise."""
        if self.ticks_per_day is None:
            return f"{self.unit} {tick}"
        day = f"day {self.day(tick)}, "
        if self.day_start_minutes is None or self.tick_minutes is None:
            return f"{day}{self.unit} {self.tick_in_day(tick)}"
        minutes = self.day_start_minutes + self.tick_in_day(tick) * self.tick_minutes
        return f"{day}{minutes // 60 % 24:02d}:{minutes % 60:02d}"


def minutes_of(text: str) -> int:
    """A time of day like "09:30" as minutes after midnight."""
    hours, _, minutes = text.partition(":")
    if not (hours.isdigit() and minutes.isdigit() and int(hours) < 24 and int(minutes) < 60):
        raise ValueError(f'"{text}" is not a time of day; write it as "09:30"')
    return int(hours) * 60 + int(minutes)
