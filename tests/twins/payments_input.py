"""A scenario's plain data with every default of spec section 2 filled in. Canonical keys, valid data only."""

from copy import deepcopy
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from types import SimpleNamespace

LSM_CHANNELS = ("entry_offset", "bilateral", "cycle", "partial_netting", "max_value", "all_or_nothing")
BANDS = {"urgent": (10, 8, 10), "normal": (20, 4, 7), "low": (30, 0, 3)}
COST_RATES = {
    "overdraft_bps_per_tick": 0.001,
    "delay_cost_per_tick_per_cent": 0.0001,
    "collateral_cost_per_tick_bps": 0.0002,
    "liquidity_cost_per_tick_bps": 0,
    "liquidity_cost_once_per_day": 0,
    "overdue_delay_multiplier": 5,
}


@dataclass
class Stream:
    """One reason why payments of a bank arrive: its arrival_config, or one of its bands."""

    purposes: int  # added to the purpose numbers of the random streams
    rate: float
    amounts: dict
    weights: dict
    low: int
    high: int
    priority: dict
    divisible: bool


@dataclass
class Settings:
    """What the file says about one bank."""

    id: str
    opening_balance: int
    cap: int = 0
    policy: dict = field(default_factory=lambda: {"type": "Fifo"})
    streams: list = field(default_factory=list)
    collateral: int = 0
    haircut: Decimal = Decimal("0.02")
    bilateral: dict = field(default_factory=dict)
    multilateral: int | None = None
    net: bool = False
    pool: int = 0
    fraction: Decimal | None = None
    new_fraction: Decimal | None = None  # that an event has set
    capacity: int = 0
    buffer: int = 0


def exact(x):
    return Decimal(str(x))


def nearest(x):
    """A decimal rounded to the nearest whole number, halves away from zero."""
    return int(x.to_integral_value(ROUND_HALF_UP))


def read(data):
    """The whole scenario as attributes."""
    data = deepcopy(dict(data))
    compat = data.get("compat", "none") == "simcash"
    return SimpleNamespace(
        ticks_per_day=data["simulation"]["ticks_per_day"],
        days=data["simulation"]["num_days"],
        seed=data["simulation"]["rng_seed"],
        compat=compat,
        record=data.get("record", "standard"),
        shared=data.get("rng_streams", "shared" if compat else "per_bank") == "shared",
        deferred=data.get("crediting", "immediate") == "deferred",
        capped=data.get("deadline_cap_at_eod", False),
        queue1_ordering=data.get("queue1_ordering", "fifo"),
        priority_mode=data.get("priority_mode", False),
        strict_fifo=data.get("queue2_discipline", "bypass_fifo") == "strict_fifo",
        escalation=escalation(data.get("priority_escalation", {})),
        reallocation=data.get("daily_liquidity_reallocation", True),
        reset_daily=data.get("balance_reset", "never") == "daily",
        sequential=data.get("policy_evaluation", "snapshot") == "sequential",
        eod_overdue_only=data.get("eod_penalty_applies_to", "overdue" if compat else "unsettled")
        == "overdue",
        free_drop=data.get("drop_cost", "free" if compat else "penalties") == "free",
        missing_weight=float(data.get("missing_counterparty_weight", 1 if compat else 0)),
        **saving(data),
        eod_rush_threshold=data.get("eod_rush_threshold", 0.8),
        throughput_rules=data.get("throughput_rules", []),
        rates=rates(data.get("cost_rates", {})),
        banks=banks(data),
        events=data.get("scenario_events", []),
        listed=listed(data),
    )


