"""Every context field against a value counted by hand: a tree that asks for it drops a payment if it fits."""

from math import inf, tanh

import pytest

from tests.payments.branches import act, both, comparison, either, policy, when
from tests.payments.table import at, scenario
from tests.twins.payments_fields import FIELDS
from tests.twins.runs import RUNS, TwinRun, latest_payments

# Bank A holds the payments of 40 and 160 and releases the others. It begins tick 14, the fifth of day 1, with
# 500 + 250 from its pool - 900 to D = -150. In the central queue wait its 2000 to D (of day 0), 5000 to B and
# 1500 to C, and 2000 from C and 3000 from D to it.
BANKS = "C 1000 | A 500 cap 100 collateral 200 haircut 0.1 pool 1000 fraction 0.25 | B 0 | D 0"
PAYMENTS = """
    @5 A 2000 D by 3 | @11 C 2000 A by 6 | @11 A 5000 B by 4 | @11 A 1500 C by 8 | @11 A 40 C by 1 priority 7
    @12 A 900 D by 5 | @13 D 3000 A by 9 | @13 A 160 B by 6
"""
COSTS = {
    "overdraft_bps_per_tick": 100, "delay_cost_per_tick_per_cent": 0.5, "collateral_cost_per_tick_bps": 2,
    "split_friction_cost": 33, "deadline_penalty": 500,
    "eod_penalty": {"mode": "rate", "bps_per_event": 1000}, "overdue_delay_multiplier": 3,
    "priority_delay_multipliers": {"normal_multiplier": 2},
}  # fmt: skip
RULES = {
    "eod_rush_threshold": 0.4,
    "throughput_rules": [
        {"by_tick": 2, "fraction": 0.3, "penalty": 0},
        {"by_tick": 6, "fraction": 0.7, "penalty": 0},
    ],
}
AGENT = {"max_collateral_capacity": 800, "liquidity_buffer": 77}
COUNT_TICKS = act("AddState", key="bank_state_ticks", value=2)
HELD = either(("amount", "==", 40), ("amount", "==", 160))

OF_THE_PAYMENT = {  # of 40
    "amount": 40, "remaining_amount": 40, "settled_amount": 0, "arrival_tick": 11, "deadline_tick": 12,
    "priority": 7, "is_split": 0, "is_divisible": 0, "is_past_deadline": 1, "is_overdue": 1,
    "is_in_queue2": 0, "overdue_duration": 1, "ticks_to_deadline": -2, "queue_age": 3, "time_in_queue": 3,
    "tx_counterparty_id": 3, "tx_is_top_counterparty": 1, "counterparty_can_receive": 1,
    "counterparty_can_send": 1, "cost_delay_this_tx_one_tick": 20, "cost_overdraft_this_amount_one_tick": 0.4,
    "cost_delay_so_far": 40 + 40 + 120, "cost_if_settled_now": 0.4, "cost_if_held_one_tick": 120,
    "cost_urgency": 119.6, "cost_deadline_penalty": 500, "cost_eod_penalty": 4,
    "my_q2_out_value_to_counterparty": 1500, "my_q2_in_value_from_counterparty": 2000,
    "my_bilateral_net_q2": -500,
}  # fmt: skip
OF_THE_BANK = {
    "balance": -150, "unsecured_cap": 100, "credit_limit": 100, "available_liquidity": 130,
    "credit_used": 150,
    "credit_headroom": -50, "effective_liquidity": 130, "is_using_credit": 1, "is_overdraft_capped": 1,
    "liquidity_buffer": 77, "liquidity_pressure": 1, "incoming_expected_count": 2,
    "incoming_expected_value": 5000, "allocated_liquidity": 250, "liquidity_fraction": 0.25,
    "outgoing_queue_size": 2, "queue1_total_value": 200, "queue1_liquidity_gap": 70, "headroom": -70,
    "rtgs_queue_size": 5, "rtgs_queue_value": 13500, "queue2_size": 5, "queue2_count_for_agent": 3,
    "queue2_nearest_deadline": 8, "ticks_to_nearest_queue2_deadline": 0,
    "my_q2_out_value_top_1": 5000, "my_q2_out_value_top_2": 2000, "my_q2_out_value_top_3": 1500,
    "my_q2_out_value_top_4": 0, "my_q2_in_value_top_1": 3000, "my_q2_in_value_top_2": 2000,
    "my_q2_in_value_top_3": 0, "my_bilateral_net_q2_top_1": 5000, "my_bilateral_net_q2_top_2": -1000,
    "my_bilateral_net_q2_top_3": -500, "my_bilateral_net_q2_top_5": 0, "top_cpty_1_id_hash": 2,
    "top_cpty_2_id_hash": 4, "top_cpty_3_id_hash": 3, "top_cpty_4_id_hash": 0,
    "posted_collateral": 200, "max_collateral_capacity": 800, "remaining_collateral_capacity": 600,
    "collateral_utilization": 0.25, "collateral_haircut": 0.1, "allowed_overdraft_limit": 280,
    "overdraft_headroom": 130, "overdraft_utilization": 150 / 280, "required_collateral_for_usage": 56,
    "excess_collateral": 144,
    "cost_overdraft_bps_per_tick": 100, "cost_delay_per_tick_per_cent": 0.5,
    "cost_collateral_bps_per_tick": 2, "cost_split_friction": 33,
    "current_tick": 14, "system_ticks_per_day": 10, "system_current_day": 1, "system_tick_in_day": 4,
    "ticks_remaining_in_day": 5, "day_progress_fraction": 0.4, "is_eod_rush": 1, "total_agents": 4,
    "system_queue2_pressure_index": tanh(5 / 40), "lsm_run_rate_last_10_ticks": 0,
    "my_throughput_fraction_today": 900 / 9600, "expected_throughput_fraction_by_now": 0.4,
    "throughput_gap": 900 / 9600 - 0.4, "system_throughput_guidance_fraction_by_tick": 0.7,
    "is_system_outage": 0, "bank_state_ticks": 10,
}  # fmt: skip


