"""Compile the stages of an engine in several processes at once.

A compiled stage lies in its world's cache folder, where `jit.address` finds it; a stage that no helping
process could compile is compiled there.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from importlib import import_module
from typing import Any

import numba

from simcash.core.jit import PACKAGE, cache_folder, compiling, is_compiled, mark_compiled

MOST_PROCESSES = 4  # each compiles what its stages share anew, so that more would gain little


def compile_ahead(world: str, stages: Sequence[Any], state: Any) -> None:
    """Compile functions of a state, heavy and light ones in turn, as far as they were not compiled before."""
    stages = [stage for stage in stages if not is_compiled(world, stage.__name__)]
    if not stages:
        return
    shares = min(processors(), MOST_PROCESSES)
    signature = (numba.typeof(state),)
    with ExitStack() as helpers:
        for n in range(1, shares):
            helpers.enter_context(helper(world, stages[n::shares], signature))
        for stage in stages[::shares]:
            stage.compile(signature)
    for stage in stages:
        mark_compiled(world, stage.__name__)
    mark_compiled(world)


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def helper(world: str, stages: Sequence[Any], signature: tuple[Any, ...]) -> Iterator[None]:
    """A process that compiles some stages meanwhile; waited for, but stopped if this one is interrupted."""
    names = [(stage.__module__, stage.__name__) for stage in stages]
    paths = [str(PACKAGE.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    places = {"SIMCASH_CACHE_DIR": str(cache_folder(world).parent), "PYTHONPATH": os.pathsep.join(paths)}
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", __name__], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, env=os.environ | places,
        )  # fmt: skip
    except OSError:  # Python within another program, which is what sys.executable names, or not even that
        yield
        return
    try:
        hand_over(process, pickle.dumps((names, signature)))
        yield
        process.wait()
    finally:
        process.kill()
        process.wait()


def hand_over(process: subprocess.Popen[bytes], work: bytes) -> None:
    """Write to a process, unless it has ended."""
    assert process.stdin is not None
    with suppress(OSError), process.stdin as given:
        given.write(work)


def compile_given() -> None:
    """In a helping process: compile what standard input names."""
    names, signature = pickle.load(sys.stdin.buffer)
    for module, name in names:
        getattr(import_module(module), name).compile(signature)


if __name__ == "__main__":
    with compiling():
        compile_given()
