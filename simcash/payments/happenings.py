"""What a scenario makes happen, and when: transfers, extra payments, changes of what arrives, shocks."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field, model_validator

from simcash.core.schema import Amount, Count, Holding, Model, Money, Share, Tick, broken, number
from simcash.payments.behaviours import Policy
from simcash.payments.distributions import Priority
from simcash.payments.roster import Bank, BankOrAll

Factor = Annotated[float, Field(ge=0, le=1000), BeforeValidator(number)]
Part = Annotated[float, Field(ge=0, le=1), BeforeValidator(number)]


class OneTime(Model):
    """At one tick."""

    type: Literal["OneTime"] = "OneTime"
    tick: Tick

    def due(self, end: int) -> range:
        """The ticks before `end` at which it happens."""
        return range(self.tick, min(self.tick + 1, end))


class Repeating(Model):
    """At a tick and every `interval` ticks after it."""

    type: Literal["Repeating"]
    start_tick: Tick
    interval: Count

    def due(self, end: int) -> range:
        """The ticks before `end` at which it happens."""
        return range(self.start_tick, end, self.interval)


Schedule = Annotated[OneTime | Repeating, Field(discriminator="type")]


class Event(Model):
    """Something that happens at step 1 of a tick."""

    schedule: Schedule


class BetweenBanks(Event):
    """Money that goes from one bank to another."""

    from_agent: Bank
    to_agent: Bank
    amount: Amount

    @model_validator(mode="after")
    def _not_to_itself(self) -> BetweenBanks:
        if self.from_agent == self.to_agent:
            raise broken(f'from_agent and to_agent are both "{self.from_agent}"; a bank does not pay itself')
        return self


class DirectTransfer(BetweenBanks):
    """A book transfer, at once and unchecked."""

    type: Literal["DirectTransfer"]


class CustomTransactionArrival(BetweenBanks):
    """A new payment in the sender's queue; its deadline counts from the event."""

    type: Literal["CustomTransactionArrival"]
    priority: Priority = 5
    deadline: Count | None = None  # the scenario's default_deadline
    is_divisible: bool = False


class ScheduledSettlement(BetweenBanks):
    """A payment settled at once, or not at all."""

    type: Literal["ScheduledSettlement"]


class GlobalArrivalRateChange(Event):
    """Every bank's rate becomes its own times `multiplier`; a later change replaces it."""

    type: Literal["GlobalArrivalRateChange"]
    multiplier: Factor


class AgentArrivalRateChange(Event):
    """One bank's rate times `multiplier`; later changes compound."""

    type: Literal["AgentArrivalRateChange"]
    agent: Bank
    multiplier: Factor


class CounterpartyWeightChange(Event):
    """How much of a bank's payments go to one receiver."""

    type: Literal["CounterpartyWeightChange"]
    agent: Bank
    counterparty: Bank
    new_weight: Part
    auto_balance_others: bool = False

    @model_validator(mode="after")
    def _not_to_itself(self) -> CounterpartyWeightChange:
        if self.agent == self.counterparty:
            raise broken(f'agent and counterparty are both "{self.agent}"; a bank does not pay itself')
        return self


class DeadlineWindowChange(Event):
    """Tighter or looser deadlines for every bank; compounds."""

    type: Literal["DeadlineWindowChange"]
    min_ticks_multiplier: Factor = 1.0
    max_ticks_multiplier: Factor = 1.0

    @model_validator(mode="after")
    def _some(self) -> DeadlineWindowChange:
        if not self.model_fields_set & {"min_ticks_multiplier", "max_ticks_multiplier"}:
            raise broken("give min_ticks_multiplier, max_ticks_multiplier or both")
        return self


class Shock(Event):
    """Something that stops settlement or changes what banks can pay with."""

    one_of: ClassVar[tuple[str, ...]] = ()

    @model_validator(mode="after")
    def _exactly_one(self) -> Shock:
        if self.one_of and sum(getattr(self, key) is not None for key in self.one_of) != 1:
            raise broken(f"give exactly one of {', '.join(self.one_of)}")
        return self


class CollateralAdjustment(Shock):
    """More or less credit."""

    type: Literal["CollateralAdjustment"]
    agent: Bank
    delta: Money


class CreditLimitChange(Shock):
    """A new cap, or the old one changed."""

    type: Literal["CreditLimitChange"]
    agent: BankOrAll
    new_cap: Holding | None = None
    delta: Money | None = None
    multiplier: Factor | None = None
    one_of = ("new_cap", "delta", "multiplier")


class HaircutChange(Shock):
    """Collateral counts for less or more."""

    type: Literal["HaircutChange"]
    agent: BankOrAll
    haircut: Share


class SystemOutage(Shock):
    """Nothing settles."""

    type: Literal["SystemOutage"]
    duration: Count = 1


class LsmOutage(Shock):
    """No liquidity saving."""

    type: Literal["LsmOutage"]
    duration: Count = 1


class ParticipantOutage(Shock):
    """One bank cannot send, receive, or both."""

    type: Literal["ParticipantOutage"]
    agent: Bank
    direction: Literal["send", "receive", "both"] = "send"
    duration: Count = 1


class CapacityLimit(Shock):
    """At most so many payments settle in a tick."""

    type: Literal["CapacityLimit"]
    max_settlements_per_tick: Tick
    duration: Count = 1


class LiquiditySqueeze(Shock):
    """Money leaves a balance, for good or for a while."""

    type: Literal["LiquiditySqueeze"]
    agent: BankOrAll
    amount: Amount | None = None
    fraction: Share | None = None
    duration: Count | None = None
    one_of = ("amount", "fraction")


class MarginCall(Shock):
    """A bank must pay at once."""

    type: Literal["MarginCall"]
    agent: Bank
    amount: Amount
    to_agent: Bank | None = None  # out of the system
    deadline: Count = 1

    @model_validator(mode="after")
    def _not_to_itself(self) -> MarginCall:
        if self.agent == self.to_agent:
            raise broken(f'agent and to_agent are both "{self.agent}"; a bank does not pay itself')
        return self


class PolicyChange(Shock):
    """A bank behaves otherwise from now on."""

    type: Literal["PolicyChange"]
    agent: Bank
    policy: Policy


class LiquidityFractionChange(Shock):
    """Another part of the pool at the next allocation."""

    type: Literal["LiquidityFractionChange"]
    agent: Bank
    fraction: Share


Happening = Annotated[
    DirectTransfer
    | CustomTransactionArrival
    | ScheduledSettlement
    | CollateralAdjustment
    | CreditLimitChange
    | HaircutChange
    | GlobalArrivalRateChange
    | AgentArrivalRateChange
    | CounterpartyWeightChange
    | DeadlineWindowChange
    | SystemOutage
    | LsmOutage
    | ParticipantOutage
    | CapacityLimit
    | LiquiditySqueeze
    | MarginCall
    | PolicyChange
    | LiquidityFractionChange,
    Field(discriminator="type"),
]
