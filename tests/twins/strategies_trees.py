"""Small random policy trees as data."""

from hypothesis import strategies as st

from simcash.payments.engine.opcodes import BANK_FIELDS, PAYMENT_FIELDS
from tests.payments.branches import act, both, compute, either, no, policy, when

REGISTERS = ("bank_state_a", "bank_state_b")
OFTEN = ("balance", "queue1_total_value", "available_liquidity", "ticks_remaining_in_day", *REGISTERS)
OFTEN_OF_PAYMENT = ("remaining_amount", "ticks_to_deadline", "priority", "is_in_queue2", "is_split")
NUMBERS = st.sampled_from([-1, 0, 0.5, 1, 2, 3, 5, 10, 10, 20, 50, 100])
SPLITTING = {"num_splits": NUMBERS}
STAGGERING = {
    "stagger_first_now": st.integers(-1, 4), "stagger_gap_ticks": st.integers(0, 3),
    "priority_boost_children": st.integers(-3, 4),
}  # fmt: skip
CLASSES = st.sampled_from(["HighlyUrgent", "Urgent", "Normal"])
RELEASING = {"priority_flag": st.sampled_from(["HIGH", "MEDIUM", "LOW"]), "rtgs_priority": CLASSES}


@st.composite
def tree_policies(draw, ids):
    """An Inline policy with some of the four trees."""
    wanted = {
        "bank": trees(BANK_FIELDS + REGISTERS, OFTEN, bank_actions(ids)),
        "payment": trees(PAYMENT_FIELDS + BANK_FIELDS, OFTEN_OF_PAYMENT + OFTEN[:4], payment_actions()),
        "strategic": trees(BANK_FIELDS, OFTEN[:4], pledges()),
        "end_of_tick": trees(BANK_FIELDS, OFTEN[:4], pledges()),
    }
    chosen = draw(st.sets(st.sampled_from(sorted(wanted)))) | draw(
        st.sampled_from([{"payment"}] * 4 + [set()])
    )
    share = draw(st.sampled_from([None, None, 0.3]))
    parameters = {} if share is None else {"initial_liquidity_fraction": share}
    return policy(parameters, **{name: draw(wanted[name]) for name in sorted(chosen)})


def trees(fields, often, actions):
    conditions = st.deferred(lambda: st.one_of(comparisons(fields, often), joined(fields, often)))
    return st.recursive(actions, lambda below: st.builds(when, conditions, below, below), max_leaves=6)


def comparisons(fields, often):
    return st.tuples(
        values(fields, often), st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), values(fields, often)
    )


def joined(fields, often):
    pairs = comparisons(fields, often)
    return st.one_of(st.builds(both, pairs, pairs), st.builds(either, pairs, pairs), st.builds(no, pairs))


def values(fields, often):
    """A number, a field (some are asked for often), or a computation."""
    plain = st.one_of(NUMBERS, st.sampled_from(often), st.sampled_from(often), st.sampled_from(fields))
    binary = st.builds(compute, st.sampled_from(["+", "-", "*", "/", "max", "min"]), plain, plain)
    unary = st.builds(compute, st.sampled_from(["ceil", "floor", "round", "abs"]), plain)
    ternary = st.builds(compute, st.sampled_from(["clamp", "div0"]), plain, plain, plain)
    return st.one_of(plain, plain, plain, binary.filter(not_by_zero), unary, ternary)


def not_by_zero(computed):
    """The loader refuses a divisor that is written as zero."""
    terms = computed["compute"]
    return terms["op"] != "/" or terms["right"].get("value") != 0


@st.composite
def actions(draw, name, required=None, optional=None):
    given = {key: draw(value) for key, value in (required or {}).items()}
    given |= {key: draw(value) for key, value in (optional or {}).items() if draw(st.booleans())}
    return act(name, **given)


def payment_actions():
    timed = {"timed_for_tick": st.integers(0, 12)}
    return st.one_of(
        actions("Release", None, RELEASING), actions("Release"), actions("ReleaseWithCredit", None, timed),
        actions("Hold", None, {"reason": st.sampled_from(["later", "no money"])}), actions("Drop"),
        actions("Split", SPLITTING), actions("PaceAndRelease", SPLITTING),
        actions("StaggerSplit", SPLITTING, STAGGERING), actions("Reprioritize", {"new_priority": NUMBERS}),
        actions("WithdrawFromRtgs"), actions("ResubmitToRtgs", {"rtgs_priority": CLASSES}),
    )  # fmt: skip


def bank_actions(ids):
    budget = {
        "max_value_to_release": NUMBERS, "max_per_counterparty": NUMBERS,
        "focus_counterparties": st.lists(st.sampled_from(ids), max_size=3, unique=True),
    }  # fmt: skip
    register = {"key": st.sampled_from(REGISTERS), "value": NUMBERS}
    return st.one_of(
        actions("SetReleaseBudget", None, budget).filter(lambda node: "parameters" in node),
        actions("SetState", register),
        actions("AddState", register), actions("NoAction"),
    )  # fmt: skip


def pledges():
    amounts = st.one_of(
        NUMBERS, st.sampled_from(["queue1_liquidity_gap", "posted_collateral", "credit_used"])
    )
    timer = {"auto_withdraw_after_ticks": st.integers(-1, 4), "reason": st.sampled_from(["cover", "spare"])}
    return st.one_of(
        actions("PostCollateral", {"amount": amounts}, timer),
        actions("WithdrawCollateral", {"amount": amounts}),
        actions("HoldCollateral"),
    )  # fmt: skip
