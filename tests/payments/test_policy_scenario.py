"""Policies in a scenario: files, trees written out, JSON text; what is wrong with them; what they may use."""

import json
import warnings

import pytest

from simcash.core.scenario import ScenarioError, ScenarioWarning, read
from simcash.payments.policies.categories import CATEGORY
from simcash.payments.scenario import open_scenario
from simcash.payments.trees import trees_of
from tests.payments import trees as b
from tests.payments.machine import walk
from tests.payments.written import data, told

GOOD = b.holding(b.compare("<", b.seen("balance"), {"param": "k"}), parameters={"k": 5})
WHERE = "agents[0].policy"


def first(policy, **settings):
    banks = data()["agents"]
    return data(agents=[banks[0] | {"policy": policy}, banks[1]], **settings)


def trees(policy, **settings):
    """The trees that the first bank ends up with."""
    return trees_of(open_scenario(read(first(policy, **settings))).agents[0].policy)


def in_file(folder, name="p.json", policy=GOOD):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(policy, indent=1))
    return path


def scenario_file(folder, policy):
    path = folder / "s.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(first(policy), indent=1))
    return path


def test_three_ways_to_give_the_same_trees(tmp_path):
    path = in_file(tmp_path)
    ways = (
        {"type": "Inline", "decision_trees": GOOD},
        {"type": "InlineJson", "json_string": json.dumps(GOOD)},
        {"type": "from_json", "json_path": str(path)},
    )
    assert [trees(way).data for way in ways] == [GOOD] * 3


@pytest.mark.parametrize("depth", ["", "a", "a/b/c"])
def test_a_path_counts_from_the_scenarios_folder_and_its_parents(tmp_path, depth):
    in_file(tmp_path, "some/p.json")
    path = scenario_file(tmp_path / depth, {"type": "FromJson", "json_path": "some/p.json"})
    assert trees_of(open_scenario(read(path)).agents[0].policy).data == GOOD


def test_the_nearest_file_wins(tmp_path):
    in_file(tmp_path, "p.json", b.policy(b.HOLD))
    in_file(tmp_path / "inner", "p.json")
    path = scenario_file(tmp_path / "inner", {"type": "FromJson", "json_path": "p.json"})
    assert trees_of(open_scenario(read(path)).agents[0].policy).data == GOOD


def test_a_resolved_scenario_holds_the_trees_and_opens_again(tmp_path):
    terms = {"type": "FromJson", "json_path": str(in_file(tmp_path)), "params": {"k": 7}}
    opened = open_scenario(read(first(terms)))
    (tmp_path / "p.json").unlink()
    again = open_scenario(read(opened.model_dump(mode="json")))
    assert again == opened
    assert trees_of(again.agents[0].policy).parameters == {"k": 7}


def test_groups_and_events_have_trees_too(tmp_path):
    terms = {"type": "FromJson", "json_path": str(in_file(tmp_path))}
    group = {"prefix": "G", "count": 3, "opening_balance": 5, "rate_per_tick": 0, "policy": terms,
             "amount_distribution": {"type": "Fixed", "value": 1}, "deadline_range": [1, 2]}  # fmt: skip
    opened = open_scenario(read(data(groups=[group])))
    assert [trees_of(agent.policy) is not None for agent in opened.agents] == [False, False, True, True, True]


def test_numbers_without_effect_are_told():
    with pytest.warns(ScenarioWarning, match=r"agents\[0\]\.policy\.params\.j: has no effect"):
        warned_trees({"k": 1, "j": 2})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert warned_trees({"k": 1, "initial_liquidity_fraction": 0.5}).liquidity_fraction == 0.5


def warned_trees(params):
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        path = in_file(Path(folder))
        return trees({"type": "FromJson", "json_path": str(path), "params": params})


BAD = b.policy(
    b.action("Hlod"), bank_tree=b.action("SetReleaseBudget", "b", focus_counterparties=b.number(["C"]))
)


def test_problems_of_a_file_name_its_lines(tmp_path):
    path = in_file(tmp_path, policy=BAD)
    with pytest.raises(ScenarioError) as caught:
        open_scenario(read(first({"type": "FromJson", "json_path": str(path)})))
    lines = path.read_text().splitlines()
    assert [(p.file, p.path) for p in caught.value.problems] == [
        (str(path), "bank_tree.parameters.focus_counterparties.value[0]"),
        (str(path), "payment_tree.action"),
    ]
    assert [
        '"C"' in lines[caught.value.problems[0].line - 1],
        "Hlod" in lines[caught.value.problems[1].line - 1],
    ]


