"""The live graph: what moves the simulation is seen, and the buttons do what they say."""

import gc
import json
import re
import subprocess
import sys
import threading
import time
import weakref
from itertools import pairwise

import pytest

import simcash
from simcash.view.conductor import Conductor
from simcash.view.encodings import encoding_of
from simcash.view.feed import LATEST, Feed
from simcash.view.screen import Screen
from tests.view.conftest import until


def test_it_begins_with_what_is(three, page):
    three.run(until=30)
    graph = page(three).graph
    assert graph.tick == 30
    assert graph.structure["ids"] == list(three.world.ids)
    assert graph.last_frame == graph._screen.packed
    assert repr(graph).startswith("three-banks at tick 30 of 200 (day 0, 11:00), 3 banks; paid today:")


def test_the_structure_is_data(three, page):
    told = page(three).graph.structure
    assert json.loads(json.dumps(told)) == told
    assert set(told) == {
        "version", "world", "title", "unit", "ticks", "start", "ids", "groups", "group_names", "x", "y",
        "encoding", "note",
    }  # fmt: skip


def test_whatever_moves_the_simulation_is_seen(three, page):
    view = page(three)
    three.step()
    view.shows(tick=1, now=1, playing=False)
    three.run(until=60)
    view.shows(tick=60)
    three.submit("NORTH", "RIVER", 500_000, deadline_tick=90)
    view.shows(tick=60)
    until(lambda: view.columns["node.queued"].tolist() == [float(n) for n in three.picture().nodes["queued"]])
    three.rewind(20)
    view.shows(tick=20, now=20)
    three.run()
    view.shows(tick=200, done=True)
    assert not view.notices


def test_frames_come_at_most_twenty_times_a_second(three, page):
    view = page(three)
    for _ in range(120):
        three.step()
        time.sleep(0.004)
    view.shows(tick=120)
    times = [moment for moment, *_ in view.frames]
    assert all(later - earlier > 0.03 for earlier, later in pairwise(times[3:]))
    assert len(view.frames) > 4
    seqs = [header["seq"] for _, header, _ in view.frames]
    assert seqs == sorted(set(seqs))


def test_a_view_that_does_not_answer_gets_fewer_frames(three, page):
    view = page(three, seen=False)
    three.play(40)
    until(lambda: len(view.frames) > 13)
    three.pause()
    times = [moment for moment, *_ in view.frames]
    assert min(later - earlier for earlier, later in pairwise(times[10:])) > 0.2


def test_nothing_is_sent_while_nothing_moves(three, page):
    view = page(three)
    three.step()
    view.shows(tick=1)
    count = len(view.frames)
    time.sleep(0.4)
    assert len(view.frames) == count
    assert not view.graph._conductor.stirred.is_set()


def test_the_buttons_play_pause_and_step(three, page):
    view = page(three)
    view.say("speed", value=100)
    view.say("play")
    view.shows(playing=True, speed=100)
    until(lambda: three.now > 5)
    view.say("pause")
    view.shows(playing=False)
    now = three.now
    view.say("step", ticks=1)
    view.shows(tick=now + 1, playing=False)
    assert three.now == now + 1


def test_python_and_the_buttons_play_the_same(three, page):
    view = page(three)
    three.play(50)
    view.shows(playing=True, speed=50)
    view.say("pause")
    until(lambda: not three.playing)
    view.shows(playing=False)
    view.graph.play(None)
    view.shows(tick=200, done=True, playing=False)


def test_looking_back_leaves_the_run_alone(three, page):
    three.run(until=80)
    before = three.sql("FROM payments_log ORDER BY ALL")
    view = page(three)
    view.say("seek", tick=30)
    view.shows(tick=30, now=80, playing=False, done=False)
    view.say("step", ticks=-2)
    view.shows(tick=28, now=80)
    three.step()
    view.shows(tick=28, now=81)
    view.say("live")
    view.shows(tick=81, now=81)
    assert three.rewind(80).sql("FROM payments_log ORDER BY ALL").equals(before)


def test_the_past_plays_up_to_now_and_then_goes_on(three, page):
    three.run(until=60)
    view = page(three)
    view.say("speed", value=200)
    view.say("seek", tick=20)
    view.say("play")
    until(lambda: three.now > 70)
    view.say("pause")
    view.shows(playing=False)
    ticks = [header["tick"] for _, header, _ in view.frames]
    assert any(20 < tick < 60 for tick in ticks)
    assert ticks[-1] == three.now > 70


