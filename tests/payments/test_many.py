"""Many runs at once: row by row what opening and running the scenario with that seed gives."""

import signal

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import simcash
from simcash.core.scenario import read
from simcash.payments.many import FLOWS, MEASURES, Many, outcomes
from simcash.payments.tables import COST_KINDS
from tests.twins.strategies import plays

ALGORITHMS = ["bilateral", "cycles", "partial_netting"]
SEEDS = (7, 0, 1, 2**63 - 1, -5, 7)


def shelf(*names):
    """Policies of the library for the first banks."""
    return {
        f"agents.{i}.policy": {"type": "FromJson", "json_path": f"{name}.json"}
        for i, name in enumerate(names)
    }


SCENARIOS = {
    "a shared stream": ("two-bank-stochastic", {}),
    "streams per bank": ("two-bank-stochastic", {"compat": "none"}),
    "trees": ("two-bank-stochastic", {"compat": "none", **shelf("split-large", "urgent-first")}),
    "a week": ("week-with-shocks", {}),
    "a week of trees": (
        "week-with-shocks",
        shelf("stagger-large", "take-it-back", "pledge-for-a-while", "steady-budget", "lean-start"),
    ),
    "shocks": ("outage-day", {}),
    "nothing by chance": ("castro-three-period", {}),
    "liquidity saving": (
        "week-with-shocks",
        {"simulation.lsm_enabled": True, "lsm_config": {"algorithms": ALGORITHMS}},
    ),
    "more than there is room for": (
        "two-bank-stochastic",
        {"compat": "none", **{f"agents.{i}.arrival_config.rate_per_tick": 90 for i in (0, 1)}},
    ),
}  # fmt: skip


def source(name):
    library, values = SCENARIOS[name]
    return read(library).with_values(values) if values else read(library)


def one_by_one(given, seed, until=None):
    """The measures of one run as its simulation tells them."""
    with simcash.open(given, seed=seed, record="standard") as sim:
        sim.run(until=until)
        return told(sim)


def told(sim):
    """Every measure as the tables and the state have it; flows only where the last day is over."""
    found = {}
    days = sim.sql("SELECT * FROM bank_days")
    for flow in FLOWS:
        found[flow] = int(days[f"{flow}_count"].sum())
        found[f"{flow}_value"] = int(days[f"{flow}_value"].sum())
    now, costs = sim.banks, sim.costs
    found["waiting"] = int(now["queue1_count"].sum() + now["queue2_count"].sum())
    found["waiting_value"] = int(now["queue1_value"].sum() + now["queue2_value"].sum())
    found["balance"] = int(now["balance"].sum())
    found["peak_overdraft"] = int(days.groupby("bank")["peak_overdraft"].max().sum())
    found["delay_indicator"] = float(sim.measures().loc["delay_indicator", "value"])
    found["cost"] = int(costs.loc["total", "total"])
    return found | {f"cost_{kind}": int(costs.loc["total", kind]) for kind in COST_KINDS}


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_row_is_what_one_run_gives(name):
    given = source(name)
    rows = outcomes(given, SEEDS, threads=2)
    assert list(rows) == ["seed", *MEASURES]
    assert rows["seed"].tolist() == list(SEEDS)
    for i, seed in enumerate(SEEDS):
        expected = one_by_one(given, seed)
        assert {measure: rows.loc[i, measure] for measure in MEASURES} == pytest.approx(
            expected, nan_ok=True, rel=1e-12
        )


def test_up_to_a_tick_within_a_day():
    given = source("a week of trees")
    rows = outcomes(given, [3, 4], ("delay_indicator", "waiting_value", "cost"), until=130)
    for i, seed in enumerate((3, 4)):
        expected = one_by_one(given, seed, until=130)
        assert {m: rows.loc[i, m] for m in list(rows)[1:]} == {m: expected[m] for m in list(rows)[1:]}


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(plays(record=("off",), trees=True), st.lists(st.integers(-5, 2**63 - 1), min_size=2, max_size=3))
def test_random_scenarios(play, seeds):
    given = read(play.data)
    rows = outcomes(given, seeds, ("cost", "settled_value", "waiting", "balance"))
    for i, seed in enumerate(seeds):
        with simcash.open(given, seed=seed, record="off") as sim:
            sim.run()
            now = sim.banks
            waiting = now["queue1_count"].sum() + now["queue2_count"].sum()
            assert rows.loc[i, "cost"] == now["cost"].sum()
            assert rows.loc[i, "waiting"] == waiting
            assert rows.loc[i, "balance"] == now["balance"].sum()


@pytest.mark.parametrize("name", ["trees", "more than there is room for"])
def test_neither_threads_nor_stretches_matter(name):
    given = source(name)
    alone = outcomes(given, range(40), threads=1)
    assert alone.equals(outcomes(given, range(40), threads=3))
    assert alone[13:14].reset_index(drop=True).equals(outcomes(given, [13]))


def test_banks_add_up_to_the_system():
    given, measures = source("trees"), [m for m in MEASURES if m != "delay_indicator"]
    banks = outcomes(given, range(5), [f"{bank}.{m}" for m in measures for bank in ("BANK_A", "BANK_B")])
    system = outcomes(given, range(5), measures)
    for measure in measures:
        assert (banks[f"BANK_A.{measure}"] + banks[f"BANK_B.{measure}"]).equals(system[measure])
    assert banks["BANK_A.sent_value"].equals(banks["BANK_B.received_value"])


def test_a_world_replicates_and_stays_as_it_is():
    with simcash.open("two-bank-stochastic") as sim:
        sim.step(3)
        before = sim.world.store.copy()
        columns = sim.world.replicate([1, 2, 3], ["cost", "settled"])
        after = sim.world.store.copy()
        assert all(np.array_equal(before[name], after[name]) for name in before)
    rows = outcomes("two-bank-stochastic", [1, 2, 3])
    assert {name: values.tolist() for name, values in columns.items()} == {
        name: rows[name].tolist() for name in ("cost", "settled")
    }


def test_nothing_to_run():
    assert list(outcomes("two-bank-stochastic", [])) == ["seed", *MEASURES]


@pytest.mark.parametrize(
    ("measure", "said"),
    [
        ("costs", 'unknown measure "costs"; did you mean "cost"'),
        ("BANK_X.cost", 'unknown bank "BANK_X"; did you mean "BANK_'),
        ("BANK_A.delay_indicator", 'unknown measure "BANK_A.delay_indicator"'),
    ],
)
def test_unknown_measures(measure, said):
    with pytest.raises(ValueError, match=said):
        outcomes("two-bank-stochastic", [1], [measure])


def test_what_is_done_before_an_interruption_stays(monkeypatch):
    seeds, real = 200_000, Many.take

    def interrupting(many, size):
        if many.next >= 20:
            signal.raise_signal(signal.SIGINT)
        return real(many, min(size, 5))

    monkeypatch.setattr(Many, "take", interrupting)
    with pytest.warns(UserWarning, match="interrupted after .* of 200,000 runs"):
        rows = outcomes("two-bank-stochastic", range(seeds), ("cost", "sent"), threads=1)
    assert 20 <= len(rows) < seeds
    monkeypatch.undo()
    assert rows.equals(outcomes("two-bank-stochastic", rows["seed"], ("cost", "sent")))
