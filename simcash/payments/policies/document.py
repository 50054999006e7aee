"""A policy: up to four trees, the numbers they name, and what it says of itself."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from simcash.core.problems import Problem, ScenarioError, choice, shown
from simcash.core.shape import dotted
from simcash.payments.policies import words
from simcash.payments.policies.categories import Terms
from simcash.payments.policies.compare import Differences, differences
from simcash.payments.policies.drawing import html, text
from simcash.payments.policies.english import explanation
from simcash.payments.policies.expressions import not_a_number
from simcash.payments.policies.nodes import Action, Field, Node, Parameter, expressions, nodes
from simcash.payments.policies.parse import Trees
from simcash.payments.policies.reading import Finding, TooMany
from simcash.payments.policies.write import node_data

ANYTHING = Terms()
KEYS = ("version", "policy_id", "description", "parameters", *words.TREES)


class PolicyError(ScenarioError):
    """A policy that cannot be used, with everything that is wrong with it."""


@dataclass(frozen=True)
class Policy:
    """What a bank does, tick by tick, with its payments, its budget and its collateral."""

    policy_id: str
    trees: Mapping[str, Node] = field(default_factory=dict)
    parameters: Mapping[str, float] = field(default_factory=dict)
    description: str | None = None
    version: str = "1.0"

    @cached_property
    def data(self) -> dict[str, Any]:
        """The policy as JSON holds it."""
        data: dict[str, Any] = {"version": self.version, "policy_id": self.policy_id}
        if self.description is not None:
            data["description"] = self.description
        if self.parameters:
            data["parameters"] = dict(self.parameters)
        return data | {tree: node_data(node) for tree, node in self.trees.items()}

    def to_json(self, indent: int | None = 2) -> str:
        """The policy as JSON text, to be read again or given to SimCash."""
        return json.dumps(self.data, indent=indent, ensure_ascii=False)

    @cached_property
    def hash(self) -> str:
        """A short name, the same for the same policy."""
        return hashlib.sha256(json.dumps(self.data, sort_keys=True).encode()).hexdigest()[:16]

    def __hash__(self) -> int:
        return int(self.hash, 16)

    def nodes(self) -> Iterator[tuple[str, Node]]:
        """Every node with the tree that it stands in."""
        return ((tree, node) for tree, root in self.trees.items() for node in nodes(root))

    @cached_property
    def registers(self) -> tuple[str, ...]:
        """The state registers it uses, in the order of their numbers."""
        found: dict[str, None] = {}
        for _, node in self.nodes():
            key = node.parameter("key") if isinstance(node, Action) else None
            named = [key.value] if key is not None and hasattr(key, "value") else []
            seen = [part.name for part in expressions(node) if isinstance(part, Field)]
            found |= dict.fromkeys(str(name) for name in (*named, *seen) if words.is_register(str(name)))
        return tuple(sorted(found))

    @cached_property
    def used(self) -> frozenset[str]:
        """The parameters that have an effect: those a tree names, and the one the system looks at."""
        parts = (part for _, node in self.nodes() for part in expressions(node))
        return frozenset({part.name for part in parts if isinstance(part, Parameter)} | {words.FRACTION})

    def explain(self) -> str:
        """What it does, in sentences."""
        return explanation(self)

    def diff(self, other: Policy) -> Differences:
        """What another policy does differently: a line for each place."""
        return differences(self, other)

    def __repr__(self) -> str:
        return text(self)

    def _repr_html_(self) -> str:
        return html(self)

    @property
    def liquidity_fraction(self) -> float | None:
        """The share of the pool that it wants allocated, if it says."""
        return self.parameters.get(words.FRACTION)

    def with_parameters(self, **values: float) -> Policy:
        """The same policy with other numbers; those it does not use are refused."""
        found = unfit_numbers(values)
        found += [
            (("parameters", name), f"unknown parameter {choice(name, sorted(self.used), 'Parameters')}")
            for name in values
            if name not in self.used
        ]
        if found:
            raise PolicyError(problems_of(found, self.policy_id))
        return replace(self, parameters={**self.parameters, **values})


def checked(
    data: Any, parameters: Mapping[str, float] | None = None, terms: Terms = ANYTHING
) -> tuple[Policy | None, list[Finding]]:
    """Plain data as a policy, its parameters replaced by those given; or None and what is wrong."""
    if not isinstance(data, Mapping):
        return None, [((), f"expected a policy with policy_id and trees, got {shown(data)}")]
    numbers, found = declared(data)
    reading = Trees(numbers | dict(parameters or {}), terms)
    reading.found += [*heading(data), *found, *unfit_numbers(parameters or {})]
    trees: dict[str, Node] = {}
    try:
        for tree in words.TREES:
            if data.get(tree) is not None:
                trees[tree] = reading.read_tree(tree, data[tree])
    except TooMany:
        pass
    if reading.found:
        return None, reading.found
    numbers = reading.parameters if isinstance(reading.parameters, dict) else dict(reading.parameters)
    return Policy(data["policy_id"], trees, numbers, data.get("description"), data["version"]), []


def problems_of(found: list[Finding], file: str) -> list[Problem]:
    """What was found in a policy that has no lines."""
    return [Problem(file, None, dotted(path), message) for path, message in found]


def heading(data: Mapping[str, Any]) -> list[Finding]:
    """What is wrong with a policy's own keys."""
    unknown = [((str(key),), f"unknown key {choice(key, KEYS, 'Known')}") for key in data if key not in KEYS]
    missing = [((k,), "required, but not there") for k in ("version", "policy_id") if data.get(k) is None]
    texts = [
        ((key,), f"expected text, got {shown(data[key])}; put it in quotes")
        for key in ("version", "policy_id", "description")
        if not isinstance(data.get(key), str | None)
    ]
    return [*unknown, *missing, *texts]


def declared(data: Mapping[str, Any]) -> tuple[dict[str, float], list[Finding]]:
    """The numbers that the policy names."""
    given = data.get("parameters")
    if given is None:
        return {}, []
    if not isinstance(given, Mapping):
        return {}, [(("parameters",), f"expected names and numbers, got {shown(given)}")]
    numbers = {str(name): value for name, value in given.items()}
    return numbers, unfit_numbers(numbers)


def unfit_numbers(numbers: Mapping[str, Any]) -> list[Finding]:
    """Parameters that are no numbers, or not the right ones."""
    faults = ((name, unfit(name, value)) for name, value in numbers.items())
    return [(("parameters", name), fault) for name, fault in faults if fault]


def unfit(name: str, value: Any) -> str:
    """What is wrong with a parameter, if anything."""
    if isinstance(value, bool):
        return f"expected a number, got {shown(value)}"
    fault = not_a_number(value)
    if not fault and name == words.FRACTION and not 0 <= value <= 1:
        return f"must be between 0 and 1, got {shown(value)}"
    return fault
