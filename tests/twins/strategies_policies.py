"""Random valid policies over the whole language: every tree, operator, computation, field and action.

A policy is made by a plain generator of random numbers, whose seed is drawn: that is far quicker.
"""

import json
from random import Random

from hypothesis import strategies as st

from simcash.payments.engine.opcodes import BANK_FIELDS, PAYMENT_FIELDS
from tests.payments.branches import act, both, compute, either, no, param, policy, when

REGISTERS = ["bank_state_a", "bank_state_b"]
UNBOUNDED = ["queue2_nearest_deadline", "ticks_to_nearest_queue2_deadline"]  # infinity is only compared
OF_BANKS = [*(name for name in BANK_FIELDS if name not in UNBOUNDED), *REGISTERS]
OF_PAYMENTS = [*PAYMENT_FIELDS, *OF_BANKS]
TELLING = [  # what is worth asking about a payment, and what for
    ("is_in_queue2", "==", 1), ("is_split", "==", 1), ("balance", ">=", "remaining_amount"),
    ("ticks_to_deadline", "<", 3), ("priority", ">", 4), ("queue_age", ">", 1), ("time_in_queue", ">=", 2),
    ("remaining_amount", ">", 9), ("outgoing_queue_size", ">", 1), ("system_tick_in_day", "<", 3),
    ("bank_state_a", ">", 1), ("my_bilateral_net_q2", "<", 0), ("tx_is_top_counterparty", "==", 1),
]  # fmt: skip
NUMBERS = [0, 1, 2, 3, 5, 10, 20, 50, 0.5, 0.37, -1, -7.3, 100]
PARAMETERS = {"small": 2, "large": 40, "odd": 3.7}
AMOUNTS = [5, 10, 40, 99.9, 0, -3, 5000]
PARTS = [1, 2, 3, 4, 0, 2.9, -1]
CLASSES = ["HighlyUrgent", "Urgent", "Normal"]
FLAGS = ["HIGH", "MEDIUM", "LOW"]


def tree_policies(ids):
    """Inline and InlineJson policies."""
    return st.integers(0, 2**32 - 1).map(lambda seed: Author(ids, Random(seed)).policy())


def splitting_policies():
    return st.one_of(
        st.builds(
            lambda most, least: {
                "type": "LiquiditySplitting", "max_splits": most, "min_split_amount": least,
            },
            st.integers(2, 5),
            st.sampled_from([1, 5, 20]),
        ),
        st.builds(lambda n: {"type": "MockSplitting", "num_splits": n}, st.integers(1, 4)),
    )  # fmt: skip


