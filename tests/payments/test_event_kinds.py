"""Every kind of event that the specification lists, made to happen in a run of its own."""

import json

import pytest

import simcash
from simcash.payments.stream import KINDS
from tests.payments.branches import act, compute, policy, when
from tests.payments.table import at, scenario

LISTED = (  # spec section 4
    "Arrival", "PolicySubmit", "PolicyHold", "PolicyDrop", "PolicySplit", "PolicyEvalError",
    "TransactionReprioritized", "PriorityEscalated", "CollateralPost", "CollateralWithdraw",
    "CollateralTimerWithdrawn", "CollateralTimerBlocked", "StateRegisterSet", "BankBudgetSet",
    "RtgsSubmission", "RtgsImmediateSettlement", "RtgsWithdrawal", "RtgsResubmission", "QueuedRtgs",
    "Queue2LiquidityRelease", "LsmBilateralOffset", "LsmCycleSettlement", "LsmNetting",
    "EntryDispositionOffset", "AlgorithmExecution", "DeferredCreditApplied", "BilateralLimitExceeded",
    "MultilateralLimitExceeded", "TransactionWentOverdue", "OverdueTransactionSettled", "CostAccrual",
    "EndOfDay", "EodBorrowing", "LiquidityAllocation", "LiquidityReturn", "ScenarioEventExecuted",
    "OutageStarted", "OutageEnded", "ThroughputMissed",
)  # fmt: skip


def test_the_view_has_the_kinds_that_the_specification_lists():
    assert sorted(KINDS) == sorted(LISTED)


def event(type, tick=0, **terms):
    return {"type": type, "schedule": at(tick), **terms}


def of_bank_a(**trees):
    return {"A": {"policy": policy(**trees)}}


def lsm(*algorithms, **settings):
    saving = {"simulation": {"ticks_per_day": 10, "num_days": 1, "rng_seed": 42}}
    return saving | {"lsm_config": {"algorithms": list(algorithms)}} | settings


NOW = ("current_tick", "==", 0)
IMPOSSIBLE = (compute("/", "amount", compute("-", "amount", "amount")), ">", 1)
TAKE_BACK = when(("is_in_queue2", "==", 1), act("WithdrawFromRtgs"), act("Release"))
RECLASS = when(("is_in_queue2", "==", 1), act("ResubmitToRtgs", rtgs_priority="HighlyUrgent"), act("Release"))
TIMED = when(NOW, act("PostCollateral", amount=500, auto_withdraw_after_ticks=2), act("HoldCollateral"))
DIVISIBLE = event("CustomTransactionArrival", 1, from_agent="A", to_agent="B", amount=6, is_divisible=True)

