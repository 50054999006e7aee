"""What is read off the state between ticks agrees with the rows written at the tick's end."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

import simcash
from simcash.payments.actions import submit
from simcash.payments.life import payment
from simcash.payments.readings import UnknownName, available
from simcash.payments.tables import COST_KINDS
from tests.payments.branches import act, compute, policy, when
from tests.payments.table import at, scenario
from tests.twins.runs import EngineRun
from tests.twins.strategies import plays

WAITING = scenario(
    "A 100 | B 0 cap 50 collateral 100 haircut 0.1 | C 0",
    "@0 A 60 B by 2 priority 9 | @0 A 500 B | @0 A 70 C | @1 B 1000 C",
    agents={"C": {"policy": {"type": "Deadline", "urgency_threshold": 0}}},
    costs={"delay_cost_per_tick_per_cent": 0.1},
)


def opened(data=WAITING, ticks=0, **settings):
    sim = simcash.open(data, **settings)
    sim.step(ticks)
    return sim


def ticks_of(play):
    simulation = play.data["simulation"]
    return range(simulation["ticks_per_day"] * simulation["num_days"])


def last(run, table, **where):
    """The rows of the last tick that match."""
    now = run.world.now - 1
    return [r for r in run.rows(table) if r["tick"] == now and all(r[k] == v for k, v in where.items())]


@settings(max_examples=20)
@given(plays(record=("full",)))
def test_the_queues_are_those_that_were_recorded(play):
    run = EngineRun(play.data)
    for _ in ticks_of(play):
        run.step()
        central = sorted(last(run, "queue_snapshots", queue=2), key=lambda row: row["position"])
        found = run.world.rtgs_queue()
        for column, name in COLUMNS.items():
            assert found[column].tolist() == [row[name] for row in central]
        for id in run.world.ids:
            own = run.world.queue(id)
            recorded = last(run, "queue_snapshots", queue=1, bank=id)
            assert own["tx_id"].tolist() == [row["tx_id"] for row in recorded]
            assert own["missing"].tolist() == [row["missing"] for row in recorded]


COLUMNS = {
    "tx_id": "tx_id", "sender": "bank", "amount": "remaining", "class": "class", "reason": "reason",
    "missing": "missing",
}  # fmt: skip


@settings(max_examples=20)
@given(plays(record=("full",)))
def test_a_limit_is_shown_where_it_blocks(play):
    run = EngineRun(play.data)
    for _ in ticks_of(play):
        run.step()
        found = run.world.rtgs_queue()
        blocked = found["reason"].str.endswith("_limit") if len(found) else np.array([], bool)
        assert found["limit"].notna().tolist() == list(blocked)
        shown = found[blocked]
        assert (shown["used"] + shown["amount"] > shown["limit"]).all()
        assert (shown["missing"] == 0).all()


@settings(max_examples=20)
@given(plays(record=("standard",)))
def test_banks_and_costs_are_those_of_the_last_tick(play):
    run = EngineRun(play.data)
    for _ in ticks_of(play):
        run.step()
        banks = run.world.banks
        for row in last(run, "bank_ticks"):
            here = banks.loc[row["bank"]]
            for name in ("balance", "available", "limit", "cap", "posted_collateral", "pending_credit"):
                assert here[name] == row[name]
            for queue in (1, 2):
                assert here[f"queue{queue}_count"] == row[f"q{queue}_count"]
                assert here[f"queue{queue}_value"] == row[f"q{queue}_value"]
            assert here["net_today"] == row["net_today"]
    costs = run.world.costs
    for id in run.world.ids:
        assert costs.loc[id, "total"] == run.world.banks.loc[id, "cost"] == booked(run, bank=id)
    for kind in COST_KINDS:
        assert costs.loc["total", kind] == booked(run, kind=kind)


def booked(run, **where):
    return sum(r["amount"] for r in run.rows("costs") if all(r[k] == v for k, v in where.items()))


def test_banks_before_the_first_tick():
    banks = opened().banks
    assert banks["balance"].to_dict() == {"A": 100, "B": 0, "C": 0}
    assert banks["available"].to_dict() == {"A": 100, "B": 140, "C": 0}
    assert banks["policy"].tolist() == ["Fifo", "Fifo", "Deadline"]
    assert not banks[["queue1_count", "queue2_count", "sent_today", "cost"]].any(axis=None)


@pytest.mark.parametrize(("balance", "can_pay"), [(1000000, 1696000), (-200000, 496000), (-900000, 0)])
def test_24_available(balance, can_pay):
    sim = opened(scenario(f"A {balance} cap 500000 collateral 200000 haircut 0.02"))
    assert available(sim.world).tolist() == [can_pay]


def test_banks_count_the_day():
    banks = opened(ticks=1).banks
    assert banks.loc["A", ["sent_today", "received_today", "net_today"]].tolist() == [60, 0, -60]
    assert banks.loc["B", "received_today"] == 60


def test_a_reading_is_a_copy():
    sim = opened(ticks=1)
    banks, queue, drawn = sim.banks, sim.rtgs_queue(), sim.picture()
    banks["balance"] += 1
    queue["amount"] += 1
    for columns in (drawn.nodes, drawn.edges):
        for name, values in columns.items():
            if name != "id":
                values += values.dtype.type(1)
    assert sim.banks["balance"].tolist() == [40, 60, 0]
    assert sim.rtgs_queue()["amount"].tolist() == [500, 70]
    assert sim.picture().edges["queued"].tolist() == [500, 70]


def test_a_queue_says_how_long_and_until_when():
    sim = opened(ticks=3)
    queue = sim.rtgs_queue().set_index("tx_id")
    assert queue.loc[1, ["waited", "ticks_to_deadline", "overdue"]].tolist() == [3, 2, False]
    sim.step(4)
    queue = sim.rtgs_queue().set_index("tx_id")
    assert queue.loc[1, ["waited", "ticks_to_deadline", "overdue"]].tolist() == [7, -2, True]
    assert queue.loc[1, "reason"] == "liquidity"
    assert queue.loc[1, "missing"] == 460


def test_empty_queues_have_their_columns():
    sim = opened()
    assert sim.queue("A").empty
    assert sim.rtgs_queue().empty
    later = opened(ticks=2)
    assert list(sim.rtgs_queue().columns) == list(later.rtgs_queue().columns)


def in_queue(sim, bank):
    found = sim.queue(bank)[["tx_id", "action", "reason", "since"]]
    return [
        tuple(None if pd.isna(value) else value for value in row) for row in found.itertuples(index=False)
    ]


def test_the_own_queue_says_what_the_policy_said_and_since_when():
    near = when(("amount", ">", 9), act("Hold", reason="too large"), act("Reprioritize", new_priority=9))
    late = when(("current_tick", ">=", 2), act("Hold", reason="evening"), near)
    wrong = when((compute("/", "amount", "balance"), ">", 1), act("Drop"), act("Drop"))
    agents = {"A": {"policy": policy(payment=late)}, "B": {"policy": policy(payment=wrong)},
              "C": {"policy": "Deadline"}}  # fmt: skip
    data = scenario("A 0 | B 0 | C 0", "@0 A 10 B | @0 A 5 B | @1 B 7 C | @1 C 8 B by 9", agents=agents)
    sim = simcash.open(data, record="off")
    sim.step(2)
    assert sim.submit("A", "B", 3, deadline_tick=9).id == 4
    assert in_queue(sim, "A") == [
        (0, "Hold", "too large", 0), (1, "Reprioritize", "node N4", 0), (4, None, "not asked yet", None),
    ]  # fmt: skip
    assert in_queue(sim, "B") == [(2, "Hold", "EvalError", 1)]
    assert in_queue(sim, "C") == [(3, "Hold", "policy", 1)]
    sim.step(2)
    assert in_queue(sim, "A") == [(i, "Hold", "evening", 2) for i in (0, 1, 4)]
    assert "evening" in sim.payment(0).place


def test_the_own_queue_tells_of_parts_and_outages():
    stagger = act("StaggerSplit", num_splits=3, stagger_gap_ticks=2)
    taken_back = when(("is_in_queue2", "==", 1), act("WithdrawFromRtgs"), act("Release"))
    divisible = {"type": "CustomTransactionArrival", "from_agent": "A", "to_agent": "B", "amount": 9,
                 "is_divisible": True, "schedule": at(0)}  # fmt: skip
    outage = {"type": "ParticipantOutage", "agent": "B", "duration": 1, "schedule": at(2)}
    agents = {"A": {"policy": policy(payment=stagger)}, "B": {"policy": policy(payment=taken_back)}}
    sim = simcash.open(scenario("A 0 | B 0", "@0 B 7 A", agents=agents, events=[divisible, outage]))
    sim.step(2)
    assert in_queue(sim, "A") == [
        (3, None, "part, due in tick 2", None),
        (4, None, "part, due in tick 4", None),
    ]
    assert in_queue(sim, "B") == [(0, None, "not asked yet", None)]
    sim.step()
    assert in_queue(sim, "B") == [(0, None, "sender_outage", None)]


def test_an_unknown_bank_is_told_the_nearest():
    sim = opened(scenario("NORTH 1 | SOUTH 1"))
    with pytest.raises(UnknownName, match='no bank "NORT"; did you mean "NORTH"'):
        sim.queue("NORT")


def test_the_picture_sums_what_waits():
    drawn = opened(ticks=2).picture()
    edges = [dict(zip(drawn.edges, row, strict=True)) for row in zip(*drawn.edges.values(), strict=True)]
    assert edges == [
        {"source": 0, "target": 1, "queued": 500, "count": 1},
        {"source": 0, "target": 2, "queued": 70, "count": 1},
        {"source": 1, "target": 2, "queued": 1000, "count": 1},
    ]
    assert drawn.nodes["id"].tolist() == ["A", "B", "C"]
    assert drawn.nodes["queued"].tolist() == [570, 1000, 0]
    assert drawn.nodes["stress"].tolist() == [530 / 570, 800 / 1000, 0]
    assert drawn.nodes["liquidity_left"].tolist() == [0.4, 1, 1]


@settings(max_examples=20)
@given(plays(record=("full",)))
def test_a_picture_has_only_shares_between_0_and_1(play):
    run = EngineRun(play.data)
    for _ in ticks_of(play):
        run.step()
        nodes, edges = run.world.picture().nodes, run.world.picture().edges
        for name in ("stress", "liquidity_left"):
            assert ((nodes[name] >= 0) & (nodes[name] <= 1)).all()
        owed = np.zeros(len(nodes["id"]), np.int64)
        np.add.at(owed, edges["source"], edges["queued"])
        assert owed.tolist() == nodes["queued"].tolist()
        assert edges["count"].sum() == len(last(run, "queue_snapshots"))


@settings(max_examples=12)
@given(plays(record=("full", "standard", "summary")))
def test_a_life_is_the_row_of_the_payment(play):
    sim = opened(play.data, ticks=len(ticks_of(play)) // 2 + 1)
    names = "tx_id, sender, receiver, amount, priority, arrival_tick, status, channel, overdue_since"
    for row in sim.rows(f"SELECT {names} FROM payments")[::7]:
        life = payment(sim, row[0])
        assert tuple(getattr(life, name) for name in names.split(", ")) == row
        assert bool(life.waits) == (life.status in ("queue1", "queue2"))
        assert repr(life).startswith(f"payment {row[0]}: {row[1]} pays {row[2]} {row[3]} cents")


def test_a_life_tells_where_and_why():
    sim = opened(ticks=7)
    waits = payment(sim, 1)
    assert waits.waits | {"queue": 2, "position": 0, "reason": "liquidity", "missing": 460} == waits.waits
    assert waits.place == "waits in the central queue, position 0, for 7 ticks: liquidity, 460 cents missing"
    assert waits.costs == {"delay": 50 * 6 + 250}
    assert payment(sim, 0).place == "settled in tick 0, channel rtgs"
    assert payment(sim, 0).story["kind"].tolist()[-1] == "RtgsImmediateSettlement"
    assert "TransactionWentOverdue" in waits._repr_html_()


def test_a_life_names_the_limit():
    limits = {"A": {"limits": {"bilateral_limits": {"B": 50}}}}
    sim = opened(scenario("A 100 | B 0", "@0 A 60 B", agents=limits), ticks=1)
    assert payment(sim, 0).place.endswith("for 1 ticks: bilateral limit of 50, 0 used")


def test_a_payment_just_submitted_has_a_life():
    sim = opened(ticks=1)
    receipt = submit(sim, "C", "A", 5, 9, priority=10, rtgs_priority="Urgent")
    life = payment(sim, receipt.id)
    assert (life.status, life.source, life.place[:26]) == ("queue1", "submit", "waits in the queue of C, p")
    assert sim.queue("C")["tx_id"].tolist() == [receipt.id]
    assert not submit(sim, "C", "C", 5, 9).accepted


def test_an_unknown_payment_is_told_the_range():
    with pytest.raises(UnknownName, match="no payment 0: none has arrived"):
        payment(opened(), 0)
    with pytest.raises(UnknownName, match="no payment 9: ids go from 0 to 3"):
        payment(opened(ticks=2), 9)


def test_without_a_record_only_what_waits_has_a_life():
    sim = opened(ticks=2, record="off")
    assert payment(sim, 1).status == "queue2"
    with pytest.raises(UnknownName, match="payment 0 is finished"):
        payment(sim, 0)


def test_the_central_queue_is_in_order_of_class():
    """As in queue_snapshots, but with many payments of each bank and every class."""
    payments = " | ".join(f"@0 A {i + 1} B priority {i % 11}" for i in range(40))
    sim = opened(scenario("A 0 | B 0", payments, priority_mode=True), ticks=2)
    queue = sim.rtgs_queue()
    classes = queue["class"].map(("HighlyUrgent", "Urgent", "Normal").index)
    assert classes.is_monotonic_increasing
    assert all(ids.is_monotonic_increasing for _, ids in queue.groupby("class")["tx_id"])
