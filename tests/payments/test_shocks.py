"""Spec cases 25, 41 and 42, and every shock and option by hand."""

import json
import re

import numpy as np
import pytest

import simcash
from simcash.core.scenario import ScenarioError, read
from simcash.payments.engine import collateral
from simcash.payments.scenario import open_scenario
from simcash.payments.world import open_world
from tests.payments.branches import act, policy
from tests.payments.table import at, column, cost, scenario, settled_at, statuses
from tests.twins.runs import EngineRun, latest_payments


def store(**changes):
    """The state of a bank A at tick 0, some of its numbers changed."""
    found = EngineRun(scenario("A 0 collateral 10000000 haircut 0.1")).world.store
    for name, value in changes.items():
        found[name][0] = value
    return found


@pytest.mark.parametrize(("buffer", "expected"), [(0, 3333333), (1000000, 2222222)])
def test_25_max_withdrawable(buffer, expected):
    assert collateral.max_withdrawable(store(balance=-6000000).record, 0, buffer) == expected


def test_collateral_that_is_all_in_use_or_worth_nothing():
    assert collateral.max_withdrawable(store(balance=-9000000).record, 0, 0) == 0
    assert collateral.max_withdrawable(store(balance=-9000001).record, 0, 0) == 0
    assert collateral.max_withdrawable(store(balance=-5, keep=0, collateral_value=0).record, 0, 0) == 10000000


def test_collateral_moves_within_its_bounds():
    s = store(collateral_capacity=10000050, balance=-6000000)
    assert collateral.max_postable(s.record, 0) == 50
    collateral.move_collateral(s.record, 0, 50)
    assert (s["posted"][0], s["collateral_value"][0]) == (10000050, 9000045)


def event(type, tick=0, every=None, **keys):
    """An event at a tick, or from it on every so many."""
    when = at(tick) if every is None else {"type": "Repeating", "start_tick": tick, "interval": every}
    return {"type": type, "schedule": when} | keys


def told(run, *columns, kind="ScenarioEventExecuted"):
    """What the notices of events other than arrivals say."""
    rows = [row for row in run.rows("notices") if row["kind"] == kind and row["tx_id"] is None]
    return [tuple(row[name] for name in columns) for row in rows]


def moved(run, kind):
    """Money that came or went in this way: tick, bank, amount."""
    return [(r["tick"], r["bank"], r["amount"]) for r in run.rows("liquidity") if r["kind"] == kind]


# outages and capacity


def test_41_system_outage(play):
    data = scenario(
        "A 100000 | B 0",
        "@0 A 60000 B",
        costs={"delay_cost_per_tick_per_cent": 0.001},
        events=[event("SystemOutage", duration=2)],
    )
    run = play(data, 4)
    assert settled_at(run) == [2]
    assert cost(run, "delay")["A"] == 120
    assert column(run, "queue_snapshots", "reason") == ["system_outage"] * 2
    assert column(run, "payments", "submission_tick", status="settled") == [0]
    assert told(run, "tick", "event", kind="OutageEnded") == [(2, "SystemOutage")]


def test_42_capacity(play):
    limit = event("CapacityLimit", max_settlements_per_tick=1, duration=9)
    run = play(scenario("A 30000 | B 0", "@0 A 10000 B | @0 A 10000 B | @0 A 10000 B", events=[limit]), 4)
    assert settled_at(run) == [0, 1, 2]
    assert column(run, "queue_snapshots", "reason", tick=0) == ["capacity"] * 2
    assert told(run, "amount") == [(1,)]


def test_the_tightest_capacity_in_force_counts(play):
    limits = [event("CapacityLimit", 0, max_settlements_per_tick=2, duration=4),
              event("CapacityLimit", 1, max_settlements_per_tick=1, duration=2),
              event("CapacityLimit", 2, max_settlements_per_tick=5, duration=9)]  # fmt: skip
    payments = " | ".join(["@0 A 10 B"] * 12)
    run = play(scenario("A 120 | B 0", payments, events=limits), 6)
    assert [settled_at(run).count(tick) for tick in range(6)] == [2, 1, 1, 2, 5, 1]


