"""Reading policies: what is right round-trips, what is wrong is told with its place."""

import copy

import pytest

from simcash.payments.engine.opcodes import ACTIONS, BANK_FIELDS, FIELDS, PAYMENT_FIELDS
from simcash.payments.policies import words
from tests.payments.trees import (
    HOLD,
    RELEASE,
    action,
    balance,
    compare,
    compute,
    holding,
    number,
    policy,
    read,
    seen,
    told,
    when,
)

SOME = {
    "priority_flag": "HIGH", "rtgs_priority": "Urgent", "reason": "because", "key": "bank_state_x",
    "focus_counterparties": ["A", "B"],
}  # fmt: skip
TREE_OF = {name: tree for tree, names in words.ACTIONS_OF.items() for name in names}


def full(name):
    """An action with every parameter it has."""
    return action(name, **{key: number(SOME.get(key, 2)) for key in words.PARAMETERS[name]})


@pytest.mark.parametrize("name", ACTIONS)
def test_every_action_reads_with_all_its_parameters(name):
    data = policy(**{TREE_OF[name]: full(name)})
    assert read(data).data == data


@pytest.mark.parametrize("name", FIELDS)
def test_every_field_reads_in_the_payment_tree(name):
    data = holding(compare("<", seen(name), number(1)))
    assert read(data).data == data


@pytest.mark.parametrize("tree", [tree for tree in words.TREES if tree != "payment_tree"])
def test_the_other_trees_see_the_bank_alone(tree):
    leaf = action(words.ACTIONS_OF[tree][-1], "leaf", **({"amount": number(1)} if "coll" in tree else {}))
    other = leaf | {"node_id": "other"}
    for name in BANK_FIELDS:
        read(policy(**{tree: when(compare("<", seen(name), number(1)), leaf, other)}))
    for name in PAYMENT_FIELDS:
        (problem,) = told(policy(**{tree: when(compare("<", seen(name), number(1)), leaf, other)}))
        assert problem.startswith(f"{tree}.condition.left.field: {name} is a field of a payment")


@pytest.mark.parametrize("op", words.COMPARISONS)
def test_comparisons_round_trip(op):
    data = holding(compare(op, seen("balance"), number(1.5)))
    assert read(data).data == data


@pytest.mark.parametrize("op", words.COMPUTATIONS)
def test_computations_round_trip(op):
    keys = words.COMPUTATIONS[op]
    operands = {key: [number(1), seen("balance")] if key == "values" else seen("priority") for key in keys}
    data = balance(compute(op, **operands))
    assert read(data).data == data


def test_everything_that_may_stand_on_a_node_round_trips():
    notes = {"comment": "c", "description": "d", "hold_reason": "h"}
    one = compare("==", seen("tx_counterparty_id"), number("BANK_X"))
    two = {"op": "not", "condition": compare(">", {"param": "k"}, number(True))}
    root = (
        when({"op": "and", "conditions": [one, {"op": "or", "conditions": [two]}]}, RELEASE | notes) | notes
    )
    data = policy(root, description="says", parameters={"k": 3, "unused": 0.5})
    assert read(data).data == data


def test_a_policy_without_trees_is_one():
    assert read(policy()).trees == {}
    assert read(policy(bank_tree=None)).trees == {}


def test_both_names_of_budget_parameters():
    node = action("SetReleaseBudget", focus_cpty_list=number(["A"]), max_per_cpty=number(5))
    assert read(policy(bank_tree=node)).data["bank_tree"] == node


