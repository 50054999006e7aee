"""The policy trees that a scenario names: found, checked against it, and put into it whole."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from simcash.core.library import file_text
from simcash.core.problems import Problem, ScenarioError, ScenarioWarning
from simcash.core.shape import Path as KeyPath
from simcash.core.source import Source
from simcash.payments.behaviours import FromJson, Inline, InlineJson, LiquiditySplitting, MockSplitting, named
from simcash.payments.policies.categories import Terms, forbidden
from simcash.payments.policies.document import ANYTHING, Policy, checked, unfit
from simcash.payments.policies.load import NoSuchPolicy, found, from_text
from simcash.payments.roster import BANK_KEYS, roster
from simcash.payments.splitting import liquidity_splitting, mock_splitting


def trees_of(policy: BaseModel, terms: Terms = ANYTHING) -> Policy | None:
    """The trees of a bank's policy in a resolved scenario; None if the engine knows it without."""
    if isinstance(policy, LiquiditySplitting):
        return liquidity_splitting(policy.max_splits, policy.min_split_amount)
    if isinstance(policy, MockSplitting):
        return mock_splitting(policy.num_splits)
    if isinstance(policy, InlineJson):
        return from_text(policy.json_string, "policy", None, terms)
    if isinstance(policy, Inline):
        return from_text(json.dumps(policy.decision_trees), "policy", None, terms)
    return None


def in_place(policy: BaseModel, files: Files | None = None, terms: Terms = ANYTHING) -> BaseModel:
    """A policy as it is kept: what stood in a file stands in the scenario itself. Bad trees are refused."""
    if not isinstance(policy, FromJson):
        trees_of(policy, terms)
        return policy
    read = (files or Files(None)).policy(policy.json_path, policy.params or {}, terms)
    return InlineJson(type="InlineJson", json_string=read.to_json(None))


def trees_in(policy: Mapping[str, Any], folder: Path | None) -> Policy | None:
    """The trees of a policy in plain data."""
    kind = policy["type"]
    if kind == "FromJson":
        return Files(folder).policy(policy["json_path"], policy.get("params") or {})
    if kind == "InlineJson":
        return from_text(policy["json_string"], "policy")
    return from_text(json.dumps(policy["decision_trees"]), "policy") if kind == "Inline" else None


class Files:
    """Policy files as a scenario names them, each read once: by path from its folder, or by library name."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder or Path()
        self.texts: dict[str, str] = {}

    def policy(self, name: str, parameters: Mapping[str, float], terms: Terms = ANYTHING) -> Policy:
        if name not in self.texts:
            self.texts[name] = file_text(found(name, self.folder), name)
        return from_text(self.texts[name], name, parameters, terms)


def checked_trees(source: Source, files: Files) -> Source:
    """The source with everything that is wrong with its policy trees; parameters without effect are told."""
    known, toggles = roster(source.data), source.data.get("policy_feature_toggles")
    lists = toggles if isinstance(toggles, Mapping) else {}
    given = [lists[key] if isinstance(lists.get(key), list) else None for key in ("include", "exclude")]
    terms = Terms(tuple(known.banks) if known.complete else None, forbidden(*given))
    problems: list[Problem] = []
    for path, policy in policies(source.data):
        try:
            problems += problems_of(source, path, policy, terms, files)
        except ScenarioError as error:
            problems += error.problems
    return replace(source, problems=(*source.problems, *dict.fromkeys(problems))) if problems else source


def policies(data: Mapping[str, Any]) -> Iterator[tuple[KeyPath, dict[str, Any]]]:
    """Every policy of a scenario that is more than a name, with its place."""
    for key in (*BANK_KEYS, "groups", "scenario_events"):
        for i, entry in enumerate(data[key] if isinstance(data.get(key), list) else ()):
            policy = named(entry.get("policy")) if isinstance(entry, Mapping) else None
            if isinstance(policy, dict) and isinstance(policy.get("type"), str):
                yield (key, i, "policy"), policy


def problems_of(
    source: Source, path: KeyPath, policy: dict[str, Any], terms: Terms, files: Files
) -> Iterator[Problem]:
    """What is wrong with one policy; whether it has the right keys is for its model to say."""
    kind, place = policy["type"], (*path, "decision_trees")
    if kind == "Inline" and isinstance(policy.get("decision_trees"), dict):
        for inner, message in checked(policy["decision_trees"], None, terms)[1]:
            yield source.problem((*place, *inner), message)
    if kind == "InlineJson" and isinstance(policy.get("json_string"), str):
        yield from within(source, (*path, "json_string"), policy["json_string"], terms)
    if kind == "FromJson" and isinstance(policy.get("json_path"), str):
        yield from of_file(source, path, policy, terms, files)


def of_file(
    source: Source, path: KeyPath, policy: dict[str, Any], terms: Terms, files: Files
) -> Iterator[Problem]:
    """What is wrong with a policy's file, or with the numbers that replace its own."""
    name, given = policy["json_path"], policy.get("params")
    numbers = {} if not isinstance(given, dict) else {k: v for k, v in given.items() if is_number(v)}
    wrong = {key: fault for key, value in numbers.items() if (fault := unfit(key, value))}
    yield from (source.problem((*path, "params", key), fault) for key, fault in wrong.items())
    if wrong:
        return
    try:
        used = files.policy(name, numbers, terms).used
    except NoSuchPolicy as error:
        yield source.problem((*path, "json_path"), str(error))
        return
    for key in numbers.keys() - used:
        idle = source.problem((*path, "params", key), f"has no effect: {name} uses no such number")
        warnings.warn(str(idle), ScenarioWarning, stacklevel=2)


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def within(source: Source, path: KeyPath, text: str, terms: Terms) -> Iterator[Problem]:
    """Problems of JSON text that stands in the scenario: their lines count within the text."""
    try:
        from_text(text, "JSON", None, terms)
    except ScenarioError as error:
        for problem in error.problems:
            yield source.problem(path, str(problem))
