"""`python -m benchmarks [CASE ...] [--quick]`: run, print, append to the history, renew the table."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from benchmarks.cases import CASES
from benchmarks.measure import HERE, commit, machine

HISTORY, README = HERE / "history.jsonl", HERE / "README.md"
BEGIN, END = "<!-- table: written by python -m benchmarks -->\n", "<!-- end of table -->"
Entry = dict[str, Any]  # a Line, and the case it belongs to


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Timed comparisons.")
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"any of: {', '.join(CASES)} (default: all)")
    parser.add_argument("--quick", action="store_true", help="fewer rounds, smaller sizes; not in the table")
    given = parser.parse_args()
    if unknown := set(given.cases) - set(CASES):
        parser.error(f"unknown case {', '.join(sorted(unknown))}; there are: {', '.join(CASES)}")
    for name in given.cases or CASES:
        if entries := measured(name, given.quick):  # none where a tool is missing, which the case says
            keep(entries, given.quick)  # case by case: a long run that is stopped loses one
    README.write_text(renewed(README.read_text(), table()))


def measured(name: str, quick: bool) -> list[Entry]:
    """One case's entries, printed."""
    print(f"{name}: {CASES[name].__doc__}", flush=True)
    entries = [{"case": name} | asdict(line) for line in CASES[name](quick)]
    print("\n".join("  " + "   ".join(cells(entry)[1:]) for entry in entries), flush=True)
    return entries


def keep(entries: list[Entry], quick: bool) -> None:
    """One JSON line in the history."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    run = {"date": now, "commit": commit(), "machine": machine(), "quick": quick, "lines": entries}
    with HISTORY.open("a") as file:
        file.write(json.dumps(run) + "\n")


def table() -> str:
    """The latest full measurement of every case, as Markdown."""
    runs = [json.loads(row) for row in HISTORY.read_text().splitlines()] if HISTORY.exists() else []
    latest = {run["lines"][0]["case"]: run for run in runs if not run["quick"]}
    shown = [latest[case] for case in CASES if case in latest]
    rows = [[*cells(entry), run["commit"]] for run in shown for entry in run["lines"]]
    head = [["case", "what", "median (lowest to highest)", "bar", "met", "commit"], ["---"] * 6]
    places = sorted({place(run) for run in shown})
    return "".join(f"| {' | '.join(row)} |\n" for row in head + rows) + "".join(f"\n{p}\n" for p in places)


def place(run: dict[str, Any]) -> str:
    """Where and when, in one sentence."""
    on = run["machine"]
    versions = ", ".join(f"{name} {on[name]}" for name in ("python", "numba", "duckdb"))
    return f"Measured {run['date'][:10]} on {on['cores']} cores ({on['cpu']}), {versions}."


def cells(entry: Entry) -> list[str]:
    """Case, name, figure with its range, bar, and whether it was reached."""
    low, high, most, least = entry["low"], entry["high"], entry["at_most"], entry["at_least"]
    figure = f"{number(entry['median'])} {entry['unit']} ({number(low)} to {number(high)})"
    bar = f"at most {number(most)}" if most is not None else f"at least {number(least)}" if least else ""
    met = entry["median"] >= least if least else most is None or entry["median"] <= most
    return [entry["case"], entry["name"], figure, bar, ("yes" if met else "no") if bar else ""]


def number(value: float) -> str:
    """Three significant digits, thousands separated."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def renewed(text: str, body: str) -> str:
    """The README with what stands between the two markers replaced."""
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}{body}{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    main()
