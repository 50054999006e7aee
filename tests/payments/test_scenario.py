"""The payments scenario: what may be written, what it means, and what a fork may change."""

import math
import warnings
from decimal import Decimal

import pytest

from simcash.core.scenario import ScenarioError, parse, read
from simcash.payments.distributions import FixedPriority, UniformPriority
from simcash.payments.members import allocation
from simcash.payments.scenario import Scenario, check_fork, open_scenario
from simcash.payments.tariff import FixedPenalty, RatePenalty
from tests.payments.written import (
    ARRIVALS,
    FIXED,
    GROUP,
    MONEY_MAX,
    ONCE,
    bank,
    data,
    event,
    scenario,
    told,
    without,
)

# ruff: noqa: E501 (one case per line)

# Defaults and names


def test_defaults_are_those_of_the_specification():
    opened = scenario()
    assert {
        key: getattr(opened, key)
        for key in Scenario.model_fields
        if key not in ("simulation", "agents", "cost_rates", "priority_escalation", "name")
    } == {
        "world": "payments", "description": None, "record": "standard", "compat": "none",
        "rng_streams": "per_bank", "crediting": "immediate", "deadline_cap_at_eod": False,
        "queue1_ordering": "fifo", "priority_mode": False, "queue2_discipline": "bypass_fifo",
        "algorithm_sequencing": False, "entry_disposition_offsetting": False, "eod_rush_threshold": 0.8,
        "daily_liquidity_reallocation": True, "balance_reset": "never", "policy_evaluation": "snapshot",
        "eod_penalty_applies_to": "unsettled", "drop_cost": "penalties", "missing_counterparty_weight": 0,
        "throughput_rules": (), "policy_feature_toggles": None, "cost_feature_toggles": None, "groups": (),
        "network": "uniform", "lsm_config": None, "payments": None, "scenario_events": (),
    }  # fmt: skip
    assert opened.name == "scenario"
    assert opened.priority_escalation.model_dump() == {
        "enabled": False, "curve": "linear", "start_escalating_at_ticks": 20, "max_boost": 3,
    }  # fmt: skip
    assert opened.agents[0].model_dump() == {
        "id": "A", "opening_balance": 100, "unsecured_cap": 0, "credit_limit": 0, "policy": {"type": "Fifo"},
        "posted_collateral": 0, "collateral_haircut": Decimal("0.02"), "max_collateral_capacity": 0,
        "limits": None, "bilateral_limits": {}, "multilateral_limit": None, "limits_basis": "gross",
        "liquidity_pool": 0, "liquidity_allocation_fraction": None, "liquidity_buffer": 0,
        "arrival_config": None, "arrival_bands": None,
    }  # fmt: skip
    assert opened.cost_rates.model_dump() == {
        "overdraft_bps_per_tick": Decimal("0.001"), "delay_cost_per_tick_per_cent": Decimal("0.0001"),
        "collateral_cost_per_tick_bps": Decimal("0.0002"), "liquidity_cost_per_tick_bps": 0,
        "liquidity_cost_once_per_day": 0, "eod_borrowing_rate": None,
        "eod_penalty": {"mode": "fixed", "amount": 10000},
        "deadline_penalty": {"mode": "fixed", "amount": 50000},
        "split_friction_cost": 1000, "overdue_delay_multiplier": 5,
        "priority_delay_multipliers": {"urgent_multiplier": 1, "normal_multiplier": 1, "low_multiplier": 1},
    }  # fmt: skip


def test_the_file_format_is_exported_as_a_json_schema():
    schema = Scenario.model_json_schema()
    assert set(schema["required"]) == {"simulation"}
    assert "LiquidityAware" in str(schema["$defs"])


def test_the_name_is_the_one_given_or_the_files():
    assert scenario(name="mine").name == "mine"
    assert open_scenario(read("three-banks")).name == "three-banks"


@pytest.mark.parametrize("key", ["agents", "agent_configs", "banks"])
def test_banks_go_by_three_names(key):
    assert open_scenario(read(without(data(), "agents") | {key: data()["agents"]})) == scenario()


