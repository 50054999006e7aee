"""What is said about mistakes in a payments scenario: every rule, one message each."""

from copy import deepcopy

import pytest

import simcash
from simcash.core.scenario import ScenarioError, parse
from simcash.payments.policies.build import when
from simcash.payments.scenario import Scenario, open_scenario
from tests.payments.written import ARRIVALS, FIXED, GROUP, MONEY_MAX, data, event, scenario, told, without

# ruff: noqa: E501 (one case per line)

# A newcomer's twenty likeliest mistakes

GOOD = """\
simulation:
  ticks_per_day: 12
  num_days: 1
  rng_seed: 42
  lsm_enabled: false
agents:
  - id: BANK_A
    opening_balance: 1000
    policy: {type: LiquidityAware, target_buffer: 5}
    arrival_config:
      rate_per_tick: 0.5
      amount_distribution: {type: LogNormal, mean: 100, std_dev: 50}
      counterparty_weights: {BANK_B: 1}
      deadline_range: [3, 8]
  - id: BANK_B
    opening_balance: 1000
scenario_events:
  - {type: DirectTransfer, from_agent: BANK_A, to_agent: BANK_B, amount: 5, schedule: {type: OneTime, tick: 3}}
"""
AMOUNT_TYPES = "Fixed, Uniform, Normal, LogNormal, Exponential"
POLICIES = "Fifo, PriorityDeadline, Deadline, LiquidityAware, LiquiditySplitting, MockSplitting, FromJson, Inline, InlineJson"


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ("  num_days: 1\n", "", "line 1: simulation.num_days: required, but not there"),
        ("num_days", "numdays", 'line 3: simulation.numdays: unknown key "numdays"; did you mean "num_days"? '
         "Known keys: ticks_per_day, num_days, rng_seed, lsm_enabled, day_start, tick_minutes"),
        ("ticks_per_day: 12", "ticks_per_day: 0", "line 2: simulation.ticks_per_day: must be at least 1, got 0"),
        ("rng_seed: 42", "rng_seed: random",
         'line 4: simulation.rng_seed: expected a whole number, got "random"'),
        ("lsm_enabled: false", "lsm_enabled: bilateral", 'line 5: simulation.lsm_enabled: expected true or false, got "bilateral"'),
        ("id: BANK_B", "id: BANK_A", 'line 13: agents[0].arrival_config.counterparty_weights.BANK_B: unknown bank '
         '"BANK_B"; did you mean "BANK_A"? Banks: BANK_A\n'
         'line 15: agents[1].id: there is already a bank "BANK_A"; ids are unique\n'
         'line 18: scenario_events[0].to_agent: unknown bank "BANK_B"; did you mean "BANK_A"? Banks: BANK_A'),
        ("id: BANK_B", "name: BANK_B", "line 15: agents[1].id: required, but not there\n"
         'line 15: agents[1].name: unknown key "name". Known keys: id, opening_balance, unsecured_cap, credit_limit, '
         "policy, posted_collateral, collateral_haircut, max_collateral_capacity, limits, bilateral_limits, "
         "multilateral_limit, limits_basis, liquidity_pool, liquidity_allocation_fraction, liquidity_buffer, "
         "arrival_config, arrival_bands"),
        ("id: BANK_B", "id: 2", 'line 15: agents[1].id: expected text, got 2; put it in quotes: "2"'),
        ("opening_balance: 1000\n    policy", "opening_balance: 10.50\n    policy", "line 8: agents[0].opening_balance: "
         'expected whole cents, or currency units as text like "12.50", got 10.5'),
        ("opening_balance: 1000\n    policy", "opening_balance: $1000\n    policy",
         'line 8: agents[0].opening_balance: expected whole cents, or currency units as text like "12.50", got "$1000"'),
        ("type: LiquidityAware", "type: LiquidityAwar", 'line 9: agents[0].policy.type: unknown type "LiquidityAwar"; '
         f'did you mean "LiquidityAware"? Known: {POLICIES}'),
        ("target_buffer", "buffer", 'line 9: agents[0].policy.buffer: unknown key "buffer"; did you mean '
         '"target_buffer"? Known keys: type, target_buffer, urgency_threshold'),
        ("rate_per_tick: 0.5", "rate_per_tick: -0.5",
         "line 11: agents[0].arrival_config.rate_per_tick: must be at least 0, got -0.5"),
        ("type: LogNormal", "type: lognormal", "line 12: agents[0].arrival_config.amount_distribution.type: unknown "
         f'type "lognormal"; did you mean "LogNormal"? Known: {AMOUNT_TYPES}'),
        ("std_dev: 50", "stddev: 50", 'line 12: agents[0].arrival_config.amount_distribution.stddev: unknown key '
         '"stddev"; did you mean "std_dev"? Known keys: type, mean, std_dev, mu, sigma, max'),
        ("{BANK_B: 1}", "{BANK_C: 1}", 'line 13: agents[0].arrival_config.counterparty_weights.BANK_C: unknown bank '
         '"BANK_C"; did you mean "BANK_B"? Banks: BANK_A, BANK_B'),
        ("deadline_range: [3, 8]", "deadline_range: [8, 3]", "line 14: agents[0].arrival_config.deadline_range: "
         "the latest deadline, 3 ticks, comes before the earliest, 8"),
        ("deadline_range: [3, 8]", "deadline_range: 8",
         "line 14: agents[0].arrival_config.deadline_range: expected a list, got 8"),
        ("to_agent: BANK_B", "to_agent: BANK_A", 'line 18: scenario_events[0]: from_agent and to_agent are both '
         '"BANK_A"; a bank does not pay itself'),
        ("schedule: {type: OneTime, tick: 3}", "tick: 3",
         "line 18: scenario_events[0].schedule: required, but not there\n"
         'line 18: scenario_events[0].tick: unknown key "tick" here; it belongs under "schedule"'),
        ("scenario_events:", "events:", 'line 17: events: unknown key "events"; did you mean "scenario_events"? '
         "Known keys: " + ", ".join(f for f in ["simulation", *(f for f in Scenario.model_fields if f != "simulation")])),
    ],
)  # fmt: skip
def test_a_newcomers_mistakes(right, wrong, message):
    assert GOOD.count(right) >= 1
    with pytest.raises(ScenarioError) as caught:
        open_scenario(parse(GOOD.replace(right, wrong, 1), "mine", file="mine.yaml"))
    assert str(caught.value) == "\n".join(f"mine.yaml {line}" for line in message.split("\n"))


