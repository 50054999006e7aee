"""The live graph from kernel to picture, in a real JupyterLab: how late, how soon, how large."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import Line, alternate, line

if TYPE_CHECKING:
    from tests.browser.lab import Lab
    from tests.browser.notebook import Notebook

NAME = "live.ipynb"
OPEN = 'import simcash\nsim = simcash.open("big-200", set={"simulation.num_days": 50})\nsim.step()'
PLAY = "sim.play(speed=20)"
# Python's clock and the page's are the machine's. The last words of a frame's header are not known before
# it is packed, so the moment is kept beside it, by its number.
STAMP = """
import time
made = {}
show = graph._screen.show
def stamped(look, header):
    made[header["seq"]] = time.time()
    show(look, header)
graph._screen.show = stamped
"""
WATCH = """() => {
  const root = document.querySelector(".simcash-graph");
  let [last, drawn] = [root.scene.seq, root.scene.frames.drawn];
  window.shown = {};
  window.watching = true;
  const look = () => {
    const scene = root.scene;
    if (scene.frames.drawn > drawn && scene.seq > last) {
      window.shown[scene.seq] = (performance.timeOrigin + performance.now()) / 1000;
      last = scene.seq;
    }
    drawn = scene.frames.drawn;
    if (window.watching) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""
SHOWN = "() => { window.watching = false; return window.shown; }"
PAINTED = """() => {
  const root = document.querySelector(".simcash-graph");
  return root?.scene?.frames.drawn > 0 && (performance.timeOrigin + performance.now()) / 1000;
}"""
ENGINE = """
import time
with simcash.open("big-200") as run:
    run.step()
    {}
    start = time.perf_counter()
    run.run()
    spent = time.perf_counter() - start
"""


def live(quick: bool) -> list[Line]:
    """One graph of 200 banks in JupyterLab, Chromium without a GPU."""
    with _lab() as found:
        if found is None:
            return []
        notebook, lab = found
        notebook.run(0, OPEN)
        soon = [_opened(notebook) for _ in range(2 if quick else 7)]
        late = _lateness(notebook, 60 if quick else 600)
        notebook.command("docmanager:save")
        size = len(json.dumps(lab.saved(NAME))) / 1000
        lines = [
            line("from running sim.graph() to its first picture", "s", soon, at_most=1.5),
            line("from a frame's making to its picture, 95th percentile", "ms", [late], at_most=60.0),
            line("the notebook, saved with one graph", "kB", [size], at_most=300.0),
        ]
        return lines + _loss(notebook, 3 if quick else 9)


def _opened(notebook: Notebook) -> float:
    """Seconds from running the cell to the first picture."""
    notebook.clear()
    notebook.run(1, "import time\nstart = time.time()\ngraph = sim.graph()\ngraph")
    return float(notebook.until(PAINTED)) - float(notebook.python("start"))


def _lateness(notebook: Notebook, frames: int) -> float:
    """Milliseconds that 95 of 100 pictures of a playing run do not exceed."""
    notebook.do(STAMP + PLAY)
    notebook.page.evaluate(WATCH)
    notebook.until("count => Object.keys(window.shown).length >= count", frames)
    shown = notebook.page.evaluate(SHOWN)
    notebook.do("sim.pause()")
    made = notebook.python("made")
    late = sorted(1000 * (moment - made[int(seq)]) for seq, moment in shown.items() if int(seq) in made)
    return late[int(0.95 * len(late))]


def _loss(notebook: Notebook, rounds: int) -> list[Line]:
    """What the engine loses while a graph on the page watches it."""

    def spent(watched: bool) -> float:
        shown = "from IPython.display import display; seen = run.graph(); display(seen)"
        notebook.run(2, ENGINE.format(shown if watched else ""))
        return float(notebook.python("spent"))

    spent(True)
    runs = alternate({"alone": partial(spent, False), "watched": partial(spent, True)}, rounds)
    lost = [100 * (b - a) / b for a, b in zip(runs["alone"], runs["watched"], strict=True)]
    return [line("speed that a run loses while a graph watches", "%", lost, at_most=10.0)]


@contextmanager
def _lab() -> Iterator[tuple[Notebook, Lab] | None]:
    """A notebook in a browser; None, which is said, where there is no browser."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        print("  not measured: Playwright is not installed")
        yield None
        return
    from tests.browser import chromium
    from tests.browser.lab import Lab
    from tests.browser.notebook import Notebook

    with sync_playwright() as playwright, tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        program = chromium.path(playwright)
        if program is None:
            print(f"  not measured: {chromium.MISSING}")
            yield None
            return
        browser, lab = chromium.launched(playwright, program), Lab(Path(home))
        try:
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            notebook = Notebook(page, lab.put(NAME, [""] * 3))
            yield notebook, lab
            notebook.close()
        finally:
            browser.close()
            lab.close()
