"""Where a path leads in a model: the fields and types on the way, the keys known there, what may change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import AliasChoices, BaseModel
from pydantic.fields import FieldInfo

from simcash.core.problems import LONGEST, shown

Path = tuple[str | int, ...]
Part = str | int


def dotted(path: Path) -> str:
    """("agents", 2, "policy") as "agents[2].policy"."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{legible(part)}" for part in path)
    return text.removeprefix(".")


def legible(key: str) -> str:
    """A key on one line, shortened if it is very long."""
    return key if key.isprintable() and 0 < len(key) <= LONGEST else shown(key)


def names(key: str, field: FieldInfo) -> tuple[str, ...]:
    """Every key under which a field may stand in a file, the canonical one first."""
    alias = field.validation_alias
    if isinstance(alias, AliasChoices):
        return tuple(str(choice) for choice in alias.choices)
    return (alias,) if isinstance(alias, str) else (key,)


def keys(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """Every key a model accepts, aliases included."""
    return {name: field for key, field in model.model_fields.items() for name in names(key, field)}


def canonical(model: type[BaseModel]) -> list[str]:
    """The keys to show a reader: one per field, required ones first."""
    ordered = sorted(model.model_fields.items(), key=lambda item: not item[1].is_required())
    return [names(key, field)[0] for key, field in ordered]


def variants(annotation: Any) -> list[Any]:
    """The alternatives of a type: `Annotated` and unions taken apart, None left out."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return variants(get_args(annotation)[0])
    if origin in (Union, UnionType):
        return [leaf for part in get_args(annotation) for leaf in variants(part)]
    return [] if annotation is type(None) else [annotation]


def models(kinds: list[Any]) -> list[type[BaseModel]]:
    """Those of the alternatives that are models."""
    return [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]


def tags(model: type[BaseModel]) -> dict[str, tuple[str, ...]]:
    """A variant's literal fields: {"type": ("Fifo",)}."""
    literals = ((key, field.annotation) for key, field in model.model_fields.items())
    return {key: get_args(kind) for key, kind in literals if get_origin(kind) is Literal}


def fields(kinds: list[Any], part: Part) -> list[FieldInfo]:
    """The fields that `part` names in any of the alternatives."""
    return [field for model in models(kinds) if (field := keys(model).get(str(part))) is not None]


def inside(kinds: list[Any], part: Part) -> list[Any]:
    """The alternatives one step further along a path."""
    found: list[Any] = [leaf for field in fields(kinds, part) for leaf in variants(field.annotation)]
    for kind in kinds:
        origin, inner = get_origin(kind), get_args(kind)
        if origin in (tuple, list) and isinstance(part, int):
            found += variants(inner[0])
        elif origin in (dict, Mapping):
            found += variants(inner[1])
    return found


def tagged(kinds: list[Any], part: Part) -> list[Any]:
    """The variant that a discriminating tag picks, if it is one."""
    return [model for model in models(kinds) if any(part in values for values in tags(model).values())]


def at(model: type[BaseModel], location: Path) -> list[Any]:
    """The alternatives at a location as pydantic writes it, union tags included."""
    kinds: list[Any] = [model]
    for part in location:
        kinds = tagged(kinds, part) if len(models(kinds)) > 1 and tagged(kinds, part) else inside(kinds, part)
    return kinds


def is_live(model: type[BaseModel], path: Path) -> bool:
    """Whether any field along a path of plain data may change after the start."""
    kinds: list[Any] = [model]
    for part in path:
        if any(marked_live(field) for field in fields(kinds, part)):
            return True
        kinds = inside(kinds, part)
    return False


def marked_live(field: FieldInfo) -> bool:
    return isinstance(field.json_schema_extra, dict) and bool(field.json_schema_extra.get("live"))


def live_paths(kinds: list[Any], before: str = "") -> Iterator[str]:
    """Every live field as a reader would write it: "agents[].policy"."""
    for model in models(kinds):
        for key, field in model.model_fields.items():
            path = f"{before}{names(key, field)[0]}"
            if marked_live(field):
                yield path
                continue
            for kind in variants(field.annotation):
                if get_origin(kind) in (tuple, list):
                    yield from live_paths(variants(get_args(kind)[0]), f"{path}[].")
                else:
                    yield from live_paths([kind], f"{path}.")
