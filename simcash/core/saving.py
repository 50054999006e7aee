"""A simulation in one file: a zip of numpy arrays and JSON, never pickle."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

import numpy as np

from simcash.core.recorder import number
from simcash.core.world import Snapshot

FORMAT = 1
Arrays = Mapping[str, np.ndarray]


class SaveError(RuntimeError):
    """A file that cannot be saved or loaded."""


def write(
    path: Path, facts: Mapping[str, Any], snapshots: Mapping[str, Snapshot], rows: Mapping[str, Arrays]
) -> Path:
    """All of a simulation; a file that was there is replaced only when the new one is whole."""
    unfinished = path.with_name(path.name + ".part")
    try:
        with ZipFile(unfinished, "w", ZIP_DEFLATED, compresslevel=1) as zipped:
            zipped.writestr("simulation.json", json.dumps({"format": FORMAT, **facts}, default=plain))
            for name, snapshot in snapshots.items():
                about = {k: v for k, v in vars(snapshot).items() if k != "arrays"}
                zipped.writestr(f"{name}.json", json.dumps(about, default=plain))
                zipped.writestr(f"{name}.npz", packed(snapshot.arrays))
            for name, columns in rows.items():
                zipped.writestr(f"rows/{name}.npz", packed(columns))
        unfinished.replace(path)
        return path
    except OSError as error:
        raise SaveError(f"{path} cannot be saved: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)


def read(path: Path) -> tuple[dict[str, Any], dict[str, Snapshot], dict[str, Arrays]]:
    """What `write` wrote."""
    try:
        with ZipFile(path) as zipped:
            facts = json.loads(zipped.read("simulation.json"))
            if facts.get("format", 0) > FORMAT:
                raise SaveError(f"{path} was saved by a newer simcash; this one reads up to format {FORMAT}")
            snapshots = {name: snapshot(zipped, name) for name in ("start", "now")}
            names = [name for name in zipped.namelist() if name.startswith("rows/")]
            rows = {name[len("rows/") : -len(".npz")]: unpacked(zipped.read(name)) for name in names}
            return facts, snapshots, rows
    except FileNotFoundError:
        raise SaveError(f"there is no file {path}") from None
    except (OSError, BadZipFile, KeyError, ValueError, EOFError) as error:
        raise SaveError(f"{path} is damaged, or is not a saved simulation") from error


def snapshot(zipped: ZipFile, name: str) -> Snapshot:
    return Snapshot(**json.loads(zipped.read(f"{name}.json")), arrays=unpacked(zipped.read(f"{name}.npz")))


def packed(arrays: Arrays) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def unpacked(data: bytes) -> Arrays:
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


def plain(value: Any) -> Any:
    """Numpy's numbers as numbers; what is code cannot be saved."""
    try:
        return number(value)
    except TypeError:
        raise SaveError(f"{value!r} cannot be saved: a file holds data only") from None
