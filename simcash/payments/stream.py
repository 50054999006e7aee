"""The view `events`: everything that happened, in one stream, in the order of the rules.

`seq` numbers what happened within a tick: in order of a rank, which begins with the step of the tick (80 to
89 are step 8), then in the order in which rows of that rank were written. What a recording level leaves out
is missing here too: policies that hold are known only where every decision is recorded.
"""

from __future__ import annotations

from simcash.core.tables import Column, Table

# kind; rank; bank, counterparty, tx_id and amount; details; rows
Stream = tuple[str, str, str, str, str]

KINDS = (
    "Arrival", "PolicySubmit", "PolicyHold", "PolicyDrop", "PolicySplit", "PolicyEvalError",
    "PriorityEscalated", "TransactionReprioritized", "StateRegisterSet", "BankBudgetSet",
    "RtgsSubmission", "RtgsImmediateSettlement", "QueuedRtgs", "Queue2LiquidityRelease",
    "RtgsWithdrawal", "RtgsResubmission",
    "BilateralLimitExceeded", "MultilateralLimitExceeded",
    "EntryDispositionOffset", "LsmBilateralOffset", "LsmCycleSettlement", "LsmNetting", "AlgorithmExecution",
    "TransactionWentOverdue", "OverdueTransactionSettled",
    "EodBorrowing", "DeferredCreditApplied", "CostAccrual", "ThroughputMissed",
    "LiquidityAllocation", "LiquidityReturn", "ScenarioEventExecuted", "EndOfDay",
    "CollateralPost", "CollateralWithdraw", "CollateralTimerWithdrawn", "CollateralTimerBlocked",
    "OutageStarted", "OutageEnded",
)  # fmt: skip
PAYMENT = "sender, receiver, tx_id, amount"
OWN = "bank, NULL, tx_id, amount"
MONEY = "bank, NULL, NULL, amount"
SET = "'set_id', set_id, 'wait_ticks', wait_ticks, 'channel', channel"
LAYER = "CASE layer WHEN 'strategic' THEN 30 WHEN 'timer' THEN 50 WHEN 'end_of_tick' THEN 110 ELSE 0 END"
MOVED = "'layer', layer, 'requested', abs(requested), 'after', after, 'reason', reason"
# Step 10 begins with a run of an algorithm; what a pass over the queue settles later, or a limit stops, is
# of that step too.
WITH_SAVING = (
    "LEFT JOIN (SELECT {run}tick, min(seq) AS saving FROM lsm_runs GROUP BY {run}tick) USING ({run}tick)"
)
IN_SAVING = "saving IS NOT NULL AND seq > saving"
PASSED = f"CASE WHEN {IN_SAVING} THEN 100 ELSE 91 END"
# Payments that come to step 8. One that gets another class in the central queue has a new submission tick
# too, but does not; a margin call and the parts of a split payment come without their policy being asked,
# unless they were taken back before.
RECLASSED = "SELECT {run}tick, tx_id FROM notices WHERE kind = 'RtgsResubmission'"
SUBMITTED = f"payments_log ANTI JOIN ({RECLASSED}) USING ({{run}}tick, tx_id)"
BY_POLICY = (
    f"payments_log ANTI JOIN ({RECLASSED} OR (event = 'MarginCall' AND tx_id IS NOT NULL))"
    " USING ({run}tick, tx_id) LEFT JOIN (SELECT {run}tx_id, min(tick) AS taken_back FROM notices"
    " WHERE kind = 'RtgsWithdrawal' GROUP BY {run}tx_id) USING ({run}tx_id)"
)
# A split payment's parts are all there in the tick in which it was split.
SPLITS = (
    "(SELECT {run}tick, parent_id AS tx_id, sender, receiver, min(seq) AS seq, count(*) AS parts,"
    " sum(amount) AS amount FROM (FROM payments_log WHERE parent_id IS NOT NULL"
    " QUALIFY tick = min(tick) OVER (PARTITION BY {run}parent_id))"
    " GROUP BY {run}tick, parent_id, sender, receiver)"
)
TREE = (
    "CASE step WHEN 3 THEN 'strategic_collateral_tree' WHEN 4 THEN 'bank_tree' WHEN 6 THEN 'payment_tree'"
    " ELSE 'end_of_tick_collateral_tree' END"
)

