"""A frame as a still picture: an SVG that is legible on a light page and on a dark one."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from math import cos, hypot, pi, sin, sqrt
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from simcash.view.screen import Screen

WIDTH, HEIGHT, FOOT, SIDE = 720, 480, 40, 50
INK = "#808080"
RING, WAITS = "#E69F00", "#D98A00"
TONES = ((0x3F, 0x9B, 0xDB), (0x7A, 0xA6, 0xB8), (0xE0, 0xA5, 0x26), (0xE0, 0x56, 0x1C))  # calm to stressed
FLOW = "#7489A0"
LARGEST, ROOM = 40.0, 0.28  # radius of the largest node, and its part of the space for each
WIDER = 1.4  # than high
MOST_EDGES, MOST_NAMES, MOST_FILLED = 150, 40, 60  # beyond, nodes are plain discs and links have no heads
CORNER = 1.2  # how far corners reach beyond a disc of that size
CORNERS = {"square": (4, pi / 4), "diamond": (4, 0.0), "triangle": (3, -pi / 2), "hexagon": (6, -pi / 2),
           "pentagon": (5, -pi / 2)}  # fmt: skip


class Still:
    """A screen's newest frame, measured out on a page."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        s = screen.structure
        self.encoding = s["encoding"]
        x, y = np.array(s["x"]), np.array(s["y"])
        for id, (px, py) in s.get("pinned", {}).items():
            i = s["ids"].index(id)
            x[i], y[i] = px, py
        high = HEIGHT - FOOT - 2 * SIDE
        wide = WIDER * high
        self.x, self.y = (WIDTH - wide) / 2 + wide * x, SIDE + high * y
        largest = min(LARGEST, ROOM * sqrt(wide * high / max(len(x), 1)) + 1)
        self.ring = self.shares("ring")
        self.thick = 4 / (1 + len(x) / 60)  # of the widest link
        sized = "size" in self.encoding["node"]
        self.r = largest * (0.3 + 0.7 * self.shares("size")) if sized else np.full(len(x), 0.6 * largest)

    def shares(self, channel: str, kind: str = "node") -> np.ndarray:
        """Where each value lies in its domain, from 0 to 1."""
        told = self.encoding[kind].get(channel, {})
        values = self.screen.columns.get(
            f"{kind}.{told.get('column')}", np.zeros(len(self.screen.grouping.ids))
        )
        low, high = self.screen.header["domains"].get(told.get("column"), (0, 1))
        share: np.ndarray = np.clip((values - low) / (high - low or 1), 0, 1)
        return np.sqrt(share) if told.get("scale") == "sqrt" else share

    def edges(self) -> Iterator[str]:
        """The widest links, what flowed drawn through, what waits dashed."""
        columns = self.screen.columns
        source, target = (columns[f"edge.{end}"].astype(int) for end in ("source", "target"))
        for channel, colour, dash in (("flow", FLOW, ""), ("queued", WAITS, ' stroke-dasharray="6 4"')):
            told = self.encoding["edge"].get(channel)
            if told is None or f"edge.{told['column']}" not in columns:
                continue
            share = self.shares(channel, "edge")
            for i in sorted(np.argsort(-share, kind="stable")[:MOST_EDGES]):
                if share[i] > 0:
                    way = self.curve(source[i], target[i], 0.12 if channel == "flow" else 0.2)
                    width = 0.5 + self.thick * share[i]
                    yield f'<path d="{way}" stroke="{colour}" stroke-width="{width:.1f}"{dash}/>'
                    if len(self.x) <= MOST_FILLED:
                        yield f'<path d="{head_of(way, 2 * width + 3)}" fill="{colour}"/>'

    def curve(self, a: int, b: int, bend: float) -> str:
        """From rim to rim, to one side, so that there and back are apart."""
        ax, ay, bx, by = self.x[a], self.y[a], self.x[b], self.y[b]
        far = hypot(bx - ax, by - ay) or 1.0
        mx, my = (ax + bx) / 2 - bend * (by - ay), (ay + by) / 2 + bend * (bx - ax)
        start, end = self.r[a] / far, self.reach(b) / far
        ax, ay = ax + (mx - ax) * 2 * min(start, 0.4), ay + (my - ay) * 2 * min(start, 0.4)
        bx, by = bx + (mx - bx) * 2 * min(end, 0.4), by + (my - by) * 2 * min(end, 0.4)
        return f"M{ax:.1f} {ay:.1f}Q{mx:.1f} {my:.1f} {bx:.1f} {by:.1f}"

    def reach(self, node: int) -> float:
        """How far a node and its ring reach: there a link ends, for its head is not to lie below."""
        if self.ring[node] > 0:
            return self.rim(node) + self.ring_width(node) + 1.5
        return float(self.r[node])

    def ring_width(self, node: int) -> float:
        return float(1 + 0.25 * self.r[node] * self.ring[node])

    def nodes(self) -> Iterator[str]:
        """Shape, fill from below, and ring."""
        fill, tone = self.shares("fill"), self.shares("tone")
        filled = "fill" in self.encoding["node"]
        for i in range(len(self.x)):
            x, y, r, colour = self.x[i], self.y[i], self.r[i], colour_of(tone[i])
            if self.ring[i] > 0:
                wide = self.ring_width(i)
                yield (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{self.rim(i) + wide / 2 + 1.5:.1f}" fill="none"'
                       f' stroke="{RING}" stroke-width="{wide:.1f}"/>')  # fmt: skip
            if len(self.x) > MOST_FILLED:
                yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r:.1f}" fill="{colour}"/>'
                continue
            corners = corners_of(self.shape(i), x, y, r)
            yield f'<path d="{outline(corners)}" fill="{colour}" fill-opacity=".18" stroke="{colour}"/>'
            if not filled or fill[i] > 0:
                level = below(corners, fill[i]) if filled else corners
                yield f'<path d="{outline(level)}" fill="{colour}" fill-opacity=".85"/>'

    def shape(self, node: int) -> str:
        told = self.encoding["node"].get("shape")
        if told is None:
            return "circle"
        code = int(self.screen.columns[f"node.{told['column']}"][node])
        return str(told["codes"].get(str(code), "circle"))

    def rim(self, node: int) -> float:
        """How far a node reaches."""
        return float(self.r[node] * (1 if self.shape(node) == "circle" else CORNER))

    def names(self) -> Iterator[str]:
        """The nodes' names, if there is room."""
        ids = self.screen.grouping.ids
        for i, id in enumerate(ids if len(ids) <= MOST_NAMES else ()):
            below_it = self.y[i] + 1.5 * self.r[i] + 14
            yield f'<text x="{self.x[i]:.1f}" y="{below_it:.1f}">{escape(id)}</text>'


