"""The cases, one function each: what is timed, and the bar it has to reach."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import payments as lists
from benchmarks import saving as scarce
from benchmarks.live import live
from benchmarks.measure import HERE, Line, alternate, answer, child, line, seconds
from benchmarks.pictures import graph

DAYS = 50  # of the payment list that simcash runs; the others run its first day
Result = dict[str, Any]


def pssimpy(quick: bool) -> list[Line]:
    """The same FIFO payments through simcash with history on, the slow twin, and PSSimPy 0.1.5."""
    day, long = lists.payment_list(1), lists.payment_list(DAYS)
    command, given = [_pssimpy_python(), str(HERE / "pssimpy_run.py")], lists.plain(day)
    contenders = {
        "PSSimPy": partial(answer, command, given),
        "slow twin": partial(child, "twin", days=1),
        "simcash, the same day": partial(child, "settle", days=1),
        f"simcash, {DAYS} such days": partial(child, "settle", days=DAYS),
    }
    runs = alternate(contenders, 2 if quick else 5)
    lines, rates = [], {}
    for name, results in runs.items():
        due = [p.settles for p in (long if "such days" in name else day)]
        rates[name] = [len(due) / r["seconds"] for r in results]
        whole = [len(due) / (r["seconds"] + r["open_seconds"]) for r in results]
        lines.append(_agreement(name, due, results))
        lines.append(line(f"{name}, {len(due):,} payments", "payments/s", rates[name]))
        lines.append(line(f"{name}, opening included", "payments/s", whole))
    for ours in list(contenders)[2:]:
        for peer in ("PSSimPy", "slow twin"):
            ratios = [a / b for a, b in zip(rates[ours], rates[peer], strict=True)]
            bar = 300.0 if peer == "PSSimPy" and "such days" in ours else None
            lines.append(line(f"{ours}, against {peer}", "times", ratios, at_least=bar))
    return lines


def _agreement(name: str, due: list[int], results: list[Result]) -> Line:
    """How many payments settled in the tick in which they must."""
    same = [sum(a == b for a, b in zip(r["settled"], due, strict=True)) for r in results]
    return line(f"{name}, settlement times identical", f"of {len(due):,}", same, at_least=len(due))


def _pssimpy_python() -> str:
    """The Python of PSSimPy's environment, made on first use."""
    folder = HERE / ".pssimpy"
    python = str(folder / "bin" / "python")
    if not Path(python).exists():
        uv = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
        subprocess.run([uv, "venv", "--no-config", "--python", sys.executable, str(folder)], check=True)
        subprocess.run(
            [uv, "pip", "install", "--no-config", "--python", python, "PSSimPy==0.1.5"], check=True
        )
    return python


def t2_day(quick: bool) -> list[Line]:
    """A day of TARGET2's size, compiled code loaded, history in memory."""
    runs = [child("run", source="t2-day") for _ in range(2 if quick else 5)]
    return [
        line(f"run, {runs[0]['payments']:,} payments", "s", _column(runs, "seconds"), at_most=1.0),
        line("open", "s", _column(runs, "open_seconds")),
        line("peak memory", "MiB", _column(runs, "peak_mib"), at_most=1536),
    ]


def big_200(quick: bool) -> list[Line]:
    """A million payments between 200 banks, liquidity ample and scarce, with history and without."""
    sources, levels = {"big-200": 0.5, "big-200-scarce": 1.5}, ("standard", "off")
    jobs = {f"{s}, {r}": partial(child, "run", source=s, set={"record": r}) for s in sources for r in levels}
    runs, lines = alternate(jobs, 2 if quick else 5), []
    for source, bar in sources.items():
        count = runs[f"{source}, standard"][0]["payments"]
        for level in levels:
            spent = _column(runs[f"{source}, {level}"], "seconds")
            what, most = f"{source}, record: {level}", bar if level == "standard" else None
            lines.append(line(what, "s", spent, at_most=most))
            lines.append(line(what, "payments/s", [count / s for s in spent]))
    return lines


