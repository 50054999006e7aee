"""The door to the engine: a checked scenario as the arrays that stay fixed during a run."""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from simcash.core import rng
from simcash.core.money import MONEY_MAX, scaled
from simcash.core.tables import LEVELS
from simcash.payments import distributions as d
from simcash.payments import happenings as h
from simcash.payments.arrivals import NORMAL_PRIORITY, Stream
from simcash.payments.engine import codes
from simcash.payments.engine.tick import PLACES
from simcash.payments.installed import Installed
from simcash.payments.members import Agent, allocation, named_fraction
from simcash.payments.programs import Programs
from simcash.payments.roster import EVERYBODY
from simcash.payments.saving import saving_settings
from simcash.payments.scenario import Scenario
from simcash.payments.tables import EVENT_TYPES

Arrays = dict[str, np.ndarray]
LARGEST_DENOMINATOR = 10**15
QUADRILLION, QUINTILLION = 10**15, 10**18
DIRECTIONS = {"send": 1, "receive": 2, "both": 3}


def fixed_arrays(scenario: Scenario, installed: Installed, programs: Programs) -> Arrays:
    """Everything fixed, by the names of state.SETTINGS, and the first values of what events may change."""
    return {
        "stages": np.zeros(PLACES, np.int64),
        "options": options(scenario, programs),
        "first_registers": whole([len(programs.program.registers)]),
        "first_ranked": whole([programs.asks_for("tx_is_top_counterparty")]),
        **banks(scenario),
        **policies(scenario, installed, programs),
        **limits(scenario),
        **sources(scenario),
        **events(scenario),
        **listed(scenario),
        **rules(scenario),
        "capacity_before": capacity_before(scenario),
        "boost": boosts(scenario),
        "delay_multiplier": delay_multipliers(scenario),
        **saving_settings(scenario),
    }


def whole(values: Iterable[Any]) -> np.ndarray:
    return np.array(list(values), np.int64)


def real(values: Iterable[Any]) -> np.ndarray:
    return np.array(list(values), np.float64)


def options(scenario: Scenario, programs: Programs) -> np.ndarray:
    """The run's fixed numbers, each at its place in codes.py."""
    rates, compat = scenario.cost_rates, scenario.compat == "simcash"
    deadline, eod = rates.deadline_penalty.terms, rates.eod_penalty.terms
    cap = (codes.DAY_AFTER if compat else codes.LAST_TICK) if scenario.deadline_cap_at_eod else codes.FREE
    values: dict[Any, Any] = {
        codes.TICKS: scenario.ticks,
        codes.TICKS_PER_DAY: scenario.simulation.ticks_per_day,
        codes.RECORD: LEVELS.index(scenario.record),
        codes.DEFERRED: scenario.crediting == "deferred",
        codes.DEADLINE_CAP: cap,
        codes.PRIORITY_MODE: scenario.priority_mode,
        codes.STRICT_FIFO: scenario.queue2_discipline == "strict_fifo",
        codes.SEQUENTIAL: scenario.policy_evaluation == "sequential",
        codes.COMPAT: compat,
        codes.EOD_OVERDUE_ONLY: scenario.eod_penalty_applies_to == "overdue",
        codes.DROP_FREE: scenario.drop_cost == "free",
        codes.REALLOCATE: scenario.daily_liquidity_reallocation,
        codes.RESET_DAILY: scenario.balance_reset == "daily",
        codes.SHARED_STREAM: scenario.rng_streams == "shared",
        codes.ESCALATE: scenario.priority_escalation.enabled,
        codes.BORROWING_RATE: codes.NONE if rates.borrowing_k is None else rates.borrowing_k,
        codes.OVERDRAFT_RATE: rates.overdraft_k,
        codes.DELAY_RATE: rates.delay_k,
        codes.COLLATERAL_RATE: rates.collateral_k,
        codes.LIQUIDITY_RATE: rates.liquidity_k,
        codes.ONCE_RATE: rates.liquidity_day_k,
        codes.DEADLINE_MODE: deadline[0],
        codes.DEADLINE_PENALTY: deadline[1],
        codes.EOD_MODE: eod[0],
        codes.EOD_PENALTY: eod[1],
        codes.SAVING: scenario.saves,
        codes.ENTRY_OFFSETS: scenario.entry_disposition_offsetting,
        codes.SEQUENCING: scenario.algorithm_sequencing,
        codes.MAX_ITERATIONS: scenario.saving.max_iterations,
        codes.MAX_CYCLES: scenario.saving.max_cycles_per_tick,
        codes.WITH_BILATERAL: scenario.saving.enable_bilateral,
        codes.WITH_CYCLES: scenario.saving.enable_cycles,
        codes.SPLIT_COST: rates.split_friction_cost,
        codes.ATTRIBUTE: programs.asks_for("cost_delay_so_far"),
    }
    return whole(int(values[place]) for place in range(codes.OPTIONS_SIZE))


