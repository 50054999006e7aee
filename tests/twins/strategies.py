"""Small random payments scenarios as data: scarce money, ties, limits, every option, and submissions."""

from dataclasses import dataclass

from hypothesis import strategies as st

from tests.twins.strategies_policies import splitting_policies, tree_policies
from tests.twins.strategies_shocks import crowds, savings, shock_kinds

IDS = ["BANK_B", "BANK_A", "B10", "B9", "a"]  # scenario order is not sorted order
AMOUNTS = st.sampled_from([1, 5, 10, 10, 20, 50, 100])
PRIORITIES = st.integers(0, 10)


@dataclass(frozen=True)
class Play:
    """A scenario, the ticks between which it is stepped, and what is submitted there."""

    data: dict
    stops: tuple[int, ...]
    actions: tuple[dict, ...]  # with the tick under "tick"


@st.composite
def plays(
    draw, record=("full", "full", "full", "standard", "summary"), saving=False, shocks=False, trees=False
):
    """`saving`, `shocks` and `trees` add liquidity saving, the shocks of spec section 2, policy trees."""
    ids = IDS[: draw(st.integers(2, 5))]
    tpd, days = draw(st.integers(2, 12)), draw(st.integers(1, 3))
    data = {
        "simulation": {
            "ticks_per_day": tpd, "num_days": days, "rng_seed": draw(st.integers(0, 2**63 - 1)),
            "lsm_enabled": saving,
        },
        "record": draw(st.sampled_from(record)),
        **draw(rules(tpd, ids)),
        **(draw(savings()) if saving else {}),
        "cost_rates": draw(cost_rates()),
    }  # fmt: skip
    followed = policies()
    if trees:
        followed = st.one_of(*[tree_policies(ids)] * 4, splitting_policies(), policies())
    data["agents"] = [
        draw(poor_agents(name, ids, followed) if saving else agents(name, ids, followed)) for name in ids
    ]
    if trees:
        data["eod_rush_threshold"] = draw(st.sampled_from([0, 0.5, 0.8]))
        data["cost_rates"]["split_friction_cost"] = draw(st.sampled_from([0, 7, 1000]))
    kinds = events(tpd * days, data["agents"], followed if shocks else None)
    data["scenario_events"] = draw(st.lists(kinds, max_size=6))
    data["scenario_events"] += draw(crowds(ids)) if saving else []
    if draw(mostly(False, True)):
        data["payments"] = draw(listed_payments(tpd * days, ids))
    acts = [submissions(tpd * days, ids)]
    if shocks:
        acts.append(hand_movements(tpd * days, ids, followed))
    acted = draw(st.lists(st.one_of(acts), max_size=5))
    stops = draw(st.lists(st.integers(1, tpd * days), max_size=2))
    return Play(data, tuple(stops), tuple(acted))


def mostly(usual, *others):
    return st.sampled_from([usual] * max(1, len(others)) + list(others))


def some(keys, strategy):
    """A dict of some of the keys."""
    return st.dictionaries(st.sampled_from(keys), strategy)


@st.composite
def listed_payments(draw, ticks, ids):
    """Payments known in advance, as columns; deadlines and priorities may be left to their defaults."""
    rows = [
        (tick, *draw(parties(ids)).values(), draw(AMOUNTS), tick + draw(st.integers(1, 15)), draw(PRIORITIES))
        for tick in draw(st.lists(st.integers(0, ticks - 1), min_size=1, max_size=8))
    ]
    names = ("tick", "sender", "receiver", "amount", "deadline_tick", "priority")
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    for name in ("deadline_tick", "priority"):
        if draw(mostly(False, True)):
            del columns[name]
    return columns | ({"divisible": True} if draw(st.booleans()) else {})


