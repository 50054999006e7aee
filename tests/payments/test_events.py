"""The view `events` says what the tables say, once, in the order of the rules."""

import json
from collections import Counter

from hypothesis import given, settings

import simcash
from simcash.core.history import History
from simcash.payments.stream import KINDS
from tests.payments.table import scenario
from tests.twins.strategies import plays

FULL = plays(record=("full",))
EVERYTHING = plays(record=("full",), trees=True, saving=True, shocks=True)


def played(play):
    """A run of a drawn play with its submissions."""
    sim = simcash.open(play.data)
    for action in sorted(play.actions, key=lambda action: action["tick"]):
        sim.step(action["tick"] - sim.now)
        sim.act({key: value for key, value in action.items() if key != "tick"})
    return sim.run(progress=False)


@settings(max_examples=40)
@given(FULL | EVERYTHING)
def test_every_event_is_there_as_often_as_it_happened(play):
    sim = played(play)
    found = dict(sim.rows("SELECT kind, count(*) FROM events GROUP BY kind"))
    counts = (f"(SELECT count(*) FROM {rows}) AS {kind}" for kind, rows in COUNTED.items())
    (expected,) = sim.rows(f"SELECT {', '.join(counts)}")
    assert found == {kind: number for kind, number in zip(COUNTED, expected, strict=True) if number}


def test_every_kind_of_event_is_counted():
    assert set(COUNTED) == set(KINDS)


RELEASED = "SELECT tx_id FROM policy_decisions WHERE action IN ('Release', 'ReleaseWithCredit')"
SUBMITTED = f"""{RELEASED}
    UNION ALL SELECT tx_id FROM payments WHERE parent_id IS NOT NULL AND submission_tick IS NOT NULL
    UNION ALL SELECT tx_id FROM notices WHERE event = 'MarginCall' AND tx_id IS NOT NULL"""
COUNTED = {
    "EodBorrowing": "(SELECT bank FROM liquidity WHERE kind IN ('loan', 'repayment')"
    " UNION ALL SELECT sender FROM settlements WHERE channel = 'eod_borrowing')",
    "Arrival": "payments WHERE parent_id IS NULL",
    "PolicySubmit": f"({RELEASED})",
    "PolicySplit": "payments p WHERE EXISTS (FROM payments WHERE parent_id = p.tx_id)",
    "PolicyEvalError": "policy_decisions WHERE reason = 'EvalError'",
    "PolicyHold": "policy_decisions WHERE action = 'Hold' AND reason IS DISTINCT FROM 'EvalError'",
    "TransactionReprioritized": "notices WHERE kind = 'TransactionReprioritized'",
    "StateRegisterSet": "policy_decisions WHERE action IN ('SetState', 'AddState')",
    "BankBudgetSet": "policy_decisions WHERE action = 'SetReleaseBudget'",
    "RtgsWithdrawal": "policy_decisions WHERE action = 'WithdrawFromRtgs'",
    "RtgsResubmission": "notices WHERE kind = 'RtgsResubmission'",
    "PolicyDrop": "policy_decisions WHERE action = 'Drop'",
    "PriorityEscalated": "notices WHERE kind = 'PriorityEscalated'",
    "RtgsSubmission": f"({SUBMITTED})",
    "RtgsImmediateSettlement": "settlements WHERE channel = 'rtgs'",
    "QueuedRtgs": f"({SUBMITTED} EXCEPT ALL SELECT tx_id FROM settlements WHERE channel = 'rtgs')",
    "Queue2LiquidityRelease": "settlements WHERE channel = 'queue2'",
    "BilateralLimitExceeded": "limits WHERE counterparty IS NOT NULL",
    "MultilateralLimitExceeded": "limits WHERE counterparty IS NULL",
    "EntryDispositionOffset": "settlements WHERE channel = 'entry_offset'",
    "LsmBilateralOffset": "settlements WHERE channel = 'bilateral'",
    "LsmCycleSettlement": "settlements WHERE channel = 'cycle'",
    "LsmNetting": "settlements WHERE channel IN ('partial_netting', 'max_value', 'all_or_nothing')",
    "AlgorithmExecution": "lsm_runs",
    "TransactionWentOverdue": "payments WHERE overdue_since IS NOT NULL",
    "OverdueTransactionSettled": "settlements WHERE late",
    "DeferredCreditApplied": "notices WHERE kind = 'DeferredCreditApplied'",
    "CostAccrual": "costs",
    "ThroughputMissed": "notices WHERE kind = 'ThroughputMissed'",
    "LiquidityAllocation": "liquidity WHERE kind = 'allocation'",
    "LiquidityReturn": "liquidity WHERE kind = 'return'",
    "ScenarioEventExecuted": "notices WHERE kind = 'ScenarioEventExecuted'",
    "EndOfDay": "notices WHERE kind = 'EndOfDay'",
    "OutageStarted": "notices WHERE kind = 'ScenarioEventExecuted' AND event LIKE '%Outage'",
    "OutageEnded": "notices WHERE kind = 'OutageEnded'",
    "CollateralPost": "collateral WHERE requested >= 0",
    "CollateralWithdraw": "collateral WHERE requested < 0 AND layer <> 'timer'",
    "CollateralTimerWithdrawn": "collateral WHERE layer = 'timer' AND amount < 0",
    "CollateralTimerBlocked": "collateral WHERE layer = 'timer' AND requested <> amount",
}


