"""What payments arrive at a bank: how many, how large, for whom, how urgent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import AfterValidator, AliasChoices, BeforeValidator, Field, model_validator

from simcash.core.schema import Count, Model, broken, live, number
from simcash.payments.distributions import (
    Amounts,
    FixedPriority,
    Priorities,
    Priority,
    UniformPriority,
    Weight,
)
from simcash.payments.roster import Bank

RATE_MAX = 100_000  # payments per bank and tick
NORMAL_PRIORITY = 5
BANDS = (("urgent", 10, 8, 10), ("normal", 20, 4, 7), ("low", 30, 0, 3))

Rate = Annotated[float, Field(ge=0, le=RATE_MAX), BeforeValidator(number)]
Network = Literal["uniform", "gravity"]


def _as_pair(value: Any) -> Any:
    """`{min: 3, max: 8}` as `[3, 8]`."""
    return [value["min"], value["max"]] if isinstance(value, dict) and set(value) == {"min", "max"} else value


def _ordered(value: tuple[int, int]) -> tuple[int, int]:
    if value[1] < value[0]:
        raise broken(f"the latest deadline, {value[1]} ticks, comes before the earliest, {value[0]}")
    return value


def _some(weights: dict[str, float]) -> dict[str, float]:
    if weights and not any(weights.values()):
        raise broken("the weights sum to 0; at least one must be positive")
    return weights


DeadlineRange = Annotated[tuple[Count, Count], BeforeValidator(_as_pair), AfterValidator(_ordered)]
Weights = Annotated[dict[Bank, Weight], AfterValidator(_some)]


class Stream(NamedTuple):
    """One stream of arriving payments, whether a bank's only one or one of its bands."""

    band: str  # "", "urgent", "normal" or "low"
    purpose: int  # added to the purpose numbers of its random draws
    rate_per_tick: float
    amount_distribution: Amounts
    counterparty_weights: Mapping[str, float]  # empty: by network
    network: Network
    deadline_range: tuple[int, int]
    priorities: Priorities
    divisible: bool


class ArrivalTerms(Model):
    """How many payments arrive, how large, how urgent."""

    rate_per_tick: Rate = live()
    amount_distribution: Amounts = live()
    deadline_range: DeadlineRange = Field(validation_alias=AliasChoices("deadline_range", "deadline_offset"))
    priority: Priority = live(NORMAL_PRIORITY)
    priority_distribution: Priorities | None = live(None)
    divisible: bool = False

    @model_validator(mode="after")
    def _one_priority(self) -> ArrivalTerms:
        if self.priority_distribution is not None and self.priority != NORMAL_PRIORITY:
            raise broken("give either priority or priority_distribution, not both")
        return self

    @property
    def priorities(self) -> Priorities:
        """How priorities are drawn, a fixed priority included."""
        return self.priority_distribution or FixedPriority(value=self.priority)


class ArrivalConfig(ArrivalTerms):
    """The payments that arrive at one bank, and who receives them."""

    counterparty_weights: Weights | None = None
    network: Network = "uniform"

    @model_validator(mode="after")
    def _weights_or_network(self) -> ArrivalConfig:
        if self.counterparty_weights and self.network == "gravity":
            raise broken(
                "with network: gravity the weights are the receivers' rates; leave out counterparty_weights"
            )
        return self

    @property
    def streams(self) -> tuple[Stream, ...]:
        """Its one stream."""
        return (
            Stream(
                "", 0, self.rate_per_tick, self.amount_distribution, self.counterparty_weights or {},
                self.network, self.deadline_range, self.priorities, self.divisible,
            ),
        )  # fmt: skip


class Band(Model):
    """The payments of one urgency."""

    rate_per_tick: Rate = live()
    amount_distribution: Amounts = live()
    deadline_offset_min: Count
    deadline_offset_max: Count
    counterparty_weights: Weights = Field(default_factory=dict)
    divisible: bool = False

    @model_validator(mode="after")
    def _in_order(self) -> Band:
        _ordered(self.deadline_range)
        return self

    @property
    def deadline_range(self) -> tuple[int, int]:
        """Earliest and latest deadline, in ticks after arrival."""
        return self.deadline_offset_min, self.deadline_offset_max

    def stream(self, name: str, purpose: int, low: int, high: int) -> Stream:
        """The band as a stream."""
        return Stream(
            name, purpose, self.rate_per_tick, self.amount_distribution, self.counterparty_weights,
            "uniform", self.deadline_range, UniformPriority(min=low, max=high), self.divisible,
        )  # fmt: skip


class ArrivalBands(Model):
    """Payments by urgency: priorities 8-10, 4-7 and 0-3, equally likely within a band."""

    urgent: Band | None = None
    normal: Band | None = None
    low: Band | None = None

    @model_validator(mode="after")
    def _any(self) -> ArrivalBands:
        if not (self.urgent or self.normal or self.low):
            raise broken("give at least one of urgent, normal and low")
        return self

    @property
    def streams(self) -> tuple[Stream, ...]:
        """The bands as streams, urgent first."""
        bands: dict[str, Band | None] = {"urgent": self.urgent, "normal": self.normal, "low": self.low}
        return tuple(band.stream(*terms) for terms in BANDS if (band := bands[terms[0]]))