def test_capacity_that_is_renewed_has_no_gap_but_one_that_is_not_has(play):
    payments = " | ".join(["@0 A 10 B"] * 8)
    for duration, expected in ((2, [1, 1, 1, 1, 1, 1]), (1, [1, 7, 0, 0, 0, 0])):
        limit = event("CapacityLimit", 0, every=2, max_settlements_per_tick=1, duration=duration)
        run = play(scenario("A 80 | B 0", payments, events=[limit]), 6)
        assert [settled_at(run).count(tick) for tick in range(6)] == expected


def test_a_scheduled_settlement_counts_toward_capacity_and_knows_outages(play):
    pay = {"from_agent": "A", "to_agent": "B", "amount": 10}
    events = [event("CapacityLimit", 0, max_settlements_per_tick=1), event("ScheduledSettlement", 0, **pay),
              event("ScheduledSettlement", 0, **pay), event("ScheduledSettlement", 1, **pay),
              event("SystemOutage", 1), event("ScheduledSettlement", 1, **pay)]  # fmt: skip
    run = play(scenario("A 100 | B 0", "@0 A 5 B", events=events), 3)
    found = [row["settled"] for row in run.rows("notices") if row["event"] == "ScheduledSettlement"]
    assert found == [True, False, True, False]
    assert settled_at(run)[0] == 2  # no room in tick 0, an outage in tick 1


def test_no_borrowing_and_no_overdue_marks_while_the_system_is_down(play):
    data = scenario(
        "A 0 | B 0", "@0 A 50 B by 2", ticks_per_day=4, days=2,
        costs={"eod_borrowing_rate": 0.1, "deadline_penalty": 7},
        events=[event("SystemOutage", 3)],
    )  # fmt: skip
    run = play(data)
    assert moved(run, "loan") == [(7, "A", 50)]
    assert settled_at(run) == [7]
    assert cost(run, "deadline_penalty")["A"] == 7


@pytest.mark.parametrize(
    ("direction", "expected", "reasons"),
    [("send", [3, 0], ["policy"]), ("receive", [0, 3], ["receiver_outage"]),
     ("both", [3, 3], ["policy", "receiver_outage"])],
)  # fmt: skip
def test_a_participant_that_is_cut_off(play, direction, expected, reasons):
    out = event("ParticipantOutage", agent="A", direction=direction, duration=3)
    run = play(scenario("A 50 | B 50", "@0 A 10 B | @0 B 10 A", events=[out]), 4)
    assert settled_at(run) == expected
    assert column(run, "queue_snapshots", "reason", tick=0) == reasons
    assert told(run, "tick", "bank", "event", kind="OutageEnded") == [(3, "A", "ParticipantOutage")]


def test_what_a_participant_had_submitted_waits_for_it(play):
    out = event("ParticipantOutage", 1, agent="A", duration=2)
    run = play(scenario("A 0 | B 50", "@0 A 20 B | @1 B 50 A", events=[out]), 5)
    assert settled_at(run) == [3, 1]
    assert column(run, "queue_snapshots", "reason", tx_id=0) == [
        "liquidity",
        "sender_outage",
        "sender_outage",
    ]


def test_outages_that_overlap_are_one(play):
    out = [event("SystemOutage", 0, duration=4), event("SystemOutage", 1, duration=2)]
    run = play(scenario("A 50 | B 0", "@0 A 10 B", events=out), 6)
    assert settled_at(run) == [4]
    assert told(run, "tick", kind="OutageEnded") == [(4,)]


def test_an_outage_that_comes_back_every_day(play):
    out = event("SystemOutage", 1, every=4, duration=2)
    run = play(scenario("A 90 | B 0", "@1 A 10 B | @5 A 10 B | @9 A 10 B", 4, 3, events=[out]))
    assert settled_at(run) == [3, 7, 11]


