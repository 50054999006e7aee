"""What tests of panels share: a browser's messages, and waiting for the panel's thread."""

from time import monotonic, sleep

PATIENCE = 20.0  # seconds; a busy machine is no failure


def until(holds):
    """Wait until something holds."""
    end = monotonic() + PATIENCE
    while not holds():
        assert monotonic() < end, "it did not come to hold"
        sleep(0.01)


class Browser:
    """Sends a panel what a browser would, on another thread than the panel's, and hears what it answers."""

    def __init__(self, panel, monkeypatch):
        self.panel, self.heard = panel, []
        monkeypatch.setattr(type(panel), "send", lambda _, content, buffers=None: self.heard.append(content))

    def ask(self, **message):
        """Send a message and wait for its answer; what was said beside it."""
        before = len(self.heard)
        self.panel._handle_custom_msg(message, [])
        until(lambda: len(self.heard) > before)
        return self.heard[before]
