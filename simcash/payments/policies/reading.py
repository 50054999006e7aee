"""What reading nodes and reading expressions have in common: keys, lists, depth, and what is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from simcash.core.problems import choice, nearest, shown
from simcash.core.shape import Path, dotted
from simcash.payments.policies.categories import Terms

Finding = tuple[Path, str]
DEEPEST = 100  # branches from the root to a leaf; also levels of one expression
MOST_PARTS = 100_000  # nodes and expressions of one policy
SHORT_LIST = 20


class TooMany(Exception):
    """More parts than any policy has; what comes after is not looked at."""


class Reading:
    """The policy as far as it has been read, and what is wrong with it."""

    def __init__(self, parameters: Mapping[str, float], terms: Terms) -> None:
        self.parameters = parameters
        self.terms = terms
        self.found: list[Finding] = []
        self.registers: set[str] = set()
        self.above: dict[int, Path] = {}  # the dicts that the present one lies in
        self.deep: set[tuple[str, str]] = set()  # where too deep a part was found
        self.parts = 0
        self.tree = ""

    def wrong(self, path: Path, message: str) -> None:
        self.found.append((path, message))

    def uses(self, category: str, word: str, path: Path) -> None:
        """Note a word of a category, which the scenario may forbid."""
        if category in self.terms.forbidden:
            told = f"{shown(word)} is of category {category}, which policy_feature_toggles forbid"
            self.wrong(path, told)

    def bank(self, name: str, path: Path) -> None:
        """Note a bank, which the scenario may not have."""
        banks = self.terms.banks
        if banks is not None and name not in banks:
            self.wrong(path, f"unknown bank {choice(name, banks, 'Banks')}")

    def opens(self, data: Any, path: Path, what: str) -> bool:
        """Whether there are keys and values, and not those that this part itself lies in."""
        self.parts += 1
        if self.parts > MOST_PARTS:
            self.wrong(path, f"more than {MOST_PARTS:,} nodes and expressions")
            raise TooMany
        if not isinstance(data, Mapping):
            self.wrong(path, f"expected {what}, got {shown(data)}")
            return False
        if id(data) in self.above:
            self.wrong(path, f"leads back to {dotted(self.above[id(data)])}: a tree has no cycles")
            return False
        return True

    def nested(self, data: Any, path: Path, depth: int, what: str) -> bool:
        if not self.opens(data, path, what):
            return False
        return self.shallow(path, depth, "an expression", "part")

    def shallow(self, path: Path, depth: int, whole: str, part: str) -> bool:
        """Whether a part does not lie too deep; told once for each tree, for a deep one has many."""
        if depth <= DEEPEST:
            return True
        if (self.tree, whole) not in self.deep:
            self.wrong(path, f"{whole} may be at most {DEEPEST} levels deep, and this {part} lies deeper")
        self.deep.add((self.tree, whole))
        return False

    def keys(
        self, data: Mapping[str, Any], path: Path, required: Sequence[str], allowed: Sequence[str] = ()
    ) -> None:
        """Refuse keys that are not known, and name those that are missing."""
        known = [*required, *allowed]
        missing = [key for key in required if key not in data]
        for key in data:
            if key not in known:
                near = nearest(str(key), missing)
                missing = [key for key in missing if key not in near]
                self.wrong((*path, str(key)), f"unknown key {choice(key, known, 'Known')}")
        for key in missing:
            self.wrong((*path, key), "required, but not there")

    def operator(self, data: Mapping[str, Any], path: Path, known: Sequence[str]) -> None:
        told = f"unknown operator {choice(data.get('op'), known, 'Operators')}"
        if data.get("op") == "=":
            told = told.replace('">="', '"=="')
        self.wrong((*path, "op"), told if "op" in data else f"required, but not there: {', '.join(known)}")

    def several(self, data: Any, path: Path, what: str) -> Sequence[Any]:
        """A list with at least one entry."""
        if isinstance(data, list | tuple) and data:
            return data
        empty = isinstance(data, list | tuple)
        self.wrong(
            path, "needs at least one entry" if empty else f"expected a list of {what}, got {shown(data)}"
        )
        return ()


def one_of(given: str, known: Sequence[str], title: str) -> str:
    """The offending word and the nearest known one; all of them only where they are few, or none is near."""
    near = nearest(given, known)
    if near and len(known) > SHORT_LIST:
        return f'{shown(given)}; did you mean "{near[0]}"?'
    return choice(given, known, title)