@st.composite
def rules(draw, tpd, ids):
    """Options at the top level; a compat scenario leaves its own options alone."""
    found = {
        "crediting": draw(st.sampled_from(["immediate", "deferred"])),
        "deadline_cap_at_eod": draw(st.booleans()),
        "queue1_ordering": draw(mostly("fifo", "priority_deadline")),
        "priority_mode": draw(st.booleans()),
        "queue2_discipline": draw(mostly("bypass_fifo", "strict_fifo")),
        "policy_evaluation": draw(st.sampled_from(["snapshot", "sequential"])),
        "daily_liquidity_reallocation": draw(mostly(True, False)),
        "balance_reset": draw(mostly("never", "daily")),
        "priority_escalation": draw(escalations()),
        "throughput_rules": draw(st.lists(throughput_rules(tpd, ids), max_size=2)),
    }
    if draw(mostly(False, False, False, True)):
        return found | {"compat": "simcash"}
    return found | {
        "rng_streams": draw(mostly("per_bank", "shared")),
        "eod_penalty_applies_to": draw(mostly("unsettled", "overdue")),
        "drop_cost": draw(mostly("penalties", "free")),
        "missing_counterparty_weight": draw(st.sampled_from([0, 1, 0.5])),
    }


@st.composite
def escalations(draw):
    return {
        "enabled": draw(st.booleans()),
        "curve": draw(st.sampled_from(["linear", "exponential", "step"])),
        "start_escalating_at_ticks": draw(st.integers(1, 12)),
        "max_boost": draw(st.integers(0, 6)),
    }


@st.composite
def throughput_rules(draw, tpd, ids):
    rule = {
        "by_tick": draw(st.integers(0, tpd - 1)),
        "fraction": draw(st.sampled_from([0, 0.3, 0.5, 0.75, 1])),
        "penalty": draw(penalties()),
    }
    return rule | draw(st.sampled_from([{}, {"agents": ids[:1]}, {"agents": ids[1:]}]))


def penalties():
    rate = st.builds(lambda bps: {"mode": "rate", "bps_per_event": bps}, st.sampled_from([0, 1, 33.3, 250]))
    fixed = st.builds(lambda amount: {"mode": "fixed", "amount": amount}, st.integers(0, 500))
    return st.one_of(st.integers(0, 50), fixed, rate)


@st.composite
def cost_rates(draw):
    found = {
        "overdraft_bps_per_tick": draw(st.sampled_from([0, 0.001, 12.5, 300])),
        "delay_cost_per_tick_per_cent": draw(st.sampled_from([0, 0.0001, 0.013, 0.2])),
        "collateral_cost_per_tick_bps": draw(st.sampled_from([0, 0.0002, 77])),
        "liquidity_cost_per_tick_bps": draw(st.sampled_from([0, 83, 250.5])),
        "liquidity_cost_once_per_day": draw(st.sampled_from([0, 0.1, 0.033])),
        "eod_penalty": draw(penalties()),
        "deadline_penalty": draw(penalties()),
        "overdue_delay_multiplier": draw(st.sampled_from([1, 2.5, 5])),
        "priority_delay_multipliers": {
            f"{band}_multiplier": draw(st.sampled_from([0, 0.5, 1, 1.7]))
            for band in ("urgent", "normal", "low")
        },
    }
    if draw(mostly(False, False, True)):
        found["eod_borrowing_rate"] = draw(st.sampled_from([0, 0.4, 0.0125]))
    return found


@st.composite
def agents(draw, name, ids, followed):
    others = [other for other in ids if other != name]
    found = {
        "id": name,
        "opening_balance": draw(st.sampled_from([0, 0, 10, 50, 100, 300, -20])),
        "unsecured_cap": draw(st.sampled_from([0, 0, 0, 30, 100])),
        "posted_collateral": draw(st.sampled_from([0, 0, 33, 80])),
        "collateral_haircut": draw(st.sampled_from([0, 0.02, 0.25, 1])),
        "max_collateral_capacity": 1000,
        "policy": draw(followed),
        "liquidity_pool": draw(st.sampled_from([0, 0, 50, 77])),
        **draw(st.sampled_from([{}, {}, {"limits": draw(limits(others))}])),
        **draw(st.sampled_from([{}, draw(arrival_bands(others)), *[draw(arrival_configs(others))] * 3])),
    }
    fraction = draw(st.sampled_from([None, 0, 0.29, 0.5, 1]))
    return found if fraction is None else found | {"liquidity_allocation_fraction": fraction}


@st.composite
def poor_agents(draw, name, ids, followed):
    """Banks that can hardly pay without one another."""
    agent = draw(agents(name, ids, followed))
    if draw(mostly(True, True, False)):
        agent.pop("limits", None)
        agent |= {
            "opening_balance": draw(st.sampled_from([0, 0, 3, 10])),
            "unsecured_cap": 0,
            "posted_collateral": 0,
            "liquidity_pool": 0,
        }
        if draw(st.booleans()):
            agent["policy"] = {"type": "Fifo"}
    return agent


