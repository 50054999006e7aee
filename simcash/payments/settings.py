"""The parts of a scenario that say how the system works rather than who takes part."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AliasChoices, BeforeValidator, Field, ValidationInfo, model_validator

from simcash.core.clock import minutes_of
from simcash.core.schema import Count, Model, Share, Tick, broken, live, whole
from simcash.payments.roster import Bank, Roster
from simcash.payments.tariff import Penalty

TICKS_MAX = 10_000_000
Seed = Annotated[int, Field(ge=-(2**63), lt=2**63), BeforeValidator(whole)]
Cycle = Annotated[int, Field(ge=3, le=10), BeforeValidator(whole)]

PolicyCategory = Literal[
    "ComparisonOperator", "LogicalOperator", "BinaryArithmetic", "NaryArithmetic", "UnaryMath", "TernaryMath",
    "ValueType", "PaymentAction", "BankAction", "CollateralAction", "RtgsAction", "TransactionField",
    "AgentField", "QueueField", "CollateralField", "CostField", "TimeField", "LsmField", "ThroughputField",
    "StateRegisterField", "SystemField", "DerivedField", "NodeType", "TreeType",
]  # fmt: skip
CostCategory = Literal["PerTick", "OneTime", "Daily", "Modifier"]


def _time_of_day(value: str) -> str:
    try:
        minutes_of(value)
    except ValueError as error:
        raise broken(str(error)) from None
    return value


def _within_day(value: int, info: ValidationInfo) -> int:
    if isinstance(info.context, Roster) and value >= info.context.ticks_per_day:
        raise broken(f"tick {value} is not in the day, whose ticks are 0 to {info.context.ticks_per_day - 1}")
    return value


def _spelt_out(value: Any) -> Any:
    return {"type": value} if isinstance(value, str) else value


class Simulation(Model):
    """How long a day is, how many days there are, and the seed of all chance."""

    ticks_per_day: Count
    num_days: Count
    rng_seed: Seed = live()
    lsm_enabled: bool = True
    day_start: Annotated[str, AfterValidator(_time_of_day)] | None = None
    tick_minutes: Annotated[int, Field(ge=1, le=1440), BeforeValidator(whole)] | None = None

    @model_validator(mode="after")
    def _countable(self) -> Simulation:
        if self.ticks_per_day * self.num_days > TICKS_MAX:
            raise broken(f"ticks_per_day times num_days must be at most {TICKS_MAX}")
        return self

    @property
    def day_start_minutes(self) -> int | None:
        """When the day begins, in minutes after midnight."""
        return None if self.day_start is None else minutes_of(self.day_start)


class PriorityEscalation(Model):
    """Priorities that rise as the deadline nears."""

    enabled: bool = False
    curve: Literal["linear", "exponential", "step"] = "linear"
    start_escalating_at_ticks: Annotated[Count, Field(le=100_000)] = Field(
        20, validation_alias=AliasChoices("start_escalating_at_ticks", "threshold_ticks")
    )
    max_boost: Annotated[int, Field(ge=0, le=10), BeforeValidator(whole)] = 3


class ThroughputRule(Model):
    """A share of the day's settled value that must be settled by a tick of the day."""

    by_tick: Annotated[Tick, AfterValidator(_within_day)]
    fraction: Share
    penalty: Penalty
    agents: tuple[Bank, ...] | None = None  # everybody


class FifoRetry(Model):
    """Try the queue again until nothing more settles."""

    type: Literal["fifo_retry"]


class Bilateral(Model):
    """Offset the payments of two banks."""

    type: Literal["bilateral"]
    mode: Literal["all_or_nothing", "fifo_prefix", "lookahead"] = "all_or_nothing"
    lookahead: Count = 10


class Cycles(Model):
    """Settle payments that run in a circle."""

    type: Literal["cycles"]
    max_length: Cycle | None = None


class PartialNetting(Model):
    """The largest set that respects each bank's order."""

    type: Literal["partial_netting"]


class MaxValue(Model):
    """The best set of the first few payments, by trying all."""

    type: Literal["max_value"]
    max_queue: Annotated[int, Field(ge=1, le=30), BeforeValidator(whole)] = 20


Algorithm = Annotated[
    Annotated[FifoRetry | Bilateral | Cycles | PartialNetting | MaxValue, Field(discriminator="type")],
    BeforeValidator(_spelt_out),
]


class LsmConfig(Model):
    """Which liquidity-saving algorithms run."""

    enable_bilateral: bool = True
    enable_cycles: bool = True
    max_cycle_length: Cycle = 4
    max_cycles_per_tick: Tick = 10
    max_iterations: Count = 3
    algorithms: tuple[Algorithm, ...] | None = None  # those enabled

    @property
    def listed(self) -> tuple[Algorithm, ...]:
        """The algorithms in their order."""
        if self.algorithms is not None:
            return self.algorithms
        both = (
            (self.enable_bilateral, Bilateral(type="bilateral")),
            (self.enable_cycles, Cycles(type="cycles")),
        )
        return tuple(algorithm for enabled, algorithm in both if enabled)


class Toggles(Model):
    """Categories allowed, or categories forbidden."""

    @model_validator(mode="after")
    def _one_list(self) -> Toggles:
        if sum(getattr(self, key) is not None for key in type(self).model_fields) != 1:
            raise broken("give either include or exclude")
        return self


class PolicyToggles(Toggles):
    """What policies may use."""

    include: tuple[PolicyCategory, ...] | None = None
    exclude: tuple[PolicyCategory, ...] | None = None


class CostToggles(Toggles):
    """What kinds of cost are shown."""

    include: tuple[CostCategory, ...] | None = None
    exclude: tuple[CostCategory, ...] | None = None
