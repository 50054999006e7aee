"""The names a simulation answers to beyond its own: readings of its world, and verbs kept elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from importlib import import_module
from typing import Any

CHANGES_STATE = ("step", "restore", "act", "replicate", "check_fork")  # not readings


def found(place: str) -> Any:
    """What "module:name" names."""
    module, _, name = place.partition(":")
    return getattr(import_module(module), name)


def forwarded(world: object) -> set[str]:
    """The public methods and properties of a world that read and do not change it, and its scenario."""
    named = {name for name in dir(type(world)) if not name.startswith("_") and name not in CHANGES_STATE}
    return named | {"scenario"} & set(vars(world))


def nearest_name(name: str, known: Iterable[str], what: str) -> str:
    """There is no such name; which one may be meant."""
    public = [word for word in known if not word.startswith("_")]
    near = get_close_matches(name, public, n=1, cutoff=0.5)
    meant = f'; did you mean "{near[0]}"?' if near else ""
    listed = f" Known: {', '.join(sorted(public))}" if what != "attribute" else ""
    return f'there is no {what} "{name}"{meant}{listed}'
