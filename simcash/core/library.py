"""The scenarios that come with simcash, and which file a name stands for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from simcash.core.problems import Problem, ScenarioError, choice, nearest, shown

ENDINGS = (".yaml", ".yml", ".json")
MOST_BYTES = 64 * 2**20
LONGEST_LABEL = 200


def library() -> tuple[Path, ...]:
    """The folders of the scenarios that come with simcash: the checkout's, or the packaged ones."""
    package = Path(__file__).resolve().parent.parent
    candidates = (package.parent / "scenarios", package / "library" / "scenarios")
    return tuple(folder for folder in candidates if folder.is_dir())[:1]


def scenario_files(folders: Sequence[Path] = ()) -> dict[str, Path]:
    """Every scenario of the library by its full name, "world/name"."""
    files = (file for folder in (*folders, *library()) for file in sorted(folder.glob("*/*")))
    found: dict[str, Path] = {}
    for file in files:
        if file.suffix in ENDINGS:
            found.setdefault(f"{file.parent.name}/{file.stem}", file)
    return found


def found_file(source: str | Path, folders: Sequence[Path]) -> Path:
    """The file that a path or a library name stands for."""
    path, text = Path(source).expanduser(), str(source)
    label = text if text.isprintable() and len(text) < LONGEST_LABEL else shown(text)
    try:
        if path.is_file():
            return path
    except (OSError, ValueError) as error:  # too long, or not a possible name
        reason = getattr(error, "strerror", None) or error
        raise ScenarioError([Problem(label, None, "", f"cannot be read: {reason}")]) from None
    known = scenario_files(folders)
    matches = [name for name in known if text in (name, name.partition("/")[2])]
    if len(matches) == 1:
        return known[matches[0]]
    raise ScenarioError([Problem(label, None, "", no_such(path, text, matches, list(known)))])


def no_such(path: Path, text: str, matches: list[str], known: list[str]) -> str:
    """Why nothing, or more than one thing, goes by a name."""
    if len(matches) > 1:
        return f"several scenarios have this name: {', '.join(matches)}"
    if path.exists():
        return "is not a file"
    if "\n" in text:
        return "this is text, not the name of a file; read a dict, or save it first"
    bare = known if "/" in text else [name.partition("/")[2] for name in known]
    if path.suffix in ENDINGS:
        near = nearest(path.stem, bare)
        return "no such file" + (f'; did you mean "{near[0]}" of the library?' if near else "")
    return f"no such file, nor a scenario of the library: {choice(text, bare, 'Library', [*bare, *known])}"


def file_text(path: Path, label: str) -> str:
    """A file as text."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ScenarioError([Problem(label, None, "", f"larger than {MOST_BYTES // 2**20} MiB")])
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        reason = f"not UTF-8 text: byte {error.start} is 0x{error.object[error.start]:02x}"
    except OSError as error:
        reason = f"cannot be read: {error.strerror}"
    raise ScenarioError([Problem(label, None, "", reason)])


def file_label(path: Path, source: str | Path) -> str:
    """How problems name a file: as the reader gave it, or by its library name."""
    return str(source) if Path(source).suffix in ENDINGS else f"{path.parent.name}/{path.name}"
