"""Every state of the live pictures as a screenshot, for people to look at: taken by `poe gallery` only."""

from pathlib import Path

import pytest

from tests.browser.png import reduced

GALLERY = Path(__file__).parent / "gallery"
LARGEST, ALL = 60_000, 1_000_000  # bytes
HEAD = "import simcash\nsim = simcash.open({!r})\n"
STATES = {
    "graph": (HEAD.format("three-banks") + "sim.run(until=60)\nsim.graph()", 1280, "light"),
    "graph-outage": (HEAD.format("outage-day") + "sim.run(until=50)\nsim.graph()", 1920, "dark"),
    "graph-selected": (
        HEAD.format("week-with-shocks") + "sim.run(until=90)\ngraph = sim.graph()\n"
        "graph.select(graph.structure['ids'][0])\ngraph", 1280, "dark",
    ),
    "side-by-side": (
        HEAD.format("three-banks") + "from simcash.view import side_by_side\n"
        'other = simcash.open("three-banks", set={"agents.1.policy": {"type": "Fifo"}})\n'
        "sim.run(until=60), other.run(until=60)\nside_by_side(sim, other)", 1920, "light",
    ),
    "inspector": (HEAD.format("three-banks") + 'sim.run(until=59)\nsim.inspector("RIVER")', 1280, "light"),
    "microscope": (
        'import simcash\npolicy = {"type": "FromJson", "json_path": "keep-a-buffer"}\n'
        'sim = simcash.open("three-banks", set={"agents.1.policy": policy}).run(until=40)\n'
        'sim.microscope("RIVER")', 1280, "dark",
    ),
    "policy-editor": (
        HEAD.format("three-banks") + 'sim.policy_editor("RIVER", "keep-a-buffer")', 1280, "light",
    ),
    "dashboard": (HEAD.format("three-banks") + "sim.run(until=120)\nsim.dashboard()", 1280, "light"),
    "cockpit": (HEAD.format("three-banks") + "sim.run(until=60)\nsim.cockpit()", 1280, "dark"),
    "cockpit-wide": (HEAD.format("three-banks") + "sim.run(until=60)\nsim.cockpit()", 1920, "light"),
}  # fmt: skip


@pytest.mark.parametrize("name", STATES)
def test_a_screenshot_is_taken(request, desk, name):
    if not request.config.getoption("--gallery", default=False):
        pytest.skip("screenshots are taken anew by poe gallery")
    text, width, theme = STATES[name]
    desk.page.set_viewport_size({"width": width, "height": 1000})
    desk.theme(theme)
    desk.run(0, text)
    desk.page.locator(".simcash-graph, .simcash-panel").first.wait_for()
    desk.quiet()
    (GALLERY / f"{name}.png").write_bytes(reduced(desk.page, desk.page.screenshot(), LARGEST))
    desk.theme("light")
    desk.page.set_viewport_size({"width": 1280, "height": 800})


def test_the_gallery_is_whole_and_small():
    sizes = {path.stem: path.stat().st_size for path in GALLERY.glob("*.png")}
    assert set(sizes) == set(STATES)
    assert max(sizes.values()) <= LARGEST
    assert sum(sizes.values()) <= ALL