def policies():
    tick = st.integers(0, 6)
    return st.one_of(
        st.sampled_from([{"type": "Fifo"}, {"type": "PriorityDeadline"}]),
        st.builds(lambda t: {"type": "Deadline", "urgency_threshold": t}, tick),
        st.builds(
            lambda b, t: {"type": "LiquidityAware", "target_buffer": b, "urgency_threshold": t},
            st.sampled_from([0, 5, 20, 60]),
            tick,
        ),
    )


@st.composite
def limits(draw, others):
    found = {
        "bilateral_limits": draw(some(others, st.sampled_from([0, 10, 40, 100]))),
        "basis": draw(st.sampled_from(["gross", "net"])),
    }
    total = draw(st.sampled_from([None, 0, 30, 80, 150]))
    return found if total is None else found | {"multilateral_limit": total}


def amount_distributions():
    return st.sampled_from([
        {"type": "Fixed", "value": 10},
        {"type": "Uniform", "min": 1, "max": 4},
        {"type": "Uniform", "min": 10, "max": 10},
        {"type": "Normal", "mean": 10, "std_dev": 8},
        {"type": "LogNormal", "mean": 20, "std_dev": 30, "max": 90},
        {"type": "LogNormal", "mu": 2.5, "sigma": 1.2},
        {"type": "Exponential", "lambda": 0.05, "max": 60},
    ])  # fmt: skip


@st.composite
def weight_maps(draw, others):
    """Empty (uniform), or weights of some others, one of them surely positive."""
    if draw(st.booleans()):
        return {}
    found = draw(some(others, st.sampled_from([0, 0.5, 1, 3])))
    return found | {draw(st.sampled_from(others)): 0.75}


@st.composite
def arrival_configs(draw, others):
    low = draw(st.integers(1, 4))
    found = {
        "rate_per_tick": draw(st.sampled_from([0, 0.3, 1, 2, 3.5])),
        "amount_distribution": draw(amount_distributions()),
        "counterparty_weights": draw(weight_maps(others)),
        "deadline_range": [low, draw(st.integers(low, 9))],
        "divisible": draw(st.booleans()),
    }
    return {"arrival_config": found | draw(priorities())}


def priorities():
    return st.one_of(
        st.just({}),
        st.builds(lambda p: {"priority": p}, PRIORITIES),
        st.builds(lambda p: {"priority_distribution": {"type": "Fixed", "value": p}}, PRIORITIES),
        st.just({"priority_distribution": {"type": "Uniform", "min": 2, "max": 9}}),
        st.just(
            {"priority_distribution": {"type": "Categorical", "values": [1, 5, 9], "weights": [1, 0, 2]}}
        ),
    )


@st.composite
def arrival_bands(draw, others):
    names = draw(st.sets(st.sampled_from(["urgent", "normal", "low"]), min_size=1))
    return {"arrival_bands": {name: draw(bands(others)) for name in sorted(names)}}


@st.composite
def bands(draw, others):
    low = draw(st.integers(1, 4))
    return {
        "rate_per_tick": draw(st.sampled_from([0.3, 1, 2])),
        "amount_distribution": draw(amount_distributions()),
        "counterparty_weights": draw(weight_maps(others)),
        "deadline_offset_min": low,
        "deadline_offset_max": draw(st.integers(low, 9)),
        "divisible": draw(st.booleans()),
    }


def schedules(ticks):
    once = st.builds(lambda tick: {"type": "OneTime", "tick": tick}, st.integers(0, ticks - 1))
    again = st.builds(
        lambda start, interval: {"type": "Repeating", "start_tick": start, "interval": interval},
        st.integers(0, ticks - 1),
        st.integers(1, 4),
    )
    return st.one_of(once, once, again)


@st.composite
def events(draw, ticks, agents, followed):
    """With shocks if there are policies that may be followed instead."""
    ids = [agent["id"] for agent in agents]
    weighted = [agent["id"] for agent in agents if has_weights(agent)]
    arriving = [agent["id"] for agent in agents if "arrival_config" in agent or "arrival_bands" in agent]
    kinds = [transfers(ids), *[custom_arrivals(ids)] * 3, scheduled(ids), global_rates(), windows()]
    kinds += [agent_rates(arriving)] if arriving else []
    kinds += [weight_changes(weighted, ids)] if weighted else []
    if followed is not None:
        kinds += [*shock_kinds(ids), policy_changes(ids, followed)]
    event, schedule = draw(st.one_of(kinds)), draw(schedules(ticks))
    if schedule["type"] == "Repeating" and event.get("multiplier", 0) > 1:
        event["multiplier"] = 1.1  # a rate that doubles tick by tick would drown the slow twin in payments
    return event | {"schedule": schedule}


