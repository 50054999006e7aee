"""What is wrong with a scenario, said so that the reader need not leave the editor."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

LONGEST = 60
MOST_CHOICES = 40


@dataclass(frozen=True)
class Problem:
    """One mistake: where it is and what would be right."""

    file: str
    line: int | None
    path: str
    message: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file} line {self.line}"
        return ": ".join(part for part in (place, self.path, self.message) if part)


class ScenarioError(ValueError):
    """A scenario that cannot be opened, with every problem found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(tuple(problems))
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class ScenarioWarning(UserWarning):
    """A scenario opens, but part of it has no effect."""


def shown(value: Any) -> str:
    """A value as it would stand in the file, shortened."""
    try:
        text = json.dumps(value, default=repr, ensure_ascii=False).encode(errors="backslashreplace").decode()
    except (ValueError, TypeError, RecursionError):  # too many digits, or too deep
        text = f"<{type(value).__name__}>"
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def nearest(given: str, known: Sequence[str]) -> list[str]:
    """The known word that was probably meant, if any: one that holds all parts of it, or looks like it."""
    parts = set(given.lower().split("_"))
    holding = [word for word in known if parts < set(word.lower().split("_"))]
    folded = {word.lower(): word for word in reversed(known)}
    alike = [folded[near] for near in get_close_matches(given.lower(), list(folded), n=1, cutoff=0.6)]
    return holding if len(holding) == 1 else alike


def choice(given: Any, listed: Sequence[str], title: str, known: Sequence[str] | None = None) -> str:
    """The offending word, the nearest known one, and those to choose from: 'x; did you mean "y"? y, z'."""
    near = nearest(str(given), known or listed)
    hint = f'; did you mean "{near[0]}"?' if near else "."
    more = f", … ({len(listed)} in all)" if len(listed) > MOST_CHOICES else ""
    return f"{shown(given)}{hint} {title}: {', '.join(listed[:MOST_CHOICES])}{more}"
