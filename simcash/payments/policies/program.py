"""From policies to the flat program that the engine walks: see engine/opcodes.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from simcash.payments.engine import opcodes as op
from simcash.payments.policies import words
from simcash.payments.policies.document import Policy
from simcash.payments.policies.nodes import (
    Action,
    Compare,
    Compute,
    Condition,
    Decision,
    Literal,
    Logic,
    Node,
    Parameter,
    Value,
)

NONE = -1
COMPARISON = dict(
    zip(
        words.COMPARISONS,
        (op.UNLESS_EQUAL, op.UNLESS_DIFFERENT, op.UNLESS_LESS, op.UNLESS_AT_MOST, op.UNLESS_MORE,
         op.UNLESS_AT_LEAST),
        strict=True,
    )
)  # fmt: skip
COMPUTATION = {
    "+": op.ADD, "-": op.SUBTRACT, "*": op.MULTIPLY, "/": op.DIVIDE, "div0": op.DIVIDE_OR,
    "max": op.MAXIMUM, "min": op.MINIMUM, "ceil": op.CEIL, "floor": op.FLOOR, "round": op.ROUND,
    "abs": op.ABSOLUTE, "clamp": op.CLAMP,
}  # fmt: skip
SLOTS = {
    "priority_flag": op.SLOT_PRIORITY, "new_priority": op.SLOT_PRIORITY, "timed_for_tick": op.SLOT_TIMED,
    "rtgs_priority": op.SLOT_CLASS, "num_splits": op.SLOT_SPLITS, "stagger_first_now": op.SLOT_FIRST_NOW,
    "stagger_gap_ticks": op.SLOT_GAP, "priority_boost_children": op.SLOT_BOOST,
    "max_value_to_release": op.SLOT_MAX_VALUE, "max_per_counterparty": op.SLOT_PER_COUNTERPARTY,
    "focus_counterparties": op.SLOT_FOCUS, "key": op.SLOT_KEY, "value": op.SLOT_VALUE,
    "amount": op.SLOT_AMOUNT, "auto_withdraw_after_ticks": op.SLOT_WITHDRAW_AFTER, "reason": op.SLOT_REASON,
}  # fmt: skip
FIELD_NUMBER = {name: number for number, name in enumerate(op.FIELDS)}
ACTION_NUMBER = {name: number for number, name in enumerate(op.ACTIONS)}
RELEASE = Action("default", "Release")


class Place(NamedTuple):
    """Where a node stands: below another (NONE: at the top), on the branch of this answer; the numbers that
    its policy names."""

    node: Node
    above: int
    answer: bool
    parameters: Mapping[str, float]


@dataclass(frozen=True)
class Program:
    """The trees of several policies in one row of instructions."""

    code: np.ndarray  # a row per instruction: operation, argument, number of its node
    constants: np.ndarray
    starts: np.ndarray  # by policy and tree, NONE where there is none
    focus: np.ndarray  # by list and bank, 1 where the bank is in the list
    reasons: tuple[str, ...]
    registers: tuple[str, ...]  # of all policies, by number
    nodes: tuple[Place, ...]  # of all trees, by number
    policies: tuple[Policy, ...]  # each once

    def tree_start(self, chosen: Sequence[Policy | None]) -> np.ndarray:
        """Where the trees of each bank begin; NONE for a bank without trees."""
        number = {policy: i for i, policy in enumerate(self.policies)}
        rows = [self.starts[number[p]] if p is not None else np.full(4, NONE) for p in chosen]
        return np.array(rows, np.int64).reshape(-1, 4)


def program(policies: Sequence[Policy], banks: Sequence[str], reasons: Sequence[str] = ()) -> Program:
    """Compile policies for these banks, given in scenario order; equal ones are compiled once.

    `reasons` are those that have the first numbers.
    """
    writer = Writer(banks, reasons)
    once = tuple(dict.fromkeys(policies))
    starts = [[writer.tree(policy, tree) for tree in words.TREES] for policy in once]
    code = [(number, writer.places[at] if jumps(number) else at, node) for number, at, node in writer.code]
    return Program(
        np.array(code, np.int64).reshape(-1, 3),
        np.array(list(writer.constants), np.float64),
        np.array(starts, np.int64).reshape(-1, 4),
        np.array(list(writer.focus), np.int64).reshape(-1, len(banks)),
        tuple(writer.reasons),
        tuple(writer.registers),
        tuple(writer.nodes),
        once,
    )


def jumps(operation: int) -> bool:
    return bool(op.UNLESS_EQUAL <= operation <= op.JUMP)


class Writer:
    """Appends instructions; jumps go to labels, which become places when all is written."""

    def __init__(self, banks: Sequence[str], reasons: Sequence[str]) -> None:
        self.code: list[tuple[int, int, int]] = []
        self.nodes: list[Place] = []
        self.here = NONE  # the node whose instructions are written
        self.places: list[int] = []  # of each label
        self.constants: dict[float, int] = {}
        self.focus: dict[tuple[int, ...], int] = {}
        self.reasons = {reason: i for i, reason in enumerate(reasons)}
        self.banks = tuple(banks)
        self.numbers = {id: 1.0 + i for i, id in enumerate(sorted(banks))}
        self.parameters: dict[str, float] = {}
        self.registers: dict[str, int] = {}

    def tree(self, policy: Policy, tree: str) -> int:
        """Write one tree; where it begins."""
        node = policy.trees.get(tree, RELEASE if tree == "payment_tree" else None)
        if node is None:
            return NONE
        self.parameters = dict(policy.parameters)
        for name in policy.registers:
            self.registers.setdefault(name, len(self.registers))
        start = len(self.code)
        self.node(node, NONE, True)
        return start

    def put(self, operation: int | np.int64, argument: int | np.int64 = 0) -> None:
        self.code.append((int(operation), int(argument), self.here))

    def label(self) -> int:
        self.places.append(NONE)
        return len(self.places) - 1

    def place(self, label: int) -> None:
        """The label is here; a jump to it from just before is not needed."""
        here = len(self.code)
        if here and self.code[-1][:2] == (int(op.JUMP), label):
            self.code.pop()
            self.places = [here - 1 if place == here else place for place in self.places]
            here -= 1
        self.places[label] = here

    # nodes

    def node(self, node: Node, above: int, answer: bool) -> None:
        number = self.here = len(self.nodes)
        self.nodes.append(Place(node, above, answer, self.parameters))
        if isinstance(node, Decision):
            yes, no = self.label(), self.label()
            self.condition(node.condition, yes, no)
            self.place(yes)
            self.node(node.on_true, number, True)
            self.place(no)
            self.node(node.on_false, number, False)
            return
        for name, value in node.parameters:
            self.setting(name, value)
        self.put(op.ACT, ACTION_NUMBER[node.action])

    def setting(self, name: str, value: Value) -> None:
        """Fill the slot of a parameter."""
        name = words.SYNONYMS.get(name, name)
        if isinstance(value, Literal) and isinstance(value.value, str | tuple):
            self.constant(self.meaning(name, value.value))
        else:
            self.value(value)
        self.put(op.KEEP, SLOTS[name])

    def meaning(self, name: str, text: str | tuple[str, ...]) -> float:
        """The number that stands for a text in a slot."""
        if isinstance(text, tuple):
            members = tuple(int(bank in text) for bank in self.banks)
            return self.focus.setdefault(members, len(self.focus))
        if name == "priority_flag":
            return words.FLAGS[text]
        if name == "rtgs_priority":
            return words.CLASSES.index(text)
        if name == "key":
            return self.registers[text]
        return self.reasons.setdefault(text, len(self.reasons))

    # conditions and values

    def condition(self, condition: Condition, yes: int, no: int) -> None:
        """Go to `yes` or `no`."""
        if isinstance(condition, Compare):
            self.value(condition.left)
            self.value(condition.right)
            self.put(COMPARISON[condition.op], no)
            self.put(op.JUMP, yes)
        elif condition.op == "not":
            self.condition(condition.conditions[0], no, yes)
        else:
            self.several(condition, yes, no)

    def several(self, logic: Logic, yes: int, no: int) -> None:
        """Conditions one after the other, until one decides."""
        for part in logic.conditions[:-1]:
            after = self.label()
            if logic.op == "and":
                self.condition(part, after, no)
            else:
                self.condition(part, yes, after)
            self.place(after)
        self.condition(logic.conditions[-1], yes, no)

    def value(self, value: Value) -> None:
        if isinstance(value, Compute):
            self.compute(value)
        elif isinstance(value, Parameter):
            self.constant(float(self.parameters[value.name]))
        elif isinstance(value, Literal):
            number = value.value
            self.constant(self.numbers[number] if isinstance(number, str) else float(number))  # type: ignore[arg-type]
        elif value.name in self.registers:
            self.put(op.REGISTER, self.registers[value.name])
        else:
            self.put(op.FIELD, FIELD_NUMBER[value.name])

    def compute(self, compute: Compute) -> None:
        operation = COMPUTATION[compute.op]
        first, *others = compute.operands
        self.value(first)
        for operand in others:
            self.value(operand)
            if compute.op in words.NARY:
                self.put(operation)
        if compute.op not in words.NARY:
            self.put(operation)

    def constant(self, number: float) -> None:
        self.put(op.CONSTANT, self.constants.setdefault(float(number), len(self.constants)))
