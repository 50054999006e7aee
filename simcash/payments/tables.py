"""Every table a payments run may emit. Bank columns carry codes in scenario order."""

from __future__ import annotations

from simcash.core.tables import Column, Table
from simcash.payments.engine.opcodes import ACTIONS, PARAMETERS
from simcash.payments.stream import events_table

STATUSES = ("queue1", "queue2", "settled", "split", "dropped")
CHANNELS = (
    "rtgs", "queue2", "entry_offset", "bilateral", "cycle",
    "partial_netting", "max_value", "all_or_nothing", "eod_borrowing", "scheduled",
)  # fmt: skip
SOURCES = ("arrival", "event", "submit", "split", "listed")
LAYERS = ("strategic", "end_of_tick", "timer", "user")
ORIGINS = ("scenario", "fork", "event", "user")
COST_KINDS = (
    "overdraft", "delay", "collateral", "liquidity", "deadline_penalty",
    "eod_penalty", "drop_penalty", "split_friction", "throughput_penalty", "eod_borrowing",
)  # fmt: skip
LIQUIDITY_KINDS = ("allocation", "return", "loan", "repayment", "squeeze", "reset", "outflow")
CLASSES = ("HighlyUrgent", "Urgent", "Normal")
TREES = ("bank_tree", "payment_tree", "strategic_collateral_tree", "end_of_tick_collateral_tree")
OWN_REASONS = ("EvalError", "BudgetExhausted", "Indivisible", "Timed")  # those of policies follow
REASONS = (
    "policy", "liquidity", "bilateral_limit", "multilateral_limit", "strict_fifo",
    "sender_outage", "receiver_outage", "system_outage", "capacity",
)  # fmt: skip
NOTICES = (
    "ScenarioEventExecuted", "PriorityEscalated", "DeferredCreditApplied", "ThroughputMissed", "EndOfDay",
    "OutageEnded",
    "TransactionReprioritized", "RtgsWithdrawal", "RtgsResubmission", "StateRegisterSet", "BankBudgetSet",
    "PolicyEvalError",
)  # fmt: skip
EVENT_TYPES = (
    "DirectTransfer", "CustomTransactionArrival", "ScheduledSettlement", "CollateralAdjustment",
    "CreditLimitChange", "HaircutChange", "GlobalArrivalRateChange", "AgentArrivalRateChange",
    "CounterpartyWeightChange", "DeadlineWindowChange", "SystemOutage", "LsmOutage", "ParticipantOutage",
    "CapacityLimit", "LiquiditySqueeze", "MarginCall", "PolicyChange", "LiquidityFractionChange",
)  # fmt: skip

ALGORITHMS = ("fifo_retry", "bilateral", "cycles", "partial_netting", "max_value", "1", "2", "3")
LOCKS = ("none", "gridlock", "deadlock")
# A payment's last row says how it settled; the whole of a split payment does so by its parts, in no order.
SETTLEMENTS = """
    SELECT {run}tick, settled_seq AS seq, tx_id, sender, receiver, amount, channel, set_id,
        tick - arrival_tick AS wait_ticks, tick > deadline_tick AS late
    FROM payments_log WHERE settled_seq IS NOT NULL
"""
SET_COLUMNS = (
    Column("set_id", "int64", "its settlements have the same"),
    Column("algorithm", "int8", "the channel by which it settled", CHANNELS),
    Column("iteration", "int32", "pass over the list of algorithms, run of the sequence; 0 at entry"),
    Column("n_payments", "int64", "how many payments"), Column("gross", "int64", "their value"),
    Column("net", "int64", "cents that moved"), Column("saved", "int64", "gross less net"),
)  # fmt: skip
LSM_SETS = """
    WITH flows AS (
        SELECT {run}set_id, receiver AS bank, amount FROM settlements WHERE set_id IS NOT NULL
        UNION ALL SELECT {run}set_id, sender, -amount FROM settlements WHERE set_id IS NOT NULL
    ), nets AS (
        SELECT {run}set_id, bank, sum(amount)::BIGINT AS position FROM flows GROUP BY {run}set_id, bank
    ), parties AS (
        SELECT {run}set_id, list(bank ORDER BY bank::VARCHAR) AS banks,
            list(position ORDER BY bank::VARCHAR) AS net_positions FROM nets GROUP BY {run}set_id
    ), members AS (
        SELECT {run}set_id, list(tx_id ORDER BY tx_id) AS tx_ids FROM settlements GROUP BY {run}set_id
    )
    SELECT {run}tick, seq, set_id, algorithm, iteration, n_payments, gross, net, saved,
        banks, tx_ids, net_positions
    FROM sets JOIN parties USING ({run}set_id) JOIN members USING ({run}set_id)
"""

