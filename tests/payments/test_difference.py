"""Two runs of the same payments, payment by payment."""

import pytest

import simcash
from simcash.payments import difference
from simcash.payments.differences import moves, with_change
from tests.payments.table import scenario

# A settles at once with 100, at 2 with 0 (when C pays it); B's own payment to C never settles without money.
PAYMENTS = "@0 A 100 B | @1 B 60 C | @2 C 100 A | @2 B 900 A"
RICH = scenario("A 100 | B 0 | C 100", PAYMENTS)
POOR = scenario("A 0 | B 0 | C 100", PAYMENTS)
LATE = scenario("A 0 | B 1000 | C 100", PAYMENTS)


def ran(data, **how):
    sim = simcash.open(data, **how)
    sim.run()
    return sim


def test_each_payment_and_its_change():
    found = difference(ran(RICH), ran(POOR))
    assert found.matched_by == "id"
    rows = found.payments
    assert rows[["tx_a", "tx_b", "amount", "arrival_tick"]].to_numpy().tolist() == [
        [0, 0, 100, 0], [1, 1, 60, 1], [2, 2, 100, 2], [3, 3, 900, 2],
    ]  # fmt: skip
    assert rows["settled_a"].tolist()[:3] == [0, 1, 2]
    assert rows["settled_b"].tolist()[:3] == [2, 2, 2]  # one after the other, in one pass over the queue
    assert rows["change"].tolist() == ["later", "later", "same", "neither"]
    other_way = difference(ran(POOR), ran(RICH)).payments
    assert other_way["change"].tolist() == ["earlier", "earlier", "same", "neither"]
    assert (other_way["ticks"].fillna(0) == -rows["ticks"].fillna(0)).all()


def test_what_settles_in_one_only():
    found = difference(ran(RICH), ran(LATE), names=("rich", "late"))
    assert found.payments["change"].tolist()[3] == "newly"
    assert difference(ran(LATE), ran(RICH)).payments["change"].tolist()[3] == "no longer"
    assert "settle in late only" in repr(found)
    assert found.of("newly")["amount"].tolist() == [900]
    with pytest.raises(ValueError, match='"gone" is none of same, earlier'):
        found.of("gone")


def test_totals_and_banks_add_up():
    found = difference(ran(RICH), ran(POOR))
    summary, banks = found.summary, found.banks
    assert summary["payments"].to_dict() == {
        "same": 1, "earlier": 0, "later": 2, "no longer": 0, "newly": 0, "neither": 1,
    }  # fmt: skip
    assert summary["payments"].sum() == len(found.payments)
    assert summary["value"].sum() == found.payments["amount"].sum() == banks["value"].sum()
    assert summary["ticks"].sum() == banks["ticks"].sum() == found.payments["ticks"].sum()
    assert banks.loc["A", "later"] == 1
    assert banks.loc["A", "ticks_per_cent"] == found.payments["ticks"][0]
    assert banks.loc["C", ["same", "later", "ticks"]].tolist() == [1, 0, 0]


def test_the_chart_counts_every_payment_that_settles_in_both():
    found = difference(ran(RICH), ran(POOR), names=("rich", "poor"))
    chart = found.chart().to_dict()
    rows = next(iter(chart["datasets"].values()))
    assert {(row["ticks"], row["change"], row["payments"]) for row in rows} == {
        (0, "same", 1), (1, "later", 1), (2, "later", 1),
    }  # fmt: skip
    assert chart["encoding"]["x"]["title"] == "ticks later in poor than in rich (below 0: earlier)"


def test_many_ticks_are_binned_and_none_is_lost():
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(1)
    at = rng.integers(0, 1000, (2, 500))
    rows = with_change({"amount": at[0]}, pd.Series(at[0]), pd.Series(at[1]))
    table = moves(rows)
    assert table["payments"].sum() == 500
    assert table["ticks"].nunique() <= 62
    widths = table["ticks_end"] - table["ticks"]
    assert widths.nunique() == 1
    assert (table["ticks"] % widths == 0).all()
    assert len(moves(rows[:0])) == 0


def test_a_run_and_itself_do_not_differ():
    sim = ran(RICH)
    found = difference(sim, sim)
    assert set(found.payments["change"]) == {"same", "neither"}
    assert "settle in the same tick" in repr(found)
    assert found._repr_html_().count("<tr>") >= 2


def test_a_fork_and_its_parent():
    sim = simcash.open(POOR)
    sim.step(1)
    fork = sim.fork(set={"agents.A.unsecured_cap": 100})
    found = difference(sim.run(), fork.run())
    assert found.payments["change"].tolist() == ["earlier", "earlier", "same", "neither"]
    assert found.payments["settled_b"].tolist()[0] == 1


def test_ids_that_mean_other_payments_are_not_trusted():
    reordered = scenario("A 100 | B 0 | C 100", "@0 A 7 B | @0 A 100 B | @1 B 60 C | @2 C 100 A | @2 B 900 A")
    found = difference(ran(RICH), ran(reordered))
    assert found.matched_by == "sender, receiver, amount and arrival"
    assert found.payments[["tx_a", "tx_b"]].to_numpy().tolist() == [[0, 1], [1, 2], [2, 3], [3, 4]]
    assert found.only_b["amount"].tolist() == [7]
    assert len(found.only_a) == 0
    assert "arrive in b only" in repr(found)


def test_equal_payments_are_told_apart_by_their_turn():
    twice = scenario("A 50 | B 0", "@0 A 50 B | @0 A 50 B")
    other = scenario("A 50 | B 0 | C 0", "@0 A 1 C | @0 A 50 B | @0 A 50 B")
    found = difference(ran(twice), ran(other))
    assert found.payments[["tx_a", "tx_b"]].to_numpy().tolist() == [[0, 1], [1, 2]]
    assert found.payments["change"].tolist() == ["no longer", "neither"]


def test_runs_that_cannot_be_compared():
    hourly = ran(scenario("A 100 | B 0", "@0 A 7 B", ticks_per_day=24))
    with pytest.raises(ValueError, match="days of 10 and of 24 ticks"):
        difference(ran(RICH), hourly)
    with pytest.raises(TypeError, match="two simulations can be compared, not int"):
        difference(ran(RICH), 3)
    with pytest.raises(ValueError, match='record="summary"'):
        difference(ran(RICH), ran(RICH, record="off"))


def test_it_is_a_verb_of_the_simulation():
    assert ran(RICH).difference(ran(POOR)).summary.loc["later", "payments"] == 2
