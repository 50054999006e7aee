"""The live graph in a browser: how smoothly it draws, beside Cytoscape.js with the same frames."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from typing import Any
from urllib.parse import quote

from benchmarks.measure import ROOT, Line, alternate, line

WIDGETS = ROOT / "widgets"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SWITCHES = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1280,800", "--hide-scrollbars",
    "--no-first-run", "--enable-precise-memory-info", "--js-flags=--expose-gc",
)  # fmt: skip
SIZES = {(100, 500): 20.0, (1_000, 5_000): 33.0}  # nodes and edges, and the bar of the 95th percentile
PATIENCE = 600  # seconds


def graph(quick: bool) -> list[Line]:
    """Headless Chromium at 1280x800 without a GPU: 20 updates a second, 40 animations at once, memory."""
    if missing := _missing():
        print(f"  not measured: {missing}")
        return []
    lines, rounds, seconds = [], (1 if quick else 3), (3 if quick else 10)
    with _page() as measure:
        for (nodes, edges), bar in SIZES.items():
            job = {"nodes": nodes, "edges": edges, "seconds": seconds}
            contenders = {"ours": partial(measure, job | {"what": "ours"})}
            contenders["Cytoscape.js"] = partial(measure, job | {"what": "peer"})
            for name, runs in alternate(contenders, rounds).items():
                lines += _paces(
                    f"{name}, {nodes:,} nodes, {edges:,} edges", runs, bar if name == "ours" else None
                )
        lines += _memory(
            measure({"what": "heap", "nodes": 100, "edges": 500, "frames": 500 if quick else 10_000})
        )
    return lines


def _paces(what: str, runs: list[dict[str, float]], bar: float | None) -> list[Line]:
    columns = {name: [run[name] for run in runs] for name in ("p50", "p95", "fps", "animations")}
    lines = [
        line(f"{what}: median picture", "ms", columns["p50"]),
        line(f"{what}: 95th percentile", "ms", columns["p95"], at_most=bar),
        line(f"{what}: pictures", "a second", columns["fps"]),
        line(f"{what}: animations under way", "on average", columns["animations"]),
    ]
    if bar is not None:
        moved = [run["moved"] for run in runs]
        lines.append(line(f"{what}: farthest that a node moved", "pixels", moved, at_most=0.0))
    return lines


def _memory(run: dict[str, float]) -> list[Line]:
    grown = 100 * (run["late"] - run["early"]) / run["early"]
    return [
        line("JavaScript heap after the last frame", "MiB", [run["late"] / 2**20]),
        line("its growth from the first tenth of the frames on", "%", [grown], at_most=10.0),
    ]


def _missing() -> str:
    """Why there is nothing to measure with, or nothing."""
    if not shutil.which("node"):
        return "there is no node here"
    if not (WIDGETS / "node_modules").exists():
        return "the widgets' tools are not installed: poe widgets"
    return "" if _browser() else f"there is no browser here: none of {', '.join(BROWSERS)}"


def _browser() -> str | None:
    return next(filter(None, map(shutil.which, BROWSERS)), None)


@contextmanager
def _page() -> Iterator[Callable[[dict[str, Any]], dict[str, float]]]:
    """Serves the page, and gives the function that opens it for a job and waits for what it measured."""
    built = subprocess.run(["node", "bench/build.mjs"], cwd=WIDGETS, check=True, capture_output=True)
    answers: Queue[dict[str, Any]] = Queue()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, built.stdout, answers))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield partial(_measured, server.server_port, answers)
    finally:
        server.shutdown()
        server.server_close()


def _measured(port: int, answers: Queue[dict[str, Any]], job: dict[str, Any]) -> dict[str, Any]:
    """One job in a browser of its own."""
    address = f"http://127.0.0.1:{port}/#{quote(json.dumps(job))}"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        words = [str(_browser()), *SWITCHES, f"--user-data-dir={profile}", address]
        browser = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            answer = answers.get(timeout=PATIENCE)
        finally:
            browser.terminate()
            browser.wait(30)
    if "error" in answer:
        raise RuntimeError(f"the page failed: {answer['error']}")
    return answer


class Handler(BaseHTTPRequestHandler):
    """Gives the page, takes what it measured."""

    def __init__(self, page: bytes, answers: Queue[dict[str, Any]], *given: Any) -> None:
        self.page, self.answers = page, answers
        super().__init__(*given)

    def do_GET(self) -> None:
        self._send(self.page if self.path == "/" else b"", 200 if self.path == "/" else 404)

    def do_POST(self) -> None:
        self.answers.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self._send(b"", 200)

    def _send(self, body: bytes, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *given: Any) -> None:
        """Says nothing."""
