"""What waiting, borrowing and being late cost: decimals as typed, and the exact integers the engine uses."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, BeforeValidator, Field

from simcash.core.money import scaled
from simcash.core.schema import Holding, Model, exact

Bps = Annotated[Decimal, Field(ge=0, le=1_000_000), BeforeValidator(exact)]
Proportion = Annotated[Decimal, Field(ge=0, le=100), BeforeValidator(exact)]
Multiplier = Annotated[Decimal, Field(ge=0, le=1000), BeforeValidator(exact)]


class FixedPenalty(Model):
    """A charge in cents per event."""

    mode: Literal["fixed"] = "fixed"
    amount: Holding

    @property
    def terms(self) -> tuple[bool, int]:
        """Whether it is proportional, and cents or the scaled rate."""
        return False, self.amount


class RatePenalty(Model):
    """A charge in basis points of the amount per event: |amount| * k // 10**10."""

    mode: Literal["rate"]
    bps_per_event: Bps

    @property
    def terms(self) -> tuple[bool, int]:
        """Whether it is proportional, and cents or the scaled rate."""
        return True, int(self.bps_per_event.scaleb(6))


def _spelt_out(value: Any) -> Any:
    return {"mode": "fixed", "amount": value} if isinstance(value, (int, float, str)) else value


Penalty = Annotated[
    Annotated[FixedPenalty | RatePenalty, Field(discriminator="mode")], BeforeValidator(_spelt_out)
]


class PriorityDelayMultipliers(Model):
    """How much dearer waiting is for priorities 8-10, 4-7 and 0-3."""

    urgent_multiplier: Multiplier = Decimal(1)
    normal_multiplier: Multiplier = Decimal(1)
    low_multiplier: Multiplier = Decimal(1)


class CostRates(Model):
    """The price list."""

    overdraft_bps_per_tick: Bps = Decimal("0.001")
    delay_cost_per_tick_per_cent: Annotated[Decimal, Field(ge=0, le=1000), BeforeValidator(exact)] = Decimal(
        "0.0001"
    )
    collateral_cost_per_tick_bps: Bps = Decimal("0.0002")
    liquidity_cost_per_tick_bps: Bps = Decimal(0)
    liquidity_cost_once_per_day: Proportion = Decimal(0)
    eod_borrowing_rate: Proportion | None = None
    eod_penalty: Penalty = Field(
        FixedPenalty(amount=10_000),
        validation_alias=AliasChoices("eod_penalty", "eod_penalty_per_transaction"),
    )
    deadline_penalty: Penalty = FixedPenalty(amount=50_000)
    split_friction_cost: Holding = 1000
    overdue_delay_multiplier: Multiplier = Decimal(5)
    priority_delay_multipliers: PriorityDelayMultipliers = PriorityDelayMultipliers()

    @property
    def overdraft_k(self) -> int:
        """Overdraft of a tick: R(overdraft * k, 10**7)."""
        return scaled(self.overdraft_bps_per_tick, 3)

    @property
    def collateral_k(self) -> int:
        """Collateral of a tick: R(posted * k, 10**10)."""
        return scaled(self.collateral_cost_per_tick_bps, 6)

    @property
    def liquidity_k(self) -> int:
        """Allocated liquidity of a tick: R(allocated * k, 10**10)."""
        return scaled(self.liquidity_cost_per_tick_bps, 6)

    @property
    def liquidity_day_k(self) -> int:
        """Allocated liquidity of a day: R(allocated * k, 10**6)."""
        return scaled(self.liquidity_cost_once_per_day, 6)

    @property
    def delay_k(self) -> int:
        """Delay of a tick: R(sum of remaining * multiplier * k, 10**9)."""
        return scaled(self.delay_cost_per_tick_per_cent, 6)

    @property
    def borrowing_k(self) -> int | None:
        """End-of-day loan: R(loan * k, 10**6); None where there is no such loan."""
        return None if self.eod_borrowing_rate is None else scaled(self.eod_borrowing_rate, 6)

    def delay_multiplier(self, priority: int, overdue: bool) -> int:
        """In thousandths."""
        late = scaled(self.overdue_delay_multiplier, 3) if overdue else 1000
        by_priority = self.priority_delay_multipliers
        factor = (
            by_priority.urgent_multiplier if priority >= 8
            else by_priority.normal_multiplier if priority >= 4
            else by_priority.low_multiplier
        )  # fmt: skip
        return late * scaled(factor, 3) // 1000
