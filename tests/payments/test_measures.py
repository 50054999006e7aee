"""Measures of whole runs: spec case 46, the naive twin, and what holds for every run."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

import simcash
from simcash.payments.bank_measures import bank_measures
from simcash.payments.flows import flows
from simcash.payments.measures import measures, overdue, throughput
from tests.payments.table import scenario
from tests.payments.test_cases_measures import DAY, EXPECTED
from tests.twins import payments_measures as naive
from tests.twins.strategies import plays

PLAYS = plays(record=("full", "standard"))


def run(data):
    return simcash.open(data).run(progress=False)


def rows(sim, table, order):
    names = sim.sql(f"FROM {table} LIMIT 0").columns
    return [dict(zip(names, row, strict=True)) for row in sim.rows(f"FROM {table} ORDER BY {order}")]


def days_of(data):
    return range(data["simulation"]["num_days"])


def without_drops(play):
    """The same play with policies that drop nothing, which the naive measures do not know."""
    agents = [agent | {"policy": {"type": "PriorityDeadline"}} for agent in play.data["agents"]]
    return replace(play, data=play.data | {"agents": agents})


@pytest.mark.parametrize("day", [None, 0])
def test_46(day):
    sim = run(DAY)
    values, banks, ticks = measures(sim, day)["value"], bank_measures(sim, day), throughput(sim, day)
    per_bank = ("upper_bound", "lower_bound", "liquidity_used")
    for name in per_bank:
        assert banks[name].to_dict() == EXPECTED[name]
        assert values[name] == sum(EXPECTED[name].values())
    for name in EXPECTED.keys() - {*per_bank, "queued", "throughput"}:
        assert values[name] == pytest.approx(EXPECTED[name]), name
    assert ticks["queued"].tolist() == EXPECTED["queued"]
    assert ticks["settled_so_far"].tolist() == EXPECTED["throughput"]
    assert ticks["throughput"].tolist() == [found / 1320 for found in EXPECTED["throughput"]]


def test_46_what_the_spec_leaves_to_the_reader():
    sim = run(DAY)
    values, banks = measures(sim)["value"], bank_measures(sim)
    assert [values[f"tick_{share}"] for share in (10, 50, 90)] == [0, 2, 3]
    assert (values["queue_value_max"], values["queue_value_mean"]) == (450, 187.5)
    assert values["share_rtgs"] == pytest.approx(900 / 1320)
    assert values["share_rtgs"] + values["share_queue2"] == 1
    assert values["reciprocity"] == pytest.approx(2 * (200 + 60 + 200) / 1320)
    assert banks["largest_positive"].to_dict() == {"A": 50, "B": 200, "C": 300}
    assert banks["sent"].to_dict() == {"A": 540, "B": 310, "C": 470}
    assert banks["received"].to_dict() == {"A": 350, "B": 320, "C": 650}
    assert banks.loc["A", "hhi_out"] == pytest.approx((200**2 + 340**2) / 540**2)
    assert banks["paid_banks"].tolist() == [2, 1, 2]
    assert banks["available_at_start"].to_dict() == {"A": 300, "B": 100, "C": 0}


@settings(max_examples=20)
@given(PLAYS.map(without_drops))
def test_the_measures_agree_with_the_naive_ones(play):
    sim = run(play.data)
    payments, settlements = rows(sim, "payments", "tx_id"), rows(sim, "settlements", "tick, seq")
    per_day = play.data["simulation"]["ticks_per_day"]
    for day in days_of(play.data):
        values, banks, ticks = measures(sim, day)["value"], bank_measures(sim, day), throughput(sim, day)
        if values["liquidity_used"] == 0:
            continue  # the naive turnover would divide by it
        expected = naive.measures(payments, settlements, sim.world.ids, per_day, day)
        for name in ("upper_bound", "lower_bound", "liquidity_used"):
            assert banks[name].to_dict() == expected.pop(name)
        assert ticks["queued"].tolist() == expected.pop("queued")
        assert ticks["settled_so_far"].tolist() == expected.pop("throughput")
        for name, value in expected.items():
            assert values[name] == pytest.approx(value), name


@settings(max_examples=12)
@given(PLAYS)
def test_laws_of_measures(play):
    sim = run(play.data)
    for day in (None, *days_of(play.data)):
        values, banks, ticks = measures(sim, day)["value"], bank_measures(sim, day), throughput(sim, day)
        assert (banks["upper_bound"] >= banks["lower_bound"]).all()
        assert (banks["lower_bound"] >= 0).all()
        assert (banks["liquidity_used"] >= (banks["sent"] - banks["received"])).all()
        assert (banks["liquidity_used"] <= banks["sent"]).all()
        assert (banks["critical_met"] <= banks["critical_due"]).all()
        assert banks["sent"].sum() == banks["received"].sum() == values["settled_value"]
        for name in SHARES:
            assert math.isnan(values[name]) or 0 <= values[name] <= 1, name
        assert values["overdue"] <= values["arrived"]
        assert ticks["settled"].sum() == values["settled_value"]
        assert (ticks["queued"] >= 0).all()
        assert ticks["throughput"].dropna().between(0, 1).all()


SHARES = (
    "settlement_rate", "settlement_rate_value", "delay_indicator", "netting_ratio", "reciprocity",
    "late_share", "late_share_value",
)  # fmt: skip


@settings(max_examples=20)
@given(PLAYS)
def test_what_waits_and_what_is_late_is_what_the_rows_say(play):
    sim = run(play.data)
    f = flows(sim)
    late = sim.rows("SELECT tx_id FROM payments WHERE overdue_since IS NOT NULL")
    assert {tx_id for (tx_id,) in late} <= set(np.flatnonzero(overdue(f)).tolist())
    done = f.take(f.settles)
    settled_late = (done.settled > done.deadline).sum()
    assert sim.rows("SELECT count(*) FROM settlements WHERE late") == [(settled_late,)]
    query = "SELECT sum(q1_value + q2_value)::BIGINT, sum(q1_count + q2_count)::BIGINT FROM bank_ticks"
    waiting = sim.rows(f"{query} GROUP BY tick ORDER BY tick")
    ticks = throughput(sim)
    assert list(zip(ticks["queued"], ticks["queued_count"], strict=True)) == waiting
    for day in days_of(play.data):
        found = throughput(sim, day)
        assert found.drop(columns="arrived").equals(ticks[ticks["day"] == day].drop(columns="arrived"))


def test_a_payment_of_yesterday_arrives_at_the_beginning():
    day = scenario("A 0 | B 100", "@1 A 100 B | @2 B 100 A", ticks_per_day=2, days=2)
    sim = run(day)
    assert throughput(sim, 0)["arrived"].tolist() == [0, 100]
    assert throughput(sim, 1)["arrived"].tolist() == [200, 0]
    assert measures(sim, 1)["value"]["delay_indicator"] == 0
    assert measures(sim, 0)["value"]["settlement_rate"] == 0
    assert measures(sim, 1)["value"]["value_weighted_delay"] == 0.5
    assert bank_measures(sim)["negative_1"].tolist() == [0, 100]
    assert bank_measures(sim)["negative_mean"].tolist() == [0, 50]


def test_a_dropped_payment_waits_no_longer_and_has_not_settled():
    agents = {"A": {"policy": {"type": "Deadline", "urgency_threshold": 0}}}
    sim = run(scenario("A 0 | B 0", "@0 A 100 B by 2", ticks_per_day=5, days=2, agents=agents))
    assert throughput(sim, 0)["queued"].tolist() == [100, 100, 0, 0, 0]
    values = measures(sim, 0)["value"]
    assert (values["delay_indicator"], values["settlement_rate"]) == (200 / 400, 0)
    assert measures(sim, 1)["value"]["arrived"] == 0


def test_a_set_is_one_step():
    rates = {"eod_borrowing_rate": 0}
    sim = run(scenario("A 0 | B 0", "@0 A 100 B | @0 B 70 A", ticks_per_day=1, costs=rates))
    assert bank_measures(sim)["liquidity_used"].tolist() == [30, 0]
    assert measures(sim)["value"]["share_eod_borrowing"] == 1


def test_available_in_the_morning():
    pool = scenario("A 100 cap 50 pool 1000 fraction 0.5 | B 0", "@0 A 200 B", ticks_per_day=3, days=2)
    sim = run(pool)
    assert bank_measures(sim, 0)["available_at_start"].tolist() == [650, 0]
    assert bank_measures(sim, 1)["available_at_start"].tolist() == [100 - 200 + 500 + 50, 200]


def test_time_critical_payments():
    payments = "@0 A 10 B priority 8 by 1 | @0 A 100 B priority 9 by 1 | @0 A 5 B by 1"
    later = "@0 A 1 B priority 9 by 9"
    banks = bank_measures(run(scenario("A 20 | B 0", f"{payments} | {later}", ticks_per_day=5)))
    found = banks.loc["A", ["critical_due", "critical_due_value", "critical_met", "critical_met_value"]]
    assert found.tolist() == [3, 111, 2, 11]


def test_a_run_may_be_measured_on_the_way():
    sim = simcash.open(DAY)
    sim.step(2)
    values = measures(sim, 0)["value"]
    assert values["delay_indicator"] == pytest.approx(450 / (550 + 1000))
    assert values["settled_value"] == 550


def test_a_day_without_payments_has_no_ratios():
    values = measures(run(scenario("A 0 | B 0")))["value"]
    assert math.isnan(values["turnover"])
    assert math.isnan(values["delay_indicator"])
    assert values["tick_50"] is None


def test_what_cannot_be_measured_is_said():
    with pytest.raises(ValueError, match="nothing to measure before the first tick"):
        measures(simcash.open(DAY))
    with pytest.raises(ValueError, match="no day 1 yet: days so far go from 0 to 0"):
        measures(run(DAY), 1)
    with pytest.raises(ValueError, match='record="standard", not "summary"'):
        throughput(simcash.open(DAY, record="summary").run())
