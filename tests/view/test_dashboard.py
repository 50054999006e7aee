"""A dashboard's charts are linked and live: data alone moves, within bounds, and nothing is left behind."""

import json
import threading

import altair as alt
import pandas as pd
import pytest

import simcash
from simcash.core.simulation import Simulation
from simcash.view.dashboard import library
from simcash.view.panel import STATIC
from simcash.view.stretch import POINTS
from tests.core.fake_world import cups_source, open_cups
from tests.view.panels import Browser, until


@pytest.fixture
def sim():
    with simcash.open("three-banks") as opened:
        yield opened.run(until=150)


@pytest.fixture
def dashboard(sim):
    opened = sim.dashboard()
    yield opened
    opened.close()


def chart(shown, name):
    return next(one for one in shown["charts"] if one["name"] == name)


def frame(table):
    return pd.DataFrame(table["data"], columns=table["columns"]).infer_objects()


def names(dashboard):
    return [one["name"] for one in dashboard.state["charts"]]


def test_it_shows_the_charts_there_are(sim, dashboard):
    assert names(dashboard) == ["headroom", "queues", "throughput", "costs", "banks", "flows", "frontier"]
    for one in dashboard.state["charts"]:
        alone = getattr(sim.charts, one["name"])()
        shown = frame(one["sets"]["points"]).fillna(0)
        pd.testing.assert_frame_equal(shown, alone.data.fillna(0), check_dtype=False)
        alt.Chart.from_dict(one["spec"], validate=True)
        assert "datasets" not in one["spec"]


def test_it_needs_no_network(dashboard):
    for one in dashboard.state["charts"]:
        assert "http" not in json.dumps({**one["spec"], "$schema": ""})
    for name in ("dashboard.js", "dashboard.css"):
        assert "http" not in (STATIC / name).read_text(encoding="utf-8")
    assert b"globalThis.simcashEmbed" in library()


def test_a_bank_and_a_stretch_hold_for_all_charts(sim, dashboard):
    dashboard.look("RIVER", since=20, until=60)
    state = dashboard.state
    assert (state["who"], state["since"], state["until"]) == ("RIVER", 20, 60)
    for name in ("headroom", "queues", "throughput", "costs"):
        ticks = frame(chart(state, name)["sets"]["points"])["tick"]
        assert ticks.min() >= 20
        assert ticks.max() == 59
        assert chart(state, name)["params"]["first"] == 20
    waits = frame(chart(state, "queues")["sets"]["points"]).groupby("tick")["money"].sum()[59] * 100
    own = sim.sql("SELECT q1_value + q2_value AS v FROM bank_ticks WHERE bank = 'RIVER' AND tick = 59")["v"][
        0
    ]
    assert round(waits) == own
    flows = frame(chart(state, "flows")["sets"]["points"])
    assert ((flows["sender"] == "RIVER") | (flows["receiver"] == "RIVER")).all()


def test_the_mouse_asks_as_python_does(dashboard, monkeypatch):
    browser = Browser(dashboard, monkeypatch)
    told = []
    dashboard.on_select(told.append)
    assert browser.ask(kind="look", who="HARBOUR", since=None, until=None) == {"kind": "answered"}
    assert dashboard.state["who"] == "HARBOUR"
    assert told == ["HARBOUR"] == [dashboard.selected]


def test_it_follows_a_picture(sim, dashboard, monkeypatch):
    browser = Browser(dashboard, monkeypatch)
    inspector = sim.inspector("NORTH")
    dashboard.follow(inspector)
    until(lambda: dashboard.state["who"] == "NORTH")
    inspector.bank = "RIVER"
    until(lambda: dashboard.state["who"] == "RIVER")
    inspector.close()
    assert browser.heard[-1] == {"kind": "answered"}


def test_a_wrong_bank_is_told_and_changes_nothing(dashboard, monkeypatch):
    with pytest.raises(ValueError, match=r'no bank "RIVR".*RIVER'):
        dashboard.look("RIVR")
    browser = Browser(dashboard, monkeypatch)
    answer = browser.ask(kind="look", who="RIVR", since=None, until=None)
    assert answer["kind"] == "notice"
    assert "RIVER" in answer["text"]
    assert dashboard.state["who"] is None


def test_while_it_moves_only_data_is_sent(sim, dashboard, monkeypatch):
    browser = Browser(dashboard, monkeypatch)
    before = dashboard.state
    sim.step(5)
    until(lambda: any(message["kind"] == "data" for message in browser.heard))
    assert dashboard.state is before
    news = next(message for message in browser.heard if message["kind"] == "data")
    assert news["tick"] == 155
    assert all(set(one) == {"name", "sets", "params"} for one in news["charts"])
    assert frame(chart(news, "queues")["sets"]["points"])["tick"].max() == 154
    assert chart(news, "queues")["params"]["last"] == 154


def test_what_is_sent_is_bounded(monkeypatch):
    day = {"simulation": {"ticks_per_day": 2_000, "num_days": 1, "rng_seed": 1}, "groups": [
        {"prefix": "B", "count": 30, "rate_per_tick": 0.02, "opening_balance": 100_000,
         "amount_distribution": {"type": "LogNormal", "mean": 50_000, "std_dev": 50_000},
         "deadline_range": [10, 50]}]}  # fmt: skip
    with simcash.open(day) as sim:
        dashboard = sim.run().dashboard()
        for one in dashboard.state["charts"]:
            assert len(one["sets"]["points"]["data"]) <= 8 * POINTS
        dashboard.close()


def test_the_library_comes_when_it_is_asked_for(dashboard, monkeypatch):
    browser = Browser(dashboard, monkeypatch)
    assert browser.ask(kind="library") == {"kind": "library"}
    assert len(library()) > 200_000 > len(json.dumps(dashboard.get_state(), default=str))


def test_closed_it_leaves_no_thread_and_hears_nothing(sim):
    threads = threading.active_count()
    dashboard = sim.dashboard()
    assert threading.active_count() == threads + 1
    dashboard.close()
    sim.step()
    assert threading.active_count() == threads


@pytest.mark.parametrize("level", ["off", "summary"])
def test_what_was_not_recorded_is_said(level):
    with simcash.open("three-banks", record=level) as sim:
        dashboard = sim.run().dashboard()
        title = chart(dashboard.state, "headroom")["spec"]["title"]
        assert "was not recorded" in title["subtitle"]
        dashboard.close()


def test_it_begins_before_the_first_tick_and_draws_when_there_is_something(monkeypatch):
    with simcash.open("three-banks") as sim:
        dashboard = sim.dashboard()
        assert "Nothing has happened yet" in chart(dashboard.state, "queues")["spec"]["title"]["subtitle"]
        sim.step()
        until(lambda: len(chart(dashboard.state, "queues")["sets"]) == 1)
        dashboard.close()


def test_every_world_has_one():
    faces = {"charts": "simcash.view.tables:TableCharts", "dashboard": "simcash.view.dashboard:dashboard"}
    with Simulation(open_cups, cups_source(), faces=faces) as sim:
        dashboard = sim.run().dashboard()
        assert len(names(dashboard)) == 6 or names(dashboard) == dir(sim.charts)
        cup = sim.charts._agents()[0]
        dashboard.look(cup)
        assert dashboard.selected == cup
        dashboard.close()


def test_a_page_without_a_kernel_shows_the_drawings(dashboard):
    assert dashboard._still().count("<svg") == len(names(dashboard))
