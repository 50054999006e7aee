"""The project's numba decorators, and where compiled code is kept.

A cached caller does not notice that a callee in another file changed, so the cache folder of a world is
named by a hash of the sources. With NUMBA_DISABLE_JIT=1 everything runs as plain Python.
"""

from __future__ import annotations

import gc
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numba
import numpy as np
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic


def import_without_blas() -> None:
    """Spare every process a fifth of a second: numba imports scipy.linalg to know that it is there.

    Compiled code that uses it asks again.
    """
    with suppress(ImportError, AttributeError):
        linalg: Any = import_module("numba.np.linalg")
        asks, linalg.ensure_blas = linalg.ensure_blas, lambda: None
        try:
            import_module("numba.np.arraymath")
        finally:
            linalg.ensure_blas = asks


import_without_blas()

PACKAGE = Path(__file__).resolve().parent.parent
PLAIN = bool(numba.config.DISABLE_JIT)
WITHOUT_WRAPPERS = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
COMPILED = "compiled"  # the file that says so in a cache folder

if PLAIN:  # compiled integers wrap around silently, and infinity less infinity is no number; plain ones too
    np.seterr(over="ignore", invalid="ignore")


@cache
def cache_folder(world: str) -> Path:
    """Where this world's compiled code lives: the user's cache, or a temporary folder if need be."""
    name = f"{world}-{fingerprint(world)}"
    for base in cache_bases():
        try:
            (base / name).mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(base / name, os.W_OK):
            return base / name
    return Path(tempfile.mkdtemp(prefix="simcash-")) / name


def fingerprint(world: str) -> str:
    """A hash of what a world's compiled code is made from: modules that compile, and subfolders."""
    digest = hashlib.sha256(numba.__version__.encode())
    for folder in sorted({"core", world}):
        for source in sorted((PACKAGE / folder).rglob("*.py")):
            text = source.read_bytes()
            if b"core.jit" in text or b"core.record" in text or source.parent.name != folder:
                digest.update(text)
    return digest.hexdigest()[:16]


def cache_bases() -> list[Path]:
    """Candidate folders, best first."""
    named = os.environ.get("SIMCASH_CACHE_DIR") or os.environ.get("NUMBA_CACHE_DIR")
    if named:
        return [Path(named)]
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    user = os.getuid() if hasattr(os, "getuid") else "user"
    return [folder / "simcash", Path(tempfile.gettempdir()) / f"simcash-{user}"]


def is_compiled(world: str, stage: str = "") -> bool:
    """Whether a stage, or any at all, of this world is already in the cache as compiled code."""
    return PLAIN or (cache_folder(world) / f"{COMPILED}.{stage}").exists()


def mark_compiled(world: str, stage: str = "") -> None:
    """Note that it is."""
    with suppress(OSError):
        (cache_folder(world) / f"{COMPILED}.{stage}").touch()


def njit(function: Callable[..., Any]) -> Any:
    """Compile with the project's options: cached, without the GIL, division as numpy does it."""
    return compiled(function, world_of(function))


def inner(function: Callable[..., Any], inline: str = "never") -> Any:
    """As `njit`, for a function that only compiled code calls: without the wrapper that Python would need."""
    if PLAIN:
        return function
    return numba.njit(function, inline=inline, nogil=True, error_model="numpy", **WITHOUT_WRAPPERS)


def part(function: Callable[..., Any]) -> Any:
    """As `inner`, for a small function called in one place: compiled within its caller, which is quicker."""
    return inner(function, inline="always")


def stage(function: Callable[..., Any]) -> Any:
    """As `inner`, for a large function of the state alone: kept in the cache by itself, called by address."""
    return compiled(function, world_of(function), **WITHOUT_WRAPPERS)


def address(stage: Any, state: Any) -> int:
    """Where a stage's machine code begins, for `do` and `ask`; in plain mode a number that stands for it."""
    if PLAIN:
        if stage not in PLAIN_STAGES:
            PLAIN_STAGES.append(stage)
        return PLAIN_STAGES.index(stage) + 1
    signature = (numba.typeof(state),)
    stage.compile(signature)
    made = stage.overloads[signature]
    return int(made.library.get_pointer_to_function(made.fndesc.llvm_func_name))


PLAIN_STAGES: list[Any] = []


def caller_of(result: Any) -> Any:
    """A compiled call of a stage by its address: the caller need not be compiled with what it calls."""

    def call(typing: Any, at: Any, state: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            kind = context.call_conv.get_function_type(result, [state])
            function = builder.inttoptr(values[0], kind.as_pointer())
            status, given = context.call_conv.call_function(builder, function, result, [state], [values[1]])
            with cgutils.if_unlikely(builder, status.is_error):
                context.call_conv.return_status_propagate(builder, status)
            return given

        return result(at, state), generate

    return (lambda at, state: PLAIN_STAGES[at - 1](state)) if PLAIN else intrinsic(call)


do = caller_of(types.none)  # a stage that answers nothing
ask = caller_of(types.boolean)  # one that says whether


def world_of(function: Callable[..., Any]) -> str:
    """The world that a function belongs to, by its module."""
    parts = function.__module__.split(".")
    return parts[1] if parts[0] == "simcash" and len(parts) > 2 else "core"


def compiled(function: Callable[..., Any], world: str, **options: bool) -> Any:
    """A function compiled into a world's cache folder."""
    if PLAIN:
        return function
    kept, numba.config.CACHE_DIR = numba.config.CACHE_DIR, str(cache_folder(world))
    try:
        return numba.njit(function, cache=True, nogil=True, error_model="numpy", **options)
    finally:
        numba.config.CACHE_DIR = kept


@contextmanager
def compiling() -> Iterator[None]:
    """Where something may be compiled first: without garbage collection that takes a seventh less."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