@pytest.mark.parametrize("inner", [{"lsm_enabled": False}, {"ticks_per_day": 12, "lsm_enabled": False}])
def test_simulation_keys_may_stand_at_the_top(inner):
    top = {k: v for k, v in data()["simulation"].items() if k not in inner}
    assert open_scenario(read(data(simulation=inner) | top)) == scenario()


def test_a_problem_in_a_key_at_the_top_names_its_line():
    with pytest.raises(ScenarioError) as caught:
        open_scenario(parse("# x\nticks_per_day: 0\nsimulation: {num_days: 1, rng_seed: 1, lsm_enabled: no}\n"
                            "agents: [{id: A, opening_balance: 1}]"))  # fmt: skip
    assert str(caught.value) == "scenario line 2: simulation.ticks_per_day: must be at least 1, got 0"


def test_what_was_set_beats_the_same_key_at_the_top():
    source = read({**without(data(), "simulation"), "simulation": {"lsm_enabled": False},
                   "ticks_per_day": 12, "num_days": 2, "rng_seed": 42})  # fmt: skip
    changed = open_scenario(source.with_values({"simulation.num_days": 7}))
    assert changed.simulation.num_days == 7
    assert open_scenario(source.with_seed(5)).simulation.rng_seed == 5


@pytest.mark.parametrize(
    ("settings", "key", "value"),
    [
        ({"deferred_crediting": True}, "crediting", "deferred"),
        ({"deferred_crediting": "no"}, "crediting", "immediate"),
        ({"crediting": "deferred"}, "crediting", "deferred"),
        ({"compat": None}, "compat", "none"),
        ({"record": False}, "record", "off"),
        ({"scenario_events": None}, "scenario_events", ()),
    ],
)
def test_other_ways_of_writing_the_same(settings, key, value):
    assert getattr(scenario(**settings), key) == value


@pytest.mark.parametrize(
    ("settings", "key", "value"),
    [
        ({"unsecured_cap": 5}, "unsecured_cap", 5),
        ({"credit_limit": 7}, "unsecured_cap", 7),
        ({"unsecured_cap": 5, "credit_limit": 7}, "unsecured_cap", 12),
        ({"unsecured_cap": 5, "credit_limit": 7}, "max_collateral_capacity", 120),
        ({"unsecured_cap": 5, "max_collateral_capacity": 3}, "max_collateral_capacity", 3),
        ({"opening_balance": "12.50"}, "opening_balance", 1250),
        ({"opening_balance": -5}, "opening_balance", -5),
        ({"limits": {"multilateral_limit": 9}}, "multilateral_limit", 9),
        ({"multilateral_limit": 9}, "multilateral_limit", 9),
        ({"limits": {"bilateral_limits": {"B": 4}, "basis": "net"}}, "bilateral_limits", {"B": 4}),
        ({"limits": {"basis": "net"}}, "limits_basis", "net"),
        ({"limits_basis": "net"}, "limits_basis", "net"),
        ({"limits": {"bilateral_limits": {"B": 4}}, "multilateral_limit": 9}, "multilateral_limit", 9),
    ],
)
def test_what_a_bank_says(settings, key, value):
    assert getattr(bank(**settings), key) == value


@pytest.mark.parametrize(
    ("written", "kind", "settings"),
    [
        ("Fifo", "Fifo", {}),
        ("fifo", "Fifo", {}),
        ({"type": "priority_deadline"}, "PriorityDeadline", {}),
        ({"type": "Deadline"}, "Deadline", {"urgency_threshold": 5}),
        ({"type": "liquidity_aware", "buffer_target": 7}, "LiquidityAware",
         {"target_buffer": 7, "urgency_threshold": 5}),
        ({"type": "LiquidityAware", "target_buffer": "0.07", "urgency_threshold": 2}, "LiquidityAware",
         {"target_buffer": 7, "urgency_threshold": 2}),
    ],
)  # fmt: skip
def test_policies_by_either_name(written, kind, settings):
    assert bank(policy=written).policy.model_dump() == {"type": kind, **settings}


