"""numba as simcash brings it up: quicker, and nothing missing."""

import os
import subprocess
import sys

import pytest

from simcash.core.jit import PLAIN

USE = """
import sys
import numba
import numpy as np
import simcash.core.jit

@numba.njit
def nothing():
    return 0

@numba.njit
def product(a, b):
    return a @ b

nothing()
print("scipy.linalg" in sys.modules)
print(*product(np.array([[1.0, 2.0]]), np.array([[3.0], [4.0]])).tolist())
"""


@pytest.mark.skipif(PLAIN, reason="nothing is compiled")
def test_linear_algebra_is_loaded_by_who_uses_it():
    told = subprocess.run([sys.executable, "-c", USE], env=os.environ, capture_output=True, text=True)
    assert (told.stdout.split(), told.stderr) == (["False", "[11.0]"], "")
