"""What happened, kept: views, many runs, files, crashes, and what can be wrong with a file."""

import logging
import lzma
import os
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pytest

from simcash.core import recorder, store
from simcash.core.facts import Facts
from simcash.core.history import History, HistoryError
from simcash.core.recorder import Recorder
from simcash.core.simulation import Simulation
from simcash.core.tables import MISSING, Column, Rows, Table
from tests.core.fake_world import cups_source, open_cups

ROOT = Path(__file__).resolve().parents[2]
STORED = ROOT / "tests" / "data" / "history-1.duckdb.xz"


def cups(history=None, db=None, make=open_cups, **values):
    return Simulation(make, cups_source(**values), history=history, db=db)


def writer(history, table, world="odd", **facts):
    """A recorder, and a function that writes one row to it."""
    rows = Rows((table,))
    pen = Recorder(history, Facts(cups_source(), world, 100, **facts), (table,))

    def write(*values):
        start = rows.counts.copy()
        rows.append(table.name, *values)
        pen.add(rows.since(start), int(values[0]) + 1)

    return pen, write


def odd(labels=("red", "green"), luck="int16", name="odd"):
    return Table(
        name,
        "",
        (
            Column("tick", "int32", ""),
            Column("seq", "int64", ""),
            Column("group", "int8", "", labels, nullable=True),
            Column("luck", luck, "", nullable=True),
            Column("sure", "bool", "", nullable=True),
            Column("share", "float64", "", nullable=True),
        ),
    )


@pytest.fixture
def said(caplog):
    """What the history says."""
    caplog.set_level(logging.WARNING, "simcash")
    return lambda: [record.getMessage() for record in caplog.records]


# ---------------------------------------------------------------- what a query sees


def test_rows_are_seen_as_they_were_written():
    with History() as history:
        pen, write = writer(history, odd())
        write(0, 0, 1, 7, 1, 0.5)
        write(3, 1, MISSING, MISSING, MISSING, float("nan"))
        query = 'SELECT "group", luck, sure, share FROM odd ORDER BY tick'
        assert history.fetch(query, run=pen.run_id) == [("green", 7, True, 0.5), (None, None, None, None)]
        assert history.fetch("SELECT run_id, tick FROM odd ORDER BY ALL") == [(1, 0), (1, 3)]
        write(4, 0, 0, 2, 0, -1.5)
        assert history.fetch(query, run=1)[2:] == [("red", 2, False, -1.5)]


def test_a_state_shows_the_latest_row_of_each_key():
    with cups() as sim:
        sim.run()
        shown = dict(sim.rows("SELECT cup, tokens FROM cups"))
        assert shown == sim.holdings
        assert sim.rows("SELECT count(*) FROM cups_log")[0][0] == 2 * len(sim.table("moves"))
        (heavy,) = sim.rows("SELECT heavy FROM cups WHERE cup = 'green'")[0]
        assert heavy == (2 * sim.holdings["green"] > 99)


def test_runs_with_other_names_share_a_history():
    with History() as history:
        one = cups(history, cups=("red", "green"))
        two = cups(history, cups=("tin", "glass", "clay"))
        one.run()
        two.run()
        named = history.fetch(
            "SELECT run_id, list_sort(list(DISTINCT source)) FROM moves GROUP BY 1 ORDER BY 1"
        )
        assert named == [(1, ["green", "red"]), (2, ["clay", "glass", "tin"])]
        assert {name for (name,) in two.rows("SELECT DISTINCT target FROM moves")} == {"tin", "glass", "clay"}
        assert {name for (name,) in history.fetch("SELECT DISTINCT cup FROM cups WHERE run_id = 1")} == {
            "red",
            "green",
        }


def test_worlds_with_equal_table_names_stay_apart():
    with History() as history:
        _, write = writer(history, odd(), world="first")
        write(0, 0, 0, 1, 1, 1)
        _, write = writer(history, odd(("tin",)), world="second")
        write(0, 0, 0, 2, 1, 1)
        assert history.fetch('SELECT run_id, "group", luck FROM odd') == [(1, "red", 1)]
        assert history.fetch('SELECT run_id, "group", luck FROM second.odd') == [(2, "tin", 2)]
        assert history.fetch("SELECT luck FROM odd", run=2) == [(2,)]


