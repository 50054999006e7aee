"""Policies installed in the course of a run: checked like those of a scenario, whatever form they come in."""

import json

import pytest

import simcash
from tests.payments.branches import act, compute, policy, when
from tests.payments.table import scenario

PAYMENTS = "@0 A 60 B | @1 A 5 B"


def running(**settings):
    sim = simcash.open(scenario("A 50 | B 0", PAYMENTS, **settings))
    sim.step(2)
    return sim


def inline(found, folder):
    return found


def as_text(found, folder):
    return {"type": "InlineJson", "json_string": json.dumps(found["decision_trees"])}


def in_a_file(found, folder):
    path = folder / "policy.json"
    path.write_text(json.dumps(found["decision_trees"]))
    return {"type": "FromJson", "json_path": str(path)}


FORMS = [inline, as_text, in_a_file]
HAS_MONEY = ("balance", ">", 0)


def chain(depth):
    tree = act("Hold")
    for _ in range(depth):
        tree = when(("balance", ">", 0), act("Hold"), tree)
    return tree


BROKEN = {  # what is wrong; the place and the words that tell it
    "a field that is none": (
        {"payment": when(HAS_MONEY, act("Hold"), when(("ballance", ">", 0), act("Hold"), act("Drop")))},
        ("payment_tree.on_false.condition.left", 'unknown field "ballance"; did you mean "balance"'),
    ),
    "a payment's field in a bank's tree": (
        {"bank": when(("amount", ">", 0), act("NoAction"), act("NoAction"))},
        ("bank_tree.condition.left", "amount"),
    ),
    "an action that is none": ({"payment": act("Relase")}, ("payment_tree.action", 'did you mean "Release"')),
    "a parameter that is none": (
        {"payment": act("Split", num_split=3)}, ("payment_tree.parameters", 'did you mean "num_splits"'),
    ),
    "a bank that is none": (
        {"payment": when(("tx_counterparty_id", "==", {"value": "C"}), act("Hold"), act("Drop"))},
        ("payment_tree.condition.right", '"C"'),
    ),
    "a literal zero divisor": (
        {"payment": when((compute("/", "amount", 0), ">", 1), act("Hold"), act("Drop"))},
        ("payment_tree.condition.left", "zero"),
    ),
    "a branch that is missing": (
        {"payment": {"type": "condition", "condition": {"op": "<", "left": {"field": "balance"},
                                                        "right": {"value": 1}}, "on_true": act("Hold")}},
        ("payment_tree", "on_false"),
    ),
    "a register that is none": (
        {"bank": act("SetState", key="state_calm", value=1)}, ("bank_tree.parameters.key", "state_calm"),
    ),
    "a tree too deep": ({"payment": chain(101)}, ("payment_tree", "100")),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_tree_is_refused_with_its_node(name, form, tmp_path):
    trees, (place, words) = BROKEN[name]
    sim, undisturbed = running(), running()
    receipt = sim.act({"type": "SetPolicy", "bank": "A", "policy": form(policy(**trees), tmp_path)})
    assert not receipt.accepted
    assert place in receipt.reason
    assert words in receipt.reason
    assert rows(sim) == rows(undisturbed)


def rows(sim):
    """Everything but the actions."""
    sim.run(progress=False)
    return {
        name: sim.rows(f"SELECT * FROM {name} ORDER BY ALL")
        for name in ("payments_log", "bank_ticks", "events", "policies")
    }


@pytest.mark.parametrize("form", FORMS)
def test_a_category_that_the_scenario_forbids(form, tmp_path):
    sim = running(policy_feature_toggles={"exclude": ["PaymentAction"]})
    receipt = sim.set_policy("A", form(policy(payment=act("Hold")), tmp_path))
    assert not receipt.accepted
    assert "payment_tree" in receipt.reason
    assert "PaymentAction" in receipt.reason


@pytest.mark.parametrize("form", FORMS)
def test_a_sound_tree_is_installed_and_followed(form, tmp_path):
    sim = running()
    found = form(
        policy(payment=when(("tx_counterparty_id", "==", {"value": "B"}), act("Drop"), act("Hold"))), tmp_path
    )
    assert sim.set_policy("A", found).accepted
    sim.submit("A", "B", 7, deadline_tick=9)
    sim.step()
    assert sim.payment(2).status == "dropped"


def test_a_file_is_read_once(tmp_path):
    """What was installed is kept with the run: going back does the same when the file is gone."""
    sim = running()
    assert sim.set_policy("A", in_a_file(policy(payment=act("Drop")), tmp_path)).accepted
    sim.submit("A", "B", 7, deadline_tick=9)
    (tmp_path / "policy.json").unlink()
    sim.step(2)
    sim.rewind(1).run(until=3, progress=False)
    assert sim.payment(2).status == "dropped"


def test_what_is_no_policy_at_all_is_refused():
    sim = running()
    circle = policy(payment=when(("balance", ">", 0), act("Hold"), act("Hold")))
    circle["decision_trees"]["payment_tree"]["on_true"] = circle["decision_trees"]["payment_tree"]
    empty = {"type": "Inline", "decision_trees": []}
    cut = {"type": "InlineJson", "json_string": "{"}
    nowhere = {"type": "FromJson", "json_path": "nowhere.json"}
    for wrong in (circle, None, 7, {}, {"type": "Inline"}, empty, cut, nowhere):
        receipt = sim.set_policy("A", wrong)
        assert not receipt.accepted
        assert receipt.reason
    sim.run(progress=False)
