"""What can be done to a running system between ticks: each action is done whole, or refused and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import BaseModel, ValidationError

from simcash.core.findings import findings
from simcash.core.money import MONEY_MAX
from simcash.core.problems import ScenarioError, choice
from simcash.core.schema import Model
from simcash.core.shape import dotted
from simcash.core.world import Receipt
from simcash.payments.behaviours import FromJson, Policy
from simcash.payments.engine import codes
from simcash.payments.engine.collateral import max_postable, max_withdrawable, move_collateral
from simcash.payments.engine.day import open_accounts
from simcash.payments.engine.events import new_payment
from simcash.payments.engine.queue1 import join_queue1
from simcash.payments.policies.categories import Terms, forbidden
from simcash.payments.tables import CLASSES
from simcash.payments.trees import in_place

if TYPE_CHECKING:
    from simcash.core.simulation import Simulation
    from simcash.payments.world import Payments

Objection = tuple[str, int | None]  # why not, and the nearest number that would do
NONE: Objection = ("", None)


@dataclass(frozen=True)
class Submit:
    """A payment handed to its sender's queue."""

    sender: str
    receiver: str
    amount: int
    deadline_tick: int
    priority: int = 5
    divisible: bool = False
    rtgs_priority: str | None = None

    def objection(self, world: Payments) -> Objection:
        """Why it cannot be submitted."""
        for id in (self.sender, self.receiver):
            if id not in world.place:
                return unknown(id, world)
        if self.sender == self.receiver:
            return "a bank does not pay itself", None
        for name, low, high in (
            ("amount", 1, MONEY_MAX), ("priority", 0, 10), ("deadline_tick", world.now + 1, 2**31 - 1),
        ):  # fmt: skip
            wrong = outside(name, getattr(self, name), low, high)
            if wrong != NONE:
                return wrong
        if self.rtgs_priority not in (None, *CLASSES):
            return f'rtgs_priority "{self.rtgs_priority}" is not one of {", ".join(CLASSES)}', None
        return NONE

    def take(self, world: Payments) -> int:
        """Create the payment in its sender's queue; its id."""
        store = world.store
        store["need"][:] = 0
        store["need"][0] = store["at"][codes.SLOTS] + 1
        if store["need"][0] > store["tx"].size:
            store.grow()
        open_accounts(store.record)
        slot = new_payment(
            store.record, world.place[self.sender], world.place[self.receiver], int(self.amount),
            int(self.priority), int(self.divisible), int(self.deadline_tick), codes.FROM_SUBMIT,
        )  # fmt: skip
        declared = codes.NONE if self.rtgs_priority is None else CLASSES.index(self.rtgs_priority)
        store["declared"][slot] = declared
        join_queue1(store.record, slot)
        return int(store["tx"][slot])


@dataclass(frozen=True)
class PostCollateral:
    """More collateral, as far as the bank's capacity goes."""

    bank: str
    amount: int

    def objection(self, world: Payments) -> Objection:
        """Why it cannot be posted."""
        return not_movable(world, self.bank, self.amount, max_postable, "can post {} more")

    def take(self, world: Payments) -> None:
        """Post it."""
        move(world, self.bank, int(self.amount))


@dataclass(frozen=True)
class WithdrawCollateral:
    """Less collateral, as far as the credit in use does not need it."""

    bank: str
    amount: int

    def objection(self, world: Payments) -> Objection:
        """Why it cannot be taken back."""
        return not_movable(world, self.bank, self.amount, max_free, "can withdraw {}")

    def take(self, world: Payments) -> None:
        """Take it back."""
        move(world, self.bank, -int(self.amount))


class Behaviour(Model):
    """What SetPolicy says of a policy, checked as in a scenario."""

    policy: Policy


@dataclass(frozen=True)
class SetPolicy:
    """Another policy, which decides from the next tick on."""

    bank: str
    policy: Any  # as in a scenario

    def objection(self, world: Payments) -> Objection:
        """Why it cannot be installed."""
        if self.bank not in world.place:
            return unknown(self.bank, world)
        data = {"policy": self.policy}
        try:
            Behaviour.model_validate(data)
        except ValidationError as error:
            return "; ".join(
                f"{dotted(path)}: {text}" for path, text in findings(error, Behaviour, data)
            ), None
        try:
            checked_for(self.policy, world)
        except ScenarioError as error:
            return str(error), None
        except (
            ValueError,
            TypeError,
            RecursionError,
        ) as error:  # a tree that holds itself, things not of JSON
            return f"policy: not plain data: {error}", None
        return NONE

    def in_full(self, world: Payments) -> SetPolicy:
        """The same with what stands in a file, so that it can be done again when the file has changed."""
        return replace(self, policy=checked_for(self.policy, world)) if from_file(self.policy) else self

    def take(self, world: Payments) -> None:
        """Install it."""
        world.install(world.place[self.bank], checked_for(self.policy, world))


def from_file(policy: Any) -> bool:
    """Whether a policy names a file."""
    return isinstance(Behaviour(policy=policy).policy, FromJson)


