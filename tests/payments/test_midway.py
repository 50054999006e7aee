"""Stopping in the middle of things changes nothing: what is under way goes on as if nobody had looked.

Under way are collateral timers, parts of split payments, registers and budgets; what liquidity saving
remembers of its last run; outages, a capacity, squeezes to be given back.
"""

import pytest
from hypothesis import given, settings

import simcash
from simcash.core.scenario import read
from simcash.payments.engine.codes import SLOTS, SQUEEZES, TIMERS
from simcash.payments.world import open_world
from tests.payments.branches import act, both, compute, policy, when
from tests.payments.table import NO_COSTS, at
from tests.twins.runs import named_rows
from tests.twins.strategies import plays

TICKS_PER_DAY, DAYS = 10, 2
MIDDLES = (3, 7, 12)


def event(type, tick, **terms):
    return {"type": type, "schedule": at(tick), **terms}


CAUTIOUS = policy(
    bank=when(
        ("bank_state_turn", ">=", 2),
        act("SetReleaseBudget", max_value_to_release=compute("*", "bank_state_turn", 9),
            max_per_counterparty=25),
        act("AddState", key="bank_state_turn", value=0.75),
    ),
    payment=when(
        ("is_in_queue2", "==", 1),
        when(("time_in_queue", ">=", 2), act("WithdrawFromRtgs"),
             act("ResubmitToRtgs", rtgs_priority="HighlyUrgent")),
        when(
            both(("is_split", "==", 0), ("amount", ">", 15)),
            act("StaggerSplit", num_splits=4, stagger_gap_ticks=3, priority_boost_children=1),
            when(("bank_state_turn", "<", 0.5), act("Hold", reason="early"), act("Release")),
        ),
    ),
    strategic=when(
        ("queue1_liquidity_gap", ">", 0),
        act("PostCollateral", amount="queue1_liquidity_gap", auto_withdraw_after_ticks=3),
        act("HoldCollateral"),
    ),
)  # fmt: skip
BANKS = ("A", "B", "C", "D", "E")
SHOCKS = [
    event("SystemOutage", 2, duration=2),
    event("ParticipantOutage", 6, agent="B", direction="both", duration=4),
    event("LsmOutage", 11, duration=3),
    event("CapacityLimit", 7, max_settlements_per_tick=1, duration=1),
    event("LiquiditySqueeze", 2, agent="all", fraction=0.5, duration=7),
    event("LiquiditySqueeze", 6, agent="A", amount=20, duration=8),
    event("CreditLimitChange", 3, agent="C", delta=30),
    event("HaircutChange", 7, agent="all", haircut=0.3),
    event("AgentArrivalRateChange", 3, agent="D", multiplier=2),
    event("GlobalArrivalRateChange", 12, multiplier=0.5),
    event("MarginCall", 7, agent="E", to_agent="A", amount=9),
    event("LiquidityFractionChange", 3, agent="A", fraction=0.25),
    event("PolicyChange", 6, agent="E", policy={"type": "Deadline", "urgency_threshold": 2}),
]


def crowd(policy, saving=(), events=(), **settings):
    """Five poor banks that pay each other round and round, more than they have."""
    return {
        "simulation": {"ticks_per_day": TICKS_PER_DAY, "num_days": DAYS, "rng_seed": 11,
                       "lsm_enabled": bool(saving)},
        "record": "full",
        "cost_rates": NO_COSTS | {"delay_cost_per_tick_per_cent": 0.1, "deadline_penalty": 3},
        "agents": [bank(i, policy) for i in range(len(BANKS))],
        "scenario_events": list(events),
        "lsm_config": {"algorithms": list(saving)} if saving else {},
    } | settings  # fmt: skip


def bank(i, policy):
    others = {id: 1 + (place - i) % len(BANKS) for place, id in enumerate(BANKS) if place != i}
    return {
        "id": BANKS[i], "opening_balance": 20 * (i % 3), "unsecured_cap": 10, "posted_collateral": 5,
        "max_collateral_capacity": 60, "collateral_haircut": 0.1, "liquidity_pool": 20, "policy": policy,
        "limits": {"multilateral_limit": 4000},
        "arrival_config": {
            "rate_per_tick": 1.2, "amount_distribution": {"type": "Uniform", "min": 5, "max": 90},
            "counterparty_weights": others, "deadline_range": [2, 9], "divisible": True,
        },
    }  # fmt: skip


