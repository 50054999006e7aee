"""The front door: what `import simcash` offers, and what it costs."""

import importlib
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import simcash
from simcash.core.history import History
from simcash.core.problems import ScenarioError
from tests.core.fake_world import Cups, CupsScenario, cups_source

OPENER = "tests.core.fake_world:open_cups"


@pytest.fixture(autouse=True)
def with_cups(monkeypatch):
    """The fake world beside the real ones."""
    monkeypatch.setitem(simcash.WORLDS, "cups", OPENER)
    monkeypatch.setitem(simcash.SEEDS, "cups", "rng_seed")
    monkeypatch.setitem(simcash.FACES, "cups", {"boast": "tests.core.test_simulation:boast"})


def test_importing_loads_nothing_heavy():
    code = "import sys, simcash; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"numpy", "pandas", "duckdb", "numba", "pydantic", "yaml", "altair", "tqdm", "simcash.core"}
    assert not heavy & set(loaded.stdout.split())


def test_the_names_are_all_there():
    for name in simcash.__all__:
        assert callable(getattr(simcash, name))
    assert simcash.worlds()[0] == "payments"
    assert simcash.__version__


@pytest.mark.parametrize("source", [{"world": "cups"}, cups_source()], ids=["dict", "source"])
def test_open_takes_a_dict_or_a_source(source):
    with simcash.open(source) as sim:
        assert sim.run().done
        assert sim.boast() == f"{sim.name} has tokens"


def test_open_takes_a_path(tmp_path):
    path = tmp_path / "my-cups.yaml"
    path.write_text("# Cups of mine\nworld: cups\ncups: [tin, glass]\n")
    for given in (path, str(path)):
        with simcash.open(given) as sim:
            assert sim.name == "my-cups"
            assert set(sim.holdings) == {"tin", "glass"}


def test_what_is_given_replaces_what_is_written():
    with simcash.open({"world": "cups", "rng_seed": 3}, seed=7, set={"most": 2}) as sim:
        assert sim.seed == sim.world.scenario.rng_seed == 7
        assert sim.world.scenario.most == 2
        assert sim.rows("SELECT name, value FROM run_parameters") == [("most", "2"), ("rng_seed", "7")]
        assert sim.rows("SELECT seed FROM runs") == [(7,)]
    with simcash.open({"world": "cups", "rng_seed": 3}) as sim:
        assert sim.seed == 3


def test_a_level_of_recording_is_a_key_of_the_scenario():
    with pytest.raises(ScenarioError, match="record"):
        simcash.open({"world": "cups"}, record="full")


def test_a_run_may_join_a_history():
    with History() as history:
        for seed in (1, 2):
            simcash.open({"world": "cups"}, seed=seed, history=history).run()
        assert history.runs["seed"].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("no-such-name", "no-such-name"),
        ({"world": "cup"}, 'did you mean "cups"'),
        ({"world": "cups", "tokns": 3}, 'did you mean "tokens"'),
        ({"world": "cups", "tokens": "three"}, "tokens"),
    ],
)
def test_a_wrong_source_is_a_friendly_error(source, told):
    with pytest.raises(ScenarioError, match=told):
        simcash.open(source)


def test_a_file_keeps_a_run_and_replay_brings_it_back(tmp_path):
    db = tmp_path / "run.duckdb"
    with simcash.open({"world": "cups"}, db=db) as sim:
        expected = sim.run().table("moves")
    with simcash.replay(db, 1) as again:
        assert again.table("moves").equals(expected)
        assert again.boast() == "scenario has tokens"


def test_save_and_load(tmp_path):
    with simcash.open({"world": "cups"}) as sim:
        sim.run(until=20)
        path = sim.save(tmp_path / "x.simcash")
        with simcash.load(path) as again:
            assert again.holdings == sim.holdings
            assert again.run().table("moves").equals(sim.run().table("moves"))


def test_check_world_is_offered():
    assert simcash.check_world(lambda seed: Cups(CupsScenario(rng_seed=seed, ticks=20))).ticks == 20


def test_scenarios_lists_the_library():
    listed = simcash.scenarios()
    assert isinstance(listed, pd.DataFrame)
    assert list(listed.columns) == ["name", "world", "what it shows"]
    assert len(listed)
    assert set(listed["world"]) <= set(simcash.WORLDS)
    assert (listed["what it shows"].str.len() > 10).all()


@pytest.mark.parametrize(
    "place", [p for faces in simcash.FACES.values() for p in faces.values()] + list(simcash.WORLDS.values())
)
def test_what_the_front_door_names_exists(place):
    module, _, name = place.partition(":")
    assert callable(getattr(importlib.import_module(module), name))


def test_only_the_front_door_names_worlds():
    folder = Path(simcash.__file__).parent
    naming = [
        path.relative_to(folder).as_posix()
        for path in (folder / "core").rglob("*.py")
        if any(f"simcash.{world}" in path.read_text() for world in simcash.WORLDS)
    ]
    assert naming == []
