"""Payments known in advance, given as columns: the same payments, at the same time, as given one by one."""

import json

import numpy as np
import pytest

import simcash
from simcash.core.history import History
from simcash.core.scenario import read
from simcash.payments.scenario import open_scenario
from tests.payments.table import column, scenario, settled_at
from tests.payments.written import data, told
from tests.twins.runs import EngineRun

DAY = {
    "tick": [0, 0, 2, 1],
    "sender": ["A", "B", "A", "C"],
    "receiver": ["B", "C", "C", "A"],
    "amount": [60, 90, 70, 10],
    "deadline_tick": [2, 5, 4, 30],
    "priority": [9, 5, 0, 3],
}
BANKS = "A 100 | B 50 | C 0"


def listed(**changes):
    return scenario(BANKS) | {"payments": DAY | changes}


def as_events(order=(0, 1, 3, 2)):
    """The same payments as events, which the twin knows too."""
    return scenario(BANKS, events=[
        {
            "type": "CustomTransactionArrival", "from_agent": DAY["sender"][i],
            "to_agent": DAY["receiver"][i], "amount": DAY["amount"][i],
            "deadline": DAY["deadline_tick"][i] - DAY["tick"][i], "priority": DAY["priority"][i],
            "schedule": {"type": "OneTime", "tick": DAY["tick"][i]},
        }
        for i in order
    ])  # fmt: skip


def without_seq(run, table):
    """The rows, but not their numbers within a tick, which notices of events count too."""
    return [{key: value for key, value in row.items() if key != "seq"} for row in run.rows(table)]


def ran(given):
    run = EngineRun(given)
    run.step(10)
    return run


def test_they_fare_as_the_same_payments_given_as_events(play):
    ours, theirs = ran(listed()), play(as_events())
    assert settled_at(ours) == settled_at(theirs)
    for table in ("settlements", "bank_ticks", "bank_days", "costs"):
        assert without_seq(ours, table) == without_seq(theirs, table)
    sources = [row.pop("source") for row in ours.rows("payments")]
    assert set(sources) == {"listed"}


def test_each_is_what_the_list_says():
    run = ran(listed())
    for name, expected in {
        "arrival_tick": [0, 0, 1, 2], "sender": ["A", "B", "C", "A"], "receiver": ["B", "C", "A", "C"],
        "amount": [60, 90, 10, 70], "original_priority": [9, 5, 3, 0],
        "deadline_tick": [2, 5, 10, 4],  # at most the end of the run
    }.items():  # fmt: skip
        found = {row["tx_id"]: row[name] for row in run.rows("payments")}
        assert [found[tx] for tx in range(4)] == expected
    assert not column(run, "notices", "kind", kind="ScenarioEventExecuted")


def test_what_is_left_out_is_as_in_events():
    short = {key: DAY[key] for key in ("tick", "sender", "receiver", "amount")}
    run = ran(scenario(BANKS, ticks_per_day=100) | {"payments": short})
    assert set(column(run, "payments", "original_priority")) == {5}
    deadlines = {row["tx_id"]: row["deadline_tick"] for row in run.rows("payments")}
    assert deadlines == {0: 10, 1: 10, 2: 11, 3: 12}  # a tenth of the day later
    assert not any(column(run, "payments", "divisible"))


def test_they_come_before_drawn_ones_and_leave_them_as_they_are():
    arrivals = {"rate_per_tick": 2, "amount_distribution": {"type": "Fixed", "value": 7},
                "deadline_range": [3, 8]}  # fmt: skip
    drawing = scenario(BANKS, agents={"A": {"arrival_config": arrivals}})
    alone, both = ran(drawing), ran(drawing | {"payments": DAY})
    key = ("tick", "sender", "receiver", "amount", "deadline_tick")
    arrived = [
        [tuple(row[k] for k in key) for row in run.rows("payments")
         if row["source"] == "arrival" and row["tick"] == row["arrival_tick"]]
        for run in (alone, both)
    ]  # fmt: skip
    assert arrived[0] == arrived[1]
    assert arrived[0]
    first = [row for row in both.rows("payments") if row["tx_id"] < 2]
    assert {row["source"] for row in first} == {"listed"}