# credit


def test_collateral_adjustment_changes_the_cap(play):
    events = [event("CollateralAdjustment", 0, agent="A", delta=30),
              event("CollateralAdjustment", 2, agent="A", delta=-1000)]  # fmt: skip
    run = play(scenario("A 0 cap 50 | B 0", "@1 A 80 B", events=events), 4)
    assert column(run, "bank_ticks", "cap", bank="A") == [80, 80, 0, 0]
    assert settled_at(run) == [1]
    assert column(run, "bank_ticks", "available", bank="A") == [80, 0, 0, 0]
    assert told(run, "bank", "amount") == [("A", 30), ("A", -1000)]


@pytest.mark.parametrize(
    ("change", "expected"),
    [({"new_cap": 7}, [7, 7]), ({"delta": -60}, [0, 41]), ({"multiplier": 0.29}, [14, 29]),
     ({"multiplier": 2.5}, [125, 252])],
)  # fmt: skip
def test_credit_limit_change_of_all(play, change, expected):
    run = play(
        scenario("A 0 cap 50 | B 0 cap 101", events=[event("CreditLimitChange", agent="all", **change)]), 1
    )
    assert column(run, "bank_ticks", "cap") == expected


def test_credit_limit_change_of_one_again_and_again(play):
    halved = event("CreditLimitChange", 1, every=2, agent="B", multiplier=0.5)
    run = play(scenario("A 0 cap 50 | B 0 cap 101", events=[halved]), 6)
    assert column(run, "bank_ticks", "cap", bank="B") == [101, 50, 50, 25, 25, 12]
    assert set(column(run, "bank_ticks", "cap", bank="A")) == {50}


def test_a_haircut_that_leaves_less_than_is_used(play):
    change = event("HaircutChange", 1, agent="A", haircut=0.3)
    run = play(scenario("A 0 collateral 1000 haircut 0.1 | B 0", "@0 A 800 B | @1 A 1 B", events=[change]), 3)
    rows = [row for row in run.rows("bank_ticks") if row["bank"] == "A"]
    assert [(r["haircut"], r["limit"], r["balance"], r["available"]) for r in rows] == [
        (0.1, 900, -800, 100), (0.3, 700, -800, 0), (0.3, 700, -800, 0),
    ]  # fmt: skip


def test_haircuts_are_exact_decimals(play):
    """In binary floating point 10 * (1 - 0.9) is less than 1."""
    change = event("HaircutChange", 1, agent="all", haircut=0.3)
    run = play(scenario("A 0 collateral 10 haircut 0.9 | B 0 collateral 10 haircut 0.1", events=[change]), 2)
    assert column(run, "bank_ticks", "limit") == [1, 9, 7, 7]


# money


def test_a_squeeze_for_a_while(play):
    events = [event("LiquiditySqueeze", 1, agent="A", amount=80, duration=2)]
    run = play(scenario("A 100 | B 0", "@1 A 50 B", events=events), 5)
    assert moved(run, "squeeze") == [(1, "A", -80), (3, "A", 80)]
    assert settled_at(run) == [3]
    assert column(run, "bank_ticks", "balance", bank="A") == [100, 20, 20, 50, 50]


def test_a_squeeze_of_all_by_a_fraction(play):
    events = [event("LiquiditySqueeze", agent="all", fraction=0.29)]
    run = play(scenario("A 100 | B -50 | C 7", events=events), 2)
    assert column(run, "bank_ticks", "balance", tick=1) == [71, -50, 5]
    assert moved(run, "squeeze") == [(0, "A", -29), (0, "C", -2)]


def test_squeezes_repeat_and_overlap(play):
    events = [event("LiquiditySqueeze", 0, every=2, agent="all", amount=10, duration=3)]
    run = play(scenario("A 100 | B 5", events=events), 6)
    assert column(run, "bank_ticks", "balance", bank="A") == [90, 90, 80, 90, 80, 90]
    assert column(run, "bank_ticks", "balance", bank="B") == [-5, -5, -15, -5, -15, -5]


