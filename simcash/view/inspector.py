"""The queue inspector: what waits at a bank and in the central queue, why, and one payment's whole story."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from simcash.core.notebook import card, rows
from simcash.payments.life import index_of
from simcash.payments.readings import UnknownName, place_of
from simcash.view.lives import life
from simcash.view.panel import STATIC, Message, Panel
from simcash.view.queues import Order, Shown, central_queue, own_queue
from simcash.view.selection import Selected

if TYPE_CHECKING:
    from simcash.core.simulation import Simulation

STILL = 12  # rows of a queue in a saved page


def inspector(sim: Simulation, bank: str | None = None) -> Inspector:
    """The queues of a bank, live, with the reason why each payment waits: `sim.inspector("NORTH")`. Without a
    bank it begins with the one that has most waiting; `.follow(graph)` shows what is selected there."""
    return Inspector(sim, bank)


class Inspector(Panel):
    """A live table of queues; a payment opens with its life and its explanation."""

    _esm = STATIC / "inspector.js"
    _css = STATIC / "inspector.css"

    def __init__(self, sim: Simulation, bank: str | None = None) -> None:
        if bank is not None:
            place_of(sim.world, bank)
        self._bank = bank or busiest(sim)
        self._payment: int | None = None
        self._orders: dict[str, Order] = {"own": None, "central": None}
        super().__init__(sim)

    @property
    def bank(self) -> str | None:
        """The bank whose queues are shown; None for all banks."""
        return self._bank

    @bank.setter
    def bank(self, bank: str | None) -> None:
        if bank is not None:
            place_of(self._sim.world, bank)
        self._bank = bank
        self._tell_selected()
        self._show()

    @property
    def payment(self) -> int | None:
        """The payment that is open."""
        return self._payment

    @payment.setter
    def payment(self, tx_id: int | None) -> None:
        self._payment = None if tx_id is None else index_of(self._sim.world, tx_id)
        self._tell_selected()
        self._show()

    @property
    def selected(self) -> Selected:
        """The open payment, or else the bank."""
        return self._bank if self._payment is None else self._payment

    # messages

    def _answer(self, message: Message) -> None:
        kind = message.get("kind")
        if kind == "bank":
            self.bank = message["id"]
        elif kind == "open":
            self.payment = message["id"]
        elif kind == "sort":
            column, descending = message["column"], message["descending"]
            self._orders[message["queue"]] = (column, descending) if column else None
            self._show()
        elif kind == "select":
            self._turn_to(message["selected"])

    def _turn_to(self, selected: dict[str, Any]) -> None:
        """What was selected elsewhere: a bank, an edge (its payer), a payment."""
        if selected["what"] == "payment":
            self.payment = selected["id"]
        else:
            self.bank = selected["source"] if selected["what"] == "edge" else selected["id"]

    # what is shown

    def _picture(self) -> dict[str, Any]:
        sim = self._sim
        with sim.at_rest():
            world = sim.world
            opened, note = self._opened()
            return {
                "version": 1, "title": sim.name, "tick": sim.now, "label": sim.clock.label(sim.now),
                "playing": sim.playing, "done": sim.done,
                "banks": list(world.ids), "bank": self._bank,
                "queues": [queue.data for queue in self._queues()],
                "open": opened, "note": note,
            }  # fmt: skip

    def _queues(self) -> list[Shown]:
        central = central_queue(self._sim, self._bank, self._orders["central"])
        if self._bank is None:
            return [central]
        return [own_queue(self._sim, self._bank, self._orders["own"]), central]

    def _opened(self) -> tuple[dict[str, Any] | None, str]:
        """The open payment; where it cannot be told, why not."""
        if self._payment is None:
            return None, ""
        try:
            return life(self._sim, self._payment), ""
        except UnknownName as error:
            return None, str(error)

    def __repr__(self) -> str:
        told = ", ".join(f"{queue.title}: {queue.count:,}" for queue in self._queues())
        return f"queues at {self._sim.clock.unit} {self._sim.now}: {told}"

    def _still(self) -> str:
        parts = [still(queue) for queue in self._queues()]
        return card(f"{self._sim.name}, {self._sim.clock.label(self._sim.now)}", *parts)


def still(queue: Shown) -> str:
    """A queue as HTML: its first rows."""
    more = queue.count - STILL
    told = f"{escape(queue.title)}: {queue.count:,} payments, {queue.value:,} cents"
    head = f'<div style="margin-top:6px">{told}</div>'
    labels = [f'<span style="opacity:.7">{escape(label)}</span>' for _, label, _ in queue.columns]
    body = rows([labels, *([escape(cell) for cell in row] for row in queue.rows[:STILL])])
    return head + (body if queue.count else "") + (f"<div>… and {more:,} more</div>" if more > 0 else "")


def busiest(sim: Simulation) -> str | None:
    """The bank that has most waiting, if anything waits; else the first."""
    banks = sim.banks
    waiting = banks["queue1_value"] + banks["queue2_value"]
    return str(waiting.idxmax()) if len(banks) else None
