"""The command line: run a scenario, list what there is, check a file, replay a stored run, open the lab.

Heavy things are imported inside the commands, so that `simcash --help` answers at once.
"""

from __future__ import annotations

import gc
import io
import json
import os
import sys
import textwrap
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simcash.report import room, show

if TYPE_CHECKING:
    from simcash.core.simulation import Simulation

WELL, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130
PATIENCE = 1.0  # seconds before a progress line appears
SLICE = 0.1  # seconds between its movements
LAB_FOLDER = Path("simcash-notebooks")

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """Answer one command; every mistake is a sentence on stderr and an exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal may lack a letter
    app(prog_name="simcash")


def tell_version(wanted: bool) -> None:
    if wanted:
        from simcash import __version__

        print(f"simcash {__version__}")
        raise typer.Exit


@app.callback()
def simcash_command(
    version: Annotated[
        bool,
        typer.Option("--version", callback=tell_version, is_eager=True, help="say which version this is"),
    ] = False,
) -> None:
    """Simulated financial worlds you can step, look into, fork and replay, to the cent."""


# ---------------------------------------------------------------- commands


@app.command()
def run(
    scenario: Annotated[str, typer.Argument(help="a library name (see `simcash scenarios`) or a file")],
    seed: Annotated[int | None, typer.Option(help="instead of the scenario's own seed")] = None,
    days: Annotated[int | None, typer.Option(min=1, help="instead of the scenario's number of days")] = None,
    db: Annotated[Path | None, typer.Option(help="keep the run in this DuckDB file, day by day")] = None,
    change: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="change the scenario: agents.0.policy.type=Fifo"),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="print nothing but mistakes")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON object, and nothing else")] = False,
    stream: Annotated[
        bool, typer.Option("--stream", help="print one JSON line per tick, then the summary as the last")
    ] = False,
) -> None:
    """Run a scenario to its end and say how it went."""
    with plain_errors():
        changes = parsed(change or [])
        with opened(scenario, changes, days, stream, seed=seed, db=db) as sim, told_when_stopped(sim, db):
            started = perf_counter()
            silent = quiet or as_json or stream
            run_to_end(sim, stream_tick if stream else None, progress=not silent)
            report = closing(sim, perf_counter() - started)
            if as_json or stream:
                print(json.dumps(report))
            elif not quiet:
                show(report)


@app.command()
def scenarios() -> None:
    """List the scenarios that come with simcash, and what each shows."""
    with plain_errors():
        import simcash

        listed = simcash.scenarios().to_dict("records")
        width = max(len(row["name"]) for row in listed)
        for row in listed:
            line = f"{row['name']:<{width}}  {row['world']}  {row['what it shows']}"
            print(textwrap.fill(line, room(), subsequent_indent=" " * (width + 2)))


@app.command()
def validate(file: Annotated[str, typer.Argument(help="a scenario file, or a library name")]) -> None:
    """Check a scenario: every mistake at once, with its line and the nearest key that exists."""
    with plain_errors(), opened(file, {}) as sim:
        print(f"{sim.name}: a good {sim.source.world} scenario, {sim.clock.ticks:,} ticks")
        for remark in getattr(sim, "remarks", list)():
            print(remark)


@app.command()
def replay(
    db: Annotated[Path, typer.Argument(help="the DuckDB file that holds the run")],
    run_id: Annotated[int, typer.Argument(metavar="RUN", help="the run's number")],
) -> None:
    """Run a stored run again and check that every row comes out the same."""
    with plain_errors():
        import simcash
        from simcash.core.history import History, HistoryError

        try:
            if not db.exists():
                raise HistoryError(f"{db}: no such file")
            with History(db) as stored:
                world = str(stored.facts(run_id)["world"])
        except HistoryError as error:
            raise Refused(str(error), BAD_INPUT) from None
        with told_if_compiling(world):
            again = simcash.replay(db, run_id)
        with again:
            print(f"{again.name}: {again.now:,} ticks run again, every row as stored")


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def lab(context: typer.Context) -> None:
    """Open the first notebook in JupyterLab (anything added is passed on to it)."""
    import signal
    from importlib.util import find_spec
    from subprocess import Popen

    with plain_errors():
        if find_spec("jupyterlab") is None:
            raise Refused('JupyterLab is not installed here; pip install "simcash[lab]" brings it', FAILED)
        first = notebooks(Path(__file__).resolve().parent) / "00_start.ipynb"
        server = Popen([sys.executable, "-m", "jupyterlab", str(first), *context.args])
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is Jupyter's to answer
        raise typer.Exit(server.wait())


@app.command()
def warmup() -> None:
    """Compile every world's engine now, so that no later run waits for it."""
    with plain_errors():
        from simcash.core.scenario import scenario_files

        first = {name.partition("/")[0]: name for name in sorted(scenario_files(), reverse=True)}
        for world, name in first.items():
            started = perf_counter()
            with opened(name, {}) as sim:
                sim.step(1)
            print(f"{world}: compiled and kept, {perf_counter() - started:.1f} s")


# ---------------------------------------------------------------- opening


@contextmanager
def opened(
    scenario: str, changes: dict[str, Any], days: int | None = None, stream: bool = False, **options: Any
) -> Iterator[Simulation]:
    """A scenario opened with changes."""
    with uncollected():
        import simcash
        from simcash.core.scenario import read

        source = read(scenario, world=simcash.USUAL)
        if days is not None:
            changes["num_days" if "num_days" in source.data else "simulation.num_days"] = days
        if stream and changes.get("record", source.data.get("record")) in ("off", "summary"):
            changes["record"] = "standard"  # what the lines are made from
        with told_if_compiling(source.world):
            sim = simcash.open(source, set=changes, **options)
    with sim:
        yield sim


