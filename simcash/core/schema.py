"""What a scenario may contain: the strict model that every part of it is, and the kinds of values."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from simcash.core.money import MONEY_MAX, parse

LONGEST_DECIMAL = 28
MONEY_TEXT = re.compile(r"[+-]?\d[\d_,]*\.\d\d")


class Model(BaseModel):
    """Part of a scenario: unknown keys are refused, and nothing changes once it is read."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, serialize_by_alias=True, defer_build=True
    )


def live(default: Any = ..., **options: Any) -> Any:
    """A field that a fork may change; every other field is fixed at the start."""
    return Field(default, json_schema_extra={"live": True}, **options)


def expected(what: str) -> PydanticCustomError:
    """A value of the wrong kind; what was found instead is added when the problem is written out."""
    return PydanticCustomError("expected", "expected {what}", {"what": what})


def broken(rule: str) -> PydanticCustomError:
    """A rule that is not kept, as a complete sentence."""
    return PydanticCustomError("rule", "{rule}", {"rule": rule})


def whole(value: Any) -> int:
    """A whole number in any notation, 12, 1_000 or 1e9, but neither true nor "12"."""
    if type(value) is int:
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    raise expected("a whole number")


def number(value: Any) -> float:
    """A finite number."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            pass
    raise expected("a number")


def cents(value: Any) -> int:
    """Money in cents, or in currency units if written as text with two decimals: "12.50"."""
    if isinstance(value, str) and MONEY_TEXT.fullmatch(value.strip()):
        return parse(value)
    try:
        return whole(value)
    except PydanticCustomError:
        raise expected('whole cents, or currency units as text like "12.50"') from None


def exact(value: Any) -> Decimal:
    """A decimal exactly as it was typed."""
    if isinstance(value, (int, float, str, Decimal)) and not isinstance(value, bool):
        try:
            typed = Decimal(str(value))
        except (InvalidOperation, ValueError):
            raise expected("a number") from None
        if typed.is_finite() and len(typed.as_tuple().digits) <= LONGEST_DECIMAL:
            return typed
    raise expected("a number")


def several(value: Any) -> Any:
    """A list; a key with nothing behind it is an empty one."""
    return () if value is None else value


Count = Annotated[int, Field(ge=1, le=2**31 - 1), BeforeValidator(whole)]
Tick = Annotated[int, Field(ge=0, le=2**31 - 1), BeforeValidator(whole)]
Money = Annotated[int, Field(ge=-MONEY_MAX, le=MONEY_MAX), BeforeValidator(cents)]
Holding = Annotated[int, Field(ge=0, le=MONEY_MAX), BeforeValidator(cents)]
Amount = Annotated[int, Field(ge=1, le=MONEY_MAX), BeforeValidator(cents)]
Number = Annotated[float, BeforeValidator(number)]
Share = Annotated[Decimal, Field(ge=0, le=1), BeforeValidator(exact)]
