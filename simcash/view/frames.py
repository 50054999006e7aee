"""From a picture and what moved lately to the columns and the happenings of a frame."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import floor, log10
from typing import Any

import numpy as np

from simcash.core.world import Picture
from simcash.view.encodings import Channel, Encoding
from simcash.view.groups import Grouping

MOST_EDGES = 5000  # per frame; the largest
MOST_EVENTS, OF_EACH = 40, 6  # per frame; of each kind at least so many, if there are
MOST_PATH = 64  # nodes of a ring
Columns = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Look:
    """A world at a tick: its picture, what flowed in the ticks before, what happened since the last look."""

    tick: int
    picture: Picture
    flows: Columns  # tick, source, target, amount
    moments: Columns  # kind, source, target, amount, group


class Pairs:
    """Keys of pairs of nodes made few: in time proportional to their number, without sorting them."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._place = np.zeros(count * count, np.int32)

    def keys(self, columns: Columns) -> np.ndarray:
        return np.asarray(columns["source"] * self.count + columns["target"])

    def few(self, keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Each key once, and where each of the given ones stands among them."""
        place, order = self._place, np.arange(keys.size, dtype=np.int32)
        place[keys] = order
        once = keys[place[keys] == order]
        place[once] = np.arange(once.size)
        return once, place[keys]


class Frames:
    """Makes the columns and happenings of one structure's frames."""

    def __init__(self, encoding: Encoding, grouping: Grouping) -> None:
        self.encoding, self.grouping = encoding, grouping
        self.kinds = encoding.words()
        self.pairs = Pairs(len(grouping.ids))

    def columns(self, look: Look) -> tuple[dict[str, np.ndarray], int]:
        """Every number of the nodes, the edges worth drawing, and how many edges those leave out."""
        nodes = {f"node.{n}": v for n, v in look.picture.nodes.items() if v.dtype.kind in "iufb"}
        edges, dropped = self._edges(look)
        return nodes | {f"edge.{name}": values for name, values in edges.items()}, dropped

    def _edges(self, look: Look) -> tuple[dict[str, np.ndarray], int]:
        """What flowed lately and what lies between nodes now, per pair."""
        flows, now = self._placed(look.flows), look.picture.edges
        recent = self.pairs.keys(flows)
        keys, place = self.pairs.few(np.concatenate([recent, self.pairs.keys(now)]) if now else recent)
        size, window = keys.size, self.encoding.window
        flow = np.bincount(place[: recent.size], flows["amount"], size)
        age = (look.tick - 1 - flows["tick"]) / window
        fresh = np.bincount(place[: recent.size], flows["amount"] * (1 - age), size) / np.maximum(flow, 1)
        edges = {"source": keys // self.pairs.count, "target": keys % self.pairs.count}
        edges |= {"flow": flow, "fresh": fresh} if self.encoding.flows else {}
        edges |= {
            column: np.bincount(place[recent.size :], values, size)
            for column, values in ((of_edge(n), v) for n, v in now.items() if n not in edges)
        }
        return self._largest(edges, keys)

    def _largest(self, edges: dict[str, np.ndarray], keys: np.ndarray) -> tuple[dict[str, np.ndarray], int]:
        """In the order of their ends; those within a group are not drawn."""
        shown = [c.column for c in self.encoding.edge.values() if c.column in edges]
        weight = sum((edges[n] / (edges[n].max(initial=0) or 1) for n in shown), np.zeros(keys.size))
        there = np.flatnonzero(edges["source"] != edges["target"])
        if there.size > MOST_EDGES:
            largest = np.argpartition(-weight[there], MOST_EDGES)[:MOST_EDGES]
            chosen = there[largest]
        else:
            chosen = there
        chosen = chosen[np.argsort(keys[chosen])]
        return {name: values[chosen] for name, values in edges.items()}, there.size - chosen.size

    def events(self, look: Look) -> tuple[list[dict[str, Any]], int]:
        """The happenings worth an animation, the largest first, and how many those do not stand for."""
        moments = self._placed(look.moments)
        found = [event for kind in range(len(self.kinds)) for event in self._of_kind(kind, moments)]
        found.sort(key=lambda event: -event["amount"])
        first = [event for kind in self.kinds for event in of_type(found, kind)[:OF_EACH]]
        rest = [event for kind in self.kinds for event in of_type(found, kind)[OF_EACH:]]
        rest.sort(key=lambda event: -event["amount"])
        chosen = (first + rest)[:MOST_EVENTS]
        return chosen, len(look.moments["kind"]) - sum(event["count"] for event in chosen)

    def _of_kind(self, kind: int, moments: Columns) -> Iterator[dict[str, Any]]:
        """The largest happenings of one kind: those between the same nodes, or of the same group, are one."""
        at = np.flatnonzero(moments["kind"] == kind)
        source, target, amount, group = (moments[n][at] for n in ("source", "target", "amount", "group"))
        if at.size and group[0] >= 0:
            yield from rings(self.kinds[kind], source, target, amount, group)
            return
        ends = np.where(target < 0, source, target)
        if self.kinds[kind] in self.encoding.mutual:
            source, ends = np.minimum(source, ends), np.maximum(source, ends)
        keys, place = self.pairs.few(source * self.pairs.count + ends)
        sums, counts = np.bincount(place, amount, keys.size), np.bincount(place, minlength=keys.size)
        for i in largest(sums):
            path = [int(keys[i]) // self.pairs.count, int(keys[i]) % self.pairs.count]
            path = path[:1] if path[0] == path[1] else path
            yield happening(self.kinds[kind], path, sums[i], counts[i])

    def _placed(self, columns: Columns) -> Columns:
        """The same between drawn nodes."""
        if self.grouping.whole:
            return columns
        place = self.grouping.place
        ends = {name: np.where(columns[name] < 0, -1, place[columns[name]]) for name in ("source", "target")}
        return {**columns, **ends}


def of_edge(name: str) -> str:
    """What a number of the picture's edges is called in a frame, where nodes have one of the same name."""
    return "owed" if name == "queued" else name


def of_type(events: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [event for event in events if event["type"] == kind]


def happening(kind: str, path: list[int], amount: float, count: int) -> dict[str, Any]:
    return {"type": kind, "path": path, "amount": int(amount), "count": int(count)}


def largest(sums: np.ndarray) -> np.ndarray:
    """The places of the largest, as many as there is room for."""
    if sums.size > MOST_EVENTS:
        return np.argpartition(-sums, MOST_EVENTS)[:MOST_EVENTS]
    return np.arange(sums.size)


def rings(kind: str, source: np.ndarray, target: np.ndarray, amount: np.ndarray,
          group: np.ndarray) -> Iterator[dict[str, Any]]:  # fmt: skip
    """Each group as one happening that goes round, from its first node on."""
    _, place = np.unique(group, return_inverse=True)
    sums, counts = np.bincount(place, amount), np.bincount(place)
    for i in largest(sums):
        at = np.flatnonzero(place == i)
        yield happening(kind, way_round(source[at].tolist(), target[at].tolist()), sums[i], counts[i])


def way_round(source: list[int], target: list[int]) -> list[int]:
    """The nodes of a ring in its order."""
    after = dict(zip(source, target, strict=True))
    path = [min(source)]
    while len(path) < MOST_PATH and (node := after.get(path[-1])) is not None and node not in path:
        path.append(node)
    return path


class Domains:
    """The range of each column shown: its upper end grows in round steps and never shrinks."""

    def __init__(self, encoding: Encoding) -> None:
        named = {f"node.{c.column}": c for c in encoding.node.values() if isinstance(c, Channel)}
        named |= {f"edge.{c.column}": c for c in encoding.edge.values()}
        self.tops = {name: channel.top for name, channel in named.items() if channel.top is not None}
        self.open = {name: 1.0 for name in named if name not in self.tops}

    def stretched(self, columns: Columns) -> dict[str, list[float]]:
        """Room for these columns; the ranges by name."""
        for name, top in self.open.items():
            values = columns.get(name)
            if values is not None and values.size and (most := float(values.max())) > top:
                self.open[name] = roundish(most)
        return {name.split(".")[1]: [0, top] for name, top in {**self.open, **self.tops}.items()}


def roundish(value: float) -> float:
    """1, 2 or 5 times a power of ten, not below."""
    power = 10.0 ** floor(log10(value))
    return next(step * power for step in (1.0, 2.0, 5.0, 10.0) if step * power >= value)