def banks(scenario: Scenario) -> Arrays:
    """One number per bank: money, credit, policy."""
    agents = scenario.agents
    pools = [(a.liquidity_pool, *a.fractions(scenario.compat)) for a in agents]
    first = [allocation(pool, fraction, scenario.compat) for pool, fraction, _ in pools]
    later = [allocation(pool, fraction, scenario.compat) for pool, _, fraction in pools]
    order = sorted(range(len(agents)), key=lambda i: agents[i].id)
    return {
        "order": whole(order),
        "rank": whole(np.argsort(order)),
        "liquidity_buffer": whole(a.liquidity_buffer for a in agents),
        "first_fraction": real(fraction for _, fraction, _ in pools),
        "first_fraction_next": real(fraction for _, _, fraction in pools),
        "eod_rush": real([scenario.eod_rush_threshold]),
        "first_cap": whole(a.unsecured_cap for a in agents),
        "first_posted": whole(a.posted_collateral for a in agents),
        "first_haircut": real(a.collateral_haircut for a in agents),
        "first_keep": whole(kept_share(a.collateral_haircut) for a in agents),
        "first_collateral_value": whole(secured(a) for a in agents),
        "collateral_capacity": whole(a.max_collateral_capacity for a in agents),
        "opening_balance": whole(a.opening_balance for a in agents),
        "alloc_first": whole(first),
        "first_alloc_next": whole(later),
        "stream_key": stream_keys(scenario),
    }


def policies(scenario: Scenario, installed: Installed, programs: Programs) -> Arrays:
    """Every policy by its number, and which banks and events have which."""
    changed = (installed.of_event.get(i, codes.NONE) for i in range(len(scenario.scenario_events)))
    return {"first_policy": whole(installed.numbers), "event_policy": whole(changed), **programs.arrays}


def secured(agent: Agent) -> int:
    """What the posted collateral is worth after the haircut."""
    return agent.posted_collateral * kept_share(agent.collateral_haircut) // QUINTILLION


def kept_share(haircut: Decimal) -> int:
    """The share of collateral that counts, in parts of 10**18: exact for haircuts of up to 18 decimals."""
    return scaled(1 - haircut, 18)


def stream_keys(scenario: Scenario) -> np.ndarray:
    """The part of each bank's stream keys that seed and id make up."""
    seed = np.uint64(rng.splitmix(np.uint64(scenario.simulation.rng_seed & rng.MASK)))
    return np.array([rng.fold(seed, np.uint64(rng.key(id))) for id in scenario.ids], np.uint64)


def limits(scenario: Scenario) -> Arrays:
    """Bilateral limits as one list per sender, multilateral ones as a number each (-1: none)."""
    place = {id: i for i, id in enumerate(scenario.ids)}
    bilateral = [sorted((place[id], cap) for id, cap in a.bilateral_limits.items()) for a in scenario.agents]
    return {
        "multilateral_limit": whole(
            codes.NONE if a.multilateral_limit is None else a.multilateral_limit for a in scenario.agents
        ),
        "net_basis": whole(a.limits_basis == "net" for a in scenario.agents),
        "bilateral_start": whole(np.cumsum([0, *(len(entries) for entries in bilateral)])),
        "bilateral_peer": whole(peer for entries in bilateral for peer, _ in entries),
        "bilateral_limit": whole(cap for entries in bilateral for _, cap in entries),
    }


