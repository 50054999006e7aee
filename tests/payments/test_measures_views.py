"""The ready SQL views say what the functions say, for one run and for all runs at once."""

import pytest
from hypothesis import given, settings

import simcash
from simcash.core.history import History
from simcash.payments.bank_measures import bank_measures
from simcash.payments.measures import channels, throughput
from simcash.payments.monitoring import monitoring
from simcash.payments.network import links
from simcash.payments.views import measure_views
from tests.payments.table import scenario
from tests.payments.test_cases_measures import DAY, EXPECTED
from tests.twins.strategies import plays

VIEWS = [view.name for view in measure_views(("A",))]


@pytest.mark.parametrize("view", VIEWS)
def test_46_every_view_of_one_run_is_its_part_of_the_view_of_all(view, tmp_path):
    for place in (None, tmp_path / "runs.duckdb"):
        with History(place) as history:
            runs = [simcash.open(data, history=history).run() for data in (DAY, OTHER)]
            for sim in runs:
                own = sim.sql(f"FROM {view} ORDER BY ALL")
                among = history.sql(
                    f"SELECT * EXCLUDE (run_id) FROM {view} WHERE run_id = {sim.run_id} ORDER BY ALL"
                )
                assert len(own) or (view, sim) == ("gridlocks", runs[0])  # which saves no liquidity
                assert own.equals(among)
                assert list(own.columns) == list(sim.columns(view).index)
                assert len(sim.table(view)) == len(own)


RATES = {"overdraft_bps_per_tick": 100, "delay_cost_per_tick_per_cent": 0.1}
DAY = DAY | {"cost_rates": DAY["cost_rates"] | RATES}
OTHER = scenario("A 300 | B 100", "@0 A 200 B | @1 B 900 A | @3 A 60 B", ticks_per_day=2, days=3, costs=RATES)
OTHER["simulation"]["lsm_enabled"] = True


def test_46_throughput_and_queues():
    found = simcash.open(DAY).run().table("throughput")
    assert found["queued"].tolist() == EXPECTED["queued"]
    assert found["settled_so_far"].tolist() == EXPECTED["throughput"]
    assert found["throughput"].tolist() == [value / 1320 for value in EXPECTED["throughput"]]


def test_46_positions():
    found = simcash.open(DAY).run().table("net_positions").set_index("bank")
    assert found["largest_negative"].to_dict() == EXPECTED["liquidity_used"]
    assert found["largest_positive"].to_dict() == {"A": 50, "B": 200, "C": 300}


@settings(max_examples=15)
@given(plays(record=("full", "standard")))
def test_views_agree_with_functions(play):
    sim = simcash.open(play.data).run(progress=False)
    curve = throughput(sim).reset_index()
    assert sim.table("throughput")["settled_so_far"].tolist() == curve["settled_so_far"].tolist()
    assert (
        sim.table("throughput")[["day", "queued"]].to_numpy().tolist()
        == curve[["day", "queued"]].to_numpy().tolist()
    )
    for name in ("arrived", "throughput"):
        assert sim.table("throughput")[name].fillna(-1).sum() == pytest.approx(curve[name].fillna(-1).sum())
    by_channel = sim.table("channels").set_index("channel")[["payments", "value"]]
    assert by_channel.to_dict("index") == channels(sim)[["payments", "value"]].to_dict("index")
    pairs = sim.table("links").set_index(["sender", "receiver"])[["payments", "value"]]
    assert pairs.to_dict("index") == links(sim)[["payments", "value"]].to_dict("index")
    positions = monitoring(sim).a_i
    shown = sim.table("net_positions").set_index(["day", "bank"])
    assert shown.to_dict("index") == {
        place: row for place, row in positions.to_dict("index").items() if place in shown.index
    }
    assert not positions.drop(shown.index).any(axis=None)
    costs = sim.table("bank_costs").set_index(["bank", "kind"])["amount"].to_dict()
    assert costs == {
        place: v for place, v in sim.costs.drop(columns="total", index="total").stack().to_dict().items() if v
    }
    punctual = sim.table("punctuality").set_index("bank")
    assert punctual["value"].to_dict() == {b: v for b, v in bank_measures(sim)["sent"].to_dict().items() if v}
    assert punctual["late"].sum() == sim.rows("SELECT count(*) FROM settlements WHERE late")[0][0]


def test_a_view_on_the_first_day_knows_the_day():
    sim = simcash.open(OTHER)
    sim.step()
    assert sim.table("throughput")["day"].tolist() == [0]
    assert sim.table("net_positions")["day"].tolist() == [0, 0]
