"""Charts show what their queries say, need no network, stay small, and say when there is nothing to show."""

import json
import re

import altair as alt
import pandas as pd
import pytest

import simcash
from simcash.core.clock import Clock
from simcash.core.simulation import Simulation
from simcash.view.stretch import MARKS, POINTS, Stretch
from simcash.view.tables import TableCharts
from tests.core.fake_world import cups_source, open_cups

NAMES = ("headroom", "balances", "queues", "queue_counts", "throughput", "costs", "banks", "flows", "waits")
CALLED = [*NAMES, "frontier"]


@pytest.fixture(scope="module")
def sim():
    with simcash.open("three-banks") as sim:
        yield sim.run()


@pytest.mark.parametrize("bank", [None, "HARBOUR"])
@pytest.mark.parametrize("name", CALLED)
def test_a_chart_is_its_query(sim, name, bank):
    chart = getattr(sim.charts, name)(bank)
    pd.testing.assert_frame_equal(chart.data, sim.sql(chart.sql))
    alt.Chart.from_dict(chart.spec, validate=True)


@pytest.mark.parametrize("name", CALLED)
def test_a_chart_needs_no_network(sim, name):
    chart = getattr(sim.charts, name)()
    names = {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}  # of languages, never fetched
    assert not set(re.findall(r"https?://[^\s\"'<>]+", chart.svg())) - names
    schema = chart.spec.pop("$schema")
    assert "http" not in json.dumps(chart.spec)
    assert "vega-lite" in schema


def test_the_queues_are_what_waits_at_each_tick(sim):
    data = sim.charts.queues().data
    assert (data.groupby("tick")["money"].sum() * 100).round().tolist() == sim.throughput()["queued"].tolist()
    counts = sim.sql(
        "SELECT sum(q1_count) AS a, sum(q2_count) AS b FROM bank_ticks GROUP BY tick ORDER BY tick"
    )
    assert data.groupby("tick")["payments"].sum().tolist() == (counts["a"] + counts["b"]).tolist()


def test_throughput_is_what_settled_of_what_was_due(sim):
    table = sim.throughput()
    settled = sim.charts.throughput().data.query("series == 'settled'").set_index("tick")
    assert (settled["money"] * 100).round().tolist() == table["settled_so_far"].tolist()
    carried = table["queued"][99]  # what waits when the first day ends is due on the second
    due = {0: table["arrived"][:100].sum(), 1: table["arrived"][100:].sum() + carried}
    shares = table["settled_so_far"] / table["day"].map(due)
    assert settled["share"].tolist() == pytest.approx(shares.tolist())


def test_costs_build_up_to_what_the_run_cost(sim):
    last = sim.charts.costs().data.query("tick == 199").set_index("series")["money"]
    total = sim.costs.loc["total"].drop("total")
    assert {kind.replace(" ", "_"): round(value * 100) for kind, value in last.items()} == {
        kind: value for kind, value in total.items() if value
    }


def test_headroom_is_the_balance_and_unused_credit(sim):
    ticks = sim.table("bank_ticks")
    data = sim.charts.headroom().data
    for bank in sim.world.ids:
        own = ticks[ticks["bank"] == bank]
        assert (data[data["series"] == bank]["money"] * 100).round().tolist() == own["available"].tolist()
    one = sim.charts.headroom("RIVER").data
    own = ticks[ticks["bank"] == "RIVER"]
    assert (one["balance"] * 100).round().tolist() == own["balance"].tolist()


def test_flows_are_the_links(sim):
    data = sim.charts.flows().data.set_index(["sender", "receiver"]).sort_index()
    links = sim.links().sort_index()
    assert (data["money"] * 100).round().tolist() == links["value"].tolist()
    assert data["payments"].tolist() == links["payments"].tolist()


def test_every_payment_has_its_wait(sim):
    data = sim.charts.waits().data
    settled = sim.table("settlements")
    assert data.query("series == 'settled'")["payments"].sum() == len(settled)
    at_once = data.query("series == 'settled' and waited == 'at once'")["money"].sum()
    assert round(at_once * 100) == settled.query("wait_ticks == 0")["amount"].sum()
    waiting = sim.sql("SELECT count(*) AS n FROM payments WHERE status IN ('queue1', 'queue2')")["n"][0]
    assert data.query("series == 'still waiting'")["payments"].sum() == waiting


def test_a_frontier_lies_between_its_bounds():
    with simcash.open("three-banks", set={"simulation.num_days": 1}) as sim:
        points = sim.run().charts.frontier().data.set_index("series")["money"] * 100
        axis = sim.liquidity_axis(alphas=[0, 1])["total"]
        assert round(points["all settle in the evening"]) == axis[0]
        assert round(points["all settle on arrival"]) == axis[1]
        sim.rewind(50)
        with sim.fork(set={"agents.HARBOUR.unsecured_cap": 500_000}) as other:
            runs = other.run().charts.frontier().sets["runs"]
        assert runs["run"].tolist() == [sim.run_id]