def sources(scenario: Scenario) -> Arrays:
    """Every stream of arriving payments, bank by bank."""
    streams = [(i, stream) for i, agent in enumerate(scenario.agents) for stream in agent.streams]
    amounts = [amount_terms(stream.amount_distribution) for _, stream in streams]
    categories, weights = Categories(), Weights(scenario)
    priorities = [categories.terms(stream) for _, stream in streams]
    source_weights = [weights.row(bank, stream) for bank, stream in streams]
    matrix = np.array(weights.rows, np.float64).reshape(-1, len(scenario.agents))
    return {
        "source_start": whole(np.cumsum([0, *(len(agent.streams) for agent in scenario.agents)])),
        "source_rate": real(stream.rate_per_tick for _, stream in streams),
        "source_purpose": whole(stream.purpose for _, stream in streams),
        "source_weights": whole(source_weights),
        "source_divisible": whole(stream.divisible for _, stream in streams),
        "amount_kind": whole(kind for kind, *_ in amounts),
        "amount_a": real(a for _, a, _, _ in amounts),
        "amount_b": real(b for _, _, b, _ in amounts),
        "amount_max": whole(top for *_, top in amounts),
        "priority_kind": whole(kind for kind, _, _ in priorities),
        "priority_a": whole(a for _, a, _ in priorities),
        "priority_b": whole(b for _, _, b in priorities),
        "category_value": whole(categories.values),
        "category_weight": real(categories.weights),
        "category_cumulative": real(categories.cumulative),
        "first_stream": np.array([(scenario.simulation.rng_seed & rng.MASK) or 1], np.uint64),
        "first_source_low": whole(stream.deadline_range[0] for _, stream in streams),
        "first_source_high": whole(stream.deadline_range[1] for _, stream in streams),
        "first_weights": matrix,
        "first_cumulative": np.cumsum(matrix, axis=1),
    }


def amount_terms(amounts: Any) -> tuple[Any, float, float, int]:
    """Kind, two parameters and the largest amount of a distribution."""
    match amounts:
        case d.FixedAmount():
            return codes.CONSTANT, amounts.value, 0.0, amounts.max
        case d.UniformAmount():
            return codes.UNIFORM, amounts.min, amounts.max, MONEY_MAX
        case d.NormalAmount():
            return codes.NORMAL, amounts.mean, amounts.std_dev, amounts.max
        case d.LogNormalAmount():
            return codes.LOG_NORMAL, *amounts.log_parameters(), amounts.max
        case _:
            return codes.EXPONENTIAL, amounts.lambda_, 0.0, amounts.max


class Categories:
    """Categorical priorities of all streams, one after the other."""

    def __init__(self) -> None:
        self.values: list[int] = []
        self.weights: list[float] = []
        self.cumulative: list[float] = []

    def terms(self, stream: Stream) -> tuple[Any, int, int]:
        """Kind and two parameters of a stream's priorities."""
        match stream.priorities:
            case d.FixedPriority() as fixed:
                return codes.PRIORITY_FIXED, fixed.value, 0
            case d.UniformPriority() as uniform:
                return codes.PRIORITY_UNIFORM, uniform.min, uniform.max
            case listed:
                first = len(self.values)
                self.values.extend(listed.values)
                self.weights.extend(listed.weights)
                self.cumulative.extend(np.cumsum(listed.weights))
                return codes.PRIORITY_CATEGORICAL, first, len(self.values)


class Weights:
    """Counterparty weights, a row for each stream that does not choose uniformly."""

    def __init__(self, scenario: Scenario) -> None:
        self.ids, self.missing = scenario.ids, float(scenario.missing_counterparty_weight)
        self.place = {id: i for i, id in enumerate(scenario.ids)}
        self.rates = np.array(scenario.rates, np.float64)
        changes = (e for e in scenario.scenario_events if isinstance(e, h.CounterpartyWeightChange))
        self.changed = {change.agent for change in changes}
        self.rows: list[np.ndarray] = []

    def row(self, bank: int, stream: Stream) -> Any:
        """The row of a stream's weights, or NONE where every other bank is equally likely for good."""
        if stream.counterparty_weights:
            row = np.full(len(self.ids), self.missing)
            for id, weight in stream.counterparty_weights.items():
                row[self.place[id]] = weight
        elif stream.network == "gravity":
            row = self.rates.copy()
        elif self.ids[bank] in self.changed:
            row = np.ones(len(self.ids))
        else:
            return codes.NONE
        row[bank] = 0.0
        self.rows.append(row)
        return len(self.rows) - 1


