"""What is seen of a simulation: widgets and charts. Names here load what they need when they are used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simcash.view.editor import policy_editor

__all__ = ["policy_editor"]


def __getattr__(name: str) -> Any:
    if name == "policy_editor":
        from simcash.view.editor import policy_editor

        return policy_editor
    raise AttributeError(f"module 'simcash.view' has no attribute {name!r}")
