"""The kernels that notebooks run on: this Python with another ipykernel in front of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from simcash.core.jit import cache_bases

ROOT = Path(__file__).resolve().parents[2]
CURRENT = "current"
OLDER = ("6.31.0", "7.1.0")


def install(folder: Path, version: str) -> None:
    """A kernel named by its version, under a folder of Jupyter's; asks the registry for older ones."""
    spec = folder / "kernels" / version
    front = [] if version == CURRENT else [str(_older(folder / "ipykernel" / version, version))]
    words = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    settings = {
        "PYTHONPATH": os.pathsep.join([*front, str(ROOT)]),
        "SIMCASH_CACHE_DIR": str(cache_bases()[0]),  # what is compiled already need not be again
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }
    given = {"argv": words, "display_name": f"ipykernel {version}", "language": "python", "env": settings}
    spec.mkdir(parents=True, exist_ok=True)
    (spec / "kernel.json").write_text(json.dumps(given))


def _older(folder: Path, version: str) -> Path:
    """Only that ipykernel and what it alone needs; everything else is this environment's."""
    uv = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
    words = [uv, "pip", "install", "--quiet", "--no-config", "--no-deps", "--python", sys.executable]
    subprocess.run([*words, "--target", str(folder), f"ipykernel=={version}", "nest-asyncio"], check=True)
    return folder