def test_a_later_declaration_widens_the_table(tmp_path):
    for db in (None, tmp_path / "run.duckdb"):
        with History(db) as history:
            pen, write = writer(history, odd())
            write(0, 0, 0, 300, 1, 1)
            pen.persist()
            wider = odd(luck="int32")
            more = replace(wider, columns=(*wider.columns, Column("new", "int8", "", nullable=True)))
            pen, write = writer(history, more)
            write(0, 0, 0, 70_000, 1, 1, 5)
            assert history.fetch("SELECT luck, new FROM odd ORDER BY run_id") == [(300, None), (70_000, 5)]
            with pytest.raises(ValueError, match=r"odd\.luck is stored as INTEGER here, but is now DOUBLE"):
                writer(history, odd(luck="float64"))
            assert history.fetch("SELECT count(*) FROM odd") == [(2,)]


def test_a_table_cannot_take_a_name_of_the_history():
    with History() as history, pytest.raises(ValueError, match='a table cannot be called "runs"'):
        writer(history, odd(name="runs"))


def test_what_is_known_of_a_run():
    with History() as history:
        sim = cups(history, name="my cups", rng_seed=7)
        sim.run(until=20)
        facts = history.facts(sim.run_id)
        assert (facts["name"], facts["world"], facts["seed"]) == ("my cups", "cups", 7)
        assert (facts["ticks"], facts["complete_until"], facts["status"]) == (50, 20, "running")
        assert (facts["pid"], facts["parent_run"]) == (os.getpid(), None)
        assert len(facts["hash"]) == 64
        assert '"most":5' in facts["resolved"].replace(" ", "")
        assert history.runs["name"].tolist() == ["my cups"]
        with pytest.raises(HistoryError, match="there is no run 9 here; runs: 1"):
            history.facts(9)
        with pytest.raises(HistoryError, match="there is no run 9"):
            history.sql("FROM moves", run=9)


def test_parameters_of_a_run_are_kept():
    with History() as history:
        sim = cups(history)
        sim.fork(set={"most": 9, "moves": 1})
        found = history.fetch("SELECT * FROM run_parameters ORDER BY name")
        assert found == [(2, "most", "9"), (2, "moves", "1")]


def test_every_thread_may_ask():
    with cups() as sim:
        sim.run()
        expected = len(sim.table("moves"))
        found, failed = [], []

        def ask():
            try:
                found.extend(sim.rows("SELECT count(*) FROM moves")[0][0] for _ in range(5))
            except Exception as error:
                failed.append(error)

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failed
        assert found == [expected] * 20


@pytest.mark.parametrize("format", ["parquet", "csv"])
def test_export_writes_every_table(tmp_path, format):
    with cups() as sim:
        sim.run()
        folder = sim.export(tmp_path / "out", format)
        assert {path.stem for path in folder.iterdir()} == {
            "moves", "cups", "cups_log", "events", "runs", "actions", "run_parameters",
        }  # fmt: skip
        back = duckdb.sql(
            f"SELECT source, amount FROM '{folder}/moves.{format}' ORDER BY tick, seq"
        ).fetchall()
        assert back == sim.rows("SELECT source, amount FROM moves ORDER BY tick, seq")
        with pytest.raises(ValueError, match="known: parquet, csv, xlsx"):
            sim.export(tmp_path, "xls")
        (tmp_path / "taken").write_text("")
        with pytest.raises(HistoryError, match="taken"):
            sim.export(tmp_path / "taken")


# ---------------------------------------------------------------- many rows


def test_many_rows_are_taken_on_in_the_background(monkeypatch):
    with cups(ticks=400) as sim:
        sim.run()
        expected = sim.table("moves")
    monkeypatch.setattr(recorder, "MANY_WAITING", 100)
    with cups(ticks=400) as sim:
        while not sim.done:
            sim.step()
            assert sim._recorder._waiting < 200
        assert sim.table("moves").equals(expected)
        assert sim.sql("FROM moves").equals(expected), "rows are stored in order"


