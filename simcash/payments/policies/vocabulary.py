"""The words of the policy language as plain data, for an editor that knows none of them itself."""

from __future__ import annotations

from typing import Any

from simcash.payments.engine.opcodes import REGISTERS
from simcash.payments.policies import words
from simcash.payments.policies.categories import CATEGORY
from simcash.payments.policies.english import TREES
from simcash.payments.policies.expressions import VALUES
from simcash.payments.policies.formula import BINDS, SIGNS


def vocabulary() -> dict[str, Any]:
    """What may stand where: trees with their fields and actions, operators with the keys of their operands,
    actions with their parameters; and how operators are written."""
    trees = {
        tree: {
            "when": TREES[tree],
            "fields": by_category(words.FIELDS_OF[tree]),
            "actions": words.ACTIONS_OF[tree],
        }
        for tree in words.TREES
    }
    return {
        "trees": trees,
        "comparisons": words.COMPARISONS,
        "logic": words.LOGIC,
        "computations": words.COMPUTATIONS,
        "values": VALUES,
        "signs": SIGNS,
        "binds": BINDS,
        "actions": {name: parameters(name) for name in words.PARAMETERS},
        "choices": words.CHOICES,
        "synonyms": words.SYNONYMS,
        "notes": words.NOTES,
        "id_fields": words.ID_FIELDS,
        "register": words.REGISTER,
        "registers": REGISTERS,
    }


def parameters(action: str) -> dict[str, Any]:
    """The parameters of an action: what each takes, and whether it must be given."""
    return {
        name: {"kind": slot.kind, "required": slot.required}
        for name, slot in words.PARAMETERS[action].items()
    }


def by_category(fields: tuple[str, ...]) -> dict[str, list[str]]:
    """Fields in groups, for lists that one can find one's way in."""
    groups: dict[str, list[str]] = {}
    for field in fields:
        groups.setdefault(CATEGORY[field].removesuffix("Field"), []).append(field)
    return groups
