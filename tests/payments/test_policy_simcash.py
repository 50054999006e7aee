"""Files in SimCash's format, written for this test: every field, operator and action loads."""

import re
from pathlib import Path

import simcash
from simcash.core.scenario import read
from simcash.payments.engine.opcodes import ACTIONS, FIELDS
from simcash.payments.policies import words
from simcash.payments.policies.program import program
from simcash.payments.scenario import open_scenario
from simcash.payments.trees import trees_of

FOLDER = Path(__file__).parent.parent / "data" / "simcash"
EVERYTHING = FOLDER / "policies" / "everything.json"


def used(key):
    """Every word that stands behind a key in the file."""
    return set(re.findall(rf'"{key}": "([^"]*)"', EVERYTHING.read_text()))


def test_the_fixture_leaves_nothing_out():
    assert used("field") >= set(FIELDS)
    assert used("action") == set(ACTIONS)
    assert used("op") == {*words.COMPARISONS, *words.LOGIC, *words.COMPUTATIONS}
    parameters = {name for slots in words.PARAMETERS.values() for name in slots}
    text = EVERYTHING.read_text()
    assert not [name for name in {*parameters, *words.SYNONYMS, *words.NOTES} if f'"{name}":' not in text]


def test_it_loads_and_comes_back_the_same():
    policy = simcash.policy(EVERYTHING)
    assert simcash.policy(policy.to_json()) == policy
    assert policy.liquidity_fraction == 0.5
    assert len(policy.explain().splitlines()) > 40
    assert len(program([policy], ["BANK_A", "BANK_B"]).code) > 300


def test_a_whole_scenario_loads():
    opened = open_scenario(read(FOLDER / "scenario.yaml"))
    found = [trees_of(agent.policy) for agent in opened.agents]
    assert [policy.policy_id for policy in found] == [
        "everything", "patient", "plain", "LiquiditySplitting", "MockSplitting",
    ]  # fmt: skip
    assert found[0].parameters == {"k": 2, "parts": 4, "initial_liquidity_fraction": 0.5}
    assert len(program(found, opened.ids).policies) == 5
