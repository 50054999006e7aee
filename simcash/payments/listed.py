"""Payments known in advance, as columns: a real day of 400,000 is a few arrays and not a list of events.

In a scenario, one entry of each column is one payment:

    payments: {tick: [0, 0, 7], sender: [A, B, A], receiver: [B, A, C], amount: [500, 300, 200]}

They arrive at step 2 of their tick, before those that are drawn and in the order of the list, and join the
sender's own queue. Rates, weights and windows that events change do not touch them.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, ValidationInfo, WrapValidator, model_validator

from simcash.core.money import MONEY_MAX
from simcash.core.problems import choice
from simcash.core.schema import Amount, Model, Tick, broken, expected
from simcash.payments.distributions import Priority
from simcash.payments.roster import Roster

COLUMNS = ("tick", "sender", "receiver", "amount", "deadline_tick", "priority")


def _at_once(low: int, high: int) -> WrapValidator:
    """A column of whole numbers within bounds is good as it is; any other is read entry by entry."""

    def check(value: Any, one_by_one: Any) -> Any:
        plain = isinstance(value, list) and set(map(type, value)) == {int}
        return tuple(value) if plain and low <= min(value) <= max(value) <= high else one_by_one(value)

    return WrapValidator(check)


def _known(value: Any, info: ValidationInfo) -> tuple[str, ...]:
    """A column of names; the first that is not a bank's is refused."""
    if not isinstance(value, (list, tuple)):
        raise expected("a list")
    for name in dict.fromkeys(value):
        if not isinstance(name, str):
            raise broken(f"entry {value.index(name)}: a bank's name is text, got {name!r}")
        if isinstance(info.context, Roster) and info.context.lacks(name):
            banks = choice(name, list(info.context.banks), "Banks")
            raise broken(f"entry {value.index(name)}: unknown bank {banks}")
    return tuple(value)


Ticks = Annotated[tuple[Tick, ...], _at_once(0, 2**31 - 1)]
Banks = Annotated[tuple[str, ...], BeforeValidator(_known)]


class PaymentList(Model):
    """The payments of a scenario that are known in advance, a column per attribute."""

    tick: Ticks
    sender: Banks
    receiver: Banks
    amount: Annotated[tuple[Amount, ...], _at_once(1, MONEY_MAX)]
    deadline_tick: Ticks | None = None  # the scenario's default_deadline after the tick
    priority: Annotated[tuple[Priority, ...], _at_once(0, 10)] | None = None  # 5
    divisible: bool = False  # all of them

    @model_validator(mode="before")
    @classmethod
    def _columns(cls, value: Any) -> Any:
        if isinstance(value, list):
            raise broken("a list of payments is written as columns: {tick: […], sender: […], …: […]}")
        return value

    @model_validator(mode="after")
    def _fits(self) -> PaymentList:
        for name in COLUMNS[1:]:
            column = getattr(self, name)
            if column is not None and len(column) != len(self):
                counts = f"tick has {len(self):,} entries, {name} {len(column):,}"
                raise broken(f"{counts}; one entry of each column is one payment")
        for i, (sender, receiver) in enumerate(zip(self.sender, self.receiver, strict=True)):
            if sender == receiver:
                raise broken(
                    f'entry {i}: sender and receiver are both "{sender}"; a bank does not pay itself'
                )
        return self

    def __len__(self) -> int:
        return len(self.tick)