def test_the_good_file_is_good():
    assert open_scenario(parse(GOOD)).ids == ("BANK_A", "BANK_B")


# Every other rule


def first(**settings):
    return {"agents": [data()["agents"][0] | settings, data()["agents"][1]]}


def arriving(**terms):
    return first(arrival_config=ARRIVALS | terms)


def amounts(kind, **terms):
    return arriving(amount_distribution={"type": kind, **terms})


def events(kind, **terms):
    return {"scenario_events": [event(kind, **terms)]}


BAND = {"rate_per_tick": 1, "amount_distribution": FIXED, "deadline_offset_min": 5, "deadline_offset_max": 2}
ITSELF = "a bank does not pay itself"


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"agents": []}, "agents: required, but not there: a scenario has at least one bank"),
        ({"agents": None}, "agents: required, but not there: a scenario has at least one bank"),
        ({"banks": []}, 'banks: means the same as "agents", which is given too; keep one of them'),
        ({"rng_seed": 7}, 'rng_seed: is given twice: here and as "simulation.rng_seed"'),
        ({"compat": "simkash"}, 'compat: unknown value "simkash"; did you mean "simcash"? Allowed: none, simcash'),
        ({"record": "all"}, 'record: unknown value "all". Allowed: off, summary, standard, full'),
        ({"world": "contagion"}, 'world: unknown value "contagion". Allowed: payments'),
        ({"crediting": "later"}, 'crediting: unknown value "later". Allowed: immediate, deferred'),
        ({"eod_rush_threshold": 2}, "eod_rush_threshold: must be at most 1, got 2"),
        ({"missing_counterparty_weight": -1}, "missing_counterparty_weight: must be at least 0, got -1"),
        ({"simulation": data()["simulation"] | {"day_start": "7 am"}},
         'simulation.day_start: "7 am" is not a time of day; write it as "09:30"'),
        ({"simulation": data()["simulation"] | {"num_days": 10**7}},
         "simulation: ticks_per_day times num_days must be at most 10000000"),
        ({"simulation": data()["simulation"] | {"rng_seed": 2**63}},
         f"simulation.rng_seed: must be less than {2**63}, got {2**63}"),
        ({"priority_escalation": {"curve": "steep"}},
         'priority_escalation.curve: unknown value "steep"; did you mean "step"? Allowed: linear, exponential, step'),
        ({"priority_escalation": {"threshold_ticks": 0}},
         "priority_escalation.threshold_ticks: must be at least 1, got 0"),
        ({"throughput_rules": [{"by_tick": 12, "fraction": 0.5, "penalty": 1}]},
         "throughput_rules[0].by_tick: tick 12 is not in the day, whose ticks are 0 to 11"),
        ({"throughput_rules": [{"by_tick": 1, "fraction": 0.5, "penalty": 1, "agents": ["C"]}]},
         'throughput_rules[0].agents[0]: unknown bank "C". Banks: A, B'),
        ({"policy_feature_toggles": {}}, "policy_feature_toggles: give either include or exclude"),
        ({"policy_feature_toggles": {"include": [], "exclude": []}},
         "policy_feature_toggles: give either include or exclude"),
        ({"cost_feature_toggles": {"exclude": ["Dayly"]}}, 'cost_feature_toggles.exclude[0]: unknown value "Dayly"; '
         'did you mean "Daily"? Allowed: PerTick, OneTime, Daily, Modifier'),
        ({"cost_rates": {"delay_cost_per_tick_per_cent": -1}},
         "cost_rates.delay_cost_per_tick_per_cent: must be at least 0, got -1"),
        ({"cost_rates": {"eod_penalty": {"mode": "rat", "amount": 3}}},
         'cost_rates.eod_penalty.mode: unknown mode "rat"; did you mean "rate"? Known: fixed, rate'),
        ({"cost_rates": {"eod_penalty": 1, "eod_penalty_per_transaction": 1}},
         'cost_rates.eod_penalty_per_transaction: means the same as "eod_penalty", which is given too; '
         "keep one of them"),
        ({"lsm_config": {"max_cycle_length": 2}}, "lsm_config.max_cycle_length: must be at least 3, got 2"),
        ({"lsm_config": {"algorithms": ["bilatral"]}}, 'lsm_config.algorithms[0]: unknown type "bilatral"; did you '
         'mean "bilateral"? Known: fifo_retry, bilateral, cycles, partial_netting, max_value'),
        (first(id="all"), 'agents[0].id: a bank cannot be called "all": in events that means every bank'),
        (first(id=""), "agents[0].id: must not be empty"),
        (first(id=" A"), "agents[0].id: a bank's name is printable and neither begins nor ends with a space"),
        (first(opening_balance=MONEY_MAX + 1), f"agents[0].opening_balance: must be at most {MONEY_MAX} cents "
         f"(2**53: beyond it amounts are no longer exact), got {MONEY_MAX + 1}"),
        (first(unsecured_cap=-1), "agents[0].unsecured_cap: must be at least 0, got -1"),
        (first(unsecured_cap=MONEY_MAX, credit_limit=1),
         "agents[0]: unsecured_cap and credit_limit add up to more than 2**53 cents"),
        (first(collateral_haircut=1.1), "agents[0].collateral_haircut: must be at most 1, got 1.1"),
        (first(liquidity_allocation_fraction=-0.1),
         "agents[0].liquidity_allocation_fraction: must be at least 0, got -0.1"),
        (first(bilateral_limits={"C": 1}), 'agents[0].bilateral_limits.C: unknown bank "C". Banks: A, B'),
        (first(bilateral_limits={"A": 1}), f"agents[0]: bilateral_limits names A itself; {ITSELF}"),
        (first(multilateral_limit=1, limits={"multilateral_limit": 1}),
         "agents[0]: multilateral_limit is given twice: here and under limits"),
        (first(arrival_config=ARRIVALS, arrival_bands={"low": BAND | {"deadline_offset_max": 9}}),
         "agents[0]: give either arrival_config or arrival_bands, not both"),
        (first(arrival_bands={}), "agents[0].arrival_bands: give at least one of urgent, normal and low"),
        (first(arrival_bands={"low": BAND}), "agents[0].arrival_bands.low: the latest deadline, 2 ticks, comes "
         "before the earliest, 5"),
        (arriving(counterparty_weights={"B": 0}),
         "agents[0].arrival_config.counterparty_weights: the weights sum to 0; at least one must be positive"),
        (arriving(counterparty_weights={"B": -1}),
         "agents[0].arrival_config.counterparty_weights.B: must be at least 0, got -1"),
        (arriving(counterparty_weights={"A": 1}), f"agents[0]: counterparty_weights gives A a weight for itself; {ITSELF}"),
        (arriving(counterparty_weights={"B": 1}, network="gravity"), "agents[0].arrival_config: with network: gravity "
         "the weights are the receivers' rates; leave out counterparty_weights"),
        (arriving(network="gravity"), "network: network: gravity, but no bank other than A has a rate above 0"),
        (arriving(deadline_range=[0, 3]), "agents[0].arrival_config.deadline_range[0]: must be at least 1, got 0"),
        (arriving(rate_per_tick=100_001), "agents[0].arrival_config.rate_per_tick: must be at most 100000, got 100001"),
        (arriving(priority=11), "agents[0].arrival_config.priority: must be at most 10, got 11"),
        (arriving(priority=3, priority_distribution={"type": "Fixed", "value": 3}),
         "agents[0].arrival_config: give either priority or priority_distribution, not both"),
        (arriving(priority_distribution={"type": "Uniform", "min": 3, "max": 1}),
         "agents[0].arrival_config.priority_distribution: max 1 is less than min 3"),
        (arriving(priority_distribution={"type": "Categorical", "values": [1, 2], "weights": [1]}),
         "agents[0].arrival_config.priority_distribution: 2 values but 1 weights; each value needs its weight"),
        (arriving(priority_distribution={"type": "Categorical", "values": [1], "weights": [0]}),
         "agents[0].arrival_config.priority_distribution: the weights sum to 0; at least one must be positive"),
        (amounts("Fixed", value=0), "agents[0].arrival_config.amount_distribution.value: must be at least 1, got 0"),
        (amounts("Uniform", min=5, max=3), "agents[0].arrival_config.amount_distribution: max 3 is less than min 5"),
        (amounts("Normal", mean=5, std_dev=-1),
         "agents[0].arrival_config.amount_distribution.std_dev: must be at least 0, got -1"),
        (amounts("LogNormal", mean=5), "agents[0].arrival_config.amount_distribution: LogNormal takes either mean and "
         "std_dev (of the amount) or mu and sigma (of its logarithm)"),
        (amounts("LogNormal", mean=5, std_dev=1, mu=3, sigma=1), "agents[0].arrival_config.amount_distribution: "
         "LogNormal takes either mean and std_dev (of the amount) or mu and sigma (of its logarithm)"),
        (amounts("LogNormal", mu=51, sigma=1),
         "agents[0].arrival_config.amount_distribution.mu: must be at most 50, got 51"),
        (amounts("Exponential", **{"lambda": 0}),
         "agents[0].arrival_config.amount_distribution.lambda: must be at least 1e-16, got 0"),
        ({"agents": [data()["agents"][0] | {"arrival_config": ARRIVALS}]},
         "agents[0]: payments arrive, but there is no other bank to pay"),
        ({"groups": [GROUP | {"balance_per_rate": 1}]}, "groups[0]: give either opening_balance or balance_per_rate"),
        ({"groups": [without(GROUP, "opening_balance")]}, "groups[0]: give either opening_balance or balance_per_rate"),
        ({"groups": [GROUP | {"prefix": "CORE", "count": 3}, GROUP | {"count": 3}]},
         'groups[1]: there is already a bank "CORE1"; ids are unique'),
        ({"groups": [GROUP | {"counterparty_weights": {"A": 1}}]}, "groups[0].counterparty_weights: unknown key "
         '"counterparty_weights". Known keys: ' + ", ".join(
             ["rate_per_tick", "amount_distribution", "deadline_range", "prefix", "count", "priority",
              "priority_distribution", "divisible", "unsecured_cap", "credit_limit", "policy", "posted_collateral",
              "collateral_haircut", "max_collateral_capacity", "limits", "bilateral_limits", "multilateral_limit",
              "limits_basis", "liquidity_pool", "liquidity_allocation_fraction", "liquidity_buffer", "network",
              "opening_balance", "balance_per_rate"])),
        ({"groups": [GROUP | {"count": 100_001}]}, "groups[0].count: must be at most 100000, got 100001"),
        ({"groups": [without(GROUP, "opening_balance") | {"balance_per_rate": MONEY_MAX}]},
         f"groups[0]: balance_per_rate times rate_per_tick is {2 * MONEY_MAX}, more than 2**53 cents"),
        ({"groups": [GROUP | {"opening_balance": MONEY_MAX, "count": 600}]},
         f"agents: balances and pools together are {600 * MONEY_MAX + 300} cents; at most 2**62 fit"),
        (events("DirectTransfer", from_agent="A", to_agent="A", amount=1),
         f'scenario_events[0]: from_agent and to_agent are both "A"; {ITSELF}'),
        (events("DirectTransfer", from_agent="A", to_agent="C", amount=1),
         'scenario_events[0].to_agent: unknown bank "C". Banks: A, B'),
        (events("ScheduledSettlement", from_agent="A", to_agent="B", amount=0),
         "scenario_events[0].amount: must be at least 1, got 0"),
        (events("CustomTransactionArrival", from_agent="A", to_agent="B", amount=1, deadline=0),
         "scenario_events[0].deadline: must be at least 1, got 0"),
        (events("CounterpartyWeightChange", agent="A", counterparty="A", new_weight=0.1),
         f'scenario_events[0]: agent and counterparty are both "A"; {ITSELF}'),
        (events("CounterpartyWeightChange", agent="A", counterparty="B", new_weight=1.5),
         "scenario_events[0].new_weight: must be at most 1, got 1.5"),
        (events("AgentArrivalRateChange", agent="all", multiplier=1),
         'scenario_events[0].agent: unknown bank "all". Banks: A, B'),
        (events("GlobalArrivalRateChange", multiplier=-1), "scenario_events[0].multiplier: must be at least 0, got -1"),
        (events("DeadlineWindowChange"),
         "scenario_events[0]: give min_ticks_multiplier, max_ticks_multiplier or both"),
        (events("DirectTransfer", from_agent="A", to_agent="B", amount=1, schedule={"type": "Once", "tick": 1}),
         'scenario_events[0].schedule.type: unknown type "Once". Known: OneTime, Repeating'),
        (events("GlobalArrivalRateChange", multiplier=1,
                schedule={"type": "Repeating", "start_tick": 1, "interval": 0}),
         "scenario_events[0].schedule.interval: must be at least 1, got 0"),
    ],
)  # fmt: skip
def test_every_rule_has_its_message(settings, problem):
    assert told(data(**deepcopy(settings))) == [problem]


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        (first(policy={"type": "LiquiditySplitting", "max_splits": 1, "min_split_amount": 1}),
         "agents[0].policy.max_splits: must be at least 2, got 1"),
    ],
)  # fmt: skip
def test_policies_are_checked_for_their_shape(settings, problem):
    assert told(data(**settings)) == [problem]


