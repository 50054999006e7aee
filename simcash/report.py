"""A run's closing report as text: plain letters, and never a number cut short.

A key's ending says its unit: _cents, _rate, _count, _by_tick.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

ROWS_SHOWN = 12
ROOM = 110  # letters in a line, where output goes to no terminal


def show(report: dict[str, Any]) -> None:
    """The report for people: numbers one a line, series as a skyline, lists as tables."""
    summary = report["summary"]
    ran = f"{report['world']}, seed {report['seed']}, {report['ticks']:,} ticks in {report['seconds']} s"
    print(f"\n{report['scenario']}  ({ran})\n")
    widest = max(len(label(key)) for key in summary)
    for key, value in summary.items():
        if not isinstance(value, list):
            print(f"  {label(key):<{widest}}  {written(key, value):>20}")
        elif key.endswith("_by_tick") and value:
            drawn = skyline(value, min(60, room() - widest - 30))
            print(f"  {label(key):<{widest}}  {drawn}  up to {written(key, max(value))}")
    for key, value in summary.items():
        if value and isinstance(value, list) and isinstance(value[0], dict):
            print(*table(value[:ROWS_SHOWN], room()), sep="\n")
            if len(value) > ROWS_SHOWN:
                print(f"  and {len(value) - ROWS_SHOWN:,} more {key} (--json prints all)")
    print()


def room() -> int:
    """How many letters a line has."""
    return shutil.get_terminal_size((ROOM, 24)).columns


def table(rows: list[dict[str, Any]], width: int) -> list[str]:
    """Rows as lines, a column for every key any of them has; what does not fit goes on below, uncut."""
    keys = list(dict.fromkeys(key for row in rows for key in row))
    height = max(len(label(key).split()) for key in keys)
    first, *others = [column(key, rows, height) for key in keys]
    lines = []
    while others:
        ends = accumulate((len(column[0]) + 2 for column in others), initial=len(first[0]) + 2)
        fit = max(1, sum(end <= width for end in ends) - 1)
        block = ["  ".join(("", *cells)).rstrip() for cells in zip(first, *others[:fit], strict=True)]
        lines += ["", *filter(None, block)]
        others = others[fit:]
    return lines


def column(key: str, rows: Sequence[dict[str, Any]], height: int) -> list[str]:
    """One column, all cells equally wide: its heading a word a line, a rule, and its values."""
    words, cells = label(key).split(), [written(key, row.get(key, 0)) for row in rows]
    width = max(map(len, words + cells))
    side = "<" if isinstance(rows[0].get(key), str) else ">"
    heading = [""] * (height - len(words)) + words
    return (
        [f"{cell:{side}{width}}" for cell in heading] + ["-" * width] + [f"{c:{side}{width}}" for c in cells]
    )


def label(key: str) -> str:
    """A key in words: "queue1_count" is queue 1, "cost_cents" cost, "..._by_tick" says so."""
    words = key.removesuffix("_by_tick").removesuffix("_cents").removesuffix("_count").split("_")
    spaced = [re.sub(r"(?<=[a-z])(?=[0-9])", " ", word) for word in words]
    return " ".join([*spaced, *(["by", "tick"] if key.endswith("_by_tick") else [])])


def written(key: str, value: Any) -> str:
    """A number as its key's ending says: cents as units of money, rates as per cent."""
    if key.removesuffix("_by_tick").endswith("_cents"):
        from simcash.core.money import show as money

        return money(value)
    if key.endswith("_rate"):
        return f"{value:.1%}"
    return value if isinstance(value, str) else f"{value:,}"


def skyline(values: list[int], width: int = 60) -> str:
    """Numbers as a row of blocks, the highest of each stretch; nothing is drawn as nothing."""
    size = -(-len(values) // width)
    peaks = [max(values[i : i + size]) for i in range(0, len(values), size)]
    return "".join("▁▂▃▄▅▆▇█"[(peak * 8 - 1) // max(peaks)] if peak > 0 else " " for peak in peaks)
