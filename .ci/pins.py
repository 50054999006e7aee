"""Refresh `[tool.uv] constraint-dependencies` in pyproject.toml: lock afresh, write down what came out."""

import os
import re
import subprocess
import tomllib
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"
LIST = re.compile(r"^constraint-dependencies = \[.*?\]$", re.MULTILINE | re.DOTALL)


def write(pins: list[str]) -> None:
    lines = "".join(f'  "{pin}",\n' for pin in pins)
    text = f"constraint-dependencies = [\n{lines}]" if pins else "constraint-dependencies = []"
    project = PROJECT.read_text(encoding="utf-8")
    PROJECT.write_text(LIST.sub(text, project, count=1), encoding="utf-8")


def locked() -> list[str]:
    """One line per package; a package locked at several versions gets one line per environment."""
    lock = tomllib.loads((PROJECT.parent / "uv.lock").read_text(encoding="utf-8"))
    pins = []
    for package in lock["package"]:
        if "registry" in package["source"]:
            markers = package.get("resolution-markers") or [""]
            ends = [f" ; {marker.replace(chr(34), chr(39))}" if marker else "" for marker in markers]
            pins += [f"{package['name']}=={package['version']}{end}" for end in ends]
    return sorted(pins)


def main() -> None:
    before = PROJECT.read_text(encoding="utf-8")
    write([])
    try:
        subprocess.run([os.environ.get("UV", "uv"), "lock", "--upgrade"], cwd=PROJECT.parent, check=True)
        write(locked())
    except BaseException:
        PROJECT.write_text(before, encoding="utf-8")
        raise


if __name__ == "__main__":
    main()
