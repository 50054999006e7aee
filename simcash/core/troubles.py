"""What can go wrong with a file of runs, each in one sentence."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


class HistoryError(RuntimeError):
    """The history cannot be read or written; nothing that was finished is lost."""


def no_such_run(run: int, known: Iterable[int]) -> HistoryError:
    listed = ", ".join(map(str, known)) or "none"
    return HistoryError(f"there is no run {run} here; runs: {listed}")


def is_alive(pid: int) -> bool:
    """Whether a process of this machine runs; this one's own runs are known without asking."""
    if pid == os.getpid():
        return False
    if os.name != "posix":
        return True  # asking would harm it
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


HELD = ("Could not set lock", "already attached", "different configuration", "being used by another process")
CAUSES = (
    (("No space left", "disk is full"), "the disk of {path} is full; make room and go on, nothing is lost"),
    (
        ("Permission denied", "Operation not permitted", "Read-only file system", "read-only mode"),
        "no permission to write {path}",
    ),
    (("Is a directory",), "{path} is a folder; give the name of a file"),
    (("No such file or directory", "Not a directory"), "{path} cannot be made: no such folder"),
    (
        ("not a valid DuckDB", "Corrupt", "Could not read enough", "checksum"),
        "{path} is damaged, or is not a simcash history",
    ),
    (("newer version of DuckDB", "storage version"), "{path} needs a newer DuckDB"),
)


def is_held(error: Exception) -> bool:
    """Whether someone else has the file open."""
    return any(sign in str(error) for sign in HELD)


def explanation(error: Exception, path: Path | None) -> str:
    """What is wrong, in one sentence."""
    message = str(error)
    if is_held(error):
        _, _, holder = message.partition("(PID ")
        who = f"process {holder.partition(')')[0]}" if holder else "another connection"
        return f"{path} is held by {who}"
    for signs, sentence in CAUSES:
        if any(sign in message for sign in signs):
            return sentence.format(path=path)
    return f"{path}: {message.splitlines()[0] if message else type(error).__name__}"
