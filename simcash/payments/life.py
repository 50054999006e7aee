"""One payment's whole life: what it is, where it is and why, what happened to it, what it cost."""

from __future__ import annotations

import json
from dataclasses import dataclass
from html import escape
from operator import index
from typing import TYPE_CHECKING, Any

import numpy as np

from simcash.payments import readings
from simcash.payments.attribution import costs_of_payment
from simcash.payments.engine import codes
from simcash.payments.stream import STORY
from simcash.payments.tables import SOURCES, STATUSES

if TYPE_CHECKING:
    import pandas as pd

    from simcash.core.simulation import Simulation
    from simcash.payments.world import Payments

FACTS = (
    "parent_id", "sender", "receiver", "amount", "priority", "original_priority", "divisible", "arrival_tick",
    "deadline_tick", "submission_tick", "settled_tick", "overdue_since", "status", "channel", "source",
)  # fmt: skip
CHILDREN = "SELECT DISTINCT tx_id FROM payments_log WHERE parent_id = ? ORDER BY tx_id"


@dataclass(frozen=True)
class Life:
    """A payment, as the columns of table `payments` have it, and its story. Amounts are cents."""

    tx_id: int
    parent_id: int | None  # the payment that it was split from
    sender: str
    receiver: str
    amount: int
    priority: int
    original_priority: int
    divisible: bool
    arrival_tick: int
    deadline_tick: int
    submission_tick: int | None
    settled_tick: int | None
    overdue_since: int | None
    status: str
    channel: str | None
    source: str
    children: tuple[int, ...]  # the payments that it was split into
    waits: dict[str, Any]  # while it does: queue, position, waited, reason, missing, limit and used
    costs: dict[str, int]  # what it has cost its sender, by kind
    happened: list[tuple[Any, ...]]  # tick, kind, details

    @property
    def story(self) -> pd.DataFrame:
        """What happened to it, in order, as far as it was recorded."""
        import pandas as pd

        return pd.DataFrame(self.happened, columns=["tick", "kind", "details"])

    @property
    def heading(self) -> str:
        return f"payment {self.tx_id}: {self.sender} pays {self.receiver} {self.amount:,} cents"

    @property
    def lines(self) -> list[tuple[str, str]]:
        """Label and value, line by line."""
        late = "" if self.overdue_since is None else f", overdue since tick {self.overdue_since}"
        at_first = "" if self.priority == self.original_priority else f", {self.original_priority} at arrival"
        costs = ", ".join(f"{kind.replace('_', ' ')} {cost:,}" for kind, cost in self.costs.items())
        lines = [
            ("arrived", f"tick {self.arrival_tick}, due by tick {self.deadline_tick}{late}"),
            ("priority", f"{self.priority}{at_first}"),
            ("now", self.place),
        ]
        if self.parent_id is not None:
            lines.insert(0, ("part of", f"payment {self.parent_id}"))
        if self.children:
            lines.append(("parts", ", ".join(map(str, self.children))))
        return [*lines, ("cost", costs)] if costs else lines

    @property
    def place(self) -> str:
        """Where it is, in a sentence."""
        if self.status == "settled":
            return f"settled in tick {self.settled_tick}, channel {self.channel}"
        if not self.waits:
            return self.status
        w = self.waits
        where = "in the central queue" if w["queue"] == 2 else f"in the queue of {self.sender}"
        limit = "" if w["limit"] is None else f" of {w['limit']:,}, {w['used']:,} used"
        short = f", {w['missing']:,} cents missing" if w["missing"] else ""
        why = f"{w['reason'] if w['queue'] == 1 else w['reason'].replace('_', ' ')}{limit}{short}"
        return f"waits {where}, position {w['position']}, for {w['waited']} ticks: {why}"

    def __repr__(self) -> str:
        told = [f"  {label:<9} {value}" for label, value in self.lines]
        story = [f"  tick {tick:<4} {kind} {details}" for tick, kind, details in self.happened]
        return "\n".join([self.heading, *told, *story])

    def _repr_html_(self) -> str:
        from simcash.core.notebook import card, rows, told

        story = rows(
            (f"tick {tick}", escape(kind), escape(in_words(details))) for tick, kind, details in self.happened
        )
        return card(self.heading, told(self.lines), story if self.happened else "")


