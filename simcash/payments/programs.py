"""The banks' policies as the engine takes them: the terms of each, and the program of all trees."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from simcash.payments.engine import codes
from simcash.payments.engine import opcodes as op
from simcash.payments.members import named_fraction
from simcash.payments.policies.program import program
from simcash.payments.policies.ways import settings, ways
from simcash.payments.tables import OWN_REASONS
from simcash.payments.trees import trees_of

if TYPE_CHECKING:
    from simcash.payments.installed import Installed
    from simcash.payments.scenario import Scenario

KINDS = {
    "Fifo": codes.ALWAYS,
    "PriorityDeadline": codes.ALWAYS,
    "Deadline": codes.BY_DEADLINE,
    "LiquidityAware": codes.LIQUIDITY_AWARE,
}
IN_QUEUE2 = (op.ACT_WITHDRAW_FROM_RTGS, op.ACT_RESUBMIT, op.ACT_REPRIORITIZE)  # what acts in step 7


class Programs:
    """Every policy of a run under its number."""

    def __init__(self, policies: Sequence[Any], banks: Sequence[str], by_priority: bool) -> None:
        self.policies, self.by_priority = policies, by_priority
        trees = [trees_of(policy) for policy in policies]
        self.program = program([t for t in trees if t is not None], banks, OWN_REASONS)
        self.starts = self.program.tree_start(trees)
        self.in_use = any(t is not None for t in trees)

    @property
    def reasons(self) -> tuple[str, ...]:
        """What decisions can give as their reason, by number."""
        return self.program.reasons

    @cached_property
    def told(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Of every node the way there and its parameters, as the table of decisions needs them."""
        return ways(self.program.nodes), settings(self.program.nodes)

    def asks_for(self, *fields: str) -> bool:
        """Whether any tree looks at one of these fields."""
        code, numbers = self.program.code, [op.FIELDS.index(name) for name in fields]
        return bool(np.isin(code[code[:, 0] == op.FIELD, 1], numbers).any())

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        """The columns by policy number, and the program."""
        policies, found = self.policies, self.program
        payment_trees = self.starts[:, op.PAYMENT_TREE].tolist()
        columns = {
            "policy_kind": [KINDS.get(policy.type, codes.BY_TREE) for policy in policies],
            "policy_threshold": [getattr(policy, "urgency_threshold", 0) for policy in policies],
            "policy_buffer": [getattr(policy, "target_buffer", 0) for policy in policies],
            "policy_sorts": [self.by_priority or p.type == "PriorityDeadline" for p in policies],
            "revisits": [self.acts_in_queue2(start) for start in payment_trees],
        }
        arrays = {name: np.array(values, np.int64) for name, values in columns.items()}
        shares = [named_fraction(policy) for policy in policies]
        return arrays | {
            "policy_fraction": np.array([1 if share is None else share for share in shares], np.float64),
            "tree_start": self.starts, "code": found.code, "constants": found.constants, "focus": found.focus,
        }  # fmt: skip

    def acts_in_queue2(self, start: int) -> bool:
        """Whether the payment tree at `start` can do anything in the central queue."""
        if start == codes.NONE:
            return False
        starts = self.starts[self.starts > start]
        code = self.program.code[start : starts.min() if starts.size else None]
        return bool(np.isin(code[code[:, 0] == op.ACT, 1], IN_QUEUE2).any())


def programs_of(scenario: Scenario, installed: Installed) -> Programs:
    """The policies that a scenario's run knows now."""
    return Programs(installed.policies, scenario.ids, scenario.queue1_ordering == "priority_deadline")
