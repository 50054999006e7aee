"""`poe binder`: what binder/ describes, built in a fresh environment, and the first notebook run in it."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FIRST = ROOT / "notebooks" / "00_start.ipynb"


def main() -> None:
    uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    if uv is None:
        print("binder: not checked, since there is no uv here")
        sys.exit(1 if os.environ.get("CI") else 0)
    with tempfile.TemporaryDirectory(prefix="simcash-binder-") as made:
        built(uv, Path(made))


def built(uv: str, folder: Path) -> None:
    """An environment of this Python, postBuild run in it, then the notebook under `start`."""
    home = folder / "home"
    run = {**os.environ, "VIRTUAL_ENV": str(home), "PATH": f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    run |= {"SIMCASH_CACHE_DIR": str(folder / "cache")}
    subprocess.run([uv, "venv", "-q", "--seed", "--python", sys.executable, str(home)], check=True, cwd=ROOT)
    subprocess.run(["bash", "binder/postBuild"], check=True, cwd=ROOT, env=run)
    words = ["jupyter", "nbconvert", "--to", "notebook", "--execute", "--output-dir", str(folder), str(FIRST)]
    subprocess.run(["bash", "binder/start", *words], check=True, cwd=ROOT, env=run)


if __name__ == "__main__":
    main()