def head_of(way: str, long: float) -> str:
    """The arrowhead at the end of a curve."""
    mx, my, bx, by = (float(number) for number in way.split("Q")[1].split())
    far = hypot(bx - mx, by - my) or 1.0
    ux, uy = long * (bx - mx) / far, long * (by - my) / far
    left, right = (bx - ux - uy / 2, by - uy + ux / 2), (bx - ux + uy / 2, by - uy - ux / 2)
    return outline([(bx, by), left, right])


def svg(screen: Screen) -> str:
    """The whole still."""
    still = Still(screen)
    lines = caption(screen)
    parts = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}"'
        f' height="{HEIGHT}" role="img" font-family="sans-serif" font-size="12" fill="{INK}">',
        f"<title>{escape(str(screen))}</title>",
        f'<g fill="none" stroke-opacity=".75">{"".join(still.edges())}</g>',
        f"<g>{''.join(still.nodes())}</g>",
        f'<g text-anchor="middle">{"".join(still.names())}</g>',
        *(f'<text x="12" y="{HEIGHT - 28 + 16 * i}">{escape(line)}</text>' for i, line in enumerate(lines)),
        "</svg>",
    )  # fmt: skip
    return "".join(parts)


def caption(screen: Screen) -> list[str]:
    """Where it is, and what is drawn how."""
    s, header = screen.structure, screen.header
    node = s["encoding"]["node"]
    named = {"size": "size", "fill": "fill", "ring": "ring", "tone": "colour"}
    told = [f"{word}: {node[name]['label']}" for name, word in named.items() if name in node]
    note = f" · {s['note']}" if s["note"] else ""
    return [
        f"{s['title']} · {header['label']} · {s['unit']} {header['tick']:,} of {s['ticks']:,}{note}",
        " · ".join(told),
    ]


def colour_of(share: float) -> str:
    """Between calm and stressed."""
    at = float(share) * (len(TONES) - 1)
    left = min(int(at), len(TONES) - 2)
    parts = (round(a + (b - a) * (at - left)) for a, b in zip(TONES[left], TONES[left + 1], strict=True))
    return "#" + "".join(f"{part:02x}" for part in parts)


Corners = list[tuple[float, float]]


def corners_of(shape: str, x: float, y: float, r: float) -> Corners:
    """A node's outline, from the top on; a disc has many corners."""
    count, turn, scale = (*CORNERS[shape], CORNER) if shape in CORNERS else (36, 0.0, 1.0)
    angles = (turn + 2 * pi * k / count for k in range(count))
    return [(x + scale * r * cos(a), y + scale * r * sin(a)) for a in angles]


def outline(corners: Corners) -> str:
    return f"M{'L'.join(f'{x:.1f} {y:.1f}' for x, y in corners)}Z"


def below(corners: Corners, share: float) -> Corners:
    """The part of an outline that is filled from below."""
    top, bottom = min(y for _, y in corners), max(y for _, y in corners)
    level = bottom - share * (bottom - top)
    part: Corners = []
    for (ax, ay), (bx, by) in zip(corners, corners[1:] + corners[:1], strict=True):
        if ay >= level:
            part.append((ax, ay))
        if (ay >= level) != (by >= level):
            part.append((ax + (bx - ax) * (level - ay) / (by - ay), level))
    return part


def rendered(text: str, format: str) -> str | bytes:
    """The still in a format: svg or png."""
    if format == "svg":
        return text
    if format != "png":
        raise ValueError(f'snapshot(format="{format}"): "svg" or "png"')
    import vl_convert

    png: bytes = vl_convert.svg_to_png(text, scale=2)
    return png


def beside(stills: list[str]) -> str:
    """Stills side by side, as one."""
    width = WIDTH * len(stills)
    placed = (text.replace("<svg ", f'<svg x="{WIDTH * i}" ', 1) for i, text in enumerate(stills))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" width="{width}"'
        f' height="{HEIGHT}">{"".join(placed)}</svg>'
    )
