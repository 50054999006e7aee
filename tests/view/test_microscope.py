"""The policy microscope shows the way on record and the numbers that were compared."""

import json
import threading

import pytest

import simcash
from simcash.payments.policies import field, hold, no_action, policy, release, set_state, when
from tests.payments.table import scenario
from tests.view.panels import Browser, until

TREES = policy(
    "calm",
    bank=when(field("balance") > 50, node_id="rich").then(set_state("calm", 1)).otherwise(no_action()),
    payment=when(field("amount") > 60, node_id="large")
    .then(hold("too large"))
    .otherwise(
        when(field("balance") >= field("amount"), node_id="covered").then(release()).otherwise(hold())
    ),
)
AGENTS = {"A": {"policy": {"type": "InlineJson", "json_string": TREES.to_json()}}}
PAYMENTS = "@0 A 40 B by 9 | @0 A 70 B by 8 | @1 A 90 B by 9"


@pytest.fixture
def sim():
    with simcash.open(scenario("A 100 | B 0", PAYMENTS, agents=AGENTS)) as opened:
        yield opened


@pytest.fixture
def microscope(sim):
    panel = sim.run(until=2).microscope()
    yield panel
    panel.close()


def text(way):
    return " > ".join(
        node if answer is None else f"{node} {'yes' if answer else 'no'}" for node, answer in way
    )


def test_it_begins_with_a_bank_that_has_trees(microscope):
    assert microscope.bank == "A"
    assert microscope.state["policy"] == "calm"
    assert microscope.state["document"] == TREES.data


def test_the_way_of_each_decision_is_the_one_on_record(sim, microscope, monkeypatch):
    browser = Browser(microscope, monkeypatch)
    rows = sim.rows("SELECT path, action FROM policy_decisions WHERE tick = 1 AND bank = 'A' ORDER BY seq")
    assert [q["action"] for q in microscope.state["questions"]] == [action for _, action in rows]
    for index, (path, _) in enumerate(rows):
        browser.ask(kind="choose", index=index)
        assert microscope.state["chosen"]["index"] == index
        assert text(microscope.state["chosen"]["way"]) == path


def test_the_compared_values_stand_at_their_nodes(microscope):
    microscope.tick = 0
    bank, small, large = microscope.state["questions"]
    assert [bank["about"], small["about"], large["about"]] == ["the bank", "payment 0", "payment 1"]
    microscope._answer({"kind": "choose", "index": 1})
    steps = [(s["node"], s["left"], s["right"], s["result"]) for s in microscope.state["chosen"]["steps"]]
    assert steps == [("large", "40", "60", False), ("covered", "100", "40", True)]
    assert large["answer"] == "Hold: too large"


def test_before_the_first_tick_there_is_a_policy_and_no_decision(sim):
    panel = sim.microscope("A")
    assert panel.state["document"] == TREES.data
    assert panel.state["tick"] is None
    assert "no tick has been executed yet" in panel.state["note"]
    sim.step()
    until(lambda: panel.state["tick"] == 0)
    assert panel.state["chosen"]["tree"] == "bank_tree"
    panel.close()


def test_it_follows_the_last_tick_and_stays_with_its_payment(sim, microscope):
    microscope._turn_to({"what": "payment", "id": 1})
    sim.step()
    until(lambda: microscope.state["tick"] == 2)
    chosen = microscope.state["questions"][microscope.state["chosen"]["index"]]
    assert chosen["payment"] == 1


def test_a_payment_selected_elsewhere_is_seen_in_the_tick_that_released_it(microscope):
    microscope._turn_to({"what": "payment", "id": 0})
    assert (microscope.tick, microscope.state["fixed"]) == (0, True)
    assert microscope.selected == 0


def test_a_built_in_policy_says_that_it_has_no_tree(sim, microscope):
    microscope.bank = "B"
    assert (microscope.state["policy"], microscope.state["document"]) == ("Fifo", None)
    assert "nothing to decide" in microscope.state["note"]


def test_a_new_policy_shows_from_its_first_tick_on(sim, microscope):
    sim.set_policy("A", "Deadline")
    sim.step()
    until(lambda: microscope.state["tick"] == 2)
    assert (microscope.state["policy"], microscope.state["numbers"]) == ("Deadline", {"urgency_threshold": 5})
    assert microscope.state["chosen"]["steps"]


def test_it_goes_back_with_the_simulation(sim, microscope):
    microscope.tick = 1
    sim.rewind(1)
    until(lambda: microscope.state["now"] == 1)
    assert (microscope.state["tick"], microscope.state["fixed"]) == (0, False)


def test_decisions_before_a_fork_are_out_of_reach_and_it_says_so(microscope, sim):
    with sim.fork() as child:
        panel = child.microscope("A")
        assert "out of reach" in panel.state["note"]
        panel.close()


@pytest.mark.parametrize(
    ("message", "said"),
    [({"kind": "bank", "id": "D"}, "there is no bank"), ({"kind": "tick", "tick": 7}, "ticks 0 to 1")],
)
def test_a_mistake_is_said_and_the_thread_goes_on(microscope, monkeypatch, message, said):
    browser = Browser(microscope, monkeypatch)
    assert said in browser.ask(**message)["text"]
    assert browser.ask(kind="bank", id="B") == {"kind": "answered"}


def test_what_is_saved_is_stable_and_plain(sim, microscope):
    (bundle, *_) = microscope._repr_mimebundle_()
    assert bundle["text/plain"] == "A follows calm, tick 1, 3 decisions"
    assert "balance" in bundle["text/html"]
    assert json.loads(json.dumps(microscope.state)) == microscope.state


def test_threads_end_on_close(sim):
    before = threading.active_count()
    sim.microscope("A").close()
    assert threading.active_count() == before
