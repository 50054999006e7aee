"""The one loop: stepping, running, playing, steering, going back, forking, keeping."""

import asyncio
import json
import logging
import os
import signal
import threading
import time
import zipfile

import duckdb
import numpy as np
import pytest

from simcash.core import loop, progress
from simcash.core.check import alike
from simcash.core.history import History, HistoryError
from simcash.core.recorder import Recorder
from simcash.core.replay import ReplayError, replay
from simcash.core.saving import SaveError
from simcash.core.scenario import ScenarioError
from simcash.core.shield import Shield
from simcash.core.simulation import Simulation
from simcash.core.snapshots import MOST_KEPT, Snapshots
from simcash.core.story import Acted
from simcash.core.world import Snapshot
from tests.core.fake_world import Cups, Give, cups_source, open_cups

FACES = {"boast": "tests.core.test_simulation:boast"}


def boast(sim, what="tokens"):
    """A verb kept elsewhere."""
    return f"{sim.name} has {what}"


def cups(make=open_cups, db=None, history=None, **values):
    return Simulation(make, cups_source(**values), db=db, history=history, faces=FACES)


def everything(sim):
    """All that is recorded, in order."""
    return {name: sim.rows(f"FROM {name} ORDER BY ALL") for name in ("moves", "cups_log", "actions")}


@pytest.fixture
def sim():
    with cups() as sim:
        yield sim


@pytest.fixture
def whole():
    """What a run does that nobody touches."""
    with cups() as sim:
        sim.run()
        return everything(sim)


@pytest.fixture
def said(caplog):
    caplog.set_level(logging.WARNING, "simcash")
    return lambda: [record.getMessage() for record in caplog.records]


# ---------------------------------------------------------------- the loop


@pytest.mark.parametrize(
    "go",
    [
        lambda sim: sim.run(),
        lambda sim: [sim.step() for _ in range(50)],
        lambda sim: [sim.step(7) for _ in range(8)],
        lambda sim: [sim.run(until=tick) for tick in (1, 2, 30, 30, 50)],
        lambda sim: sim.run(until=lambda s: s.now == 21).run(),
        lambda sim: list(sim.frames(every=3)),
        lambda sim: list(sim.frames()),
        lambda sim: asyncio.run(sim.arun()),
        lambda sim: sim.play(None)._player.join(),
        lambda sim: sim.play(5000)._player.join(),
    ],
    ids=["run", "step", "step7", "until", "condition", "frames3", "frames", "arun", "rush", "play"],
)
@pytest.mark.parametrize("filed", [False, True], ids=["memory", "file"])
def test_every_way_forward_is_the_same(whole, go, filed, tmp_path):
    with cups(db=tmp_path / "run.duckdb" if filed else None) as sim:
        go(sim)
        assert (sim.now, sim.done) == (50, True)
        assert everything(sim) == whole
        assert sim.rows("SELECT status, complete_until FROM runs") == [("complete", 50)]


def test_where_it_is_in_time(sim):
    assert (sim.now, sim.day, sim.done, sim.clock.ticks) == (0, 0, False, 50)
    sim.run(until=23)
    assert (sim.now, sim.day, sim.done) == (23, 2, False)
    assert sim.world.now == 23


def test_a_step_tells_what_happened(sim):
    one, more = sim.step(), sim.step(30)
    assert set(one) == {"moves", "cups"}
    ticks = np.concatenate([one["moves"]["tick"], more["moves"]["tick"]]).tolist()
    assert ticks == sorted(tick for (tick,) in sim.rows("SELECT tick FROM moves"))
    assert sim.step(0)["moves"]["tick"].tolist() == []
    assert sim.now == 31


def test_a_long_step_over_several_chunks_of_rows_is_one():
    with cups(ticks=9000, moves=3) as sim:
        sim.step(1)
        batch = sim.step(8999)
        assert batch["moves"]["tick"].tolist() == [
            t for (t,) in sim.rows("SELECT tick FROM moves WHERE tick > 0")
        ]


def test_past_the_end_nothing_happens_and_it_says_so_once(sim, said, whole):
    sim.run()
    assert said() == []
    for _ in range(3):
        assert sim.step()["moves"]["tick"].size == 0
        sim.step(5)
        sim.run()
        sim.run(until=99)
    assert said() == ["three-cups is at its end, tick 50; rewind goes back"]
    assert everything(sim) == whole


