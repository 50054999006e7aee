"""Which policy each bank has installed, as the table `policies` tells it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simcash.core.tables import Rows
    from simcash.payments.members import Agent

BY_SCENARIO, BY_FORK = range(2)  # tables.ORIGINS


class Installed:
    """Every bank's policy as JSON, and which of them the table has told already.

    Rows carry numbers of texts. A fork that changes a policy adds texts to those it finds and does not
    renumber them, for it reads the rows of its past by the same numbers.
    """

    def __init__(self, agents: Sequence[Agent]) -> None:
        self.policies = [agent.policy.model_dump_json() for agent in agents]
        self.told: list[int | None] = [None] * len(self.policies)
        self.know([])

    def know(self, texts: Sequence[str]) -> None:
        """Number the texts: first these, then the banks' own."""
        self.texts = tuple(dict.fromkeys([*texts, *self.policies]))
        number = {text: i for i, text in enumerate(self.texts)}
        self.numbers = [number[text] for text in self.policies]

    @property
    def hashes(self) -> tuple[str, ...]:
        """A short name for each text, the same for the same policy."""
        return tuple(hashlib.sha256(text.encode()).hexdigest()[:16] for text in self.texts)

    @property
    def untold(self) -> bool:
        return self.told != self.numbers

    def tell(self, rows: Rows, tick: int) -> None:
        """A row for each bank whose policy is not what the table last said."""
        for b, (told, number) in enumerate(zip(self.told, self.numbers, strict=True)):
            if told != number:
                origin = BY_SCENARIO if told is None else BY_FORK
                rows.append("policies", tick, b, number, number, origin)
        self.told = list(self.numbers)

    def meta(self) -> dict[str, Any]:
        """What a snapshot keeps of it."""
        return {"texts": list(self.texts), "told": list(self.told)}

    def resume(self, meta: dict[str, Any]) -> None:
        """Go on from what a snapshot's past has told."""
        self.know(meta["texts"])
        self.told = list(meta["told"])
