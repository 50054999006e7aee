"""What a bank does with its waiting payments: the built-in policies, and how all others are written."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, BeforeValidator, Field

from simcash.core.schema import Amount, Count, Holding, Model, Number, Tick, broken
from simcash.payments.policies.load import policy_files


class Fifo(Model):
    """Release every payment at once, in order of arrival."""

    type: Literal["Fifo"] = "Fifo"


class PriorityDeadline(Model):
    """Release every payment at once, the most urgent first."""

    type: Literal["PriorityDeadline"] = "PriorityDeadline"


class Deadline(Model):
    """Hold until the deadline is near; drop what is due."""

    type: Literal["Deadline"] = "Deadline"
    urgency_threshold: Tick = 5


class LiquidityAware(Model):
    """Hold what would cut into a buffer, unless it is urgent."""

    type: Literal["LiquidityAware"] = "LiquidityAware"
    target_buffer: Holding = Field(0, validation_alias=AliasChoices("target_buffer", "buffer_target"))
    urgency_threshold: Tick = 5


class LiquiditySplitting(Model):
    """Pay large payments in parts."""

    type: Literal["LiquiditySplitting"]
    max_splits: Annotated[Count, Field(ge=2)]
    min_split_amount: Amount


class MockSplitting(Model):
    """Split every payment."""

    type: Literal["MockSplitting"]
    num_splits: Count


class FromJson(Model):
    """Policy trees in a file; `params` replace the numbers that they name."""

    type: Literal["FromJson"]
    json_path: Annotated[str, Field(min_length=1)]
    params: dict[str, Number] | None = None


class Inline(Model):
    """Policy trees written out in the scenario."""

    type: Literal["Inline"]
    decision_trees: dict[str, Any]


class InlineJson(Model):
    """Policy trees as JSON text."""

    type: Literal["InlineJson"]
    json_string: Annotated[str, Field(min_length=1)]


BuiltIn = Fifo | PriorityDeadline | Deadline | LiquidityAware
Trees = LiquiditySplitting | MockSplitting | FromJson | Inline | InlineJson


def named(value: Any) -> Any:
    """`Fifo`, `{type: Fifo}` and `{type: fifo}` are the same."""
    if isinstance(value, str):
        value = {"type": value}
    if isinstance(value, dict) and isinstance(value.get("type"), str):
        return value | {"type": re.sub(r"(?:^|_)([a-z])", lambda match: match[1].upper(), value["type"])}
    return value


def no_library_name(value: Any) -> Any:
    """A name that policies of the library have is not a type; how it is written instead."""
    kind = value.get("type") if isinstance(value, dict) else value
    if isinstance(kind, str) and "-" in kind and kind in policy_files():
        raise broken(f'"{kind}" is a policy of the library, written {{type: FromJson, json_path: {kind}}}')
    return value


Policy = Annotated[
    Annotated[BuiltIn | Trees, Field(discriminator="type")],
    BeforeValidator(named),
    BeforeValidator(no_library_name),
]