def has_weights(agent):
    streams = (
        [agent["arrival_config"]] if "arrival_config" in agent else agent.get("arrival_bands", {}).values()
    )
    return bool(streams) and all(stream["counterparty_weights"] for stream in streams)


def parties(ids):
    return st.permutations(ids).map(lambda order: {"from_agent": order[0], "to_agent": order[1]})


def transfers(ids):
    return st.builds(lambda who, x: {"type": "DirectTransfer", **who, "amount": x}, parties(ids), AMOUNTS)


def scheduled(ids):
    return st.builds(
        lambda who, x: {"type": "ScheduledSettlement", **who, "amount": x}, parties(ids), AMOUNTS
    )


@st.composite
def custom_arrivals(draw, ids):
    found = {"type": "CustomTransactionArrival", **draw(parties(ids)), "amount": draw(AMOUNTS)}
    options = {
        "priority": draw(PRIORITIES),
        "deadline": draw(st.integers(1, 8)),
        "is_divisible": draw(st.booleans()),
    }
    return found | {key: options[key] for key in draw(st.sets(st.sampled_from(sorted(options))))}


def global_rates():
    factor = st.sampled_from([0, 0.5, 2])
    return st.builds(lambda m: {"type": "GlobalArrivalRateChange", "multiplier": m}, factor)


def agent_rates(ids):
    return st.builds(
        lambda name, m: {"type": "AgentArrivalRateChange", "agent": name, "multiplier": m},
        st.sampled_from(ids),
        st.sampled_from([0, 0.7, 1.5]),
    )


def windows():
    factor = st.sampled_from([0.29, 0.5, 1, 1.5, 2])
    return st.builds(
        lambda low, high: {
            "type": "DeadlineWindowChange", "min_ticks_multiplier": low, "max_ticks_multiplier": high,
        },
        factor,
        factor,
    )  # fmt: skip


@st.composite
def weight_changes(draw, weighted, ids):
    name = draw(st.sampled_from(weighted))
    return {
        "type": "CounterpartyWeightChange",
        "agent": name,
        "counterparty": draw(st.sampled_from([other for other in ids if other != name])),
        "new_weight": draw(st.sampled_from([0.1, 0.25, 1])),
        "auto_balance_others": draw(st.booleans()),
    }


def hand_movements(ticks, ids, followed):
    """Collateral posted and taken back, policies set, between ticks."""
    tick, bank = st.integers(0, ticks - 1), st.sampled_from(ids)
    collateral = st.builds(
        lambda kind, t, b, x: {"tick": t, "type": kind, "bank": b, "amount": x},
        st.sampled_from(["PostCollateral", "WithdrawCollateral"]),
        tick,
        bank,
        st.sampled_from([1, 20, 33, 80, 950]),
    )
    behaviour = st.builds(
        lambda t, b, policy: {"tick": t, "type": "SetPolicy", "bank": b, "policy": policy},
        tick,
        bank,
        followed,
    )
    return st.one_of(collateral, collateral, behaviour)


def policy_changes(ids, followed):
    return st.builds(
        lambda name, policy: {"type": "PolicyChange", "agent": name, "policy": policy},
        st.sampled_from(ids),
        followed,
    )


@st.composite
def submissions(draw, ticks, ids):
    tick = draw(st.integers(0, ticks - 1))
    sender, receiver = draw(st.permutations(ids))[:2]
    found = {
        "tick": tick, "type": "Submit", "sender": sender, "receiver": receiver, "amount": draw(AMOUNTS),
        "deadline_tick": tick + draw(st.integers(1, 10)), "priority": draw(PRIORITIES),
        "divisible": draw(st.booleans()),
    }  # fmt: skip
    chosen = draw(st.sampled_from([None, "HighlyUrgent", "Urgent", "Normal"]))
    return found if chosen is None else found | {"rtgs_priority": chosen}