def test_time_does_not_go_back_by_stepping(sim):
    sim.run(until=20)
    with pytest.raises(ValueError, match=r"step\(-3\): time goes on; rewind\(17\) goes back"):
        sim.step(-3)
    sim.run(until=5)
    assert sim.now == 20


def test_a_condition_is_asked_at_every_tick(sim):
    seen = []
    sim.run(until=lambda s: seen.append(s.now) or s.holding("red") > 45)
    assert seen == list(range(sim.now + 1))
    assert sim.holding("red") > 45


def test_chunks_grow_to_what_stays_responsive(sim, monkeypatch):
    sizes = []
    step = Cups.step
    monkeypatch.setattr(Cups, "step", lambda world, ticks: sizes.append(ticks) or step(world, ticks))
    with cups(ticks=5000) as sim:
        sim.run()
    assert sizes[0] == 1
    assert len(sizes) < 40


def test_no_bar_for_short_work(sim, capsys):
    sim.run(progress=True)
    assert capsys.readouterr().err == ""


def test_a_bar_for_long_work(sim, capsys, monkeypatch):
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    sim.run(progress=True)
    assert "three-cups" in capsys.readouterr().err
    with cups() as other:
        other.run(progress=False)
        assert capsys.readouterr().err == ""


def test_playing_goes_on_in_the_background(said):
    with cups(ticks=100_000) as sim:
        sim.play(speed=200)
        assert sim.playing
        time.sleep(0.3)
        assert len(sim.table("moves")) > 10, "it can be asked meanwhile"
        sim.pause()
        reached = sim.now
        assert 20 < reached < 5000
        assert not sim.playing
        time.sleep(0.05)
        assert sim.now == reached
        assert "playing" not in repr(sim)
        with pytest.raises(ValueError, match="speed 0 is not above 0"):
            sim.play(0)


def test_what_stops_playing_is_raised(said):
    with cups(make=lambda source: Failing(open_cups(source).scenario)) as sim:
        sim.play(None)
        sim._player.join()
        with pytest.raises(ZeroDivisionError):
            sim.pause()
        assert said() == ["playing stopped: ZeroDivisionError: division by zero"]


class Failing(Cups):
    """Cannot get over tick 30, once."""

    failures = 1

    def tick(self):
        super().tick()
        if self.now == 30 and self.failures:
            self.failures -= 1
            raise ZeroDivisionError("division by zero")


def test_an_error_in_the_middle_of_a_step_leaves_a_tick_boundary(whole):
    with cups(make=lambda source: Failing(open_cups(source).scenario)) as sim:
        sim.step(7)
        with pytest.raises(ZeroDivisionError):
            sim.step(40)
        reached = sim.now
        assert reached < 30
        assert sim.world.now == reached
        assert sim.rows("SELECT max(tick) FROM moves")[0][0] < reached
        sim.run()
        assert everything(sim) == whole


def test_a_run_that_failed_says_so(tmp_path):
    class Stuck(Failing):
        failures = 10

    sim = cups(make=lambda source: Stuck(open_cups(source).scenario), db=tmp_path / "run.duckdb")
    with pytest.raises(ZeroDivisionError):
        sim.run()
    sim.close()
    with History(tmp_path / "run.duckdb") as history:
        ((status, complete_until),) = history.fetch("SELECT status, complete_until FROM runs")
        assert status == "failed"
        assert 20 <= complete_until <= 29  # the last finished period, or as far as the clock let a slice go


# ---------------------------------------------------------------- Ctrl-C


def interrupting(after: int):
    """A world in the middle of whose ticks Ctrl-C arrives, once."""

    class Interrupting(Cups):
        left = after

        def tick(self):
            super().tick()
            Interrupting.left -= 1
            if Interrupting.left == 0:
                os.kill(os.getpid(), signal.SIGINT)
                time.sleep(0.001)

    return lambda source: Interrupting(open_cups(source).scenario)


@pytest.mark.parametrize("after", [1, 5, 29])
def test_control_c_leaves_a_usable_simulation(whole, after):
    with cups(make=interrupting(after)) as sim:
        with pytest.raises(KeyboardInterrupt):
            sim.run()
        assert after <= sim.now, "the chunk it came into was taken whole"
        assert sim.world.now == sim.now
        sim.run()
        assert everything(sim) == whole


def step_by_step(sim):
    for _ in range(50):
        sim.step()