def stepping(quick: bool) -> list[Line]:
    """Calls of step(1) above one step over all of them, per call."""
    calls, lines = 1_000 if quick else 10_000, []
    for level, bar in (("sim.step", 20.0), ("world.step", None), ("compiled step", 2.0)):
        contenders = {"many": partial(_steps, level, calls, 1), "one": partial(_steps, level, 1, calls)}
        spent = alternate(contenders, 3 if quick else 5)
        above = [1e6 * (many - one) / calls for many, one in zip(spent["many"], spent["one"], strict=True)]
        lines.append(line(f"{level}, {calls:,} calls", "us per call", above, at_most=bar))
    return lines


def _steps(level: str, calls: int, ticks: int) -> float:
    import simcash

    with simcash.open("three-banks") as sim:
        days = calls * ticks // sim.clock.ticks_per_day + 2
    with simcash.open("three-banks", set={"simulation.num_days": days}) as sim:
        levels = {"sim.step": sim.step, "world.step": sim.world.step, "compiled step": _compiled(sim.world)}
        step = levels[level]
        step(1)
        return seconds(lambda: [step(ticks) for _ in range(calls)])


def _compiled(world: Any) -> Callable[[int], None]:
    """The engine's own entry point; it answers when its arrays must grow."""
    from simcash.payments.engine.tick import run

    until = world.now

    def step(ticks: int) -> None:
        nonlocal until
        until += ticks
        while run(world.store.record, until):
            world.store.grow()

    return step


def history(quick: bool) -> list[Line]:
    """What the history costs at about ten million rows, and memory as a run with a file grows."""
    days = 1 if quick else 10
    jobs = {job: partial(child, job, source="big-200", set=_days(days)) for job in ("run", "produce")}
    jobs["off"] = partial(child, "run", source="big-200", set=_days(days) | {"record": "off"})
    runs = alternate(jobs, 2 if quick else 7)
    kept, thrown = _column(runs["run"], "seconds"), _column(runs["produce"], "seconds")
    share = [100 * (a - b) / a for a, b in zip(kept, thrown, strict=True)]
    lines = [
        line(f"{days} days of big-200, {runs['produce'][0]['rows']:,} rows kept in memory", "s", kept),
        line("the same, rows thrown away", "s", thrown),
        line("the same, record: off", "s", _column(runs["off"], "seconds")),
        line("the history's share", "%", share, at_most=35.0),
    ]
    for length in sorted({1, days, 2 * days}):
        peak = _column([_with_file(length)], "peak_mib")
        lines.append(line(f"peak memory, {length} days, history in a file", "MiB", peak))
    return lines


def watched(quick: bool) -> list[Line]:
    """What a run loses while a graph watches it, but for what a browser on the same machine takes."""
    given = {"source": "big-200", "set": _days(1 if quick else 5)}
    jobs = {job: partial(child, job, **given) for job in ("run", "watched")}
    runs = alternate(jobs, 2 if quick else 7)
    alone, seen = _column(runs["run"], "seconds"), _column(runs["watched"], "seconds")
    lost = [100 * (b - a) / b for a, b in zip(alone, seen, strict=True)]
    return [
        line("5 days of big-200, alone", "s", alone), line("the same, watched", "s", seen),
        line("frames", "a second", _column(runs["watched"], "frames")),
        line("speed lost while a graph watches", "%", lost, at_most=10.0),
    ]  # fmt: skip


def _with_file(days: int) -> Result:
    with tempfile.TemporaryDirectory() as folder:
        return child("run", source="big-200", set=_days(days), db=f"{folder}/run.duckdb")


def _days(days: int) -> dict[str, Any]:
    return {"simulation.num_days": days}


