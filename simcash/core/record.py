"""A state of named arrays as one pointer: compiled functions read `state.name` as the array itself.

The record is a block of numbers: for each array where its data begins, then its shape. Compiled code takes it
as a bare address that never changes while it runs, and counts no references: whoever has the record in Python
keeps the arrays alive, for it holds them. With NUMBA_DISABLE_JIT=1 a named tuple does the same.
"""

from __future__ import annotations

from collections import namedtuple
from functools import cache
from itertools import accumulate
from typing import Any

import numpy as np
from llvmlite.ir import Constant, IntType
from numba import types
from numba.core import cgutils
from numba.core.typing.templates import AttributeTemplate
from numba.extending import (
    NativeValue,
    infer_getattr,
    lower_getattr_generic,
    models,
    register_model,
    unbox,
)
from numba.np.numpy_support import from_dtype

from simcash.core.jit import PLAIN

WORD = 8  # bytes


class ColumnType(types.Array):  # type: ignore[misc]
    """The type of a record's array: C order, written to, and without a count of references."""

    def __init__(self, dtype: Any, ndim: int) -> None:
        super().__init__(dtype, ndim, "C")


@register_model(ColumnType)
class ColumnModel(models.StructModel):  # type: ignore[misc]
    """As any array's, but that `meminfo`, where references are counted, is an address like any other."""

    def __init__(self, manager: Any, kind: ColumnType) -> None:
        whole = types.UniTuple(types.intp, kind.ndim)
        members = [
            ("meminfo", types.voidptr), ("parent", types.pyobject), ("nitems", types.intp),
            ("itemsize", types.intp), ("data", types.CPointer(kind.dtype)),
            ("shape", whole), ("strides", whole),
        ]  # fmt: skip
        super().__init__(manager, kind, members)


class RecordType(types.Type):  # type: ignore[misc]
    """The type of a record: its arrays' types by name. It goes by its class alone: symbols stay short."""

    def __init__(self, columns: dict[str, ColumnType]) -> None:
        self.columns = columns
        ends = accumulate(1 + kind.ndim for kind in columns.values())
        self.places = dict(zip(columns, [0, *ends], strict=False))  # where in the block their numbers begin
        super().__init__(f"{type(self).__module__}.{type(self).__name__}")


@infer_getattr
class Columns(AttributeTemplate):  # type: ignore[misc]
    """What `state.name` is."""

    key = RecordType

    def generic_resolve(self, record: RecordType, name: str) -> ColumnType | None:
        return record.columns.get(name)


@lower_getattr_generic(RecordType)  # type: ignore[untyped-decorator]
def column(context: Any, builder: Any, record: RecordType, address: Any, name: str) -> Any:
    """The array's header, made of the numbers in the block: what does not depend on them is constant."""
    kind, place = record.columns[name], record.places[name]
    words = [word(builder, address, place + i) for i in range(1 + kind.ndim)]
    size = context.get_abi_sizeof(context.get_data_type(kind.dtype))
    header = context.make_helper(builder, kind)
    header.meminfo = header.parent = Constant(header.meminfo.type, None)
    header.data = builder.inttoptr(words[0], header.data.type)
    strides = [Constant(words[0].type, size)]
    for length in words[:1:-1]:
        strides.insert(0, builder.mul(strides[0], length))
    header.nitems = (
        words[1] if kind.ndim == 1 else builder.udiv(builder.mul(strides[0], words[1]), strides[-1])
    )
    header.itemsize = strides[-1]
    header.shape = cgutils.pack_array(builder, words[1:])
    header.strides = cgutils.pack_array(builder, strides)
    return header._getvalue()


def word(builder: Any, address: Any, place: int) -> Any:
    """A number of the block, which the compiler may count on to stay as it is."""
    whole = IntType(8 * WORD)
    found = builder.gep(builder.bitcast(address, whole.as_pointer()), [Constant(whole, place)])
    loaded = builder.load(found)
    loaded.set_metadata("invariant.load", builder.module.add_metadata([]))
    return loaded


def take_address(kind: RecordType, held: Any, c: Any) -> NativeValue:
    """A record as it comes from Python."""
    number = c.pyapi.object_getattr_string(held, "address")
    address = c.pyapi.long_as_voidptr(number)
    c.pyapi.decref(number)
    return NativeValue(address, is_error=c.builder.not_(cgutils.is_not_null(c.builder, address)))


class Record:
    """A kind of record.

    The caller binds its type, as `name + "Type"`, at the top of `module`, where the compilation cache looks
    it up.
    """

    def __init__(self, module: str, name: str, fields: tuple[str, ...]) -> None:
        self.plain = namedtuple(name, fields)  # type: ignore[misc]
        self.fields = fields
        self.type = type(f"{name}Type", (RecordType,), {"__module__": module})
        register_model(self.type)(models.OpaqueModel)
        unbox(self.type)(take_address)

    def of(self, arrays: dict[str, np.ndarray]) -> Any:
        """The record of these arrays; arrays replaced later need a new record."""
        chosen = [arrays[name] for name in self.fields]
        if PLAIN:
            return self.plain(*chosen)
        columns = {name: column_of(array) for name, array in zip(self.fields, chosen, strict=True)}
        kind = self.type(columns)
        if kind.columns != columns:
            raise TypeError("the arrays of a record are of the same types each time")
        return Held(kind, chosen)


class Held:
    """A record in Python's hands, and its arrays with it."""

    __slots__ = ("_numba_type_", "address", "arrays", "block")

    def __init__(self, kind: RecordType, arrays: list[np.ndarray]) -> None:
        self._numba_type_, self.arrays = kind, arrays
        words = [(array.__array_interface__["data"][0], *array.shape) for array in arrays]
        self.block = np.array([word for header in words for word in header], np.int64)
        self.address = int(self.block.__array_interface__["data"][0])


def column_of(array: np.ndarray) -> ColumnType:
    """The type of an array in a record."""
    if not array.flags.carray:
        raise ValueError("the arrays of a record are in C order, aligned and writeable")
    return column_type(array.dtype, array.ndim)


@cache
def column_type(dtype: np.dtype[Any], ndim: int) -> ColumnType:
    return ColumnType(from_dtype(dtype), ndim)
