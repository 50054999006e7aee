"""What random policies are good for: all of them are valid, and parts of a split payment add up."""

import json
from collections import defaultdict

from hypothesis import given, settings

from simcash.payments.policies.document import checked
from tests.twins.runs import latest_payments, perform
from tests.twins.strategies import IDS, plays
from tests.twins.strategies_policies import tree_policies


@settings(max_examples=200)
@given(tree_policies(IDS[:3]))
def test_random_policies_are_valid(policy):
    text = policy.get("json_string")
    found, problems = checked(json.loads(text) if text else policy["decision_trees"])
    assert not problems
    assert found.data["policy_id"] == "test"


@settings(max_examples=50)
@given(plays(record=("summary",), trees=True))
def test_parts_add_up_to_what_was_split(play):
    payments = latest_payments(perform("twin", play))
    parts = defaultdict(list)
    for payment in payments:
        parts[payment["parent_id"]].append(payment)
    for payment in payments:
        own = parts[payment["tx_id"]]
        assert own or payment["status"] != "split"
        if own:
            assert sum(part["amount"] for part in own) == payment["amount"]
            assert (payment["status"] == "settled") == all(part["status"] == "settled" for part in own)