@pytest.mark.parametrize("after", [1, 25])
def test_control_c_in_a_single_step_too(whole, after):
    with cups(make=interrupting(after)) as sim:
        with pytest.raises(KeyboardInterrupt):
            step_by_step(sim)
        assert sim.now in (after - 1, after)
        assert sim.world.now == sim.now
        sim.run()
        assert everything(sim) == whole


@pytest.mark.parametrize("where", ["add", "then"])
def test_control_c_while_rows_are_kept(whole, where, monkeypatch):
    """At the worst moment: the rows may or may not be there yet."""
    real = Recorder.add

    def add(recorder, batch, now):
        if now == 12 and where == "add":
            raise KeyboardInterrupt
        real(recorder, batch, now)
        if now == 12:
            raise KeyboardInterrupt

    with cups() as sim:
        monkeypatch.setattr(Recorder, "add", add)
        with pytest.raises(KeyboardInterrupt):
            step_by_step(sim)
        monkeypatch.setattr(Recorder, "add", real)
        assert sim.world.now == sim.now == 11
        sim.run()
        assert everything(sim) == whole


def control_c():
    os.kill(os.getpid(), signal.SIGINT)


def shielded(times, reached):
    with Shield(), Shield():
        for _ in range(times):
            control_c()
        reached.append(times)


def test_a_shield_holds_the_first_and_lets_the_second_through():
    reached = []
    for times in (1, 2):
        with pytest.raises(KeyboardInterrupt):
            shielded(times, reached)
    assert reached == [1]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


# ---------------------------------------------------------------- steering


def test_an_action_is_answered_and_kept(sim):
    sim.run(until=4)
    done, refused = sim.act(Give("red", "blue", 2)), sim.act(Give("red", "blue", 9999))
    assert done.accepted
    assert (refused.accepted, refused.nearest) == (False, sim.holding("red") - 2)
    sim.act({"type": "Give", "source": "blue", "target": "red", "amount": np.int64(1)})
    assert sim.rows("SELECT tick, seq, type, status, reason FROM actions ORDER BY tick, seq") == [
        (4, 0, "Give", "accepted", ""),
        (4, 1, "Give", "refused", refused.reason),
        (4, 2, "Give", "accepted", ""),
    ]
    (told,) = sim.rows("SELECT action FROM actions WHERE seq = 2")[0]
    assert json.loads(told) == {"type": "Give", "source": "blue", "target": "red", "amount": 1}
    sim.step()
    assert sim.rows("SELECT source, target, amount FROM moves WHERE kind = 'gift' ORDER BY seq") == [
        ("red", "blue", 2), ("blue", "red", 1),
    ]  # fmt: skip


def test_a_world_that_takes_no_actions_says_so():
    class Bare(Cups):
        act = None

    sim = cups(make=lambda source: Bare(open_cups(source).scenario))
    with pytest.raises(TypeError, match="the cups world takes no actions"):
        sim.act({})


def test_an_action_that_raises_leaves_no_trace(sim, whole):
    sim.run(until=9)
    with pytest.raises(TypeError):
        sim.act({"no": "such action"})
    assert sim.rows("SELECT count(*) FROM actions") == [(0,)]
    sim.run()
    assert everything(sim) == whole


# ---------------------------------------------------------------- time travel


@pytest.mark.parametrize("tick", [0, 1, 15, 20, 49, 50])
@pytest.mark.parametrize("filed", [False, True], ids=["memory", "file"])
def test_rewind_and_go_on_is_the_same(whole, tick, filed, tmp_path):
    with cups(db=tmp_path / "run.duckdb" if filed else None) as sim:
        sim.run()
        assert sim.rewind(tick) is sim
        assert (sim.now, sim.world.now, sim.done) == (tick, tick, tick == 50)
        assert all(row[0] < tick for row in everything(sim)["moves"])
        sim.run()
        assert everything(sim) == whole
        assert sim.rows("SELECT status, complete_until FROM runs") == [("complete", 50)]
    if filed:
        with History(tmp_path / "run.duckdb") as history:
            assert history.fetch("FROM moves ORDER BY ALL", run=1) == whole["moves"]


def steered(sim):
    """A run with actions in several ticks, refused ones among them."""
    for tick, amount in ((3, 2), (10, 999), (10, 1), (20, 3), (49, 1)):
        sim.run(until=tick)
        sim.act(Give("red", "green", amount))
    sim.run()
    return everything(sim)