def test_a_margin_call_without_a_receiver(play):
    run = play(scenario("A 100 | B 0", events=[event("MarginCall", 1, agent="A", amount=130)]), 2)
    assert moved(run, "outflow") == [(1, "A", -130)]
    assert column(run, "bank_ticks", "balance", bank="A") == [100, -30]


def test_a_margin_call_goes_first(play):
    """It heads step 8, before a payment that arrived earlier and one that would have priority 10 as well."""
    call = event("MarginCall", 1, agent="A", amount=60, to_agent="B", deadline=3)
    data = scenario(
        "A 0 | B 0", "@0 A 70 B | @1 A 50 B priority 10 | @1 A 5 B by 9",
        events=[event("DirectTransfer", 1, from_agent="B", to_agent="A", amount=65), call],
        priority_mode=True,
    )  # fmt: skip
    run = play(data, 3)
    (margin,) = [p for p in latest_payments(run) if p["amount"] == 60]
    assert (margin["settled_tick"], margin["priority"], margin["deadline_tick"]) == (1, 10, 4)
    assert (margin["q1_ticks"], margin["channel"], margin["source"]) == (0, "rtgs", "event")
    assert statuses(run) == ["queue2", "queue2", "settled", "settled"]


def test_a_margin_call_that_cannot_be_met_waits_as_highly_urgent(play):
    call = event("MarginCall", 1, agent="A", amount=60, to_agent="B")
    run = play(scenario("A 0 | B 0", "@0 A 70 B", events=[call], priority_mode=True), 2)
    rows = [(r["tx_id"], r["class"]) for r in run.rows("queue_snapshots") if r["tick"] == 1]
    assert rows == [(1, "HighlyUrgent"), (0, "Urgent")]


# behaviour


def test_a_policy_from_this_tick_on(play):
    change = event("PolicyChange", 2, agent="A", policy={"type": "Deadline", "urgency_threshold": 1})
    run = play(scenario("A 100 | B 0", "@1 A 10 B by 3 | @2 A 10 B by 4", events=[change]), 7)
    assert settled_at(run) == [1, 5]


def test_a_policy_that_orders_the_queue(play):
    change = event("PolicyChange", 1, agent="A", policy={"type": "PriorityDeadline"})
    data = scenario("A 10 | B 0", "@1 A 10 B priority 1 | @1 A 10 B priority 9", events=[change])
    assert statuses(play(data, 2)) == ["queue2", "settled"]


def test_a_fraction_from_the_next_allocation_on(play):
    """Spec case 27: 600000, and 400000 in tick 10 with the fraction at .3."""
    change = event("LiquidityFractionChange", 4, agent="A", fraction=0.3)
    run = play(scenario("A 100000 pool 1000000 fraction 0.5", days=2, events=[change]), 11)
    balances = column(run, "bank_ticks", "balance", bank="A")
    assert balances == [600000] * 9 + [100000] + [400000]


@pytest.mark.parametrize(
    ("compat", "share", "expected"),
    [("none", {}, 25), ("none", {"initial_liquidity_fraction": 0.3}, 30),
     ("simcash", {}, 100), ("simcash", {"initial_liquidity_fraction": 0.3}, 30)],
)  # fmt: skip
def test_what_a_new_policy_leaves_of_the_pool(play, compat, share, expected):
    """A policy that names no part of the pool leaves the next allocation alone; the original takes all."""
    events = [
        event("LiquidityFractionChange", 2, agent="A", fraction=0.25),
        event("PolicyChange", 3, agent="A", policy=policy(share, payment=act("Release"))),
    ]
    run = play(scenario("A 0 pool 100 fraction 0.5 | B 0", days=3, events=events, compat=compat))
    assert moved(run, "allocation") == [(0, "A", 50), (10, "A", expected), (20, "A", expected)]