NUMBER_EXPECTED = "payment_tree.condition.right.value: expected a number, got"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ([], [': expected a policy with policy_id and trees, got []']),
        ({"policy_id": "x"}, ["version: required, but not there"]),
        (policy(version=2.0), ["version: expected text, got 2.0; put it in quotes"]),
        (policy(policy_id=7), ["policy_id: expected text, got 7; put it in quotes"]),
        (policy(paymenttree=RELEASE),
         ['paymenttree: unknown key "paymenttree"; did you mean "payment_tree"? Known: version, policy_id, '
          "description, parameters, bank_tree, payment_tree, strategic_collateral_tree, "
          "end_of_tick_collateral_tree"]),
        (policy(parameters=[1]), ["parameters: expected names and numbers, got [1]"]),
        (policy(parameters={"k": "1"}), ['parameters.k: expected a number, got "1"']),
        (policy(parameters={"k": True}), ["parameters.k: expected a number, got true"]),
        (policy(parameters={"k": float("inf")}), ["parameters.k: expected a finite number, got Infinity"]),
        (policy(parameters={"initial_liquidity_fraction": 1.5}),
         ["parameters.initial_liquidity_fraction: must be between 0 and 1, got 1.5"]),
        (policy("Release"), ['payment_tree: expected a node, got "Release"']),
        (policy({"node_id": "a", "action": "Hold"}),
         ["payment_tree.type: required, but not there: condition or action"]),
        (policy(RELEASE | {"type": "actoin"}),
         ['payment_tree.type: unknown type "actoin"; did you mean "action"? Known: condition, action']),
        (policy({"type": "action", "action": "Hold"}), ["payment_tree.node_id: required, but not there"]),
        (policy(HOLD | {"node_id": 3}), ["payment_tree.node_id: expected text, got 3"]),
        (policy(HOLD | {"note": "x"}),
         ['payment_tree.note: unknown key "note". Known: type, node_id, action, comment, description, '
          "hold_reason, parameters"]),
        (policy(HOLD | {"comment": 5}), ["payment_tree.comment: expected text, got 5"]),
        (policy({k: v for k, v in when(compare("<", number(1), number(2))).items() if k != "on_false"}),
         ["payment_tree.on_false: required, but not there"]),
        (policy(when(compare("<", number(1), number(2)), RELEASE, None)),
         ["payment_tree.on_false: expected a node, got null"]),
        (policy({"type": "condition", "node_id": "a", "conditoin": 1, "on_true": RELEASE, "on_false": HOLD}),
         ['payment_tree.conditoin: unknown key "conditoin"; did you mean "condition"? Known: type, node_id, '
          "condition, on_true, on_false, comment, description, hold_reason"]),
        (policy(RELEASE | {"action": "Relaese"}),
         ['payment_tree.action: unknown action "Relaese"; did you mean "Release"? Actions: Release, '
          "ReleaseWithCredit, Hold, Drop, Split, PaceAndRelease, StaggerSplit, Reprioritize, "
          "WithdrawFromRtgs, ResubmitToRtgs"]),
        (policy(bank_tree=RELEASE),
         ["bank_tree.action: Release is not an action of bank_tree, which has: SetReleaseBudget, SetState, "
          "AddState, NoAction"]),
        (policy(action("NoAction")),
         ["payment_tree.action: NoAction is not an action of payment_tree, which has: Release, "
          "ReleaseWithCredit, Hold, Drop, Split, PaceAndRelease, StaggerSplit, Reprioritize, "
          "WithdrawFromRtgs, ResubmitToRtgs"]),
        (policy(action("Release", timed_for=number(3))),
         ['payment_tree.parameters.timed_for: Release has no parameter "timed_for"; did you mean '
          '"timed_for_tick"? Parameters: priority_flag, timed_for_tick, rtgs_priority']),
        (policy(action("Drop", reason=number("x"))),
         ['payment_tree.parameters.reason: Drop takes no parameters, got "reason"']),
        (policy(HOLD | {"parameters": 3}), ["payment_tree.parameters: expected keys and values, got 3"]),
        (policy(action("Split")), ["payment_tree.parameters.num_splits: required, but not there"]),
        (policy(action("Split", num_splits=4)),
         ['payment_tree.parameters.num_splits: expected a value such as {"field": "balance"} or '
          '{"value": 5}, got 4']),
        (policy(action("Split", num_splits=number("4"))),
         ['payment_tree.parameters.num_splits.value: expected a number, got "4"; a bank may be compared '
          "(==, !=) with tx_counterparty_id, top_cpty_1_id_hash, top_cpty_2_id_hash, top_cpty_3_id_hash, "
          "top_cpty_4_id_hash, top_cpty_5_id_hash"]),
        (policy(action("Release", priority_flag=number("HIHG"))),
         ['payment_tree.parameters.priority_flag.value: unknown value "HIHG"; did you mean "HIGH"? Allowed: '
          "HIGH, MEDIUM, LOW"]),
        (policy(action("Release", priority_flag=number(10))),
         ["payment_tree.parameters.priority_flag.value: expected text, got 10"]),
        (policy(action("Release", rtgs_priority=seen("priority"))),
         ['payment_tree.parameters.rtgs_priority.field: unknown key "field". Known: value',
          "payment_tree.parameters.rtgs_priority.value: required, but not there"]),
        (policy(action("Hold", reason="why")),
         ['payment_tree.parameters.reason: expected a value such as {"value": …}, got "why"']),
        (policy(bank_tree=action("SetReleaseBudget", focus_counterparties=number("A"))),
         ['bank_tree.parameters.focus_counterparties.value: expected a list of banks, got "A"']),
        (policy(bank_tree=action("SetReleaseBudget")),
         ["bank_tree.parameters: a budget needs at least one of max_value_to_release, focus_counterparties, "
          "max_per_counterparty"]),
        (policy(bank_tree=action("SetReleaseBudget", max_per_cpty=number(1), max_per_counterparty=number(2))),
         ['bank_tree.parameters.max_per_cpty: is given twice: here and as "max_per_counterparty"']),
        (policy(bank_tree=action("SetState", key=number("cooldown"), value=number(1))),
         ['bank_tree.parameters.key.value: a register is called bank_state_…, got "cooldown"; did you mean '
          '"bank_state_cooldown"?']),
        (policy(bank_tree=action("AddState", key=number("bank_state_"), value=number(1))),
         ['bank_tree.parameters.key.value: a register is called bank_state_…, got "bank_state_"']),
        (balance(seen("blance")),
         ['payment_tree.condition.right.field: unknown field "blance"; did you mean "balance"?']),
        (balance({"feild": "balance"}),
         ['payment_tree.condition.right.feild: unknown key "feild"; did you mean "field"? Known: field, '
          "param, value, compute"]),
        (balance({"field": "balance", "value": 3}),
         ["payment_tree.condition.right: give one of field, param, value, compute, not 2 of them"]),
        (balance({}),
         ["payment_tree.condition.right: give one of field, param, value, compute, not 0 of them"]),
        (balance(number(float("nan"))),
         ["payment_tree.condition.right.value: expected a finite number, got NaN"]),
        (balance(number(float("-inf"))),
         ["payment_tree.condition.right.value: expected a finite number, got -Infinity"]),
        (balance(number(None)), [f"{NUMBER_EXPECTED} null"]),
        (balance(number([1])), [f"{NUMBER_EXPECTED} [1]"]),
        (balance({"param": "k"}),
         ['payment_tree.condition.right.param: unknown parameter "k"; the policy has none']),
        (holding(compare("<", {"param": "bufer"}, number(1)), parameters={"buffer": 1}),
         ['payment_tree.condition.left.param: unknown parameter "bufer"; did you mean "buffer"? Parameters: '
          "buffer"]),
        (holding(compare("=", number(1), number(1))),
         ['payment_tree.condition.op: unknown operator "="; did you mean "=="? Operators: ==, !=, <, <=, >, '
          ">=, and, or, not"]),
        (holding({"left": number(1), "right": number(1)}),
         ["payment_tree.condition.op: required, but not there: ==, !=, <, <=, >, >=, and, or, not"]),
        (holding({"op": "and", "conditions": []}),
         ["payment_tree.condition.conditions: needs at least one entry"]),
        (holding({"op": "or", "conditions": {}}),
         ["payment_tree.condition.conditions: expected a list of conditions, got {}"]),
        (holding({"op": "not", "conditions": []}),
         ['payment_tree.condition.conditions: unknown key "conditions"; did you mean "condition"? Known: op, '
          "condition"]),
        (balance(compute("%", left=number(1), right=number(2))),
         ['payment_tree.condition.right.compute.op: unknown operator "%". Operators: +, -, *, /, max, min, '
          "ceil, floor, round, abs, clamp, div0"]),
        (balance(compute("+", left=number(1))),
         ["payment_tree.condition.right.compute.right: required, but not there"]),
        (balance(compute("max", values=number(1))),
         ['payment_tree.condition.right.compute.values: expected a list of values, got {"value": 1}']),
        (balance(compute("/", left=seen("amount"), right=number(0))),
         ['payment_tree.condition.right.compute.right.value: division by zero; "div0" divides with a '
          "default"]),
        (balance(compute("/", left=seen("amount"), right=number(-0.0))),
         ['payment_tree.condition.right.compute.right.value: division by zero; "div0" divides with a '
          "default"]),
        (balance(seen("bank_state_é")),
         ['payment_tree.condition.right.field: a register is called bank_state_…, got "bank_state_é"']),
        (balance(number(10**400)),
         [f"payment_tree.condition.right.value: expected a number that a computer can count with, "
          f"got {'1' + '0' * 58}…"]),
    ],
)  # fmt: skip
def test_mistakes(data, expected):
    assert told(data) == expected


