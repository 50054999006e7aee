"""Spec cases 38, 41, 42 and the settlement of 45, and every shock of section 2, on the twin."""

import pytest

from tests.payments.table import at, column, cost, scenario, settled_at, statuses
from tests.twins.runs import TwinRun


def played(banks, payments="", events=(), ticks=None, **settings):
    data = scenario(banks, payments, events=events, **settings)
    run = TwinRun(data)
    run.step(data["simulation"]["ticks_per_day"] * data["simulation"]["num_days"] if ticks is None else ticks)
    return run


def shock(kind, tick=0, **options):
    return {"type": kind, "schedule": at(tick)} | options


def of(run, name, bank="A"):
    return column(run, "bank_ticks", name, bank=bank)


def test_41_a_system_outage():
    outage = shock("SystemOutage", duration=2)
    costs = {"delay_cost_per_tick_per_cent": 0.001}
    run = played("A 100000 | B 0", "@0 A 60000 B", [outage], costs=costs)
    assert settled_at(run) == [2]
    assert cost(run)["A"] == 120
    assert column(run, "queue_snapshots", "reason") == ["system_outage"] * 2


def test_42_a_capacity_limit():
    limit = shock("CapacityLimit", max_settlements_per_tick=1, duration=10)
    run = played("A 100000 | B 0", "@0 A 10000 B | @0 A 10000 B | @0 A 10000 B", [limit])
    assert settled_at(run) == [0, 1, 2]
    assert set(column(run, "queue_snapshots", "reason")) == {"capacity"}


def test_45_what_offsets_settle():
    data = scenario("A 200000 | B 0", "@0 A 500000 B | @0 B 300000 A")
    assert statuses(run_of(data)) == ["queue2"] * 2
    data["simulation"]["lsm_enabled"] = True
    assert statuses(run_of(data)) == ["settled"] * 2


def run_of(data):
    run = TwinRun(data)
    run.step(1)
    return run


@pytest.mark.parametrize(("direction", "expected"), [("send", [3, 0]), ("receive", [0, 3]), ("both", [3, 3])])
def test_a_participant_outage(direction, expected):
    outage = shock("ParticipantOutage", agent="A", direction=direction, duration=3)
    run = played("A 100 | B 100", "@0 A 10 B | @0 B 10 A", [outage])
    assert settled_at(run) == expected
    kept = {"send": "policy", "receive": "receiver_outage", "both": "policy"}[direction]
    assert kept in column(run, "queue_snapshots", "reason")


def test_a_senders_queued_payments_wait_for_it_to_come_back():
    outage = shock("ParticipantOutage", 1, agent="A", duration=2)
    run = played("A 0 | B 100", "@0 A 10 B | @1 B 10 A", [outage])
    assert settled_at(run) == [3, 1]


@pytest.mark.parametrize(
    ("change", "caps"),
    [
        ({"new_cap": 7}, [7, 7]),
        ({"delta": -60}, [0, 40]),
        ({"delta": 5}, [55, 105]),
        ({"multiplier": 0.29}, [14, 29]),
    ],
)
def test_credit_changes(change, caps):
    run = played("A 0 cap 50 | B 0 cap 100", "", [shock("CreditLimitChange", agent="all", **change)], 1)
    assert column(run, "bank_ticks", "cap") == caps


def test_a_collateral_adjustment_changes_the_cap():
    run = played("A 0 cap 50 collateral 10", "", [shock("CollateralAdjustment", 1, agent="A", delta=-20)], 2)
    assert of(run, "cap") == [50, 30]
    assert of(run, "posted_collateral") == [10, 10]


def test_a_haircut_change():
    change = shock("HaircutChange", 1, agent="all", haircut=0.5)
    run = played("A 0 collateral 100 haircut 0 | B 0", "@0 A 80 B", [change], 2)
    assert of(run, "limit") == [100, 50]
    assert of(run, "available") == [20, 0]
    assert of(run, "balance") == [-80, -80]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"amount": 30}, [100, 70, 70, 70]),
        ({"amount": 130, "duration": 2}, [100, -30, -30, 100]),
        ({"fraction": 0.29, "duration": 1}, [100, 71, 100, 100]),
    ],
)
def test_a_liquidity_squeeze(options, expected):
    run = played("A 100", "", [shock("LiquiditySqueeze", 1, agent="A", **options)], 4)
    assert of(run, "balance") == expected
    assert set(column(run, "liquidity", "kind")) == {"squeeze"}


def test_a_squeeze_of_a_fraction_takes_nothing_from_an_overdraft():
    run = played("A -50", "", [shock("LiquiditySqueeze", agent="all", fraction=0.5)], 1)
    assert of(run, "balance") == [-50]


def test_a_margin_call_to_a_bank_comes_first():
    call = shock("MarginCall", agent="A", amount=80, to_agent="B")
    run = played("A 100 | B 0", "@0 A 50 B priority 10", [call], 1)
    assert statuses(run) == ["queue2", "settled"]
    assert column(run, "payments", "priority", tx_id=1) == [10]
    assert column(run, "payments", "deadline_tick", tx_id=1) == [1]


def test_a_margin_call_that_cannot_be_paid_waits():
    run = played("A 10 | B 0", "", [shock("MarginCall", agent="A", amount=80, to_agent="B")], 1)
    assert column(run, "queue_snapshots", "class") == ["HighlyUrgent"]


def test_a_margin_call_to_the_outside():
    run = played("A 10", "", [shock("MarginCall", agent="A", amount=80)], 1)
    assert of(run, "balance") == [-70]
    assert column(run, "liquidity", "kind") == ["outflow"]


def test_a_new_policy_holds_from_its_tick():
    change = shock("PolicyChange", 1, agent="A", policy={"type": "Deadline", "urgency_threshold": 1})
    run = played("A 100 | B 0", "@0 A 10 B by 9 | @1 A 20 B by 9", [change])
    assert settled_at(run) == [0, 9]


def test_a_new_fraction_holds_from_the_next_morning():
    change = shock("LiquidityFractionChange", 1, agent="A", fraction=0.29)
    run = played("A 0 pool 100 fraction 0.5", "", [change], ticks_per_day=3, days=2)
    assert of(run, "allocated") == [50] * 3 + [29] * 3


def test_an_outage_ends_once():
    outages = [
        shock("SystemOutage", duration=3), shock("SystemOutage", 1, duration=1),
        shock("ParticipantOutage", agent="B", direction="both", duration=2), shock("LsmOutage"),
    ]  # fmt: skip
    run = played("A 100 | B 0", "", outages)
    ended = [(row["tick"], row["event"]) for row in run.rows("notices") if row["kind"] == "OutageEnded"]
    assert ended == [(1, "LsmOutage"), (2, "ParticipantOutage"), (3, "SystemOutage")]


def test_outages_add_up():
    outages = [shock("SystemOutage", duration=4), shock("SystemOutage", 1, duration=1)]
    assert settled_at(played("A 100 | B 0", "@0 A 10 B", outages)) == [4]


def test_nothing_is_lent_during_a_system_outage():
    outage = shock("SystemOutage", duration=2)
    run = played("A 0 | B 0", "@0 A 10 B", [outage], ticks_per_day=2, costs={"eod_borrowing_rate": 0.1})
    assert statuses(run) == ["queue2"]
