"""What a simulation says of itself: where it is in time, its key numbers, what to try next.

Nothing in it depends on the machine or the hour, so that a saved notebook shows what a new run shows.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simcash.core.simulation import Simulation


def facts(sim: Simulation) -> list[tuple[str, str]]:
    """Label and value, line by line."""
    clock = sim.clock
    length = f"{sim.now:,} of {clock.ticks:,} {clock.unit}s"
    ended = ", done" if sim.done else ", playing" if sim.playing else ""
    lines = [("now", f"{clock.label(sim.now)}  ({length}{ended})")]
    lines += [(name.replace("_", " "), shown(value)) for name, value in key_numbers(sim).items()]
    lines.append(("rows", f"{sim._recorder.rows:,} in {sim.history}, run {sim.run_id}{parent(sim)}"))
    return [*lines, ("try", ", ".join(suggestions(sim)))]


def heading(sim: Simulation) -> str:
    seed = "" if sim.seed is None else f", seed {sim.seed}"
    return f"{sim.name}  ({sim._facts.world}{seed})"


def parent(sim: Simulation) -> str:
    of = sim._facts.parent_run
    return "" if of is None else f", forked from run {of} at {sim.clock.unit} {sim._facts.start}"


def key_numbers(sim: Simulation) -> dict[str, Any]:
    """What the world itself calls important, if it does."""
    return dict(getattr(sim.world, "key_numbers", {}))


def suggestions(sim: Simulation) -> list[str]:
    first = next((t.name for t in sim._world.tables if t.kind != "state"), None)
    look = [f'sim.table("{first}")', "sim.tables"] if first else []
    if sim.done:
        return [*look, f"sim.rewind({sim.clock.ticks // 2})", 'sim.save("run.simcash")']
    if sim.now == 0:
        return ["sim.step()", "sim.run()", *look[1:]]
    return ["sim.run()", *look[:1], "sim.fork(set={...})", "sim.rewind(0)"]


def shown(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int | float) else str(value)


def text(sim: Simulation) -> str:
    """The card in letters."""
    lines = facts(sim)
    width = max(len(label) for label, _ in lines)
    return "\n".join([heading(sim), *(f"  {label:<{width}}  {value}" for label, value in lines)])


def html(sim: Simulation) -> str:
    """The card in HTML."""
    from simcash.core.notebook import card, rows

    share = 100 * sim.now / max(sim.clock.ticks, 1)
    bar = (
        '<div style="height:3px;margin:4px 0 6px;background:rgba(128,128,128,.25)">'
        f'<div style="height:3px;width:{share:.1f}%;background:#0072B2"></div></div>'
    )
    lines = (
        (f'<span style="opacity:.7">{escape(label)}</span>', value_html(label, value))
        for label, value in facts(sim)
    )
    return card(heading(sim), bar, rows(lines))


def value_html(label: str, value: str) -> str:
    if label != "try":
        return escape(value)
    return " ".join(f"<code>{escape(part)}</code>" for part in value.split(", "))
