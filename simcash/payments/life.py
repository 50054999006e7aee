"""One payment's whole life: what it is, where it is and why, what happened to it, what it cost."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from operator import index
from typing import TYPE_CHECKING, Any

import numpy as np

from simcash.payments import readings
from simcash.payments.engine import codes
from simcash.payments.tables import CHANNELS, CLASSES, SOURCES, STATUSES

if TYPE_CHECKING:
    import pandas as pd

    from simcash.core.simulation import Simulation
    from simcash.payments.world import Payments

FACTS = (
    "sender", "receiver", "amount", "priority", "original_priority", "divisible", "arrival_tick",
    "deadline_tick", "submission_tick", "settled_tick", "overdue_since", "status", "channel", "source",
)  # fmt: skip
STORY = "SELECT tick, kind, amount, details FROM events WHERE tx_id = ? ORDER BY tick, seq"
COST = "SELECT kind, sum(amount) FROM costs WHERE tx_id = ? GROUP BY kind ORDER BY kind"


@dataclass(frozen=True)
class Life:
    """A payment; amounts are cents. `waits` is empty once it does not wait any more."""

    tx_id: int
    facts: dict[str, Any]  # as the columns of table payments
    waits: dict[str, Any]  # queue, position, waited, reason, missing, and limit and used if a limit blocks
    costs: dict[str, int]  # what was booked for it, by kind
    happened: list[tuple[int, str, int | None, str]]  # its events: tick, kind, amount, details

    @property
    def story(self) -> pd.DataFrame:
        """What happened to it, in order, as far as it was recorded."""
        import pandas as pd

        return pd.DataFrame(self.happened, columns=["tick", "kind", "amount", "details"])

    def __getattr__(self, name: str) -> Any:
        if name in FACTS:
            return self.facts[name]
        raise AttributeError(f'a payment has no "{name}"; it has {", ".join(FACTS)}, waits, costs, story')

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *FACTS]

    @property
    def heading(self) -> str:
        f = self.facts
        return f"payment {self.tx_id}: {f['sender']} pays {f['receiver']} {f['amount']:,} cents"

    @property
    def lines(self) -> list[tuple[str, str]]:
        """Label and value, line by line."""
        f = self.facts
        late = "" if f["overdue_since"] is None else f", overdue since tick {f['overdue_since']}"
        lines = [
            ("arrived", f"tick {f['arrival_tick']}, due by tick {f['deadline_tick']}{late}"),
            ("priority", f"{f['priority']}{raised(f)}"),
            ("now", self.now),
        ]
        if self.costs:
            lines.append(("cost", ", ".join(f"{kind} {cost:,}" for kind, cost in self.costs.items())))
        return lines

    @property
    def now(self) -> str:
        """Where it is, in a sentence."""
        f, w = self.facts, self.waits
        if f["status"] == "settled":
            return f"settled in tick {f['settled_tick']} ({f['channel']})"
        if not w:
            return str(f["status"])
        reason = w["reason"].replace("_", " ")
        if w["limit"] is not None:
            reason += f" of {w['limit']:,}, {w['used']:,} used"
        short = f", {w['missing']:,} cents missing" if w["missing"] else ""
        where = "in the central queue" if w["queue"] == 2 else f"in the queue of {f['sender']}"
        return f"waits {where}, place {w['position']}, for {w['waited']} ticks: {reason}{short}"

    def __repr__(self) -> str:
        told = [f"  {label:<9} {value}" for label, value in self.lines]
        told += [f"  tick {tick:<5} {kind}  {details}" for tick, kind, _, details in self.happened]
        return "\n".join([self.heading, *told])

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<tr><td style="text-align:left;opacity:.65">{escape(label)}</td>'
            f'<td style="text-align:left">{escape(value)}</td></tr>'
            for label, value in self.lines
        )
        story = self.story.to_html(index=False, border=0) if self.happened else ""
        return f"<div><strong>{escape(self.heading)}</strong><table>{rows}</table>{story}</div>"


def raised(facts: dict[str, Any]) -> str:
    first = facts["original_priority"]
    return "" if first == facts["priority"] else f", {first} at arrival"


def payment(sim: Simulation, tx_id: int) -> Life:
    """A payment's whole life: `sim.payment(17)`."""
    world: Payments = sim.world
    tx_id, next_id = index(tx_id), int(world.store["at"][codes.NEXT_ID])
    if not 0 <= tx_id < next_id:
        there = f"ids go from 0 to {next_id - 1}" if next_id else "none has arrived yet"
        raise readings.UnknownName(f"there is no payment {tx_id}: {there}")
    slot = waiting_slot(world, tx_id)
    facts = recorded_facts(sim, tx_id) if slot is None else facts_now(world, slot)
    waits = {} if slot is None else waits_now(world, slot)
    costs = {kind: int(cost) for kind, cost in sim.rows(COST, [tx_id])}
    return Life(tx_id, facts, waits, costs, [tuple(row) for row in sim.rows(STORY, [tx_id])])  # type: ignore[misc]


def waiting_slot(world: Payments, tx_id: int) -> int | None:
    """Where the state keeps a payment that waits."""
    s, used = world.store, readings.used_slots(world)
    found = np.flatnonzero((s["tx"][:used] == tx_id) & (s["status"][:used] <= codes.QUEUE2))
    return int(found[0]) if found.size else None


def recorded_facts(sim: Simulation, tx_id: int) -> dict[str, Any]:
    """What the history says of a payment that is gone from the state."""
    found = sim.rows(f"SELECT {', '.join(FACTS)} FROM payments WHERE tx_id = ?", [tx_id])
    if not found:
        raise readings.UnknownName(
            f'payment {tx_id} is finished, and this run records nothing; open it with record="standard"'
        )
    return dict(zip(FACTS, found[0], strict=True))


def facts_now(world: Payments, slot: int) -> dict[str, Any]:
    """The same of a payment that waits, from the state."""
    s, ids = world.store, world.ids

    def number(name: str) -> int | None:
        value = int(s[name][slot])
        return None if value == codes.NONE else value

    return {
        "sender": ids[s["sender"][slot]], "receiver": ids[s["receiver"][slot]], "amount": number("amount"),
        "priority": number("priority"), "original_priority": number("original_priority"),
        "divisible": bool(s["divisible"][slot]), "arrival_tick": number("arrival"),
        "deadline_tick": number("deadline"), "submission_tick": number("submission"),
        "settled_tick": None, "overdue_since": number("overdue"),
        "status": STATUSES[s["status"][slot]], "channel": None, "source": SOURCES[s["source"][slot]],
    }  # fmt: skip


def waits_now(world: Payments, slot: int) -> dict[str, Any]:
    """Where a payment waits, and for what."""
    own = world.store["status"][slot] == codes.QUEUE1
    if own:
        slots = readings.own_queue(world, int(world.store["sender"][slot]))
    else:
        slots = readings.central_queue(world)
    position = int(np.flatnonzero(slots == slot)[0])
    ...