# Arrivals


def test_one_stream_or_none():
    assert bank().streams == ()
    (stream,) = bank(arrival_config=ARRIVALS | {"counterparty_weights": {"B": 1}, "divisible": True}).streams
    assert stream.purpose == 0
    assert stream.rate_per_tick == 2.0
    assert stream.counterparty_weights == {"B": 1.0}
    assert stream.deadline_range == (3, 8)
    assert stream.priorities == FixedPriority(value=5)
    assert stream.divisible


def test_deadlines_and_priorities_in_their_other_form():
    terms = without(ARRIVALS, "deadline_range") | {"deadline_offset": {"min": 2, "max": 4}}
    config = bank(arrival_config=terms | {"priority_distribution": {"type": "Uniform", "min": 1, "max": 3}})
    assert config.arrival_config.deadline_range == (2, 4)
    assert config.streams[0].priorities == UniformPriority(min=1, max=3)


def test_bands_are_streams_of_their_own():
    band = {
        "rate_per_tick": 1,
        "amount_distribution": FIXED,
        "deadline_offset_min": 2,
        "deadline_offset_max": 5,
    }
    urgent, low = bank(arrival_bands={"low": band, "urgent": band | {"rate_per_tick": 3}}).streams
    assert (urgent.band, urgent.purpose, urgent.rate_per_tick) == ("urgent", 10, 3.0)
    assert urgent.priorities == UniformPriority(min=8, max=10)
    assert (low.band, low.purpose, low.deadline_range) == ("low", 30, (2, 5))
    assert low.priorities == UniformPriority(min=0, max=3)
    assert low.counterparty_weights == {}


@pytest.mark.parametrize(
    ("amounts", "log_mean", "log_deviation"),
    [
        ({"mu": 13.5, "sigma": 3.67}, 13.5, 3.67),
        ({"mean": 10000, "std_dev": 5000}, 9.098768, 0.472381),
        ({"mean": "100.00", "std_dev": 5000}, 9.098768, 0.472381),
    ],
)
def test_lognormal_by_either_pair(amounts, log_mean, log_deviation):
    terms = ARRIVALS | {"amount_distribution": {"type": "LogNormal"} | amounts}
    found = bank(arrival_config=terms).arrival_config.amount_distribution.log_parameters()
    assert found == pytest.approx((log_mean, log_deviation), abs=1e-6)


def test_exponential_has_a_lambda_and_everything_a_maximum():
    terms = {"type": "Exponential", "lambda": 0.001}
    assert (
        bank(
            arrival_config=ARRIVALS | {"amount_distribution": terms}
        ).arrival_config.amount_distribution.lambda_
        == 0.001
    )
    assert bank(arrival_config=ARRIVALS).arrival_config.amount_distribution.max == MONEY_MAX
    capped = bank(arrival_config=ARRIVALS | {"amount_distribution": terms | {"max": 9}})
    assert capped.arrival_config.amount_distribution.max == 9


# Groups


def groups(*entries, **settings):
    return open_scenario(read(data(groups=list(entries), **settings)))


def test_groups_become_banks_after_the_single_ones():
    opened = groups(GROUP | {"count": 2}, GROUP | {"prefix": "X", "count": 1})
    assert opened.ids == ("A", "B", "CORE1", "CORE2", "X1")
    assert opened.groups == ()
    assert groups(GROUP).ids[2:] == tuple(f"CORE{i:02}" for i in range(1, 13))


def test_a_groups_banks_are_like_written_ones():
    terms = {"unsecured_cap": 5, "limits": {"multilateral_limit": 3}, "policy": "Deadline"}
    written = {"id": "CORE1", "opening_balance": 7, "arrival_config": ARRIVALS, **terms}
    opened = groups(GROUP | terms | {"count": 1})
    assert opened.agents[2] == scenario(agents=[*data()["agents"], written]).agents[2]