def test_what_fails_in_the_background_is_raised_and_nothing_is_lost(monkeypatch):
    monkeypatch.setattr(recorder, "MANY_WAITING", 100)
    with cups(ticks=60) as sim:
        real = store.append_columns
        monkeypatch.setattr(store, "append_columns", failing(MemoryError("no room")))
        sim.run()
        with pytest.raises(MemoryError):
            sim.table("moves")
        monkeypatch.setattr(store, "append_columns", real)
        sim.run()
        found = sim.table("moves")
    with cups(ticks=60) as other:
        other.run()
        assert found.equals(other.table("moves"))


def failing(error, after=0):
    calls = []

    def fail(*args, **kwargs):
        calls.append(args)
        if len(calls) > after:
            raise error

    return fail


# ---------------------------------------------------------------- a file


def test_a_run_in_a_file_is_the_run_in_memory(tmp_path):
    with cups() as sim:
        sim.run()
        expected = {name: sim.table(name) for name in ("moves", "cups", "cups_log", "events")}
    with cups(db=tmp_path / "run.duckdb") as sim:
        for until in (3, 10, 27, 50):
            sim.run(until=until)
            sim.sql("SELECT 1")  # what is pending lies in memory now
        assert all(sim.table(name).equals(table) for name, table in expected.items())
    with History(tmp_path / "run.duckdb") as history:
        assert history.runs["status"].tolist() == ["complete"]
        for name, table in expected.items():
            order = "tick, cup" if name == "cups" else "tick, seq"
            found = history.sql(f"FROM {name} ORDER BY {order}", run=1)
            assert sorted(found.columns) == sorted(table.columns)
            assert len(found) == len(table)
        for name in ("moves", "cups_log"):
            assert history.sql(f"FROM {name} ORDER BY tick, seq", run=1).equals(expected[name])


def test_a_finished_period_can_be_read_by_others(tmp_path):
    path = tmp_path / "run.duckdb"
    with cups(db=path) as sim:
        for _ in range(25):
            sim.step()
        with duckdb.connect(str(path), read_only=True) as other:
            ticks, names = other.execute("SELECT max(tick), list(DISTINCT source) FROM moves").fetchone()
            assert ticks < 20
            assert set(names) == {"red", "green", "blue"}
            assert other.execute("SELECT complete_until, status FROM runs").fetchall() == [(20, "running")]
            assert other.execute("SELECT sum(tokens) FROM cups").fetchone() == (99,)
        assert sim.rows("SELECT max(tick) FROM moves")[0][0] >= 20
        assert sim.history.fetch("SELECT max(tick) FROM moves")[0][0] >= 20


def test_rows_leave_memory_when_the_period_ends(tmp_path):
    with cups(db=tmp_path / "run.duckdb") as sim:
        sim.run(until=15)
        sim.sql("FROM moves")
        sim.run(until=20)
        assert sim._recorder._pending == []
        assert sim.history.memory.execute("SELECT count(*) FROM cups_rows.moves").fetchone() == (0,)


def test_within_a_long_period_rows_go_to_the_file_unseen_by_others(tmp_path, monkeypatch):
    monkeypatch.setattr(recorder, "MANY_WAITING", 50)
    path = tmp_path / "run.duckdb"
    with cups(db=path, period=1000, ticks=1000) as sim:
        for _ in range(100):  # by hand: how many ticks `run` takes at once follows the clock
            sim.step()
        assert sim._recorder._waiting < 100
        with duckdb.connect(str(path), read_only=True) as other:
            assert other.execute("SELECT count(*) FROM cups_rows.moves").fetchone()[0] > 100
            assert other.execute("SELECT count(*) FROM moves").fetchone() == (0,)
        with cups(period=1000, ticks=1000) as plain:
            plain.run(until=100)
            assert sim.table("moves").equals(plain.table("moves"))


def test_many_runs_share_a_file(tmp_path):
    path = tmp_path / "runs.duckdb"
    for seed in (1, 2, 3):
        with cups(db=path, rng_seed=seed) as sim:
            assert sim.run_id == seed
            sim.run()
    with History(path) as history:
        assert history.fetch("SELECT run_id, seed, status FROM runs ORDER BY 1") == [
            (1, 1, "complete"), (2, 2, "complete"), (3, 3, "complete"),
        ]  # fmt: skip
        assert history.fetch("SELECT count(DISTINCT run_id) FROM moves") == [(3,)]


