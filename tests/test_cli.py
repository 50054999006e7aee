"""The command line as a person or a script meets it: what it prints, where, and with which exit code."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from simcash import __version__, cli
from simcash.report import skyline, table

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def in_an_empty_folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)


def simcash(*words: str):
    """One command, in this process."""
    return CliRunner().invoke(cli.app, list(words), prog_name="simcash")


def process(*words: str, **options) -> subprocess.Popen[str]:
    """One command, in a process of its own."""
    command = [sys.executable, "-m", "simcash", *words]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, text=True, **pipes, **options)


def report(*words: str) -> dict:
    answer = simcash("run", *words, "--json")
    assert answer.exit_code == 0, answer.stderr
    return json.loads(answer.stdout)


# ---------------------------------------------------------------- run


def test_run_closes_with_a_summary():
    answer = simcash("run", "three-banks")
    assert answer.exit_code == 0, answer.stderr
    for word in ("three-banks", "settled rate", "settled value", "queue 1", "queue 2", "cost", "HARBOUR"):
        assert word in answer.stdout
    assert "Traceback" not in answer.output


def test_json_is_one_object_and_nothing_else():
    answer = simcash("run", "three-banks", "--json")
    summary = json.loads(answer.stdout)["summary"]
    assert answer.stdout.count("\n") == 1
    assert 0 < summary["settled_count"] <= summary["arrived_count"]
    assert summary["settled_rate"] == summary["settled_count"] / summary["arrived_count"]
    assert summary["cost_cents"] == sum(bank["cost_cents"] for bank in summary["costs"])
    waiting = summary["arrived_count"] - summary["settled_count"] - summary["dropped_count"]
    assert waiting == summary["queue1_count"] + summary["queue2_count"]


def test_stream_tells_every_tick_then_the_summary():
    *ticks, last = [
        json.loads(line) for line in simcash("run", "three-banks", "--stream").stdout.splitlines()
    ]
    assert [line["tick"] for line in ticks] == list(range(last["ticks"]))
    assert sum(line["settled_value_cents"] for line in ticks) == last["summary"]["settled_value_cents"]
    assert ticks[-1]["queue2_count"] == last["summary"]["queue2_count"]


@pytest.mark.parametrize("record", ["off", "summary", "full"])
def test_stream_records_what_it_tells(record):
    *ticks, last = simcash("run", "three-banks", "--stream", "--set", f"record={record}").stdout.splitlines()
    assert len(ticks) == json.loads(last)["ticks"]


def test_quiet_prints_nothing():
    answer = simcash("run", "three-banks", "--quiet")
    assert (answer.exit_code, answer.output) == (0, "")


def test_a_seed_decides_the_run():
    one, same, other = (report("three-banks", "--seed", seed)["summary"] for seed in ("1", "1", "2"))
    assert one == same != other


def test_days_and_set_change_the_scenario():
    plain, longer = report("three-banks"), report("three-banks", "--days", "3")
    assert longer["ticks"] % 3 == 0
    assert longer["ticks"] > plain["ticks"] / 2
    rich = report("three-banks", "--set", "agents.NORTH.opening_balance=900000000")
    balance = {bank["bank"]: bank["balance_cents"] for bank in rich["summary"]["banks"]}
    assert balance["NORTH"] > 100_000_000


@pytest.mark.parametrize("level", ["off", "summary", "full"])
def test_every_recording_level_has_a_summary(level):
    """The same numbers, but for what a level does not record."""
    standard, other = (
        report("three-banks")["summary"],
        report("three-banks", "--set", f"record={level}")["summary"],
    )
    assert {"queue1_count", "waiting_value_cents", "cost_cents"} <= set(other)
    assert ("settled_rate" in other) == (level != "off")
    for key in set(other) - {"banks", "costs"}:
        assert other[key] == standard[key]


# ---------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["run", "three-bank"], "three-banks"),
        (["run", "three-banks", "--speed", "2"], "--speed"),
        (["run", "three-banks", "--days", "0"], "--days"),
        (["run", "three-banks", "--set", "crediting"], "KEY=VALUE"),
        (["run", "three-banks", "--set", "agents.0.polic.type=Fifo"], "policy"),
        (["run", "three-banks", "--set", "agents.0.policy.type=Fif"], "Fifo"),
        (["run", "nowhere/to-be-found.yaml"], "to-be-found"),
        (["run", "."], "not a file"),
        (["validate", "bad.yaml"], "crediting"),
        (["validate", "world.yaml"], "payments"),
        (["replay", "absent.duckdb", "1"], "absent.duckdb"),
        (["replay", "bad.yaml", "1"], "bad.yaml"),
        (["replay", "run.duckdb", "one"], "RUN"),
        (["fly"], "fly"),
    ],
)
def test_bad_input_is_a_sentence_and_exit_code_2(words, told):
    Path("world.yaml").write_text("world: payment\n")
    Path("bad.yaml").write_text(
        "simulation: {ticks_per_day: 5, num_days: 1, rng_seed: 1}\ncreditin: deferred\n"
    )
    answer = simcash(*words)
    assert answer.exit_code == 2
    assert answer.stdout == ""
    assert told in answer.stderr
    assert "Traceback" not in answer.stderr


def test_all_mistakes_are_told_at_once_and_nothing_is_written():
    Path("bad.yaml").write_text(
        "simulation: {ticks_per_day: 0, num_days: 1, rng_seed: 1}\ncreditin: deferred\n"
    )
    answer = simcash("run", "bad.yaml", "--db", "run.duckdb")
    assert answer.exit_code == 2
    assert "ticks_per_day" in answer.stderr
    assert "creditin" in answer.stderr
    assert "bad.yaml" in answer.stderr
    assert sorted(path.name for path in Path().iterdir()) == ["bad.yaml"]


def test_validate_says_that_a_good_file_is_good():
    answer = simcash("validate", "three-banks")
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert "three-banks" in answer.stdout


# ---------------------------------------------------------------- stored runs


def test_a_stored_run_is_replayed():
    stored = report("three-banks", "--db", "run.duckdb")
    answer = simcash("replay", "run.duckdb", str(stored["run_id"]))
    assert answer.exit_code == 0, answer.stderr
    assert "every row as stored" in answer.stdout


def test_what_is_not_there_cannot_be_replayed():
    report("three-banks", "--db", "run.duckdb")
    answer = simcash("replay", "run.duckdb", "99")
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert answer.stderr == "there is no run 99 here; runs: 1\n"


def test_a_run_that_comes_out_otherwise_fails_the_replay():
    report("three-banks", "--db", "run.duckdb")
    changed("run.duckdb", "UPDATE payments_rows.payments SET amount = amount + 1 WHERE tick = 7")
    answer = simcash("replay", "run.duckdb", "1")
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert "payments differs first in tick 7" in answer.stderr


def changed(file: str, query: str) -> None:
    with duckdb.connect(file) as stored:
        stored.execute(query)


@pytest.mark.parametrize("damage", ["damaged", "newer"])
def test_a_file_that_cannot_be_used_stays_as_it_is(damage):
    file = Path("run.duckdb")
    report("three-banks", "--db", file.name)
    if damage == "damaged":
        file.write_bytes(file.read_bytes()[:5000] + b"not a database" * 1000)
    else:
        changed(file.name, "UPDATE simcash_format SET version = 999")
    before = file.read_bytes()
    for words, code in ((["replay", file.name, "1"], 2), (["run", "three-banks", "--db", file.name], 1)):
        answer = simcash(*words)
        assert (answer.exit_code, answer.stdout) == (code, "")
        assert damage in answer.stderr
        assert answer.stderr.count("\n") == 1
        assert file.read_bytes() == before


def test_a_file_held_by_someone_else_is_waited_for(caplog):
    report("three-banks", "--db", "run.duckdb")
    hold = "import duckdb, time; c = duckdb.connect('run.duckdb'); print('held', flush=True); time.sleep(1.5)"
    with subprocess.Popen([sys.executable, "-c", hold], stdout=subprocess.PIPE, text=True) as holder:
        holder.stdout.readline()
        answer = simcash("run", "three-banks", "--db", "run.duckdb", "--json")
        assert answer.exit_code == 0
        assert f"held by process {holder.pid}" in caplog.text
        assert json.loads(answer.stdout)["run_id"] == 2


def test_a_folder_that_is_not_there_fails_the_run():
    answer = simcash("run", "three-banks", "--db", "nowhere/run.duckdb")
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert "nowhere" in answer.stderr


def test_control_c_says_where_it_stopped_and_what_is_kept():
    words = "run", "three-banks", "--days", "100000", "--stream", "--db", "run.duckdb"
    with process(*words) as running:
        running.stdout.readline()
        running.send_signal(signal.SIGINT)
        _, told = running.communicate(timeout=60)
    assert running.returncode == 130
    assert told.startswith("Stopped at day ")
    assert "run.duckdb" in told
    assert "Traceback" not in told


def test_a_reader_may_stop_reading():
    with process("run", "three-banks", "--days", "100000", "--stream") as running:
        running.stdout.readline()
        running.stdout.close()
        assert running.wait(timeout=60) == 0
        assert running.stderr.read() == ""


# ---------------------------------------------------------------- around it


def test_scenarios_lists_the_library():
    answer = simcash("scenarios")
    assert answer.exit_code == 0, answer.stderr
    for file in (ROOT / "scenarios").rglob("*.yaml"):
        assert file.stem in answer.stdout


def test_warmup_compiles_every_world():
    answer = simcash("warmup")
    assert answer.exit_code == 0, answer.stderr
    assert "payments: compiled and kept" in answer.stdout


def test_a_run_does_without_pandas():
    code = "import sys, simcash.cli as c; c.app(sys.argv[1:], standalone_mode=False); print(*sys.modules)"
    words = [sys.executable, "-c", code, "run", "three-banks", "--quiet"]
    loaded = subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()
    assert not {"pandas", "altair", "anywidget", "networkx", "tqdm", "rich"} & set(loaded)


def test_lab_says_what_to_install(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    answer = simcash("lab")
    assert answer.exit_code == 1
    assert 'pip install "simcash[lab]"' in answer.stderr


def test_lab_opens_the_first_notebook_and_ends_as_it_does():
    Path("jupyterlab.py").write_text("import sys; print(*sys.argv[1:]); sys.exit(3)")
    with process("lab", "--no-browser", env={**os.environ, "PYTHONPATH": f".:{ROOT}"}) as lab:
        opened, _ = lab.communicate(timeout=60)
    assert opened.split() == [str(ROOT / "notebooks" / "00_start.ipynb"), "--no-browser"]
    assert lab.returncode == 3


def test_packaged_notebooks_are_copied_and_never_overwritten(tmp_path):
    packaged = tmp_path / "site-packages/simcash/library/notebooks"
    packaged.mkdir(parents=True)
    for name in ("00_start", "01_more"):
        (packaged / f"{name}.ipynb").write_text("as shipped")
    cli.LAB_FOLDER.mkdir()
    (cli.LAB_FOLDER / "00_start.ipynb").write_text("as changed")
    folder = cli.notebooks(tmp_path / "site-packages/simcash")
    assert (folder / "00_start.ipynb").read_text() == "as changed"
    assert (folder / "01_more.ipynb").read_text() == "as shipped"


@pytest.mark.parametrize(
    ("values", "drawn"),
    [([0, 1, 8], " ▁█"), ([0, 0], "  "), ([5], "█"), ([-3, 2], " █"), ([1, 2, 3, 4], "▄█")],
)
def test_a_skyline_keeps_the_peaks(values, drawn):
    assert skyline(values, width=2 if len(values) == 4 else 60) == drawn


ROWS = [
    {"bank": "A", "cost_cents": 1},
    {"bank": "LONGER", "cost_cents": 123_456_789, "drop_penalty_cents": 5},
]


def test_a_table_has_a_column_for_every_key():
    assert table(ROWS, 80) == [
        "",
        "                           drop",
        "  bank            cost  penalty",
        "  ------  ------------  -------",
        "  A               0.01     0.00",
        "  LONGER  1,234,567.89     0.05",
    ]


def test_a_narrow_table_goes_on_below_and_cuts_nothing():
    assert table(ROWS, 24) == [
        "",
        "  bank            cost",
        "  ------  ------------",
        "  A               0.01",
        "  LONGER  1,234,567.89",
        "",
        "             drop",
        "  bank    penalty",
        "  ------  -------",
        "  A          0.00",
        "  LONGER     0.05",
    ]


def test_version():
    assert simcash("--version").stdout == f"simcash {__version__}\n"


def test_a_terminal_without_blocks_gets_the_numbers_all_the_same():
    with process("run", "three-banks", env={**os.environ, "PYTHONIOENCODING": "ascii"}) as running:
        told, mistakes = running.communicate(timeout=60)
    assert running.returncode == 0, mistakes
    assert "settled rate" in told


def test_compiling_is_announced_and_a_mistake_is_told_before_it(monkeypatch, capsys):
    monkeypatch.setattr("simcash.core.jit.is_compiled", lambda world: False)
    monkeypatch.setattr(cli, "PATIENCE", 0.02)
    with cli.told_if_compiling("payments"):
        time.sleep(0.2)
    assert "Compiling the payments engine" in capsys.readouterr().err
    with cli.told_if_compiling("payments"):
        pass
    with cli.told_if_compiling("no such world"):
        time.sleep(0.1)
    assert capsys.readouterr().err == ""
