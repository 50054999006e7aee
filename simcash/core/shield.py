"""Ctrl-C waits until a piece of work that must not be cut in half is whole."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any, cast

Handler = Callable[[int, FrameType | None], Any]

_shields = 0  # nested ones; only the main thread counts


class Shield:
    """`with Shield(): ...` holds Ctrl-C back until the block is left; a second Ctrl-C comes through."""

    def __enter__(self) -> None:
        global _shields
        self.outermost = _shields == 0 and threading.current_thread() is threading.main_thread()
        self.held: tuple[int, FrameType | None] | None = None
        earlier = signal.getsignal(signal.SIGINT) if self.outermost else None
        self.outermost = callable(earlier)
        if self.outermost:
            self.earlier = cast(Handler, earlier)
            _shields = 1
            signal.signal(signal.SIGINT, self.hold)

    def hold(self, number: int, frame: FrameType | None) -> None:
        if self.held is not None:
            self.earlier(number, frame)
        self.held = (number, frame)

    def __exit__(self, *_: Any) -> None:
        global _shields
        if not self.outermost:
            return
        _shields = 0
        signal.signal(signal.SIGINT, self.earlier)
        if self.held is not None:
            self.earlier(*self.held)
