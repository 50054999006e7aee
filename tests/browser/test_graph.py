"""The live graph in a real notebook: it moves, stops, goes back, and Python knows what is clicked on."""

import pytest

from tests.browser.kernels import CURRENT, OLDER

OPEN = 'import simcash\nsim = simcash.open("three-banks")\ngraph = sim.graph()\ngraph'
WAIT = """
import time
from pathlib import Path
while not Path("go").exists():
    time.sleep(0.01)
Path("go").unlink()
"""
every_kernel = pytest.mark.parametrize("desk", [CURRENT, *OLDER], indirect=True)


@pytest.fixture
def graph(desk):
    desk.run(0, OPEN)
    shown = desk.picture()
    shown.until("scene.frames.drawn > 0")
    return shown


def places(scene):
    return [(node["id"], node["x"], node["y"]) for node in scene["nodes"]]


def states(scene):
    return [(node["id"], node["fill"], node["tone"], node["shape"]) for node in scene["nodes"]]


def look_back(graph, tick):
    """Clicks on a tick of the timeline, of 200."""
    timeline = graph.root.get_by_role("slider")
    width = timeline.bounding_box()["width"]
    timeline.click(position={"x": tick / 200 * width, "y": 5})
    graph.until("scene.tick === given", tick)


@every_kernel
def test_it_moves_when_the_simulation_does_and_no_node_leaves_its_place(desk, graph):
    first = graph.scene
    assert (first["tick"], first["now"], first["playing"], first["connected"]) == (0, 0, False, True)
    assert [node["id"] for node in first["nodes"]] == ["NORTH", "RIVER", "HARBOUR"]
    desk.run(1, "sim.run(until=20)")
    moved = graph.until("scene.tick === 20 && scene.now === 20")
    assert moved["seq"] > first["seq"]
    assert places(moved) == places(first)


@every_kernel
def test_it_plays_pauses_and_goes_on_by_one(desk, graph):
    graph.button("Play").click()
    graph.until("scene.playing && scene.tick >= 3")
    graph.button("Pause").click()
    stopped = graph.until("!scene.playing")
    assert stopped["tick"] == stopped["now"] == desk.python("sim.now")
    graph.button("One tick on").click()
    on = graph.until("scene.tick > given", stopped["tick"])
    assert on["tick"] == desk.python("sim.now") == stopped["tick"] + 1


@every_kernel
def test_it_looks_back_without_touching_the_run(desk, graph):
    desk.run(1, "sim.run(until=40)")
    graph.until("scene.tick === 40")
    last = graph.settled()
    look_back(graph, 10)
    assert graph.until("scene.tick < scene.now")["now"] == 40
    assert desk.python("sim.now, graph.tick") == (40, 10)
    graph.button("Back to now").click()
    graph.until("scene.tick === 40")
    assert states(graph.settled()) == states(last)


@every_kernel
def test_what_is_clicked_on_is_known_in_python(desk, graph):
    desk.do("heard = []\ngraph.on_select(heard.append)")
    graph.point("RIVER")
    chosen = graph.until("scene.nodes.some(node => node.selected)")
    assert chosen["selected"] == {"what": "node", "id": "RIVER"}
    assert [node["id"] for node in chosen["nodes"] if node["selected"]] == ["RIVER"]
    desk.wait("graph.selected == 'RIVER' and heard == ['RIVER']")
    assert "RIVER" in desk.python("graph.sql")
    desk.do('graph.select("NORTH")')
    graph.until("scene.nodes[0].selected")
    desk.do("graph.select()")
    graph.until("scene.selected === null")


@every_kernel
def test_it_moves_while_a_cell_runs(desk, lab, graph):
    desk.do("sim.play(speed=50)")
    desk.start(1, WAIT)
    seen = graph.scene["tick"]
    graph.until("scene.tick > given + 10", seen)
    assert desk.running(1)
    (lab.folder / "go").touch()
    desk.ended(1)


@every_kernel
def test_it_moves_while_a_cell_runs_the_simulation(desk, lab, graph):
    desk.run(0, OPEN.replace('"three-banks"', '"three-banks", set={"simulation.num_days": 100_000}'))
    graph.until("scene.tick === 0")
    desk.start(1, "from pathlib import Path\nsim.run(until=lambda s: Path('go').exists())")
    graph.until("scene.tick > 0")
    graph.until("scene.tick > given", graph.scene["tick"])
    assert desk.running(1)
    (lab.folder / "go").touch()
    desk.ended(1)
    (lab.folder / "go").unlink()
    assert graph.until("scene.tick === scene.now && scene.tick === given", desk.python("sim.now"))


@every_kernel
def test_a_button_pressed_while_a_cell_runs_is_answered_when_it_ends_at_the_latest(desk, lab, graph):
    desk.do("sim.play(speed=5)")
    desk.start(1, WAIT)
    graph.until("scene.playing")
    graph.button("Pause").click()
    (lab.folder / "go").touch()
    desk.ended(1)
    assert graph.until("!scene.playing")["now"] == desk.python("sim.now")


def test_a_stretch_is_played_again_and_again(desk, graph):
    desk.run(1, "sim.run(until=30)")
    graph.until("scene.tick === 30")
    look_back(graph, 5)
    graph.button("Loop from the tick shown").click()
    graph.button("no loop").wait_for()  # makes the timeline shorter
    look_back(graph, 8)
    graph.button("Loop up to the tick shown").click()
    graph.button("Play").click()
    graph.until("scene.playing && scene.tick === 7")
    graph.until("scene.playing && scene.tick === 5")
    assert desk.python("sim.now") == 30
    graph.button("no loop").click()
    graph.button("no loop").wait_for(state="hidden")


def test_keys_do_what_buttons_do(desk, graph):
    graph.root.locator(".ground canvas").focus()
    keys = desk.page.keyboard
    keys.press("Space")
    graph.until("scene.playing && scene.tick > 1")
    keys.press("Space")
    stopped = graph.until("!scene.playing")["tick"]
    keys.press("ArrowRight")
    graph.until("scene.tick === given + 1", stopped)
    keys.press("ArrowLeft")
    graph.until("scene.tick === given && scene.now === given + 1", stopped)
    keys.press("t")
    assert graph.root.get_by_role("table").get_by_role("row").count() >= 4  # one for each bank, under a head
    assert desk.python("sim.now") == stopped + 1


@pytest.mark.parametrize("width", [1280, 1920])
def test_all_of_it_fits_the_page(desk, graph, width):
    desk.page.set_viewport_size({"width": width, "height": 800})
    desk.until("width => innerWidth === width", width)
    root = graph.root.bounding_box()
    assert root["x"] >= 0
    assert root["x"] + root["width"] <= width
    for control in graph.root.locator("button:visible, select:visible, [role=slider], .ground canvas").all():
        box = control.bounding_box()
        assert box["x"] >= root["x"]
        assert box["x"] + box["width"] <= root["x"] + root["width"] + 1, control.get_attribute("aria-label")
    assert graph.root.evaluate("root => root.scrollWidth <= root.clientWidth")
    desk.page.set_viewport_size({"width": 1280, "height": 800})


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_it_follows_the_theme(desk, graph, theme):
    desk.theme(theme)
    graph.until("scene.theme === given", theme)
