"""Why a payment waits: spec 3.8, case 45, and that what is told is what the engine did."""

import json
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings

import simcash
from simcash.payments import deciding, readings
from simcash.payments.explain import explain
from simcash.payments.life import payment
from simcash.payments.policies import field, hold, policy, release, when
from simcash.payments.readings import UnknownName
from simcash.payments.releasing import MOST_SETS, Releases
from simcash.payments.tables import ACTIONS
from tests.payments.table import scenario
from tests.twins.strategies import plays

PATIENT = {"type": "LiquidityAware", "target_buffer": 50, "urgency_threshold": 2}


def opened(*table, ticks=1, **settings):
    sim = simcash.open(scenario(*table, **settings))
    sim.step(ticks)
    return sim


def steps(explanation):
    return [tuple(step) for step in explanation.path]


def test_45_what_is_missing_and_what_would_offset_it():
    found = explain(opened("A 200000 | B 0", "@0 A 500000 B | @0 B 300000 A"), 0)
    assert found.location == "queue2"
    assert (found["reason"], found["missing"], found["offsets"]) == ("liquidity", 300000, [1])
    assert found["released_with"] == [1]
    assert "A lacks 300,000 cents" in repr(found)
    assert "payment 1 of B to A would offset it" in repr(found)


def test_the_offsets_are_the_first_k_with_the_smallest_k():
    payments = "@0 A 500 B | @0 B 100 A | @0 B 300 A | @0 B 400 A"
    found = explain(opened("A 200 | B 0", payments), 0)
    assert found["offsets"] == [1, 2]
    assert found["released_with"] == [2]
    assert explain(opened("A 0 | B 0", "@0 A 500 B | @0 B 100 A"), 0)["offsets"] == []


def test_a_circle_is_the_smallest_set():
    sim = opened("A 0 | B 0 | C 0", "@0 A 5 B | @0 B 5 C | @0 C 5 A | @0 B 9 C")
    found = explain(sim, 0)
    assert (found["offsets"], sorted(found["released_with"])) == ([], [1, 2])
    assert explain(sim, 3)["released_with"] == []
    assert "no set of waiting payments would release it" in repr(explain(sim, 3))


@settings(max_examples=25)
@given(plays(record=("off",)))
def test_the_smallest_set_is_the_one_that_trying_all_finds(play):
    sim = simcash.open(play.data)
    sim.step(play.data["simulation"]["ticks_per_day"])
    releases = Releases(sim.world)
    if len(releases.queue) > 9:
        return
    for p in releases.queue:
        others = [q for q in releases.queue if q != p]
        sets = [
            c for k in range(len(others) + 1) for c in combinations(others, k) if feasible(sim.world, (p, *c))
        ]
        found = releases.smallest(p)
        assert len(found) == (len(sets[0]) if sets else 0)
        assert not sets or feasible(sim.world, (p, *found))


def feasible(world, slots):
    """Spec 3.2's words, on dictionaries."""
    s, able = world.store, readings.available(world)
    paid = {}
    for q in slots:
        pair = int(s["sender"][q]), int(s["receiver"][q])
        paid[pair] = paid.get(pair, 0) + int(s["amount"][q])
    for b, agent in enumerate(world.scenario.agents):
        out, back = (sum(v for pair, v in paid.items() if pair[side] == b) for side in (0, 1))
        if out - back > able[b]:
            return False
        net = agent.limits_basis == "net"
        most = agent.multilateral_limit
        if out and most is not None and s["multilateral_used"][b] + out - (back if net else 0) > most:
            return False
        for id, limit in agent.bilateral_limits.items():
            peer = world.place[id]
            sent, got = paid.get((b, peer), 0), paid.get((peer, b), 0)
            if sent and bilateral_used(s, b, peer) + sent - (got if net else 0) > limit:
                return False
    return True


def bilateral_used(s, b, peer):
    entries = range(s["bilateral_start"][b], s["bilateral_start"][b + 1])
    return next(int(s["bilateral_used"][k]) for k in entries if s["bilateral_peer"][k] == peer)