def events(scenario: Scenario) -> Arrays:
    """The scenario's events, and which of them are due when."""
    happenings = scenario.scenario_events
    place = {id: i for i, id in enumerate(scenario.ids)} | {EVERYBODY: codes.NONE}
    one_time = [(e.schedule.tick, i) for i, e in enumerate(happenings) if isinstance(e.schedule, h.OneTime)]
    one_time = sorted((tick, i) for tick, i in one_time if tick < scenario.ticks)

    def parties(*names: str) -> np.ndarray:
        return whole(place[id] if id else codes.NONE for id in told("", *names))

    def told(default: Any, *names: str) -> list[Any]:
        given = ((vars(event).get(name) for name in names) for event in happenings)
        return [next((value for value in values if value is not None), default) for values in given]

    every = [i for i, e in enumerate(happenings) if isinstance(e.schedule, h.Repeating)]
    moves = whole(balance_moves(e, len(place) - 1) for e in happenings)
    soon = scenario.default_deadline
    return {
        "event_first": np.searchsorted(
            whole(tick for tick, _ in one_time), np.arange(scenario.ticks + 2)
        ).astype(np.int64),
        "event_once": whole(i for _, i in one_time),
        "event_every": whole(every),
        "event_kind": whole(EVENT_TYPES.index(e.type) for e in happenings),
        "event_from": parties("from_agent", "agent"),
        "event_to": parties("to_agent", "counterparty"),
        "event_amount": whole(told(0, "amount", "max_settlements_per_tick", "delta", "new_cap")),
        "event_value": real(
            told(0, "multiplier", "new_weight", "min_ticks_multiplier", "haircut", "fraction")
        ),
        "event_share": whole(event_share(e, scenario) for e in happenings),
        "event_duration": whole(told(0, "duration")),
        "event_moves": moves,
        "repeated_moves": whole([sum(moves[every])]),
        "event_balanced": whole(told(0, "auto_balance_others")),
        "window_low": whole(billionths(told(1, "min_ticks_multiplier"))),
        "window_high": whole(billionths(told(1, "max_ticks_multiplier"))),
        "event_priority": whole(
            10 if isinstance(e, h.MarginCall) else p
            for e, p in zip(happenings, told(5, "priority"), strict=True)
        ),
        "event_deadline": whole(told(soon, "deadline")),
        "event_divisible": whole(told(0, "is_divisible")),
        "event_start": whole(getattr(e.schedule, "start_tick", 0) for e in happenings),
        "event_interval": whole(getattr(e.schedule, "interval", 1) for e in happenings),
    }


def event_share(event: Any, scenario: Scenario) -> int:
    """The number of an event that needs more than 53 bits, as engine/shocks.py takes it."""
    match event:
        case h.CollateralAdjustment():
            return QUADRILLION
        case h.CreditLimitChange():
            kept = Decimal(0 if event.new_cap is not None else 1)
            return scaled(kept if event.multiplier is None else Decimal(str(event.multiplier)), 15)
        case h.HaircutChange():
            return kept_share(event.haircut)
        case h.LiquiditySqueeze():
            return scaled(event.fraction or Decimal(0), 18)
        case h.ParticipantOutage():
            return DIRECTIONS[event.direction]
        case h.LiquidityFractionChange():
            bank = next(a for a in scenario.agents if a.id == event.agent)
            return allocation(bank.liquidity_pool, event.fraction, scenario.compat)
        case h.PolicyChange():
            bank = next(a for a in scenario.agents if a.id == event.agent)
            return allocation_under(bank, event.policy, scenario.compat)
    return 0


def allocation_under(bank: Agent, policy: Any, compat: str) -> int:
    """What a bank takes from its pool each morning once it follows a policy; NONE: as before."""
    named = named_fraction(policy)
    if named is None and compat != "simcash":
        return int(codes.NONE)
    return allocation(bank.liquidity_pool, Decimal(1) if named is None else named, compat)


