"""From plain data to conditions and values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from simcash.core.problems import shown
from simcash.core.shape import Path
from simcash.payments.engine.opcodes import PAYMENT_FIELDS, REGISTERS
from simcash.payments.policies import words
from simcash.payments.policies.categories import CATEGORY, of_field
from simcash.payments.policies.nodes import (
    Compare,
    Compute,
    Condition,
    Field,
    Literal,
    Logic,
    Parameter,
    Value,
)
from simcash.payments.policies.reading import Reading, one_of

VALUES = ("field", "param", "value", "compute")
WRONG = Literal(0)  # stands for what could not be read
NEVER = Compare("==", WRONG, WRONG)


class Expressions(Reading):
    """Reads what stands inside nodes."""

    def condition(self, data: Any, path: Path, depth: int) -> Condition:
        known = (*words.COMPARISONS, *words.LOGIC)
        if not self.nested(data, path, depth, "a condition"):
            return NEVER
        op = data.get("op")
        condition: Condition = NEVER
        self.above[id(data)] = path
        if not isinstance(op, str) or op not in known:
            self.operator(data, path, known)
        elif op in words.LOGIC:
            self.uses("LogicalOperator", op, (*path, "op"))
            condition = self.logic(op, data, path, depth)
        else:
            self.uses("ComparisonOperator", op, (*path, "op"))
            condition = self.comparison(op, data, path, depth)
        del self.above[id(data)]
        return condition

    def logic(self, op: str, data: Mapping[str, Any], path: Path, depth: int) -> Condition:
        key = words.LOGIC[op]
        self.keys(data, path, ("op", key))
        if key not in data:
            return NEVER
        if op == "not":
            return Logic(op, (self.condition(data[key], (*path, key), depth + 1),))
        entries = self.several(data[key], (*path, key), "conditions")
        return Logic(op, tuple(self.condition(e, (*path, key, i), depth + 1) for i, e in enumerate(entries)))

    def comparison(self, op: str, data: Mapping[str, Any], path: Path, depth: int) -> Condition:
        self.keys(data, path, ("op", "left", "right"))
        if "left" not in data or "right" not in data:
            return NEVER
        bank = op in ("==", "!=") and any(names_bank(data[key]) for key in ("left", "right"))
        left, right = (self.value(data[k], (*path, k), depth + 1, bank) for k in ("left", "right"))
        return Compare(op, left, right)

    def value(self, data: Any, path: Path, depth: int, bank: bool = False) -> Value:
        """A number: seen, named, written or computed; a bank's name where it is compared with one."""
        if not self.nested(data, path, depth, 'a value such as {"field": "balance"} or {"value": 5}'):
            return WRONG
        self.keys(data, path, (), VALUES)
        given = [key for key in VALUES if key in data]
        if len(given) > 1 or not data:
            self.wrong(path, f"give one of {', '.join(VALUES)}, not {len(given)} of them")
        if len(given) != 1:
            return WRONG
        inner, place = data[given[0]], (*path, given[0])
        self.uses("ValueType", given[0], place)
        if given[0] == "field":
            return self.field(inner, place)
        if given[0] == "param":
            return self.parameter(inner, place)
        if given[0] == "value":
            return self.literal(inner, place, bank)
        self.above[id(data)] = path
        computed = self.compute(inner, place, depth + 1)
        del self.above[id(data)]
        return computed

    def field(self, name: Any, path: Path) -> Field:
        fields = words.FIELDS_OF[self.tree]
        if not isinstance(name, str):
            self.wrong(path, f"expected text, got {shown(name)}")
        elif name.startswith(words.REGISTER):
            self.register(name, path)
        elif name in PAYMENT_FIELDS and name not in fields:
            self.wrong(
                path, f"{name} is a field of a payment; {self.tree} looks at the bank, not at payments"
            )
        elif name not in fields:
            self.wrong(path, f"unknown field {one_of(name, fields, 'Fields')}")
        self.uses(of_field(str(name)), str(name), path)
        return Field(str(name))

    def parameter(self, name: Any, path: Path) -> Parameter:
        if not isinstance(name, str):
            self.wrong(path, f"expected text, got {shown(name)}")
        elif name not in self.parameters:
            listed = list(self.parameters)
            known = one_of(name, listed, "Parameters") if listed else f"{shown(name)}; the policy has none"
            self.wrong(path, f"unknown parameter {known}")
        return Parameter(str(name))

    def literal(self, value: Any, path: Path, bank: bool) -> Literal:
        if isinstance(value, str) and bank:
            self.bank(value, path)
            return Literal(value)
        if isinstance(value, str):
            fields = ", ".join(words.ID_FIELDS)
            told = f"expected a number, got {shown(value)}; a bank may be compared (==, !=) with {fields}"
            self.wrong(path, told)
            return WRONG
        problem = not_a_number(value)
        if problem:
            self.wrong(path, problem)
        return WRONG if problem else Literal(value)

    def compute(self, data: Any, path: Path, depth: int) -> Value:
        if not self.nested(data, path, depth, "a computation"):
            return WRONG
        op = data.get("op")
        if not isinstance(op, str) or op not in words.COMPUTATIONS:
            self.operator(data, path, tuple(words.COMPUTATIONS))
            return WRONG
        keys = words.COMPUTATIONS[op]
        self.uses(CATEGORY[op], op, (*path, "op"))
        self.keys(data, path, ("op", *keys))
        if not all(key in data for key in keys):
            return WRONG
        if keys == ("values",):
            entries = self.several(data["values"], (*path, "values"), "values")
            places: list[Path] = [(*path, "values", i) for i in range(len(entries))]
        else:
            entries, places = [data[key] for key in keys], [(*path, key) for key in keys]
        self.above[id(data)] = path
        operands = tuple(self.value(e, p, depth + 1) for e, p in zip(entries, places, strict=True))
        del self.above[id(data)]
        if (
            op == "/"
            and isinstance(operands[1], Literal)
            and operands[1] is not WRONG
            and not operands[1].value
        ):
            self.wrong((*path, "right", "value"), 'division by zero; "div0" divides with a default')
        return Compute(op, operands)

    def register(self, name: str, path: Path) -> None:
        if not words.is_register(name):
            meant = words.REGISTER + name.lower()
            likely = words.is_register(meant) and not name.startswith(words.REGISTER)
            hint = f'; did you mean "{meant}"?' if likely else ""
            self.wrong(path, f"a register is called {words.REGISTER}…, got {shown(name)}{hint}")
        elif name not in self.registers and len(self.registers) == REGISTERS:
            self.wrong(path, f"{shown(name)} is register {REGISTERS + 1}; a bank has {REGISTERS}")
        else:
            self.registers.add(name)


def names_bank(data: Any) -> bool:
    """Whether a value is a field that holds a bank's number."""
    return isinstance(data, Mapping) and data.get("field") in words.ID_FIELDS


def not_a_number(value: Any) -> str:
    """What is wrong with a number or truth value, if anything."""
    if not isinstance(value, int | float):
        return f"expected a number, got {shown(value)}"
    try:
        return "" if math.isfinite(value) else f"expected a finite number, got {shown(value)}"
    except OverflowError:
        return f"expected a number that a computer can count with, got {shown(value)}"