STREAMS: tuple[Stream, ...] = (
    ("LiquidityAllocation", "0", MONEY, "'balance_after', balance_after",
        "liquidity WHERE kind = 'allocation'"),
    ("EodBorrowing", "0", MONEY, "'repaid', true, 'balance_after', balance_after",
        "liquidity WHERE kind = 'repayment'"),
    ("ScenarioEventExecuted", "10", "bank, counterparty, tx_id, amount",
        "'event', event, 'value', value, 'settled', settled", "notices WHERE kind = 'ScenarioEventExecuted'"),
    ("OutageEnded", "10", "bank, NULL, NULL, NULL", "'event', event", "notices WHERE kind = 'OutageEnded'"),
    ("OutageStarted", "11", "bank, NULL, NULL, NULL", "'event', event",
        "notices WHERE kind = 'ScenarioEventExecuted' AND event LIKE '%Outage'"),
    ("CollateralPost", LAYER, "bank, NULL, NULL, amount", MOVED, "collateral WHERE requested >= 0"),
    ("CollateralWithdraw", LAYER, "bank, NULL, NULL, -amount", MOVED,
        "collateral WHERE requested < 0 AND layer <> 'timer'"),
    ("CollateralTimerWithdrawn", LAYER, "bank, NULL, NULL, -amount", MOVED,
        "collateral WHERE layer = 'timer' AND amount < 0"),
    ("CollateralTimerBlocked", "51", "bank, NULL, NULL, amount - requested", MOVED,
        "collateral WHERE layer = 'timer' AND requested <> amount"),
    ("Arrival", "20", PAYMENT,
        "'deadline_tick', deadline_tick, 'priority', original_priority,"
        " 'divisible', divisible, 'source', source",
        "payments_log WHERE tick = arrival_tick AND parent_id IS NULL"),
    ("PriorityEscalated", "60", "bank, NULL, tx_id, NULL", "'priority', amount",
        "notices WHERE kind = 'PriorityEscalated'"),
    ("StateRegisterSet", "40", "bank, NULL, NULL, NULL", "'register', register, 'value', value",
        "notices WHERE kind = 'StateRegisterSet'"),
    ("BankBudgetSet", "40", "bank, NULL, NULL, CASE WHEN amount >= 0 THEN amount END",
        "'per_counterparty', CASE WHEN value >= 0 THEN value END", "notices WHERE kind = 'BankBudgetSet'"),
    ("PolicyEvalError", "if(step = 6, 62, step * 10)", "bank, NULL, tx_id, NULL", f"'tree', {TREE}",
        "notices WHERE kind = 'PolicyEvalError'"),
    ("TransactionReprioritized", "if(step = 7, 70, 65)", "bank, NULL, tx_id, NULL", "'priority', amount",
        "notices WHERE kind = 'TransactionReprioritized'"),
    ("PolicySubmit", "61", PAYMENT, "'priority', priority",
        f"{BY_POLICY} WHERE tick = submission_tick AND (parent_id IS NULL OR tick > taken_back)"),
    ("PolicySplit", "61", PAYMENT, "'parts', parts", SPLITS),
    ("PolicyHold", "62", "bank, NULL, tx_id, NULL", "'reason', coalesce(reason, 'policy')",
        "decisions WHERE action = 'Hold' AND reason IS DISTINCT FROM 'EvalError'"),
    ("PolicyDrop", "63", PAYMENT, "'deadline_tick', deadline_tick", "payments_log WHERE status = 'dropped'"),
    ("RtgsWithdrawal", "70", OWN, "", "notices WHERE kind = 'RtgsWithdrawal'"),
    ("RtgsResubmission", "70", OWN, "", "notices WHERE kind = 'RtgsResubmission'"),
    ("RtgsSubmission", "80", PAYMENT, "'priority', priority", f"{SUBMITTED} WHERE tick = submission_tick"),
    ("RtgsImmediateSettlement", "81", PAYMENT, "'wait_ticks', wait_ticks",
        "settlements WHERE channel = 'rtgs'"),
    ("QueuedRtgs", "82", PAYMENT, "'deadline_tick', deadline_tick",
        f"{SUBMITTED} WHERE tick = submission_tick AND channel IS DISTINCT FROM 'rtgs'"),
    ("TransactionWentOverdue", "if(status = 'queue1', 140, 90)", PAYMENT,
        "'deadline_tick', deadline_tick", "payments_log WHERE tick = overdue_since"),
    # A limit stops a payment in step 8, 9 or 10; beside the releases, what was written first happened first.
    ("BilateralLimitExceeded", PASSED, "bank, counterparty, tx_id, NULL",
        "'used', used, 'limit', \"limit\"", f"limits {WITH_SAVING} WHERE counterparty IS NOT NULL"),
    ("MultilateralLimitExceeded", PASSED, "bank, NULL, tx_id, NULL", "'used', used, 'limit', \"limit\"",
        f"limits {WITH_SAVING} WHERE counterparty IS NULL"),
    ("Queue2LiquidityRelease", PASSED, PAYMENT, "'wait_ticks', wait_ticks",
        f"settlements {WITH_SAVING} WHERE channel = 'queue2'"),
    ("EntryDispositionOffset", "83", PAYMENT, SET, "settlements WHERE channel = 'entry_offset'"),
    ("LsmBilateralOffset", "100", PAYMENT, SET, "settlements WHERE channel = 'bilateral'"),
    ("LsmCycleSettlement", "100", PAYMENT, SET, "settlements WHERE channel = 'cycle'"),
    ("LsmNetting", "100", PAYMENT, SET,
        "settlements WHERE channel IN ('partial_netting', 'max_value', 'all_or_nothing')"),
    ("AlgorithmExecution", "100", "NULL, NULL, NULL, value",
        "'algorithm', algorithm, 'payments', payments, 'gridlock', gridlock", "lsm_runs"),
    ("OverdueTransactionSettled",
        f"CASE WHEN {IN_SAVING} AND channel <> 'eod_borrowing' THEN 101 ELSE CASE channel"
        " WHEN 'eod_borrowing' THEN 121 WHEN 'rtgs' THEN 83 WHEN 'entry_offset' THEN 84 ELSE 92 END END",
        PAYMENT, "'wait_ticks', wait_ticks, 'channel', channel", f"settlements {WITH_SAVING} WHERE late"),
    # The loan, and what was paid with it.
    ("EodBorrowing", "120", MONEY, "'balance_after', balance_after", "liquidity WHERE kind = 'loan'"),
    ("EodBorrowing", "120", PAYMENT, "'set_id', set_id, 'wait_ticks', wait_ticks",
        "settlements WHERE channel = 'eod_borrowing'"),
    ("DeferredCreditApplied", "130", MONEY, "", "notices WHERE kind = 'DeferredCreditApplied'"),
    ("CostAccrual",
        "CASE kind WHEN 'drop_penalty' THEN 64 WHEN 'split_friction' THEN 64 WHEN 'eod_borrowing' THEN 122"
        " WHEN 'eod_penalty' THEN 150 WHEN 'throughput_penalty' THEN 150 ELSE 141 END",
        OWN, "'cost', kind", "costs"),
    ("ThroughputMissed", "150", MONEY, "", "notices WHERE kind = 'ThroughputMissed'"),
    ("LiquidityReturn", "150", MONEY, "'balance_after', balance_after", "liquidity WHERE kind = 'return'"),
    ("EndOfDay", "150", "NULL, NULL, NULL, NULL", "", "notices WHERE kind = 'EndOfDay'"),
)  # fmt: skip


