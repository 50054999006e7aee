"""Two runs side by side."""

import pytest

import simcash
from tests.view.conftest import until


@pytest.fixture
def twins():
    with (
        simcash.open("week-with-shocks") as a,
        simcash.open("week-with-shocks", set={"agents.0.opening_balance": 9_000_000}) as b,
    ):
        yield a, b


@pytest.fixture
def both(twins, page):
    pair = simcash.view.side_by_side(*twins)
    left, right = (page(sim, make=graph) for sim, graph in zip(twins, pair.graphs, strict=True))
    yield pair, left, right
    pair.close()


def test_both_move_in_step(twins, both):
    _, left, right = both
    left.say("step", ticks=4)
    left.shows(tick=4)
    right.shows(tick=4)
    assert [sim.now for sim in twins] == [4, 4]
    right.say("speed", value=100)
    right.say("play")
    until(lambda: min(sim.now for sim in twins) > 20)
    left.say("pause")
    left.shows(playing=False)
    until(lambda: left.header["tick"] == twins[0].now == twins[1].now == right.header["tick"])
    pairs = zip(left.frames, right.frames, strict=False)
    assert all(one["tick"] == other["tick"] for (_, one, _), (_, other, _) in pairs)


def test_both_are_drawn_alike(both):
    pair, left, right = both
    left.say("step", ticks=30)
    left.shows(tick=30)
    right.shows(tick=30)
    assert pair.graphs[0].structure["x"] == pair.graphs[1].structure["x"]
    assert left.header["domains"] == right.header["domains"] or left.header["seq"] == right.header["seq"]


def test_what_differs_is_lit(twins, both):
    _, left, right = both
    left.say("step", ticks=60)
    left.shows(tick=60)
    right.shows(tick=60)
    differs = [
        one != other
        for one, other in zip(
            *(sim.banks[["balance", "queue1_value", "queue2_value"]].values.tolist() for sim in twins),
            strict=True,
        )
    ]
    for view in (left, right):
        assert (view.columns["node.differs"] > 0).tolist() == differs
        assert ((view.columns["node.differs"] >= 0) & (view.columns["node.differs"] <= 1)).all()
    assert any(differs)


def test_a_run_and_itself_do_not_differ(page):
    with simcash.open("three-banks") as a, simcash.open("three-banks") as b:
        pair = simcash.view.side_by_side(a, b)
        view = page(a, make=pair.graphs[0])
        view.say("step", ticks=50)
        view.shows(tick=50)
        assert not view.columns["node.differs"].any()
        until(lambda: pair.graphs[1].tick == 50)  # the right one is shown after the left one
        assert all(one == other for _, one, other in pair.figures)
        pair.close()


def test_who_is_ahead_is_shown_as_it_was(twins, page):
    a, b = twins
    a.run(until=25)
    b.run(until=10)
    pair = simcash.view.side_by_side(a, b)
    left = page(a, make=pair.graphs[0])
    assert pair.graphs[0].tick == pair.graphs[1].tick == 10
    left.say("step", ticks=20)
    left.shows(tick=30)
    assert (a.now, b.now) == (30, 30)
    left.say("seek", tick=5)
    left.shows(tick=5, now=30)
    assert (a.now, b.now) == (30, 30)
    pair.close()


def test_what_is_selected_is_selected_in_both(both):
    pair, left, right = both
    left.say("select", selected={"what": "node", "id": "DELTA"})
    right.shows(selected={"what": "node", "id": "DELTA"})
    assert pair.graphs[1].selected == "DELTA"


def test_a_still_shows_both(twins, both):
    pair, left, right = both
    left.say("step", ticks=9)
    left.shows(tick=9)
    right.shows(tick=9)
    data = pair._repr_mimebundle_()
    assert data["image/svg+xml"].count("<svg") == 3
    assert data["text/plain"].count("week-with-shocks at tick 9 of") == 2
    until(lambda: "paid today" in pair._line.value)


def test_other_nodes_are_refused(twins):
    with simcash.open("three-banks") as other, pytest.raises(ValueError, match="runs of the same nodes"):
        simcash.view.side_by_side(twins[0], other)


def test_what_cannot_be_two_runs_is_refused_in_a_sentence(twins):
    with pytest.raises(ValueError, match="these are one: open the scenario once more"):
        simcash.view.side_by_side(twins[0], twins[0])
    with pytest.raises(TypeError, match="takes two simulations"):
        simcash.view.side_by_side(twins[0], "three-banks")