@pytest.mark.parametrize("tick", [0, 3, 10, 11, 49])
def test_what_was_done_is_done_again(sim, tick):
    story = steered(sim)
    assert len(story["actions"]) == 5
    sim.rewind(tick)
    assert len(everything(sim)["actions"]) == sum(action[0] < tick for action in story["actions"])
    sim.step(30)
    sim.run()
    assert everything(sim) == story


def test_another_action_is_another_story(sim):
    story = steered(sim)
    sim.rewind(15)
    sim.run(until=18)
    sim.act(Give("blue", "red", 1))
    sim.run()
    again = everything(sim)
    assert again != story
    assert [row[0] for row in again["actions"]] == [3, 10, 10, 18]
    assert [row for row in again["moves"] if row[0] < 18] == [row for row in story["moves"] if row[0] < 18]


def test_a_refused_action_is_not_another_story(sim):
    story = steered(sim)
    sim.rewind(15)
    sim.act(Give("blue", "red", 10**9))
    sim.run()
    assert everything(sim)["moves"] == story["moves"]


def test_what_was_done_can_be_forgotten(sim, whole):
    steered(sim)
    sim.rewind(0, forget=True)
    sim.run()
    assert everything(sim) == whole


def test_rewind_knows_its_reach(sim):
    sim.run(until=20)
    with pytest.raises(ValueError, match=r"tick 30 is not past, now is 20; run\(until=30\) goes there"):
        sim.rewind(30)
    with pytest.raises(ValueError, match="begins at tick 0"):
        sim.rewind(-1)
    child = sim.fork()
    child.run(until=30)
    with pytest.raises(ValueError, match="begins at tick 20, before which it was run 1"):
        child.rewind(10)
    assert child.rewind(20).now == 20


def test_a_rewind_starts_from_the_nearest_snapshot(monkeypatch):
    monkeypatch.setattr(loop, "SNAPSHOT_EVERY", 1e9)  # none by the clock: these are taken by hand
    taken = []
    with cups(ticks=3000) as sim:
        sim._next_snapshot = 1e9
        for _ in range(100):
            sim.step(10)
            if sim.now % 100 == 0:
                sim._keep_snapshot()
            if sim.now in (200, 600):
                sim.act(Give("red", "blue", 1))
        story = everything(sim)
        step = Cups.step
        monkeypatch.setattr(Cups, "step", lambda world, ticks: taken.append(ticks) or step(world, ticks))
        for tick in (995, 601, 600, 599, 200, 7):
            taken.clear()
            kept = [k.snapshot.now for k in sim._snapshots.kept]
            sim.rewind(tick)
            assert sum(taken) <= tick - max(k for k in kept if k <= tick) <= 100
            sim.run(until=1000)
            assert everything(sim) == story


