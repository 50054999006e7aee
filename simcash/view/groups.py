"""Too many nodes to tell apart are drawn as groups: the largest by themselves, the others by size.

The rule depends on nothing but the nodes and their rank, so the same nodes always form the same groups.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simcash.core.world import Picture
from simcash.view.encodings import Encoding

MOST = 1500  # nodes that are drawn one by one
ALONE, GROUPS = 60, 40


@dataclass(frozen=True)
class Grouping:
    """Which drawn node each node belongs to, and what those are called."""

    place: np.ndarray
    ids: tuple[str, ...]
    members: tuple[tuple[str, ...], ...]
    note: str = ""

    @property
    def whole(self) -> bool:
        """Whether every node is drawn by itself."""
        return len(self.place) == len(self.ids)

    def gathered(self, picture: Picture, encoding: Encoding) -> Picture:
        """The picture of the groups: sums, except for shares and for what is only as good as its worst."""
        if self.whole:
            return picture
        nodes = {
            name: self._column(name, picture, encoding)
            for name, values in picture.nodes.items()
            if values.dtype.kind in "iufb"
        }
        edges = dict(picture.edges)
        for end in ("source", "target"):
            if end in edges:
                edges[end] = self.place[edges[end]]
        return Picture({"id": np.array(self.ids), **nodes}, edges)

    def _column(self, name: str, picture: Picture, encoding: Encoding) -> np.ndarray:
        values, count = picture.nodes[name], len(self.ids)
        if name in encoding.worst:
            highest = np.full(count, values.min())
            np.maximum.at(highest, self.place, values)
            return highest
        if values.dtype.kind != "f":
            return np.bincount(self.place, weights=values, minlength=count)
        weights = np.maximum(picture.nodes[encoding.parts[name]], 1) if name in encoding.parts else None
        total = np.bincount(self.place, weights=weights, minlength=count)
        summed = np.bincount(self.place, values * (1 if weights is None else weights), count)
        return np.asarray(summed / total)


def check_alone(id: str, picture: Picture, encoding: Encoding) -> None:
    """Refuse a group where one node is asked for."""
    grouping = grouping_of(picture, encoding)
    members = dict(zip(grouping.ids, grouping.members, strict=True)).get(id, ())
    if len(members) > 1:
        raise ValueError(
            f'"{id}" is a group of {len(members):,} {encoding.noun}, for example {members[0]}:'
            " pick one of them"
        )


def grouping_of(picture: Picture, encoding: Encoding) -> Grouping:
    """Every node by itself, or groups where there are too many."""
    ids = [str(id) for id in picture.nodes["id"]]
    if len(ids) <= MOST:
        return Grouping(np.arange(len(ids)), tuple(ids), tuple((id,) for id in ids))
    rank = picture.nodes.get(encoding.rank)
    order = np.arange(len(ids)) if rank is None else np.argsort(-rank, kind="stable")
    place, names = np.empty(len(ids), np.int64), [ids[i] for i in order[:ALONE]]
    place[order[:ALONE]] = np.arange(ALONE)
    after = ALONE + 1
    for k, members in enumerate(np.array_split(order[ALONE:], GROUPS)):
        place[members] = ALONE + k
        names.append(f"{encoding.noun} {after:,}–{after + len(members) - 1:,}")
        after += len(members)
    by = f" by {encoding.rank.replace('_', ' ')}" if rank is not None else ""
    note = (
        f"{len(ids):,} {encoding.noun} drawn as {ALONE + GROUPS}: the largest {ALONE}{by} alone,"
        f" the others in {GROUPS} groups in that order; what moves within a group is not drawn"
    )
    told = tuple(tuple(ids[i] for i in np.flatnonzero(place == k)) for k in range(len(names)))
    return Grouping(place, tuple(names), told, note)