def test_what_was_not_finished_says_so(tmp_path):
    path = tmp_path / "run.duckdb"
    with cups(db=path) as sim:
        sim.run(until=17)
    with History(path) as history:
        assert history.fetch("SELECT status, complete_until FROM runs") == [("interrupted", 17)]
        assert history.fetch("SELECT max(tick) FROM moves") == [(16,)]


def test_two_simulations_write_to_one_file_in_turn(tmp_path):
    path = tmp_path / "run.duckdb"
    with cups(db=path) as one, cups(db=path, rng_seed=2) as two:
        for _ in range(50):
            one.step()
            two.step()
        assert one.rows("SELECT count(*) FROM runs") == [(2,)]
        assert len(two.table("moves")) == len(two.history.sql("FROM moves WHERE run_id = 2"))
        assert not one.table("moves").equals(two.table("moves"))


CRASH = """
import os, sys
sys.path.insert(0, {root!r})
from tests.core.fake_world import cups_source, open_cups
from simcash.core.simulation import Simulation
sim = Simulation(open_cups, cups_source(), db={db!r})
sim.run(until=25)
{end}
"""


def crash(db, end):
    code = CRASH.format(root=str(ROOT), db=str(db), end=end)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_a_killed_run_keeps_its_finished_days(tmp_path, said):
    path = tmp_path / "run.duckdb"
    assert crash(path, "os.kill(os.getpid(), 9)").returncode == -signal.SIGKILL
    with History(path) as history:
        assert said() == [
            "run 1 (three-cups) in run.duckdb was interrupted; it is complete up to tick 20 of 50"
        ]
        assert history.fetch("SELECT status, complete_until FROM runs") == [("interrupted", 20)]
        assert history.fetch("SELECT max(tick) // 10 FROM moves") == [(1,)]
        kept = history.sql("FROM moves ORDER BY tick, seq", run=1)
    with cups() as sim:
        sim.run(until=20)
        assert sim.table("moves").equals(kept)


def test_a_run_that_python_ended_keeps_everything(tmp_path, said):
    answer = crash(tmp_path / "run.duckdb", "")
    assert answer.returncode == 0, answer.stderr
    with History(tmp_path / "run.duckdb") as history:
        assert history.fetch("SELECT status, complete_until FROM runs") == [("interrupted", 25)]
        assert said() == []


def test_a_running_run_is_not_interrupted(tmp_path, said):
    path = tmp_path / "run.duckdb"
    code = CRASH.format(root=str(ROOT), db=str(path), end="print('up', flush=True); sys.stdin.read()")
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", code], text=True, **pipes) as other:
        assert other.stdout.readline() == "up\n"
        with History(path) as history:
            assert history.fetch("SELECT status FROM runs") == [("running",)]
        other.stdin.close()
    assert said() == []


# ---------------------------------------------------------------- what can be wrong with a file

