"""The nodes of a program as its decisions tell them: the way to each through its tree, and its parameters.

Both are texts by the number of the node. The numbers in a decision's parameters that are not known before it
is made stand in its row; in the text there is a mark for each: {0} is the first slot of the action.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from simcash.payments.engine.opcodes import FIRST_SLOT
from simcash.payments.policies import words
from simcash.payments.policies.nodes import Action, Literal, Parameter
from simcash.payments.policies.program import ACTION_NUMBER, SLOTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simcash.payments.policies.nodes import Value
    from simcash.payments.policies.program import Place


def ways(places: Iterable[Place]) -> tuple[str, ...]:
    """How each node is reached: "N1 no > N2 yes > N5"."""
    found: list[str] = []
    for node, above, answer, _ in places:
        before = f"{found[above]} {'yes' if answer else 'no'} > " if above >= 0 else ""
        found.append(f"{before}{node.node_id}")
    return tuple(found)


def settings(places: Iterable[Place]) -> tuple[str, ...]:
    """The parameters of each action as JSON, with marks in the manner of str.format."""
    return tuple("" if not isinstance(p.node, Action) else setting(p.node, p) for p in places)


def setting(node: Action, place: Place) -> str:
    named = ((words.SYNONYMS.get(name, name), value) for name, value in node.parameters if name != "reason")
    told = (f"{json.dumps(name)}: {written(node, name, value, place)}" for name, value in named)
    return "{{" + ", ".join(told) + "}}"


def written(node: Action, name: str, value: Value, place: Place) -> str:
    """A value that is known already, or the mark of its slot."""
    if isinstance(value, Literal):
        known = list(value.value) if isinstance(value.value, tuple) else value.value
        return json.dumps(known, ensure_ascii=False).replace("{", "{{").replace("}", "}}")
    if isinstance(value, Parameter):
        return json.dumps(place.parameters[value.name])
    return f"{{{SLOTS[name] - FIRST_SLOT[ACTION_NUMBER[node.action]]}}}"