def cold(quick: bool) -> list[Line]:
    """The first process of a fresh checkout, the second one, and the import alone."""
    rounds = 1 if quick else 3
    starts = [_starts() for _ in range(rounds)]
    bare = [_starts(byte_code=False)[0] for _ in range(rounds)]
    code = "import time; t = time.perf_counter(); import simcash; print(time.perf_counter() - t)"
    imports = [answer([sys.executable, "-c", code]) for _ in range(3 if quick else 9)]
    return [
        line("first `simcash run three-banks`", "s", [first for first, _ in starts], at_most=20.0),
        line("the first, without byte code", "s", bare),
        line("second process", "s", [second for _, second in starts], at_most=1.5),
        line("import simcash", "s", imports, at_most=0.3),
    ]


def _starts(byte_code: bool = True) -> tuple[float, float]:
    """Two processes one after the other that find no machine code but what the first one leaves."""
    command = [str(Path(sys.executable).with_name("simcash")), "run", "three-banks"]
    with tempfile.TemporaryDirectory() as cache:
        extra = {"SIMCASH_CACHE_DIR": cache} | (
            {} if byte_code else {"PYTHONPYCACHEPREFIX": f"{cache}/pycache"}
        )
        start = partial(subprocess.run, command, env=os.environ | extra, check=True, capture_output=True)
        return seconds(start), seconds(start)


def linear(quick: bool) -> list[Line]:
    """Time per payment as a run grows from 100,000 to 10 million payments."""
    lines = []
    for source in ("big-200", "big-200-scarce"):
        jobs = {
            days: partial(child, "run", source=source, set={"simulation.ticks_per_day": 10, **_days(days)})
            for days in (1, 10, 100)[: 2 if quick else 3]
        }
        for days, results in (runs := alternate(jobs, 2 if quick else 3)).items():
            each = [r["seconds"] / r["payments"] for r in results]
            what = f"{source}, {results[0]['payments']:,} payments, {results[0]['waiting']:,} left waiting"
            lines.append(line(what, "us per payment", [1e6 * e for e in each]))
            if days > 1:
                base = [r["seconds"] / r["payments"] for r in runs[1]]
                ratios = [a / b for a, b in zip(each, base, strict=True)]
                bar = (
                    1.5 if source == "big-200" else None
                )  # scarce: the queue grows, and its penalties with it
                lines.append(line(f"{source}, {days} days against one", "times", ratios, at_most=bar))
    return lines


def intake(quick: bool) -> list[Line]:
    """A day's log read and opened, and its payments as columns against as many events."""
    import simcash

    rounds, log = (2 if quick else 5), lists.log(50_000 if quick else 400_000)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "day.csv"
        log.to_csv(file, index=False)
        day = simcash.payments.from_table(file)
        reading = [seconds(lambda: simcash.payments.from_table(file)) for _ in range(rounds)]
    given = day.source.data
    simcash.open(given).close()  # compiled code is loaded
    jobs = {
        "columns": partial(seconds, lambda: simcash.open(given).close()),
        "events": partial(seconds, lambda: simcash.open(lists.as_events(given)).close()),
    }
    opening = alternate(jobs, rounds)
    ratios = [slow / fast for slow, fast in zip(opening["events"], opening["columns"], strict=True)]
    return [
        line(f"read a CSV of {len(log):,} payments", "s", reading),
        line("open it, payments as columns", "s", opening["columns"], at_most=3.0),
        line("events against columns", "times", ratios),
    ]


def saving(quick: bool) -> list[Line]:
    """About 160,000 payments between 200 banks in 2,000 ticks, liquidity scarce: what saving it takes."""
    lists_of = {
        "none": [],
        "bilateral, cycles": ["bilateral", "cycles"],
        "bilateral, cycles, partial_netting": ["bilateral", "cycles", "partial_netting"],
    }
    jobs = {name: partial(child, "run", source=scarce.scenario(names)) for name, names in lists_of.items()}
    runs = alternate(jobs, 2 if quick else 5)
    bars = {"bilateral, cycles": 1.0}
    lines = [
        line(f"{name}, {r[0]['payments']:,} payments, {r[0]['waiting']:,} left waiting", "s",
             _column(r, "seconds"), at_most=bars.get(name))
        for name, r in runs.items()
    ]  # fmt: skip
    short, long = (_column(runs[name], "seconds") for name in list(lists_of)[1:])
    ratios = [a / b for a, b in zip(long, short, strict=True)]
    return [*lines, line("partial netting as well, against without", "times", ratios, at_most=2.0)]