# kind: scenario; the first event of that kind: tick, step, bank, tx_id, amount and some of the details
HAPPENS = {
    "Arrival": (scenario("A 100 | B 0", "@1 A 60 B by 4"), (1, 2, "A", 0, 60, {"deadline_tick": 5})),
    "PolicySubmit": (scenario("A 100 | B 0", "@1 A 60 B"), (1, 6, "A", 0, 60, {"priority": 5})),
    "PolicyHold": (
        scenario("A 9 | B 0", "@1 A 6 B", agents=of_bank_a(payment=act("Hold", reason="tea time"))),
        (1, 6, "A", 0, None, {"reason": "tea time"}),
    ),
    "PolicyDrop": (
        scenario("A 9 | B 0", "@1 A 6 B", agents=of_bank_a(payment=act("Drop"))), (1, 6, "A", 0, 6, {}),
    ),
    "PolicySplit": (
        scenario("A 9 | B 0", events=[DIVISIBLE], agents=of_bank_a(payment=act("Split", num_splits=3))),
        (1, 6, "A", 0, 6, {"parts": 3}),
    ),
    "PolicyEvalError": (
        scenario("A 9 | B 0", "@1 A 6 B",
                 agents=of_bank_a(payment=when(IMPOSSIBLE, act("Drop"), act("Release")))),
        (1, 6, "A", 0, None, {"tree": "payment_tree"}),
    ),
    "TransactionReprioritized": (
        scenario("A 9 | B 0", "@1 A 6 B", agents=of_bank_a(payment=act("Reprioritize", new_priority=8))),
        (1, 6, "A", 0, None, {"priority": 8}),
    ),
    "PriorityEscalated": (
        scenario("A 0 | B 0", "@0 A 6 B by 5 priority 3",
                 priority_escalation={"enabled": True, "start_escalating_at_ticks": 20, "max_boost": 3}),
        (0, 6, "A", 0, None, {"priority": 5}),  # spec case 39
    ),
    "CollateralPost": (
        scenario("A 0 cap 100 | B 0", agents=of_bank_a(strategic=TIMED)),
        (0, 3, "A", None, 500, {"layer": "strategic", "requested": 500, "after": 500}),
    ),
    "CollateralWithdraw": (
        scenario("A 0 cap 100 collateral 300 | B 0",
                 agents=of_bank_a(end_of_tick=act("WithdrawCollateral", amount=200, reason="enough"))),
        (0, 11, "A", None, 200, {"layer": "end_of_tick", "after": 100, "reason": "enough"}),
    ),
    "CollateralTimerWithdrawn": (
        scenario("A 100 cap 100 | B 0", agents=of_bank_a(strategic=TIMED)),
        (2, 5, "A", None, 500, {"layer": "timer", "after": 0}),
    ),
    "CollateralTimerBlocked": (  # 500 owed, of which the cap covers 100: 500 of haircut 0 keep 400 + 100
        scenario("A 0 cap 100 haircut 0 | B 0", "@0 A 500 B", agents=of_bank_a(strategic=TIMED)),
        (2, 5, "A", None, 500, {"layer": "timer", "after": 500}),
    ),
    "StateRegisterSet": (
        scenario("A 0 | B 0", agents=of_bank_a(bank=act("AddState", key="bank_state_calm", value=2.5))),
        (0, 4, "A", None, None, {"register": "bank_state_calm", "value": 2.5}),
    ),
    "BankBudgetSet": (
        scenario("A 0 | B 0", agents=of_bank_a(
            bank=act("SetReleaseBudget", max_value_to_release=70, max_per_counterparty=40))),
        (0, 4, "A", None, 70, {"per_counterparty": 40}),
    ),
    "RtgsSubmission": (scenario("A 0 | B 0", "@1 A 60 B"), (1, 8, "A", 0, 60, {"priority": 5})),
    "RtgsImmediateSettlement": (scenario("A 100 | B 0", "@1 A 60 B"), (1, 8, "A", 0, 60, {"wait_ticks": 0})),
    "RtgsWithdrawal": (
        scenario("A 0 | B 0", "@1 A 60 B", agents=of_bank_a(payment=TAKE_BACK)), (2, 7, "A", 0, 60, {}),
    ),
    "RtgsResubmission": (
        scenario("A 0 | B 0", "@1 A 60 B", agents=of_bank_a(payment=RECLASS)), (2, 7, "A", 0, 60, {}),
    ),
    "QueuedRtgs": (scenario("A 0 | B 0", "@1 A 60 B by 4"), (1, 8, "A", 0, 60, {"deadline_tick": 5})),
    "Queue2LiquidityRelease": (
        scenario("A 0 | B 60", "@1 A 60 B | @3 B 60 A"), (3, 9, "A", 0, 60, {"wait_ticks": 2}),
    ),
    "LsmBilateralOffset": (
        scenario("A 0 | B 0", "@0 A 60 B | @0 B 60 A", **lsm("bilateral")),
        (0, 10, "A", 0, 60, {"channel": "bilateral", "set_id": 0}),
    ),
    "LsmCycleSettlement": (
        scenario("A 0 | B 0 | C 0", "@0 A 5 B | @0 B 5 C | @0 C 5 A", **lsm("cycles")),
        (0, 10, "A", 0, 5, {"channel": "cycle"}),
    ),
    "LsmNetting": (
        scenario("A 0 | B 0 | C 0", "@0 A 5 B | @0 B 5 C | @0 C 5 A", **lsm("partial_netting")),
        (0, 10, "A", 0, 5, {"channel": "partial_netting"}),
    ),
    "EntryDispositionOffset": (
        scenario("A 0 | B 0", "@0 A 5 B | @0 B 5 A", **lsm(entry_disposition_offsetting=True)),
        (0, 8, "A", 0, 5, {"channel": "entry_offset", "set_id": 0}),
    ),
    "AlgorithmExecution": (
        scenario("A 0 | B 0", "@2 A 5 B", **lsm("bilateral")),
        (2, 10, None, None, 0, {"algorithm": "bilateral", "payments": 0, "gridlock": "deadlock"}),
    ),
    "DeferredCreditApplied": (
        scenario("A 100 | B 0", "@1 A 60 B", crediting="deferred"), (1, 13, "B", None, 60, {}),
    ),
    "BilateralLimitExceeded": (
        scenario("A 99 | B 0", "@1 A 60 B", agents={"A": {"limits": {"bilateral_limits": {"B": 50}}}}),
        (1, 9, "A", 0, None, {"used": 0, "limit": 50}),
    ),
    "MultilateralLimitExceeded": (
        scenario("A 99 | B 0", "@1 A 60 B", agents={"A": {"limits": {"multilateral_limit": 50}}}),
        (1, 9, "A", 0, None, {"used": 0, "limit": 50}),
    ),
    "TransactionWentOverdue": (
        scenario("A 0 | B 0", "@1 A 60 B by 2"), (4, 9, "A", 0, 60, {"deadline_tick": 3}),
    ),
    "OverdueTransactionSettled": (
        scenario("A 0 | B 60", "@1 A 60 B by 2 | @5 B 60 A"),
        (5, 9, "A", 0, 60, {"wait_ticks": 4, "channel": "queue2"}),
    ),
    "CostAccrual": (
        scenario("A -7 cap 9 | B 0", costs={"overdraft_bps_per_tick": 10_000}),
        (0, 14, "A", None, 7, {"cost": "overdraft"}),
    ),
    "EndOfDay": (scenario("A 0 | B 0"), (9, 15, None, None, None, {})),
    "EodBorrowing": (
        scenario("A 20 | B 0", "@1 A 60 B", costs={"eod_borrowing_rate": 0.1}),
        (9, 12, "A", None, 40, {"balance_after": 60}),
    ),
    "LiquidityAllocation": (
        scenario("A 0 pool 80 fraction 0.5 | B 0"), (0, 0, "A", None, 40, {"balance_after": 40}),
    ),
    "LiquidityReturn": (
        scenario("A 0 pool 80 fraction 0.5 | B 0"), (9, 15, "A", None, -40, {"balance_after": 0}),
    ),
    "ScenarioEventExecuted": (
        scenario("A 10 | B 0", events=[event("DirectTransfer", 3, from_agent="A", to_agent="B", amount=4)]),
        (3, 1, "A", None, 4, {"event": "DirectTransfer"}),
    ),
    "OutageStarted": (
        scenario("A 0 | B 0", events=[event("ParticipantOutage", 3, agent="A", duration=2)]),
        (3, 1, "A", None, None, {"event": "ParticipantOutage"}),
    ),
    "OutageEnded": (
        scenario("A 0 | B 0", events=[event("ParticipantOutage", 3, agent="A", duration=2)]),
        (5, 1, "A", None, None, {"event": "ParticipantOutage"}),
    ),
    "ThroughputMissed": (  # spec case 23: half of 100 by the first tick, when 30 has settled
        scenario("A 100 | B 0", "@0 A 30 B | @1 A 70 B",
                 throughput_rules=[{"by_tick": 0, "fraction": 0.5, "penalty": 5}]),
        (9, 15, "A", None, 20, {}),
    ),
}  # fmt: skip


