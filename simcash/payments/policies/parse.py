"""From plain data to a policy's trees; every mistake is found, with the path of the node it is in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simcash.core.problems import choice, shown
from simcash.core.shape import Path, dotted
from simcash.payments.policies import words
from simcash.payments.policies.categories import CATEGORY, Terms
from simcash.payments.policies.expressions import NEVER, WRONG, Expressions
from simcash.payments.policies.nodes import Action, Decision, Literal, Node, Value

NODE_KEYS = {
    "condition": ("type", "node_id", "condition", "on_true", "on_false"),
    "action": ("type", "node_id", "action"),
}
LEAF = Action("?", "Hold")  # stands for what could not be read


class Trees(Expressions):
    """Reads the trees of one policy."""

    def __init__(self, parameters: Mapping[str, float], terms: Terms) -> None:
        super().__init__(parameters, terms)
        self.ids: dict[str, Path] = {}
        self.nodes: dict[int, Path] = {}  # every dict read as a node

    def read_tree(self, tree: str, data: Any) -> Node:
        """One of the four trees."""
        self.tree = tree
        self.uses("TreeType", tree, (tree,))
        return self.node(data, (tree,), 0)

    def node(self, data: Any, path: Path, depth: int) -> Node:
        if not self.opens(data, path, "a node"):
            return LEAF
        if not self.shallow(path, depth, "a tree", "node"):
            return LEAF
        if id(data) in self.nodes:
            self.wrong(path, f"the same node stands at {dotted(self.nodes[id(data)])} already")
            return LEAF
        self.nodes[id(data)] = path
        self.above[id(data)] = path
        kind = self.kind(data, path)
        node: Node = LEAF
        if kind:
            self.uses("NodeType", kind, (*path, "type"))
            self.keys(data, path, NODE_KEYS[kind], (*words.NOTES, *(["parameters"] * (kind == "action"))))
            node = (self.decision if kind == "condition" else self.action)(data, path, depth)
        del self.above[id(data)]
        return node

    def kind(self, data: Mapping[str, Any], path: Path) -> str:
        """Whether a node is a condition or an action; empty if it cannot be told."""
        kind = data.get("type")
        if isinstance(kind, str) and kind in NODE_KEYS:
            return kind
        told = f"unknown type {choice(kind, list(NODE_KEYS), 'Known')}"
        self.wrong(
            (*path, "type"), told if "type" in data else "required, but not there: condition or action"
        )
        return ""

    def decision(self, data: Mapping[str, Any], path: Path, depth: int) -> Decision:
        return Decision(
            self.node_id(data, path),
            self.condition(data["condition"], (*path, "condition"), 0) if "condition" in data else NEVER,
            self.node(data["on_true"], (*path, "on_true"), depth + 1) if "on_true" in data else LEAF,
            self.node(data["on_false"], (*path, "on_false"), depth + 1) if "on_false" in data else LEAF,
            self.notes(data, path),
        )

    def action(self, data: Mapping[str, Any], path: Path, depth: int) -> Action:
        name = data.get("action")
        node_id, notes = self.node_id(data, path), self.notes(data, path)
        given = data.get("parameters", {})
        if "action" not in data:
            return LEAF
        allowed = words.ACTIONS_OF[self.tree]
        if not isinstance(name, str) or name not in words.PARAMETERS:
            self.wrong((*path, "action"), f"unknown action {choice(name, allowed, 'Actions')}")
        elif name not in allowed:
            there = ", ".join(allowed)
            self.wrong((*path, "action"), f"{name} is not an action of {self.tree}, which has: {there}")
        elif not isinstance(given, Mapping):
            self.wrong((*path, "parameters"), f"expected keys and values, got {shown(given)}")
        else:
            self.uses(CATEGORY[name], name, (*path, "action"))
            return Action(node_id, name, self.settings(name, given, (*path, "parameters")), notes)
        return LEAF

    def node_id(self, data: Mapping[str, Any], path: Path) -> str:
        """A node's name, of which there is one in all four trees."""
        name, path = data.get("node_id", "?"), (*path, "node_id")
        if not isinstance(name, str) or not name:
            self.wrong(path, f"expected text, got {shown(name)}")
            return "?"
        if name in self.ids and "node_id" in data:
            first = dotted(self.ids[name])
            self.wrong(path, f"{shown(name)} names another node already: {first}")
        self.ids.setdefault(name, path[:-1])
        return name

    def notes(self, data: Mapping[str, Any], path: Path) -> tuple[tuple[str, str], ...]:
        """What a node says to its readers."""
        for key in words.NOTES:
            if not isinstance(data.get(key, ""), str):
                self.wrong((*path, key), f"expected text, got {shown(data[key])}")
        return tuple((key, data[key]) for key in words.NOTES if isinstance(data.get(key), str))

    # parameters of actions

    def settings(self, action: str, data: Mapping[str, Any], path: Path) -> tuple[tuple[str, Value], ...]:
        slots = words.PARAMETERS[action]
        names = {key: words.SYNONYMS.get(key, key) for key in data}
        for key, name in names.items():
            if name not in slots:
                known = f"takes no parameters, got {shown(key)}" if not slots else ""
                told = known or f"has no parameter {choice(key, list(slots), 'Parameters')}"
                self.wrong((*path, key), f"{action} {told}")
            elif name != key and name in data:
                self.wrong((*path, key), f"is given twice: here and as {shown(name)}")
        for name, slot in slots.items():
            if slot.required and name not in names.values():
                self.wrong((*path, name), "required, but not there")
        if action == "SetReleaseBudget" and not names:
            self.wrong(path, f"a budget needs at least one of {', '.join(slots)}")
        known_names = [(key, name) for key, name in names.items() if name in slots]
        return tuple((key, self.setting(slots[name], data[key], (*path, key))) for key, name in known_names)

    def setting(self, slot: words.Slot, data: Any, path: Path) -> Value:
        if slot.kind == "number":
            return self.value(data, path, 0)
        if not self.opens(data, path, 'a value such as {"value": …}'):
            return WRONG
        self.keys(data, path, ("value",))
        value, path = data.get("value"), (*path, "value")
        if "value" not in data:
            return WRONG
        if slot.kind == "banks":
            return self.banks(value, path)
        if not isinstance(value, str):
            self.wrong(path, f"expected text, got {shown(value)}")
        elif slot.kind == "register":
            self.register(value, path)
        elif slot.kind in words.CHOICES and value not in words.CHOICES[slot.kind]:
            self.wrong(path, f"unknown value {choice(value, words.CHOICES[slot.kind], 'Allowed')}")
        return Literal(value) if isinstance(value, str) else WRONG

    def banks(self, value: Any, path: Path) -> Literal:
        if not isinstance(value, list | tuple) or not all(isinstance(id, str) for id in value):
            self.wrong(path, f"expected a list of banks, got {shown(value)}")
            return WRONG
        for i, id in enumerate(value):
            self.bank(id, (*path, i))
        return Literal(tuple(value))