def test_a_search_that_takes_too_long_says_so():
    payments = " | ".join(f"@0 {a} {i + 1} {b}" for i in range(40) for a, b in ("AB", "BC", "CA", "BA"))
    sim = opened("A 0 | B 0 | C 0", f"{payments} | @0 A 5000 B | @0 B 4999 C")
    found = explain(sim, 160)
    assert found["released_with"] is None
    assert "no small set" in repr(found)
    assert MOST_SETS < 2**16


def test_a_limit_blocks():
    limits = {"A": {"limits": {"bilateral_limits": {"B": 50}}}, "B": {"limits": {"multilateral_limit": 30}}}
    sim = opened("A 100 | B 100", "@0 A 60 B | @0 B 40 A", agents=limits)
    own, other = explain(sim, 0), explain(sim, 1)
    assert (own["reason"], own["limit"], own["used"], own["missing"]) == ("bilateral_limit", 50, 0, 0)
    assert own["released_with"] == []
    assert (other["reason"], other["limit"]) == ("multilateral_limit", 30)
    assert "A has used 0 of 50 cents toward B" in repr(own)


@pytest.mark.parametrize(
    ("shock", "reason"),
    [
        ({"type": "SystemOutage", "duration": 5}, "system_outage"),
        (
            {"type": "ParticipantOutage", "agent": "B", "direction": "receive", "duration": 5},
            "receiver_outage",
        ),
        ({"type": "CapacityLimit", "max_settlements_per_tick": 0, "duration": 5}, "capacity"),
    ],
)
def test_an_outage_stops_what_could_be_paid(shock, reason):
    event = shock | {"schedule": {"type": "OneTime", "tick": 0}}
    found = explain(opened("A 100 | B 0", "@0 A 60 B", events=[event]), 0)
    assert (found["reason"], found["missing"], found["offsets"]) == (reason, 0, [])
    assert found["released_with"] == []
    assert "no set" not in repr(found)


def test_a_payment_that_an_outage_stops_is_in_no_set():
    event = {"type": "ParticipantOutage", "agent": "B", "direction": "send", "duration": 5}
    event |= {"schedule": {"type": "OneTime", "tick": 1}}
    sim = opened("A 0 | B 0", "@0 A 5 B | @0 B 5 A", events=[event], ticks=1)
    assert explain(sim, 0)["released_with"] == [1]
    sim.step()
    assert explain(sim, 0)["released_with"] == []
    assert (explain(sim, 1)["reason"], explain(sim, 1)["released_with"]) == ("liquidity", [])


def test_capacity_bounds_the_sets():
    event = {"type": "CapacityLimit", "max_settlements_per_tick": 2, "duration": 5}
    event |= {"schedule": {"type": "OneTime", "tick": 0}}
    circle = "@0 A 5 B | @0 B 5 C | @0 C 5 A"
    assert explain(opened("A 0 | B 0 | C 0", circle, events=[event]), 0)["released_with"] == []
    assert explain(opened("A 0 | B 0", "@0 A 5 B | @0 B 5 A", events=[event]), 0)["offsets"] == [1]


def test_a_bank_that_cannot_send_does_not_decide():
    event = {"type": "ParticipantOutage", "agent": "A", "duration": 5}
    event |= {"schedule": {"type": "OneTime", "tick": 0}}
    found = explain(opened("A 100 | B 0", "@0 A 60 B", events=[event]), 0)
    assert (found.location, found["action"], found["decision_path"]) == ("queue1", "none", [])
    assert "could not decide" in found["reason"]


def test_the_policy_in_force_is_the_one_that_is_followed():
    event = {"type": "PolicyChange", "agent": "A", "policy": PATIENT}
    event |= {"schedule": {"type": "OneTime", "tick": 2}}
    hold = {"A": {"policy": {"type": "Deadline", "urgency_threshold": 0}}}
    sim = opened("A 100 | B 0", "@0 A 60 B by 9", agents=hold, events=[event], ticks=2)
    assert explain(sim, 0)["reason"] == "not urgent yet"
    sim.step()
    assert explain(sim, 0)["reason"] == "would cut into the buffer"


