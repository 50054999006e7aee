"""What a saved notebook shows of a widget whose kernel is gone: its still, in an output of its own.

Whatever else stands in a widget's own output, JupyterLab says there only that the widget is not found.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from IPython.display import publish_display_data

VIEW = "application/vnd.jupyter.widget-view+json"
STILL = ".jp-OutputArea-child:has(.simcash-still)"
# The still is seen unless the widget lives below it; then what JupyterLab says of the widget is not.
STYLE = f"""<style>
{STILL}:has(+ .jp-OutputArea-child .jp-OutputArea-output > *) {{ display: none; }}
{STILL} + .jp-OutputArea-child .jupyter-widgets:not(:has(*)) {{ display: none; }}
</style>"""


def publish(shown: Mapping[str, Any] | None, still: str, words: str) -> None:
    """Show a widget, given by its mime bundle, and before it the still (HTML or SVG) that is to stay."""
    html = f'{STYLE}<div class="simcash-still">{still}</div>'
    publish_display_data({"text/html": html, "text/plain": words})  # type: ignore[no-untyped-call]
    if shown is not None and VIEW in shown:
        publish_display_data({VIEW: shown[VIEW], "text/plain": ""})  # type: ignore[no-untyped-call]
