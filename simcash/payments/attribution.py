"""Which payment cost what: every cent that was booked, with the payment it belongs to, if to one.

Penalties, split friction and drops are booked for payments as they happen. Delay is booked for a bank as a
whole, with one rounding a tick, unless the run records everything (record: full). Here it is shared among the
payments that waited: to each the floor of its exact share, and the cents left over to those with the largest
remainders, ties to the lower id (spec 3.6). All of it comes from the rows, with exact whole numbers.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from simcash.core.tables import LEVELS
from simcash.payments.tables import COST_KINDS
from simcash.payments.tariff import CostRates

if TYPE_CHECKING:
    import pandas as pd

    from simcash.core.simulation import Simulation

END = 2**31 - 1
BANDS = (8, 4, 0)  # the lowest priority of each band of delay multipliers
# What each payment was at the end of each tick, its exact share of what its bank was charged for delay in
# billionths of a cent, and the whole cents of it.
DELAYS = f"""
    WITH price AS (
        SELECT unnest($band::INTEGER[]) AS band, unnest($late::BOOLEAN[]) AS late,
            unnest($first::INTEGER[]) AS first, unnest($stop::INTEGER[]) AS stop,
            unnest($price::BIGINT[]) AS price
    ), booked AS (
        SELECT tick, bank, amount FROM costs
        WHERE kind = 'delay' AND tx_id IS NULL AND ($bank IS NULL OR bank = $bank)
    ), waiting AS (
        SELECT * FROM (
            SELECT tx_id, sender, amount, status, overdue_since IS NOT NULL AS late,
                CASE WHEN priority >= {BANDS[0]} THEN 0 WHEN priority >= {BANDS[1]} THEN 1 ELSE 2 END AS band,
                tick AS first, lead(tick, 1, {END}) OVER (PARTITION BY tx_id ORDER BY tick) AS stop
            FROM payments_log
        ) WHERE status IN ('queue1', 'queue2')
    ), exact AS (
        SELECT b.tick, b.bank, b.amount AS total, w.tx_id, w.amount::HUGEINT * p.price AS share
        FROM booked b
        JOIN waiting w ON w.sender = b.bank AND b.tick >= w.first AND b.tick < w.stop
        JOIN price p ON p.band = w.band AND p.late = w.late AND b.tick >= p.first AND b.tick < p.stop
    ), floors AS (
        SELECT *, share // 1_000_000_000 AS cents,
            row_number() OVER (PARTITION BY tick, bank ORDER BY share % 1_000_000_000 DESC, tx_id) AS turn
        FROM exact
    )
    SELECT tick, bank, 'delay' AS kind, tx_id,
        (cents + if(turn <= total - sum(cents) OVER (PARTITION BY tick, bank), 1, 0))::BIGINT AS amount
    FROM floors
"""
ATTRIBUTION = f"""
    SELECT tick, bank, kind, tx_id, amount FROM costs
    WHERE (kind <> 'delay' OR tx_id IS NOT NULL) AND ($bank IS NULL OR bank = $bank)
    UNION ALL FROM ({DELAYS}) WHERE amount <> 0
"""
OF_PAYMENT = f"""
    SELECT kind, sum(amount)::BIGINT FROM ({ATTRIBUTION}) WHERE tx_id = $tx_id GROUP BY kind ORDER BY kind
"""


def cost_attribution(sim: Simulation, bank: str | None = None) -> pd.DataFrame:
    """Every cost of the run so far, or of one bank: tick, bank, kind, tx_id (a gap where it belongs to no
    payment) and amount in cents.

    Delay of payment p in tick t: floor(amount * m * k / 10^9) cents, with m and k as spec 3.6 has them, plus
    one cent for those with the largest remainders, so that a bank's rows sum to what it was charged.
    """
    rows = f"FROM ({ATTRIBUTION}) ORDER BY tick, bank, kind, tx_id"
    return sim.sql(rows, parameters(sim, bank)).astype({"tx_id": "Int64"})


def payment_costs(sim: Simulation) -> pd.DataFrame:
    """What each payment has cost its sender, in cents: a column per kind and their sum, a row per payment
    that cost anything. Costs that belong to no payment (credit, collateral, pool, throughput, loans) are not
    in it; with them it sums to `sim.costs`."""
    rows = cost_attribution(sim).dropna(subset="tx_id")
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
    return dict(sim.rows(OF_PAYMENT, {**parameters(sim, bank), "tx_id": tx_id}))


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
