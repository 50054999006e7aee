"""The tree keeps its manners: words, lengths, leftovers."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "simcash"

# A ratchet: no function grows beyond it, and what is above it may only shrink (lines allowed now).
LONGEST = 75
LONGER = {"simcash/payments/tables.py payment_tables": 125}  # one declaration after another

DOMAIN_WORD = re.compile(r"\b(bank|queue|loan|firm|household|home|mortgage|payment)s?\b", re.IGNORECASE)
NOT_A_HOUSE = re.compile(r"Path\.home\(\)|import queue|queue\.Queue")
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX)\b|NotImplementedError|assert (True|1)\b")
ELSEWHERE = re.compile(
    r"(?<![\w.])/(work|root|home|Users|tmp|mnt)/\w"  # a path of one machine
    r"|pythonhosted|pypi\.org|registry\.npmjs|crates\.io"  # a download address
    r"|unpkg|jsdelivr|esm\.sh"
)
LEFTOVERS = {".pyc", ".orig", ".rej", ".bak", ".swp", ".log", ".lock", ".whl", ".nbi", ".nbc"}


def tracked() -> list[Path]:
    """Every file that is or would be committed."""
    words = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in sorted(names.split("\0")) if name and (ROOT / name).is_file()]


TRACKED = tracked()
PYTHON = [path for path in TRACKED if path.suffix == ".py"]
TEXTS = {path: path.read_bytes().decode("utf-8", errors="ignore") for path in TRACKED}


def found(pattern: re.Pattern[str], paths: list[Path]) -> list[str]:
    """Where a pattern stands, as "file:line: text"."""
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in paths
        for number, line in enumerate(TEXTS[path].splitlines(), 1)
        if pattern.search(line)
    ]


def functions() -> dict[str, int]:
    """Lines of every function of the package."""
    return {
        f"{path.relative_to(ROOT).as_posix()} {node.name}": node.end_lineno - node.lineno + 1
        for path in PYTHON
        if path.is_relative_to(PACKAGE)
        for node in ast.walk(ast.parse(TEXTS[path]))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def test_core_names_no_domain():
    core = [path for path in PYTHON if path.is_relative_to(PACKAGE / "core")]
    assert core
    lines = [line for line in found(DOMAIN_WORD, core) if DOMAIN_WORD.search(NOT_A_HOUSE.sub("", line))]
    assert not lines


def test_no_function_grows_long():
    long = {name: lines for name, lines in functions().items() if lines > LONGER.get(name, LONGEST)}
    assert not long


def test_the_ratchet_has_no_slack():
    lengths = functions()
    slack = {name: lines for name, lines in LONGER.items() if lengths.get(name, 0) <= LONGEST}
    assert not slack, "these are short enough now: take them off the list"


def test_functions_are_mostly_short():
    lengths = sorted(functions().values())
    assert lengths[len(lengths) // 2] <= 12
    assert lengths[len(lengths) * 9 // 10] <= 35


def test_nothing_is_left_unfinished():
    assert not found(UNFINISHED, [path for path in PYTHON if path != Path(__file__)])


def test_nothing_points_at_one_machine_or_a_download():
    assert not found(ELSEWHERE, [path for path in TRACKED if path != Path(__file__)])


def test_no_leftovers_are_kept():
    assert not [path for path in TRACKED if path.suffix in LEFTOVERS or path.name == ".DS_Store"]
    empty = [path for path in TRACKED if not TEXTS[path].strip()]
    assert not [path for path in empty if path.name not in ("__init__.py", "py.typed")]


def test_notebooks_are_saved_with_outputs_and_without_the_hour():
    notebooks = [path for path in TRACKED if path.suffix == ".ipynb"]
    assert notebooks
    assert not [
        path for path in notebooks if '"iopub.' in TEXTS[path] or '"execution_count": 1,' not in TEXTS[path]
    ]


def test_every_test_file_is_collected():
    """A file of tests whose name pytest does not look for would never run."""
    with_tests = [p for p in PYTHON if p.is_relative_to(ROOT / "tests") and "\ndef test_" in TEXTS[p]]
    assert not [path for path in with_tests if not path.name.startswith("test_")]


def test_every_module_is_used():
    """No dead file: each module is imported or named ("package.module:function") somewhere in the package."""
    files = [path for path in PYTHON if path.is_relative_to(PACKAGE)]
    modules = [path for path in files if path.name != "__init__.py"]
    text = "\n".join(TEXTS[path] for path in files)
    dead = [path for path in modules if path.name != "__main__.py" and not named(path, text)]
    entry = (PACKAGE / "cli.py",)  # pyproject's console script
    assert not [path for path in dead if path not in entry]


def named(path: Path, text: str) -> bool:
    folder, name = ".".join(path.parent.relative_to(ROOT).parts), re.escape(path.stem)
    package = re.escape(folder)
    whole = rf"\b{package}\.{name}\b"
    listed = rf"from {package} import [^\n]*\b{name}\b|from {package} import \([^)]*\b{name}\b"
    return re.search(f"{whole}|{listed}", text) is not None


@pytest.mark.parametrize("path", [p for p in TRACKED if p.suffix == ".yaml" and "scenarios" in p.parts])
def test_a_scenario_opens_with_why(path):
    assert TEXTS[path].startswith("# "), "open with a comment that says what the scenario shows"
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", path.stem), "small, hyphenated names"
