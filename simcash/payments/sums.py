"""Whether everything that a run adds up fits into 64 bits.

Balances, queues, accounts and usages are sums of parts of: what banks hold at the start, what events move,
and the payments that arrive. Drawn amounts are at most 2**53 each; if all that are expected come to no more
than 2**58, then by Chernoff's bound they come to 2**62 with a probability below 10**-300.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from simcash.core.shape import Path
from simcash.payments import distributions as d
from simcash.payments import happenings as h
from simcash.payments.arrivals import RATE_MAX
from simcash.payments.roster import EVERYBODY

if TYPE_CHECKING:
    from simcash.payments.scenario import Scenario

HELD_MAX, MOVED_MAX, EXPECTED_MAX = 2**62, 2**60, 2**58  # cents


def too_large(scenario: Scenario) -> Iterator[tuple[Path, str]]:
    """Sums that might not fit."""
    held = sum(abs(a.opening_balance) + a.liquidity_pool for a in scenario.agents)
    if held > HELD_MAX:
        yield ("agents",), f"balances and pools together are {held} cents; at most 2**62 fit"
    moved = sum(moved_by(event, scenario) for event in scenario.scenario_events)
    if moved > MOVED_MAX:
        yield ("scenario_events",), f"events move {moved} cents in all; at most 2**60 fit"
    listed = sum(scenario.payments.amount) if scenario.payments else 0
    if listed > MOVED_MAX:
        yield ("payments", "amount"), f"payments come to {listed} cents in all; at most 2**60 fit"
    drawn = expected(scenario)
    if drawn > EXPECTED_MAX:
        yield ("agents",), f"payments of {drawn:.3g} cents in all are expected to arrive; at most 2**58 fit"


def moved_by(event: Any, scenario: Scenario) -> int:
    """The cents an event moves in the whole run."""
    amount = getattr(event, "amount", None) or 0
    banks = len(scenario.agents) if getattr(event, "agent", None) == EVERYBODY else 1
    return int(amount) * len(event.schedule.due(scenario.ticks)) * banks


def expected(scenario: Scenario) -> float:
    """The cents of all payments that are drawn, on average, if rates were highest all the time."""
    changes = [e for e in scenario.scenario_events if isinstance(e, h.GlobalArrivalRateChange)]
    everywhere = max([1.0, *(change.multiplier for change in changes)])
    own = highest_factors(scenario)
    return sum(
        min(stream.rate_per_tick * everywhere * own.get(agent.id, 1.0), RATE_MAX)
        * scenario.ticks
        * mean(stream.amount_distribution)
        for agent in scenario.agents
        for stream in agent.streams
    )


def highest_factors(scenario: Scenario) -> dict[str, float]:
    """For banks whose rates change, a bound on the product of their changes."""
    highest: dict[str, float] = {}
    for event in scenario.scenario_events:
        if isinstance(event, h.AgentArrivalRateChange) and event.multiplier > 1:
            times = len(event.schedule.due(scenario.ticks))
            grown = math.log(event.multiplier) * times
            highest[event.agent] = highest.get(event.agent, 1.0) * math.exp(min(grown, 300.0))
    return highest


def mean(amounts: Any) -> float:
    """The average amount, or a bound on it."""
    match amounts:
        case d.FixedAmount():
            average = float(amounts.value)
        case d.UniformAmount():
            average = (amounts.min + amounts.max) / 2
        case d.NormalAmount():
            average = 1 + abs(amounts.mean) + amounts.std_dev
        case d.LogNormalAmount():
            mu, sigma = amounts.log_parameters()
            average = 1 + math.exp(min(mu + sigma**2 / 2, 40.0))
        case _:
            average = 1 + 1 / amounts.lambda_
    return min(average, float(amounts.max))
