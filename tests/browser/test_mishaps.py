"""What goes wrong around a picture: kernels end, views come late, tabs sleep, simulations are replaced."""

import pytest

from tests.browser.test_graph import OPEN

GONE = "The kernel is not running: run the cell again"
RESTART = "() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()"
# As a page behind another: told so, and never asked to draw.
HIDE = """() => {
  window.drawLater = [];
  window.drawNow = window.requestAnimationFrame;
  window.requestAnimationFrame = callback => window.drawLater.push(callback);
  Object.defineProperty(document, "hidden", {configurable: true, get: () => true});
  Object.defineProperty(document, "visibilityState", {configurable: true, get: () => "hidden"});
  document.dispatchEvent(new Event("visibilitychange"));
}"""
UNHIDE = """() => {
  window.requestAnimationFrame = window.drawNow;
  delete document.hidden;
  delete document.visibilityState;
  document.dispatchEvent(new Event("visibilitychange"));
  for (const callback of window.drawLater) window.requestAnimationFrame(callback);
}"""
CROWD = """
import simcash
names = [f"B{i:04}" for i in range(5_000)]
pay = {"type": "CustomTransactionArrival", "amount": 500, "schedule": {"type": "OneTime", "tick": 1}}
sim = simcash.open({
    "simulation": {"ticks_per_day": 4, "num_days": 1, "rng_seed": 1},
    "agents": [{"id": name, "opening_balance": 1_000 * (i + 1)} for i, name in enumerate(names)],
    "scenario_events": [
        pay | {"from_agent": a, "to_agent": b} for a, b in zip(names[::3], names[1::3], strict=False)
    ],
})
sim"""


def playing(notebook, cell=0):
    notebook.run(cell, OPEN)
    graph = notebook.picture()
    notebook.do("sim.play(speed=20)")
    graph.until("scene.playing && scene.tick > 5")
    return graph


def still_afterwards(notebook, graph):
    """Nothing is drawn any more, and nothing pretends to move."""
    graph.settled()
    drawn = graph.scene["frames"]["drawn"]
    for _ in range(10):
        notebook.page.evaluate("() => new Promise(requestAnimationFrame)")
    scene = graph.scene
    return scene["frames"]["drawn"] == drawn and not scene["animations"]


@pytest.mark.parametrize("end", [RESTART, "os._exit(1)"])
def test_a_kernel_that_ended_is_said_and_nothing_moves(open_notebook, end):
    notebook = open_notebook("", "")
    graph = playing(notebook)
    if end == RESTART:
        notebook.page.evaluate(RESTART)
    else:
        notebook.start(1, f"import os\n{end}")
    scene = graph.until("!scene.connected")
    assert GONE in scene["note"]
    assert still_afterwards(notebook, graph)
    assert graph.root.get_by_text(GONE).is_visible()


def test_after_a_restart_the_cell_brings_the_picture_back(open_notebook):
    notebook = open_notebook("")
    graph = playing(notebook)
    notebook.page.evaluate(RESTART)
    graph.until("!scene.connected")
    notebook.ready()
    again = playing(notebook)
    assert again.scene["connected"]
    assert GONE not in again.scene["note"]


def test_a_saved_notebook_shows_the_still_where_no_kernel_has_the_widget(open_notebook, lab):
    notebook = open_notebook("")
    playing(notebook)
    assert notebook.page.locator(".simcash-still").filter(visible=True).count() == 0
    notebook.do("sim.pause()")
    notebook.command("docmanager:save")
    notebook.shutdown()
    notebook.open()
    page = notebook.page
    page.locator(".simcash-still svg").wait_for()
    assert page.locator(".simcash-graph").count() == 0
    assert page.get_by_text("model not found").filter(visible=True).count() == 0


def test_two_views_of_one_graph_show_the_same(desk):
    desk.run(0, f"{OPEN};\ndisplay(graph)\ngraph")
    first, second = desk.picture(0), desk.picture(1)
    for view in (first, second):
        view.until("scene.frames.drawn > 0")
    desk.do("sim.run(until=15)")
    assert [view.until("scene.tick === 15")["now"] for view in (first, second)] == [15, 15]
    first.point("HARBOUR")
    assert second.until("scene.selected")["selected"] == {"what": "node", "id": "HARBOUR"}
    second.button("One tick on").click()
    for view in (first, second):
        view.until("scene.tick === 16")


def test_a_view_of_the_output_outlives_its_cell(desk):
    desk.run(0, OPEN)
    desk.picture().until("scene.frames.drawn > 0")
    desk.do("sim.run(until=9)")
    desk.command("notebook:create-output-view")
    second = desk.picture(1)
    second.until("scene.tick === 9")
    desk.do("sim.run(until=12)")
    second.until("scene.tick === 12")


def test_a_view_opened_late_begins_where_the_run_is(desk):
    desk.run(0, OPEN.replace('"three-banks"', '"three-banks", set={"simulation.num_days": 1_000}') + "; None")
    desk.run(1, "sim.run(until=100_000)")
    desk.run(2, "graph")
    late = desk.picture().until("scene.tick === given", 100_000)
    assert (late["now"], len(late["nodes"]), late["connected"]) == (100_000, 3, True)


def test_a_simulation_that_is_replaced_leaves_its_last_picture_with_a_word(desk):
    desk.run(0, OPEN)
    graph = desk.picture()
    desk.do("sim.step(7); None")
    graph.until("scene.tick === 7")
    desk.do('sim = simcash.open("three-banks")')
    graph.button("One tick on").click()  # the run that is looked at is still there
    graph.until("scene.tick === 8")
    desk.do("import gc\nfor _ in range(4):\n    simcash.open('three-banks').graph()\ngc.collect()")
    gone = graph.until('scene.note.includes("The simulation is gone")')
    assert gone["tick"] == 8
    assert gone["connected"]
    desk.run(1, "sim.graph()")
    desk.do("sim.step(3)")
    desk.picture(1).until("scene.tick === 3")


def test_five_thousand_banks_are_drawn_as_groups_and_it_says_so(desk):
    exec(f"{CROWD}.run()", {})  # compiles what it needs: a page's patience does not last so long
    desk.run(0, f"{CROWD}.graph()")
    graph = desk.picture()
    crowd = graph.until("scene.frames.drawn > 0 && scene.nodes.length > 0")
    assert len(crowd["nodes"]) <= 200
    assert "5,000 banks" in crowd["note"]
    assert graph.root.get_by_text("5,000 banks drawn as").is_visible()
    desk.do("sim.run()")
    graph.until("scene.tick === 4 && scene.edges > 0")


def test_a_page_in_the_background_gathers_no_queue(desk):
    graph = playing(desk)
    desk.page.evaluate(HIDE)
    drawn = graph.scene["frames"]["drawn"]
    seen = graph.scene["seq"]
    graph.until("scene.seq > given + 30", seen)
    hidden = graph.scene
    assert hidden["frames"]["drawn"] <= drawn + 1
    assert len(hidden["animations"]) <= 40
    assert desk.page.evaluate("() => window.drawLater.length") <= 20
    desk.page.evaluate(UNHIDE)
    back = graph.until("scene.frames.drawn > given", hidden["frames"]["drawn"])
    assert back["tick"] >= hidden["tick"]
    desk.do("sim.pause()")
    assert graph.until("!scene.playing")["tick"] == desk.python("sim.now")