# bad input


def problems(**keys):
    with pytest.raises(ScenarioError) as error:
        open_scenario(read(scenario("A 0 | B 0", events=[event(**keys)])))
    return [f"{problem.path}: {problem.message}" for problem in error.value.problems]


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ({"type": "ParticipantOutage", "agent": "C"}, '.agent: unknown bank "C". Banks: A, B'),
        ({"type": "ParticipantOutage", "agent": "all"}, '.agent: unknown bank "all". Banks: A, B'),
        ({"type": "ParticipantOutage", "agent": "A", "direction": "in"},
         '.direction: unknown value "in"'),
        ({"type": "SystemOutage", "duration": 0}, ".duration: must be at least 1, got 0"),
        ({"type": "LsmOutage", "duration": -2}, ".duration: must be at least 1, got -2"),
        ({"type": "CapacityLimit", "max_settlements_per_tick": -1},
         ".max_settlements_per_tick: must be at least 0, got -1"),
        ({"type": "CreditLimitChange", "agent": "A", "delta": 1, "new_cap": 1},
         ": give exactly one of new_cap, delta, multiplier"),
        ({"type": "LiquiditySqueeze", "agent": "A"}, ": give exactly one of amount, fraction"),
        ({"type": "HaircutChange", "agent": "A", "haircut": 1.5}, ".haircut: must be at most 1, got 1.5"),
        ({"type": "MarginCall", "agent": "A", "amount": 5, "to_agent": "A"},
         ': agent and to_agent are both "A"; a bank does not pay itself'),
        ({"type": "PolicyChange", "agent": "A", "policy": "Fife"}, '.policy: unknown type "Fife"'),
        ({"type": "SystemOutage", "tick": 10}, ".schedule.tick: tick 10 comes after the last tick, 9"),
        ({"type": "SystemOutage", "tick": 10, "every": 2},
         ".schedule.start_tick: tick 10 comes after the last tick, 9"),
    ],
)  # fmt: skip
def test_mistakes_are_refused_with_their_place(keys, problem):
    (found,) = problems(**keys)
    assert found.startswith(f"scenario_events[0]{problem}")


# what is told


def test_outages_in_the_stream_of_events():
    out = [event("SystemOutage", 1, duration=2), event("ParticipantOutage", 1, agent="B", duration=3)]
    sim = simcash.open(scenario("A 0 | B 0", events=out)).run()
    told = "SELECT tick, kind, bank, details FROM events WHERE kind LIKE 'Outage%' ORDER BY tick, seq"
    assert [(*row, json.loads(details)["event"]) for *row, details in sim.rows(told)] == [
        (1, "OutageStarted", None, "SystemOutage"), (1, "OutageStarted", "B", "ParticipantOutage"),
        (3, "OutageEnded", None, "SystemOutage"), (4, "OutageEnded", "B", "ParticipantOutage"),
    ]  # fmt: skip


def test_the_central_queue_says_which_outage():
    out = [event("ParticipantOutage", agent="B", direction="receive", duration=2)]
    sim = simcash.open(scenario("A 90 | B 0 | C 0", "@0 A 10 B | @0 A 100 C", events=out))
    sim.step(2)
    assert sim.rtgs_queue()["reason"].tolist() == ["receiver_outage", "liquidity"]
    sim.step()
    assert sim.rtgs_queue()["reason"].tolist() == ["liquidity"]


# time travel