def test_strict_order_names_the_payment_that_goes_first():
    sim = opened("A 10 | B 0", "@0 A 50 B | @0 A 5 B", queue2_discipline="strict_fifo")
    found = explain(sim, 1)
    assert (found["reason"], found["blocking"], found["missing"]) == ("strict_fifo", 0, 0)
    assert "payment 0 of A goes first" in repr(found)
    assert sim.rtgs_queue()["blocked_by"].fillna(-1).tolist() == [-1, 0]


def test_a_policy_that_waits_tells_its_comparisons():
    sim = opened("A 100 | B 0", "@0 A 60 B by 9", agents={"A": {"policy": PATIENT}}, ticks=3)
    found = explain(sim, 0)
    assert (found.location, found["action"], found["tick"]) == ("queue1", "Hold", 2)
    assert found["reason"] == "would cut into the buffer"
    assert steps(found) == [
        ("due", "deadline_tick <= current_tick", 9, 2, False),
        ("urgent", "ticks_to_deadline <= urgency_threshold", 7, 2, False),
        ("without_buffer", "target_buffer == 0", 50, 0, False),
        ("cuts", "balance - remaining_amount < target_buffer", 40, 50, True),
    ]
    assert "policy said Hold: would cut into the buffer" in repr(found)
    assert sim.now == 3


def test_what_was_dropped_tells_when_and_why():
    agents = {"A": {"policy": {"type": "Deadline", "urgency_threshold": 0}}}
    found = explain(opened("A 0 | B 0", "@0 A 100 B by 2", ticks=5, agents=agents), 0)
    assert (found.location, found["tick"], found["action"]) == ("dropped", 2, "Drop")
    assert steps(found) == [("due", "deadline_tick <= current_tick", 2, 2, True)]


def test_money_that_came_later_in_the_tick_was_not_seen():
    """B is paid in step 8, after its policy looked at an empty balance."""
    agents = {"B": {"policy": {"type": "LiquidityAware"}}}
    found = explain(opened("A 100 | B 0", "@0 A 100 B | @0 B 70 A by 9", agents=agents), 1)
    assert steps(found)[-1] == ("covered", "effective_liquidity >= remaining_amount", 0, 70, False)


def test_a_tree_tells_the_comparisons_on_the_way():
    rich = when(field("balance") >= field("remaining_amount")).then(release()).otherwise(hold("short"))
    trees = policy("rich", payment=when(field("priority") > 8).then(release()).otherwise(rich))
    agents = {"A": {"policy": {"type": "InlineJson", "json_string": trees.to_json()}}}
    found = explain(opened("A 40 | B 0", "@0 A 60 B by 9", ticks=3, agents=agents), 0)
    assert (found.location, found["action"], found["reason"]) == ("queue1", "Hold", "short")
    told = [("priority > 8", 5, 8, False), ("balance ≥ remaining_amount", 40, 60, False)]
    assert [step[1:] for step in steps(found)] == told


@settings(max_examples=20, deadline=None)
@given(plays(record=("full", "standard")))
def test_the_comparisons_lead_to_what_the_engine_does(play):
    sim = simcash.open(play.data)
    for _ in range(min(4, sim.clock.ticks)):
        world = sim.world_at(sim.now)
        deciding.wait_for_decisions(world)
        waiting = [(b, p) for b in range(len(world.ids)) for p in readings.own_queue(world, b).tolist()]
        meant = {int(world.store["tx"][p]): deciding.decision(world, b, p).action for b, p in waiting}
        world.store["pause"][0] = 0
        rows = world.step(1)["decisions"]
        done = zip(rows["tx_id"].tolist(), (ACTIONS[code] for code in rows["action"]), strict=True)
        assert meant == dict(done)
        sim.step()