def checked_for(policy: Any, world: Payments) -> Any:
    """A policy as a world keeps it, its trees checked."""
    return in_place(Behaviour(policy=policy).policy, None, terms_of(world))


def terms_of(world: Payments) -> Terms:
    """What a world asks of policies."""
    toggles = world.scenario.policy_feature_toggles
    return Terms(world.ids, forbidden(toggles.include, toggles.exclude) if toggles else frozenset())


ACTIONS: dict[str, Any] = {
    kind.__name__: kind for kind in (Submit, PostCollateral, WithdrawCollateral, SetPolicy)
}
Action = Submit | PostCollateral | WithdrawCollateral | SetPolicy


def perform(world: Payments, action: Any) -> Receipt:
    """Do it, or say why not."""
    if isinstance(action, Mapping):
        wrong = misspelt(action)
        if wrong:
            return Receipt(False, dict(action), wrong)
        terms = {key: value for key, value in action.items() if key != "type"}
        return perform(world, ACTIONS[action["type"]](**terms))
    if not isinstance(action, Action):
        known = f'an action is a dict with a "type", one of {", ".join(ACTIONS)}, or what sim.submit(…) makes'
        return Receipt(False, {"type": repr(action)}, f"{known}, not {action!r}")
    refusal, nearest = action.objection(world)
    if not refusal and world.done:
        refusal = "the run is over"
    if refusal:
        return Receipt(False, told(action), refusal, nearest)
    if isinstance(action, SetPolicy):
        action = action.in_full(world)
    return Receipt(True, told(action), id=action.take(world))


def told(action: Action) -> dict[str, Any]:
    """An action as it is kept, to be done again."""
    return {"type": type(action).__name__, **{key: plain(value) for key, value in vars(action).items()}}


def misspelt(action: Mapping[str, Any]) -> str:
    """What is wrong with the JSON form of an action, if anything."""
    kind = action.get("type")
    if kind not in ACTIONS:
        return f"unknown action {choice(str(kind), list(ACTIONS), 'Actions')}"
    fields = ACTIONS[kind].__dataclass_fields__
    needed = [name for name, field in fields.items() if field.default is MISSING]
    unknown = [str(key) for key in action if key != "type" and key not in fields]
    wrong = [f"unknown key {choice(key, list(fields), 'Keys')}" for key in unknown]
    wrong += [f'"{key}" is required, but not there' for key in needed if key not in action]
    return f"{kind}: {'; '.join(wrong)}" if wrong else ""


def plain(value: Any) -> Any:
    """A value as it is stored with the action."""
    return value.model_dump(mode="json") if isinstance(value, BaseModel) else value


def unknown(bank: Any, world: Payments) -> Objection:
    return f"unknown bank {choice(str(bank), world.ids, 'Banks')}", None


def outside(name: str, value: Any, low: int, high: int) -> Objection:
    """Why a value is not a whole number between two others."""
    if not isinstance(value, int | np.integer) or isinstance(value, bool):
        return f"{name} {value!r} is not a whole number", None
    if not low <= value <= high:
        return f"{name} {value} is not between {low} and {high}", min(max(int(value), low), high)
    return NONE


def not_movable(world: Payments, bank: str, amount: Any, most_of: Any, words: str) -> Objection:
    """Why collateral of this amount cannot be moved; the most that can."""
    if bank not in world.place:
        return unknown(bank, world)
    wrong = outside("amount", amount, 1, MONEY_MAX)
    if wrong != NONE:
        return wrong
    most = int(most_of(world.store.record, world.place[bank]))
    return NONE if amount <= most else (f"{bank} {words.format(most)} cents of collateral", most or None)


def max_free(record: Any, b: int) -> Any:
    return max_withdrawable(record, b, 0)


def move(world: Payments, bank: str, amount: int) -> None:
    """Move collateral now; the next tick's rows tell it."""
    b = world.place[bank]
    move_collateral(world.store.record, b, amount)
    world.pledged.append((b, amount, int(world.store["posted"][b])))


# verbs of a simulation


def submit(
    sim: Simulation,
    sender: str,
    receiver: str,
    amount: int,
    deadline_tick: int,
    priority: int = 5,
    divisible: bool = False,
    rtgs_priority: str | None = None,
) -> Receipt:
    """Hand a payment to its sender's queue: done, with its id, or refused with the reason."""
    return sim.act(Submit(sender, receiver, amount, deadline_tick, priority, divisible, rtgs_priority))


def post_collateral(sim: Simulation, bank: str, amount: int) -> Receipt:
    """Post collateral: done, or refused with the most that can be posted as `nearest`."""
    return sim.act(PostCollateral(bank, amount))


def withdraw_collateral(sim: Simulation, bank: str, amount: int) -> Receipt:
    """Take collateral back: done, or refused with the most that is free as `nearest`."""
    return sim.act(WithdrawCollateral(bank, amount))


def set_policy(sim: Simulation, bank: str, policy: Any) -> Receipt:
    """Install another policy, written as in a scenario: "Fifo", or {"type": "Deadline", …}."""
    return sim.act(SetPolicy(bank, policy))
