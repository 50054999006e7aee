"""Simulated financial worlds you can step, look into, fork and replay, to the cent.

>>> import simcash
>>> sim = simcash.open("three-banks")

Importing this loads nothing heavy; each name below loads what it needs when it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from simcash.core.check import Report
    from simcash.core.history import History
    from simcash.core.scenario import Source
    from simcash.core.simulation import Simulation
    from simcash.core.world import World
    from simcash.payments.policies.document import Policy

__all__ = ["check_world", "load", "open", "policies", "policy", "replay", "scenarios", "worlds"]
__version__ = "0.1.0"

# World -> what opens its scenarios. The only place that names all worlds.
WORLDS = {"payments": "simcash.payments.world:open_world"}
SEEDS = {"payments": "simulation.rng_seed"}  # where a scenario without a seed of its own gets one
USUAL = "payments"  # the world of a scenario that names none

# World -> verb of its simulations -> function(sim, ...), found at first use; "" is for every world.
# A class is a noun: the name answers with what it makes of the simulation.
FACES: dict[str, dict[str, str]] = {
    "": {
        "charts": "simcash.view.tables:TableCharts",
        "cockpit": "simcash.view.cockpit:cockpit",
        "dashboard": "simcash.view.dashboard:dashboard",
        "graph": "simcash.view.network:graph",
    },
    "payments": {
        "charts": "simcash.view.payments:PaymentsCharts",
        "summary": "simcash.payments.summary:summary",
        "pulse": "simcash.payments.summary:pulse",
        "submit": "simcash.payments.actions:submit",
        "post_collateral": "simcash.payments.actions:post_collateral",
        "withdraw_collateral": "simcash.payments.actions:withdraw_collateral",
        "set_policy": "simcash.payments.actions:set_policy",
        "payment": "simcash.payments.life:payment",
        "remarks": "simcash.payments.remarks:remarks",
        "difference": "simcash.payments.differences:difference",
        "explain": "simcash.payments.explain:explain",
        "measures": "simcash.payments.measures:measures",
        "bank_measures": "simcash.payments.bank_measures:bank_measures",
        "channels": "simcash.payments.measures:channels",
        "liquidity_axis": "simcash.payments.frontier:liquidity_axis",
        "monitoring": "simcash.payments.monitoring:monitoring",
        "gridlocks": "simcash.payments.gridlock:gridlocks",
        "links": "simcash.payments.network:links",
        "throughput": "simcash.payments.measures:throughput",
        "cost_attribution": "simcash.payments.attribution:cost_attribution",
        "payment_costs": "simcash.payments.attribution:payment_costs",
        "inspector": "simcash.view.inspector:inspector",
        "microscope": "simcash.view.microscope:microscope",
        "policy_editor": "simcash.view.editor:bank_editor",
    },
}


def open(
    source: str | Path | Mapping[str, Any] | Source,
    seed: int | None = None,
    db: str | Path | None = None,
    set: Mapping[str, Any] | None = None,
    record: str | None = None,
    history: History | None = None,
) -> Simulation:
    """Open a scenario: a library name, a file, or a dict.

    `seed`, `record` and `set` ({"agents.0.policy.type": "Fifo"}) replace what it says; `db` keeps the run in
    a DuckDB file, `history` puts it beside other runs.
    """
    from simcash.core.scenario import read
    from simcash.core.simulation import Simulation

    given = read(source, world=USUAL)
    world = given.world
    changes = dict(set or {})
    if record is not None:
        changes["record"] = record
    if seed is not None:
        changes[
            next((key for key in ("rng_seed", "seed") if key in given.data), SEEDS.get(world, "seed"))
        ] = seed
    return Simulation(
        maker(world),
        given.with_values(changes) if changes else given,
        db=db, history=history, faces=faces(world), seed=seed, parameters=changes,
    )  # fmt: skip


def load(path: str | Path, db: str | Path | None = None) -> Simulation:
    """Go on with what `sim.save(path)` saved."""
    from simcash.core.simulation import Simulation

    return Simulation.load(path, maker, db=db, faces_of=faces)


def replay(db: str | Path, run_id: int) -> Simulation:
    """Run a stored run again and check that every row comes out the same."""
    from simcash.core.history import History
    from simcash.core.replay import replay as again

    with History(db) as stored:
        return again(stored, run_id, maker, faces)


def scenarios() -> pd.DataFrame:
    """The scenarios that come with simcash: name, world, what it shows."""
    from simcash.core.notebook import Words
    from simcash.core.scenario import read, scenario_files

    found = []
    for name, path in scenario_files().items():
        world, _, short = name.partition("/")
        found.append((short, world, read(path).summary))
    return Words(found, columns=["name", "world", "what it shows"])


def policies() -> pd.DataFrame:
    """The payment policies that come with simcash: name, what it does and when that is wise."""
    from simcash.payments.policies.shelf import shelf

    return shelf()


def policy(source: str | Path | Mapping[str, Any] | Policy, **numbers: float) -> Policy:
    """A payment policy: a library name, a file, JSON text or a dict; `numbers` replace its own."""
    from simcash.payments.policies.load import read

    return read(source, **numbers)


def worlds() -> list[str]:
    """The worlds there are."""
    return list(WORLDS)


def __getattr__(name: str) -> Any:
    """The worlds and the view, loaded when first used: `simcash.payments.from_table(...)`."""
    if name in WORLDS or name == "view":
        return import_module(f"simcash.{name}")
    raise AttributeError(f"module 'simcash' has no attribute {name!r}")


def check_world(make: Callable[[int], World], **options: Any) -> Report:
    """Check the promises every world keeps on one of your own: `check_world(lambda seed: MyWorld(seed))`."""
    from simcash.core.check import check_world

    return check_world(make, **options)


def maker(world: str) -> Callable[[Source], World]:
    """What opens the scenarios of a world."""
    from simcash.core.problems import Problem, ScenarioError, choice

    if world not in WORLDS:
        raise ScenarioError([Problem("scenario", None, "world", choice(world, list(WORLDS), "Worlds"))])
    module, _, name = WORLDS[world].partition(":")
    opener: Callable[[Source], World] = getattr(import_module(module), name)
    return opener


def faces(world: str) -> dict[str, str]:
    """The verbs of a world's simulations that are kept elsewhere."""
    return {**FACES[""], **FACES.get(world, {})}