def test_a_payment_just_submitted_has_not_been_decided_about():
    sim = opened("A 0 | B 0", ticks=2)
    sim.submit("A", "B", 5, deadline_tick=9)
    found = explain(sim, 0)
    assert (found["action"], found["tick"], found["decision_path"]) == ("none", None, [])
    assert "will be in tick 2" in repr(found)


def test_what_has_settled_tells_how_and_with_whom():
    sim = opened("A 100 | B 0", "@0 A 60 B")
    assert explain(sim, 0).facts == {"tick": 0, "channel": "rtgs", "set_id": None, "partners": []}
    rates = {"eod_borrowing_rate": 0}
    sim = opened("A 0 | B 0", "@0 A 100 B | @0 B 70 A | @0 A 5 B", ticks_per_day=1, costs=rates)
    found = explain(sim, 1)
    assert (found["tick"], found["channel"], found["partners"]) == (0, "eod_borrowing", [0, 2])
    assert "with payments 0, 2" in repr(found)


@pytest.mark.parametrize("tx_id", [0, 1, 2, 3])
def test_an_explanation_is_data_and_a_card(tx_id):
    agents = {"A": {"policy": PATIENT}, "C": {"policy": {"type": "Deadline", "urgency_threshold": 0}}}
    payments = "@0 A 60 B by 9 | @0 B 9 A | @1 C 1 A by 1 | @0 D 5 B"
    sim = opened("A 100 | B 0 | C 0 | D 5", payments, ticks=5, agents=agents)
    found = explain(sim, tx_id)
    assert json.loads(json.dumps(found.data))["location"] == found.location
    card = found._repr_html_()
    for sentence in found.sentences:
        assert sentence in card.replace("&#x27;", "'")
    assert card.count("<div") == card.count("</div>")
    assert "color:" not in card.replace("border-left:6px solid", "")  # text keeps the page's own colour
    assert {explain(sim, i).location for i in range(4)} == {"queue1", "queue2", "dropped", "settled"}


def test_the_card_escapes_names():
    sim = simcash.open(scenario("<b> 0 | B 0", "@0 <b> 5 B"))
    sim.step()
    assert "<b>" not in explain(sim, 0)._repr_html_()


def test_explaining_changes_nothing():
    sim = opened("A 100 | B 0", "@0 A 60 B by 9", agents={"A": {"policy": PATIENT}}, ticks=3)
    before = sim.world.snapshot()
    explain(sim, 0)
    after = sim.world.snapshot()
    assert all(np.array_equal(before.arrays[name], after.arrays[name]) for name in before.arrays)
    assert sim.run().done


def test_explaining_after_a_rewind_and_in_a_fork():
    sim = opened("A 100 | B 0", "@0 A 60 B by 9", agents={"A": {"policy": PATIENT}}, ticks=5)
    sim.rewind(3)
    assert explain(sim, 0)["tick"] == 2
    child = sim.fork(set={"agents.0.policy.target_buffer": 41})
    assert explain(child, 0)["tick"] is None
    child.step()
    assert steps(explain(child, 0))[-1][3] == 41


def test_an_unknown_payment_is_told_the_range():
    with pytest.raises(UnknownName, match="no payment 9: ids go from 0 to 0"):
        explain(opened("A 100 | B 0", "@0 A 60 B"), 9)


def test_a_world_of_the_past_is_another_one():
    sim = opened("A 100 | B 0", "@0 A 60 B | @2 B 5 A", ticks=4)
    past = sim.world_at(1)
    assert (past.now, sim.now) == (1, 4)
    assert past.banks["balance"].tolist() == [40, 60]
    past.step(3)
    assert past.banks["balance"].tolist() == sim.banks["balance"].tolist() == [45, 55]
    with pytest.raises(ValueError, match="tick 9 is out of reach: this run knows ticks 0 to 4"):
        sim.world_at(9)


def test_a_life_knows_of_no_parts_where_there_are_none():
    life = payment(opened("A 100 | B 0", "@0 A 60 B"), 0)
    assert (life.parent_id, life.children) == (None, ())