def selection(stream: Stream) -> str:
    """One kind's events; `{run}` is the run's column where all runs are seen (see core.tables.Table)."""
    kind, rank, columns, details, rows = stream
    bank, counterparty, tx_id, amount = columns.split(", ")
    return (
        f"SELECT {{run}}tick, ({rank})::INTEGER AS rank, seq AS written, '{kind}' AS kind,"
        f" {bank}::VARCHAR AS bank, {counterparty}::VARCHAR AS counterparty, {tx_id}::BIGINT AS tx_id,"
        f" {amount}::BIGINT AS amount, json_object({details})::VARCHAR AS details FROM {rows}"
    )


ALL = " UNION ALL ".join(map(selection, STREAMS))
ONE_RUN = ALL.replace("{run}", "")
# What a payment went through: not by way of the view, which would number every event of the run.
STORY = f"SELECT tick, kind, details FROM ({ONE_RUN}) WHERE tx_id = ? ORDER BY tick, rank, written"
EVENTS = f"""
    SELECT {{run}}tick, row_number() OVER (PARTITION BY {{run}}tick ORDER BY rank, written) - 1 AS seq,
        rank // 10 AS step, kind, bank, counterparty, tx_id, amount, details
    FROM ({ALL})
"""


def events_table(banks: tuple[str, ...]) -> Table:
    """The view as it is declared for these banks."""
    return Table("events", "one readable stream of what happened", (
        Column("tick", "int32", "tick in which it happened"),
        Column("seq", "int64", "order within the tick: 0 is first"),
        Column("step", "int32", "step of the tick in which it happened, 0 to 15"),
        Column("kind", "int8", "what happened", KINDS),
        Column("bank", "int32", "whom it concerns; of a payment, the sender", banks, True),
        Column("counterparty", "int32", "the other bank; of a payment, the receiver", banks, True),
        Column("tx_id", "int64", "the payment", nullable=True),
        Column("amount", "int64", "cents", nullable=True),
        Column("details", "int8", "what else there is to say, as JSON", ()),
    ), kind="view", sql=EVENTS)  # fmt: skip
