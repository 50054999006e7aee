"""The README tells the truth: its commands are CI's, its code runs, its map is the tree."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def commands() -> list[str]:
    return [block.strip() for block in blocks("sh")]


def test_both_commands_begin_with_nothing_but_python():
    start = "python3 -m venv .venv && .venv/bin/pip install -q uv && .venv/bin/uv run "
    assert commands() == [f"{start}simcash run three-banks", f"{start}poe check"]


@pytest.mark.parametrize("file", [".ci/run", ".github/workflows/check.yml"])
def test_ci_runs_the_second_command(file):
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.strip().removeprefix("- run: ") == commands()[1]]


def test_every_task_named_exists_and_explains_itself():
    tasks = PROJECT["tool"]["poe"]["tasks"]
    named = set(re.findall(r"\bpoe ([a-z-]+)", README))
    assert named <= set(tasks)
    assert all(task.get("help") for task in tasks.values())


def test_every_place_on_the_map_exists():
    tree = re.search(r"^```text\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    folder, places = "", []
    for line in tree.group(1).splitlines():
        name = line.split()[0]
        nested = line.startswith("  ")
        folder = folder if nested else name
        places.append(folder + name if nested else name)
    assert len(places) > 10
    assert not [place for place in places if not (ROOT / place).exists()]


def test_its_links_lead_somewhere():
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert not [link for link in links if not (ROOT / link).exists()]


@pytest.mark.parametrize("code", blocks("python"))
def test_its_python_runs(code, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "README.md", "exec"), {})