@settings(max_examples=15)
@given(FULL)
def test_events_have_one_order_and_readable_details(play):
    sim = played(play)
    events = sim.rows("SELECT tick, seq, step, kind, details, tx_id FROM events ORDER BY tick, seq")
    numbered = Counter()
    for tick, seq, *_ in events:
        assert seq == numbered[tick]
        numbered[tick] += 1
    assert [event[:3] for event in events] == sorted(
        (e[:3] for e in events), key=lambda e: (e[0], e[2], e[1])
    )
    assert not {(kind, step) for _, _, step, kind, *_ in events} - STEPS
    assert all(isinstance(json.loads(details), dict) for *_, details, _ in events)
    stories = {}
    for _, _, _, kind, _, tx_id in events:
        stories.setdefault(tx_id, []).append(kind)
    stories.pop(None, None)
    assert {tx_id for (tx_id,) in sim.rows("SELECT tx_id FROM payments")} == set(stories)
    for story in stories.values():
        follows(story)


STEPS = {  # kinds of events, and the steps of the tick in which they happen
    ("LiquidityAllocation", 0), ("EodBorrowing", 0), ("ScenarioEventExecuted", 1), ("Arrival", 2),
    ("PriorityEscalated", 6), ("PolicySubmit", 6), ("PolicyHold", 6), ("PolicyDrop", 6), ("CostAccrual", 6),
    ("RtgsSubmission", 8), ("RtgsImmediateSettlement", 8), ("QueuedRtgs", 8),
    ("OverdueTransactionSettled", 8), ("TransactionWentOverdue", 9), ("Queue2LiquidityRelease", 9),
    ("BilateralLimitExceeded", 9), ("MultilateralLimitExceeded", 9), ("OverdueTransactionSettled", 9),
    ("EodBorrowing", 12), ("OverdueTransactionSettled", 12), ("CostAccrual", 12),
    ("DeferredCreditApplied", 13), ("TransactionWentOverdue", 14), ("CostAccrual", 14),
    ("CostAccrual", 15), ("ThroughputMissed", 15), ("LiquidityReturn", 15), ("EndOfDay", 15),
    *((f"Collateral{what}", step) for what in ("Post", "Withdraw") for step in (0, 3, 11)),
    ("OutageStarted", 1), ("OutageEnded", 1),
    ("CollateralTimerWithdrawn", 5), ("CollateralTimerBlocked", 5),
}  # fmt: skip
ENDS = ("RtgsImmediateSettlement", "Queue2LiquidityRelease", "EodBorrowing", "PolicyDrop")


def follows(story):
    """A payment's events come in the only order that makes sense."""
    order = [kind for kind in story if kind in LIFE]
    assert order == sorted(order, key=LIFE.index)
    assert all(number == 1 for number in Counter(order).values())
    assert sum(kind in ENDS for kind in story) <= 1
    if "RtgsSubmission" in story:
        assert ("QueuedRtgs" in story) != ("RtgsImmediateSettlement" in story)
    if "OverdueTransactionSettled" in story:
        assert story.index("OverdueTransactionSettled") > max(map(story.index, set(story) & set(ENDS)))


LIFE = (
    "Arrival", "PolicyDrop", "PolicySubmit", "RtgsSubmission", "RtgsImmediateSettlement", "QueuedRtgs",
    "Queue2LiquidityRelease", "EodBorrowing", "OverdueTransactionSettled",
)  # fmt: skip


