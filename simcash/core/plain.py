"""Plain data, as YAML and JSON hold it: dicts with text keys, lists, text, numbers, truth values, nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from numbers import Integral, Real
from pathlib import Path
from typing import Any

from simcash.core.problems import choice, shown
from simcash.core.shape import Path as KeyPath

DEEPEST = 240
MOST_BITS = 1000
ABSENT = object()


class Unfit(ValueError):
    """A value that no file could hold, or a path that leads nowhere."""

    def __init__(self, path: KeyPath, message: str) -> None:
        super().__init__(message)
        self.path = path


def step(data: Any, part: str | int) -> Any:
    """One step into plain data, or ABSENT."""
    if isinstance(data, dict):
        return data.get(part, ABSENT)
    if isinstance(data, list) and isinstance(part, int) and part < len(data):
        return data[part]
    return ABSENT


def located(data: Any, key: str) -> KeyPath:
    """A dotted path such as "agents.BANK_A.policy.type" as steps into the data; a missing key may be new."""
    path: list[str | int] = []
    for part in re.sub(r"\[(\d+)\]", r".\1", key).split("."):
        if isinstance(data, list):
            number = entry(data, part, tuple(path))
            path.append(number)
            data = data[number]
        elif isinstance(data, dict):
            path.append(part)
            data = data.get(part, {})
        else:
            raise Unfit(tuple(path), f"is {shown(data)}; nothing lies below it")
    return tuple(path)


def entry(data: list[Any], part: str, path: KeyPath) -> int:
    """The entry of a list with this number or this id."""
    if part.isdecimal() and int(part) < len(data):
        return int(part)
    ids = [str(item.get("id")) if isinstance(item, dict) else "" for item in data]
    if part in ids:
        return ids.index(part)
    if part.isdecimal():
        raise Unfit(path, f"there is no entry {part}: the list has {len(data)}, counted from 0")
    raise Unfit(path, f"unknown id {choice(part, [i for i in ids if i], 'Ids')}")


def replaced(data: Any, path: KeyPath, value: Any) -> Any:
    """A copy of plain data with one value replaced; what is not on the path is shared."""
    if not path:
        return value
    key: Any = path[0]
    copy = list(data) if isinstance(data, list) else dict(data)
    inner = copy[key] if isinstance(copy, list) else copy.get(key, {})
    copy[key] = replaced(inner, path[1:], value)
    return copy


def plain(value: Any, path: KeyPath = ()) -> Any:
    """Python values as a file could have held them: numpy numbers, tuples and paths become plain."""
    kind = type(value)  # the usual ones first: a long day has a million values
    if value is None or kind is bool or kind is float:
        return value
    if kind is str:
        return plain_text(value, path)
    if kind is int:
        return plain_int(value, path)
    if len(path) > DEEPEST:
        raise Unfit(path[:3], f"more than {DEEPEST} levels deep")
    if isinstance(value, Mapping):
        return {plain_key(key, path): plain(inner, (*path, str(key))) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        if is_column(value):
            return list(value)
        return [plain(inner, (*path, i)) for i, inner in enumerate(value)]
    if isinstance(value, Integral):
        return plain_int(int(value), path)
    if isinstance(value, (Real, Decimal)):
        return float(value)
    if isinstance(value, (str, Path)):
        return plain_text(str(value), path)
    if hasattr(value, "tolist"):
        return plain(value.tolist(), path)
    raise Unfit(path, f"expected text, numbers, lists and dicts, got {shown(value)}")


def is_column(values: Sequence[Any]) -> bool:
    """Whether a list holds only ordinary whole numbers or only ordinary texts: a long one is seen at once."""
    kinds = set(map(type, values))
    if kinds == {int}:
        return bool(max(map(abs, values)).bit_length() <= MOST_BITS)
    return kinds == {str} and "".join(values).isascii()


def plain_text(value: str, path: KeyPath) -> str:
    if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
        raise Unfit(path, f"a text with half a character, got {shown(value)}")
    return value


def plain_int(value: int, path: KeyPath) -> int:
    if value.bit_length() > MOST_BITS:
        raise Unfit(path, "a number of more than 300 digits")
    return value


def plain_key(key: Any, path: KeyPath) -> str:
    if type(key) is str:
        return plain_text(key, path)
    if isinstance(key, (str, int)) and not isinstance(key, bool):
        return plain_text(str(key), path)
    raise Unfit(path, f"keys are texts, got {shown(key)}")


def differences(old: Any, new: Any, path: KeyPath = ()) -> list[KeyPath]:
    """The key paths at which two pieces of plain data differ."""
    if old is new:
        return []
    if isinstance(old, dict) and isinstance(new, dict):
        keys = dict.fromkeys([*old, *new])
        return [p for key in keys for p in differences(step(old, key), step(new, key), (*path, key))]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return [
            p for i, pair in enumerate(zip(old, new, strict=True)) for p in differences(*pair, (*path, i))
        ]
    return [] if old == new and type(old) is type(new) else [path]
