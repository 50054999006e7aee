"""Which payment cost what: every cent that was booked, with the payment it belongs to, if to one.

Penalties, split friction and drops are booked for payments as they happen. Delay is booked for a bank as a
whole, with one rounding a tick, unless the run records everything (record: full); see `delays` for whose it
is. All of it comes from the rows, with exact whole numbers.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from simcash.core.tables import LEVELS
from simcash.payments.delays import BANDS, END, Delays
from simcash.payments.readings import place_of
from simcash.payments.tables import COST_KINDS
from simcash.payments.tariff import CostRates

if TYPE_CHECKING:
    import pandas as pd

    from simcash.core.simulation import Simulation

TYPES = {"bank": "str", "kind": "str", "tx_id": "Int64"}  # also of a table without rows
BOOKED = """
    SELECT tick, bank, kind, tx_id, amount FROM costs
    WHERE (kind <> 'delay' OR tx_id IS NOT NULL) AND ($bank IS NULL OR bank = $bank)
"""
BY_PAYMENT = f"""
    SELECT tx_id, bank, kind, sum(amount)::BIGINT AS amount FROM ({BOOKED})
    WHERE tx_id IS NOT NULL AND ($tx IS NULL OR tx_id = $tx) GROUP BY tx_id, bank, kind
"""


def cost_attribution(sim: Simulation, bank: str | None = None) -> pd.DataFrame:
    """Every cost of the run so far, or of one bank: tick, bank, kind, tx_id (a gap where it belongs to no
    payment) and amount in cents.

    Delay of payment p in tick t: floor(amount * m * k / 10^9) cents, with m and k as spec 3.6 has them, plus
    one cent for those with the largest remainders, so that a bank's rows sum to what it was charged.
    """
    if bank is not None:
        place_of(sim.world, bank)
    delays = delays_of(sim, bank)
    rows = sim.sql(f"FROM ({BOOKED}) ORDER BY tick, bank, kind, tx_id", {"bank": bank})
    return in_one(rows.astype(TYPES), delays.rows())


def in_one(rows: pd.DataFrame, delays: pd.DataFrame) -> pd.DataFrame:
    """Both tables as one in their order: by tick, bank, kind and payment."""
    import pandas as pd

    if delays.empty:
        return rows
    banks = np.union1d(rows["bank"].unique(), delays["bank"].unique())
    both = pd.concat([rows, delays])
    places = pd.Categorical(both["bank"], banks).codes.astype(np.int64)
    after = 2 * (both["kind"] > "delay") + (both["kind"] == "delay")
    key = (both["tick"].to_numpy(np.int64) * banks.size + places) * 3 + after.to_numpy()
    return both.take(np.argsort(key, kind="stable")).reset_index(drop=True)


def payment_costs(sim: Simulation) -> pd.DataFrame:
    """What each payment has cost its sender, in cents: a column per kind and their sum, a row per payment
    that cost anything. Costs that belong to no payment (credit, collateral, pool, throughput, loans) are not
    in it; with them it sums to `sim.costs`."""
    import pandas as pd

    booked = sim.sql(BY_PAYMENT, {"bank": None, "tx": None})
    rows = pd.concat([booked.astype(TYPES), delays_of(sim).by_payment()])
    table = rows.pivot_table(
        index=["tx_id", "bank"], columns="kind", values="amount", aggfunc="sum", fill_value=0
    )
    table = table[[kind for kind in COST_KINDS if kind in table]].astype("int64").reset_index("bank")
    table.columns.name = None
    table["total"] = table.drop(columns="bank").sum(axis=1)
    return table


def costs_of_payment(sim: Simulation, tx_id: int, bank: str) -> dict[str, int]:
    """What one payment has cost its sender, by kind, as far as costs are recorded."""
    if not recorded(sim):
        return {}
    booked = {kind: cost for _, _, kind, cost in sim.rows(BY_PAYMENT, {"bank": bank, "tx": tx_id})}
    delay = delays_of(sim, bank).of_payment(tx_id)
    return dict(sorted({**({"delay": delay} if delay else {}), **booked}.items()))


def delays_of(sim: Simulation, bank: str | None = None) -> Delays:
    """The delay cost of a run, or of one bank."""
    return Delays(sim, parameters(sim, bank))


def recorded(sim: Simulation) -> bool:
    return LEVELS.index(sim.world.record) >= LEVELS.index("standard")


def parameters(sim: Simulation, bank: str | None) -> dict[str, Any]:
    """What the queries need: whose costs, and the price of a cent's delay by band, lateness and tick."""
    if not recorded(sim):
        raise ValueError(f'costs need rows: open with record="standard", not "{sim.world.record}"')
    listed = [
        (band, late, first, stop, rates.delay_multiplier(BANDS[band], late) * rates.delay_k)
        for rates, first, stop in prices(sim)
        for band in range(len(BANDS))
        for late in (False, True)
    ]
    names = ("band", "late", "first", "stop", "price")
    return {"bank": bank, **{name: list(v) for name, v in zip(names, zip(*listed, strict=True), strict=True)}}


def prices(sim: Simulation) -> list[tuple[CostRates, int, int]]:
    """Which prices held from which tick to before which: a fork may have changed them."""
    line = sim.history.lineage(sim.run_id)
    starts = [*(until for _, until in line[1:]), 0]
    found = []
    for (run, until), start in zip(line, starts, strict=True):
        rates = sim.world.scenario.cost_rates if run == sim.run_id else rates_of(sim, run)
        found.append((rates, start or 0, END if until is None else until))
    return found


def rates_of(sim: Simulation, run: int) -> CostRates:
    """The prices of another run of the same history."""
    return CostRates.model_validate(json.loads(sim.history.facts(run)["resolved"])["cost_rates"])
