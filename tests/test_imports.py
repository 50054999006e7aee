"""Imports run one way, every contract bites, and `import simcash` is light."""

import ast
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONTRACTS = {contract["name"]: contract for contract in PROJECT["tool"]["importlinter"]["contracts"]}

COMPILED = "Compiled code imports only compiled code"
COMPILED_MAY = (
    "__future__", "collections.abc", "math", "numba", "numpy", "simcash.core.jit", "simcash.core.exact",
    "simcash.core.rng",
)  # fmt: skip
HEAVY = {
    "altair", "anywidget", "duckdb", "networkx", "numba", "numpy", "pandas", "pydantic", "rich", "scipy",
    "tqdm", "typer", "yaml",
}  # fmt: skip
COMMAND = "from importlinter.cli import lint_imports_command; lint_imports_command()"

# (the module that gets the line, the line, what import-linter must complain of)
PLANTED = [
    ("core/planted.py", "import simcash.payments.tables", "core.planted -> simcash.payments.tables"),
    ("core/other.py", "from simcash import cli", "core.other -> simcash.cli"),
    ("payments/planted.py", "import simcash.cli", "payments.planted -> simcash.cli"),
    ("contagion/__init__.py", "import simcash.payments.tables", "contagion -> simcash.payments.tables"),
    ("experiments/__init__.py", "import simcash.economy", "experiments -> simcash.economy"),
    ("economy/__init__.py", "import simcash.view", "economy -> simcash.view"),
    ("elsewhere/__init__.py", "", "- simcash.elsewhere"),
    ("view/__init__.py", "import simcash.experiments", "view -> simcash.experiments"),
    ("payments/engine/planted.py", "import simcash.core.world", "engine.planted -> simcash.core.world"),
    ("payments/engine/other.py", "import random", "engine.other -> random"),
    ("payments/file.py", "import duckdb", "payments.file -> duckdb"),
    ("payments/text.py", "import yaml", "payments.text -> yaml"),
    ("core/drawing.py", "import altair", "core.drawing -> altair"),
]


@pytest.fixture(scope="module")
def verdict(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What import-linter says of a copy of the package with every violation planted in it."""
    tree = tmp_path_factory.mktemp("planted")
    shutil.copytree(ROOT / "simcash", tree / "simcash", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tree)
    for file, line, _ in PLANTED:
        planted = tree / "simcash" / file
        planted.parent.mkdir(exist_ok=True)
        planted.write_text(f"{line}\n", encoding="utf-8")
    return linted(tree)


def linted(tree: Path) -> str:
    words = [sys.executable, "-c", COMMAND, "--no-cache"]
    answer = subprocess.run(words, cwd=tree, capture_output=True, text=True, check=False)
    return answer.stdout + answer.stderr


def test_every_contract_is_kept():
    assert f"Contracts: {len(CONTRACTS)} kept, 0 broken." in linted(ROOT)


@pytest.mark.parametrize("contract", CONTRACTS)
def test_every_contract_bites(verdict, contract):
    assert f"{contract} BROKEN" in verdict


@pytest.mark.parametrize(("file", "line", "complaint"), PLANTED)
def test_a_planted_violation_is_found(verdict, file, line, complaint):
    assert complaint in verdict, f'"{line}" in simcash/{file} went unnoticed'


@pytest.mark.parametrize("folder", CONTRACTS[COMPILED]["source_modules"])
def test_compiled_code_imports_nothing_that_is_not_allowed(folder):
    for path in (ROOT / folder.replace(".", "/")).rglob("*.py"):
        assert not strangers(path.read_text(encoding="utf-8"), folder), path


def test_a_stranger_is_noticed():
    source = "import math\nfrom simcash.payments.engine.rows import put\nfrom simcash.payments import state"
    assert strangers(source, "simcash.payments.engine") == {"simcash.payments.state"}


def strangers(source: str, folder: str) -> set[str]:
    """Modules imported by compiled code that are neither allowed nor its own folder's."""
    imported = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in imported if not name.startswith((folder, *COMPILED_MAY))}


@pytest.mark.parametrize("module", ["simcash", "simcash.cli"])
def test_what_starts_first_is_light(module):
    code = f"import sys, {module}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    allowed = {"typer"} if module == "simcash.cli" else set()
    assert not (HEAVY - allowed) & set(loaded.stdout.split())