DECISIONS = f"""
    SELECT {{run}}tick, seq, bank, tree, tx_id, action,
        format(setting, {", ".join(f"coalesce(parameter_{k}, 0)" for k in range(PARAMETERS))}) AS parameters,
        reason, path
    FROM decisions
"""
Told = tuple[tuple[str, ...], tuple[str, ...]]  # of the nodes of trees: the ways there, their parameters


def code(name: str, labels: tuple[str, ...], meaning: str, nullable: bool = False) -> Column:
    return Column(name, "int8", meaning, labels, nullable)


def whole(name: str, meaning: str, nullable: bool = False) -> Column:
    return Column(name, "int64", meaning, nullable=nullable)


def short(name: str, meaning: str, nullable: bool = False) -> Column:
    return Column(name, "int32", meaning, nullable=nullable)


def payment_tables(
    banks: tuple[str, ...],
    reasons: tuple[str, ...] = (),
    registers: tuple[str, ...] = (),
    told: Told = ((), ()),
) -> tuple[Table, ...]:
    """The declared tables with this run's bank names bound to their code columns."""

    def bank(name: str, meaning: str, nullable: bool = False) -> Column:
        return Column(name, "int16" if len(banks) < 32_000 else "int32", meaning, banks, nullable)

    tick, seq = short("tick", "tick in which it happened"), short("seq", "order within the tick")
    return (
        Table("payments", "one row per payment: its life so far", (
            tick, seq,
            whole("tx_id", "payment id, in order of creation"),
            whole("parent_id", "the payment it was split from", True),
            bank("sender", "bank that pays"), bank("receiver", "bank that is paid"),
            whole("amount", "cents"),
            short("priority", "0 to 10, now"), short("original_priority", "0 to 10, at arrival"),
            Column("divisible", "bool", "may be split"),
            short("arrival_tick", "tick of arrival"), short("deadline_tick", "last tick in time"),
            short("submission_tick", "tick of the latest submission to the central queue", True),
            short("settled_tick", "tick of settlement", True),
            short("settled_seq", "order of its settlement within that tick", True),
            short("overdue_since", "tick in which it was marked overdue", True),
            code("status", STATUSES, "where it is"),
            code("channel", CHANNELS, "how it settled", True),
            whole("set_id", "the payments settled together with it share this id", True),
            code("source", SOURCES, "where it came from"),
            short("q1_ticks", "completed ticks of waiting in the bank's own queue"),
            short("q2_ticks", "completed ticks of waiting in the central queue"),
        ), kind="state", key=("tx_id",), level="summary"),
        Table("settlements", "one row per settled payment, in order of settlement", (
            tick, seq, whole("tx_id", "the payment"),
            bank("sender", "bank that paid"), bank("receiver", "bank that was paid"),
            whole("amount", "cents"), code("channel", CHANNELS, "how it settled"),
            whole("set_id", "the payments settled together with it share this id", True),
            short("wait_ticks", "settlement tick minus arrival tick"),
            Column("late", "bool", "settled after its deadline tick"),
        ), kind="view", level="summary", sql=SETTLEMENTS),
        Table("bank_ticks", "one row per bank and tick, at the tick's end", (
            tick, bank("bank", "the bank"),
            whole("balance", "cents, after the end-of-day return"),
            whole("min_balance", "lowest balance within the tick, before the end-of-day return"),
            whole("pending_credit", "deferred credits that became usable at the end of this tick"),
            whole("cap", "unsecured credit cap"), whole("posted_collateral", "cents"),
            Column("haircut", "float64", "collateral haircut"),
            whole("limit", "cap plus collateral after haircut"),
            whole("available", "balance plus unused credit"),
            whole("allocated", "pool money in force during the tick, before the end-of-day return"),
            whole("q1_count", "payments in the own queue"), whole("q1_value", "their value"),
            whole("q2_count", "own payments in the central queue"), whole("q2_value", "their value"),
            whole("sent", "value settled out in this tick"),
            whole("received", "value settled in, in this tick"),
            whole("net_today", "received minus sent since the day began"),
            whole("budget", "release budget of the tick, if one was set", True),
        ), order=("tick", "bank")),
        Table("bank_days", "one row per bank and day", (
            tick, short("day", "the day"), bank("bank", "the bank"),
            whole("opening", "balance when the day began, before the morning's allocation"),
            whole("closing", "balance after the end-of-day return"),
            whole("min_balance", "lowest balance between morning allocation and evening return"),
            whole("max_balance", "highest balance between morning allocation and evening return"),
            whole("peak_overdraft", "largest overdraft of the day"),
            whole("allocated", "pool money allocated"), whole("returned", "pool money returned"),
            whole("loan", "borrowed at the end of the day"),
            whole("arrived_count", "payments that arrived (children not counted)"),
            whole("arrived_value", "their value"),
            whole("sent_count", "payments settled out"), whole("sent_value", "their value"),
            whole("received_count", "payments settled in"), whole("received_value", "their value"),
            whole("settled_count", "originals settled out (a split payment when complete)"),
            whole("settled_value", "their value"),
            whole("dropped_count", "payments dropped"), whole("dropped_value", "their value"),
            *(whole(kind, f"cost of the day: {kind.replace('_', ' ')}") for kind in COST_KINDS),
            Column("throughput", "float64", "value settled out / (arrived today + carried over), 0 if none"),
        ), level="summary", order=("tick", "bank")),
        Table("costs", "one row per cost booked", (
            tick, seq, bank("bank", "who pays"), code("kind", COST_KINDS, "what for"),
            whole("tx_id", "the payment it belongs to", True), whole("amount", "cents, never 0"),
        )),
        Table("liquidity", "money that enters or leaves a balance other than by payments", (
            tick, seq, bank("bank", "the bank"), code("kind", LIQUIDITY_KINDS, "why"),
            whole("amount", "cents added to the balance, negative if taken; never 0"),
            whole("balance_after", "cents"),
        )),
        Table("limits", "one row per payment stopped by a limit, at its first attempt", (
            tick, seq, bank("bank", "the sender"),
            bank("counterparty", "the receiver, if the bilateral limit stopped it", True),
            whole("used", "usage before the attempt"), whole("limit", "the limit"),
            whole("tx_id", "the payment"),
        )),
        Table("notices", "happenings that are not rows elsewhere", (
            tick, seq, code("kind", NOTICES, "what happened"),
            code("event", EVENT_TYPES, "the scenario event executed or over", True),
            bank("bank", "whom it concerns", True), bank("counterparty", "the other bank", True),
            whole("tx_id", "the payment", True),
            whole("amount", "cents, or the new priority; of a budget the total, -1 if there is none; else 0"),
            Column("value", "float64", "factor, weight or fraction of the event; of a budget the cap per"
                " receiver, -1 if there is none; else 0"),
            Column("settled", "bool", "false if a ScheduledSettlement was not feasible"),
            Column("register", "int32", "the state register that was set", registers, True),
            Column("step", "int8", "the step of the tick, of what may happen in several", nullable=True),
        )),
        Table("queue_snapshots", "every waiting payment at the end of every tick", (
            tick, Column("queue", "int8", "1: the bank's own, 2: the central one"),
            short("position", "0 is first: in the bank's own queue, or in the whole central queue"),
            whole("tx_id", "the payment"), bank("bank", "its sender"), whole("remaining", "cents"),
            code("class", CLASSES, "class in the central queue", True),
            code("reason", REASONS, "why it waits"), whole("missing", "cents of liquidity short now"),
        ), level="full", order=("tick", "queue", "bank", "position")),
        decisions_table(tick, seq, bank("bank", "the bank"), reasons, told),
        Table("collateral", "one row per posting or withdrawal of collateral, even if nothing could move", (
            tick, seq, bank("bank", "the bank"), code("layer", LAYERS, "who decided it"),
            whole("requested", "cents to post, negative to withdraw"),
            whole("amount", "cents posted, negative if withdrawn; no more than was free"),
            whole("before", "posted before"), whole("after", "posted after"),
            Column("reason", "int32", "the reason that the policy gives", reasons, True),
        )),
        *saving_tables(tick, seq),
    )  # fmt: skip