def test_a_range_is_played_again_and_again(three, page):
    three.run(until=60)
    view = page(three)
    view.say("speed", value=200)
    view.say("loop", range=[10, 30])
    view.say("seek", tick=10)
    view.say("play")
    until(lambda: turns(view) >= 2)
    assert three.now == 60
    assert view.header["loop"] == [10, 30]
    view.say("loop", range=None)
    view.say("pause")
    view.shows(loop=None, playing=False)


def turns(view):
    ticks = [header["tick"] for _, header, _ in view.frames]
    return sum(later < earlier for earlier, later in pairwise(ticks))


def test_messages_are_taken_up_by_another_thread(three, page):
    view = page(three)
    with three.at_rest():  # whoever would touch the engine here would hang
        sender = threading.Thread(target=view.say, args=("step",), kwargs={"ticks": 3})
        sender.start()
        sender.join(5)
        assert not sender.is_alive()
        assert three.now == 0
    view.shows(tick=3)


def test_two_graphs_of_one_simulation(three, page):
    first, second = page(three), page(three)
    first.say("seek", tick=0)
    three.run(until=20)
    second.shows(tick=20)
    first.say("seek", tick=10)
    first.shows(tick=10, now=20)
    assert second.header["tick"] == 20


def test_what_is_selected(three, page):
    view, heard = page(three), []
    graph = view.graph
    graph.on_select(heard.append)
    view.say("select", selected={"what": "edge", "source": "NORTH", "target": "RIVER"})
    view.shows(selected={"what": "edge", "source": "NORTH", "target": "RIVER"})
    assert graph.selected == ("NORTH", "RIVER")
    graph.select("HARBOUR")
    view.shows(selected={"what": "node", "id": "HARBOUR"})
    assert graph.selected == "HARBOUR"
    graph.select(17)
    view.shows(selected={"what": "payment", "id": 17})
    graph.select()
    view.shows(selected=None)
    assert heard == [("NORTH", "RIVER"), "HARBOUR", 17, None]


def test_a_wrong_name_gets_the_nearest(three, page):
    graph = page(three).graph
    with pytest.raises(ValueError, match='no "NORD"; did you mean "NORTH"'):
        graph.select("NORD")
    with pytest.raises(TypeError, match="give a name, a pair of names"):
        graph.select(1.5)
    with pytest.raises(ValueError, match="ticks a second, above 0"):
        graph.play("fast")
    with pytest.raises(ValueError, match="ticks a second, above 0"):
        graph.play(-3)
    with pytest.raises(TypeError, match="the number of a tick"):
        graph.seek("noon")
    assert graph.selected is None


def test_a_listener_that_fails_is_told_of_and_the_picture_goes_on(three, page):
    view = page(three)
    view.graph.on_select(lambda selected: 1 / 0)
    view.say("select", selected={"what": "node", "id": "NORTH"})
    until(lambda: view.notices == [("error", "ZeroDivisionError: division by zero")])
    three.step()
    view.shows(tick=1)


@pytest.mark.parametrize("tick", [40, 130])
def test_the_query_gives_what_is_drawn(busy, page, tick):
    busy.run(until=200)
    view = page(busy)
    view.graph.seek(tick)
    view.shows(tick=tick)
    columns, ids = view.columns, busy.world.ids
    drawn = {
        (ids[int(s)], ids[int(t)]): (flow or None, owed or None)
        for s, t, flow, owed in zip(
            *(columns[f"edge.{n}"].tolist() for n in ("source", "target", "flow", "owed")), strict=True
        )
    }
    assert queried(busy, view.graph.sql) == drawn
    view.graph.select("DELTA")
    assert queried(busy, view.graph.sql) == {pair: v for pair, v in drawn.items() if "DELTA" in pair}
    pair = next(iter(drawn))
    view.graph.select(pair)
    assert queried(busy, view.graph.sql) == {pair: drawn[pair]}
    view.graph.select(3)
    life = busy.sql(view.graph.sql)
    assert set(life["tx_id"]) == {3}
    assert life["tick"].max() < tick


def queried(sim, sql):
    return {
        (sender, receiver): (flow and float(flow), owed and float(owed))
        for sender, receiver, _, flow, owed in sim.rows(sql)
    }


def test_a_dragged_node_stays_where_it_was_put(three, page):
    view = page(three)
    view.say("pin", id="NORTH", x=0.25, y=0.75)
    until(lambda: view.graph.structure.get("pinned") == {"NORTH": [0.25, 0.75]})
    view.say("pin", id="NORTH")
    until(lambda: view.graph.structure["pinned"] == {})


