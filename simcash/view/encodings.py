"""How the numbers of a world's picture become size, fill, ring, tone and shape: one encoding per world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from simcash.core.faces import found
from simcash.core.world import Picture


@dataclass(frozen=True)
class Channel:
    """What one visual property shows: a column, on a scale of the column's domain."""

    column: str
    label: str
    scale: str = "linear"
    unit: str = ""
    low: str = ""
    high: str = ""
    top: float | None = None  # the domain's upper end, where it is fixed
    fade: str = ""  # of edges: the column that says how fresh what flowed is, from 0 to 1

    def told(self) -> dict[str, Any]:
        names = ("column", "label", "scale", "unit", "low", "high", "fade")
        return {name: getattr(self, name) for name in names if getattr(self, name)}


@dataclass(frozen=True)
class Shapes:
    """A column of codes, and the shape and the words for each."""

    column: str
    shapes: tuple[str, ...]
    words: tuple[str, ...]

    def told(self) -> dict[str, Any]:
        codes = {str(code): shape for code, shape in enumerate(self.shapes)}
        return {"column": self.column, "codes": codes, "labels": dict(zip(codes, self.words, strict=True))}


@dataclass(frozen=True)
class Encoding:
    """One world's picture as a drawing, and where its movements are read."""

    noun: str  # the nodes, as people call them
    node: Mapping[str, Channel | Shapes]  # size, fill, ring, tone, glow, shape
    edge: Mapping[str, Channel] = field(default_factory=dict)  # flow, queued
    card: tuple[tuple[str, str], ...] = ()  # columns of the hover card, each as money, count or share
    animations: Mapping[str, str] = field(default_factory=dict)  # kind of happening -> how it looks
    mutual: tuple[str, ...] = ()  # kinds of happenings without a direction
    rank: str = ""  # the column by which the largest stand in the middle
    parts: Mapping[str, str] = field(default_factory=dict)  # of what is no sum: the column it is a share of
    worst: tuple[str, ...] = ()  # columns of which a group shows the highest
    flows: str = ""  # "module:function" of (batch, first, until): what went from node to node
    moments: str = ""  # the same of what is worth an animation
    kinds: str = ""  # "module:name" of the words for a moment's `kind`
    window: int = 8  # ticks during which what flowed is shown
    sql: Mapping[str, str] = field(default_factory=dict)  # queries for what is shown: all, node, edge, …
    compared: tuple[str, ...] = ()  # columns by which a node differs from itself in another run
    figures: Mapping[str, str] = field(default_factory=dict)  # columns whose sums are told of a whole run

    def told(self) -> dict[str, Any]:
        """As the browser reads it."""
        return {
            "node": {name: channel.told() for name, channel in self.node.items()},
            "edge": {name: channel.told() for name, channel in self.edge.items()},
            "card": [list(line) for line in self.card],
            "animations": dict(self.animations),
        }

    def words(self) -> tuple[str, ...]:
        """What the codes of `kind` mean."""
        return tuple(found(self.kinds)) if self.kinds else ()


# What waits at the end of the last tick before {until}, and what settled from {first} on, by pair of banks.
PAYMENTS_SQL = """
SELECT sender, receiver, count(*) AS payments,
    sum(amount) FILTER (WHERE settled_tick >= {{first}}) AS flow,
    sum(amount) FILTER (WHERE status IN ('queue1', 'queue2')) AS owed
FROM (
    FROM payments_log WHERE tick < {{until}}
    QUALIFY row_number() OVER (PARTITION BY tx_id ORDER BY tick DESC, seq DESC) = 1
)
WHERE (settled_tick >= {{first}} OR status IN ('queue1', 'queue2')){where}
GROUP BY sender, receiver ORDER BY sender, receiver
""".strip()

PAYMENTS = Encoding(
    noun="banks",
    node={
        "size": Channel("sent_today", "paid today", "sqrt"),
        "fill": Channel("liquidity_left", "liquidity left", top=1),
        "ring": Channel("queued", "waiting to be paid", "sqrt"),
        "tone": Channel("stress", "waiting beyond what it can pay", low="calm", high="stressed", top=1),
        "shape": Shapes(
            "state",
            ("circle", "hexagon", "diamond", "square"),
            ("", "in overdraft", "overdue payments", "out of service"),
        ),
    },
    edge={
        "flow": Channel("flow", "settled lately", "sqrt", fade="fresh"),
        "queued": Channel("owed", "waiting (dashed)", "sqrt"),
    },
    card=(
        ("balance", "money"), ("available", "money"), ("liquidity_left", "share"),
        ("sent_today", "money"), ("received_today", "money"), ("queued", "money"),
        ("queue1_value", "money"), ("queue1_count", "count"),
        ("queue2_value", "money"), ("queue2_count", "count"),
        ("overdue", "count"), ("stress", "share"),
    ),
    animations={
        "settle": "pulse", "offset": "ring2", "cycle": "ring", "queue": "drop", "overdue": "blink",
        "outage": "cross",
    },
    mutual=("offset",),
    rank="opening",
    parts={"liquidity_left": "available", "stress": "queued"},
    worst=("state",),
    flows="simcash.payments.drawing:flows",
    moments="simcash.payments.drawing:moments",
    kinds="simcash.payments.drawing:MOMENTS",
    sql={
        "all": PAYMENTS_SQL.format(where=""),
        "node": PAYMENTS_SQL.format(where="\n    AND (sender IN ({ids}) OR receiver IN ({ids}))"),
        "edge": PAYMENTS_SQL.format(where="\n    AND sender IN ({source}) AND receiver IN ({target})"),
        "payment": "FROM payments_log WHERE tx_id = {id} AND tick < {until} ORDER BY tick, seq",
    },
    compared=("balance", "queued"),
    figures={"sent_today": "paid today", "queued": "waiting", "overdue": "overdue"},
)  # fmt: skip

ENCODINGS = {"payments": PAYMENTS}


def encoding_of(world: str, picture: Picture) -> Encoding:
    """A world's own encoding, or a sensible one made from the numbers that its picture has."""
    return ENCODINGS.get(world) or made_from(picture)


def made_from(picture: Picture) -> Encoding:
    """The first share fills, the first other number is the size, and the card shows them all."""
    numbers = {name: values for name, values in picture.nodes.items() if is_number(values)}
    shares = [name for name, values in numbers.items() if is_share(values)]
    sizes = [name for name in numbers if name not in shares]
    node = {"size": Channel(sizes[0], sizes[0].replace("_", " "), "sqrt")} if sizes else {}
    if shares:
        node["fill"] = Channel(shares[0], shares[0].replace("_", " "), top=1)
    weights = [n for n, v in picture.edges.items() if is_number(v) and n not in ("source", "target")]
    edge = {"flow": Channel(weights[0], weights[0].replace("_", " "), "sqrt")} if weights else {}
    card = tuple((name, "share" if name in shares else "count") for name in numbers)
    return Encoding("nodes", node, edge, card, rank=sizes[0] if sizes else "", compared=tuple(numbers))


def is_number(values: np.ndarray) -> bool:
    return values.dtype.kind in "iufb"


def is_share(values: np.ndarray) -> bool:
    return values.dtype.kind == "f" and bool(((values >= 0) & (values <= 1)).all())
