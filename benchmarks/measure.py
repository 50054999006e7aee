"""Figures, turns between contenders, measurements in processes of their own, and what machine this is."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

K = TypeVar("K")
T = TypeVar("T")
HERE = Path(__file__).resolve().parent
ROOT = HERE.parent


@dataclass(frozen=True)
class Line:
    """One line of the table: a median with its range, and the bar it has to reach, if there is one."""

    name: str
    unit: str
    median: float
    low: float
    high: float
    at_most: float | None
    at_least: float | None


def line(
    name: str,
    unit: str,
    values: Iterable[float],
    at_most: float | None = None,
    at_least: float | None = None,
) -> Line:
    """The median and range of `values` as a line."""
    ordered = sorted(values)
    return Line(name, unit, statistics.median(ordered), ordered[0], ordered[-1], at_most, at_least)


def alternate(contenders: Mapping[K, Callable[[], T]], rounds: int) -> dict[K, list[T]]:
    """Every contender once per round, the order turned round each time, so that drift hits all alike."""
    results: dict[K, list[T]] = {name: [] for name in contenders}
    for number in range(rounds):
        for name in list(contenders)[:: -1 if number % 2 else 1]:
            results[name].append(contenders[name]())
    return results


def seconds(work: Callable[..., object], *given: Any) -> float:
    """How long `work(*given)` takes."""
    start = time.perf_counter()
    work(*given)
    return time.perf_counter() - start


def child(job: str, **given: Any) -> dict[str, Any]:
    """What a job of `benchmarks.child` measured in a process of its own."""
    result: dict[str, Any] = answer([sys.executable, "-m", "benchmarks.child", job], given)
    return result


def answer(command: list[str], given: object = None) -> Any:
    """The JSON on the last line that a process prints, given JSON on its standard input."""
    text = json.dumps(given)
    done = subprocess.run(command, input=text, capture_output=True, text=True, cwd=ROOT, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr[-3000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def peak_mib() -> float:
    """Peak memory of this process (Linux: VmHWM, since ru_maxrss would remember the parent's size)."""
    status = Path("/proc/self/status")
    if status.exists():
        rows = status.read_text().splitlines()
        return next(int(row.split()[1]) for row in rows if row.startswith("VmHWM")) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # bytes on macOS


def machine() -> dict[str, Any]:
    """Cores, processor and the versions that matter."""
    info = Path("/proc/cpuinfo")
    rows = info.read_text().splitlines() if info.exists() else []
    cpu = next((row.split(": ", 1)[1] for row in rows if row.startswith("model name")), platform.processor())
    versions = {package: version(package) for package in ("numpy", "numba", "duckdb", "pandas")}
    return {"cores": os.cpu_count(), "cpu": cpu, "python": platform.python_version()} | versions


def commit() -> str:
    """The short hash of the commit measured, with + when the tree differs from it."""

    def git(*words: str) -> str:
        done = subprocess.run(["git", *words], capture_output=True, text=True, cwd=ROOT, check=False)
        return done.stdout.strip()

    written_here = (":!benchmarks/history.jsonl", ":!benchmarks/README.md")
    changed = git("status", "--porcelain", "--", ".", *written_here)
    return (git("rev-parse", "--short", "--verify", "--quiet", "HEAD") or "none") + ("+" if changed else "")
