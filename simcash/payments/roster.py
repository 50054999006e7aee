"""Which banks a scenario names, found before anything is checked, so that every reference can be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationInfo

from simcash.core.problems import choice
from simcash.core.schema import broken

EVERYBODY = "all"
GROUP_MAX = 100_000
BANK_KEYS = ("agents", "agent_configs", "banks")


@dataclass(frozen=True)
class Roster:
    """The names of all banks, those whose own entry was already read, and the length of a day."""

    banks: Mapping[str, None]
    ticks_per_day: int
    entered: set[str] = field(default_factory=set)

    def enter(self, name: str) -> None:
        """Take up a bank; a second one of the same name is refused."""
        if name in self.entered:
            raise broken(f'there is already a bank "{name}"; ids are unique')
        self.entered.add(name)


def roster(data: Mapping[str, Any]) -> Roster:
    """Every bank named in plain scenario data, whatever else is wrong with it."""
    simulation = data.get("simulation")
    ticks = simulation.get("ticks_per_day") if isinstance(simulation, Mapping) else None
    return Roster(dict.fromkeys(_names(data)), ticks if isinstance(ticks, int) and ticks > 0 else 2**31)


def member_names(prefix: str, count: int) -> list[str]:
    """The banks of a group: CORE01 to CORE50."""
    width = len(str(count))
    return [f"{prefix}{i:0{width}d}" for i in range(1, count + 1)]


def _names(data: Mapping[str, Any]) -> Iterator[str]:
    for key in BANK_KEYS:
        yield from (entry["id"] for entry in _entries(data, key) if isinstance(entry.get("id"), str))
    for entry in _entries(data, "groups"):
        prefix, count = entry.get("prefix"), entry.get("count")
        if isinstance(prefix, str) and isinstance(count, (int, float)) and 0 < count <= GROUP_MAX:
            yield from member_names(prefix, int(count))


def _entries(data: Mapping[str, Any], key: str) -> Iterator[Mapping[str, Any]]:
    entries = data.get(key)
    if isinstance(entries, list):
        yield from (entry for entry in entries if isinstance(entry, Mapping))


def _known(name: str, info: ValidationInfo) -> str:
    if isinstance(info.context, Roster) and name not in info.context.banks:
        raise broken(f"unknown bank {choice(name, list(info.context.banks), 'Banks')}")
    return name


def _known_or_all(name: str, info: ValidationInfo) -> str:
    return name if name == EVERYBODY else _known(name, info)


def printable(name: str) -> str:
    """A name that can be typed and seen."""
    if name != name.strip() or not name.isprintable():
        raise broken("a bank's name is printable and neither begins nor ends with a space")
    return name


def _enter(name: str, info: ValidationInfo) -> str:
    if name == EVERYBODY:
        raise broken(f'a bank cannot be called "{EVERYBODY}": in events that means every bank')
    if isinstance(info.context, Roster):
        info.context.enter(name)
    return name


Printable = Annotated[str, Field(min_length=1, max_length=64), AfterValidator(printable)]
NewBank = Annotated[Printable, AfterValidator(_enter)]
Bank = Annotated[str, AfterValidator(_known)]
BankOrAll = Annotated[str, AfterValidator(_known_or_all)]
