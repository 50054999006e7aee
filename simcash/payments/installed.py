"""Which policies there are and which each bank follows, as the table `policies` tells it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from simcash.payments.behaviours import Policy
from simcash.payments.happenings import PolicyChange

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from simcash.core.tables import Rows
    from simcash.payments.scenario import Scenario

BY_SCENARIO, BY_FORK, BY_EVENT, BY_USER = range(4)  # tables.ORIGINS
POLICY: TypeAdapter[Any] = TypeAdapter(Policy)


class Installed:
    """Every policy of a run, numbered, and what the table has told already of who follows which.

    Rows and the state carry numbers. A fork that changes a policy adds to those it finds and does not
    renumber them, for it reads the rows of its past by the same numbers; so does a change during the run.
    """

    def __init__(self, scenario: Scenario) -> None:
        events = scenario.scenario_events
        place = {id: i for i, id in enumerate(scenario.ids)}
        self.own = [agent.policy for agent in scenario.agents]
        self.changes = {i: event for i, event in enumerate(events) if isinstance(event, PolicyChange)}
        self.schedule = sorted(
            (tick, i, place[event.agent])
            for i, event in self.changes.items()
            for tick in event.schedule.due(scenario.ticks)
        )
        self.told: list[int | None] = [None] * len(self.own)
        self.by_user: set[int] = set()
        self.added: list[Any] = []  # during the run
        self.know([])

    def know(self, texts: Sequence[str]) -> None:
        """Number the policies: first these, then the scenario's."""
        mine = [*self.own, *(event.policy for event in self.changes.values())]
        written = [policy.model_dump_json() for policy in mine]
        found = dict(zip(written, mine, strict=True))
        found |= {policy.model_dump_json(): policy for policy in self.added}
        self.texts = tuple(dict.fromkeys([*texts, *written]))
        self.policies = [found.get(text) or POLICY.validate_json(text) for text in self.texts]
        number = {text: i for i, text in enumerate(self.texts)}
        self.numbers = [number[text] for text in written[: len(self.own)]]
        later = (number[text] for text in written[len(self.own) :])
        self.of_event = dict(zip(self.changes, later, strict=True))
        self.untold = True

    def add(self, policy: Any, b: int) -> int:
        """A policy that bank b follows from now on; its number."""
        text = policy.model_dump_json()
        self.added.append(policy)
        self.know(list(dict.fromkeys([*self.texts, text])))
        self.by_user.add(b)
        return self.texts.index(text)

    @property
    def hashes(self) -> tuple[str, ...]:
        """A short name for each text, the same for the same policy."""
        return tuple(hashlib.sha256(text.encode()).hexdigest()[:16] for text in self.texts)

    def tell(self, rows: Rows, start: int, stop: int, followed: np.ndarray) -> None:
        """A row for each bank whose policy is not what the table last said, and for changes before `stop`."""
        for b, number in enumerate(followed.tolist() if self.untold else ()):
            origin = BY_USER if b in self.by_user else BY_FORK
            self._row(rows, start, b, number, BY_SCENARIO if self.told[b] is None else origin)
        for tick, event, b in self.schedule:
            if start <= tick < stop:
                self._row(rows, tick, b, self.of_event[event], BY_EVENT)
        self.untold = False
        self.by_user.clear()

    def _row(self, rows: Rows, tick: int, b: int, number: int, origin: int) -> None:
        if self.told[b] != number:
            rows.append("policies", tick, b, number, number, origin)
            self.told[b] = number

    def meta(self) -> dict[str, Any]:
        """What a snapshot keeps of it."""
        return {"texts": list(self.texts), "told": list(self.told), "by_user": sorted(self.by_user)}

    def resume(self, meta: dict[str, Any]) -> None:
        """Go on from what a snapshot's past has told."""
        self.know(meta["texts"])
        self.told = list(meta["told"])
        self.by_user = set(meta["by_user"])
