"""The queue inspector shows what sim.queue and sim.rtgs_queue say, follows, and never leaves a trace."""

import json
import threading

import pytest

import simcash
from simcash.view.queues import MOST
from tests.payments.table import scenario
from tests.view.panels import Browser, until

HOLDER = {"A": {"policy": {"type": "Deadline", "urgency_threshold": 2}}}
BANKS = "A 100 | B 0 | C 0"
PAYMENTS = "@0 A 40 B by 9 | @0 A 70 C by 8 | @1 B 30 C by 5 priority 9 | @1 B 20 A by 6"


@pytest.fixture
def sim():
    with simcash.open(scenario(BANKS, PAYMENTS, agents=HOLDER)) as opened:
        yield opened.run(until=2)


@pytest.fixture
def inspector(sim):
    with_queue = sim.inspector("A")
    yield with_queue
    with_queue.close()


def queues(panel):
    return {queue["name"]: queue for queue in panel.state["queues"]}


def cells(queue, column):
    place = [c["name"] for c in queue["columns"]].index(column)
    return [row[place] for row in queue["rows"]]


def test_the_rows_are_those_of_the_queues(sim, inspector):
    own = queues(inspector)["own"]
    assert own["ids"] == list(sim.queue("A")["tx_id"]) == [0, 1]
    assert cells(own, "amount") == ["40", "70"]
    assert (own["count"], own["value"]) == (2, 110)
    inspector.bank = "B"
    assert queues(inspector)["own"]["count"] == 0
    assert queues(inspector)["central"]["ids"] == list(sim.rtgs_queue()["tx_id"]) == [2, 3]


def test_every_payment_says_why_it_waits(inspector):
    assert cells(queues(inspector)["own"], "reason") == ["its policy holds it, since tick 0"] * 2
    inspector.bank = "B"
    assert cells(queues(inspector)["central"], "reason") == [
        "liquidity: B lacks 30 cents", "liquidity: B lacks 20 cents",
    ]  # fmt: skip


def test_without_a_bank_it_begins_where_most_waits_and_all_banks_can_be_seen(sim):
    first = sim.inspector()
    assert first.bank == "A"
    first.bank = None
    assert [queue["name"] for queue in first.state["queues"]] == ["central"]
    assert queues(first)["central"]["ids"] == [2, 3]
    first.close()


def test_an_open_payment_tells_its_life_and_its_explanation(sim, inspector):
    inspector.payment = 0
    told = inspector.state["open"]
    assert told["why"] == list(sim.explain(0).sentences)
    assert [step["text"] for step in told["path"]] == [step.expression for step in sim.explain(0).path]
    assert told["facts"] == [list(line) for line in sim.payment(0).lines]
    assert inspector.selected == 0


def test_it_follows_the_simulation(sim, inspector):
    before = queues(inspector)["own"]["ids"]
    sim.run(until=9)
    until(lambda: inspector.state["tick"] == 9)
    assert before
    assert queues(inspector)["own"]["ids"] == list(sim.queue("A")["tx_id"])


def test_an_action_between_ticks_shows_too(sim, inspector):
    sim.submit("A", "B", 5, deadline_tick=9)
    until(lambda: queues(inspector)["own"]["count"] == 3)


def test_messages_of_the_browser(sim, inspector, monkeypatch):
    browser = Browser(inspector, monkeypatch)
    browser.ask(kind="sort", queue="own", column="amount", descending=True)
    assert queues(inspector)["own"]["ids"] == [1, 0]
    browser.ask(kind="sort", queue="own", column=None, descending=False)
    assert queues(inspector)["own"]["ids"] == [0, 1]
    browser.ask(kind="open", id=1)
    assert inspector.payment == 1
    browser.ask(kind="open", id=None)
    assert inspector.payment is None
    browser.ask(kind="bank", id="B")
    assert inspector.bank == "B"


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ({"kind": "bank", "id": "D"}, "there is no bank"),
        ({"kind": "open", "id": 99}, "there is no payment 99: ids go from 0 to 3"),
    ],
)
def test_a_mistake_is_said_and_the_thread_goes_on(inspector, monkeypatch, message, said):
    browser = Browser(inspector, monkeypatch)
    told = browser.ask(**message)
    assert told["level"] == "error"
    assert said in told["text"]
    assert browser.ask(kind="bank", id="C") == {"kind": "answered"}


def test_a_wrong_name_is_refused_at_once(sim, inspector):
    with pytest.raises(ValueError, match="there is no bank"):
        sim.inspector("a bank")
    with pytest.raises(ValueError, match="there is no bank"):
        inspector.bank = "D"
    with pytest.raises(ValueError, match="there is no payment 99"):
        inspector.payment = 99


class Graph:
    """Something that selects."""

    def __init__(self, selected):
        self.selected, self.functions = selected, []

    def on_select(self, function):
        self.functions.append(function)

    def select(self, selected):
        for function in self.functions:
            function(selected)


def test_it_shows_what_is_selected_elsewhere(inspector):
    graph = Graph("B")
    assert inspector.follow(graph) is inspector
    until(lambda: inspector.state["bank"] == "B")
    graph.select(("A", "C"))
    until(lambda: inspector.state["bank"] == "A")
    graph.select(2)
    until(lambda: inspector.state["open"] is not None)
    assert inspector.state["open"]["id"] == 2


def test_others_hear_what_is_selected_here(inspector):
    heard = []
    inspector.on_select(heard.append)
    inspector.bank = "C"
    inspector.payment = 3
    assert heard == ["C", 3]


def test_an_open_payment_that_no_longer_exists_is_told(sim, inspector):
    inspector.payment = 3
    sim.rewind(1, forget=True)
    until(lambda: inspector.state["tick"] == 1)
    assert inspector.state["open"] is None
    assert "there is no payment 3" in inspector.state["note"]


def test_many_rows_are_bounded_and_the_rest_is_counted():
    many = " | ".join(f"@0 A {1 + i} B by 9" for i in range(MOST + 5))
    with simcash.open(scenario("A 0 | B 0", many, agents=HOLDER)).run(until=1) as sim:
        panel = sim.inspector("A")
        panel._orders["own"] = ("amount", True)
        panel._show()
        own = queues(panel)["own"]
        assert (len(own["rows"]), own["count"], own["ids"][0]) == (MOST, MOST + 5, MOST + 4)
        assert "and 193 more" in panel._still()
        panel.close()


def test_threads_end_on_close(sim):
    before = threading.active_count()
    panel = sim.inspector()
    assert threading.active_count() == before + 1
    panel.close()
    panel.close()
    assert threading.active_count() == before
    assert sim._watchers == ()


def test_what_is_saved_is_stable_and_needs_no_kernel(sim, inspector):
    (bundle, *_) = inspector._repr_mimebundle_()
    assert bundle["text/plain"] == "queues at tick 2: Own queue of A: 2, A in the central queue: 0"
    assert "Own queue of A: 2 payments, 110 cents" in bundle["text/html"]
    assert json.loads(json.dumps(inspector.state)) == inspector.state


def test_a_saved_page_has_the_still_in_an_output_of_its_own(inspector, monkeypatch):
    shown = []
    monkeypatch.setattr("simcash.view.saved.publish_display_data", shown.append)
    inspector._ipython_display_()
    still, widget = shown
    assert "Own queue of A" in still["text/html"]
    assert "application/vnd.jupyter.widget-view+json" not in still
    assert "application/vnd.jupyter.widget-view+json" in widget