Run = TwinRun


@pytest.fixture(autouse=True, params=sorted(RUNS, reverse=True))
def of_either_kind(request, monkeypatch):
    """Every test runs on the slow twin and on the engine."""
    monkeypatch.setitem(globals(), "Run", RUNS[request.param])


@pytest.mark.parametrize(("field", "expected"), (OF_THE_PAYMENT | OF_THE_BANK).items())
def test_a_field_is_what_it_says(field, expected):
    asked = both(("current_tick", "==", 14), ("amount", "==", 40), (field, "==", expected))
    tree = when(asked, act("Drop"), when(HELD, act("Hold"), act("Release")))
    assert dropped(tree) == [40]


def test_every_field_is_counted_by_hand():
    ranked = {name for name in OF_THE_BANK if "_top_" in name or "_id_hash" in name}
    assert set(OF_THE_PAYMENT) | set(OF_THE_BANK) - ranked - {"bank_state_ticks"} == set(FIELDS)


def dropped(tree, payments=PAYMENTS, banks=BANKS, agent=AGENT, **rules):
    """The amounts that the bank A drops within 15 ticks of following a payment tree."""
    following = agent | {"policy": policy(payment=tree, bank=COUNT_TICKS)}
    data = scenario(banks, payments, days=2, costs=COSTS, agents={"A": following}, **(RULES | rules))
    run = Run(data)
    run.step(15)
    return [row["amount"] for row in latest_payments(run) if row["status"] == "dropped"]


def outage(bank, direction):
    return {
        "type": "ParticipantOutage", "agent": bank, "direction": direction, "duration": 2, "schedule": at(0),
    }  # fmt: skip


def holding(field, expected, banks="A 100 | B 0", payments="@0 A 50 B by 3", tick=0, **rules):
    """Whether a field has a value while bank A, which holds all else, decides about its payments."""
    fits = (field, ">", 1e300) if expected == inf else (field, "==", expected)
    asked = both(("current_tick", "==", tick), fits)
    return dropped(when(asked, act("Drop"), act("Hold")), payments, banks, {}, **rules) != []


