"""The engine's numbers mean what the tables' words say."""

import pytest

from simcash.payments import state, tables
from simcash.payments.arrays import fixed_arrays
from simcash.payments.engine import codes
from simcash.payments.installed import Installed
from simcash.payments.programs import programs_of
from simcash.payments.scenario import open_scenario
from tests.payments.test_world import WEEK, read, world

SPELT = {
    "STATUSES": "QUEUE1 QUEUE2 SETTLED SPLIT DROPPED",
    "CHANNELS": "RTGS FROM_QUEUE2 ENTRY_OFFSET BILATERAL CYCLE PARTIAL_NETTING MAX_VALUE ALL_OR_NOTHING "
    "EOD_BORROWING SCHEDULED",
    "SOURCES": "FROM_ARRIVAL FROM_EVENT FROM_SUBMIT FROM_SPLIT FROM_LISTED",
    "COST_KINDS": "OVERDRAFT DELAY COLLATERAL LIQUIDITY DEADLINE EOD DROP FRICTION THROUGHPUT BORROWING",
    "LAYERS": "STRATEGIC END_OF_TICK TIMER USER",
    "LIQUIDITY_KINDS": "ALLOCATION RETURN LOAN REPAYMENT SQUEEZED RESET OUTFLOW",
    "ALGORITHMS": "RETRY PAIRS CYCLES NETTING MAXIMUM FIRST SECOND THIRD",
    "LOCKS": "NO_LOCK GRIDLOCK DEADLOCK",
    "REASONS": "BY_POLICY BY_LIQUIDITY BY_BILATERAL BY_MULTILATERAL BY_STRICT_FIFO "
    "BY_SENDER_OUTAGE BY_RECEIVER_OUTAGE BY_SYSTEM_OUTAGE BY_CAPACITY",
    "NOTICES": "EVENT_EXECUTED ESCALATED CREDIT_APPLIED THROUGHPUT_MISSED END_OF_DAY OUTAGE_ENDED "
    "REPRIORITIZED WITHDRAWN RESUBMITTED STATE_SET BUDGET_SET EVAL_FAILED",
    "OWN_REASONS": "EVAL_ERROR BUDGET_EXHAUSTED INDIVISIBLE TIMED",
}
WORDS = {
    "RTGS": "rtgs",
    "FROM_QUEUE2": "queue2",
    "RELEASE": "Release",
    "HOLD": "Hold",
    "DISCARD": "Drop",
    "BY_LIQUIDITY": "liquidity",
}


@pytest.mark.parametrize("name", SPELT)
def test_codes_count_as_the_words_do(name):
    numbers = [int(getattr(codes, code)) for code in SPELT[name].split()]
    assert numbers == list(range(len(getattr(tables, name))))


@pytest.mark.parametrize(("code", "word"), WORDS.items())
def test_some_codes_in_words(code, word):
    found = {labels[int(getattr(codes, code))] for labels in (
        tables.CHANNELS if code in SPELT["CHANNELS"].split() else
        tables.REASONS if code in SPELT["REASONS"].split() else tables.ACTIONS,
    )}  # fmt: skip
    assert found == {word}


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("TRANSFER", "DirectTransfer"), ("CUSTOM", "CustomTransactionArrival"),
        ("SCHEDULED_SETTLEMENT", "ScheduledSettlement"), ("ARRIVAL_RATE_ALL", "GlobalArrivalRateChange"),
        ("ARRIVAL_RATE_ONE", "AgentArrivalRateChange"), ("WEIGHT_CHANGE", "CounterpartyWeightChange"),
        ("WINDOW_CHANGE", "DeadlineWindowChange"), ("CAP_ADJUSTMENT", "CollateralAdjustment"),
        ("CAP_CHANGE", "CreditLimitChange"), ("HAIRCUT_CHANGE", "HaircutChange"),
        ("SYSTEM_OUTAGE", "SystemOutage"), ("SAVING_OUTAGE", "LsmOutage"),
        ("PARTICIPANT_OUTAGE", "ParticipantOutage"), ("CAPACITY_LIMIT", "CapacityLimit"),
        ("SQUEEZE", "LiquiditySqueeze"), ("MARGIN_CALL", "MarginCall"), ("POLICY_CHANGE", "PolicyChange"),
        ("FRACTION_CHANGE", "LiquidityFractionChange"),
    ],
)  # fmt: skip
def test_event_codes(code, kind):
    assert tables.EVENT_TYPES[int(getattr(codes, code))] == kind


def test_tables_stand_where_the_engine_writes_them():
    names = [table.name for table in world().tables if table.kind != "view"][: codes.TABLES]
    places = (
        codes.T_PAYMENTS, codes.T_BANK_TICKS, codes.T_BANK_DAYS, codes.T_COSTS,
        codes.T_LIQUIDITY, codes.T_LIMITS, codes.T_NOTICES, codes.T_QUEUES, codes.T_DECISIONS,
        codes.T_COLLATERAL, codes.T_SETS, codes.T_RUNS,
    )  # fmt: skip
    assert [names[int(place)] for place in places] == [
        "payments", "bank_ticks", "bank_days", "costs", "liquidity", "limits", "notices",
        "queue_snapshots", "decisions", "collateral", "sets", "lsm_runs",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("table", "matrix", "renamed"),
    [
        ("payments", state.OF_PAYMENT, {
            "tx_id": "tx", "parent_id": "parent", "arrival_tick": "arrival", "deadline_tick": "deadline",
            "submission_tick": "submission", "settled_tick": "settled", "overdue_since": "overdue",
        }),
        ("bank_ticks", state.OF_BANK, {
            "min_balance": "min_tick", "pending_credit": "pending_tick", "posted_collateral": "posted",
            "haircut": "haircut_bits", "allocated": "allocated_tick", "sent": "sent_tick",
            "received": "received_tick",
        }),
    ],
)  # fmt: skip
def test_matrices_begin_with_the_columns_of_their_table(table, matrix, renamed):
    declared = next(t for t in world().tables if t.name == table)
    wanted = [renamed.get(name, name) for name in declared.names[2:]]
    assert list(matrix[: len(wanted)]) == wanted


def test_every_setting_is_filled():
    scenario = open_scenario(read(WEEK))
    installed = Installed(scenario)
    found = fixed_arrays(scenario, installed, programs_of(scenario, installed))
    assert set(state.SETTINGS) <= set(found)
    assert all(
        name in state.SETTINGS or name.startswith("first_") or name == "opening_balance" for name in found
    )