RUN = {"ticks_per_day": 12, "num_days": 2, "rng_seed": 42}


@pytest.mark.parametrize(
    "settings",
    [
        {"lsm_config": {"enable_bilateral": False, "enable_cycles": False}},
        {"lsm_config": {"algorithms": []}},
        {"simulation": RUN | {"lsm_enabled": False}, "lsm_config": {"algorithms": ["cycles"]}},
        {"simulation": RUN | {"lsm_enabled": "off"}},
        {"simulation": RUN | {"lsm_enabled": False}, "algorithm_sequencing": True},
        {"simulation": RUN | {"lsm_enabled": False}, "entry_disposition_offsetting": True},
    ],
)
def test_liquidity_saving_can_be_off_in_several_ways(settings):
    assert not scenario(**{"simulation": RUN} | settings).saves


@pytest.mark.parametrize(
    ("settings", "algorithms"),
    [
        ({}, ["bilateral", "cycles"]),
        ({"lsm_config": None}, ["bilateral", "cycles"]),
        ({"lsm_config": {"enable_cycles": False}}, ["bilateral"]),
        ({"lsm_config": {"algorithms": [{"type": "bilateral", "mode": "lookahead"}, "fifo_retry"]}},
         ["bilateral", "fifo_retry"]),
        ({"lsm_config": {"algorithms": []}, "entry_disposition_offsetting": "yes"}, []),
    ],
)  # fmt: skip
def test_liquidity_saving_is_on_unless_switched_off(settings, algorithms):
    found = scenario(**{"simulation": RUN} | settings)
    assert found.saves
    assert [algorithm.type for algorithm in found.saving.listed] == algorithms


