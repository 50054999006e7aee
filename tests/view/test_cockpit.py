"""The cockpit puts all that looks at a run on one page: linked, and gone when it is closed."""

import gc
import threading

import pytest

import simcash
from simcash.core.simulation import Simulation
from simcash.view.query import MOST, QueryBox
from tests.core.fake_world import cups_source, open_cups
from tests.view.panels import Browser, until


@pytest.fixture
def sim():
    with simcash.open("three-banks") as opened:
        yield opened.run(until=150)


@pytest.fixture
def box(sim):
    opened = QueryBox(sim, "FROM settlements")
    yield opened
    opened.close()


def test_an_answer_is_what_sql_says(sim, box):
    query = "SELECT sender, sum(amount) AS cents FROM settlements GROUP BY sender ORDER BY sender"
    found, table = box.ask(query), sim.sql(query)
    assert found["columns"] == ["sender", "cents"]
    assert found["rows"] == [[row.sender, str(row.cents)] for row in table.itertuples()]
    assert found["numbers"] == [False, True]
    assert box.state["told"] == "3 rows"


def test_a_long_answer_is_cut_and_counted(box):
    found = box.ask("SELECT * FROM range(2500) t(n); ")
    assert len(found["rows"]) == MOST
    assert found["rows"][-1] == ["999"]
    assert found["told"] == "2,500 rows, of which the first 1,000"


def test_a_mistake_is_a_sentence(box):
    found = box.ask("SELECT * FROM setlements")
    assert found["wrong"]
    assert "setlements does not exist" in found["told"]
    assert "settlements" in found["told"]
    assert "\n" not in found["told"]
    assert box.ask(" ")["told"].startswith("Write a query")
    assert not box.ask("SELECT NULL AS nothing, 1.5 AS real -- a remark")["wrong"]
    assert box.state["rows"] == [["", "1.5"]]


def test_the_browser_asks_and_the_answer_stays_while_the_run_moves(sim, box, monkeypatch):
    browser = Browser(box, monkeypatch)
    assert browser.ask(kind="ask", query="SELECT count(*) AS n FROM settlements") == {"kind": "answered"}
    before = box.state
    sim.step(5)
    assert box.state is before


def test_the_query_of_the_picture_is_asked_for(sim, monkeypatch):
    class Shown:
        sql = "SELECT 42 AS n"

    box = QueryBox(sim, "FROM settlements", Shown())
    browser = Browser(box, monkeypatch)
    browser.ask(kind="shown")
    assert (box.query, box.state["rows"]) == ("SELECT 42 AS n", [["42"]])
    box.close()


def test_what_one_part_selects_all_show(sim):
    cockpit = sim.cockpit()
    cockpit.dashboard.look("HARBOUR")
    until(lambda: cockpit.inspector.bank == "HARBOUR")
    cockpit.inspector.bank = "NORTH"
    until(lambda: cockpit.dashboard.selected == "NORTH")
    until(lambda: cockpit.graph.selected == "NORTH")
    cockpit.graph.select("RIVER")
    until(lambda: cockpit.inspector.bank == "RIVER" == cockpit.dashboard.state["who"])
    cockpit.close()


def test_the_query_of_the_graph_is_one_click_away(sim, monkeypatch):
    cockpit = sim.cockpit()
    cockpit.graph.select("RIVER")
    until(lambda: cockpit.graph.selected == "RIVER")
    Browser(cockpit.query, monkeypatch).ask(kind="shown")
    assert cockpit.query.query == cockpit.graph.sql
    assert not cockpit.query.state["wrong"]
    cockpit.close()


def test_quick_selections_come_to_rest(sim):
    cockpit = sim.cockpit()
    for bank in [*sim.world.ids] * 5:
        cockpit.inspector.bank = bank
    last = sim.world.ids[-1]
    until(lambda: cockpit.dashboard.selected == last == cockpit.inspector.selected)
    cockpit.close()


def test_a_saved_notebook_shows_its_still(sim, monkeypatch):
    shown, cockpit = [], sim.cockpit()
    monkeypatch.setattr("simcash.view.saved.publish_display_data", shown.append)
    cockpit._ipython_display_()
    still, widget = shown
    assert cockpit.graph.snapshot() in still["text/html"]
    assert still["text/plain"] == repr(cockpit)
    assert "application/vnd.jupyter.widget-view+json" in widget
    cockpit.close()


def test_closed_it_leaves_no_thread(sim):
    threads = threading.active_count()
    cockpit = sim.cockpit()
    assert threading.active_count() > threads
    cockpit.close()
    until(lambda: threading.active_count() == threads)


def test_a_world_without_queues_has_one_too():
    faces = {name: f"simcash.view.{name}:{name}" for name in ("cockpit", "dashboard")}
    faces["charts"] = "simcash.view.tables:TableCharts"
    with Simulation(open_cups, cups_source(), faces=faces) as sim:
        cockpit = sim.run().cockpit()
        assert list(cockpit.parts) == ["dashboard"]
        assert cockpit.query.query == "SELECT * FROM moves LIMIT 100"
        with pytest.raises(AttributeError, match="no part inspector"):
            _ = cockpit.inspector
        cockpit.close()


def test_a_closed_simulation_has_none_and_leaves_no_thread():
    threads = threading.active_count()
    sim = simcash.open("three-banks")
    sim.close()
    with pytest.raises(RuntimeError, match="this simulation is closed"):
        sim.cockpit()
    gc.collect()
    assert threading.active_count() == threads
