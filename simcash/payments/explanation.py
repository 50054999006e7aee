"""An explanation as people read it: a few sentences, or a card for a notebook.

The card takes its colours from the page, light or dark; what colour says is said in words and signs too.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

PLACES = {
    "queue1": "waits in its bank's own queue", "queue2": "waits in the central queue",
    "settled": "has settled", "dropped": "was dropped", "split": "was split",
}  # fmt: skip
# Okabe and Ito's colours, which people who see colours differently can tell apart too.
COLOURS = {
    "queue1": "#E69F00", "queue2": "#0072B2", "settled": "#009E73", "dropped": "#D55E00", "split": "#CC79A7",
}  # fmt: skip
MANY = 12  # payments listed by their ids


class Step(NamedTuple):
    """A comparison on the way to a decision, with the numbers that were compared."""

    node_id: str
    expression: str
    left: float
    right: float
    result: bool


class Decision(NamedTuple):
    """What is done with a payment, why, and the comparisons that led there."""

    action: str
    reason: str
    path: tuple[Step, ...]


@dataclass(frozen=True)
class Explanation:
    """Why a payment is where it is; `facts` depend on where that is, `data` is all of it as plain data."""

    tx_id: int
    sender: str
    receiver: str
    amount: int
    location: str
    facts: dict[str, Any]

    @property
    def data(self) -> dict[str, Any]:
        """Everything as plain data, fit for JSON."""
        path = self.facts.get("decision_path")
        plain = {} if path is None else {"decision_path": [step._asdict() for step in path]}
        return {
            "tx_id": self.tx_id, "sender": self.sender, "receiver": self.receiver, "amount": self.amount,
            "location": self.location, **self.facts, **plain,
        }  # fmt: skip

    def __getitem__(self, name: str) -> Any:
        """One fact: `sim.explain(17)["missing"]`."""
        return self.data[name]

    @property
    def heading(self) -> str:
        return f"payment {self.tx_id}: {self.sender} pays {self.receiver} {self.amount:,} cents"

    @property
    def sentences(self) -> list[str]:
        """What there is to say, in order."""
        return SAID[self.location](self)

    @property
    def path(self) -> Sequence[Step]:
        """The comparisons that led to the decision, if a policy decided."""
        path: Sequence[Step] = self.facts.get("decision_path", ())
        return path

    def __repr__(self) -> str:
        lines = [f"{self.heading}, {PLACES[self.location]}", *(f"  {line}" for line in self.sentences)]
        width = max((len(step.node_id) for step in self.path), default=0)
        return "\n".join([*lines, *(f"    {step.node_id:<{width}}  {compared(step)}" for step in self.path)])

    def _repr_html_(self) -> str:
        from simcash.core.notebook import card, rows

        said = "".join(f"<div>{escape(line)}</div>" for line in (PLACES[self.location], *self.sentences))
        path = rows(
            (answer(step), escape(step.node_id), f"<code>{escape(step.expression)}</code>", values(step))
            for step in self.path
        )
        return card(self.heading, said, path if self.path else "", edge=COLOURS[self.location])


def answer(step: Step) -> str:
    return "✓ yes" if step.result else "✗ no"


def values(step: Step) -> str:
    return f"{number(step.left)} and {number(step.right)}"


def compared(step: Step) -> str:
    return f"{step.expression}: {values(step)}, {'yes' if step.result else 'no'}"


def number(value: float) -> str:
    return f"{value:,.6g}" if isinstance(value, float) and not value.is_integer() else f"{int(value):,}"


def payments(ids: Sequence[int]) -> str:
    """Payments by their ids, not too many of them."""
    listed = ", ".join(map(str, ids[:MANY]))
    more = f" and {len(ids) - MANY} more" if len(ids) > MANY else ""
    return f"payment{'' if len(ids) == 1 else 's'} {listed}{more}"


# what is said of a payment, by where it is


def said_of_decision(e: Explanation) -> list[str]:
    if e.facts["tick"] is None:
        return [str(e.facts["reason"])]
    return [f"in tick {e.facts['tick']} its bank's policy said {e.facts['action']}: {e.facts['reason']}"]


def said_of_waiting(e: Explanation) -> list[str]:
    why, offsets, together = e.facts["reason"], e.facts["offsets"], e.facts["released_with"]
    lines = [WHY[why].format(**{**e.facts, "sender": e.sender, "receiver": e.receiver})]
    if offsets:
        lines.append(f"{payments(offsets)} of {e.receiver} to {e.sender} would offset it")
    if together and together != offsets:
        lines.append(f"it could settle together with {payments(together)}, the smallest such set")
    if together is None:
        lines.append("no small set of waiting payments was found that would release it")
    elif not together and e.facts["missing"]:
        lines.append("no set of waiting payments would release it")
    return lines


WHY = {
    "liquidity": "liquidity: {sender} lacks {missing:,} cents",
    "bilateral_limit": "bilateral limit: {sender} has used {used:,} of {limit:,} cents toward {receiver}",
    "multilateral_limit": "multilateral limit: {sender} has used {used:,} of {limit:,} cents",
    "strict_fifo": "strict order: payment {blocking} of {sender} goes first",
    "sender_outage": "outage: {sender} cannot send",
    "receiver_outage": "outage: {receiver} cannot receive",
    "system_outage": "outage: nothing settles",
    "capacity": "capacity: no more payments could settle in this tick",
}


def said_of_settlement(e: Explanation) -> list[str]:
    how = f"in tick {e.facts['tick']}" + (f", channel {e.facts['channel']}" if e.facts["channel"] else "")
    if e.facts["set_id"] is None:
        return [how]
    others = e.facts["partners"]
    return [f"{how}, set {e.facts['set_id']}" + (f", with {payments(others)}" if others else "")]


def said_of_parts(e: Explanation) -> list[str]:
    return [f"part {tx_id}: {status}" for tx_id, status in e.facts["parts"].items()]


SAID = {
    "queue1": said_of_decision, "queue2": said_of_waiting, "settled": said_of_settlement,
    "dropped": said_of_decision, "split": said_of_parts,
}  # fmt: skip
