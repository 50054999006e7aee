"""What holds in every payments run, whatever the scenario; on the engine and on its twin."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings

from tests.twins.payments_rows import COST_KINDS
from tests.twins.runs import latest_payments, perform
from tests.twins.strategies import plays

pytestmark = pytest.mark.parametrize("kind", ["twin", "engine"])
DETAILED = plays(record=("full", "standard"))
MORNING = ("repayment", "reset", "allocation")


def law(strategy=DETAILED):
    return lambda test: settings(max_examples=40)(given(play=strategy)(test))


def ids(play):
    return [agent["id"] for agent in play.data["agents"]]


def by_tick(run, table):
    """Rows of a table, per tick."""
    found = {}
    for row in run.rows(table):
        found.setdefault(row["tick"], []).append(row)
    return found


def amounts(rows, **where):
    return sum(row["amount"] for row in rows if all(row[key] == value for key, value in where.items()))


@law()
def test_money_comes_and_goes_by_the_liquidity_table_only(play, kind):
    run = perform(kind, play)
    total = sum(agent["opening_balance"] for agent in play.data["agents"])
    moved = by_tick(run, "liquidity")
    for tick, rows in by_tick(run, "bank_ticks").items():
        total += amounts(moved.get(tick, []))
        assert sum(row["balance"] for row in rows) == total


@law()
def test_a_balance_changes_by_what_the_rows_say(play, kind):
    run = perform(kind, play)
    balance = {agent["id"]: agent["opening_balance"] for agent in play.data["agents"]}
    moved, notices = by_tick(run, "liquidity"), by_tick(run, "notices")
    for tick, rows in by_tick(run, "bank_ticks").items():
        transfers = [row for row in notices.get(tick, []) if row["event"] == "DirectTransfer"]
        for row in rows:
            bank = row["bank"]
            balance[bank] += row["received"] - row["sent"] + amounts(moved.get(tick, []), bank=bank)
            balance[bank] += amounts(transfers, counterparty=bank) - amounts(transfers, bank=bank)
            assert row["balance"] == balance[bank]


@law()
def test_every_payment_is_in_one_place(play, kind):
    run = perform(kind, play)
    places, ticks = {}, by_tick(run, "payments")
    for tick, banks in by_tick(run, "bank_ticks").items():
        places.update((row["tx_id"], row["status"]) for row in ticks.get(tick, []))
        count = Counter(places.values())
        assert set(count) <= {"queue1", "queue2", "settled", "dropped"}
        assert sum(row["q1_count"] for row in banks) == count["queue1"]
        assert sum(row["q2_count"] for row in banks) == count["queue2"]
    settled = [row["tx_id"] for row in run.rows("settlements")]
    assert Counter(settled) == Counter(tx_id for tx_id, status in places.items() if status == "settled")


@law()
def test_cost_rows_add_up_to_the_days(play, kind):
    run = perform(kind, play)
    per_day = play.data["simulation"]["ticks_per_day"]
    booked = Counter()
    for row in run.rows("costs"):
        assert row["amount"] > 0
        booked[row["bank"], row["tick"] // per_day, row["kind"]] += row["amount"]
    for row in run.rows("bank_days"):
        for name in COST_KINDS:
            assert row[name] == booked[row["bank"], row["day"], name]


@law(plays())
def test_stepping_in_parts_changes_nothing(play, kind):
    in_parts, at_once = perform(kind, play), perform(kind, replace(play, stops=()))
    for table in (
        "payments",
        "bank_days",
        "bank_ticks",
        "settlements",
        "costs",
        "notices",
        "queue_snapshots",
    ):
        assert in_parts.rows(table) == at_once.rows(table)


@law(plays())
def test_no_more_settles_than_arrived(play, kind):
    run = perform(kind, play)
    for bank in ids(play):
        days = [row for row in run.rows("bank_days") if row["bank"] == bank]
        for what in ("count", "value"):
            done = sum(row[f"settled_{what}"] + row[f"dropped_{what}"] for row in days)
            assert done <= sum(row[f"arrived_{what}"] for row in days)
        assert all(0 <= row["throughput"] <= 1 for row in days)


@law(plays())
def test_waiting_is_the_time_from_arrival_to_the_end(play, kind):
    for payment in latest_payments(perform(kind, play)):
        waited = payment["q1_ticks"] + payment["q2_ticks"]
        if payment["status"] == "settled":
            assert waited == payment["settled_tick"] - payment["arrival_tick"]
        assert payment["deadline_tick"] > payment["arrival_tick"]
        assert payment["priority"] >= payment["original_priority"]


@law()
def test_payments_never_overdraw_beyond_the_limit(play, kind):
    events = [event for event in play.data["scenario_events"] if event["type"] != "DirectTransfer"]
    run = perform(kind, replace(play, data=play.data | {"scenario_events": events}))
    balance = {agent["id"]: agent["opening_balance"] for agent in play.data["agents"]}
    moved = by_tick(run, "liquidity")
    for tick, rows in by_tick(run, "bank_ticks").items():
        for row in rows:
            entered = [m for m in moved.get(tick, []) if m["bank"] == row["bank"] and m["kind"] in MORNING]
            assert row["min_balance"] >= min(-row["limit"], balance[row["bank"]] + amounts(entered))
            balance[row["bank"]] = row["balance"]


@law()
def test_gross_outflow_stays_within_the_limits(play, kind):
    run = perform(kind, play)
    per_day = play.data["simulation"]["ticks_per_day"]
    paid = Counter()
    for row in run.rows("settlements"):
        if row["channel"] != "eod_borrowing":
            paid[row["sender"], row["receiver"], row["tick"] // per_day] += row["amount"]
    for agent in play.data["agents"]:
        limits = agent.get("limits", {"basis": "net"})
        if limits["basis"] == "gross":
            within(agent["id"], limits, paid)


def within(sender, limits, paid):
    totals = Counter()
    for (bank, receiver, day), amount in paid.items():
        if bank == sender:
            totals[day] += amount
            assert amount <= limits["bilateral_limits"].get(receiver, amount)
    for amount in totals.values():
        assert amount <= limits.get("multilateral_limit", amount)


def step_of(table, row):
    """The numbered step of a tick in which a row is written; None where several may write it."""
    if table == "liquidity":
        return {"loan": 12, "return": 15}.get(row["kind"], 0)
    if table == "notices":
        return {"ScenarioEventExecuted": 1, "PriorityEscalated": 6, "DeferredCreditApplied": 13}.get(
            row["kind"], 15
        )
    if table == "settlements":
        return {"scheduled": 1, "rtgs": 8, "queue2": 9, "eod_borrowing": 12}[row["channel"]]
    if table == "costs":
        late = {"drop_penalty": 6, "eod_borrowing": 12, "eod_penalty": 15, "throughput_penalty": 15}
        return late.get(row["kind"], 14)
    return None


@law()
def test_rows_are_numbered_in_the_order_of_the_steps(play, kind):
    run = perform(kind, play)
    ticks = {}
    for table in ("liquidity", "notices", "settlements", "costs", "limits"):
        for row in run.rows(table):
            ticks.setdefault(row["tick"], []).append((row["seq"], step_of(table, row)))
    for numbered in ticks.values():
        numbered.sort()
        assert [seq for seq, _ in numbered] == list(range(len(numbered)))
        steps = [step for _, step in numbered if step is not None]
        assert steps == sorted(steps)


@law()
def test_no_bank_pays_twice_for_one_thing(play, kind):
    rows = perform(kind, play).rows("costs")
    booked = Counter((row["tick"], row["bank"], row["kind"], row["tx_id"]) for row in rows)
    penalties = Counter(row["tx_id"] for row in rows if row["kind"] == "deadline_penalty")
    assert {*booked.values(), *penalties.values()} <= {1}
