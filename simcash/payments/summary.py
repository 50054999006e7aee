"""How a payments run goes, in plain numbers and without DataFrames.

A key's ending says its unit: _count, _cents, _rate (0 to 1), _by_tick (one number per tick).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simcash.core.tables import MISSING
from simcash.payments.tables import COST_KINDS

if TYPE_CHECKING:
    from simcash.core.simulation import Simulation
    from simcash.core.tables import Batch
    from simcash.payments.world import Payments

FLOWS = """
    SELECT bank, sum(arrived_count), sum(arrived_value), sum(settled_count), sum(settled_value),
        sum(dropped_count), sum(dropped_value)
    FROM bank_days GROUP BY bank
"""
WAITING = "SELECT sum(q1_value + q2_value) FROM bank_ticks GROUP BY tick ORDER BY tick"
FLOWED = (
    "arrived_count", "arrived_value_cents", "settled_count", "settled_value_cents",
    "dropped_count", "dropped_value_cents",
)  # fmt: skip


def summary(sim: Simulation) -> dict[str, Any]:
    """Settlement over the finished days, and queues, balances and costs now: in all and per bank."""
    world: Payments = sim.world
    recorded = {table.name for table in world.tables if table.recorded_at(world.record)}
    flows = {bank: numbers for bank, *numbers in sim.rows(FLOWS)} if "bank_days" in recorded else {}
    costs = [costs_of(world, b) for b in range(len(world.ids))]
    return {
        **(flowed([sum(column) for column in zip(*flows.values(), strict=True)]) if flows else {}),
        **queued(world, slice(None)),
        "cost_cents": sum(cost["cost_cents"] for cost in costs),
        **({"waiting_value_cents_by_tick": waiting_by_tick(sim)} if "bank_ticks" in recorded else {}),
        "banks": [bank_now(world, b, flows.get(bank)) for b, bank in enumerate(world.ids)],
        "costs": sorted(costs, key=lambda cost: -cost["cost_cents"]),
    }


def flowed(numbers: list[Any]) -> dict[str, Any]:
    """What arrived, settled and was dropped, with the rates of settlement."""
    flow = dict(zip(FLOWED, map(int, numbers), strict=True))
    return {
        "settled_rate": ratio(flow["settled_count"], flow["arrived_count"]),
        "settled_value_rate": ratio(flow["settled_value_cents"], flow["arrived_value_cents"]),
        **flow,
    }


def queued(world: Payments, banks: slice | int) -> dict[str, int]:
    """Payments that wait, in the banks' own queues and in the central one."""
    count = {f"queue{q}_count": int(world.store[f"q{q}_count"][banks].sum()) for q in (1, 2)}
    return count | {"waiting_value_cents": sum(int(world.store[f"q{q}_value"][banks].sum()) for q in (1, 2))}


def bank_now(world: Payments, b: int, numbers: list[Any] | None) -> dict[str, Any]:
    """One bank: what it settled, if days are recorded, what waits, what it holds."""
    flow: dict[str, Any] = {} if numbers is None else flowed(numbers)
    shown = {key: value for key, value in flow.items() if key in ("settled_rate", "settled_value_cents")}
    balance = int(world.store["balance"][b])
    return {"bank": world.ids[b], **shown, **queued(world, b), "balance_cents": balance}


def costs_of(world: Payments, b: int) -> dict[str, Any]:
    """What the run has cost one bank so far, and by kind, where there is any."""
    costs = dict(zip(COST_KINDS, map(int, world.store["cost_run"][:, b]), strict=True))
    kinds = {f"{kind}_cents": cost for kind, cost in costs.items() if cost}
    return {"bank": world.ids[b], "cost_cents": sum(costs.values()), **kinds}


def waiting_by_tick(sim: Simulation) -> list[int]:
    return [int(value) for (value,) in sim.rows(WAITING)]


def pulse(sim: Simulation, batch: Batch) -> dict[str, int]:
    """One tick's numbers: what settled in it, and what waits at its end."""
    payments, banks = batch["payments"], batch["bank_ticks"]
    settled = payments["amount"][payments["settled_seq"] != MISSING]
    return {
        "settled_count": len(settled),
        "settled_value_cents": int(settled.sum()),
        "queue1_count": int(banks["q1_count"].sum()),
        "queue2_count": int(banks["q2_count"].sum()),
        "waiting_value_cents": int(banks["q1_value"].sum() + banks["q2_value"].sum()),
    }


def ratio(part: int, whole: int) -> float:
    return part / whole if whole else 1.0