SAVING = ("bilateral", "cycles", "partial_netting")
RUNS = {
    "trees": crowd(CAUTIOUS),
    "one after the other": crowd(CAUTIOUS, policy_evaluation="sequential", crediting="deferred"),
    "saving": crowd("Fifo", SAVING),
    "saving by class": crowd("Fifo", SAVING, priority_mode=True, entry_disposition_offsetting=True),
    "sequence": crowd("Fifo", (), algorithm_sequencing=True) | {"lsm_config": {}},
    "shocks": crowd("Fifo", (), SHOCKS, priority_escalation={"enabled": True}),
    "all of it": crowd(CAUTIOUS, SAVING, SHOCKS),
}
RUNS["sequence"]["simulation"]["lsm_enabled"] = True


def rows(sim):
    """Every stored row of a simulation that has run to its end, in order."""
    sim.run(progress=False)
    logs = [table for table in sim.world.tables if table.kind != "view"]
    return {t.name: sim.rows(f"SELECT * FROM {t.log} ORDER BY {', '.join(t.order)}") for t in logs}


@pytest.fixture(scope="module")
def whole():
    """What runs say that nobody interrupts."""
    return {name: rows(simcash.open(data)) for name, data in RUNS.items()}


def in_steps(data, middle, folder):
    sim = simcash.open(data)
    for _ in range(middle):
        sim.step()
    return sim


def forked(data, middle, folder):
    return simcash.open(data).run(until=middle, progress=False).fork()


def forked_twice(data, middle, folder):
    return simcash.open(data).run(until=middle - 2, progress=False).fork().run(until=middle).fork()


def rewound(data, middle, folder):
    return simcash.open(data).run(until=middle + 6, progress=False).rewind(middle)


def saved(data, middle, folder):
    simcash.open(data).run(until=middle, progress=False).save(folder / "run.simcash")
    return simcash.load(folder / "run.simcash")


@pytest.mark.parametrize("way", [in_steps, forked, forked_twice, rewound, saved])
@pytest.mark.parametrize("name", RUNS)
def test_it_goes_on_as_if_nobody_had_looked(name, way, whole, tmp_path):
    for middle in MIDDLES:
        found = rows(way(RUNS[name], middle, tmp_path))
        for table, expected in whole[name].items():
            assert found[table] == expected, (table, middle)


def test_things_are_under_way_in_the_middle(whole):
    """The runs are worth the trouble."""
    for middle in MIDDLES:
        world = simcash.open(RUNS["all of it"]).run(until=middle, progress=False).world
        s = world.store
        assert s["at"][TIMERS] > 0
        assert (s["goes_at"][: s["at"][SLOTS]][s["status"][: s["at"][SLOTS]] == 0] >= 0).any()
        assert s["registers"].any()
        assert s["at"][SQUEEZES] > 0
    kinds = {row[2] for row in whole["all of it"]["notices"]}
    assert kinds >= {"BankBudgetSet", "RtgsWithdrawal", "RtgsResubmission", "OutageEnded", "StateRegisterSet"}
    assert len(whole["saving"]["sets"]) > 5


@settings(max_examples=25, deadline=None)
@given(plays(trees=True, saving=True, shocks=True))
def test_a_world_restored_at_every_tick_writes_the_same(play):
    at_once, in_parts = played(play, lambda world: world), played(play, another)
    for name in at_once:
        assert repr(in_parts[name]) == repr(at_once[name]), name  # as text a missing float equals another


def another(world):
    """A new world, put where this one is."""
    fresh = open_world(world.source)
    fresh.source = world.source
    fresh.restore(world.snapshot())
    return fresh


def played(play, go_on):
    """The rows of a play that is taken up anew before every tick."""
    source = read(play.data)
    world = open_world(source)
    world.source = source
    found = {}
    while not world.done:
        for action in play.actions:
            if action["tick"] == world.now:
                world.act({key: value for key, value in action.items() if key != "tick"})
        world = go_on(world)
        batch = world.step(1)
        for table in world.tables:
            if table.kind != "view":
                found.setdefault(table.name, []).extend(named_rows(table, batch[table.name]))
    return found
