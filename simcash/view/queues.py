"""The queues as tables of texts: who waits, and in plain words why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from simcash.payments.explanation import WHY

if TYPE_CHECKING:
    from simcash.core.simulation import Simulation

MOST = 200  # rows that are shown; the others are counted
LEFT, RIGHT = "left", "right"
Order = tuple[str, bool] | None  # a column, and whether its largest come first; None: as the queue has it

# name in the queue's table, heading, side
COMMON = (
    ("tx_id", "payment", RIGHT), ("sender", "from", LEFT), ("receiver", "to", LEFT),
    ("amount", "cents", RIGHT), ("priority", "priority", RIGHT), ("deadline_tick", "due", LEFT),
    ("waited", "waits", RIGHT),
)  # fmt: skip
OWN = (("position", "place", RIGHT), *(c for c in COMMON if c[0] != "sender"), ("reason", "why", LEFT))
CENTRAL = (("position", "place", RIGHT), *COMMON, ("class", "class", LEFT), ("reason", "why", LEFT))


@dataclass(frozen=True)
class Shown:
    """One queue for the browser."""

    name: str
    title: str
    columns: tuple[tuple[str, str, str], ...]
    rows: list[list[str]]
    ids: list[int]
    count: int
    value: int  # cents
    order: Order

    @property
    def data(self) -> dict[str, Any]:
        """All of it as plain data."""
        columns = [{"name": name, "label": label, "side": side} for name, label, side in self.columns]
        order = None if self.order is None else {"column": self.order[0], "descending": self.order[1]}
        return {
            "name": self.name, "title": self.title, "columns": columns, "rows": self.rows, "ids": self.ids,
            "count": self.count, "value": self.value, "order": order,
        }  # fmt: skip


def own_queue(sim: Simulation, bank: str, order: Order) -> Shown:
    """What waits at a bank, for its own policy."""
    return shown("own", f"Own queue of {bank}", OWN, sim.queue(bank), order)


def central_queue(sim: Simulation, bank: str | None, order: Order) -> Shown:
    """What waits in the central queue, of one bank or of all."""
    queue = sim.rtgs_queue()
    if bank is None:
        return shown("central", "Central queue", CENTRAL, queue, order)
    columns = tuple(column for column in CENTRAL if column[0] != "sender")
    return shown("central", f"{bank} in the central queue", columns, queue[queue["sender"] == bank], order)


def shown(name: str, title: str, columns: Any, queue: pd.DataFrame, order: Order) -> Shown:
    queue = queue.reset_index()
    count, value = len(queue), int(queue["amount"].sum())
    if order is not None and order[0] in queue:
        queue = queue.sort_values(order[0], ascending=not order[1], kind="stable", na_position="last")
    first = queue.head(MOST).to_dict("records")
    rows = [[cell(row, column) for column, _, _ in columns] for row in first]
    return Shown(name, title, columns, rows, [row["tx_id"] for row in first], count, value, order)


def cell(row: Mapping[Any, Any], column: str) -> str:
    """One cell in words."""
    if column == "tx_id":
        return str(row["tx_id"])
    if column == "deadline_tick":
        return due(row)
    if column == "waited":
        return ticks(row["waited"])
    if column == "reason":
        return why(row)
    return f"{row[column]:,}" if isinstance(row[column], int) else str(row[column])


def ticks(count: int) -> str:
    return f"{count:,} tick{'' if count == 1 else 's'}"


def due(row: Mapping[Any, Any]) -> str:
    left = row["ticks_to_deadline"]
    if row["overdue"]:
        return f"tick {row['deadline_tick']:,}, overdue"
    return f"tick {row['deadline_tick']:,}, " + (
        f"in {left:,}" if left > 0 else "now" if left == 0 else "over"
    )


def why(row: Mapping[Any, Any]) -> str:
    """Why a payment waits, in words."""
    if "class" in row:
        facts = {"missing": row["missing"], "limit": row["limit"], "used": row["used"]}
        return WHY[row["reason"]].format(
            **facts, blocking=row["blocked_by"], sender=row["sender"], receiver=row["receiver"]
        )
    action, since = row["action"], row["since"]
    said = OWN_WORDS.get(row["reason"], row["reason"].replace("_", " "))
    told = said if action in (None, "Hold") else f"{action}: {said}"
    return told if pd.isna(since) else f"{told}, since tick {int(since):,}"


OWN_WORDS = {"policy": "its policy holds it", "sender_outage": "outage: its bank cannot send"}