def test_problems_written_out_name_the_scenarios_lines(tmp_path):
    path = scenario_file(tmp_path, {"type": "Inline", "decision_trees": BAD})
    with pytest.raises(ScenarioError) as caught:
        open_scenario(read(path))
    last = caught.value.problems[-1]
    assert last.path == f"{WHERE}.decision_trees.payment_tree.action"
    assert "Hlod" in path.read_text().splitlines()[last.line - 1]


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ({"type": "FromJson", "json_path": "no-such.json"}, "no such file, nor a policy of the library"),
        ({"type": "FromJson", "json_path": "x" * 5000}, "cannot be read: "),
        ({"type": "FromJson", "json_path": "."}, "no such file, nor a policy of the library"),
        ({"type": "FromJson", "json_path": "x", "params": {"initial_liquidity_fraction": 1.1}},
         f"{WHERE}.params.initial_liquidity_fraction: must be between 0 and 1, got 1.1"),
        ({"type": "FromJson", "json_path": "x", "params": {"k": float("inf")}},
         f"{WHERE}.params.k: expected a finite number, got Infinity"),
        ({"type": "InlineJson", "json_string": "{"},
         f"{WHERE}.json_string: JSON line 1: not valid JSON: Expecting property name"),
        ({"type": "InlineJson", "json_string": '{"version": "1",\n"version": "2"}'},
         f"{WHERE}.json_string: JSON line 2: version: stands twice; the first is in line 1"),
        ({"type": "InlineJson", "json_string": "[" * 100_000},
         f"{WHERE}.json_string: JSON: more than 1000 levels deep"),
        ({"type": "InlineJson", "json_string": json.dumps(BAD)},
         'JSON line 1: bank_tree.parameters.focus_counterparties.value[0]: unknown bank "C"'),
        ({"type": "Inline", "decision_trees": []},
         f"{WHERE}.decision_trees: expected keys and values, got []"),
        ({"type": "Inline", "decision_trees": {}},
         f"{WHERE}.decision_trees.version: required, but not there"),
        ({"type": "Inline", "decision_tree": GOOD}, f'{WHERE}.decision_tree: unknown key "decision_tree"'),
        ({"type": "LiquiditySplitting", "max_splits": 1, "min_split_amount": 1},
         f"{WHERE}.max_splits: must be at least 2, got 1"),
        ({"type": "MockSplitting"}, f"{WHERE}.num_splits: required, but not there"),
    ],
)  # fmt: skip
def test_bad_policies(policy, expected):
    assert expected in told(first(policy))[0]


def test_a_file_that_is_no_json(tmp_path):
    path = tmp_path / "p.json"
    path.write_bytes(b"\xff\xfe")
    assert "not UTF-8 text" in told(first({"type": "FromJson", "json_path": str(path)}))[0]


def test_a_bank_is_known_where_a_policy_names_one():
    fits = b.holding(b.compare("==", b.seen("tx_counterparty_id"), b.number("B")))
    assert trees({"type": "Inline", "decision_trees": fits}).data == fits
    other = b.holding(b.compare("==", b.number("ZZ"), b.seen("tx_counterparty_id")))
    (problem,) = told(first({"type": "Inline", "decision_trees": other}))
    assert (
        problem == f'{WHERE}.decision_trees.payment_tree.condition.left.value: unknown bank "ZZ". Banks: A, B'
    )


def test_a_deep_tree_opens_and_a_deeper_one_does_not():
    node = b.HOLD
    for i in range(100):
        node = b.when(b.compare("<", b.number(1), b.number(2)), b.action("Drop", f"d{i}"), node, f"n{i}")
    assert trees({"type": "Inline", "decision_trees": b.policy(node)}).data["payment_tree"] == node
    deeper = b.when(b.compare("<", b.number(1), b.number(2)), b.action("Drop"), node)
    (problem,) = told(first({"type": "Inline", "decision_trees": b.policy(deeper)}))
    assert problem.endswith("a tree may be at most 100 levels deep, and this node lies deeper")


# What a scenario forbids

USES = {
    "ComparisonOperator": GOOD,
    "LogicalOperator": b.holding({"op": "not", "condition": b.compare("<", b.number(1), b.number(2))}),
    "BinaryArithmetic": b.balance(b.compute("+", left=b.number(1), right=b.number(1))),
    "NaryArithmetic": b.balance(b.compute("max", values=[b.number(1)])),
    "UnaryMath": b.balance(b.compute("abs", value=b.number(1))),
    "TernaryMath": b.balance(b.compute("clamp", value=b.number(1), min=b.number(1), max=b.number(1))),
    "ValueType": GOOD,
    "PaymentAction": b.policy(b.RELEASE),
    "BankAction": b.policy(bank_tree=b.action("NoAction")),
    "CollateralAction": b.policy(strategic_collateral_tree=b.action("HoldCollateral")),
    "RtgsAction": b.policy(b.action("WithdrawFromRtgs")),
    "TransactionField": b.balance(b.seen("amount")),
    "AgentField": b.balance(b.seen("credit_used")),
    "QueueField": b.balance(b.seen("queue1_total_value")),
    "CollateralField": b.balance(b.seen("posted_collateral")),
    "CostField": b.balance(b.seen("cost_delay_so_far")),
    "TimeField": b.balance(b.seen("system_tick_in_day")),
    "LsmField": b.balance(b.seen("my_q2_out_value_top_1")),
    "ThroughputField": b.balance(b.seen("throughput_gap")),
    "StateRegisterField": b.balance(b.seen("bank_state_x")),
    "SystemField": b.balance(b.seen("total_agents")),
    "DerivedField": b.balance(b.seen("liquidity_pressure")),
    "NodeType": b.policy(b.RELEASE),
    "TreeType": b.policy(b.RELEASE),
}  # fmt: skip