def test_sequencing_beside_a_list_of_algorithms_is_a_mistake():
    settings = {"algorithm_sequencing": True, "lsm_config": {"algorithms": ["cycles"]}}
    assert told(data(**settings)) == [
        "algorithm_sequencing: replaces lsm_config.algorithms; give only one of them"
    ]


def test_mistakes_of_every_kind_are_told_together():
    settings = {
        "simulation": RUN | {"num_days": 0},
        "record": "all",
        "scenario_events": [
            event("SystemOutage", duration=-1),
            event("DirectTransfer", from_agent="A", to_agent="C", amount=0),
        ],
    }
    assert [line.partition(":")[0] for line in told(data(**settings))] == [
        "simulation.num_days", "record", "scenario_events[0].duration", "scenario_events[1].to_agent",
        "scenario_events[1].amount",
    ]  # fmt: skip


def test_a_policy_of_the_library_is_named_as_one():
    for written in ("keep-a-buffer", {"type": "keep-a-buffer"}):
        told_of = told(data(agents=[{"id": "A", "opening_balance": 1, "policy": written}]))
        assert told_of == [
            'agents[0].policy: "keep-a-buffer" is a policy of the library, written {type: FromJson, json_path: keep-a-buffer}'
        ]


def test_payments_row_by_row_are_told_to_be_columns():
    rows = [{"tick": 0, "sender": "A", "receiver": "B", "amount": 3}]
    assert told(data(payments=rows)) == [
        "payments: a list of payments is written as columns: {tick: […], sender: […], …: […]}"
    ]