@pytest.mark.parametrize(
    ("field", "expected", "more"),
    [
        ("liquidity_pressure", 0, {}),
        ("liquidity_pressure", 1, {"banks": "A 0 | B 0"}),
        ("liquidity_pressure", 0.75, {"banks": "A 25 cap 75 | B 0"}),
        ("is_using_credit", 0, {}),
        ("overdraft_utilization", 0, {}),
        ("collateral_utilization", 0, {}),
        ("cost_if_settled_now", 0, {}),
        ("cost_if_settled_now", 0.1, {"banks": "A 40 cap 50 | B 0"}),
        ("cost_if_held_one_tick", 50, {}),
        ("cost_if_held_one_tick", 50 + 500, {"tick": 3}),  # overdue from the next tick on
        ("queue2_nearest_deadline", inf, {}),
        ("ticks_to_nearest_queue2_deadline", inf, {}),
        ("is_eod_rush", 0, {"tick": 3}),
        ("is_eod_rush", 1, {"tick": 4}),
        ("my_throughput_fraction_today", 0, {}),
        ("system_throughput_guidance_fraction_by_tick", 0.3, {"tick": 2}),
        ("system_throughput_guidance_fraction_by_tick", 0.7, {"tick": 9}),
        ("system_throughput_guidance_fraction_by_tick", 0, {"throughput_rules": []}),
        ("effective_liquidity", 35 + 20, {"banks": "A 35 cap 20 | B 0"}),
        ("effective_liquidity", -10, {"banks": "A -15 cap 20 | B 0", "compat": "simcash"}),
        ("liquidity_fraction", 1, {}),
        ("required_collateral_for_usage", 0, {"banks": "A -50 collateral 80 haircut 1 | B 0"}),
        ("counterparty_can_receive", 0, {"events": [outage("B", "receive")]}),
        ("counterparty_can_send", 1, {"events": [outage("B", "receive")]}),
        ("counterparty_can_send", 0, {"events": [outage("B", "send")]}),
        ("counterparty_can_receive", 0, {"events": [outage("B", "both")], "tick": 1}),
        ("counterparty_can_receive", 1, {"events": [outage("B", "both")], "tick": 2}),
        ("is_system_outage", 1, {"events": [{"type": "SystemOutage", "schedule": at(0)}]}),
        ("excess_collateral", 80, {"banks": "A -50 collateral 80 haircut 1 | B 0"}),
    ],
)
def test_a_field_elsewhere(field, expected, more):
    assert holding(field, expected, **more)


def test_sets_of_the_last_ten_ticks():
    """Two mutual pairs settle in tick 0, one in tick 3; ten ticks later they are forgotten."""
    pairs = "@0 B 5 C | @0 C 5 B | @0 D 5 C | @0 C 5 D | @3 B 7 D | @3 D 7 B | @0 A 50 B by 3"
    saving = {"simulation": {"ticks_per_day": 20, "num_days": 1, "rng_seed": 1}}
    for tick, sets in ((0, 0), (1, 2), (3, 2), (4, 3), (10, 3), (11, 1), (13, 1), (14, 0)):
        rate = "lsm_run_rate_last_10_ticks"
        assert holding(rate, sets / 10, "A 100 | B 0 | C 0 | D 0", pairs, tick, **saving)


def test_only_five_receivers_are_the_largest():
    others = "BCDEFG"
    banks = " | ".join(f"{name} 0" for name in "A" + others)
    payments = " | ".join(
        f"@0 A {amount} {name}" for amount, name in zip((7, 7, 9, 8, 7, 7), others, strict=True)
    )
    tree = when(("tx_is_top_counterparty", "==", 0), act("Drop"), act("Hold"))
    run = Run(scenario(banks, payments, agents={"A": {"policy": policy(payment=tree)}}))
    run.step()
    assert [row["receiver"] for row in latest_payments(run) if row["status"] == "dropped"] == ["G"]


def test_a_bank_by_its_name():
    tree = when(comparison(("tx_counterparty_id", "==", {"value": "B"})), act("Drop"), act("Hold"))
    assert dropped(tree, "@0 A 5 C | @0 A 6 B", "C 0 | A 0 | B 0", {}) == [6]


def test_a_payment_in_the_central_queue():
    """It joined in tick 0; asked about in tick 3, when its class changes."""
    there = both(("is_in_queue2", "==", 1), ("time_in_queue", "==", 3), ("queue_age", "==", 3))
    tree = when(there, act("WithdrawFromRtgs"), act("Release"))
    run = Run(scenario("A 0 | B 0", "@0 A 50 B", agents={"A": {"policy": policy(payment=tree)}}))
    run.step(4)
    assert [(row["status"], row["q2_ticks"]) for row in latest_payments(run)] == [("queue1", 3)]