def test_kept_snapshots_are_bounded_and_dense_lately():
    def at(tick, size=10):
        return Snapshot("cups", 1, tick, {"x": np.zeros(size, np.int8)})

    kept = Snapshots(at(0))
    for tick in range(1, 2001):
        kept.add(at(tick), 0)
    ticks = [k.snapshot.now for k in kept.kept]
    assert len(ticks) == MOST_KEPT
    assert ticks[0] == 0
    assert ticks[-3:] == [1998, 1999, 2000]
    gaps = np.diff(ticks)
    assert gaps[: len(gaps) // 2].mean() > 5 * gaps[len(gaps) // 2 :].mean()
    large = Snapshots(at(0, 10**8))
    for tick in range(1, 10):
        large.add(at(tick, 10**8), 0)
    assert large.kept[0].snapshot.now == 0
    assert len(large.kept) <= 3


# ---------------------------------------------------------------- forks


def test_a_fork_is_another_future_of_the_same_past(sim, whole):
    sim.run(until=20)
    same, other = sim.fork(), sim.fork(set={"most": 40})
    for future in (same, other, sim):
        assert future.now == 20
        future.run()
    assert everything(sim) == everything(same) == whole
    differs = everything(other)["moves"]
    assert differs != whole["moves"]
    assert [row for row in differs if row[0] < 20] == [row for row in whole["moves"] if row[0] < 20]
    assert max(row[5] for row in differs) > 5
    assert sim.history.fetch("SELECT run_id, parent_run, fork_tick FROM runs ORDER BY 1") == [
        (1, None, None), (2, 1, 20), (3, 1, 20),
    ]  # fmt: skip
    assert sim.history.fetch("SELECT min(tick) >= 20 FROM moves WHERE run_id > 1") == [(True,)]


@pytest.mark.parametrize("filed", [False, True], ids=["memory", "file"])
def test_a_fork_of_a_fork_sees_all_of_its_past(filed, tmp_path, whole):
    with cups(db=tmp_path / "run.duckdb" if filed else None) as sim:
        sim.run(until=13)
        child = sim.fork(set={"moves": 3})
        child.run(until=27)
        grandchild = child.fork(set={"moves": 0})
        grandchild.run()
        child.run()
        sim.run()
        seen, its = everything(grandchild)["moves"], everything(child)["moves"]
        assert [row for row in seen if row[0] < 13] == [row for row in whole["moves"] if row[0] < 13]
        assert seen == [row for row in its if row[0] < 27]
        assert dict(grandchild.rows("SELECT cup, tokens FROM cups")) == grandchild.holdings


@pytest.mark.parametrize("filed", [False, True], ids=["memory", "file"])
def test_a_rewound_parent_leaves_its_children_what_they_shared(filed, tmp_path):
    with cups(db=tmp_path / "run.duckdb" if filed else None) as sim:
        sim.run(until=10)
        sim.act(Give("red", "blue", 1))
        sim.run(until=20)
        sim.act(Give("green", "blue", 1))
        child = sim.fork(set={"most": 9})
        sim.act(Give("green", "red", 1))
        child.run(until=30)
        grandchild = child.fork()
        child.run()
        grandchild.run()
        before = everything(child), everything(grandchild)
        assert [row[0] for row in before[0]["actions"]] == [10, 20]
        sim.rewind(8)
        assert (everything(child), everything(grandchild)) == before
        sim.act(Give("blue", "green", 3))
        sim.run()
        assert (everything(child), everything(grandchild)) == before
        sim.rewind(3)
        assert (everything(child), everything(grandchild)) == before
        child.rewind(20)
        assert len(child.rows("FROM actions")) == 2, "the state it began with holds them"
        child.run()
        assert everything(child) == before[0]
        assert everything(grandchild) == before[1]


def test_a_fork_changes_only_what_lives(sim):
    sim.run(until=5)
    with pytest.raises(ScenarioError, match=r"tokens.*is fixed at the start; what a fork may change: .*most"):
        sim.fork(set={"tokens": 7})
    with pytest.raises(ScenarioError, match="most"):
        sim.fork(set={"mots": 7})
    assert len(sim.history.runs) == 1


def test_a_fork_may_not_rename_its_past(sim):
    sim.run(until=5)
    sim._make = lambda source: open_cups(cups_source(cups=("red", "blue", "green")))
    with pytest.raises(
        ValueError, match=r"cannot rename what its past speaks of: moves\.source meant red, green"
    ):
        sim.fork()
    sim._make = lambda source: open_cups(cups_source(cups=("red", "green", "blue", "new")))
    sim._make = open_cups
    sim.fork()


# ---------------------------------------------------------------- save, load, replay


def loaded(path, **options):
    return Simulation.load(path, lambda world: open_cups, faces_of=lambda world: FACES, **options)


@pytest.mark.parametrize("filed", [False, True], ids=["memory", "file"])
def test_a_saved_simulation_goes_on_as_if_nothing_had_been(sim, tmp_path, filed):
    sim.run(until=10)
    sim.act(Give("red", "green", 2))
    sim.run(until=23)
    sim.act(Give("red", "green", 1))
    before = everything(sim)
    path = sim.save(tmp_path / "x.simcash")
    with loaded(path, db=tmp_path / "run.duckdb" if filed else None) as again:
        assert (again.now, again.name, again.boast()) == (23, "three-cups", "three-cups has tokens")
        assert everything(again) == before
        sim.run()
        again.run()
        story = everything(sim)
        assert everything(again) == story
        again.rewind(4)
        again.run()
        assert everything(again) == story
        assert again.rows("SELECT status FROM runs") == [("complete",)]


def test_a_saved_fork_stands_on_its_own(sim, tmp_path):
    sim.run(until=20)
    sim.act(Give("red", "green", 2))
    child = sim.fork(set={"most": 9})
    child.run(until=30)
    path = child.save(tmp_path / "x.simcash")
    child.run()
    with loaded(path) as again:
        again.run()
        assert everything(again) == everything(child)
        again.rewind(20)
        again.run()
        assert everything(again) == everything(child)
        with pytest.raises(ValueError, match="begins at tick 20"):
            again.rewind(10)


def test_a_finished_simulation_is_loaded_finished(sim, tmp_path):
    sim.run()
    with loaded(sim.save(tmp_path / "x.simcash")) as again:
        assert again.done
        assert again.rows("SELECT status FROM runs") == [("complete",)]


def test_what_lies_ahead_is_saved_too(sim, tmp_path):
    story = steered(sim)
    sim.rewind(15)
    with loaded(sim.save(tmp_path / "x.simcash")) as again:
        again.run()
        assert everything(again) == story


def test_a_save_holds_no_code(sim, tmp_path):
    path = sim.save(tmp_path / "x.simcash")
    with zipfile.ZipFile(path) as zipped:
        assert {name.rpartition(".")[2] for name in zipped.namelist()} == {"json", "npz"}
    sim._story.done.append(Acted(0, {"type": "Teach", "rule": len}, True))
    before = path.read_bytes()
    with pytest.raises(SaveError, match="a file holds data only"):
        sim.save(path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["x.simcash"]


def test_what_cannot_be_loaded_says_why(sim, tmp_path):
    (tmp_path / "text").write_text("hello")
    with pytest.raises(SaveError, match="text is damaged, or is not a saved simulation"):
        loaded(tmp_path / "text")
    with pytest.raises(SaveError, match="there is no file"):
        loaded(tmp_path / "absent")
    with zipfile.ZipFile(tmp_path / "new", "w") as zipped:
        zipped.writestr("simulation.json", '{"format": 99}')
    with pytest.raises(SaveError, match="was saved by a newer simcash"):
        loaded(tmp_path / "new")
    with pytest.raises(SaveError, match="cannot be saved"):
        sim.save(tmp_path / "no" / "x.simcash")


def replayed(db, run=1):
    with History(db) as history:
        return replay(history, run, lambda world: open_cups)


def test_a_stored_run_comes_out_the_same(tmp_path):
    with cups(db=tmp_path / "run.duckdb", rng_seed=4) as sim:
        story = steered(sim)
    with replayed(tmp_path / "run.duckdb") as again:
        assert (again.now, again.seed) == (50, 4)
        assert everything(again) == story


def test_an_interrupted_run_is_replayed_as_far_as_it_is_complete(tmp_path):
    with cups(db=tmp_path / "run.duckdb") as sim:
        sim.run(until=33)
    with replayed(tmp_path / "run.duckdb") as again:
        assert again.now == 33


def test_a_stored_fork_is_replayed_from_its_first_ancestor(tmp_path):
    db = tmp_path / "run.duckdb"
    with cups(db=db) as sim:
        sim.run(until=10)
        sim.act(Give("red", "blue", 2))
        sim.run(until=20)
        sim.act(Give("red", "blue", 1))
        child = sim.fork(set={"most": 9})
        sim.act(Give("red", "blue", 3))
        child.run(until=25)
        child.act(Give("green", "blue", 1))
        grandchild = child.fork(set={"moves": 3})
        grandchild.run()
        sim.rewind(5)
        sim.run()
        stories = [everything(future) for future in (sim, child, grandchild)]
    for run, story in enumerate(stories, 1):
        with replayed(db, run) as again:
            assert everything(again)["moves"] == story["moves"]
            assert everything(again)["cups_log"] == story["cups_log"]


@pytest.mark.parametrize(
    ("tampering", "told"),
    [
        (
            "UPDATE cups_rows.moves SET amount = amount + 1 WHERE tick = 11 AND seq = 0",
            r"moves differs first in tick 11: stored \(.*amount (\d).*\), now \(.*amount (?!\1)\d",
        ),
        ("DELETE FROM cups_rows.moves WHERE tick = 13", r"in tick 13: stored no further row, now \(tick 13"),
        ("UPDATE cups_rows.cups SET mean = mean * 2 WHERE tick = 20", "cups differs first in tick 20"),
        ("UPDATE runs SET source = replace(source, '1}', '2}')", "differs first in tick 0"),
    ],
)
def test_the_first_difference_is_told(tmp_path, tampering, told):
    db = tmp_path / "run.duckdb"
    cups(db=db, moves=2, rng_seed=1).run().close()
    with duckdb.connect(str(db)) as con:
        con.execute(tampering)
    with pytest.raises(ReplayError, match=told):
        replayed(db)


def test_a_run_steered_by_code_is_not_replayed(tmp_path):
    class Learning(Cups):
        def act(self, action):
            receipt = super().act(action)
            return type(receipt)(True, {**receipt.action, "rule": len})

    db = tmp_path / "run.duckdb"
    with cups(make=lambda source: Learning(open_cups(source).scenario), db=db) as sim:
        sim.act(Give("red", "blue", 1))
        sim.run()
        assert "built-in function len" in sim.rows("SELECT action FROM actions")[0][0]
    with pytest.raises(HistoryError, match="run 1 cannot be replayed: it was steered by Python code"):
        replayed(db)


# ---------------------------------------------------------------- asking and showing


def test_tables_and_their_columns(sim):
    sim.run()
    tables = sim.tables
    assert tables.index.tolist() == ["moves", "cups", "events"]
    assert tables.loc["moves", "rows"] == len(sim.table("moves"))
    assert tables.loc["cups", "meaning"] == "what each cup holds"
    columns = sim.columns("moves")
    assert columns.loc["source", "type"] == "text"
    assert columns.loc["luck", "meaning"] == "a number, if there was one"
    with pytest.raises(KeyError, match=r"there is no table .*move.*; did you mean .*moves"):
        sim.table("move")
    with pytest.raises(KeyError, match="cups"):
        sim.columns("cup")


def test_a_table_is_in_order(sim):
    sim.run()
    for name in ("moves", "cups", "cups_log", "events"):
        found = sim.table(name)
        assert found.equals(found.sort_values(["tick", "seq"], ignore_index=True))


def test_sql_takes_parameters(sim):
    sim.run()
    found = sim.sql("SELECT count(*) AS n FROM moves WHERE source = ?", ["red"])
    assert found["n"].item() == (sim.table("moves")["source"] == "red").sum() > 0


def test_events_are_one_stream(sim):
    sim.run(until=20)
    sim.act(Give("red", "blue", 1))
    sim.run()
    assert len(sim.events()) == len(sim.table("moves"))
    gift = sim.events(kind="gift")
    assert gift[["tick", "source", "target"]].values.tolist() == [[20, "red", "blue"]]
    late = sim.events(agent="red", since=30)
    assert len(late)
    assert ((late["source"] == "red") | (late["target"] == "red")).all()
    assert (late["tick"] >= 30).all()


def test_without_a_view_events_are_made_from_the_logs():
    def make(source):
        world = open_cups(source)
        world.tables = world.tables[:2]
        return world

    with cups(make=make) as sim:
        sim.run()
        events = sim.events(kind="moves", agent="green", since=5)
        assert list(events.columns) == ["tick", "seq", "kind", "details"]
        assert events["details"].str.contains("'green'|green").all()
        assert 0 < len(events) < len(sim.events())


def test_a_picture_of_what_can_be_drawn(sim):
    assert sim.picture().nodes["held"].tolist() == [33, 33, 33]

    class Plain(Cups):
        picture = property()

    other = cups(make=lambda source: Plain(open_cups(source).scenario))
    with pytest.raises(TypeError, match="the cups world has no picture"):
        other.picture()


def test_readings_of_the_world_answer_here(sim):
    assert sim.holdings == {"red": 33, "green": 33, "blue": 33}
    assert sim.holding("red") == 33
    assert sim.holding.__doc__ == "What one cup holds."
    assert sim.total() == 99
    assert {"holdings", "holding", "boast", "step", "sql"} <= set(dir(sim))
    assert "restore" not in dir(sim)


def test_verbs_kept_elsewhere_answer_here(sim):
    assert sim.boast("cups") == "three-cups has cups"


@pytest.mark.parametrize(("name", "near"), [("holdins", "holdings"), ("boats", "boast"), ("rewid", "rewind")])
def test_a_mistyped_name_finds_the_nearest(sim, name, near):
    with pytest.raises(AttributeError, match=f'there is no attribute "{name}"; did you mean "{near}"'):
        getattr(sim, name)


def test_what_changes_the_state_is_not_forwarded(sim):
    with pytest.raises(AttributeError):
        sim.restore  # noqa: B018
    assert not hasattr(sim, "_hidden")


def test_the_card_says_what_where_and_what_next(sim):
    assert "sim.step()" in repr(sim)
    sim.run(until=23)
    card = repr(sim)
    for part in ("three-cups", "cups", "day 2, tick 3", "23 of 50", "fullest cup", "in memory", "sim.fork"):
        assert part in card
    child = sim.fork(set={"most": 2})
    assert "forked from run 1 at tick 23" in repr(child)
    sim.run()
    assert "done" in repr(sim)
    assert "sim.rewind(" in repr(sim)


def test_the_card_is_the_same_for_the_same_run(sim):
    with cups() as other:
        assert repr(sim.run()) == repr(other.run())
        assert sim._repr_html_() == other._repr_html_()


def test_the_card_in_html_needs_nothing_from_elsewhere(sim):
    sim.source = cups_source(name="<b>&")
    html = sim._repr_html_()
    assert "&lt;b&gt;&amp;" in html
    assert "http" not in html
    assert "<script" not in html
    assert html.count("<div") == html.count("</div>")


# ---------------------------------------------------------------- odds and ends


def test_either_a_file_or_a_history():
    with History() as history, pytest.raises(ValueError, match="give either db or history"):
        cups(db="run.duckdb", history=history)


def test_closing_a_shared_history_is_for_its_owner():
    with History() as history:
        with cups(history=history) as sim:
            sim.run(until=7)
        assert history.fetch("SELECT status, complete_until FROM runs") == [("interrupted", 7)]


def test_a_bad_scenario_writes_nothing(tmp_path):
    with pytest.raises(ScenarioError):
        cups(db=tmp_path / "run.duckdb", tokens="many")
    assert list(tmp_path.iterdir()) == []


def test_stepping_in_several_threads_is_in_turn(whole):
    with cups() as sim:
        threads = [threading.Thread(target=lambda: [sim.step() for _ in range(20)]) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert everything(sim) == whole


def test_a_step_costs_microseconds(sim):
    """Far above what it takes, far below what a query or a file would."""

    class Idle(Cups):
        def tick(self):
            self.at[0] += 1

    with cups(make=lambda source: Idle(open_cups(source).scenario), ticks=3000) as sim:
        world = Idle(sim.world.scenario)
        began = time.perf_counter()
        for _ in range(2000):
            world.step(1)
        alone = time.perf_counter() - began
        began = time.perf_counter()
        for _ in range(2000):
            sim.step()
        assert (time.perf_counter() - began - alone) / 2000 < 300e-6


# who watches


def test_who_watches_is_told_of_every_movement(sim):
    told = []

    def watcher(batch, now):
        told.append((None if batch is None else batch.count(), now))

    sim.watch(watcher)
    assert sim.step()["moves"] is not None
    sim.step(2)
    sim.act(Give("red", "blue", 1))
    sim.run(until=9)
    sim.rewind(4)
    assert [now for batch, now in told if batch is None] == [3, 4]
    assert [now for batch, now in told if batch is not None][-1] == 9
    sim.unwatch(watcher)
    sim.run(until=9)
    assert told[-1] == (None, 4)


def test_who_watches_sees_every_row_once(sim):
    seen = []

    def watcher(batch, now):
        seen.extend(batch["moves"]["amount"].tolist())

    sim.watch(watcher)
    sim.step()
    sim.run()
    sim.unwatch(watcher)
    assert seen == sim.table("moves")["amount"].tolist()


def test_who_watches_is_told_that_playing_began_and_ended(sim):
    told = []
    sim.watch(lambda batch, now: told.append(batch is None and sim.playing))
    sim.play(0.001)
    assert sim.playing
    assert sim.speed == 0.001
    sim.pause()
    assert not sim.playing
    assert told == [True, False]


def test_trouble_that_stopped_it_from_playing_is_known_before_it_is_raised(sim):
    def watcher(batch, now):
        return 1 / (now - 3)

    sim.watch(watcher)
    sim.play(None)
    sim._player.join()
    sim.unwatch(watcher)
    assert isinstance(sim.trouble, ZeroDivisionError)
    with pytest.raises(ZeroDivisionError):
        sim.pause()
    assert sim.now == 3
    assert sim.trouble is None


def test_the_past_is_walked_again_with_what_was_done_in_it():
    with cups() as sim:
        sim.run(until=5)
        sim.act(Give("red", "blue", 3))
        sim.run(until=7)
        sim.act(Give("blue", "green", 2))
        sim.run(until=20)
        states = {world.now: world.snapshot() for world in sim.past()}
        for start in (0, 4, 5, 6, 7, 8):
            past = sim.past_from(start)
            assert alike(past.world.snapshot(), states[start])
            rows = sum(batch.within("moves", 0, 50)["tick"].size for batch in past.go(20))
            assert rows == (sim.table("moves")["tick"] >= start).sum()
            assert alike(past.world.snapshot(), states[20])