# A newcomer's mistakes with a simulation


@pytest.mark.parametrize(
    ("mistake", "error", "message"),
    [
        (lambda sim: sim.explain("0"), TypeError, "a payment goes by its number (tx_id), not by '0'"),
        (lambda sim: sim.payment("A"), TypeError, "a payment goes by its number (tx_id), not by 'A'"),
        (lambda sim: sim.cost_attribution("AA"), ValueError, 'there is no bank "AA"; did you mean "A"? Banks: A, B'),
        (lambda sim: sim.events(agent="AA"), ValueError, 'there is no agent "AA"; did you mean "A"? Agents: A, B'),
        (lambda sim: sim.events(kind="Arival"), ValueError, 'there is no kind of event "Arival"; did you mean "Arrival"?'),
        (lambda sim: sim.settlements, AttributeError,
         'there is no attribute "settlements", but a table: sim.table("settlements")'),
        (lambda sim: sim.step(1.5), TypeError, "step(1.5): a number of ticks is whole"),
        (lambda sim: sim.run(until="3"), TypeError, "until='3': a tick, or a function that says when to stop"),
        (lambda sim: simcash.policy(None), TypeError,
         "a policy is a library name, a path, JSON text or a dict, not None"),
        (lambda sim: when(True), TypeError, 'when() takes a condition such as field("balance") > 0, not True'),
    ],
)  # fmt: skip
def test_mistakes_with_a_simulation(mistake, error, message):
    with pytest.raises(error) as raised:
        mistake(simcash.open(data()))
    assert str(raised.value).startswith(message)


@pytest.mark.parametrize(
    ("action", "reason"),
    [
        ({"type": "PostCollateral", "bnk": "A"},
         'PostCollateral: unknown key "bnk"; did you mean "bank"? Keys: bank, amount; "bank" is required, but not there; '
         '"amount" is required, but not there'),
        ("PostCollateral", 'an action is a dict with a "type", one of Submit, PostCollateral, WithdrawCollateral, '
         "SetPolicy, or what sim.submit(…) makes, not 'PostCollateral'"),
        (None, 'an action is a dict with a "type", one of Submit, PostCollateral, WithdrawCollateral, SetPolicy, '
         "or what sim.submit(…) makes, not None"),
    ],
)  # fmt: skip
def test_actions_that_are_none_are_refused(action, reason):
    receipt = simcash.open(data()).act(action)
    assert (receipt.accepted, receipt.reason) == (False, reason)