def balance_moves(event: Any, banks: int) -> int:
    """From how many balances an event takes money other than by payment, at most."""
    if isinstance(event, h.LiquiditySqueeze):
        return banks if event.agent == EVERYBODY else 1
    return int(isinstance(event, h.MarginCall))


def listed(scenario: Scenario) -> Arrays:
    """The payments known in advance, in order of arrival, and which of them arrive when."""
    given = scenario.payments
    if given is None:
        return {"listed_first": np.zeros(scenario.ticks + 2, np.int64), "listed": np.zeros((6, 0), np.int64)}
    place = {id: i for i, id in enumerate(scenario.ids)}
    tick = np.array(given.tick, np.int64)
    columns = np.array([
        [place[id] for id in given.sender],
        [place[id] for id in given.receiver],
        given.amount,
        tick + scenario.default_deadline if given.deadline_tick is None else given.deadline_tick,
        np.full(tick.size, NORMAL_PRIORITY) if given.priority is None else given.priority,
        np.full(tick.size, given.divisible),
    ], np.int64)  # fmt: skip
    order = np.argsort(tick, kind="stable")
    first = np.searchsorted(tick[order], np.arange(scenario.ticks + 2)).astype(np.int64)
    return {"listed_first": first, "listed": np.ascontiguousarray(columns[:, order])}


def capacity_before(scenario: Scenario) -> np.ndarray:
    """By tick, how many payments may settle because of CapacityLimits of earlier ticks."""
    limits = [e for e in scenario.scenario_events if isinstance(e, h.CapacityLimit)]
    left = np.full(scenario.ticks + 1 if limits else 1, codes.INFINITE)
    for event in limits:
        due, most = event.schedule.due(scenario.ticks), event.max_settlements_per_tick
        # One that is repeated before it ends holds without a gap.
        starts = due[:1] if event.duration > due.step else due
        ends = due[-1:] if event.duration > due.step else due
        for start, end in zip(starts, ends, strict=True):
            held = left[start + 1 : end + event.duration]
            np.minimum(held, most, out=held)
    return left


def billionths(factors: Iterable[float]) -> Iterable[int]:
    """Factors exactly as they were typed."""
    return (scaled(Decimal(str(factor)), 9) for factor in factors)


def rules(scenario: Scenario) -> Arrays:
    """Throughput rules, with their shares as exact fractions."""
    listed = scenario.throughput_rules
    shares = [Fraction(rule.fraction).limit_denominator(LARGEST_DENOMINATOR) for rule in listed]
    who = [[r.agents is None or id in r.agents for id in scenario.ids] for r in listed]
    return {
        "rule_tick": whole(rule.by_tick for rule in listed),
        "rule_numerator": whole(share.numerator for share in shares),
        "rule_denominator": whole(share.denominator for share in shares),
        "rule_mode": whole(rule.penalty.terms[0] for rule in listed),
        "rule_amount": whole(rule.penalty.terms[1] for rule in listed),
        "rule_banks": np.array(who, np.int64).reshape(len(listed), len(scenario.ids)),
    }


def boosts(scenario: Scenario) -> np.ndarray:
    """Priority added when 0, 1, 2 … ticks are left."""
    terms = scenario.priority_escalation
    start = terms.start_escalating_at_ticks if terms.enabled else 0
    raised = (terms.max_boost * climb(terms.curve, left, start) for left in range(start + 1))
    return whole(math.floor(boost + Fraction(1, 2)) for boost in raised)


def climb(curve: str, left: int, start: int) -> Fraction:
    """The share of the boost with `left` of `start` ticks to go."""
    gone = Fraction(start - left, start) if start else Fraction(1)
    if curve == "linear":
        return gone
    return Fraction((math.exp(3 * gone) - 1) / (math.exp(3) - 1)) if curve == "exponential" else Fraction(1)


def delay_multipliers(scenario: Scenario) -> np.ndarray:
    """Thousandths by priority band (high, middle, low), in time and overdue, as queue1.delay_group counts."""
    rates = scenario.cost_rates
    return whole(rates.delay_multiplier(priority, late) for priority in (10, 5, 0) for late in (False, True))
