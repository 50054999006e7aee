"""Ticks, days, the time of day, and where a period ends."""

import pytest

from simcash.core.clock import Clock, minutes_of

WEEK = Clock(500, ticks_per_day=100, period=100, day_start_minutes=7 * 60, tick_minutes=6)


@pytest.mark.parametrize(
    ("tick", "day", "in_day", "end", "label"),
    [
        (0, 0, 0, 100, "day 0, 07:00"),
        (99, 0, 99, 100, "day 0, 16:54"),
        (100, 1, 0, 200, "day 1, 07:00"),
        (499, 4, 99, 500, "day 4, 16:54"),
        (500, 5, 0, 500, "day 5, 07:00"),
    ],
)
def test_a_week_of_days(tick, day, in_day, end, label):
    assert (WEEK.day(tick), WEEK.tick_in_day(tick), WEEK.period_end(tick)) == (day, in_day, end)
    assert WEEK.label(tick) == label


def test_without_times_of_day_a_tick_has_its_number():
    assert Clock(20, ticks_per_day=10).label(13) == "day 1, tick 3"
    assert Clock(20, unit="month").label(13) == "month 13"


def test_without_days_everything_is_in_the_first():
    clock = Clock(60, period=50)
    assert (clock.day(55), clock.tick_in_day(55)) == (0, 55)
    assert (clock.period_end(0), clock.period_end(49), clock.period_end(50)) == (50, 50, 60)


@pytest.mark.parametrize(("text", "minutes"), [("00:00", 0), ("09:30", 570), ("7:05", 425), ("23:59", 1439)])
def test_a_time_of_day(text, minutes):
    assert minutes_of(text) == minutes


@pytest.mark.parametrize("text", ["", "9", "24:00", "12:60", "-1:00", "noon", "1:2:3"])
def test_what_is_no_time_of_day(text):
    with pytest.raises(ValueError, match="not a time of day"):
        minutes_of(text)
