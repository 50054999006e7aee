"""The policy editor: checked as it changes, applied as an action, refused with the reason."""

import json

import pytest

import simcash
import simcash.view
from simcash.payments.engine.opcodes import ACTIONS, FIELDS
from simcash.payments.policies import PolicyError, field, hold, policy, release, when
from simcash.payments.policies.document import checked
from simcash.payments.policies.vocabulary import vocabulary
from tests.payments.table import scenario
from tests.view.panels import Browser

FIRST = policy("first", payment=when(field("balance") > 50).then(release()).otherwise(hold("wait")))
AGENTS = {"A": {"policy": {"type": "InlineJson", "json_string": FIRST.to_json()}}}


@pytest.fixture
def sim():
    with simcash.open(scenario("A 100 | B 0", "@0 A 40 B by 9 | @2 A 70 B by 8", agents=AGENTS)) as opened:
        yield opened.run(until=1)


@pytest.fixture
def editor(sim):
    panel = sim.policy_editor("A")
    yield panel
    panel.close()


def with_threshold(value):
    data = json.loads(FIRST.to_json())
    data["payment_tree"]["condition"]["right"]["value"] = value
    return data


def ask(editor, monkeypatch, kind, document, revision=1):
    return Browser(editor, monkeypatch).ask(kind=kind, document=document, revision=revision, view="v")


def test_it_begins_with_what_the_bank_follows(editor):
    assert editor.document == FIRST.data
    assert editor.policy == FIRST
    assert editor.state["problems"] == []


def test_a_changed_document_is_checked_and_becomes_the_policy(editor, monkeypatch):
    assert ask(editor, monkeypatch, "check", with_threshold(75), revision=4) == {"kind": "answered"}
    assert (editor.state["revision"], editor.state["by"]) == (4, "v")
    assert "balance is more than 75" in editor.state["words"]
    assert editor.policy.data == with_threshold(75)


def test_what_is_wrong_is_said_with_its_place_in_the_words_of_the_reader(editor, monkeypatch):
    wrong = with_threshold("many")
    ask(editor, monkeypatch, "check", wrong)
    found = [(tuple(problem["path"]), problem["text"]) for problem in editor.state["problems"]]
    assert found == checked(wrong)[1]
    assert found[0][0] == ("payment_tree", "condition", "right", "value")
    with pytest.raises(PolicyError, match="expected a number"):
        editor.policy  # noqa: B018
    assert len(editor.problems) == 1


def test_apply_is_an_action_of_the_run(sim, editor, monkeypatch):
    ask(editor, monkeypatch, "apply", with_threshold(99))
    assert editor.state["receipt"] == {"accepted": True, "text": "A follows this policy from tick 1 on"}
    assert sim.rows("SELECT type, status FROM actions") == [("SetPolicy", "accepted")]
    sim.run(until=3)
    assert list(sim.queue("A")["tx_id"]) == [1]


def test_what_is_wrong_is_refused_with_the_reason_and_changes_nothing(sim, editor, monkeypatch):
    ask(editor, monkeypatch, "apply", with_threshold("many"))
    receipt = editor.state["receipt"]
    assert not receipt["accepted"]
    assert "expected a number" in receipt["text"]
    followed = sim.world.installed.policies[int(sim.world.store["policy"][0])]
    assert json.loads(followed.json_string) == FIRST.data


def test_after_the_end_it_is_refused(sim, editor, monkeypatch):
    sim.run()
    ask(editor, monkeypatch, "apply", with_threshold(99))
    assert editor.state["receipt"] == {"accepted": False, "text": "refused: the run is over"}


def test_the_terms_of_the_scenario_hold(monkeypatch):
    data = scenario("A 100 | B 0", policy_feature_toggles={"exclude": ["TimeField"]})
    with simcash.open(data) as sim:
        editor = sim.policy_editor("A")
        late = policy("late", payment=when(field("current_tick") > 1).then(release()).otherwise(hold())).data
        ask(editor, monkeypatch, "check", late)
        assert "policy_feature_toggles forbid" in editor.state["problems"][0]["text"]
        editor.close()


def test_a_built_in_policy_begins_anew_and_says_so(sim):
    editor = sim.policy_editor("B")
    assert "B follows Fifo, which is built in" in editor.state["note"]
    assert editor.policy.trees
    editor.close()


def test_a_library_policy_can_be_the_beginning(editor, monkeypatch):
    Browser(editor, monkeypatch).ask(kind="library", name="urgent-first")
    assert editor.document == simcash.policy("urgent-first").data


def test_a_policy_alone(monkeypatch):
    editor = simcash.view.policy_editor("urgent-first")
    assert editor.policy == simcash.policy("urgent-first")
    ask(editor, monkeypatch, "apply", editor.document)
    assert "stands alone" in editor.state["receipt"]["text"]
    editor.close()


def test_mistakes_are_sentences(sim):
    with pytest.raises(ValueError, match="there is no bank"):
        sim.policy_editor("a bank")
    with pytest.raises(PolicyError, match="no such file, nor a policy of the library"):
        simcash.view.policy_editor("urgent-firts")


def test_what_is_saved_is_stable_and_needs_no_kernel(editor):
    (bundle, *_) = editor._repr_mimebundle_()
    assert bundle["text/plain"] == "editor of policy first for A, 0 problems"
    assert "balance" in bundle["text/html"]
    assert json.loads(json.dumps(editor.state)) == editor.state


def test_the_vocabulary_is_whole():
    words = vocabulary()
    fields = {name for tree in words["trees"].values() for names in tree["fields"].values() for name in names}
    actions = {name for tree in words["trees"].values() for name in tree["actions"]}
    assert fields == set(FIELDS)
    assert actions == set(ACTIONS) == set(words["actions"])
    assert json.loads(json.dumps(words))["trees"].keys() == words["trees"].keys()
