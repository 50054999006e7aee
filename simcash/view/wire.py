"""A frame as bytes, as widgets/README.md says: the header's length, the header as JSON, the columns."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

WHOLE = ("edge.source", "edge.target")  # columns of whole numbers; all others are floats
KINDS = {"f32": np.dtype("<f4"), "u32": np.dtype("<u4")}

Columns = Mapping[str, np.ndarray]


def pack(header: Mapping[str, Any], columns: Columns) -> bytes:
    """One buffer, little endian; the header gets the list of its columns."""
    kinds = {name: "u32" if name in WHOLE else "f32" for name in columns}
    listed = [[name, kinds[name], len(values)] for name, values in columns.items()]
    head = json.dumps({**header, "columns": listed}, separators=(",", ":"), allow_nan=False).encode()
    head += b" " * (-len(head) % 4)
    parts = (values.astype(KINDS[kinds[name]]).tobytes() for name, values in columns.items())
    return b"".join((len(head).to_bytes(4, "little"), head, *parts))


def unpack(frame: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The header and the columns of a frame."""
    at = 4 + int.from_bytes(frame[:4], "little")
    header = json.loads(frame[4:at])
    columns = {}
    for name, kind, length in header["columns"]:
        columns[name] = np.frombuffer(frame, KINDS[kind], length, at)
        at += 4 * length
    return header, columns
