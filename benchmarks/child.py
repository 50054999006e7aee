"""Jobs measured in a process of their own: `python -m benchmarks.child JOB`, JSON in, one JSON line out."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import numpy as np

import simcash
from benchmarks import payments
from benchmarks.measure import peak_mib, seconds
from simcash.core.scenario import read
from simcash.core.tables import Batch
from simcash.payments.many import outcomes

Job = dict[str, Any]


def run(given: Job) -> Job:
    """A scenario from open to end, then how many payments there were and how many still wait."""
    source, values = given["source"], given.get("set")
    warm(source, values)
    start = time.perf_counter()
    with simcash.open(source, set=values, db=given.get("db")) as sim:
        opened = time.perf_counter() - start
        spent = seconds(sim.run)
        measured = {"open_seconds": opened, "seconds": spent, "peak_mib": peak_mib()}
        if (values or {}).get("record") == "off":
            return measured
        counts = sim.sql(
            "SELECT count(*) AS payments, count_if(status LIKE 'queue%') AS waiting FROM payments"
        )
        return measured | {name: int(counts[name][0]) for name in ("payments", "waiting")}


def produce(given: Job) -> Job:
    """The same run, its rows made in the same steps and then thrown away."""
    warm(given["source"], given.get("set"))
    with simcash.open(given["source"], set=given.get("set")) as sim:
        recorder, rows = sim._recorder, 0

        def forget(batch: Batch, now: int) -> None:
            nonlocal rows
            recorder.now, rows = now, rows + batch.count()

        recorder.add = forget  # type: ignore[method-assign]
        return {"seconds": seconds(sim.run), "rows": rows}


def watched(given: Job) -> Job:
    """The same run while a graph watches it whose page has every frame at once."""
    warm(given["source"], given.get("set"))
    with simcash.open(given["source"], set=given.get("set")) as sim:
        sim.step()
        graph, frames = sim.graph(), 0

        def take(message: Job, buffers: Any = None) -> None:
            nonlocal frames
            frames += message["kind"] == "frame"
            graph._receive(graph, {"kind": "seen", "seq": sys.maxsize}, [])

        graph.send = take
        spent = seconds(sim.run)
        return {"seconds": spent, "frames": frames / spent}


def settle(given: Job) -> Job:
    """The payment list through simcash, history on: the tick in which each payment settled."""
    source = payments.scenario(payments.payment_list(given["days"]), given["days"])
    warm(payments.scenario(payments.payment_list(1), 1), None)
    start = time.perf_counter()
    with simcash.open(source) as sim:
        opened = time.perf_counter() - start
        spent = seconds(sim.run)
        rows = sim.sql("SELECT coalesce(settled_tick, -1) AS tick FROM payments ORDER BY tx_id")
    return {"open_seconds": opened, "seconds": spent, "settled": rows["tick"].tolist()}


def twin(given: Job) -> Job:
    """The payment list through the slow twin, all rows kept."""
    from tests.twins.payments import Twin

    source = payments.scenario(payments.payment_list(given["days"]), given["days"])
    start = time.perf_counter()
    slow = Twin(source)  # type: ignore[no-untyped-call]
    opened = time.perf_counter() - start
    spent = seconds(slow.step, slow.ticks)
    settled = [-1 if p.settled_tick is None else p.settled_tick for p in slow.payments]
    return {"open_seconds": opened, "seconds": spent, "settled": settled}


def many(given: Job) -> Job:
    """A scenario with many seeds, opening included; compiled code is loaded."""
    source, seeds = read("two-bank-stochastic").with_values(given["set"]), range(given["runs"])
    outcomes(source, seeds[:2])
    before = time.process_time()
    spent = seconds(lambda: outcomes(source, seeds, threads=given["threads"]))
    return {"seconds": spent, "processor_seconds": time.process_time() - before}


def decisions(given: Job) -> Job:
    """One bank's tree for each of its waiting payments, over and over."""
    from benchmarks import deciding

    with simcash.open(deciding.waiting(given["conditions"]), record="off") as sim:
        sim.step(3)
        state, slots = sim.world.store.record, np.arange(len(sim.queue("A")))
        deciding.decide(state, 0, slots, 1)
        spent = seconds(deciding.decide, state, 0, slots, given["rounds"])
    return {"seconds": spent, "decisions": len(slots) * given["rounds"]}


def warm(source: str | dict[str, Any], values: dict[str, Any] | None) -> None:
    """Load the compiled code."""
    with simcash.open(source, set=values) as sim:
        sim.step()


JOBS = {
    "run": run, "produce": produce, "settle": settle, "twin": twin, "watched": watched,
    "many": many, "decisions": decisions,
}  # fmt: skip

if __name__ == "__main__":
    print(json.dumps(JOBS[sys.argv[1]](json.load(sys.stdin))))