HOLD = """
import duckdb, sys
con = duckdb.connect({db!r}, read_only={alone!r})
print("up", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def held():
    """Another process that holds a file open until it is let go."""
    running = []

    def hold(db, alone=False):
        code = HOLD.format(db=str(db), alone=alone)
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        other = subprocess.Popen([sys.executable, "-c", code], text=True, **pipes)
        running.append(other)
        assert other.stdout.readline() == "up\n"
        return other

    yield hold
    for other in running:
        with other:
            other.stdin.close()


def test_a_file_held_by_a_reader_is_waited_for(tmp_path, held, said):
    path = tmp_path / "run.duckdb"
    with cups(db=path) as sim:
        reader = held(path, alone=True)
        threading.Timer(0.3, reader.stdin.close).start()
        sim.run()
        assert sim.rows("SELECT status FROM runs") == [("complete",)]
    (message,) = said()
    assert message == f"{path} is held by process {reader.pid}; waiting for it, up to 30 s"


def test_a_file_held_too_long_is_an_error_and_nothing_is_lost(tmp_path, held):
    path = tmp_path / "run.duckdb"
    with cups(db=path) as sim:
        sim.run(until=10)
        sim.history.patience = 0.2
        reader = held(path, alone=True)
        with pytest.raises(HistoryError, match=f"is held by process {reader.pid}"):
            sim.run()
        assert sim.now == 20, "a tick boundary, and the day in memory"
        assert sim.rows("SELECT max(tick) FROM moves")[0][0] > 15, "reading is possible"
        reader.stdin.close()
        reader.wait()
        sim.run()
        found = sim.table("moves")
    with cups() as plain:
        plain.run()
        assert plain.table("moves").equals(found)
    with History(path) as history:
        assert history.fetch("SELECT status, complete_until FROM runs") == [("complete", 50)]
        assert history.sql("FROM moves ORDER BY tick, seq", run=1).equals(found)


def test_a_file_held_by_a_writer_cannot_be_opened(tmp_path, held):
    path = tmp_path / "run.duckdb"
    cups(db=path).close()
    held(path)
    with pytest.raises(HistoryError, match="is held by process"):
        History(path, patience=0.1)


def test_a_failing_write_loses_no_day(tmp_path, monkeypatch):
    path = tmp_path / "run.duckdb"
    with cups(db=path) as sim:
        sim.run(until=20)
        full = duckdb.IOException("Could not write file: No space left on device")
        real = store.append_columns
        monkeypatch.setattr(store, "append_columns", failing(full, after=1))
        with pytest.raises(HistoryError, match=r"the disk of .*run\.duckdb is full"):
            sim.run()
        with duckdb.connect(str(path), read_only=True) as other:
            assert other.execute("SELECT complete_until FROM runs").fetchone() == (20,)
            assert other.execute("SELECT max(tick) // 10 FROM cups_rows.moves").fetchone() == (1,)
        monkeypatch.setattr(store, "append_columns", real)
        sim.run()
    with History(path) as history, cups() as plain:
        plain.run()
        assert history.sql("FROM moves ORDER BY tick, seq", run=1).equals(plain.table("moves"))


@pytest.fixture
def small_disk(tmp_path):
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)]
    try:
        done = subprocess.run(mounted, capture_output=True, check=False).returncode == 0
    except OSError:
        done = False
    if not done:
        pytest.skip("a small disk cannot be mounted here; the failing write is tested without one")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_loses_no_day(small_disk):
    sim = cups(db=small_disk / "run.duckdb", ticks=4000, period=100, moves=30)
    with pytest.raises(HistoryError, match="is full; make room and go on"):
        sim.run()
    failed = sim.now
    assert failed % 100 == 0
    with duckdb.connect(str(small_disk / "run.duckdb"), read_only=True) as other:
        assert other.execute("SELECT complete_until FROM runs").fetchone() == (failed - 100,)
    subprocess.run(["mount", "-o", "remount,size=50m", str(small_disk)], check=True)
    sim.run(until=failed + 200)
    assert sim.rows("SELECT count(DISTINCT tick) FROM moves") == [(failed + 200,)]
    sim.close()


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/proc/run.duckdb", "/proc/run.duckdb"),
        ("{tmp}/no/run.duckdb", "no such folder"),
        ("{tmp}", "a folder"),
    ],
)
def test_a_place_that_cannot_be_written_is_an_error(tmp_path, path, told):
    with pytest.raises(HistoryError, match=told):
        cups(db=path.format(tmp=tmp_path))


def test_other_files_are_not_taken_for_histories(tmp_path):
    (tmp_path / "text.duckdb").write_bytes(b"not a database" * 1000)
    (tmp_path / "empty.duckdb").write_bytes(b"")
    cups(db=tmp_path / "good.duckdb").close()
    good = (tmp_path / "good.duckdb").read_bytes()
    (tmp_path / "cut.duckdb").write_bytes(good[:9000])
    (tmp_path / "bad.duckdb").write_bytes(
        bytes(255 - b if 5000 < i < 90_000 else b for i, b in enumerate(good))
    )
    for name in ("text", "empty", "cut", "bad"):
        path = tmp_path / f"{name}.duckdb"
        before = path.read_bytes()
        with pytest.raises(HistoryError, match=rf"{name}\.duckdb is damaged, or is not a simcash history"):
            cups(db=path)
        with pytest.raises(HistoryError, match="is damaged"):
            History(path).sql("FROM runs")
        assert path.read_bytes() == before


def test_a_foreign_database_is_left_alone(tmp_path):
    path = tmp_path / "other.duckdb"
    with duckdb.connect(str(path)) as other:
        other.execute("CREATE TABLE mine AS SELECT 1 AS x")
    with pytest.raises(HistoryError, match="is a DuckDB file, but not a simcash history"):
        cups(db=path)
    with duckdb.connect(str(path)) as other:
        assert other.execute("SHOW TABLES").fetchall() == [("mine",)]


def test_a_newer_file_is_refused_with_the_reason(tmp_path):
    path = tmp_path / "new.duckdb"
    cups(db=path).close()
    with duckdb.connect(str(path)) as other:
        other.execute("UPDATE simcash_format SET version = 99")
    for open_it in (lambda: cups(db=path), lambda: History(path).sql("FROM runs")):
        with pytest.raises(HistoryError, match="has format 99 and was written by a newer simcash"):
            open_it()


def test_a_file_of_version_1_is_read_and_written(tmp_path):
    path = tmp_path / "history-1.duckdb"
    path.write_bytes(lzma.decompress(STORED.read_bytes()))
    with History(path) as history:
        assert history.fetch("SELECT run_id, name, parent_run, status FROM runs ORDER BY 1") == [
            (1, "three-cups", None, "complete"), (2, "three-cups", 1, "complete"),
        ]  # fmt: skip
        with cups() as sim:
            sim.run()
            assert history.sql("FROM moves ORDER BY tick, seq", run=1).equals(sim.table("moves"))
            assert len(history.sql("FROM moves", run=2)) > 40
    with cups(db=path) as sim:
        assert sim.run_id == 3
        sim.run()


def test_a_file_that_is_not_there_cannot_be_read(tmp_path):
    with pytest.raises(HistoryError, match=r"there is no file .*no\.duckdb"):
        History(tmp_path / "no.duckdb").sql("FROM runs")
    assert not (tmp_path / "no.duckdb").exists()


def test_closing_twice_is_harmless(tmp_path):
    sim = cups(db=tmp_path / "run.duckdb")
    sim.run(until=5)
    sim.close()
    sim.close()
    sim.history.close()
    for ask in (sim.step, lambda: sim.rows("FROM moves"), lambda: cups(sim.history)):
        with pytest.raises(HistoryError, match="closed"):
            ask()


def test_many_periods_are_quick(tmp_path):
    """A period costs a short connection, not a rewrite of the file."""
    with cups(db=tmp_path / "run.duckdb", ticks=300, period=10) as sim:
        sim.run()
        assert sim.rows("SELECT complete_until FROM runs") == [(300,)]
    assert np.sum([path.stat().st_size for path in tmp_path.iterdir()]) < 8 * 2**20


def test_worlds_may_come_and_go(tmp_path):
    """A file keeps what its tables meant, whether or not their world is there."""
    path = tmp_path / "run.duckdb"
    with cups(db=path) as sim:
        sim.run()
    with History(path) as history:
        _, write = writer(history, odd())
        write(0, 0, 0, 1, 1, 1)
        assert history.fetch("SELECT count(*) > 10 FROM moves WHERE source = 'red'") == [(True,)]
        assert history.fetch('SELECT "group" FROM odd') == [("red",)]
        assert [table.name for table in history.tables(1)] == ["moves", "cups", "events"]
        assert history.tables(1)[0].columns[3].labels == ()


def test_sums_of_whole_numbers_stay_whole():
    with History() as history:
        exact = history.sql("SELECT sum(9007199254740993) AS total, 1 AS one -- a remark")
        assert exact["total"].tolist() == [9007199254740993]
        assert exact["total"].dtype == "int64"
        beyond = history.sql("SELECT sum(9223372036854775807) AS total FROM range(3);")
        assert beyond["total"].tolist() == [3 * 9223372036854775807.0]
