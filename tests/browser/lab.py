"""A JupyterLab server of one's own: a free port, a token, and nothing of the user's settings."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

from tests.browser import kernels

PATIENCE = 60  # seconds
SETTINGS = {
    "apputils-extension/notification.jupyterlab-settings": {"fetchNews": "false", "checkForUpdates": False},
    "completer-extension/manager.jupyterlab-settings": {"autoCompletion": False},
}
OPTIONS = (
    "--ServerApp.open_browser=False", "--ServerApp.ip=127.0.0.1", "--ServerApp.port=0",
    "--LabApp.expose_app_in_browser=True", "--LabApp.extension_manager=readonly",
    "--LabApp.news_url=None", "--ServerApp.allow_root=True", "--ServerApp.quit_button=False",
)  # fmt: skip


class Lab:
    """The server; notebooks are put into `folder`, kernels are named by the version of ipykernel."""

    def __init__(self, home: Path) -> None:
        self.home, self.folder, self.token = home, home / "notebooks", secrets.token_hex(8)
        self.folder.mkdir(parents=True)
        self._settle()
        self._installed: set[str] = set()
        self.need(kernels.CURRENT)
        self._log = (home / "server.log").open("w")
        words = [sys.executable, "-m", "jupyterlab", *OPTIONS, f"--IdentityProvider.token={self.token}"]
        self._server = subprocess.Popen(
            words, cwd=self.folder, env=self._environment(), stdout=self._log, stderr=self._log
        )
        self.address = self._address()

    def need(self, version: str) -> None:
        """A kernel of that version is there from now on."""
        if version not in self._installed:
            kernels.install(self.home / "data", version)
            self._installed.add(version)

    def put(self, name: str, cells: list[str], version: str = kernels.CURRENT) -> str:
        """Writes a notebook with these cells, and says where it opens."""
        self.need(version)
        made = [
            {"id": f"c{i}", "cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [],
             "source": cell}
            for i, cell in enumerate(cells)
        ]  # fmt: skip
        spec = {"name": version, "display_name": f"ipykernel {version}", "language": "python"}
        notebook = {"cells": made, "metadata": {"kernelspec": spec}, "nbformat": 4, "nbformat_minor": 5}
        (self.folder / name).write_text(json.dumps(notebook))
        return self.at(name)

    def at(self, name: str) -> str:
        """Where a notebook opens, alone on its page."""
        return f"{self.address}doc/tree/{name}?token={self.token}&reset"

    def saved(self, name: str) -> dict[str, Any]:
        """A notebook as it is on disk."""
        found: dict[str, Any] = json.loads((self.folder / name).read_text())
        return found

    def close(self) -> None:
        """Ends the server, which ends its kernels."""
        self._server.terminate()
        self._server.wait(PATIENCE)
        self._log.close()

    def _settle(self) -> None:
        for name, values in SETTINGS.items():
            file = self.home / "settings" / "@jupyterlab" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(values))

    def _environment(self) -> dict[str, str]:
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "PYTEST"))
        }
        return kept | {
            "HOME": str(self.home),
            "JUPYTER_CONFIG_DIR": str(self.home / "config"),
            "JUPYTER_DATA_DIR": str(self.home / "data"),
            "JUPYTER_RUNTIME_DIR": str(self.home / "runtime"),
            "JUPYTERLAB_SETTINGS_DIR": str(self.home / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(self.home / "workspaces"),
            "IPYTHONDIR": str(self.home / "ipython"),
        }

    def _address(self) -> str:
        """Where it listens, once it answers."""
        late = time.monotonic() + PATIENCE
        while time.monotonic() < late and self._server.poll() is None:
            for file in (self.home / "runtime").glob("jpserver-*.json"):
                try:
                    url: str = json.loads(file.read_text())["url"]
                    urllib.request.urlopen(f"{url}api?token={self.token}", timeout=5).close()
                    return url
                except (OSError, ValueError):
                    continue
            time.sleep(0.05)
        self._server.kill()
        self._server.wait()
        raise RuntimeError(f"JupyterLab did not start:\n{(self.home / 'server.log').read_text()[-2000:]}")
