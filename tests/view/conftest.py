"""What a browser does, as far as Python notices it."""

import time

import pytest

import simcash
from simcash.view.wire import unpack


class Page:
    """Takes what a graph sends; acknowledges frames if it is asked to."""

    def __init__(self, sim, seen=True, make=None):
        self.frames, self.notices, self.seen = [], [], seen
        self.graph = sim.graph() if make is None else make
        self.graph.send = self.take

    def take(self, content, buffers=None):
        if content["kind"] == "notice":
            self.notices.append((content["level"], content["text"]))
            return
        assert content == {"kind": "frame"}
        self.frames.append((time.monotonic(), *unpack(buffers[0])))
        if self.seen:
            self.say("seen", seq=self.frames[-1][1]["seq"])

    def say(self, kind, **more):
        """A message from the browser."""
        self.graph._receive(self.graph, {"kind": kind, **more}, [])

    @property
    def header(self):
        return self.frames[-1][1]

    @property
    def columns(self):
        return self.frames[-1][2]

    def shows(self, **wanted):
        """Wait for a frame whose header says so."""
        until(lambda: self.frames and all(self.header[name] == value for name, value in wanted.items()))
        return self.header


def until(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.005)


@pytest.fixture
def page():
    """Opens pages, and closes their graphs."""
    pages = []

    def opened(sim, **more):
        pages.append(Page(sim, **more))
        return pages[-1]

    yield opened
    for each in pages:
        each.graph.close()


@pytest.fixture
def three():
    with simcash.open("three-banks") as sim:
        yield sim


@pytest.fixture
def busy():
    with simcash.open("week-with-shocks") as sim:
        yield sim
