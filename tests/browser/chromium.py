"""Where Chromium is: named by CHROMIUM, on the PATH, or Playwright's own."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = "no Chromium: name one in CHROMIUM, put one on the PATH, or run playwright install chromium"


def path(playwright: Playwright) -> str | None:
    """The first Chromium there is."""
    if named := os.environ.get("CHROMIUM"):
        return named
    found = next(filter(None, map(shutil.which, NAMES)), None)
    own = playwright.chromium.executable_path
    return found or (own if Path(own).exists() else None)


def launched(playwright: Playwright, program: str) -> Browser:
    """A browser without a window and without a GPU, whose words look alike on every machine."""
    return playwright.chromium.launch(
        executable_path=program, args=["--no-sandbox", "--disable-gpu", "--force-color-profile=srgb"]
    )
