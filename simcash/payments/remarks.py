"""What the SimCash 0.2 engine silently ignored in a file of its format, and what this engine does instead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from simcash.core.problems import ScenarioError
from simcash.core.shape import Path
from simcash.core.source import Source
from simcash.payments.policies.document import Policy
from simcash.payments.policies.nodes import Action
from simcash.payments.roster import BANK_KEYS
from simcash.payments.trees import policies, trees_in

if TYPE_CHECKING:
    from simcash.core.simulation import Simulation

Remark = tuple[Path, str]
OPENING = "SimCash 0.2 read this and passed it over: "
KNOWN = {  # the top-level keys of its format
    *BANK_KEYS, "simulation", "ticks_per_day", "num_days", "rng_seed", "name", "description", "compat",
    "cost_rates", "lsm_config", "scenario_events", "deferred_crediting", "deadline_cap_at_eod",
    "queue1_ordering", "priority_mode", "priority_escalation", "algorithm_sequencing",
    "entry_disposition_offsetting", "eod_rush_threshold", "policy_feature_toggles", "cost_feature_toggles",
    "cost_model",
}  # fmt: skip
SETTINGS = {
    "queue1_ordering": "banks' queues stayed in order of arrival",
    "priority_mode": "the central queue knew no priorities",
    "priority_escalation": "priorities never rose",
    "algorithm_sequencing": "the usual offsetting ran instead",
    "entry_disposition_offsetting": "nothing was offset on entry",
    "eod_rush_threshold": "the rush began at 0.8 of the day",
}
OF_BANKS = {
    "posted_collateral": "banks began with no collateral",
    "collateral_haircut": "the usual haircut of 0.02 held",
    "limits": "no limit was kept",
}
OF_COSTS = {
    "eod_borrowing_rate": "nobody borrowed at the end of the day",
    "liquidity_cost_once_per_day": "liquidity cost nothing by the day",
}
BANDED = {  # events that left arrival bands alone
    "GlobalArrivalRateChange", "AgentArrivalRateChange", "CounterpartyWeightChange", "DeadlineWindowChange",
}  # fmt: skip
OF_ACTIONS = {
    "stagger_gap_ticks": "all parts were submitted at once",
    "focus_cpty_list": "the budget was for all banks",
    "max_per_cpty": "no bank had a limit of its own",
}


def remarks(sim: Simulation) -> list[str]:
    """What the SimCash 0.2 engine ignored in the scenario's file, if it is in SimCash's format."""
    source = sim.source
    return [str(source.problem(path, OPENING + told)) for path, told in ignored(source)]


def ignored(source: Source) -> list[Remark]:
    """Everything in a file of SimCash's format that its own engine ignored; nothing for other files."""
    data = source.data
    if not KNOWN.issuperset(data):
        return []
    return [*settings(data), *of_banks(data), *of_events(data), *of_policies(source)]


def settings(data: Mapping[str, Any]) -> Iterator[Remark]:
    for key, told in SETTINGS.items():
        if switched_on(key, data.get(key)):
            yield (key,), told
    costs = data.get("cost_rates")
    for key, told in OF_COSTS.items():
        if isinstance(costs, Mapping) and costs.get(key):
            yield ("cost_rates", key), told


def switched_on(key: str, value: Any) -> bool:
    """Whether a setting would have made a difference."""
    if key == "priority_escalation":
        return isinstance(value, Mapping) and bool(value.get("enabled"))
    return value not in (None, False, "fifo", 0.8)


def of_banks(data: Mapping[str, Any]) -> Iterator[Remark]:
    for key in BANK_KEYS:
        for i, bank in enumerate(data[key] if isinstance(data.get(key), list) else ()):
            yield from (((key, i, name), told) for name, told in OF_BANKS.items() if bank.get(name))


def of_events(data: Mapping[str, Any]) -> Iterator[Remark]:
    """Events that change arrivals, where a bank's arrivals come in bands."""
    banks = [bank for key in BANK_KEYS for bank in data.get(key) or ()]
    if any(bank.get("arrival_bands") for bank in banks):
        for i, event in enumerate(data.get("scenario_events") or ()):
            if event.get("type") in BANDED:
                yield ("scenario_events", i), "it left arrival bands as they were"


def of_policies(source: Source) -> Iterator[Remark]:
    for path, policy in policies(source.data):
        if policy.get("params"):
            yield (*path, "params"), "the numbers in the policy's own file held"
        try:
            trees = trees_in(policy, source.folder)
        except (ScenarioError, ValueError):  # a file that has gone since
            continue
        for name in passed_over(trees):
            yield path, f"{name}: {OF_ACTIONS[name]}"


def passed_over(trees: Policy | None) -> list[str]:
    """The parameters of a policy's actions that had no effect."""
    nodes = [] if trees is None else [node for _, node in trees.nodes() if isinstance(node, Action)]
    given = {name for node in nodes for name, _ in node.parameters}
    return [name for name in OF_ACTIONS if name in given]
