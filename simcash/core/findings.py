"""What the model found wrong, in the reader's words: one path and one message for each mistake."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from simcash.core.money import MONEY_MAX
from simcash.core.plain import ABSENT, step
from simcash.core.problems import choice, nearest, shown
from simcash.core.shape import Path, at, canonical, keys, models, names, tags

Finding = tuple[Path, str]

KINDS = {
    "bool": "true or false", "string": "text", "tuple": "a list", "list": "a list",
    "dict": "keys and values", "model": "keys and values", "finite": "a finite number",
}  # fmt: skip


def findings(error: ValidationError, model: type[BaseModel], data: Any) -> list[Finding]:
    """Everything pydantic found, without what only follows from another mistake."""
    errors = [e for e in error.errors(include_url=False) if e["type"] != "default_factory_not_called"]
    misspelt = {
        (e["loc"][:-1], near)
        for e in errors
        if e["type"] == "extra_forbidden"
        for near in nearest(str(e["loc"][-1]), known(model, e["loc"][:-1]))
    }
    return [
        (path(e, data), message(e, model, data))
        for e in errors
        if not (e["type"] == "missing" and (e["loc"][:-1], e["loc"][-1]) in misspelt)
    ]


def path(error: ErrorDetails, data: Any) -> Path:
    """Where the mistake stands in the file: pydantic's location without the tags it adds."""
    steps: list[str | int] = []
    last = len(error["loc"]) - 1
    for i, part in enumerate(error["loc"]):
        below = step(data, part)
        if below is not ABSENT:
            data = below
            steps.append(part)
        elif i == last and error["type"] == "missing":
            steps.append(part)
    if error["type"].startswith("union_tag") and isinstance(data, dict):
        steps.append(error["ctx"]["discriminator"].strip("'"))
    return tuple(steps)


def found(error: ErrorDetails, data: Any) -> Any:
    """The offending value as it stands in the file, or as it was read where the file has it otherwise."""
    place = path(error, data)
    if place[-1:] != error["loc"][-1:] and not error["type"].startswith("union_tag"):
        return error["input"]
    for part in place:
        data = step(data, part)
    return error["input"] if data is ABSENT else data


def known(model: type[BaseModel], location: Path) -> list[str]:
    """Every key accepted at a location, aliases included."""
    return [key for kind in models(at(model, location)) for key in keys(kind)]


def message(error: ErrorDetails, model: type[BaseModel], data: Any) -> str:
    """What is wrong, and what would be right."""
    kind = error["type"]
    if kind == "rule":
        return error["msg"]
    if kind in WORDED:
        return WORDED[kind](error, model, data)
    got = f"got {shown(found(error, data))}"
    if kind in BOUNDS:
        words, key = BOUNDS[kind]
        return f"must be {words} {reason(error['ctx'][key])}, {got}"
    if kind == "expected":
        return f"{error['msg']}, {got}"
    what = KINDS.get(kind.partition("_")[0])
    return f"expected {what}, {got}" if what else f"{error['msg'][0].lower()}{error['msg'][1:]}, {got}"


def reason(bound: Any) -> str:
    """A bound, with its reason where it has one."""
    if abs(bound) == MONEY_MAX:
        return f"{int(bound)} cents (2**53: beyond it amounts are no longer exact)"
    return str(int(bound) if bound == int(bound) else bound)


def unknown_key(error: ErrorDetails, model: type[BaseModel], data: Any) -> str:
    """A key that is misspelt, stands in the wrong section, or repeats another under a second name."""
    *place, key = error["loc"]
    kinds = models(at(model, tuple(place)))
    for kind in kinds:
        for name, field in kind.model_fields.items():
            if key in names(name, field):
                return f'means the same as "{names(name, field)[0]}", which is given too; keep one of them'
    section = next((name for kind in kinds for name in sections(kind, str(key))), None)
    if section:
        return f'unknown key "{key}" here; it belongs under "{section}"'
    shown_keys = [name for kind in kinds for name in canonical(kind)]
    return f"unknown key {choice(str(key), shown_keys, 'Known keys', known(model, tuple(place)))}"


def sections(model: type[BaseModel], key: str) -> list[str]:
    """The sections directly below a model in which a key is known."""
    return [name for name in canonical(model) if key in known(model, (name,))]


def missing(error: ErrorDetails, model: type[BaseModel], data: Any) -> str:
    return "too few entries" if isinstance(error["loc"][-1], int) else "required, but not there"


def text(error: ErrorDetails, model: type[BaseModel], data: Any) -> str:
    value = found(error, data)
    hint = f'; put it in quotes: "{value}"' if isinstance(value, (int, float)) else ""
    return f"expected text, got {shown(value)}{hint}"


def options(error: ErrorDetails, model: type[BaseModel], data: Any) -> str:
    """A word that is not one of the words allowed."""
    allowed = [
        str(w) for kind in at(model, error["loc"]) if get_origin(kind) is Literal for w in get_args(kind)
    ]
    return f"unknown value {choice(found(error, data), allowed, 'Allowed')}"


def variant(error: ErrorDetails, model: type[BaseModel], data: Any) -> str:
    """A type that is none of those there are, or no type at all."""
    key = error["ctx"]["discriminator"].strip("'")
    allowed = [w for kind in models(at(model, error["loc"])) for w in tags(kind)[key]]
    if error["type"] == "union_tag_not_found":
        return f"required, but not there; one of: {', '.join(allowed)}"
    return f"unknown {key} {choice(found(error, data), allowed, 'Known')}"


def length(error: ErrorDetails, model: type[BaseModel], data: Any) -> str:
    least = error["ctx"].get("min_length")
    if least == 1:
        return "must not be empty"
    bound = f"at least {least}" if least else f"at most {error['ctx']['max_length']}"
    unit = "characters" if error["type"].startswith("string") else "entries"
    return f"must have {bound} {unit}, got {shown(found(error, data))}"


BOUNDS = {
    "greater_than_equal": ("at least", "ge"),
    "less_than_equal": ("at most", "le"),
    "greater_than": ("more than", "gt"),
    "less_than": ("less than", "lt"),
}
WORDED: dict[str, Callable[[ErrorDetails, type[BaseModel], Any], str]] = {
    "extra_forbidden": unknown_key,
    "missing": missing,
    "string_type": text,
    "literal_error": options,
    "union_tag_invalid": variant,
    "union_tag_not_found": variant,
    "too_short": length,
    "too_long": length,
    "string_too_short": length,
    "string_too_long": length,
}
