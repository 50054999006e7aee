"""The smallest payments scenario as plain data, with whatever a test adds to it."""

import pytest

from simcash.core.scenario import ScenarioError, read
from simcash.payments.scenario import open_scenario

MONEY_MAX = 2**53
FIXED = {"type": "Fixed", "value": 100}
ARRIVALS = {"rate_per_tick": 2, "amount_distribution": FIXED, "deadline_range": [3, 8]}
ONCE = {"type": "OneTime", "tick": 3}
GROUP = {"prefix": "CORE", "count": 12, **ARRIVALS, "opening_balance": 7}


def data(**settings):
    return {
        "simulation": {"ticks_per_day": 12, "num_days": 2, "rng_seed": 42, "lsm_enabled": False},
        "agents": [{"id": "A", "opening_balance": 100}, {"id": "B", "opening_balance": 200}],
    } | settings


def scenario(**settings):
    return open_scenario(read(data(**settings)))


def bank(**settings):
    """The first bank as it is read."""
    return scenario(agents=[data()["agents"][0] | settings, data()["agents"][1]]).agents[0]


def event(kind, **settings):
    return {"type": kind, "schedule": ONCE} | settings


def told(source):
    """Problems as "path: message"."""
    with pytest.raises(ScenarioError) as caught:
        open_scenario(source if hasattr(source, "data") else read(source))
    return [f"{p.path}: {p.message}" for p in caught.value.problems]


def without(settings, key):
    return {k: v for k, v in settings.items() if k != key}
