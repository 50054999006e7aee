"""`poe widgets`: the tools of the browser half by their lock file, its checks, and the committed bundles."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

WIDGETS = Path(__file__).resolve().parent.parent / "widgets"
STEPS = (["ci", "--prefer-offline"], ["run", "check"])


def main() -> None:
    npm = shutil.which("npm")
    if npm is None:
        print("widgets: not checked, since there is no node (npm) here; using simcash needs none")
        sys.exit(1 if os.environ.get("CI") else 0)
    for step in STEPS:
        done = subprocess.run([npm, *step], cwd=WIDGETS, check=False)
        if done.returncode:
            sys.exit(done.returncode)


if __name__ == "__main__":
    main()
