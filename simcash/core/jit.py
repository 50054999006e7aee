"""The project's numba decorators, the compiled state record, and where compiled code is kept.

A cached caller does not notice that a callee in another file changed, so the cache folder of a world is
named by a hash of the sources. With NUMBA_DISABLE_JIT=1 everything runs as plain Python.
"""

from __future__ import annotations

import gc
import hashlib
import os
import tempfile
from collections import namedtuple
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import numba
import numpy as np
from numba import types
from numba.core import cgutils
from numba.core.registry import cpu_target
from numba.experimental import structref
from numba.extending import intrinsic

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
            if b"core.jit" in text or source.parent.name != folder:
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


def is_compiled(world: str, part: str = "") -> bool:
    """Whether this world's compiled code, or a part that few runs need, is already in the cache."""
    return PLAIN or (cache_folder(world) / (COMPILED + part)).exists()


def mark_compiled(world: str, part: str = "") -> None:
    """Note that it is."""
    with suppress(OSError):
        (cache_folder(world) / (COMPILED + part)).touch()


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
    """As `inner`, for a large function of the state alone: kept in the cache by itself."""
    return compiled(function, world_of(function), **WITHOUT_WRAPPERS)


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


class ShortlyNamed(types.StructRef):  # type: ignore[misc]
    """A record type that goes by its class alone.

    Numba's own name spells out every field, and every symbol of every function that takes the record
    repeats it.
    """

    def __init__(self, fields: Any) -> None:
        super().__init__(fields)
        self.name = f"{type(self).__module__}.{type(self).__name__}"


class Record:
    """A state of named arrays as one pointer: compiled functions read `state.name` as the array itself.

    The caller binds the type, as `name + "Type"`, at the top of `module`, where the compilation cache looks
    it up. In plain mode a named tuple does the same; compiled, that would take minutes.
    """

    def __init__(self, module: str, name: str, fields: tuple[str, ...]) -> None:
        self.plain = namedtuple(name, fields)  # type: ignore[misc]
        self.type = structref.register(type(f"{name}Type", (ShortlyNamed,), {"__module__": module}))
        face = type(name, (structref.StructRefProxy,), {"__module__": module})
        structref.define_boxing(self.type, face)
        world = module.split(".")[1]
        self.allocate, self.put = compiled(allocate, world), compiled(put, world)

    def of(self, arrays: dict[str, np.ndarray]) -> Any:
        """The record of these arrays; arrays replaced later need a new record."""
        names: tuple[str, ...] = self.plain._fields  # type: ignore[attr-defined]
        if PLAIN:
            return self.plain(*(arrays[name] for name in names))
        kinds = [kind_of(arrays[name]) for name in names]
        state = self.allocate(self.type(list(zip(names, kinds, strict=True))))
        offset = 0
        for name, kind in zip(names, kinds, strict=True):
            self.put(state, offset, arrays[name])
            offset += array_size(kind)
        return state


KINDS: dict[tuple[Any, ...], Any] = {}


def kind_of(array: np.ndarray) -> Any:
    """Numba's type of an array, which takes numba long to say for a hundred arrays one by one."""
    flags = array.flags
    key = (array.dtype, array.ndim, flags.c_contiguous, flags.f_contiguous, flags.writeable, flags.aligned)
    if key not in KINDS:
        KINDS[key] = numba.typeof(array)
    return KINDS[key]


@cache
def array_size(kind: Any) -> int:
    """Bytes that an array's header takes in a record."""
    target = cpu_target.target_context
    return int(target.get_abi_sizeof(target.get_data_type(kind)))


@intrinsic  # type: ignore[untyped-decorator]
def store_array(typing: Any, state: Any, offset: Any, array: Any) -> Any:
    """Write an array's header into a fresh record at a byte offset, and hold on to the array."""

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        record, place, header = values
        face = cgutils.create_struct_proxy(signature.args[0])(context, builder, value=record)
        data = context.nrt.meminfo_data(builder, face.meminfo)
        context.nrt.incref(builder, signature.args[2], header)
        pointer = builder.bitcast(builder.gep(data, [place]), header.type.as_pointer())
        builder.store(header, pointer)
        return context.get_dummy_value()

    return types.void(state, types.intp, array), generate


def allocate(kind):  # type: ignore[no-untyped-def]
    """An empty record."""
    return structref.new(kind)


def put(state, offset, array):  # type: ignore[no-untyped-def]
    """Fill one field of a fresh record."""
    store_array(state, offset, array)
