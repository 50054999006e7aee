"""What browser tests share: one browser, one JupyterLab, and for each kernel one notebook that stays open."""

import os
from itertools import count
from subprocess import CalledProcessError

import pytest

import simcash
from tests.browser import chromium
from tests.browser.kernels import CURRENT
from tests.browser.lab import Lab
from tests.browser.notebook import Notebook

NUMBERS = count(1)
SIZE = {"width": 1280, "height": 800}


def pytest_addoption(parser):
    parser.addoption(
        "--gallery", action="store_true", help="take the screenshots of tests/browser/gallery anew"
    )


def missing(what):
    """Nothing to test with: a reason to skip, but a failure where everything has to be there."""
    (pytest.fail if os.environ.get("CI") else pytest.skip)(what)


@pytest.fixture(scope="session")
def browser():
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("Playwright is not installed")
    with sync_playwright() as playwright:
        program = chromium.path(playwright)
        if program is None:
            missing(chromium.MISSING)
        opened = chromium.launched(playwright, program)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def lab(browser, tmp_path_factory):
    started = Lab(tmp_path_factory.mktemp("lab"))
    with simcash.open(
        "three-banks"
    ) as compiled:  # where it was not yet: a test's patience does not last so long
        compiled.step()
    yield started
    started.close()


@pytest.fixture(scope="session")
def desks(browser, lab):
    """Notebooks that stay open, by the kernel's version: opening one takes longer than most tests."""
    page = {}
    yield page
    for notebook in page.values():
        notebook.close()


@pytest.fixture
def desk(request, browser, lab, desks):
    """An open notebook with empty cells and a kernel, of the current ipykernel if no other is asked for."""
    version = getattr(request, "param", CURRENT)
    if version not in desks:
        try:
            lab.need(version)
        except (OSError, CalledProcessError) as error:
            missing(f"ipykernel {version} could not be installed: {error}")
        page = browser.new_page(viewport=SIZE)
        desks[version] = Notebook(page, lab.put(f"desk-{version}.ipynb", [""] * 4, version))
    desks[version].clear()
    return desks[version]


@pytest.fixture
def open_notebook(browser, lab):
    """Opens a notebook of its own with these cells: for tests that leave a kernel or a page changed."""
    opened = []

    def made(*cells):
        page = browser.new_page(viewport=SIZE)
        opened.append(Notebook(page, lab.put(f"{next(NUMBERS)}.ipynb", list(cells))))
        return opened[-1]

    yield made
    for notebook in opened:
        notebook.close()