def test_trouble_while_playing_is_told(three, page):
    view = page(three)

    def fail(batch, now):
        raise RuntimeError("no ink")

    three.watch(fail)
    view.say("play")
    until(lambda: ("error", "It stopped: RuntimeError: no ink") in view.notices)
    three.unwatch(fail)
    view.shows(playing=False)
    with pytest.raises(RuntimeError, match="no ink"):
        three.pause()


def test_a_closed_simulation_is_told_of(page):
    sim = simcash.open("three-banks")
    view = page(sim)
    sim.run(until=7)
    sim.close()
    until(lambda: view.notices)
    assert view.notices == [("info", "The simulation was closed: it stays as it was.")]
    assert view.header["tick"] == 7
    until(lambda: not threads())


def test_a_simulation_that_was_replaced_is_told_of(page):
    sim = simcash.open("three-banks")
    view = page(sim)
    gone = weakref.ref(sim)
    del sim
    assert gone() is not None  # the latest are kept
    LATEST.extend([None] * LATEST.maxlen)
    gc.collect()
    assert gone() is None
    view.say("step", ticks=1)
    until(lambda: view.notices)
    level, text = view.notices[0]
    assert level == "error"
    assert "simulation is gone" in text
    LATEST.clear()


SCRIPT = """
import time
import simcash
from simcash.view.conductor import Conductor

def look(conductor):
    with sim.at_rest():
        time.sleep(0.5)
    return 0.0

sim = simcash.open("three-banks")
graph = sim.graph()
Conductor.turn = look
sim.step()
time.sleep(0.1)
"""


def test_a_script_ends_although_a_graph_is_open_and_looks():
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0
    assert not [word for word in ("leaked", "Traceback", "Fatal") if word in done.stderr]


def test_closing_ends_the_thread_and_the_watching(three):
    graph = three.graph()
    graph.close()
    until(lambda: not threads())
    assert three._watchers == ()
    three.step()


def test_a_conductor_that_nobody_holds_ends_its_thread(three):
    encoding = encoding_of("payments", three.picture())
    feed = Feed(three, encoding, threading.Event())
    screen = Screen(three, encoding, feed.picture)
    conductor = Conductor(weakref.ref(three), [feed], [screen])
    conductor.start()
    assert threads()
    del conductor, feed
    gc.collect()
    until(lambda: not threads())
    three.step()


def threads():
    return [thread for thread in threading.enumerate() if thread.name == "simcash-graph"]


def test_what_a_notebook_keeps(three, page):
    three.run(until=40)
    graph = page(three).graph
    data, _ = graph._repr_mimebundle_()
    assert set(data) == {"text/plain", "image/svg+xml", "application/vnd.jupyter.widget-view+json"}
    again, _ = page(three).graph._repr_mimebundle_()
    assert data["text/plain"] == again["text/plain"]
    assert data["image/svg+xml"] == again["image/svg+xml"]


def test_a_saved_notebook_stays_small(page):
    for name, tick in (("three-banks", 100), ("big-200-scarce", 40)):
        with simcash.open(name) as sim:
            sim.run(until=tick)
            graph = page(sim).graph
            state = sum(len(v) * (4 / 3 if isinstance(v, bytes) else 1) for v in flat(graph.get_state()))
            still = len(graph._repr_mimebundle_()[0]["image/svg+xml"])
            assert state + still < 300_000


def flat(state):
    return [v if isinstance(v, str | bytes) else json.dumps(v, default=str) for v in state.values()]


def test_a_still_is_a_picture(three, page):
    three.run(until=40)
    graph = page(three).graph
    text = graph.snapshot()
    assert text.startswith("<svg")
    assert all(id in text for id in three.world.ids)
    assert graph.snapshot("png").startswith(b"\x89PNG")
    with pytest.raises(ValueError, match='"svg" or "png"'):
        graph.snapshot("gif")


def test_links_of_a_still_end_in_arrowheads_at_the_receiver(three, page):
    three.run(until=40)
    text = page(three).graph.snapshot()
    links = re.findall(r'Q\S+ \S+ (\S+ [\d.]+)" stroke', text)
    heads = re.findall(r'<path d="M(\S+ [\d.]+)L[^"]*Z" fill="#(?:7489A0|D98A00)"/>', text)
    assert links
    assert heads == links
