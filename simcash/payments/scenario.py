"""The payments scenario: the whole file, checked and resolved."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AliasChoices, BeforeValidator, Field, ValidationInfo, field_validator

from simcash.core.scenario import (
    Model,
    ScenarioError,
    ScenarioWarning,
    Source,
    check,
    live,
    refuse_start_changes,
)
from simcash.core.schema import broken, number, several
from simcash.core.shape import Path as KeyPath
from simcash.payments.arrivals import NORMAL_PRIORITY, Network
from simcash.payments.distributions import FixedPriority, Weight
from simcash.payments.happenings import Happening, OneTime
from simcash.payments.listed import PaymentList
from simcash.payments.members import Agent, Group
from simcash.payments.roster import BANK_KEYS, roster
from simcash.payments.settings import (
    CostToggles,
    LsmConfig,
    PolicyToggles,
    PriorityEscalation,
    Simulation,
    ThroughputRule,
)
from simcash.payments.spellings import tidy
from simcash.payments.sums import too_large
from simcash.payments.tariff import CostRates
from simcash.payments.trees import Files, checked_trees, in_place

M = TypeVar("M", bound=Model)
SIMCASH: dict[str, Any] = {  # what the SimCash 0.2 engine does, where a file can say otherwise
    "rng_streams": "shared",
    "eod_penalty_applies_to": "overdue",
    "drop_cost": "free",
    "missing_counterparty_weight": 1.0,
}
CREDITING = {
    True: "deferred", "yes": "deferred", "on": "deferred",
    False: "immediate", "no": "immediate", "off": "immediate",
}  # fmt: skip


def _dialect(key: str, default: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda known: SIMCASH[key] if known["compat"] == "simcash" else default


def _word(value: Any) -> Any:
    """`off` and `none` as other YAML readers hand them over: false and nothing."""
    return "off" if value is False else "none" if value is None else value


def _crediting(value: Any) -> Any:
    """`deferred_crediting: true` as `crediting: deferred`."""
    return CREDITING.get(value, value) if isinstance(value, (bool, str)) else value


class Scenario(Model):
    """Everything a payments run begins with; as `open_scenario` returns it, with nothing left to resolve."""

    world: Literal["payments"] = "payments"
    name: str = live("")
    description: str | None = live(None)
    simulation: Simulation
    record: Annotated[Literal["off", "summary", "standard", "full"], BeforeValidator(_word)] = live(
        "standard"
    )
    compat: Annotated[Literal["none", "simcash"], BeforeValidator(_word)] = "none"
    rng_streams: Literal["per_bank", "shared"] = Field(default_factory=_dialect("rng_streams", "per_bank"))
    crediting: Annotated[Literal["immediate", "deferred"], BeforeValidator(_crediting)] = Field(
        "immediate", validation_alias=AliasChoices("crediting", "deferred_crediting")
    )
    deadline_cap_at_eod: bool = False
    queue1_ordering: Literal["fifo", "priority_deadline"] = live("fifo")
    priority_mode: bool = False
    queue2_discipline: Literal["bypass_fifo", "strict_fifo"] = "bypass_fifo"
    priority_escalation: PriorityEscalation = live(PriorityEscalation())
    algorithm_sequencing: bool = False
    entry_disposition_offsetting: bool = False
    eod_rush_threshold: Annotated[float, Field(ge=0, le=1), BeforeValidator(number)] = live(0.8)
    daily_liquidity_reallocation: bool = True
    balance_reset: Literal["never", "daily"] = "never"
    policy_evaluation: Literal["snapshot", "sequential"] = live("snapshot")
    eod_penalty_applies_to: Literal["unsettled", "overdue"] = live(
        default_factory=_dialect("eod_penalty_applies_to", "unsettled")
    )
    drop_cost: Literal["penalties", "free"] = Field(default_factory=_dialect("drop_cost", "penalties"))
    missing_counterparty_weight: Weight = Field(default_factory=_dialect("missing_counterparty_weight", 0.0))
    throughput_rules: Annotated[tuple[ThroughputRule, ...], BeforeValidator(several)] = ()
    policy_feature_toggles: PolicyToggles | None = None
    cost_feature_toggles: CostToggles | None = None
    agents: Annotated[tuple[Agent, ...], BeforeValidator(several)] = Field(
        (), validation_alias=AliasChoices(*BANK_KEYS)
    )
    groups: Annotated[tuple[Group, ...], BeforeValidator(several)] = ()  # once read: () and agents
    network: Network = "uniform"  # of groups that do not say themselves
    cost_rates: CostRates = live(CostRates())
    lsm_config: LsmConfig | None = None
    payments: PaymentList | None = None
    scenario_events: Annotated[tuple[Happening, ...], BeforeValidator(several)] = live(())

    @field_validator(*SIMCASH)
    @classmethod
    def _agrees_with_compat(cls, value: Any, info: ValidationInfo) -> Any:
        meant = SIMCASH[str(info.field_name)]
        if info.data.get("compat") == "simcash" and value != meant:
            raise broken(f"contradicts compat: simcash, which means {meant}; leave out one of the two")
        return value

    @property
    def ids(self) -> tuple[str, ...]:
        """The banks, in scenario order."""
        return tuple(agent.id for agent in self.agents)

    @property
    def rates(self) -> tuple[float, ...]:
        """Payments per tick of each bank, all bands together: the weights of network: gravity."""
        return tuple(sum(stream.rate_per_tick for stream in agent.streams) for agent in self.agents)

    @property
    def ticks(self) -> int:
        """The length of the run."""
        return self.simulation.ticks_per_day * self.simulation.num_days

    @property
    def saving(self) -> LsmConfig:
        """The settings of liquidity saving."""
        return self.lsm_config or LsmConfig()

    @property
    def saves(self) -> bool:
        """Whether payments may settle in sets."""
        on = self.algorithm_sequencing or self.entry_disposition_offsetting or bool(self.saving.listed)
        return self.simulation.lsm_enabled and on

    @property
    def default_deadline(self) -> int:
        """Ticks until the deadline of a payment made by an event that names none."""
        return max(self.simulation.ticks_per_day // 10, 5)


def open_scenario(source: Source) -> Scenario:
    """Check a scenario and resolve it, or raise a ScenarioError with everything that is wrong."""
    files = Files(source.folder)
    source = checked_trees(tidy(source), files)
    scenario = check(Scenario, source, roster(source.data), further(source))
    groups = [with_trees(group, files) for group in scenario.groups]
    agents = [with_trees(agent, files) for agent in scenario.agents]
    agents += [agent for group in groups for agent in group.agents(scenario.network)]
    if scenario.compat == "simcash":
        agents = [as_in_simcash(agent) for agent in agents]
    resolved = scenario.model_copy(
        update={
            "name": scenario.name or source.name,
            "agents": tuple(agents),
            "groups": (),
            "network": "uniform",
            "scenario_events": tuple(with_trees(e, files) for e in scenario.scenario_events),
        }
    )
    refuse(source, whole_system(resolved))
    return resolved


def with_trees(part: M, files: Files) -> M:
    """A bank, a group or an event with the trees of its policy in place."""
    policy = getattr(part, "policy", None)
    installed = None if policy is None else in_place(policy, files)
    return part if installed is policy else part.model_copy(update={"policy": installed})


def check_fork(old: Source, new: Source, now: int) -> Scenario:
    """The scenario of a fork at `now`: only live fields differ, and no event before `now` does."""
    old, new = tidy(old), tidy(new)
    refuse_start_changes(Scenario, old, new)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ScenarioWarning)
        before, after = open_scenario(old), open_scenario(new)
    refuse(new, list(too_late(before, after, now)))
    return after


def too_late(before: Scenario, after: Scenario, now: int) -> Iterator[tuple[KeyPath, str]]:
    """Changes of live fields that a running system cannot take on."""
    if past(before, now) != past(after, now):
        yield ("scenario_events",), f"events before tick {now} have happened; a fork changes later ones only"
    if before.rng_streams == "shared" and before.simulation.rng_seed != after.simulation.rng_seed:
        yield ("simulation", "rng_seed"), "with rng_streams: shared the one stream goes on; the seed is fixed"
    for i, (old, new) in enumerate(zip(before.agents, after.agents, strict=True)):
        if old.bilateral_limits.keys() != new.bilateral_limits.keys():
            yield (
                ("agents", i, "bilateral_limits"),
                "what was sent without a limit is not counted; a fork changes limits and adds none",
            )


def past(scenario: Scenario, now: int) -> list[tuple[int, dict[str, Any]]]:
    """What the events before a tick did, in order."""
    done = [(tick, event) for event in scenario.scenario_events for tick in event.schedule.due(now)]
    done.sort(key=lambda item: item[0])
    return [(tick, event.model_dump(exclude={"schedule"})) for tick, event in done]


def refuse(source: Source, findings: list[tuple[KeyPath, str]]) -> None:
    """Raise what was found, if anything."""
    if findings:
        raise ScenarioError([source.problem(*finding) for finding in findings])


def further(source: Source) -> Iterator[tuple[KeyPath, str]]:
    """Mistakes that no single section shows; found in the plain data, to be told with all others."""
    data = source.data
    if all(data.get(key) in (None, []) for key in (*BANK_KEYS, "groups")):
        yield ("agents",), "required, but not there: a scenario has at least one bank"
    config = section(data, "lsm_config")
    if data.get("algorithm_sequencing") is True and config.get("algorithms"):
        yield ("algorithm_sequencing",), "replaces lsm_config.algorithms; give only one of them"


def section(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = data.get(key)
    return found if isinstance(found, Mapping) else {}


def as_in_simcash(agent: Agent) -> Agent:
    """A fixed priority of 0 reads as 5 there."""
    config = agent.arrival_config
    if config is None or config.priorities != FixedPriority(value=0):
        return agent
    changes = {"priority": NORMAL_PRIORITY, "priority_distribution": None}
    return agent.model_copy(update={"arrival_config": config.model_copy(update=changes)})


def whole_system(scenario: Scenario) -> list[tuple[KeyPath, str]]:
    """Mistakes that take all banks to see."""
    found: list[tuple[KeyPath, str]] = list(too_large(scenario))
    active = [agent for agent, rate in zip(scenario.agents, scenario.rates, strict=True) if rate]
    if len(active) == 1 and active[0].streams[0].network == "gravity":
        alone = f"network: gravity, but no bank other than {active[0].id} has a rate above 0"
        found.append((("network",), alone))
    if scenario.payments and (late := max(scenario.payments.tick, default=0)) >= scenario.ticks:
        entry = scenario.payments.tick.index(late)
        beyond = f"entry {entry}: tick {late} comes after the last tick, {scenario.ticks - 1}"
        found.append((("payments", "tick"), beyond))
    return [*found, *beyond_end(scenario)]


def beyond_end(scenario: Scenario) -> Iterator[tuple[KeyPath, str]]:
    """Events that would never happen."""
    for i, event in enumerate(scenario.scenario_events):
        if not event.schedule.due(scenario.ticks):
            key = "tick" if isinstance(event.schedule, OneTime) else "start_tick"
            tick = getattr(event.schedule, key)
            yield (
                ("scenario_events", i, "schedule", key),
                f"tick {tick} comes after the last tick, {scenario.ticks - 1}",
            )
