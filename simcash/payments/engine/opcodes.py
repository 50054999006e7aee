"""The little machine that policy trees are compiled to: one flat program for all trees of a run.

A program is a row of instructions in `code`, each an operation, its argument and the number of the node that
it belongs to; numbers it needs stand in `constants`. A condition leaves the stack as it found it and jumps;
an action ends the program. `and`, `or` and `not` have no operations of their own: they are jumps. A tree
begins at `tree_start[bank, tree]`, or NONE.
"""

import numpy as np

from simcash.payments.engine.codes import numbers

# Operations. Left before right on the stack; "pops two" means the right one lies on top.
(
    CONSTANT,  # push constants[argument]
    FIELD,  # push the context field FIELDS[argument]
    REGISTER,  # push the bank's state register `argument`
    ADD, SUBTRACT, MULTIPLY,  # pop two, push one
    DIVIDE,  # a divisor below TINY is an error of the decision
    DIVIDE_OR,  # pops numerator, denominator, default: the default if |denominator| <= EPSILON
    MAXIMUM, MINIMUM,  # pop two, push one
    CEIL, FLOOR, ROUND, ABSOLUTE,  # on the top; ROUND rounds half away from zero
    CLAMP,  # pops value, low, high
    # pop two; jump to `argument` unless the comparison holds (with EPSILON for all but LESS and MORE)
    UNLESS_EQUAL, UNLESS_DIFFERENT, UNLESS_LESS, UNLESS_AT_MOST, UNLESS_MORE, UNLESS_AT_LEAST,
    JUMP,  # to `argument`
    KEEP,  # pop into slot `argument` of the decision
    ACT,  # the decision is action `argument`; the end
) = numbers(24)  # fmt: skip
EPSILON, TINY = np.float64(1e-9), np.float64(2.2e-16)
DEEPEST_STACK = 256  # a tree of depth 100 needs less; the loader refuses what would need more

# The trees of a policy.
BANK_TREE, PAYMENT_TREE, STRATEGIC_TREE, END_OF_TICK_TREE = numbers(4)

# Actions; those from POST_COLLATERAL on belong to the two collateral trees, those before to the other two.
ACTIONS = (
    "Release", "ReleaseWithCredit", "Hold", "Drop", "Split", "PaceAndRelease", "StaggerSplit", "Reprioritize",
    "WithdrawFromRtgs", "ResubmitToRtgs", "SetReleaseBudget", "SetState", "AddState", "NoAction",
    "PostCollateral", "WithdrawCollateral", "HoldCollateral",
)  # fmt: skip
(
    ACT_RELEASE, ACT_RELEASE_WITH_CREDIT, ACT_HOLD, ACT_DROP, ACT_SPLIT, ACT_PACE, ACT_STAGGER,
    ACT_REPRIORITIZE, ACT_WITHDRAW_FROM_RTGS, ACT_RESUBMIT, ACT_SET_BUDGET, ACT_SET_STATE, ACT_ADD_STATE,
    ACT_NOTHING, ACT_POST, ACT_WITHDRAW, ACT_HOLD_COLLATERAL,
) = numbers(17)  # fmt: skip

# Slots of a decision, filled by KEEP before ACT. A parameter that is not given keeps its slot at NaN.
(
    SLOT_PRIORITY,  # Release: what priority_flag stands for; Reprioritize: new_priority
    SLOT_TIMED,  # timed_for_tick
    SLOT_CLASS,  # rtgs_priority: 0 HighlyUrgent, 1 Urgent, 2 Normal
    SLOT_SPLITS, SLOT_FIRST_NOW, SLOT_GAP, SLOT_BOOST,
    SLOT_MAX_VALUE, SLOT_PER_COUNTERPARTY,
    SLOT_FOCUS,  # row of `focus` (banks x lists, 1 where the bank is in the list)
    SLOT_KEY, SLOT_VALUE,  # a register's number, its value or what is added to it
    SLOT_AMOUNT, SLOT_WITHDRAW_AFTER,
    SLOT_REASON,  # number of a text in the policies' list of reasons
) = numbers(15)  # fmt: skip
SLOT_COUNT = 15
PARAMETERS = 4  # of an action at most, beside its reason: they stand side by side
# Where those of each action begin.
FIRST_SLOT = np.array(
    [SLOT_PRIORITY] * 4 + [SLOT_SPLITS] * 3 + [SLOT_PRIORITY] * 3 + [SLOT_MAX_VALUE] + [SLOT_KEY] * 6
)
REGISTERS = 10  # per bank

# Context fields in the order of their numbers: first those of a payment, then those of a bank.
PAYMENT_FIELDS = (
    "amount", "remaining_amount", "settled_amount", "arrival_tick", "deadline_tick", "priority", "is_split",
    "is_divisible", "is_past_deadline", "is_overdue", "is_in_queue2", "overdue_duration", "ticks_to_deadline",
    "queue_age", "time_in_queue", "tx_counterparty_id", "tx_is_top_counterparty", "counterparty_can_receive",
    "counterparty_can_send", "cost_delay_this_tx_one_tick", "cost_overdraft_this_amount_one_tick",
    "cost_delay_so_far", "cost_if_settled_now", "cost_if_held_one_tick", "cost_urgency",
    "cost_deadline_penalty", "cost_eod_penalty", "my_q2_out_value_to_counterparty",
    "my_q2_in_value_from_counterparty", "my_bilateral_net_q2",
)  # fmt: skip
BANK_FIELDS = (
    "balance", "unsecured_cap", "credit_limit", "available_liquidity", "credit_used", "credit_headroom",
    "effective_liquidity", "is_using_credit", "is_overdraft_capped", "liquidity_buffer", "liquidity_pressure",
    "incoming_expected_count", "incoming_expected_value", "allocated_liquidity", "liquidity_fraction",
    "outgoing_queue_size", "queue1_total_value", "queue1_liquidity_gap", "headroom",
    "rtgs_queue_size", "rtgs_queue_value", "queue2_size", "queue2_count_for_agent", "queue2_nearest_deadline",
    "ticks_to_nearest_queue2_deadline",
    *(f"my_q2_out_value_top_{k}" for k in range(1, 6)), *(f"my_q2_in_value_top_{k}" for k in range(1, 6)),
    *(f"my_bilateral_net_q2_top_{k}" for k in range(1, 6)), *(f"top_cpty_{k}_id_hash" for k in range(1, 6)),
    "posted_collateral", "max_collateral_capacity", "remaining_collateral_capacity", "collateral_utilization",
    "collateral_haircut", "allowed_overdraft_limit", "overdraft_headroom", "overdraft_utilization",
    "required_collateral_for_usage", "excess_collateral",
    "cost_overdraft_bps_per_tick", "cost_delay_per_tick_per_cent", "cost_collateral_bps_per_tick",
    "cost_split_friction",
    "current_tick", "system_ticks_per_day", "system_current_day", "system_tick_in_day",
    "ticks_remaining_in_day", "day_progress_fraction", "is_eod_rush", "total_agents",
    "system_queue2_pressure_index", "lsm_run_rate_last_10_ticks", "my_throughput_fraction_today",
    "expected_throughput_fraction_by_now", "throughput_gap",
    "system_throughput_guidance_fraction_by_tick", "is_system_outage",
)  # fmt: skip
FIELDS = (*PAYMENT_FIELDS, *BANK_FIELDS)