def test_all_are_made_to_happen():
    assert HAPPENS.keys() == set(LISTED)


@pytest.mark.parametrize("kind", HAPPENS)
def test_it_happens(kind):
    data, (*expected, some) = HAPPENS[kind]
    sim = simcash.open(data).run(progress=False)
    query = "SELECT tick, step, bank, tx_id, amount, details FROM events WHERE kind = ? ORDER BY tick, seq"
    *found, details = sim.rows(query, [kind])[0]
    assert found == expected
    assert some.items() <= json.loads(details).items()


def counted(data, *kinds):
    sim = simcash.open(data).run(progress=False)
    names = ", ".join(f"'{kind}'" for kind in kinds)
    return sim.rows(f"SELECT kind, tick, step, tx_id FROM events WHERE kind IN ({names}) ORDER BY tick, seq")


def test_a_resubmission_is_no_new_submission():
    found = counted(HAPPENS["RtgsResubmission"][0], "PolicySubmit", "RtgsSubmission", "QueuedRtgs",
                    "RtgsResubmission")  # fmt: skip
    assert found == [
        ("PolicySubmit", 1, 6, 0), ("RtgsSubmission", 1, 8, 0), ("QueuedRtgs", 1, 8, 0),
        ("RtgsResubmission", 2, 7, 0),
    ]  # fmt: skip


