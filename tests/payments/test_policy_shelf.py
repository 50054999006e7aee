"""The policies that come with simcash, and what a policy says of itself."""

import json
import re
from html.parser import HTMLParser

import pytest

import simcash
from simcash.core.problems import ScenarioError
from simcash.core.scenario import read as read_scenario
from simcash.payments.policies import field, hold, param, policy, read, register, release, split, when
from simcash.payments.policies.load import policy_files
from simcash.payments.policies.program import program
from simcash.payments.scenario import open_scenario
from simcash.payments.trees import trees_of
from tests.payments import trees as b
from tests.payments.written import data

NAMES = sorted(policy_files())
SIMPLE = policy(
    "simple",
    payment=when((field("balance") - field("amount")) * 2 > param("k"), "Rich?").then(
        when(~((field("is_divisible") == 1) | (register("n") != 0))).then(release("HIGH")).otherwise(split(3))
    ).otherwise(hold("not yet")),
    description="An example.", k=50_000,
)  # fmt: skip


def test_there_are_enough():
    assert len(NAMES) >= 12
    table = simcash.policies()
    assert table["name"].tolist() == NAMES
    assert table.columns.tolist() == ["name", "what it does and when it is wise", "numbers"]


@pytest.mark.parametrize("name", NAMES)
def test_each_is_named_as_its_file_and_says_when_it_is_wise(name):
    found = simcash.policy(name)
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", name)
    assert found.policy_id == name
    assert found.description.endswith(".")
    assert ": wise " in found.description or ", and " in found.description
    assert found.description.count(". ") == 0
    assert set(found.parameters) <= found.used
    assert json.loads(policy_files()[name].read_text()) == found.data


@pytest.mark.parametrize("name", NAMES)
def test_each_goes_into_a_scenario_by_its_name(name):
    terms = {"type": "FromJson", "json_path": f"some/where/else/{name}.json"}
    banks = data()["agents"]
    opened = open_scenario(read_scenario(data(agents=[banks[0] | {"policy": terms}, banks[1]])))
    assert trees_of(opened.agents[0].policy) == simcash.policy(name)
    assert len(program([simcash.policy(name)], opened.ids).code)


def test_names_that_are_none():
    with pytest.raises(ScenarioError, match='"pay-at-onec"; did you mean "pay-at-once"'):
        simcash.policy("pay-at-onec")
    with pytest.raises(ScenarioError, match="policy line 2: polcy_id: unknown key"):
        simcash.policy('{"version": "1.0",\n"polcy_id": "x"}')


def test_a_policy_from_a_file(tmp_path):
    path = tmp_path / "mine.json"
    path.write_text(SIMPLE.to_json())
    assert simcash.policy(path) == simcash.policy(str(path)) == simcash.policy(SIMPLE.data) == SIMPLE
    assert simcash.policy(path, k=1).parameters == {"k": 1}


# What it says of itself


def test_in_sentences():
    assert SIMPLE.explain().splitlines() == [
        "simple: An example.",
        "Its numbers: k = 50,000.",
        "For each waiting payment:",
        "  if (balance − amount) × 2 is more than 50,000:",
        "    if it is not so that (it may be split or bank state n is not 0):",
        "      submit it with HIGH priority.",
        "    otherwise: submit it in 3 parts.",
        "  otherwise: hold it (not yet).",
    ]
    assert policy("none").explain() == "none\nFor each waiting payment: submit it."


def test_in_letters():
    assert repr(SIMPLE).splitlines() == [
        "simple",
        "  An example.",
        "  k = 50,000",
        "  payment_tree",
        "    (balance − amount) × 2 > k?",
        "      yes: not (is_divisible = 1 or bank_state_n ≠ 0)?",
        "        yes: Release (priority_flag HIGH)",
        "        no:  Split (num_splits 3)",
        "      no:  Hold (reason not yet)",
    ]


@pytest.mark.parametrize("name", NAMES)
def test_every_policy_explains_and_draws_itself(name):
    found = simcash.policy(name)
    assert len(found.explain().splitlines()) > 2
    whole(found._repr_html_())


class Balanced(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def whole(text):
    parser = Balanced()
    parser.feed(text)
    assert not parser.open
    assert not re.search(r"(?<!border-)color:|background:", text), "colours come from the page, light or dark"


def test_the_drawing_tells_yes_from_no_without_colour():
    text = SIMPLE._repr_html_()
    assert text.count("solid #0072B2") == text.count("dashed #E69F00") == 2
    assert text.count(">yes<") == text.count(">no<") == 2


def test_the_drawing_escapes_what_it_shows():
    found = policy("<b>", payment=hold("<script>"), description="a & b")
    assert "<script>" not in found._repr_html_()
    assert "a &amp; b" in found._repr_html_()


def test_differences():
    other = policy(
        "other",
        payment=when(field("balance") > 1).then(release()).otherwise(hold("not yet")),
        bank=when(field("balance") > 1).then(b_budget()).otherwise(b_budget()),
        j=2,
    )
    assert list(SIMPLE.diff(other)) == [
        "k: 50,000 → not there",
        "j: not there → 2",
        "bank_tree: not there → balance > 1?",
        "payment_tree.condition: (balance − amount) × 2 > k? → balance > 1?",
        "payment_tree.on_true: not (is_divisible = 1 or bank_state_n ≠ 0)? → Release",
    ]
    assert list(SIMPLE.diff(SIMPLE.with_parameters(k=3))) == ["k: 50,000 → 3"]
    assert list(other.diff(SIMPLE))[2] == "bank_tree: balance > 1? → not there"


def b_budget():
    from simcash.payments.policies import set_release_budget

    return set_release_budget(100)


def test_names_of_nodes_make_no_difference():
    one, two = (read(b.policy(b.action("Hold", name))) for name in ("one", "two"))
    assert one != two
    assert repr(one.diff(two)) == "both do the same"
