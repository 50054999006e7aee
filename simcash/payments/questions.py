"""What a bank's policy was asked in a tick, what it answered, and the numbers that it compared on the way.

A run keeps neither unless everything is recorded: the tick is gone through again, from the state before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from simcash.payments import deciding, readings
from simcash.payments.engine import codes
from simcash.payments.engine.opcodes import ACTIONS
from simcash.payments.life import waiting_slot
from simcash.payments.policies.words import TREES
from simcash.payments.trees import trees_of

if TYPE_CHECKING:
    from simcash.core.simulation import Simulation
    from simcash.payments.explanation import Step
    from simcash.payments.policies.program import Place
    from simcash.payments.world import Payments

Way = tuple[tuple[str, bool | None], ...]  # the nodes passed, with the answer of each; None at the end


class Question(NamedTuple):
    """A tree that was asked, about a payment or (None) about its bank, and what came of it."""

    tick: int
    tree: str
    tx_id: int | None
    action: str  # as it was carried out
    reason: str
    way: Way  # empty for a built-in policy, and where there was no tree to ask


def questions(sim: Simulation, bank: str, tick: int) -> tuple[Any, list[Question]]:
    """The policy that decided for a bank in a tick, and all that it decided, in the order of the rules."""
    world: Payments = sim.world_at(tick)
    b = readings.place_of(world, bank)
    world.store.record_everything()
    rows = world.step(1)["decisions"]
    asked = np.flatnonzero(rows["bank"] == b).tolist()
    said = [question(world, tick, {name: int(rows[name][i]) for name in SAID}) for i in asked]
    return deciding.policy_of(world, b), said


SAID = ("tree", "tx_id", "action", "reason", "path")


def question(world: Payments, tick: int, row: dict[str, int]) -> Question:
    """A row of decisions in words."""
    of_tree = row["path"] != codes.NONE
    return Question(
        tick, TREES[row["tree"]],
        None if row["tx_id"] == codes.NONE else row["tx_id"],
        ACTIONS[row["action"]],
        "" if row["reason"] == codes.NONE else world.programs.reasons[row["reason"]],
        way(world.programs.program.nodes, row["path"]) if of_tree else (),
    )  # fmt: skip


def way(places: tuple[Place, ...], number: int) -> Way:
    """How a node is reached from the top of its tree."""
    found: list[tuple[str, bool | None]] = [(places[number].node.node_id, None)]
    while places[number].above >= 0:
        answer, number = places[number].answer, places[number].above
        found.append((places[number].node.node_id, answer))
    return tuple(reversed(found))


def comparisons(sim: Simulation, bank: str, asked: Question) -> tuple[Step, ...]:
    """The numbers that were compared to answer a question, in order, each at its node."""
    world: Payments = sim.world_at(asked.tick)
    b = readings.place_of(world, bank)
    if asked.tx_id is None:
        deciding.wait_for_tree(world, asked.tree, b)
        return by_tree(world, asked.tree, b, int(codes.NONE))
    deciding.wait_for_decisions(world)
    slot = waiting_slot(world, asked.tx_id)
    if slot is None:
        return ()
    if world.store["status"][slot] == codes.QUEUE1:
        return deciding.decision(world, b, slot).path
    deciding.wait_for_question(world, slot)
    return by_tree(world, asked.tree, b, slot)


def by_tree(world: Payments, tree: str, b: int, slot: int) -> tuple[Step, ...]:
    """The comparisons of a tree, in a world that waits with its question."""
    trees = trees_of(deciding.policy_of(world, b))
    return () if trees is None else deciding.by_tree(world, trees, tree, b, slot).path