@contextmanager
def uncollected() -> Iterator[None]:
    """While much is loaded and little let go: searching for garbage would take a tenth of a short run."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextmanager
def told_if_compiling(world: str) -> Iterator[None]:
    """Say so if a world's engine has yet to be compiled; a mistake in a scenario shows long before."""
    from threading import Timer

    from simcash import worlds
    from simcash.core.jit import is_compiled

    if world not in worlds() or is_compiled(world):
        yield
        return
    notice = f"Compiling the {world} engine for this machine: once, for about ten seconds ..."
    timer = Timer(PATIENCE / 2, complain, [notice])
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


# ---------------------------------------------------------------- running


def parsed(changes: list[str]) -> dict[str, Any]:
    """`key=value` texts as a mapping; values are JSON where they read as JSON, text otherwise."""
    values: dict[str, Any] = {}
    for change in changes:
        key, equals, text = change.partition("=")
        if not (key and equals):
            raise typer.BadParameter(f'"{change}" is not KEY=VALUE', param_hint="--set")
        try:
            values[key] = json.loads(text)
        except json.JSONDecodeError:
            values[key] = text
    return values


def run_to_end(sim: Simulation, each_tick: Callable[[Simulation], None] | None, progress: bool) -> None:
    """Step to the end: tick by tick if each is to be told, else in slices as long as the line needs."""
    ticks = 1
    with progress_line(sim, progress and sys.stderr.isatty()) as moved:
        while not sim.done:
            before = perf_counter()
            if each_tick is not None:
                each_tick(sim)
            else:
                sim.run(until=sim.now + ticks, progress=False)
            if perf_counter() - before < SLICE:
                ticks *= 2
            moved()


def stream_tick(sim: Simulation) -> None:
    tick = sim.now
    print(json.dumps({"tick": tick, **sim.pulse(sim.step(1))}), flush=True)


@contextmanager
def progress_line(sim: Simulation, wanted: bool) -> Iterator[Callable[[], None]]:
    """A line that moves, on a terminal, for work that takes longer than `PATIENCE`."""
    if not wanted:
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn()
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    task = bar.add_task(sim.name, total=sim.clock.ticks, completed=sim.now)
    started = perf_counter()

    def moved() -> None:
        if not bar.live.is_started and perf_counter() - started > PATIENCE:
            bar.start()
        bar.update(task, completed=sim.now, description=f"{sim.name}  {sim.clock.label(sim.now)}")

    try:
        yield moved
    finally:
        bar.stop()


@contextmanager
def told_when_stopped(sim: Simulation, db: Path | None) -> Iterator[None]:
    """Ctrl-C: say where it stopped and what is kept."""
    try:
        yield
    except KeyboardInterrupt:
        kept = (
            f"finished days are kept in {db}, run {sim.run_id}" if db else "nothing is kept; --db FILE would"
        )
        complain(f"Stopped at {sim.clock.label(sim.now)}: {kept}.")
        raise


def closing(sim: Simulation, seconds: float) -> dict[str, Any]:
    """The whole report as JSON: what ran, and the world's own summary."""
    return {
        "scenario": sim.name,
        "world": sim.source.world,
        "run_id": sim.run_id,
        "seed": sim.seed,
        "ticks": sim.now,
        "seconds": round(seconds, 3),
        "summary": sim.summary(),
    }


# ---------------------------------------------------------------- mistakes and places


class Refused(Exception):
    """Something that cannot be done here: the sentence that says why, and the exit code."""

    def __init__(self, sentence: str, code: int) -> None:
        super().__init__(sentence)
        self.code = code


@contextmanager
def plain_errors() -> Iterator[None]:
    """Make of whatever goes wrong a sentence on stderr and an exit code (SIMCASH_DEBUG=1: a traceback)."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("default", UserWarning)
            warnings.showwarning = lambda message, *_, **__: complain(f"Note: {message}")
            yield
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None
    except BrokenPipeError:  # the reader of --stream has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(WELL) from None
    except Exception as error:
        if isinstance(error, (typer.Exit, typer.BadParameter)) or os.environ.get("SIMCASH_DEBUG"):
            raise
        from simcash.core.history import HistoryError
        from simcash.core.scenario import ScenarioError

        expected = isinstance(error, (ScenarioError, HistoryError, Refused))
        complain(str(error) if expected else f"The run failed: {type(error).__name__}: {error}")
        code = error.code if isinstance(error, Refused) else FAILED
        raise typer.Exit(BAD_INPUT if isinstance(error, ScenarioError) else code) from None


def complain(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def notebooks(package: Path) -> Path:
    """The notebooks of this checkout, or a copy of the packaged ones in the user's folder."""
    here = package.parent / "notebooks"
    if (here / "00_start.ipynb").exists():
        return here
    for packaged in sorted((package / "library" / "notebooks").glob("*.ipynb")):
        copy = LAB_FOLDER / packaged.name
        LAB_FOLDER.mkdir(exist_ok=True)
        if not copy.exists():  # what the user changed stays
            copy.write_bytes(packaged.read_bytes())
    return LAB_FOLDER