def test_a_payment_taken_back_is_submitted_by_its_policy_again():
    found = counted(HAPPENS["RtgsWithdrawal"][0], "PolicySubmit", "RtgsWithdrawal")
    assert [(kind, tick) for kind, tick, _, _ in found[:4]] == [
        ("PolicySubmit", 1), ("RtgsWithdrawal", 2), ("PolicySubmit", 3), ("RtgsWithdrawal", 4),
    ]  # fmt: skip


def test_parts_are_submitted_but_not_by_a_decision_of_their_own():
    found = counted(HAPPENS["PolicySplit"][0], "PolicySubmit", "PolicySplit", "RtgsSubmission")
    assert found == [
        ("PolicySplit", 1, 6, 0), ("RtgsSubmission", 1, 8, 1), ("RtgsSubmission", 1, 8, 2),
        ("RtgsSubmission", 1, 8, 3),
    ]  # fmt: skip


def test_a_margin_call_is_submitted_without_asking_the_policy():
    call = event("MarginCall", 1, agent="A", to_agent="B", amount=5)
    found = counted(scenario("A 9 | B 0", events=[call]), "PolicySubmit", "RtgsSubmission")
    assert found == [("RtgsSubmission", 1, 8, 0)]


def test_an_error_is_no_hold():
    assert counted(HAPPENS["PolicyEvalError"][0], "PolicyHold") == []


def test_what_happens_in_step_10_shows_there():
    """Offsetting 50 against 60 takes B's credit of 10 and leaves A with 10 for C: the pass over the queue
    that follows the algorithm settles it."""
    data = scenario("A 0 | B 0 cap 10 | C 0", "@0 A 50 B | @0 B 60 A | @0 A 10 C", **lsm("bilateral"))
    found = counted(data, "LsmBilateralOffset", "Queue2LiquidityRelease", "AlgorithmExecution")
    assert [event for event in found if event[1] == 0][:4] == [
        ("AlgorithmExecution", 0, 10, None), ("LsmBilateralOffset", 0, 10, 0),
        ("LsmBilateralOffset", 0, 10, 1), ("Queue2LiquidityRelease", 0, 10, 2),
    ]  # fmt: skip


def test_a_budget_without_a_total_says_none():
    budget = act("SetReleaseBudget", focus_counterparties=["B"])
    sim = simcash.open(scenario("A 0 | B 0", agents=of_bank_a(bank=budget))).run(progress=False)
    ((amount, details),) = sim.rows(
        "SELECT amount, details FROM events WHERE kind = 'BankBudgetSet' AND tick = 0"
    )
    assert amount is None
    assert json.loads(details) == {"per_counterparty": None}