def test_a_bank_is_compared_with_ids_only():
    ids = holding(compare("!=", number("B"), seen("top_cpty_2_id_hash")))
    assert read(ids).data == ids
    for wrong in (
        compare("<", seen("tx_counterparty_id"), number("B")),
        compare("==", seen("balance"), number("B")),
    ):
        (problem,) = told(holding(wrong))
        assert 'expected a number, got "B"; a bank may be compared' in problem


def test_all_mistakes_at_once():
    data = policy(
        when(compare("<", seen("x"), {"param": "y"}), RELEASE, RELEASE),
        bank_tree=action("Hold"), extra=1,
    )  # fmt: skip
    assert [line.partition(":")[0] for line in told(data)] == [
        "extra", "bank_tree.action", "payment_tree.condition.left.field",
        "payment_tree.condition.right.param", "payment_tree.on_false",
    ]  # fmt: skip


def test_a_node_id_stands_once_in_four_trees():
    (problem,) = told(policy(HOLD, bank_tree=action("NoAction", "hold")))
    assert problem == 'payment_tree.node_id: "hold" names another node already: bank_tree'
    (problem,) = told(holding(compare("<", number(1), number(2))) | {"payment_tree": when(
        compare("<", number(1), number(2)), dict(HOLD), dict(HOLD))})  # fmt: skip
    assert problem == 'payment_tree.on_false.node_id: "hold" names another node already: payment_tree.on_true'