@pytest.mark.parametrize(
    ("rate", "per_rate", "balance"),
    [(30.708, 2_000_000_000, 61_416_000_000), (0.5387, 2_000_000_000, 1_077_400_000), (0.5, 3, 2), (0, 5, 0)],
)
def test_balance_per_rate_is_exact_and_halves_go_up(rate, per_rate, balance):
    entry = without(GROUP, "opening_balance") | {"rate_per_tick": rate, "balance_per_rate": per_rate}
    assert groups(entry).agents[2].opening_balance == balance


@pytest.mark.parametrize(
    ("top", "own", "network"),
    [({}, {}, "uniform"), ({"network": "gravity"}, {}, "gravity"), ({}, {"network": "gravity"}, "gravity"),
     ({"network": "gravity"}, {"network": "uniform"}, "uniform")],
)  # fmt: skip
def test_receivers_by_network(top, own, network):
    opened = groups(GROUP | own, **top)
    assert {agent.streams[0].network for agent in opened.agents[2:]} == {network}
    assert opened.rates == (0.0, 0.0, *[2.0] * 12)


# The SimCash dialect


def test_compat_sets_what_a_file_could_say():
    opened = scenario(compat="simcash")
    found = (
        opened.rng_streams,
        opened.eod_penalty_applies_to,
        opened.drop_cost,
        opened.missing_counterparty_weight,
    )
    assert found == ("shared", "overdue", "free", 1.0)
    assert scenario(compat="simcash", drop_cost="free").drop_cost == "free"


def test_compat_refuses_what_contradicts_it():
    assert told(data(compat="simcash", rng_streams="per_bank", missing_counterparty_weight=0.5)) == [
        "rng_streams: contradicts compat: simcash, which means shared; leave out one of the two",
        "missing_counterparty_weight: contradicts compat: simcash, which means 1.0; leave out one of the two",
    ]


@pytest.mark.parametrize("terms", [{"priority": 0}, {"priority_distribution": {"type": "Fixed", "value": 0}}])
def test_compat_reads_a_fixed_priority_of_0_as_5(terms):
    agents = [data()["agents"][0] | {"arrival_config": ARRIVALS | terms}, data()["agents"][1]]
    priorities = {
        compat: scenario(agents=agents, compat=compat).agents[0].streams[0].priorities.value
        for compat in ("none", "simcash")
    }
    assert priorities == {"none": 0, "simcash": 5}


@pytest.mark.parametrize(
    ("pool", "fraction", "exact", "double"),
    [(100, "0.29", 29, 28), (1000, "0.29", 290, 290), (1000000, "0.5", 500000, 500000),
     (MONEY_MAX, "0.1", 900719925474099, 900719925474099), (7, "0", 0, 0)],
)  # fmt: skip
def test_allocation_is_exact_or_an_ieee_product(pool, fraction, exact, double):
    assert allocation(pool, Decimal(fraction)) == exact
    assert allocation(pool, Decimal(fraction), "simcash") == double == math.floor(pool * float(fraction))


# The tariff in exact integers


def rates(**settings):
    return scenario(cost_rates=settings).cost_rates


@pytest.mark.parametrize(
    ("key", "value", "integer", "expected"),
    [
        ("overdraft_bps_per_tick", 0.001, "overdraft_k", 1),
        ("overdraft_bps_per_tick", 0.0005, "overdraft_k", 1),
        ("overdraft_bps_per_tick", 0.00049, "overdraft_k", 0),
        ("overdraft_bps_per_tick", 1, "overdraft_k", 1000),
        ("collateral_cost_per_tick_bps", 0.0002, "collateral_k", 200),
        ("liquidity_cost_per_tick_bps", 83, "liquidity_k", 83_000_000),
        ("liquidity_cost_once_per_day", 0.1, "liquidity_day_k", 100_000),
        ("delay_cost_per_tick_per_cent", 0.0001, "delay_k", 100),
        ("delay_cost_per_tick_per_cent", 1e-7, "delay_k", 0),
        ("eod_borrowing_rate", 0.4, "borrowing_k", 400_000),
        ("eod_borrowing_rate", None, "borrowing_k", None),
    ],
)
def test_rates_become_exact_integers(key, value, integer, expected):
    assert getattr(rates(**{key: value}), integer) == expected