def test_many_at_once_find_room():
    n = 5000
    given = {
        "tick": [3] * n, "sender": ["A"] * n, "receiver": ["B"] * n, "amount": [1] * n,
    }  # fmt: skip
    sim = simcash.open(scenario(f"A {n} | B 0", record="standard") | {"payments": given})
    sim.run()
    assert sim.rows("SELECT count(*), sum(amount)::BIGINT, min(tick), max(tick) FROM settlements") == [
        (n, n, 3, 3)
    ]


def test_a_run_is_replayed_forked_saved_and_rewound(tmp_path):
    path = tmp_path / "run.duckdb"
    with simcash.open(listed(), db=path) as sim:
        sim.run()
        settled = sim.table("settlements")
        run = sim.run_id
        assert sim.rewind(1).run().table("settlements").equals(settled)
    again = simcash.replay(path, run)
    assert again.table("settlements").equals(settled)
    with History(path) as history:
        assert json.loads(history.facts(run)["source"])["data"]["payments"]["amount"] == DAY["amount"]
    with simcash.open(listed()) as sim:
        sim.step(2)
        with simcash.load(sim.save(tmp_path / "half.simcash")) as loaded:
            assert loaded.run().table("settlements").equals(settled)
        fork = sim.fork(set={"agents.C.unsecured_cap": 0})
        assert fork.run().table("settlements").equals(settled)
        with pytest.raises(ValueError, match=r"payments.amount.*fixed at the start"):
            sim.fork(set={"payments.amount.0": 1})


def test_numpy_columns_are_as_good_as_lists():
    arrays = {name: np.array(values) for name, values in DAY.items()}
    given = open_scenario(read(listed(**arrays))).payments
    assert given is not None
    assert given.amount == tuple(DAY["amount"])
    assert type(given.amount[0]) is int
    assert given.sender == tuple(DAY["sender"])
    assert type(given.sender[0]) is str


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"amount": [5, -1]}, "payments.amount[1]: must be at least 1, got -1"),
        ({"amount": [5, 2.5]}, "payments.amount[1]: expected whole cents"),
        ({"tick": [0, "a"]}, 'payments.tick[1]: expected a whole number, got "a"'),
        ({"priority": [0, 11]}, "payments.priority[1]: must be at most 10, got 11"),
        ({"sender": ["A", "BB"]}, 'payments.sender: entry 1: unknown bank "BB"; did you mean "B"?'),
        ({"sender": ["A", 7]}, "payments.sender: entry 1: a bank's name is text, got 7"),
        ({"sender": "A"}, "payments.sender: expected a list"),
        ({"receiver": ["B", "A"]}, 'payments: entry 1: sender and receiver are both "A"'),
        ({"amount": [5]}, "payments: tick has 2 entries, amount 1;"),
        ({"tick": [0, 24]}, "payments.tick: entry 1: tick 24 comes after the last tick, 23"),
        ({"amounts": [1, 2]}, 'payments.amounts: unknown key "amounts"; did you mean "amount"?'),
    ],
)
def test_mistakes_name_the_entry(changes, problem):
    good = {"tick": [0, 1], "sender": ["A", "A"], "receiver": ["B", "B"], "amount": [5, 5]}
    found = told(data(payments=good | changes))
    assert len(found) == 1
    assert found[0].startswith(problem)


def test_money_as_text_is_read_as_elsewhere():
    good = {"tick": [0, 1], "sender": ["A", "A"], "receiver": ["B", "B"], "amount": ["12.50", 5]}
    given = open_scenario(read(data(payments=good))).payments
    assert given is not None
    assert given.amount == (1250, 5)
