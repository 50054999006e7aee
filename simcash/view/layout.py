"""Where nodes stand: worked out once per structure, the same whenever the same nodes are drawn."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

RING = 24  # so many nodes stand on a circle; more stand around the largest
WEB = 300  # so many, if it is known who belongs to whom, near those they belong to
GOLDEN = np.pi * (3 - np.sqrt(5))
MARGIN = 0.04

Places = tuple[np.ndarray, np.ndarray]


def places(count: int, rank: np.ndarray | None = None, source: np.ndarray | None = None,
           target: np.ndarray | None = None) -> Places:  # fmt: skip
    """Positions between 0 and 1: by lasting edges, or by rank with the largest in the middle."""
    given = (np.zeros(0, np.int64) if v is None else np.asarray(v) for v in (rank, source, target))
    x, y = kept(count, *(values.tobytes() + values.dtype.char.encode() for values in given))
    return x.copy(), y.copy()


@lru_cache(maxsize=64)
def kept(count: int, rank: bytes, source: bytes, target: bytes) -> Places:
    order, ends = read(rank), (read(source), read(target))
    if count <= RING:
        x, y = circle(count)
    elif ends[0].size and count <= WEB:
        x, y = web(count, *ends)
    else:
        x, y = sunflower(count, order)
    return fitted(x, y)


def read(given: bytes) -> np.ndarray:
    return np.frombuffer(given[:-1], chr(given[-1]))


def circle(count: int) -> Places:
    """Clockwise from the top; a single node in the middle."""
    angle = 2 * np.pi * np.arange(count) / max(count, 1) - np.pi / 2
    radius = 0 if count == 1 else 1
    return radius * np.cos(angle), radius * np.sin(angle)


def sunflower(count: int, rank: np.ndarray) -> Places:
    """Evenly over a disc, from the largest in the middle to the smallest at the rim."""
    order = np.argsort(-rank, kind="stable") if rank.size else np.arange(count)
    turn = np.empty(count)
    turn[order] = np.arange(count)
    radius, angle = np.sqrt((turn + 0.5) / count), GOLDEN * turn
    return radius * np.cos(angle), radius * np.sin(angle)


def web(count: int, source: np.ndarray, target: np.ndarray) -> Places:
    """Near those they have edges with."""
    import networkx as nx

    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(count))
    graph.add_edges_from(zip(source.tolist(), target.tolist(), strict=True))
    found = nx.spring_layout(graph, seed=1, iterations=60)
    placed = np.array([found[i] for i in range(count)])
    return placed[:, 0], placed[:, 1]


def fitted(x: np.ndarray, y: np.ndarray) -> Places:
    """Between the margins, in the middle, as wide as high."""
    if not x.size:
        return x, y
    x, y = x - (x.max() + x.min()) / 2, y - (y.max() + y.min()) / 2
    reach = max(x.max(), y.max()) or 1.0
    return np.round(0.5 + (0.5 - MARGIN) * x / reach, 5), np.round(0.5 + (0.5 - MARGIN) * y / reach, 5)