EVERYTHING = [
    event("CollateralAdjustment", 1, agent="A", delta=900),
    event("CreditLimitChange", 2, every=5, agent="all", multiplier=1.5),
    event("HaircutChange", 3, agent="all", haircut=0.4),
    event("SystemOutage", 4, duration=2),
    event("LsmOutage", 5, duration=3),
    event("ParticipantOutage", 7, every=6, agent="B", direction="both", duration=3),
    event("CapacityLimit", 9, every=4, max_settlements_per_tick=2, duration=6),
    event("LiquiditySqueeze", 2, every=3, agent="all", fraction=0.3, duration=4),
    event("MarginCall", 11, agent="A", amount=500, to_agent="C"),
    event("MarginCall", 12, agent="B", amount=300),
    event("PolicyChange", 8, agent="A", policy={"type": "LiquidityAware", "target_buffer": 200}),
    event("LiquidityFractionChange", 6, agent="C", fraction=0.25),
]
ARRIVALS = {
    "rate_per_tick": 1.5, "amount_distribution": {"type": "Uniform", "min": 100, "max": 900},
    "deadline_range": [2, 9],
}  # fmt: skip


def shaken(seed=1):
    """Three banks with every shock at once."""
    text = "A 900 cap 400 | B 600 collateral 500 haircut 0.1 | C 0 pool 2000 fraction 0.75"
    agents = {id: {"arrival_config": ARRIVALS, "max_collateral_capacity": 800} for id in "ABC"}
    data = scenario(text, ticks_per_day=10, days=3, agents=agents, events=EVERYTHING)
    data["simulation"]["rng_seed"] = seed
    return data


def test_the_promises_hold_with_every_shock():
    simcash.check_world(lambda seed: open_world(read(shaken(seed))))


@pytest.mark.parametrize("tick", [3, 5, 8, 10, 13, 16])
def test_a_run_goes_on_the_same_from_a_snapshot(tick, tmp_path):
    with simcash.open(shaken()) as whole, simcash.open(shaken()) as sim:
        whole.run()
        sim.run(until=tick)
        sim.save(tmp_path / "x.simcash")
        other = sim.fork()
        with simcash.load(tmp_path / "x.simcash") as loaded:
            sim.run().rewind(tick)
            for run in (sim, other, loaded):
                run.run()
                for table in ("bank_ticks", "settlements", "liquidity", "notices", "policies"):
                    assert run.table(table).equals(whole.table(table)), (tick, table)


def test_a_fork_that_changes_a_cap_or_a_policy_wins_over_past_events_and_no_other_fork_does():
    with simcash.open(shaken()) as sim:
        sim.run(until=9)
        other = sim.fork(set={"agents.A.unsecured_cap": 77, "agents.A.policy": "Deadline"})
        assert int(other.banks.loc["A", "cap"]) == 77
        assert other.banks.loc["A", "policy"] == "Deadline"
        plain = sim.fork(set={"agents.C.policy": "Deadline"})
        assert int(plain.banks.loc["A", "cap"]) == int(sim.banks.loc["A", "cap"]) == 2925
        assert plain.banks["policy"].tolist() == ["LiquidityAware", "Fifo", "Deadline"]
        rows = plain.run().rows("SELECT tick, bank, origin FROM policies ORDER BY tick, bank")
        assert rows[:3] == [(0, bank, "scenario") for bank in "ABC"]
        assert rows[3:] == [(8, "A", "event"), (9, "C", "fork")]


def test_a_fork_keeps_the_shocks_that_have_happened():
    with simcash.open(shaken()) as sim:
        sim.run(until=9)
        with pytest.raises(ScenarioError, match="have happened"):
            sim.fork(set={"scenario_events": EVERYTHING[1:]})
        later = [*EVERYTHING[:8], *EVERYTHING[10:], event("SystemOutage", 9, duration=21)]
        other = sim.fork(set={"scenario_events": later}).run()
        assert other.rows("SELECT tick FROM settlements WHERE tick > 8") == []


# steering


def secured():
    """A uses 500 of a limit of 900; it may post 200 more."""
    agents = {"A": {"max_collateral_capacity": 1200}}
    return scenario("A 0 collateral 1000 haircut 0.1 | B 0", "@0 A 500 B", agents=agents)