class Author:
    """Writes policies for banks with these ids."""

    def __init__(self, ids, chance):
        self.ids, self.chance, self.choose = ids, chance, chance.choice

    def policy(self):
        makers = {
            "payment": (0.9, OF_PAYMENTS, self.payment_action), "bank": (0.5, OF_BANKS, self.bank_action),
            "strategic": (0.3, OF_BANKS, self.collateral_action),
            "end_of_tick": (0.3, OF_BANKS, self.collateral_action),
        }  # fmt: skip
        trees = {
            name: self.tree(fields, action, 4)
            for name, (share, fields, action) in makers.items()
            if self.happens(share)
        }
        fraction = {"initial_liquidity_fraction": 0.3} if self.happens(0.3) else {}
        found = policy(PARAMETERS | fraction, **trees)
        if self.happens(0.5):
            return found
        return {"type": "InlineJson", "json_string": json.dumps(found["decision_trees"])}

    def happens(self, share):
        return self.chance.random() < share

    # trees

    def tree(self, fields, action, depth):
        if depth == 0 or self.happens(0.25):
            return action()
        branches = (self.tree(fields, action, depth - 1) for _ in range(2))
        return when(self.condition(fields), *branches)

    def condition(self, fields, depth=2):
        if fields is OF_PAYMENTS and self.happens(0.4):
            return self.choose(TELLING)
        kind = self.chance.randrange(8) if depth else 7
        if kind < 2:
            join = both if kind else either
            return join(*(self.condition(fields, depth - 1) for _ in range(self.chance.randint(1, 3))))
        if kind == 2:
            return no(self.condition(fields, depth - 1))
        if kind == 3:
            known = ["tx_counterparty_id"] * (fields is OF_PAYMENTS) + ["top_cpty_1_id_hash"]
            return (self.choose(known), self.choose(["==", "!="]), {"value": self.choose(self.ids)})
        op = self.choose(["==", "!=", "<", "<=", ">", ">="])
        if kind == 4:
            return (self.choose(UNBOUNDED), op, self.choose(NUMBERS))
        return (self.value(fields), op, self.value(fields))

    def value(self, fields, depth=2):
        if depth == 0 or self.happens(0.6):
            return self.choose(fields) if self.happens(0.6) else self.choose(NUMBERS)
        if self.happens(0.2):
            return self.choose([*map(param, PARAMETERS), {"value": True}, {"value": False}])
        op = self.choose(["+", "-", "*", "/", "ceil", "floor", "round", "abs", "max", "min", "clamp", "div0"])
        count = {"clamp": 3, "div0": 3, "max": self.chance.randint(1, 3), "min": 2}.get(
            op, 1 if op.isalpha() else 2
        )
        operands = [self.value(fields, depth - 1) for _ in range(count)]
        if op == "/" and operands[1] in (0, {"value": False}):
            operands[1] = 4  # a literal zero is refused
        return compute(op, *operands)

    # actions

    def number(self, usual):
        """A usual number, now and then a field, and once in a while one that no action can use."""
        if self.happens(0.9):
            return self.choose(usual)
        odd = ["posted_collateral", "queue1_liquidity_gap", "system_tick_in_day", "balance", UNBOUNDED[0]]
        return self.choose([*odd, param("odd"), compute("/", 1, "credit_used")])

    def some(self, **parameters):
        """Some of these."""
        return {name: make() for name, make in parameters.items() if self.happens(0.5)}

    def payment_action(self):
        name = self.choose([
            "Release", "Release", "Release", "ReleaseWithCredit", "Hold", "Hold", "Split", "PaceAndRelease",
            "StaggerSplit", "StaggerSplit", "Reprioritize", "WithdrawFromRtgs", "ResubmitToRtgs",
            self.choose(["Drop", "Hold"]),
        ])  # fmt: skip
        return act(name, **self.of_payment_action(name))

    def of_payment_action(self, name):
        if name.startswith("Release"):
            return self.releasing() if self.happens(0.4) else {}
        if name == "Hold":
            return self.some(reason=lambda: "patience")
        if name == "Reprioritize":
            return {"new_priority": self.number([0, 4, 9.9, 12, -1])}
        if name == "ResubmitToRtgs":
            return {"rtgs_priority": self.choose(CLASSES)}
        if name not in ("Split", "PaceAndRelease", "StaggerSplit"):
            return {}
        return {"num_splits": self.number(PARTS)} | (self.staggering() if name == "StaggerSplit" else {})

    def releasing(self):
        return self.some(
            priority_flag=lambda: self.choose(FLAGS),
            timed_for_tick=lambda: self.number([0, 3, 8]),
            rtgs_priority=lambda: self.choose(CLASSES),
        )

    def staggering(self):
        return self.some(
            stagger_first_now=lambda: self.number([0, 1, 2, 5]),
            stagger_gap_ticks=lambda: self.number([1, 2, 3, 0]),
            priority_boost_children=lambda: self.number([0, 1, 3, -2, 20]),
        )

    def bank_action(self):
        name = self.choose(["SetReleaseBudget", "SetState", "AddState", "AddState", "NoAction"])
        if name == "NoAction":
            return act(name)
        if name == "SetReleaseBudget":
            return act(name, **self.budget())
        reason = self.some(reason=lambda: "count")
        return act(name, key=self.choose(REGISTERS), value=self.number([1, -2, 0.5]), **reason)

    def budget(self):
        def amount():
            return self.number([0, 10, 30, 75.5, -2, 200])

        def receivers():
            return self.chance.sample(self.ids, self.chance.randint(0, 2))

        each, focus = self.choose([
            ("max_per_counterparty", "focus_counterparties"), ("max_per_cpty", "focus_cpty_list"),
        ])  # fmt: skip
        found = self.some(**{"max_value_to_release": amount, each: amount, focus: receivers})
        return found or {"max_value_to_release": amount()}

    def collateral_action(self):
        name = self.choose(["PostCollateral", "PostCollateral", "WithdrawCollateral", "HoldCollateral"])
        if name == "HoldCollateral":
            return act(name)
        more = self.some(reason=lambda: "cover", auto_withdraw_after_ticks=lambda: self.number([1, 2, 3, 0]))
        return act(name, amount=self.number(AMOUNTS), **more)
