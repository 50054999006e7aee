"""The table `policies`: who follows which policy, told once."""

import json

import pytest

import simcash
from simcash.core.scenario import read
from simcash.payments.world import open_world
from tests.payments.table import scenario

AWARE = {"policy": {"type": "LiquidityAware", "target_buffer": 20}}
DATA = scenario("A 100 | B 0 | C 0", "@0 A 60 B", days=2, agents={"B": AWARE})
EXPECTED = [
    (0, "A", {"type": "Fifo"}, "scenario"),
    (0, "B", {"type": "LiquidityAware", "target_buffer": 20, "urgency_threshold": 5}, "scenario"),
    (0, "C", {"type": "Fifo"}, "scenario"),
]


def told(sim):
    query = "SELECT tick, bank, policy_json, origin FROM policies ORDER BY tick, bank"
    return [(tick, bank, json.loads(text), origin) for tick, bank, text, origin in sim.rows(query)]


@pytest.mark.parametrize("steps", [[20], [0, 1, 1], [0, 0, 5, 0, 9]])
def test_policies_are_told_once(steps):
    sim = simcash.open(DATA)
    for ticks in steps:
        sim.step(ticks)
    assert told(sim) == EXPECTED


@pytest.mark.parametrize(("record", "expected"), [("summary", EXPECTED), ("off", [])])
def test_policies_at_other_levels(record, expected):
    assert told(simcash.open(DATA, record=record).run()) == expected


def test_the_same_policy_has_the_same_hash():
    sim = simcash.open(DATA).run()
    hashes = dict(sim.rows("SELECT bank, policy_hash FROM policies"))
    assert hashes["A"] == hashes["C"] != hashes["B"]


def test_a_fork_tells_what_it_changes():
    sim = simcash.open(DATA)
    sim.step(4)
    other = sim.fork(set={"agents.A.policy": {"type": "Deadline", "urgency_threshold": 3}})
    assert told(other) == EXPECTED
    other.step(2)
    changed = (4, "A", {"type": "Deadline", "urgency_threshold": 3}, "fork")
    assert told(other) == [*EXPECTED, changed]
    sim.run()
    assert told(sim) == EXPECTED
    assert told(other.fork().run()) == [*EXPECTED, changed]
    other.rewind(4)
    assert told(other) == EXPECTED
    assert told(other.run()) == [*EXPECTED, changed]


def test_a_fork_of_a_fork_that_has_not_moved():
    sim = simcash.open(DATA)
    sim.step(4)
    first = sim.fork(set={"agents.A.policy.type": "PriorityDeadline"})
    other = first.fork(set={"agents.C.policy.type": "Deadline"})
    other.step(1)
    kinds = [(tick, bank, policy["type"]) for tick, bank, policy, origin in told(other) if origin == "fork"]
    assert kinds == [(4, "A", "PriorityDeadline"), (4, "C", "Deadline")]


@pytest.mark.parametrize("tick", [0, 1, 7])
def test_going_back_tells_it_once(tick):
    sim = simcash.open(DATA)
    sim.step(9)
    sim.rewind(tick)
    sim.step(3)
    assert told(sim) == EXPECTED


def test_a_loaded_run_tells_it_once(tmp_path):
    sim = simcash.open(DATA)
    sim.step(3)
    again = simcash.load(sim.save(tmp_path / "x.simcash"))
    again.run()
    assert told(again) == EXPECTED


def test_a_restored_world_goes_on_alike():
    first, second = open_world(read(DATA)), open_world(read(DATA))
    first.step(3)
    second.restore(first.snapshot())
    assert len(second.step(5)["policies"]["bank"]) == len(first.step(5)["policies"]["bank"]) == 0