def solve(quick: bool) -> list[Line]:
    """One run of netting and of cycles on a queue given as arrays, building the queue included."""
    from simcash.payments.lsm import solve as solve_once

    lines = []
    for name, bar in (("partial_netting", 0.1), ("cycles", 0.25)):
        solve_once(name, *scarce.queue(1000))
        for payments in (1_000, 10_000, 100_000):
            money, owed = scarce.queue(payments)
            spent = [seconds(solve_once, name, money, owed) for _ in range(2 if quick else 5)]
            most = bar if payments == 100_000 else None
            lines.append(line(f"{name}, {payments:,} payments", "s", spent, at_most=most))
    return lines


def many(quick: bool) -> list[Line]:
    """Two banks for twelve ticks, with policy trees and without, each run with a seed of its own."""
    from benchmarks.deciding import TWO_BANKS

    count = 10_000 if quick else 100_000
    kinds = {"policy trees": TWO_BANKS, "built-in policies": {"compat": "none"}}
    jobs = {
        (kind, threads): partial(child, "many", set=values, runs=count, threads=threads)
        for kind, values in kinds.items()
        for threads in (1, 2)
    }
    runs, lines = alternate(jobs, 2 if quick else 5), []
    for (kind, threads), results in runs.items():
        rates = [count / seconds for seconds in _column(results, "seconds")]
        bar = 50_000 if kind == "policy trees" and threads == 2 else None
        lines.append(line(f"{count:,} runs, {kind}, {threads} threads", "runs/s", rates, at_least=bar))
        each = [1e6 * seconds / count for seconds in _column(results, "processor_seconds")]
        lines.append(line(f"{kind}, {threads} threads, processor time", "us per run", each))
    return lines


def decisions(quick: bool) -> list[Line]:
    """One bank's policy tree asked about each of its payments, in one thread."""
    lines = []
    for conditions, bar in ((5, 1e7), (10, None)):
        given = {"conditions": conditions, "rounds": 20_000 if quick else 100_000}
        runs = [child("decisions", **given) for _ in range(2 if quick else 5)]
        rates = [r["decisions"] / r["seconds"] for r in runs]
        what = f"{conditions} conditions asked in turn, {2 * conditions + 1} nodes"
        lines.append(line(what, "decisions/s", rates, at_least=bar))
    return lines


def t2_trees(quick: bool) -> list[Line]:
    """A day of TARGET2's size: policy trees for all banks, T2's sequence of algorithms, history in memory."""
    from benchmarks.deciding import T2_TREES

    runs = [child("run", source="t2-day", set=T2_TREES) for _ in range(2 if quick else 5)]
    what = f"run, {runs[0]['payments']:,} payments, {runs[0]['waiting']:,} left waiting"
    return [
        line(what, "s", _column(runs, "seconds"), at_most=2.5),
        line("peak memory", "MiB", _column(runs, "peak_mib")),
    ]


def _column(results: list[Result], name: str) -> list[float]:
    return [float(r[name]) for r in results]


CASES: dict[str, Callable[[bool], list[Line]]] = {
    "pssimpy": pssimpy,
    "t2-day": t2_day,
    "big-200": big_200,
    "stepping": stepping,
    "history": history,
    "cold": cold,
    "linear": linear,
    "saving": saving,
    "solve": solve,
    "intake": intake,
    "many": many,
    "decisions": decisions,
    "t2-trees": t2_trees,
    "graph": graph,
    "watched": watched,
    "live": live,
}
