"""The compiled program decides as its tree does."""

import random

import numpy as np
import pytest

from simcash.payments.engine import opcodes as op
from simcash.payments.policies import words
from simcash.payments.policies.program import program
from simcash.payments.policies.ways import ways
from tests.payments.machine import Undefined, execute, walk
from tests.payments.trees import (
    HOLD,
    RELEASE,
    action,
    compare,
    compute,
    holding,
    number,
    policy,
    read,
    seen,
    when,
)

BANKS = ("ZED", "ABE", "MID")
NAMES = ("balance", "amount", "priority", "bank_state_a", "bank_state_b")


class Maker:
    """Random trees from a seed."""

    def __init__(self, seed):
        self.draw = random.Random(seed)
        self.count = 0

    def node(self, depth):
        self.count += 1
        name = f"n{self.count}"
        if depth == 0 or self.draw.random() < 0.2:
            return action("Split", name, num_splits=self.value(2))
        return when(self.condition(2), self.node(depth - 1), self.node(depth - 1), name)

    def condition(self, depth):
        kind = self.draw.choice(("and", "or", "not", *words.COMPARISONS)) if depth else "<"
        if kind == "not":
            return {"op": kind, "condition": self.condition(depth - 1)}
        if kind in words.LOGIC:
            inner = [self.condition(depth - 1) for _ in range(self.draw.randint(1, 3))]
            return {"op": kind, "conditions": inner}
        return compare(kind, self.value(depth), self.value(depth))

    def value(self, depth):
        kind = self.draw.choice(("seen", "number", "param", *words.COMPUTATIONS)) if depth else "seen"
        if kind == "seen":
            return seen(self.draw.choice(NAMES))
        if kind == "param":
            return {"param": "k"}
        if kind == "number":
            return number(self.draw.choice((1, 2, -3, 2.5, True)))
        keys = words.COMPUTATIONS[kind]
        if keys == ("values",):
            return compute(kind, values=[self.value(depth - 1) for _ in range(self.draw.randint(1, 4))])
        return compute(kind, **{key: self.value(depth - 1) for key in keys})


def outcome(decide):
    try:
        return decide()
    except Undefined:
        return "undefined"


@pytest.mark.parametrize("seed", range(60))
def test_random_trees(seed):
    maker = Maker(seed)
    found = [read(policy(maker.node(4), parameters={"k": i})) for i in range(3)]
    compiled = program(found, BANKS)
    for i, one in enumerate(found):
        for _ in range(20):
            view = {name: float(maker.draw.choice((-2, 0, 1, 2, 3, 7.5))) for name in NAMES}
            expected = outcome(lambda: walk(one, "payment_tree", view))  # noqa: B023
            start = int(compiled.starts[i, op.PAYMENT_TREE])
            got = outcome(lambda: execute(compiled, start, view, compiled.registers))  # noqa: B023
            if "undefined" in (expected, got):
                continue  # the number of splits may itself be undefined
            assert got[0] == op.ACT_SPLIT
            leaf = [place.node.node_id for place in compiled.nodes if place.node is expected]
            assert leaf == [expected.node_id]
            assert got[1].keys() == {int(op.SLOT_SPLITS)}


def ends(data, **view):
    one = read(data)
    compiled = program([one], BANKS)
    number, slots = execute(compiled, int(compiled.starts[0, op.PAYMENT_TREE]), view, compiled.registers)
    return op.ACTIONS[number], slots


@pytest.mark.parametrize(
    ("operator", "yes", "no"),
    [("==", [1, 1 + 9e-10], [1.1]), ("!=", [1.1], [1, 1 + 9e-10]), ("<", [0.9999999999], [1]),
     ("<=", [1, 1 + 9e-10], [1.1]), (">", [1.0000000001], [1]), (">=", [1, 1 - 9e-10], [0.9])],
)  # fmt: skip
def test_comparisons(operator, yes, no):
    data = holding(compare(operator, seen("balance"), number(1)))
    assert {ends(data, balance=x)[0] for x in yes} == {"Release"}
    assert {ends(data, balance=x)[0] for x in no} == {"Hold"}