def test_delay_multipliers_in_thousandths():
    found = rates(
        overdue_delay_multiplier=5,
        priority_delay_multipliers={"urgent_multiplier": 1.5, "low_multiplier": 0.5},
    )
    table = [(9, False), (8, False), (7, False), (4, False), (3, False), (3, True), (10, True)]
    assert [found.delay_multiplier(*case) for case in table] == [1500, 1500, 1000, 1000, 500, 2500, 7500]


@pytest.mark.parametrize(
    ("written", "penalty", "terms"),
    [
        (700, FixedPenalty(amount=700), (False, 700)),
        ("7.00", FixedPenalty(amount=700), (False, 700)),
        ({"mode": "fixed", "amount": 700}, FixedPenalty(amount=700), (False, 700)),
        ({"mode": "rate", "bps_per_event": 100}, RatePenalty(mode="rate", bps_per_event=Decimal(100)), (True, 10**8)),
        ({"mode": "rate", "bps_per_event": "0.0000019"}, RatePenalty(mode="rate", bps_per_event=Decimal("0.0000019")),
         (True, 1)),
    ],
)  # fmt: skip
def test_penalties_in_three_ways(written, penalty, terms):
    found = rates(deadline_penalty=written, eod_penalty_per_transaction=written)
    assert found.deadline_penalty == found.eod_penalty == penalty
    assert found.deadline_penalty.terms == terms


# Events


def test_events_of_this_release():
    opened = scenario(scenario_events=[
        event("DirectTransfer", from_agent="A", to_agent="B", amount=5),
        event("CustomTransactionArrival", from_agent="A", to_agent="B", amount="0.05"),
        event("CustomTransactionArrival", from_agent="A", to_agent="B", amount=5, priority=9, deadline=2,
              is_divisible=True),
        event("ScheduledSettlement", from_agent="A", to_agent="B", amount=5),
        event("GlobalArrivalRateChange", multiplier=0),
        event("AgentArrivalRateChange", agent="A", multiplier=1.5),
        event("CounterpartyWeightChange", agent="A", counterparty="B", new_weight=0.2, auto_balance_others=True),
        event("DeadlineWindowChange", min_ticks_multiplier=0.5),
    ])  # fmt: skip
    assert [e.type for e in opened.scenario_events][-1] == "DeadlineWindowChange"
    assert opened.scenario_events[1].amount == 5
    assert opened.scenario_events[1].deadline is None
    assert opened.default_deadline == 5
    assert opened.scenario_events[7].max_ticks_multiplier == 1.0


@pytest.mark.parametrize(
    ("schedule", "ticks"),
    [
        (ONCE, [3]),
        ({"type": "OneTime", "tick": 0}, [0]),
        ({"type": "Repeating", "start_tick": 3, "interval": 8}, [3, 11, 19]),
        ({"type": "Repeating", "start_tick": 23, "interval": 1}, [23]),
    ],
)
def test_schedules_say_when(schedule, ticks):
    opened = scenario(scenario_events=[event("GlobalArrivalRateChange", multiplier=1, schedule=schedule)])
    assert list(opened.scenario_events[0].schedule.due(opened.ticks)) == ticks


def test_events_after_the_end_are_refused():
    late = event("GlobalArrivalRateChange", multiplier=1, schedule={"type": "OneTime", "tick": 24})
    path = r"scenario_events\[1\].schedule.tick: tick 24 comes after the last tick, 23"
    with pytest.raises(ScenarioError, match=path):
        scenario(scenario_events=[event("GlobalArrivalRateChange", multiplier=1), late])


