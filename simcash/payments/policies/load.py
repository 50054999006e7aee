"""Finding and reading policies: a library name, a file, JSON text or plain data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from simcash.core.library import file_text, library
from simcash.core.problems import Problem, ScenarioError, choice
from simcash.core.scenario import parse
from simcash.core.source import Source
from simcash.payments.policies.categories import Terms
from simcash.payments.policies.document import ANYTHING, Policy, PolicyError, checked, problems_of
from simcash.payments.policies.reading import Finding

ENDING = ".json"


class NoSuchPolicy(ValueError):
    """A name that no policy goes by."""


class Twice(Exception):
    """A key that stands twice in one place."""


def read(source: str | Path | Mapping[str, Any] | Policy, **parameters: float) -> Policy:
    """A policy by its library name, from a file, from JSON text or a dict; further words are its numbers."""
    if isinstance(source, Policy):
        return source.with_parameters(**parameters)
    if isinstance(source, Mapping):
        return from_data(source).with_parameters(**parameters)
    if not isinstance(source, (str, Path)):
        raise TypeError(f"a policy is a library name, a path, JSON text or a dict, not {source!r}")
    if str(source).lstrip().startswith("{"):
        return from_text(str(source), "policy").with_parameters(**parameters)
    try:
        path = found(str(source), Path())
    except NoSuchPolicy as error:
        raise PolicyError([Problem(str(source), None, "", str(error))]) from None
    return from_text(file_text(path, str(source)), str(source)).with_parameters(**parameters)


def from_data(data: Mapping[str, Any]) -> Policy:
    policy, problems = checked(data)
    if policy is None:
        raise PolicyError(problems_of(problems, "policy"))
    return policy


def from_text(
    text: str, file: str, parameters: Mapping[str, float] | None = None, terms: Terms = ANYTHING
) -> Policy:
    """A policy from JSON text; `file` is what problems call it."""
    return _from_text(text, file, tuple(sorted((parameters or {}).items())), terms)


@lru_cache(maxsize=1024)
def _from_text(text: str, file: str, parameters: tuple[tuple[str, float], ...], terms: Terms) -> Policy:
    try:
        data = json.loads(text, object_pairs_hook=once)
    except json.JSONDecodeError as error:
        raise PolicyError([Problem(file, error.lineno, "", f"not valid JSON: {error.msg}")]) from None
    except RecursionError:
        raise PolicyError([Problem(file, None, "", "more than 1000 levels deep")]) from None
    except Twice as error:
        raise PolicyError(doubled(text, file, str(error))) from None
    policy, found = checked(data, dict(parameters), terms)
    if policy is None:
        raise PolicyError(located(text, file, found))
    return policy


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Keys and values; a key that stands twice is refused, for one of the two would be lost."""
    data = dict(pairs)
    if len(data) < len(pairs):
        keys = [key for key, _ in pairs]
        raise Twice(next(key for key in keys if keys.count(key) > 1))
    return data


def doubled(text: str, file: str, key: str) -> tuple[Problem, ...]:
    """Where keys stand twice."""
    source = lines_of(text, file)
    return source.problems if source else (Problem(file, None, "", f'"{key}" stands twice in one place'),)


def located(text: str, file: str, found: list[Finding]) -> list[Problem]:
    """The problems with the lines they stand in."""
    source = lines_of(text, file)
    return [source.problem(*finding) for finding in found] if source else problems_of(found, file)


def lines_of(text: str, file: str) -> Source | None:
    """The text with its lines; None where it cannot be had."""
    try:
        return parse(text, file=file)
    except ScenarioError:
        return None


def policy_files() -> dict[str, Path]:
    """The policies that come with simcash, by name."""
    files = (file for folder in library() for file in sorted(folder.glob(f"payments/policies/*{ENDING}")))
    return {file.stem: file for file in files}


def found(name: str, folder: Path) -> Path:
    """The file of a policy: from a folder, from those it lies in, or by its name in the library."""
    path = Path(name).expanduser()
    try:
        for start in (folder, *folder.resolve().parents):
            if (start / path).is_file():
                return start / path
    except (OSError, ValueError) as error:  # too long, or not a possible name
        raise NoSuchPolicy(f"cannot be read: {error}") from None
    known = policy_files()
    if path.name.removesuffix(ENDING) in known:
        return known[path.name.removesuffix(ENDING)]
    told = choice(path.name.removesuffix(ENDING), list(known), "Library")
    raise NoSuchPolicy(f"no such file, nor a policy of the library: {told}")