def listed(data):
    """The payments known in advance, a tuple each, in the order of the list."""
    columns, length = dict(data.get("payments", {})), len(data.get("payments", {}).get("tick", []))
    soon = max(data["simulation"]["ticks_per_day"] // 10, 5)
    columns.setdefault("deadline_tick", [tick + soon for tick in columns.get("tick", [])])
    columns.setdefault("priority", [5] * length)
    names = ("tick", "sender", "receiver", "amount", "deadline_tick", "priority")
    divisible = columns.get("divisible", False)
    return [(*(columns[name][i] for name in names), divisible) for i in range(length)]


def saving(data):
    """What liquidity saving does: a list of algorithms, or T2's three steps, each a list."""
    on = data["simulation"].get("lsm_enabled", True)
    config = data.get("lsm_config", {})
    most = config.get("max_cycles_per_tick", 10)
    longest = config.get("max_cycle_length", 4)
    enabled = [name for name in ("bilateral", "cycles") if config.get(f"enable_{name}", True)]
    in_t2 = {"bilateral": {"type": "bilateral", "mode": "fifo_prefix"}, "cycles": {"type": "cycles"}}
    sequence = [
        [{"type": "all_or_nothing"}],
        [{"type": "partial_netting"}],
        [in_t2[name] for name in enabled],
    ]

    def complete(given):
        given = {"type": given} if isinstance(given, str) else given
        if given["type"] != "cycles":
            return given
        return {"max_length": longest, "max_cycles": most} | given

    return {
        "entry_offsetting": on and data.get("entry_disposition_offsetting", False),
        "sequencing": on
        and data.get("algorithm_sequencing", False)
        and [[complete(given) for given in step] for step in sequence],
        "algorithms": [complete(given) for given in config.get("algorithms", enabled)] if on else [],
        "max_iterations": config.get("max_iterations", 3),
    }


def escalation(given):
    if not given.get("enabled", False):
        return None
    return SimpleNamespace(
        curve=given.get("curve", "linear"),
        start=given.get("start_escalating_at_ticks", 20),
        most=given.get("max_boost", 3),
    )


def rates(given):
    """Cost rates as exact decimals; penalties as (mode, number)."""
    numbers = {key: exact(given.get(key, default)) for key, default in COST_RATES.items()}
    lending = given.get("eod_borrowing_rate")
    multipliers = given.get("priority_delay_multipliers", {})
    return SimpleNamespace(
        **numbers,
        split_friction_cost=given.get("split_friction_cost", 1000),
        eod_borrowing_rate=None if lending is None else exact(lending),
        eod_penalty=penalty(given.get("eod_penalty", 10_000)),
        deadline_penalty=penalty(given.get("deadline_penalty", 50_000)),
        priority_multipliers=[exact(multipliers.get(f"{name}_multiplier", 1)) for name in BANDS],
    )


def penalty(given):
    """(fixed amount, 0) or (0, bps·10^6 cut to a whole number)."""
    if not isinstance(given, dict):
        return given, 0
    if given["mode"] == "fixed":
        return given["amount"], 0
    return 0, int(exact(given["bps_per_event"]) * 10**6)


def banks(data):
    found = [bank(agent) for agent in data.get("agents", [])]
    rate_of = {agent.id: sum(s.rate for s in agent.streams) for agent in found}
    for group in data.get("groups", []):
        members = [bank(agent) for agent in group_members(group)]
        rate_of.update((agent.id, group["rate_per_tick"]) for agent in members)
        found += members
    for agent in found:
        for source in agent.streams:
            if source.weights == "gravity":
                source.weights = {other: float(rate) for other, rate in rate_of.items() if other != agent.id}
    return found


def group_members(group):
    """A group's banks as ordinary agents; receivers are weighted by rate unless the network is uniform."""
    group = dict(group)
    prefix, count, rate = group.pop("prefix"), group.pop("count"), group["rate_per_tick"]
    weights = "gravity" if group.pop("network", "uniform") == "gravity" else {}
    arrival_keys = ("rate_per_tick", "amount_distribution", "deadline_range", "priority",
                    "priority_distribution", "divisible")  # fmt: skip
    arrivals = {key: group.pop(key) for key in arrival_keys if key in group} | {
        "counterparty_weights": weights
    }
    if "balance_per_rate" in group:
        group["opening_balance"] = nearest(exact(group.pop("balance_per_rate")) * exact(rate))
    width = len(str(count))
    for number in range(1, count + 1):
        yield group | {"id": f"{prefix}{number:0{width}}", "arrival_config": arrivals}


def bank(agent):
    limits = agent.get("limits", {})
    fraction = agent.get("liquidity_allocation_fraction")
    return Settings(
        id=agent["id"],
        opening_balance=agent["opening_balance"],
        cap=agent.get("unsecured_cap", 0),
        policy=agent.get("policy", {"type": "Fifo"}),
        streams=streams(agent),
        collateral=agent.get("posted_collateral", 0),
        haircut=exact(agent.get("collateral_haircut", 0.02)),
        bilateral=limits.get("bilateral_limits", {}),
        multilateral=limits.get("multilateral_limit"),
        net=limits.get("basis", "gross") == "net",
        pool=agent.get("liquidity_pool", 0),
        fraction=None if fraction is None else exact(fraction),
        capacity=agent.get("max_collateral_capacity", 10 * agent.get("unsecured_cap", 0)),
        buffer=agent.get("liquidity_buffer", 0),
    )


def streams(agent):
    if "arrival_config" in agent:
        return [plain_stream(agent["arrival_config"])]
    bands = agent.get("arrival_bands", {})
    return [band_stream(bands[name], *BANDS[name]) for name in BANDS if name in bands]


def plain_stream(config):
    low, high = config["deadline_range"]
    gravity = config.get("network") == "gravity"
    return Stream(
        purposes=0,
        rate=float(config["rate_per_tick"]),
        amounts=config["amount_distribution"],
        weights="gravity" if gravity else config.get("counterparty_weights", {}),
        low=low,
        high=high,
        priority=config.get("priority_distribution", {"type": "Fixed", "value": config.get("priority", 5)}),
        divisible=config.get("divisible", False),
    )


def band_stream(config, purposes, lowest, highest):
    return Stream(
        purposes=purposes,
        rate=float(config["rate_per_tick"]),
        amounts=config["amount_distribution"],
        weights=config.get("counterparty_weights", {}),
        low=config["deadline_offset_min"],
        high=config["deadline_offset_max"],
        priority={"type": "Uniform", "min": lowest, "max": highest},
        divisible=config.get("divisible", False),
    )
