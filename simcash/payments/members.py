"""Who takes part: banks, and groups of like banks."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, BeforeValidator, Field, ValidationInfo, model_validator

from simcash.core.money import MONEY_MAX
from simcash.core.schema import Count, Holding, Model, Money, Share, broken, exact, live
from simcash.payments.arrivals import ArrivalBands, ArrivalConfig, ArrivalTerms, Network, Stream
from simcash.payments.behaviours import Fifo, Policy
from simcash.payments.roster import GROUP_MAX, Bank, NewBank, Printable, Roster, member_names
from simcash.payments.trees import trees_of

PerRate = Annotated[Decimal, Field(ge=0, le=MONEY_MAX), BeforeValidator(exact)]
LIMITS = {  # under `limits`: on the bank itself
    "bilateral_limits": "bilateral_limits",
    "multilateral_limit": "multilateral_limit",
    "basis": "limits_basis",
}


def allocation(pool: int, fraction: Decimal, compat: str = "none") -> int:
    """The part of a pool that becomes balance: exact, or by IEEE product as the SimCash 0.2 engine has it."""
    if compat == "simcash":
        return math.floor(pool * float(fraction))
    return math.floor(pool * Fraction(fraction))


def named_fraction(policy: Any) -> Decimal | None:
    """The part of the pool that a policy's own parameter names."""
    trees = trees_of(policy)
    named = None if trees is None else trees.liquidity_fraction
    return None if named is None else exact(named)


class Limits(Model):
    """How much a bank may send in a day, to one receiver and in all."""

    bilateral_limits: dict[Bank, Holding] = live(default_factory=dict)
    multilateral_limit: Holding | None = live(None)
    basis: Literal["gross", "net"] = live("gross")


class Member(Model):
    """What a bank and a group of banks have in common."""

    unsecured_cap: Holding = live(0)
    credit_limit: Holding = live(0)  # the older name: both given, they add; 0 once read
    policy: Policy = live(Fifo())
    posted_collateral: Holding = 0
    collateral_haircut: Share = Decimal("0.02")
    max_collateral_capacity: Holding = Field(
        default_factory=lambda known: min(10 * (known["unsecured_cap"] + known["credit_limit"]), MONEY_MAX)
    )
    limits: Limits | None = live(None)  # None once read: its parts stand beside it
    bilateral_limits: dict[Bank, Holding] = live(default_factory=dict)
    multilateral_limit: Holding | None = live(None)
    limits_basis: Literal["gross", "net"] = live(
        "gross", validation_alias=AliasChoices("limits_basis", "basis")
    )
    liquidity_pool: Holding = 0
    liquidity_allocation_fraction: Share | None = live(None)
    liquidity_buffer: Holding = live(0)

    @model_validator(mode="after")
    def _fold(self) -> Member:
        """Bring the two ways of writing credit and limits into one."""
        cap = self.unsecured_cap + self.credit_limit
        if cap > MONEY_MAX:
            raise broken("unsecured_cap and credit_limit add up to more than 2**53 cents")
        folded: dict[str, Any] = {"unsecured_cap": cap, "credit_limit": 0, "limits": None}
        nested = self.limits.model_fields_set if self.limits else set()
        for inner, key in LIMITS.items():
            if inner in nested and key in self.model_fields_set:
                raise broken(f"{key} is given twice: here and under limits")
            if inner in nested:
                folded[key] = getattr(self.limits, inner)
        self.__dict__.update(folded)  # frozen for everybody else
        return self

    def fractions(self, compat: str = "none") -> tuple[Decimal, Decimal]:
        """The part of the pool that is allocated on the first day and later.

        The scenario's, else the policy's, else all; the peer looks at the scenario's on the first day alone,
        and at the policy's afterwards.
        """
        given, named = self.liquidity_allocation_fraction, named_fraction(self.policy)
        wanted = Decimal(1) if named is None else named
        if compat == "simcash":
            return (Decimal(1) if given is None else given), wanted
        return (wanted, wanted) if given is None else (given, given)


class Agent(Member):
    """One bank."""

    id: NewBank
    opening_balance: Money
    arrival_config: ArrivalConfig | None = None
    arrival_bands: ArrivalBands | None = None

    @model_validator(mode="after")
    def _one_kind_of_arrivals(self) -> Agent:
        if self.arrival_config and self.arrival_bands:
            raise broken("give either arrival_config or arrival_bands, not both")
        return self

    @model_validator(mode="after")
    def _others(self, info: ValidationInfo) -> Agent:
        if self.id in self.bilateral_limits:
            raise broken(f"bilateral_limits names {self.id} itself; a bank does not pay itself")
        for stream in self.streams:
            if (stream.counterparty_weights or {}).get(self.id):
                raise broken(
                    f"counterparty_weights gives {self.id} a weight for itself; a bank does not pay itself"
                )
            if stream.rate_per_tick and isinstance(info.context, Roster) and info.context.lonely:
                raise broken("payments arrive, but there is no other bank to pay")
        return self

    @property
    def streams(self) -> tuple[Stream, ...]:
        """Everything that arrives at the bank: its one stream, its bands, or nothing."""
        arrivals = self.arrival_config or self.arrival_bands
        return arrivals.streams if arrivals else ()


class Group(Member, ArrivalTerms):
    """Many banks alike, named by a prefix and a number."""

    prefix: Printable
    count: Annotated[Count, Field(le=GROUP_MAX)]
    network: Network | None = live(None)
    opening_balance: Money | None = None
    balance_per_rate: PerRate | None = None

    @model_validator(mode="after")
    def _one_balance(self) -> Group:
        if (self.opening_balance is None) == (self.balance_per_rate is None):
            raise broken("give either opening_balance or balance_per_rate")
        if self.balance > MONEY_MAX:
            raise broken(f"balance_per_rate times rate_per_tick is {self.balance}, more than 2**53 cents")
        return self

    @model_validator(mode="after")
    def _enter(self, info: ValidationInfo) -> Group:
        if isinstance(info.context, Roster):
            for name in member_names(self.prefix, self.count):
                info.context.enter(name)
        return self

    @property
    def balance(self) -> int:
        """The opening balance of each of its banks."""
        if self.balance_per_rate is None:
            return self.opening_balance or 0
        product = Fraction(self.balance_per_rate) * Fraction(exact(self.rate_per_tick))
        return math.floor(product + Fraction(1, 2))

    def agents(self, network: Network) -> list[Agent]:
        """Its banks; `network` is how they find receivers unless the group says so itself."""
        terms = {key: getattr(self, key) for key in ArrivalTerms.model_fields}
        arrivals = ArrivalConfig.model_construct(**terms, network=self.network or network)
        common = {key: getattr(self, key) for key in Member.model_fields}
        names = member_names(self.prefix, self.count)
        first = Agent.model_construct(
            id=names[0], opening_balance=self.balance, arrival_config=arrivals, **common
        )
        return [first, *(first.model_copy(update={"id": name}) for name in names[1:])]