def test_obsolete_keys_are_ignored_with_one_warning():
    source = read(data(
        cost_model={"x": 1},
        simulation=data()["simulation"] | {"lsm_frequency_ticks": 5},
        agents=[data()["agents"][0] | {"overdraft_rate": 0.1, "delay_cost_per_tick": 3}, data()["agents"][1]],
    ))  # fmt: skip
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        opened = open_scenario(source)
    assert opened == scenario()
    assert [str(w.message) for w in caught] == [
        "scenario: ignored, without meaning here: cost_model, simulation.lsm_frequency_ticks, "
        "agents[0].overdraft_rate, agents[0].delay_cost_per_tick"
    ]


# Forks


def forked(now=0, events=(), **values):
    source = read(data(scenario_events=list(events)))
    return check_fork(
        source, source.with_values({key.replace("__", "."): v for key, v in values.items()}), now
    )


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("name", "x"), ("description", "x"), ("record", "full"), ("simulation.rng_seed", 7),
        ("cost_rates.deadline_penalty", 3), ("agents.0.policy", "Deadline"), ("agents.A.unsecured_cap", 3),
        ("agents.A.limits", {"basis": "net"}), ("agents.A.multilateral_limit", 3),
        ("agents.A.liquidity_allocation_fraction", 0.5), ("agents.A.liquidity_buffer", 3),
        ("queue1_ordering", "priority_deadline"), ("policy_evaluation", "sequential"),
        ("eod_penalty_applies_to", "overdue"), ("eod_rush_threshold", 0.5), ("priority_escalation.enabled", True),
        ("agents.A.arrival_config.rate_per_tick", 3), ("agents.A.arrival_config.amount_distribution.value", 9),
        ("agents.A.arrival_config.priority", 3),
        ("scenario_events", [event("DirectTransfer", from_agent="A", to_agent="B", amount=1)]),
    ],
)  # fmt: skip
def test_a_fork_may_change(key, value):
    agents = [data()["agents"][0] | {"arrival_config": ARRIVALS}, data()["agents"][1]]
    source = read(data(agents=agents))
    changed = check_fork(source, source.with_values({key: value}), 3)
    assert changed != open_scenario(source)
    assert changed == open_scenario(source.with_values({key: value}))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("simulation.ticks_per_day", 10), ("simulation.num_days", 3), ("crediting", "deferred"), ("compat", "simcash"),
        ("agents.A.opening_balance", 3), ("agents.A.id", "C"), ("agents", []), ("balance_reset", "daily"),
        ("agents.A.arrival_config.counterparty_weights", {"B": 2}), ("agents.A.liquidity_pool", 3),
        ("queue2_discipline", "strict_fifo"), ("agents.A.arrival_config.divisible", True),
        ("agents.A.arrival_config.deadline_range", [1, 2]),
    ],
)  # fmt: skip
def test_a_fork_may_not_change(key, value):
    agents = [data()["agents"][0] | {"arrival_config": ARRIVALS}, data()["agents"][1]]
    source = read(data(agents=agents))
    with pytest.raises(
        ScenarioError, match=r"is fixed at the start; what a fork may change: name, description, "
    ):
        check_fork(source, source.with_values({key: value}), 3)


def test_a_fork_may_change_what_still_lies_ahead():
    source = read(data(scenario_events=[
        event("GlobalArrivalRateChange", multiplier=1),
        event("GlobalArrivalRateChange", multiplier=2, schedule={"type": "Repeating", "start_tick": 1, "interval": 5}),
    ]))  # fmt: skip
    ahead = source.with_values({"scenario_events.0.multiplier": 3})
    assert check_fork(source, ahead, 3).scenario_events[0].multiplier == 3
    with pytest.raises(
        ScenarioError, match="events before tick 4 have happened; a fork changes later ones only"
    ):
        check_fork(source, ahead, 4)
    rarer = source.with_values({"scenario_events.1.schedule.interval": 20})
    assert check_fork(source, rarer, 6)
    with pytest.raises(ScenarioError, match="events before tick 7 have happened"):
        check_fork(source, rarer, 7)


def test_a_fork_that_is_wrong_says_so():
    source = read(data())
    with pytest.raises(ScenarioError, match=r"set: agents\[0\].unsecured_cap: must be at least 0"):
        check_fork(source, source.with_values({"agents.A.unsecured_cap": -1}), 3)