def test_events_carry_the_amounts_of_the_tables():
    data = scenario(
        "A 100 pool 50 | B 0",
        "@0 A 60 B | @0 A 500 B by 2 | @1 B 400 A by 9",
        costs=COSTS,
        crediting="deferred",
    )
    sim = simcash.open(data).run()
    found = dict(sim.rows("SELECT kind, sum(amount)::BIGINT FROM events GROUP BY kind"))
    costs = sim.rows("SELECT sum(amount)::BIGINT FROM costs")[0][0]
    assert found["Arrival"] == found["PolicySubmit"] == found["RtgsSubmission"] == 960
    assert found["RtgsImmediateSettlement"] == 60
    assert found["TransactionWentOverdue"] == 500
    assert found["QueuedRtgs"] == found["EodBorrowing"] - loans(sim) == 900
    assert found["LiquidityAllocation"] == -found["LiquidityReturn"] == 50
    assert found["CostAccrual"] == costs


COSTS = {"eod_borrowing_rate": 0.5, "delay_cost_per_tick_per_cent": 0.1, "deadline_penalty": 7}


def loans(sim):
    return sim.rows("SELECT sum(amount)::BIGINT FROM liquidity WHERE kind = 'loan'")[0][0]


def test_events_answer_to_kind_agent_and_time():
    sim = simcash.open(scenario("A 100 | B 0 | C 0", "@0 A 60 B | @0 A 500 B | @2 C 1 A"))
    sim.run()
    arrivals = sim.events(kind="Arrival")
    assert arrivals[["tick", "bank", "counterparty", "amount"]].to_numpy().tolist() == [
        [0, "A", "B", 60], [0, "A", "B", 500], [2, "C", "A", 1],
    ]  # fmt: skip
    assert sim.events(kind="Arrival", agent="C")["tx_id"].tolist() == [2]
    assert sim.events(kind="Arrival", agent="A", since=1)["tx_id"].tolist() == [2]
    assert json.loads(arrivals["details"][0])["source"] == "event"


def test_a_limit_and_its_numbers():
    limits = {"A": {"limits": {"bilateral_limits": {"B": 500}, "multilateral_limit": 600}}}
    sim = simcash.open(scenario("A 2000 | B 0 | C 0", "@0 A 600 B | @0 A 601 C", agents=limits))
    sim.run()
    found = sim.sql("SELECT kind, bank, counterparty, details FROM events WHERE kind LIKE '%LimitExceeded'")
    assert found["kind"].tolist() == ["BilateralLimitExceeded", "MultilateralLimitExceeded"]
    assert [json.loads(details)["limit"] for details in found["details"]] == [500, 600]
    assert found["counterparty"][0] == "B"


def test_events_of_a_run_that_records_less_are_fewer():
    data = scenario("A 100 | B 0", "@0 A 60 B | @0 A 500 B")
    kinds = {level: set(simcash.open(data, record=level).run().events()["kind"]) for level in LEVELS}
    assert kinds["off"] == set()
    queued = {"Arrival", "PolicySubmit", "RtgsSubmission", "QueuedRtgs", "TransactionWentOverdue"}
    assert kinds["summary"] == queued | {"RtgsImmediateSettlement"}  # what the rows of payments tell
    assert kinds["standard"] - kinds["summary"] == {"ScenarioEventExecuted", "EndOfDay"}


LEVELS = ("off", "summary", "standard")


def test_events_of_all_runs_lie_side_by_side(tmp_path):
    for place in (None, tmp_path / "runs.duckdb"):
        with History(place) as history:
            runs = [simcash.open(TWO, history=history).run() for _ in range(2)]
            found = history.sql("FROM events ORDER BY run_id, tick, seq")
            for sim in runs:
                own = found[found["run_id"] == sim.run_id].drop(columns="run_id").reset_index(drop=True)
                assert own.equals(sim.events())


TWO = scenario("A 100 | B 0", "@0 A 60 B | @0 A 500 B")


def test_a_simulation_shows_readings_and_no_plumbing():
    sim = simcash.open(TWO)
    assert {"banks", "queue", "rtgs_queue", "costs", "picture", "scenario"} <= set(dir(sim))
    assert not {"store", "place", "record", "installed", "declared", "trees", "saving"} & set(dir(sim))
