"""Small scenarios written as small tables, and short questions to a run.

    scenario("A 300 | B 100 cap 50", "@0 A 200 B | @1 B 250 A by 3 priority 9", ticks_per_day=4)

Banks: id, opening balance, then key and value pairs (short names below). Payments: tick, sender, amount,
receiver, then `by` (the deadline, in ticks after arrival), `priority`. All cost rates are 0 unless given.
"""

import json

from tests.twins.runs import latest_payments

BANK_KEYS = {
    "cap": "unsecured_cap", "pool": "liquidity_pool", "fraction": "liquidity_allocation_fraction",
    "collateral": "posted_collateral", "haircut": "collateral_haircut", "policy": "policy",
    "arrivals": "arrival_config", "limits": "limits",
}  # fmt: skip
PAYMENT_KEYS = {"by": "deadline", "priority": "priority"}
NO_COSTS = {
    "overdraft_bps_per_tick": 0, "delay_cost_per_tick_per_cent": 0, "collateral_cost_per_tick_bps": 0,
    "eod_penalty": 0, "deadline_penalty": 0,
}  # fmt: skip


def scenario(banks, payments="", ticks_per_day=10, days=1, costs=None, agents=None, events=(), **settings):
    """The scenario's plain data. `agents` adds settings per bank id, `events` events beside the payments."""
    return {
        "simulation": {
            "ticks_per_day": ticks_per_day,
            "num_days": days,
            "rng_seed": 42,
            "lsm_enabled": False,
        },
        "record": "full",
        "cost_rates": NO_COSTS | (costs or {}),
        "agents": [bank(text) | (agents or {}).get(text.split()[0], {}) for text in split(banks)],
        "scenario_events": [arrival(text) for text in split(payments)] + list(events),
    } | settings


def split(table):
    return [part for part in table.replace("\n", "|").split("|") if part.strip()]


def bank(text):
    name, balance, *rest = text.split()
    return {"id": name, "opening_balance": int(balance)} | pairs(rest, BANK_KEYS)


def arrival(text):
    tick, sender, amount, receiver, *rest = text.split()
    return {
        "type": "CustomTransactionArrival", "from_agent": sender, "to_agent": receiver, "amount": int(amount),
        "schedule": at(int(tick[1:])),
    } | pairs(rest, PAYMENT_KEYS)  # fmt: skip


def at(tick):
    return {"type": "OneTime", "tick": tick}


def pairs(words, keys):
    return {keys[key]: json.loads(value) for key, value in zip(words[::2], words[1::2], strict=True)}


def column(run, table, name, **where):
    """One column of the rows that match."""
    return [row[name] for row in run.rows(table) if all(row[key] == value for key, value in where.items())]


def cost(run, *kinds):
    """Cents per bank over the run, of some kinds or of all."""
    costs = dict.fromkeys(column(run, "bank_ticks", "bank", tick=0), 0)
    for row in run.rows("costs"):
        if not kinds or row["kind"] in kinds:
            costs[row["bank"]] += row["amount"]
    return costs


def costs(run, *kinds):
    """The same without names, in scenario order."""
    return tuple(cost(run, *kinds).values())


def settled_at(run):
    """The tick in which each payment settled, or None, by id."""
    return [payment["settled_tick"] for payment in latest_payments(run)]


def statuses(run):
    return [payment["status"] for payment in latest_payments(run)]