@pytest.mark.parametrize("category", USES)
def test_what_is_excluded_may_not_be_used(category):
    toggles = {"policy_feature_toggles": {"exclude": [category]}}
    problems = told(first({"type": "Inline", "decision_trees": USES[category]}, **toggles))
    assert all(f"is of category {category}, which policy_feature_toggles forbid" in line for line in problems)
    others = {"policy_feature_toggles": {"exclude": sorted({*USES} - used(USES[category]))}}
    trees({"type": "Inline", "decision_trees": USES[category]}, **others)


def used(policy):
    """The categories that the words of a policy belong to, plus those that all policies use."""
    words = set(json.dumps(policy).replace('"', " ").replace(",", " ").split())
    found = {CATEGORY[word] for word in words if word in CATEGORY}
    return found | {"ValueType", "NodeType", "TreeType", "StateRegisterField"}


def test_a_list_of_what_is_allowed_need_not_name_what_every_policy_uses():
    included = ["ComparisonOperator", "AgentField", "PaymentAction"]
    trees({"type": "Inline", "decision_trees": GOOD}, policy_feature_toggles={"include": included})
    problems = told(first({"type": "Inline", "decision_trees": GOOD}, policy_feature_toggles={"include": []}))
    assert [line.partition(" category ")[2].partition(",")[0] for line in problems] == [
        "ComparisonOperator", "AgentField", "PaymentAction", "PaymentAction",
    ]  # fmt: skip


def test_built_in_policies_are_not_asked():
    open_scenario(read(first("Fifo", policy_feature_toggles={"include": []})))


# The policies that split

A = ("A", {"amount": 100, "deadline_tick": 20, "current_tick": 3, "ticks_to_deadline": 17})


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        ({"deadline_tick": 3, "ticks_to_deadline": 0, "balance": 500}, ("Drop", None)),
        ({"balance": 100}, ("Release", None)),
        ({"balance": 99}, ("Split", 2)),
        ({"balance": 1, "ticks_to_deadline": 6}, ("Split", 2)),
        ({"balance": 1, "ticks_to_deadline": 5}, ("Split", 4)),
        ({"balance": 0, "ticks_to_deadline": 5}, ("Hold", None)),
        ({"balance": 50, "amount": 99, "ticks_to_deadline": 5}, ("Hold", None)),
        ({"balance": 20, "amount": 50}, ("Split", 2)),
        ({"balance": 20, "amount": 49}, ("Hold", None)),
    ],
)
def test_liquidity_splitting(view, expected):
    policy = trees({"type": "LiquiditySplitting", "max_splits": 4, "min_split_amount": 25})
    leaf = walk(policy, "payment_tree", A[1] | view)
    parts = leaf.parameter("num_splits")
    assert (leaf.action, parts and parts.value) == expected


def test_mock_splitting():
    leaf = walk(trees({"type": "mock_splitting", "num_splits": 3}), "payment_tree", {})
    assert (leaf.action, leaf.parameter("num_splits").value) == ("Split", 3)


# How much of the pool is allocated


@pytest.mark.parametrize(
    ("given", "named", "compat", "expected"),
    [
        (None, None, "none", (1000, 1000)),
        (0.25, 0.5, "none", (250, 250)),
        (None, 0.5, "none", (500, 500)),
        (0.25, None, "none", (250, 250)),
        (0.25, 0.5, "simcash", (250, 500)),
        (None, 0.5, "simcash", (1000, 500)),
        (0.25, None, "simcash", (250, 1000)),
    ],
)
def test_the_part_of_the_pool(given, named, compat, expected):
    policy = b.policy(b.RELEASE, parameters={} if named is None else {"initial_liquidity_fraction": named})
    scenario = first({"type": "Inline", "decision_trees": policy}, compat=compat)
    scenario["agents"][0] |= {"liquidity_pool": 1000, "liquidity_allocation_fraction": given}
    opened = open_scenario(read(scenario))
    fractions = opened.agents[0].fractions(compat)
    assert tuple(int(1000 * fraction) for fraction in fractions) == expected