def chain(levels):
    node = HOLD
    for i in range(levels):
        leaf = action("Release", f"leaf{i}")
        node = when(compare("<", number(1), number(2)), leaf, node, f"node{i}")
    return node


def test_a_hundred_levels_and_no_more():
    assert read(policy(chain(100))).data["payment_tree"]["type"] == "condition"
    (problem,) = told(policy(chain(101)))
    place = "payment_tree" + ".on_false" * 100 + ".on_true"
    assert problem == f"{place}: a tree may be at most 100 levels deep, and this node lies deeper"


def nested(levels):
    value = seen("balance")
    for _ in range(levels):
        value = compute("max", values=[number(1), value])
    return value


def test_expressions_are_not_deeper_either():
    read(balance(nested(49)))
    (problem,) = told(balance(nested(60)))
    assert problem.endswith("an expression may be at most 100 levels deep, and this part lies deeper")


def test_cycles_in_trees_built_by_hand():
    root = when(compare("<", number(1), number(2)))
    root["on_false"] = when(compare("<", number(1), number(2)), action("Drop"), root, "inner")
    (problem,) = told(policy(root))
    assert problem == "payment_tree.on_false.on_false: leads back to payment_tree: a tree has no cycles"
    loop = compute("abs")
    loop["compute"]["value"] = loop
    (problem,) = told(balance(loop))
    assert "leads back to payment_tree.condition.right: a tree has no cycles" in problem
    both = {"op": "and"}
    both["conditions"] = [both]
    (problem,) = told(holding(both))
    assert "leads back to payment_tree.condition: a tree has no cycles" in problem


def test_a_node_used_twice_is_not_walked_twice():
    node = HOLD
    for i in range(60):
        node = when(compare("<", number(1), number(2)), node, node, f"node{i}")
    problems = told(policy(node))
    assert len(problems) == 60
    assert "the same node stands at" in problems[0]


def test_an_expression_that_doubles_is_stopped():
    value = seen("balance")
    for _ in range(40):
        value = compute("+", left=value, right=value)
    assert told(balance(value))[-1].endswith("more than 100,000 nodes and expressions")


def test_ten_registers_and_no_more():
    def reading(count):
        return {"op": "and", "conditions": [
            compare("<", seen(f"bank_state_{i}"), number(1)) for i in range(count)
        ]}  # fmt: skip

    setting = action("SetState", "set", key=number("bank_state_0"), value=number(1))
    assert len(read(holding(reading(10), bank_tree=setting)).registers) == 10
    (problem,) = told(holding(reading(11)))
    assert problem == (
        'payment_tree.condition.conditions[10].left.field: "bank_state_10" is register 11; a bank has 10'
    )


def test_overriding_parameters():
    data = holding(compare("<", seen("balance"), {"param": "k"}), parameters={"k": 1, "other": 2})
    found = read(data, k=5, new=7)
    assert found.parameters == {"k": 5, "other": 2, "new": 7}
    assert found.used == {"k", "initial_liquidity_fraction"}
    assert read(holding(compare("<", seen("balance"), {"param": "k"})), k=1).parameters == {"k": 1}


def test_equal_policies_are_equal_and_others_are_not():
    data = holding(compare("<", seen("balance"), {"param": "k"}), parameters={"k": 1})
    one, same, other = read(data), read(copy.deepcopy(data)), read(data, k=2)
    assert one == same
    assert hash(one) == hash(same)
    assert one.hash == same.hash != other.hash
    assert one != other
