"""A notebook open in a browser, and the pictures in it as tests read them."""

from __future__ import annotations

import ast
from time import monotonic
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

PATIENCE = 60_000  # milliseconds that a condition may take on a slow machine
POLLING = 50  # milliseconds; not with each frame, since there are pages that draw none

READY = """() => {
  const panel = window.jupyterapp?.shell.currentWidget;
  return panel?.context?.isReady && panel.sessionContext.session?.kernel?.status === "idle";
}"""
WRITE = """([index, text]) => {
  const cell = window.jupyterapp.shell.currentWidget.content.widgets[index];
  cell.model.sharedModel.setSource(text);
}"""
START = """index => {
  const panel = window.jupyterapp.shell.currentWidget;
  panel.content.activeCellIndex = index;
  panel.content.deselectAll();
  window.jupyterapp.commands.execute("notebook:run-cell");
}"""
ENDED = """index => {
  const cell = window.jupyterapp.shell.currentWidget.content.widgets[index];
  return cell.model.executionCount !== null && cell.model.executionState !== "running" && cell.prompt !== "*";
}"""
TROUBLE = """index => window.jupyterapp.shell.currentWidget.content.widgets[index].model.outputs.toJSON()
  .filter(output => output.output_type === "error").map(output => `${output.ename}: ${output.evalue}`)"""
ASK = """async ({code, value}) => {
  const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  const given = {code, silent: false, store_history: false, user_expressions: value ? {value} : {}};
  const {content} = await kernel.requestExecute(given).done;
  if (content.status !== "ok") throw new Error(`${content.ename}: ${content.evalue}`);
  const got = content.user_expressions.value;
  if (got && got.status !== "ok") throw new Error(`${got.ename}: ${got.evalue}`);
  return got ? got.data["text/plain"] : "None";
}"""
COMMAND = "name => window.jupyterapp.commands.execute(name)"
QUIET = """() => {
  const drawn = [...document.querySelectorAll("[class^=simcash-]")].map(root => root.scene?.frames?.drawn);
  const [before, now] = [window.seenBefore, JSON.stringify(drawn) + document.body.innerText
    + document.querySelectorAll("svg, canvas").length];
  window.seenBefore = now;
  return before === now && !document.body.innerText.includes("Loading widget");
}"""
SETTLED = """root => {
  const [before, now] = [root.seenBefore, JSON.stringify(root.scene.nodes)];
  root.seenBefore = now;
  return before === now;
}"""
THEME = 'name => window.jupyterapp.commands.execute("apputils:change-theme", {theme: `JupyterLab ${name}`})'
SHUTDOWN = "() => window.jupyterapp?.shell.currentWidget?.sessionContext.shutdown()"


class Notebook:
    """The notebook that a page shows."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        page.set_default_timeout(PATIENCE)
        self.open()

    def open(self) -> None:
        """Opens it, or opens it again as it was saved."""
        self.page.goto(self.address)
        self.ready()

    def ready(self) -> None:
        """Waits for a kernel that has nothing to do."""
        self.until(READY)

    def until(self, condition: str, given: Any = None) -> Any:
        """Waits until JavaScript says so."""
        return self.page.wait_for_function(condition, arg=given, timeout=PATIENCE).json_value()

    def write(self, cell: int, text: str) -> None:
        """Puts text into a cell."""
        self.page.evaluate(WRITE, [cell, text])

    def start(self, cell: int, text: str) -> None:
        """Puts text into a cell and runs it, without waiting for its end."""
        self.write(cell, text)
        self.page.evaluate(START, cell)

    def ended(self, cell: int) -> None:
        """Waits for the end of a cell that runs, which may not be an error."""
        self.until(ENDED, cell)
        assert not (trouble := self.page.evaluate(TROUBLE, cell)), trouble

    def running(self, cell: int) -> bool:
        """Whether a cell has not ended."""
        return not self.page.evaluate(ENDED, cell)

    def run(self, cell: int, text: str) -> None:
        """Puts text into a cell and runs it to its end."""
        self.start(cell, text)
        self.ended(cell)

    def python(self, value: str) -> Any:
        """The value of an expression in the kernel, as plain data."""
        return ast.literal_eval(self.page.evaluate(ASK, {"code": "", "value": f"({value})"}))

    def wait(self, value: str) -> None:
        """Until an expression in the kernel is true."""
        late = monotonic() + PATIENCE / 1000
        while not self.python(f"bool({value})"):
            assert monotonic() < late, f"never so: {value}"
            self.page.wait_for_timeout(20)

    def do(self, code: str) -> None:
        """Runs code in the kernel, in no cell."""
        self.page.evaluate(ASK, {"code": code, "value": ""})

    def command(self, name: str) -> None:
        """A command of JupyterLab, to its end."""
        self.page.evaluate(COMMAND, name)

    def theme(self, name: str) -> None:
        """The page in light or dark colours."""
        self.page.evaluate(THEME, name.capitalize())
        self.until("dark => document.body.dataset.jpThemeLight === String(!dark)", name == "dark")

    def quiet(self) -> None:
        """Waits until nothing on the page has changed for a while."""
        self.ready()
        self.page.wait_for_function(QUIET, timeout=PATIENCE, polling=30 * POLLING)

    def picture(self, number: int = 0, kind: str = "graph") -> Picture:
        """The first, second, ... picture of a kind on the page."""
        found = Picture(self.page.locator(f".simcash-{kind}").nth(number))
        found.root.wait_for(timeout=PATIENCE)
        return found

    def clear(self) -> None:
        """Takes away what cells show."""
        self.command("notebook:clear-all-cell-outputs")
        self.until("() => !document.querySelector('[class^=simcash-]')")

    def shutdown(self) -> None:
        """Ends the kernel."""
        self.page.evaluate(SHUTDOWN)

    def close(self) -> None:
        """Ends the kernel and leaves the page."""
        self.shutdown()
        self.page.close()


class Picture:
    """A widget of ours: its element, its scene, its buttons."""

    def __init__(self, root: Locator) -> None:
        self.root, self.page = root, root.page

    @property
    def scene(self) -> dict[str, Any]:
        """What is drawn where, in which state."""
        found: dict[str, Any] = self.root.evaluate("root => root.scene")
        return found

    def until(self, condition: str, given: Any = None) -> dict[str, Any]:
        """Waits until JavaScript says so of `scene` (and `given`); the scene of then."""
        test = f"([root, given]) => {{ const scene = root.scene; return ({condition}) && scene; }}"
        arguments = [self.root.element_handle(), given]
        waited = self.page.wait_for_function(test, arg=arguments, timeout=PATIENCE, polling=POLLING)
        found: dict[str, Any] = waited.json_value()
        return found

    def settled(self) -> dict[str, Any]:
        """The scene once nodes no longer ease towards what they are to be."""
        self.page.wait_for_function(
            SETTLED, arg=self.root.element_handle(), timeout=PATIENCE, polling=4 * POLLING
        )
        return self.scene

    def button(self, name: str) -> Locator:
        return self.root.get_by_role("button", name=name)

    def point(self, id: str) -> None:
        """Clicks on a node."""
        node = next(node for node in self.scene["nodes"] if node["id"] == id)
        self.root.locator(".ground canvas").click(position={"x": node["x"], "y": node["y"]})
