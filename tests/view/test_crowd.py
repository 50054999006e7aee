"""Too many banks to tell apart."""

import numpy as np
import pytest

import simcash
from tests.view.panels import Browser

COUNT = 5000


@pytest.fixture(scope="module")
def crowd():
    names = [f"B{i:04}" for i in range(COUNT)]
    agents = [{"id": name, "opening_balance": 1000 * (i + 1)} for i, name in enumerate(names)]
    payments = [
        {"type": "CustomTransactionArrival", "from_agent": names[i], "to_agent": names[(7 * i + 1) % COUNT],
         "amount": 500 + 2000 * i * (i % 9 == 1), "schedule": {"type": "OneTime", "tick": i % 5}}
        for i in range(0, COUNT, 3) if (7 * i + 1) % COUNT != i
    ]  # fmt: skip
    simulation = {"ticks_per_day": 10, "num_days": 1, "rng_seed": 1}
    with simcash.open({"simulation": simulation, "agents": agents, "scenario_events": payments}) as sim:
        yield sim


def test_many_banks_are_drawn_as_groups_and_it_is_said(crowd, page):
    graph = page(crowd).graph
    told = graph.structure
    assert len(told["ids"]) == 100
    assert told["ids"][:2] == ["B4999", "B4998"]
    assert told["ids"][60] == "banks 61–184"
    assert told["note"].startswith("5,000 banks drawn as 100: the largest 60 by opening alone")


def test_a_group_is_the_sum_of_its_members(crowd, page):
    crowd.run(until=4)
    view = page(crowd)
    columns = view.graph._screen.columns
    nodes = crowd.picture().nodes
    for name in ("balance", "queued", "sent_today", "overdue"):
        assert columns[f"node.{name}"].sum() == nodes[name].sum()
    for name in ("stress", "liquidity_left"):
        assert ((columns[f"node.{name}"] >= 0) & (columns[f"node.{name}"] <= 1)).all()
    assert columns["node.state"].max() == nodes["state"].max()
    place = view.graph._screen.grouping.place
    assert np.bincount(place)[60:].max() - np.bincount(place)[60:].min() <= 1


def test_selecting_a_member_selects_its_group(crowd, page):
    graph = page(crowd).graph
    graph.select("B0001")
    assert graph.selected == graph.structure["ids"][-1]
    senders = {row[0] for row in crowd.rows(graph.sql)} | {row[1] for row in crowd.rows(graph.sql)}
    members = set(graph._screen.grouping.members[-1])
    assert "B0001" in members
    assert all(members & {row[0], row[1]} for row in crowd.rows(graph.sql))
    assert senders


def test_a_panel_says_of_a_group_that_it_is_one(crowd, monkeypatch):
    inspector = crowd.inspector("B0001")
    browser = Browser(inspector, monkeypatch)
    for selected in (
        {"what": "node", "id": "banks 61–184"},
        {"what": "edge", "source": "banks 61–184", "target": "B4999"},
    ):
        told = browser.ask(kind="select", selected=selected)
        assert told["text"].startswith('"banks 61–184" is a group of 124 banks, for example B')
        assert told["text"].endswith("pick one of them")
    assert inspector.bank == "B0001"
    assert browser.ask(kind="select", selected={"what": "node", "id": "B4999"}) == {"kind": "answered"}
    assert inspector.bank == "B4999"
    inspector.close()
