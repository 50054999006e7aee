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
    """The names of all banks, whether each has one, the length of a day, and the banks already read."""

    banks: Mapping[str, None]
    complete: bool
    ticks_per_day: int
    entered: set[str] = field(default_factory=set)

    def lacks(self, name: str) -> bool:
        """Whether there is certainly no such bank."""
        return self.complete and name not in self.banks

    @property
    def lonely(self) -> bool:
        """Whether there is certainly no second bank."""
        return self.complete and len(self.banks) < 2

    def enter(self, name: str) -> None:
        """Take up a bank; a second one of the same name is refused."""
        if name in self.entered:
            raise broken(f'there is already a bank "{name}"; ids are unique')
        self.entered.add(name)


def roster(data: Mapping[str, Any]) -> Roster:
    """Every bank named in plain scenario data, whatever else is wrong with it."""
    names = list(_names(data))
    simulation = data.get("simulation")
    ticks = simulation.get("ticks_per_day") if isinstance(simulation, Mapping) else None
    return Roster(
        dict.fromkeys(name for name in names if name is not None),
        None not in names,
        ticks if isinstance(ticks, int) and ticks > 0 else 2**31,
    )


def member_names(prefix: str, count: int) -> list[str]:
    """The banks of a group: CORE01 to CORE50."""
    width = len(str(count))
    return [f"{prefix}{i:0{width}d}" for i in range(1, count + 1)]


def _names(data: Mapping[str, Any]) -> Iterator[str | None]:
    for key in BANK_KEYS:
        for entry in _entries(data, key):
            yield entry["id"] if isinstance(entry.get("id"), str) else None
    for entry in _entries(data, "groups"):
        prefix, count = entry.get("prefix"), entry.get("count")
        if isinstance(prefix, str) and isinstance(count, (int, float)) and 0 < count <= GROUP_MAX:
            yield from member_names(prefix, int(count))
        else:
            yield None


def _entries(data: Mapping[str, Any], key: str) -> Iterator[Mapping[str, Any]]:
    entries = data.get(key)
    if isinstance(entries, list):
        yield from (entry if isinstance(entry, Mapping) else {} for entry in entries)


def _known(name: str, info: ValidationInfo) -> str:
    if isinstance(info.context, Roster) and info.context.lacks(name):
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