def saving_tables(tick: Column, seq: Column) -> tuple[Table, ...]:
    """What liquidity saving did: its sets, and its runs."""
    return (
        Table("sets", "one row per set of payments settled together to save liquidity", (
            tick, seq, *SET_COLUMNS,
        )),
        Table("lsm_runs", "one row per run of a liquidity-saving algorithm", (
            tick, seq, code("algorithm", ALGORITHMS, "which; 1 to 3 are those of algorithm_sequencing"),
            whole("payments", "payments settled"), whole("value", "their value"),
            Column("success", "bool", "settled something"),
            code("gridlock", LOCKS, "after the tick's last run: gridlock, if netting would help", True),
        )),
    )  # fmt: skip


def decisions_table(tick: Column, seq: Column, bank: Column, reasons: tuple[str, ...], told: Told) -> Table:
    """Decisions as they are stored; people read them in the view `policy_decisions`."""
    ways, settings = told
    return Table("decisions", "decisions of policies as they are stored", (
        tick, seq, bank,
        code("tree", TREES, "what decided; built-in policies decide as payment trees do"),
        whole("tx_id", "the payment it is about", True),
        code("action", ACTIONS, "the decision, as it was carried out"),
        Column("reason", "int32", "the policy's reason, or what stood in the way", reasons, True),
        Column("path", "int32", "the nodes on the way through the tree", ways, True),
        Column("setting", "int32", "the parameters, with marks for those below", settings, True),
        *(Column(f"parameter_{k}", "float64", "a parameter that was computed", nullable=True)
          for k in range(PARAMETERS)),
    ), level="full")  # fmt: skip