def test_collateral_by_hand():
    with simcash.open(secured()) as sim:
        sim.step()
        refused = sim.post_collateral("A", 201)
        assert (refused.accepted, refused.nearest) == (False, 200)
        assert "A can post 200 more cents" in refused.reason
        assert sim.post_collateral("A", 200).accepted
        refused = sim.withdraw_collateral("A", 645)  # 500 need 555.6 of the 1200
        assert (refused.accepted, refused.nearest) == (False, 644)
        assert sim.withdraw_collateral("A", 644).accepted
        assert int(sim.banks.loc["A", "posted_collateral"]) == 556
        assert int(sim.banks.loc["A", "available"]) == 0
        sim.step()
        moves = sim.rows('SELECT tick, bank, layer, requested, amount, "before", "after" FROM collateral')
        assert moves == [(1, "A", "user", 200, 200, 1000, 1200), (1, "A", "user", -644, -644, 1200, 556)]
        told = sim.rows(
            "SELECT tick, kind, amount FROM events WHERE kind LIKE 'Collateral%' ORDER BY tick, seq"
        )
        assert told == [(1, "CollateralPost", 200), (1, "CollateralWithdraw", 644)]
        assert sim.withdraw_collateral("A", 1).nearest is None


def test_another_policy_by_hand():
    with simcash.open(scenario("A 100 | B 0", "@1 A 10 B by 3 | @2 A 10 B by 4")) as sim:
        sim.step(2)
        assert sim.set_policy("A", {"type": "deadline", "urgency_threshold": 1}).accepted
        assert sim.banks["policy"].tolist() == ["Deadline", "Fifo"]
        sim.run()
        assert sim.rows("SELECT settled_tick FROM payments ORDER BY tx_id") == [(1,), (5,)]
        rows = sim.rows("SELECT tick, bank, origin, policy_json FROM policies ORDER BY tick, bank")
        assert [row[:3] for row in rows] == [(0, "A", "scenario"), (0, "B", "scenario"), (2, "A", "user")]
        assert json.loads(rows[2][3]) == {"type": "Deadline", "urgency_threshold": 1}


@pytest.mark.parametrize(
    ("action", "reason"),
    [
        ({"type": "PostCollateral", "bank": "C", "amount": 1}, 'unknown bank "C". Banks: A, B'),
        ({"type": "PostCollateral", "bank": "A", "amount": 1.5}, "amount 1.5 is not a whole number"),
        ({"type": "WithdrawCollateral", "bank": "A", "amount": 0}, "amount 0 is not between 1 and"),
        ({"type": "SetPolicy", "bank": "A"}, 'SetPolicy: "policy" is required, but not there'),
        ({"type": "SetPolicy", "bank": "A", "policy": "Fifa"}, 'policy: unknown type "Fifa"; did you'),
        ({"type": "SetPolicy", "bank": "A", "policy": {"type": "Deadline", "urgency_threshold": -1}},
         "policy.urgency_threshold: must be at least 0, got -1"),
        ({"type": "SetPolicies"}, 'unknown action "SetPolicies"; did you mean "SetPolicy"?'),
    ],
)  # fmt: skip
def test_actions_that_are_refused(action, reason):
    with simcash.open(secured()) as sim:
        before = sim.world.snapshot().arrays
        receipt = sim.act(action)
        assert not receipt.accepted
        assert reason in receipt.reason
        assert all(np.array_equal(array, before[name]) for name, array in sim.world.snapshot().arrays.items())
        assert sim.rows("SELECT status FROM actions") == [("refused",)]


def steered(sim):
    """Act in ticks 2 and 5, and go on to the end."""
    sim.run(until=2)
    assert sim.post_collateral("B", 250).accepted
    assert sim.set_policy("B", {"type": "LiquidityAware", "target_buffer": 77}).accepted
    sim.run(until=5)
    assert sim.set_policy("C", {"type": "LiquidityAware", "target_buffer": 77}).accepted
    assert sim.post_collateral("B", 30).accepted
    return sim


STEERED = ("bank_ticks", "settlements", "collateral", "policies", "notices")


