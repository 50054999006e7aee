"""What is written down about a run: enough to know where it came from, and to run it again."""

from __future__ import annotations

import hashlib
import json
import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from simcash.core.source import Source

PACKAGE = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Facts:
    """One run as the table `runs` describes it; the costly part is worked out when it is written."""

    source: Source
    world: str
    ticks: int
    start: int = 0  # its first tick
    parent_run: int | None = None  # the run it was forked from, at tick `start`
    seed: int | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    resolved: Callable[[], str | None] = lambda: None  # the scenario with every default in place, as JSON

    def row(self) -> dict[str, Any]:
        """The columns that are known when the run begins."""
        stored = json.dumps(source_facts(self.source), default=str)
        resolved = self.resolved() or json.dumps(self.source.data, default=str)
        fork = None if self.parent_run is None else self.start
        return {
            "name": self.source.name, "world": self.world, "parent_run": self.parent_run,
            "fork_tick": fork, "shared_until": fork, "scenario": self.source.text,
            "source": stored, "resolved": resolved, "hash": hashlib.sha256(resolved.encode()).hexdigest(),
            "seed": self.seed, "version": version(), "commit": commit(),
            "host": socket.gethostname(), "pid": os.getpid(),
            "started": datetime.now(UTC).replace(tzinfo=None), "seconds": 0.0,
            "ticks": self.ticks, "complete_until": self.start, "status": "running", "replayable": True,
        }  # fmt: skip


def source_facts(source: Source) -> dict[str, Any]:
    """A source as JSON; its text stands elsewhere."""
    folder = None if source.folder is None else str(source.folder)
    return {"name": source.name, "folder": folder, "data": source.data, "world": source.world}


def source_from(facts: Mapping[str, Any], text: str) -> Source:
    """The source that `source_facts` described."""
    folder = None if facts["folder"] is None else Path(facts["folder"])
    return Source(facts["name"], folder, text, facts["data"], facts["name"], usual=facts["world"])


def seed_of(data: Mapping[str, Any]) -> int | None:
    """The seed in a scenario, under whichever key it has one."""
    inner = data.get("simulation")
    found = data.get("rng_seed", data.get("seed", inner.get("rng_seed") if isinstance(inner, dict) else None))
    return found if isinstance(found, int) else None


def version() -> str:
    """The version of this program."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("simcash")
    except PackageNotFoundError:
        return "not installed"


def commit() -> str | None:
    """The commit of this checkout, if it is one."""
    git = PACKAGE.parent / ".git"
    try:
        head = (git / "HEAD").read_text().strip()
        name = head.removeprefix("ref: ")
        if name == head:
            return head
        if (git / name).exists():
            return (git / name).read_text().strip()
        packed = (git / "packed-refs").read_text().splitlines()
        return next((line.split()[0] for line in packed if line.endswith(f" {name}")), None)
    except OSError:
        return None
