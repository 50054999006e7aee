"""What is seen of a simulation: widgets and charts. Names here load what they need when they are used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simcash.core.faces import found

if TYPE_CHECKING:
    from simcash.view.editor import policy_editor
    from simcash.view.pair import side_by_side

__all__ = ["policy_editor", "side_by_side"]

PLACES = {
    "policy_editor": "simcash.view.editor:policy_editor",
    "side_by_side": "simcash.view.pair:side_by_side",
}


def __getattr__(name: str) -> Any:
    if name in PLACES:
        return found(PLACES[name])
    raise AttributeError(f"module 'simcash.view' has no attribute {name!r}")