@pytest.mark.parametrize("db", [None, "x.duckdb"])
def test_what_was_done_is_done_again(db, tmp_path):
    with simcash.open(shaken(), db=db and tmp_path / db) as sim, simcash.open(shaken()) as whole:
        steered(whole).run()
        fork = steered(sim).fork()
        sim.save(tmp_path / "x.simcash")
        with simcash.load(tmp_path / "x.simcash") as loaded:
            for run in (fork.run(), loaded.run(), sim.run(), sim.rewind(4).run(), sim.rewind(1).run()):
                for table in STEERED:
                    assert run.table(table).equals(whole.table(table)), table
        run_id = sim.run_id
    if db:
        assert simcash.replay(tmp_path / db, run_id)


def test_a_past_told_otherwise_names_other_policies():
    """After going back, the same number may stand for another policy; earlier forks keep theirs."""
    with simcash.open(shaken()) as sim:
        fork = steered(sim).run(until=8).fork().run()
        sim.rewind(1)
        assert sim.set_policy("B", {"type": "Deadline", "urgency_threshold": 3}).accepted
        sim.run()
        asked = "SELECT tick, bank, policy_json FROM policies WHERE origin = 'user' ORDER BY tick"
        assert [(t, b, json.loads(text)["type"]) for t, b, text in sim.rows(asked)] == [(1, "B", "Deadline")]
        assert [(t, b, json.loads(text)["type"]) for t, b, text in fork.rows(asked)] == [
            (2, "B", "LiquidityAware"), (5, "C", "LiquidityAware"),
        ]  # fmt: skip


# sums beyond 64 bits

MOST = 2**53
CONSTANT = {
    "rate_per_tick": 1000,
    "deadline_range": [1, 2],
    "amount_distribution": {"type": "Fixed", "value": MOST},
}


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"events": [event("LiquiditySqueeze", every=1, agent="all", amount=MOST)], "days": 9},
         "scenario_events: events move 1621295865853378560 cents in all; at most 2**60 fit"),
        ({"agents": {"A": {"arrival_config": CONSTANT}}},
         "agents: payments of 9.01e+19 cents in all are expected to arrive; at most 2**58 fit"),
        ({"agents": {"A": {"arrival_config": CONSTANT | {"rate_per_tick": 1}}},
          "events": [event("AgentArrivalRateChange", every=1, agent="A", multiplier=2)]},
         "agents: payments of 9.22e+19 cents in all are expected to arrive; at most 2**58 fit"),
    ],
)  # fmt: skip
def test_sums_that_might_not_fit_are_refused(changes, problem):
    with pytest.raises(ScenarioError, match=re.escape(problem)):
        open_scenario(read(scenario("A 0 | B 0", **changes)))


def test_a_cap_grows_to_what_any_amount_may_be():
    grow = event("CreditLimitChange", every=1, agent="A", multiplier=1000)
    run = EngineRun(scenario(f"A 0 cap {2**40} | B 0", events=[grow]))
    run.step(10)
    assert column(run, "bank_ticks", "cap", bank="A")[-1] == 2**53


def test_a_day_of_outages():
    """The library's `outage-day` does what its comment says."""
    with simcash.open("outage-day") as sim:
        sim.run()
        count = dict(sim.rows("SELECT tick, count(*) FROM settlements GROUP BY tick"))
        assert [count.get(tick, 0) for tick in range(24, 30)] == [0] * 6
        assert [count[tick] for tick in (30, 31)] == [40, 40]
        assert max(count[tick] for tick in range(30, 36)) == 40
        senders = "SELECT DISTINCT sender FROM settlements WHERE tick BETWEEN 60 AND 71"
        assert ("LARGE",) not in sim.rows(senders)
        limits = (
            "SELECT tick, \"limit\" FROM bank_ticks WHERE bank = 'NORTH' AND tick IN (83, 84) ORDER BY tick"
        )
        assert sim.rows(limits) == [(83, 1_800_000), (84, 1_600_000)]
