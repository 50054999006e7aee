"""The scenarios that come with simcash: they open, show what they say, and keep to the published numbers."""

import time
from collections import Counter

import pytest

from simcash.core.scenario import read, scenario_files
from simcash.payments.scenario import open_scenario

NAMES = {
    "three-banks", "gridlock-triangle", "castro-two-period", "castro-three-period", "two-bank-stochastic",
    "ubin-5000", "week-with-shocks", "big-200", "big-200-scarce", "t2-day",
}  # fmt: skip
FILES = {
    name.partition("/")[2]: path for name, path in scenario_files().items() if name.startswith("payments/")
}


def scenario(name):
    return open_scenario(read(f"payments/{name}"))


def run(name):
    """What a whole run of it did."""
    from simcash.payments.world import open_world

    world = open_world(read(f"payments/{name}"))
    return world, world.step(world.clock.ticks)


def costs(name):
    """What each bank pays in all."""
    world, rows = run(name)
    sums = Counter()
    for bank, amount in zip(rows["costs"]["bank"], rows["costs"]["amount"], strict=True):
        sums[world.ids[bank]] += int(amount)
    return dict(sums), rows


def test_all_are_there():
    assert set(FILES) >= NAMES


@pytest.mark.parametrize("name", sorted(FILES))
def test_each_opens_by_its_bare_name_and_says_what_it_shows(name):
    source = read(name)
    assert open_scenario(source).name == name
    assert 20 < len(source.summary) < 130
    assert source.summary.endswith((".", "?"))


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_resolved_scenario_opens_again_as_the_same(name):
    opened = scenario(name)
    assert open_scenario(read(opened.model_dump(mode="json"))) == opened


@pytest.mark.parametrize(
    ("name", "banks", "days", "ticks", "events", "payments"),
    [
        ("three-banks", 3, 2, 200, 0, 330),
        ("gridlock-triangle", 3, 1, 12, 3, 0),
        ("castro-two-period", 2, 1, 2, 7, 0),
        ("castro-three-period", 2, 1, 3, 4, 0),
        ("two-bank-stochastic", 2, 1, 12, 0, 48),
        ("ubin-5000", 4, 1, 10, 5000, 0),
        ("week-with-shocks", 5, 5, 600, 11, 1470),
        ("big-200", 200, 1, 100, 0, 1_000_000),
        ("big-200-scarce", 200, 1, 100, 0, 1_000_000),
        ("t2-day", 1000, 1, 200, 0, 409_433),
    ],
)
def test_sizes(name, banks, days, ticks, events, payments):
    opened = scenario(name)
    found = len(opened.agents), opened.simulation.num_days, opened.ticks, len(opened.scenario_events)
    assert found == (banks, days, ticks, events)
    assert sum(opened.rates) * opened.ticks == pytest.approx(payments, abs=1)


def test_t2_day_is_as_the_specification_writes_it():
    opened = scenario("t2-day")
    core, other = opened.agents[0], opened.agents[999]
    assert [opened.ids[i] for i in (0, 49, 50, 999)] == ["CORE01", "CORE50", "BANK001", "BANK950"]
    assert (core.opening_balance, other.opening_balance) == (61_416_000_000, 1_077_400_000)
    for bank in (core, other):
        (stream,) = bank.streams
        assert stream.network == "gravity"
        assert stream.deadline_range == (20, 120)
        assert stream.amount_distribution.log_parameters() == (13.5, 3.67)
        assert stream.amount_distribution.max == 100_000_000_000
        assert bank.policy.type == "Fifo"


def test_ubin_is_the_published_queue():
    opened = scenario("ubin-5000")
    queue = Counter((e.from_agent, e.to_agent, e.amount) for e in opened.scenario_events)
    assert queue == {
        ("B1", "B2", 5_001_000): 1, ("B1", "B2", 1000): 1249,
        ("B2", "B3", 5_005_000): 1, ("B2", "B3", 2000): 1249,
        ("B3", "B4", 5_006_000): 1, ("B3", "B4", 3000): 1249,
        ("B4", "B1", 5_008_000): 1, ("B4", "B1", 4000): 1249,
    }  # fmt: skip
    assert [e.amount for e in opened.scenario_events[::1250]] == [5_001_000, 5_005_000, 5_006_000, 5_008_000]
    assert {e.schedule.tick for e in opened.scenario_events} == {0}


def test_reading_is_quick():
    """Far above what it takes (1 and 8 ms), far below what anybody would notice."""
    scenario("three-banks")
    for name, seconds in (("three-banks", 0.03), ("t2-day", 0.15)):
        best = min(timed(name) for _ in range(3))
        assert best < seconds, name


def timed(name):
    start = time.perf_counter()
    scenario(name)
    return time.perf_counter() - start


# What they show


def settlements(rows):
    """Which rows of payments are settlements."""
    return rows["payments"]["settled_seq"] >= 0


def test_three_banks_has_something_to_see():
    world, rows = run("three-banks")
    settled = settlements(rows)
    late = rows["payments"]["settled_tick"] > rows["payments"]["arrival_tick"]
    waited = Counter(world.ids[b] for b in rows["payments"]["sender"][settled & late])
    assert settled.sum() > 300
    assert waited["NORTH"] == 0
    assert waited["RIVER"] > 20
    assert waited["HARBOUR"] > 20
    assert rows["bank_ticks"]["q1_count"].max() > 5
    assert rows["bank_ticks"]["q2_count"].max() > 5


def test_nobody_moves_in_the_triangle_until_somebody_has_money():
    _, rows = run("gridlock-triangle")
    assert not settlements(rows).any()
    from simcash.payments.world import open_world

    rows = open_world(read("gridlock-triangle").with_values({"agents.A.opening_balance": 500_000})).step(12)
    assert settlements(rows).sum() == 3


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("castro-two-period", {"B": 2000}),
        ("castro-three-period", {"A": 4995, "B": 4995}),
        ("two-bank-stochastic", {"BANK_A": 49800, "BANK_B": 49800}),
    ],
)
def test_games_cost_what_was_published(name, expected):
    assert costs(name)[0] == expected


def test_the_worst_case_settles_nothing_in_strict_order():
    assert not settlements(run("ubin-5000")[1]).any()


def test_every_day_of_the_week_differs():
    world, rows = run("week-with-shocks")
    arrivals = Counter((rows["payments"]["arrival_tick"] // 120).tolist())
    assert arrivals[1] > 1.2 * arrivals[0]
    assert {"limits", "notices"} <= {name for name in rows if len(rows[name]["tick"])}
    assert set(rows["notices"]["event"].tolist()) - {-1} != set()
    days = rows["bank_days"]
    rescued = days["opening"][(days["bank"] == world.ids.index("ATLAS")) & (days["day"] == 4)]
    assert rescued < 0