def policy_decisions_table(banks: tuple[str, ...]) -> Table:
    """The view with the parameters written out."""
    return Table("policy_decisions", "what each policy decided, in the order of the rules", (
        Column("tick", "int32", "tick in which it happened"), Column("seq", "int64", "order within the tick"),
        Column("bank", "int32", "the bank", banks),
        Column("tree", "int8", "what decided; built-in policies decide as payment trees do", TREES),
        Column("tx_id", "int64", "the payment it is about", nullable=True),
        Column("action", "int8", "the decision, as it was carried out", ACTIONS),
        Column("parameters", "int8", "as JSON, what the tree said beside its action", (), True),
        Column("reason", "int8", "the policy's reason, or what stood in the way", (), True),
        Column("path", "int8", "the nodes on the way through the tree, with their answers", (), True),
    ), kind="view", level="full", sql=DECISIONS)  # fmt: skip


def sets_table() -> Table:
    """The sets with whom and what they brought together, which their settlements tell."""
    return Table("lsm_sets", "every set of payments settled together, with its banks and payments", (
        Column("tick", "int32", "tick in which it happened"), Column("seq", "int64", "order within the tick"),
        *SET_COLUMNS,
        Column("banks", "int8", "list of the banks that take part, sorted", ()),
        Column("tx_ids", "int8", "list of the payments, sorted", ()),
        Column("net_positions", "int8", "list of what each bank receives net, as banks stand", ()),
    ), kind="view", sql=LSM_SETS)  # fmt: skip


def policies_table(banks: tuple[str, ...], texts: tuple[str, ...], hashes: tuple[str, ...]) -> Table:
    """Who follows which policy; its rows are written by the world, not by the rules."""
    return Table("policies", "which policy each bank follows: at the start, and where that changes", (
        Column("tick", "int32", "tick from which it holds"),
        Column("bank", "int32", "the bank", banks),
        Column("policy_hash", "int32", "short name of the policy, the same for the same policy", hashes),
        Column("policy_json", "int32", "the policy with every default in place", texts),
        Column("origin", "int8", "where it came from", ORIGINS),
    ), level="summary", order=("tick", "bank"))  # fmt: skip


def world_tables(
    banks: tuple[str, ...],
    texts: tuple[str, ...],
    hashes: tuple[str, ...],
    reasons: tuple[str, ...],
    registers: tuple[str, ...],
    told: Told,
) -> tuple[Table, ...]:
    """All tables of a world: first those the rules write, in the order that codes.py counts them."""
    written = payment_tables(banks, reasons, registers, told)
    views = (policy_decisions_table(banks), sets_table(), events_table(banks))
    return (*written, policies_table(banks, texts, hashes), *views)