def test_slots_hold_what_words_stand_for():
    leaf = action(
        "Release", priority_flag=number("MEDIUM"), rtgs_priority=number("Urgent"), timed_for_tick=number(7)
    )
    assert ends(policy(leaf))[1] == {op.SLOT_PRIORITY: 5, op.SLOT_CLASS: 1, op.SLOT_TIMED: 7}


def test_reasons_are_numbered_texts():
    one = read(policy(action("Hold", reason=number("first"))))
    two = read(policy(action("Hold", reason=number("second"))))
    compiled = program([one, two], BANKS)
    assert compiled.reasons == ("first", "second")
    assert [execute(compiled, int(s), {})[1] for s in compiled.starts[:, op.PAYMENT_TREE]] == [
        {op.SLOT_REASON: 0}, {op.SLOT_REASON: 1},
    ]  # fmt: skip


def test_banks_are_numbered_in_sorted_order():
    data = holding(compare("==", seen("tx_counterparty_id"), number("MID")))
    assert ends(data, tx_counterparty_id=2.0)[0] == "Release"
    assert ends(data, tx_counterparty_id=3.0)[0] == "Hold"


def test_focus_lists_are_rows_over_the_banks():
    def budget(*banks):
        return policy(bank_tree=action("SetReleaseBudget", focus_counterparties=number(list(banks))))

    compiled = program([read(budget("ABE")), read(budget("MID", "ZED")), read(budget())], BANKS)
    assert compiled.focus.tolist() == [[0, 1, 0], [1, 0, 1], [0, 0, 0]]
    slots = [execute(compiled, int(s), {})[1] for s in compiled.starts[:, op.BANK_TREE]]
    assert slots == [{op.SLOT_FOCUS: i} for i in range(3)]


def test_registers_are_numbered_by_name():
    node = action("AddState", key=number("bank_state_z"), value=seen("bank_state_a"))
    one = read(policy(bank_tree=node))
    assert one.registers == ("bank_state_a", "bank_state_z")
    compiled = program([one], BANKS)
    slots = execute(compiled, 0, {"bank_state_a": 4.0}, compiled.registers)[1]
    assert slots == {op.SLOT_KEY: 1, op.SLOT_VALUE: 4}


def test_trees_that_are_not_there():
    compiled = program([read(policy())], BANKS)
    assert compiled.starts[0].tolist() == [-1, 0, -1, -1]
    assert op.ACTIONS[execute(compiled, 0, {})[0]] == "Release"


def test_equal_policies_are_compiled_once_and_shared():
    one, same, other = read(policy(HOLD)), read(policy(dict(HOLD))), read(policy(RELEASE))
    compiled = program([one, same, other], BANKS)
    assert len(compiled.policies) == 2
    starts = compiled.tree_start([same, other, None, one])
    assert starts.dtype == np.int64
    assert starts[:, op.PAYMENT_TREE].tolist() == [0, 1, -1, 0]
    assert program([], BANKS).tree_start([None, None, None]).tolist() == [[-1] * 4] * 3


def test_every_instruction_knows_its_node():
    data = holding({"op": "or", "conditions": [compare("<", seen("balance"), number(1))] * 2})
    compiled = program([read(data)], BANKS)
    named = [compiled.nodes[number].node.node_id for number in compiled.code[:, 2]]
    assert list(dict.fromkeys(named)) == ["root", "release", "hold"]
    assert [named[i] for i in np.flatnonzero(compiled.code[:, 0] == op.ACT)] == ["release", "hold"]
    assert ways(compiled.nodes) == ("root", "root yes > release", "root no > hold")


def test_the_deepest_expression_fits_the_stack():
    value = seen("balance")
    for _ in range(49):
        value = compute("clamp", value=number(1), min=number(0), max=value)
    ends(holding(compare("<", number(0), value)), balance=1.0)
