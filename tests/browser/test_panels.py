"""The panels in a real notebook: queues that move, a decision's way, and a policy changed by mouse."""

import pytest

OPEN = """
import simcash
policy = {"type": "FromJson", "json_path": "keep-a-buffer"}
sim = simcash.open("three-banks", set={"agents.1.policy": policy}).run(until=40)
"""


@pytest.fixture(scope="module")
def compiled():
    """What trees need is compiled before: a page's patience does not last so long."""
    exec(OPEN + "sim.close()", {})


@pytest.fixture
def sim(compiled, desk):
    desk.run(0, OPEN)
    return desk


def shown(desk, cell, text, kind):
    desk.run(cell, text)
    return desk.picture(kind=kind)


def test_the_inspector_moves_with_the_simulation_and_tells_a_payment(sim):
    inspector = shown(sim, 1, 'inspector = sim.inspector("RIVER")\ninspector', "inspector")
    ids = sim.python('sim.queue("RIVER")["tx_id"].tolist()')
    assert [queue["rows"] for queue in inspector.scene["queues"] if queue["name"] == "own"] == [ids]
    inspector.root.locator("tbody tr").first.click()
    told = inspector.until("scene.open")
    assert told["open"]["why"] == sim.python(f"sim.explain({ids[0]}).sentences")
    assert sim.python("inspector.selected") == ids[0]
    inspector.page.keyboard.press("Escape")
    inspector.until("!scene.open")
    sim.run(2, "sim.run(until=59)")
    moved = inspector.until("scene.tick === 59")
    assert moved["queues"][0]["rows"] == sim.python('sim.queue("RIVER")["tx_id"].tolist()')


def test_the_microscope_lights_the_way_on_record(sim):
    microscope = shown(sim, 1, 'microscope = sim.microscope("RIVER")\nmicroscope', "policy")
    scene = microscope.until("scene.nodes.some(node => node.lit)")
    way = sim.python("[node for node, _ in microscope.state['chosen']['way']]")
    assert {node["id"] for node in scene["nodes"] if node["lit"]} == set(way)
    assert all(node["values"] for node in scene["nodes"] if node["lit"] and node["id"] != way[-1])
    microscope.button("the tick before").click()
    microscope.until("scene.tick === 38")


def test_a_policy_is_changed_by_mouse_checked_and_applied(sim):
    editor = shown(sim, 1, 'editor = sim.policy_editor("RIVER")\neditor', "policy")
    editor.root.locator(".nodes .ask").first.click()
    field = editor.root.locator(".form").get_by_label("field").first
    field.fill("balanse")
    wrong = editor.until("scene.checked && scene.problems.length")
    assert 'did you mean "balance"?' in wrong["problems"][0]["text"]
    assert editor.button("apply to RIVER").is_disabled()
    field.fill("balance")
    editor.until("scene.checked && scene.problems.length === 0")
    editor.button("apply to RIVER").click()
    assert editor.until("scene.receipt")["receipt"]["accepted"]
    assert sim.python("sim.rows('SELECT type, status FROM actions')") == [("SetPolicy", "accepted")]
    assert sim.python("editor.policy.data") == editor.scene["document"]
    editor.button("undo").click()
    editor.until("scene.canRedo")


def test_a_panel_says_that_its_kernel_ended(sim):
    inspector = shown(sim, 1, "sim.inspector()", "inspector")
    inspector.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.restartKernel()")
    inspector.until("scene.notice.startsWith('The kernel is not running')")