def in_words(details: str) -> str:
    """An event's details without the signs of JSON."""
    said = json.loads(details) if details else {}
    return ", ".join(f"{name.replace('_', ' ')} {shown(value)}" for name, value in said.items())


def shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else str(value)


def payment(sim: Simulation, tx_id: int) -> Life:
    """A payment's whole life: `sim.payment(17)`."""
    world: Payments = sim.world
    tx_id = index_of(world, tx_id)
    slot = waiting_slot(world, tx_id)
    facts = facts_of(sim, tx_id, slot)
    waits = {} if slot is None else waiting_for(world, facts["sender"], facts["status"], tx_id)
    costs = costs_of_payment(sim, tx_id, facts["sender"])
    children = tuple(child for (child,) in sim.rows(CHILDREN, [tx_id]))
    return Life(
        tx_id, **facts, children=children, waits=waits, costs=costs, happened=sim.rows(STORY, [tx_id])
    )


def index_of(world: Payments, tx_id: int) -> int:
    """A payment's id, if there is such a payment."""
    try:
        tx_id, next_id = index(tx_id), int(world.store["at"][codes.NEXT_ID])
    except TypeError:
        raise TypeError(f"a payment goes by its number (tx_id), not by {tx_id!r}") from None
    if not 0 <= tx_id < next_id:
        there = f"ids go from 0 to {next_id - 1}" if next_id else "none has arrived yet"
        raise readings.UnknownName(f"there is no payment {tx_id}: {there}")
    return tx_id


def facts_of(sim: Simulation, tx_id: int, slot: int | None) -> dict[str, Any]:
    """What a payment is, from the state while it waits in `slot`, and from the history afterwards."""
    return recorded(sim, tx_id) if slot is None else unsettled(sim.world, slot)


def waiting_slot(world: Payments, tx_id: int) -> int | None:
    """Where the state keeps a payment that waits."""
    s, used = world.store, readings.used_slots(world)
    found = np.flatnonzero((s["tx"][:used] == tx_id) & (s["status"][:used] <= codes.QUEUE2))
    return int(found[0]) if found.size else None


def recorded(sim: Simulation, tx_id: int) -> dict[str, Any]:
    """The facts of a payment that is finished, from the history."""
    found = sim.rows(f"SELECT {', '.join(FACTS)} FROM payments WHERE tx_id = ?", [tx_id])
    if not found:
        raise readings.UnknownName(
            f'payment {tx_id} is finished, and this run keeps no record of payments (record: "off")'
        )
    return dict(zip(FACTS, found[0], strict=True))


def unsettled(world: Payments, slot: int) -> dict[str, Any]:
    """The same of a payment that waits, from the state."""
    s, ids = world.store, world.ids
    submitted, overdue = int(s["submission"][slot]), int(s["overdue"][slot])
    parent = int(s["parent"][slot])
    return {
        "parent_id": None if parent == codes.NONE else parent,
        "sender": ids[s["sender"][slot]], "receiver": ids[s["receiver"][slot]],
        "amount": int(s["amount"][slot]), "priority": int(s["priority"][slot]),
        "original_priority": int(s["original_priority"][slot]), "divisible": bool(s["divisible"][slot]),
        "arrival_tick": int(s["arrival"][slot]), "deadline_tick": int(s["deadline"][slot]),
        "submission_tick": None if submitted == codes.NONE else submitted,
        "settled_tick": None, "channel": None,
        "overdue_since": None if overdue == codes.NONE else overdue,
        "status": STATUSES[s["status"][slot]], "source": SOURCES[s["source"][slot]],
    }  # fmt: skip


def waiting_for(world: Payments, sender: str, status: str, tx_id: int) -> dict[str, Any]:
    """In which queue a payment waits, where in it, and for what."""
    own = status == "queue1"
    table = readings.queue(world, sender) if own else readings.rtgs_queue(world)
    place = int(np.flatnonzero(table["tx_id"] == tx_id)[0])
    row = table.iloc[place]
    blocked = not own and row["reason"].endswith("_limit")
    return {
        "queue": 1 if own else 2, "position": place, "waited": int(row["waited"]),
        "reason": row["reason"], "missing": int(row["missing"]),
        "limit": int(row["limit"]) if blocked else None, "used": int(row["used"]) if blocked else None,
    }  # fmt: skip
