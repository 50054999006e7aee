"""Gridlocks: ticks at whose end payments waited in the central queue that could have settled together.

A tick's kind is gridlock if partial netting of the central queue would settle something (of up to 20
payments: if any set of them would), deadlock if more liquidity is needed, none if nothing waits (spec 3.5).
Where liquidity saving is on, each tick's last run has noted it. Where it is off, the run is followed again,
tick by tick, and the question is put to the queue that each tick leaves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simcash.payments import readings
from simcash.payments.lsm import solve
from simcash.payments.releasing import Releases

if TYPE_CHECKING:
    import pandas as pd

    from simcash.core.simulation import Simulation
    from simcash.payments.world import Payments

NOTED = "SELECT tick, gridlock FROM lsm_runs WHERE gridlock IS NOT NULL ORDER BY tick"
FEW = 20  # payments for which the best set is searched for
KINDS = ("gridlock", "deadlock")


def gridlocks(sim: Simulation) -> pd.DataFrame:
    """A row per episode, which is a stretch of ticks of one kind: `kind` (gridlock or deadlock),
    `first_tick`, `last_tick` and how many `ticks`."""
    import pandas as pd

    kinds = dict(sim.rows(NOTED)) if sim.world.scenario.saves else followed(sim)
    ticks = sorted(tick for tick, kind in kinds.items() if kind in KINDS)
    episodes: list[list[int]] = []
    for tick in ticks:
        if episodes and episodes[-1][-1] == tick - 1 and kinds[tick - 1] == kinds[tick]:
            episodes[-1].append(tick)
        else:
            episodes.append([tick])
    rows = [(kinds[e[0]], e[0], e[-1], len(e)) for e in episodes]
    index = pd.RangeIndex(len(rows), name="episode")
    return pd.DataFrame(rows, index, ["kind", "first_tick", "last_tick", "ticks"])


def followed(sim: Simulation) -> dict[int, str]:
    """The kind of each tick of a run without liquidity saving, from its first tick on."""
    return {world.now - 1: kind_of(world) for world in sim.past() if world.now}


def kind_of(world: Payments) -> str:
    """What the central queue is in now: none, gridlock or deadlock; limits that are net count as gross."""
    releases = Releases(world)
    if not releases.queue:
        return "none"
    columns = (releases.sender, releases.receiver, releases.amount)
    payments = np.stack([column[releases.queue] for column in columns], axis=1)
    limits: dict[int | tuple[int, int], int] = dict(releases.total_left.items())
    limits.update(releases.pair_left.items())
    able = readings.available(world)
    found = solve("partial_netting", able, payments, limits).settled.size
    if not found and len(payments) <= FEW:
        found = solve({"type": "max_value", "max_queue": FEW}, able, payments, limits).settled.size
    return "gridlock" if found else "deadlock"