def test_guidelines_stand_where_the_rules_say():
    with simcash.open("week-with-shocks") as sim:
        rules = sim.world.scenario.throughput_rules
        guideline = sim.run(until=120).charts.throughput().sets["guideline"]
        day = sim.throughput()
        share = day["settled"].sum() / day["arrived"].sum()  # they ask for a part of what the day settles
        assert guideline["tick"].tolist() == [rule.by_tick for rule in rules]
        assert guideline["share"].tolist() == pytest.approx([float(rule.fraction) * share for rule in rules])


def test_a_stretch_is_cut_out(sim):
    data = sim.charts.queues("RIVER", since=20, until=60).data
    assert data["tick"].min() == 20
    assert data["tick"].max() == 59
    own = sim.sql("SELECT sum(q1_value + q2_value) AS v FROM bank_ticks WHERE bank = 'RIVER' AND tick = 30")
    assert round(data.query("tick == 30")["money"].sum() * 100) == own["v"][0]


@pytest.mark.parametrize("ticks", [1, 100, 241, 5_000, 100_000])
def test_a_series_never_has_many_points(ticks):
    stretch = Stretch(Clock(ticks), 0, ticks - 1)
    assert -(-ticks // stretch.width) <= POINTS
    assert 0 < len(stretch.marks) <= MARKS + 1


def test_long_runs_are_gathered():
    day = {"simulation": {"ticks_per_day": 600, "num_days": 1, "rng_seed": 1}, "groups": [
        {"prefix": "B", "count": 40, "rate_per_tick": 0.1, "opening_balance": 100_000,
         "amount_distribution": {"type": "LogNormal", "mean": 50_000, "std_dev": 50_000},
         "deadline_range": [10, 50]}]}  # fmt: skip
    with simcash.open(day) as sim:
        sim.run()
        for name in CALLED:
            data = getattr(sim.charts, name)().data
            if "tick" in data:
                assert data.groupby("series").size().max() <= POINTS
                assert data["series"].nunique() <= 8
        most = sim.throughput()["queued"].max()
        assert round(sim.charts.queues().data.groupby("tick")["money"].sum().max() * 100) == most
        assert sim.charts.flows().data["sender"].nunique() == 20


def test_times_of_day_are_on_the_axis():
    clock = Clock(200, ticks_per_day=100, day_start_minutes=480, tick_minutes=6)
    one_day = Stretch(clock, 0, 99).marks
    assert tuple(name for _, name in one_day[:3]) == ("day 0", "10:00", "12:00")
    assert all(clock.label(tick).endswith(name) for tick, name in one_day[1:])
    assert Stretch(Clock(50), 0, 49).marks[1] == (10, "10")


@pytest.mark.parametrize("level", ["off", "summary"])
def test_what_was_not_recorded_is_said(level):
    with simcash.open("three-banks", record=level) as sim:
        chart = sim.run().charts.queues()
    assert chart.caption == (
        f'The table "bank_ticks" was not recorded: the run keeps record="{level}",'
        ' record="standard" keeps it.'
    )
    assert "was not recorded" in chart.svg()


def test_before_the_first_tick_there_is_a_sentence():
    with simcash.open("three-banks") as sim:
        assert sim.charts.queues().caption == "Nothing has happened yet: sim.run() or sim.step() goes on."
        assert sim.step(1)
        assert "no cost has been booked" in sim.charts.costs("NORTH").caption


def test_charts_are_found(sim):
    assert {*CALLED} == {*dir(sim.charts)}
    assert all(name in repr(sim.charts) for name in CALLED)
    assert "sim.charts.queues()" in sim.charts._repr_html_()
    with pytest.raises(AttributeError, match=r'no chart "queue".*"queues"'):
        _ = sim.charts.queue
    with pytest.raises(ValueError, match=r'no bank "RIVR".*RIVER'):
        sim.charts.queues("RIVR")


def test_a_chart_is_saved_and_shown(sim, tmp_path):
    chart = sim.charts.queues()
    assert chart.save(tmp_path / "a.svg").read_text().startswith("<svg")
    assert chart.save(tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(ValueError, match=r'"a.gif": a chart is saved as .png, .svg'):
        chart.save(tmp_path / "a.gif")
    assert set(chart._repr_mimebundle_()) == {"image/svg+xml", "text/plain"}


def test_a_world_without_its_own_has_charts_of_its_tables():
    faces = {"charts": "simcash.view.tables:TableCharts"}
    with Simulation(open_cups, cups_source(), faces=faces) as sim:
        sim.run()
        assert isinstance(sim.charts, TableCharts)
        chart = sim.charts.moves_amount()
        pd.testing.assert_frame_equal(chart.data, sim.sql(chart.sql))
        assert chart.data["amount"].sum() == sim.table("moves")["amount"].sum()
        alt.Chart.from_dict(chart.spec, validate=True)
        with pytest.raises(AttributeError, match="moves_amount"):
            _ = sim.charts.moves_amont
