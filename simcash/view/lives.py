"""One payment as the inspector tells it: what it is, where it is and why, what happened to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simcash.payments.explain import explain
from simcash.payments.explanation import COLOURS, PLACES, number
from simcash.payments.life import in_words, payment

if TYPE_CHECKING:
    from simcash.core.simulation import Simulation

MOST = 100  # happenings that are told, the last ones


def life(sim: Simulation, tx_id: int) -> dict[str, Any]:
    """A payment's life and its explanation, as plain data."""
    told, why = payment(sim, tx_id), explain(sim, tx_id)
    happened = told.happened[-MOST:]
    return {
        "id": tx_id, "title": told.heading, "bank": told.sender, "location": why.location,
        "where": PLACES[why.location], "colour": COLOURS[why.location],
        "why": list(why.sentences),
        "path": [
            {"node": s.node_id, "text": s.expression, "left": number(s.left), "right": number(s.right),
             "result": s.result}
            for s in why.path
        ],
        "facts": [list(line) for line in told.lines],
        "story": [[f"tick {tick:,}", kind, in_words(details)] for tick, kind, details in happened],
        "before": len(told.happened) - len(happened),
    }  # fmt: skip
