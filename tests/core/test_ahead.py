"""Compiling in several processes: what a helper compiles is found, and no helper is needed."""

import os
import subprocess
import sys

import pytest

from simcash.core.jit import PLAIN

pytestmark = pytest.mark.skipif(PLAIN, reason="nothing is compiled")

LITTLE = """
from simcash.core.jit import njit, stage

@stage
def one(s):
    s[0] += 1

@stage
def two(s):
    s[0] += 10

@njit
def both(s):
    one(s)
    two(s)
"""
USE = """
import sys
import numpy as np
from simcash.core import ahead
from simcash.core.jit import cache_folder, is_compiled
import little

ahead.processors = lambda: 2
sys.executable = EXECUTABLE
state = np.zeros(1, np.int64)
assert not is_compiled("core")
ahead.compile_ahead("core", (little.one, little.two), state)
assert is_compiled("core")
print(*sorted(path.name.split("-")[0] for path in cache_folder("core").rglob("*.nbc")))
little.both(state)
print(*state)
"""


def use(tmp_path, executable):
    (tmp_path / "little.py").write_text(LITTLE)
    (tmp_path / "use.py").write_text(USE.replace("EXECUTABLE", executable))
    places = {"PYTHONPATH": str(tmp_path), "SIMCASH_CACHE_DIR": str(tmp_path / "cache")}
    told = subprocess.run(
        [sys.executable, str(tmp_path / "use.py")], env=os.environ | places, capture_output=True, text=True
    )
    assert told.returncode == 0, told.stderr
    return told.stdout.splitlines()


def test_a_helper_compiles_every_second_stage(tmp_path):
    assert use(tmp_path, "sys.executable") == ["little.one little.two", "11"]


@pytest.mark.parametrize("executable", ["''", "'/no/such/python'", "'/bin/false'"])
def test_without_a_helper_the_rest_is_compiled_when_it_is_needed(tmp_path, executable):
    assert use(tmp_path, executable) == ["little.one", "11"]
