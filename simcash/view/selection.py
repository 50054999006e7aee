"""What is selected: as people say it, as the wire has it, and as the query that shows it."""

from __future__ import annotations

from typing import Any

from simcash.core.layout import text
from simcash.core.problems import choice
from simcash.view.encodings import Encoding
from simcash.view.groups import Grouping

Selected = str | tuple[str, str] | int | None  # a node, an edge, a payment or the like, nothing
Told = dict[str, Any] | None


def told(selected: Selected, grouping: Grouping, encoding: Encoding) -> Told:
    """As the wire has it; a name that is not there is refused with the nearest."""
    if selected is None:
        return None
    if isinstance(selected, str):
        return {"what": "node", "id": known(selected, grouping, encoding)}
    if isinstance(selected, tuple) and len(selected) == 2:
        source, target = (known(id, grouping, encoding) for id in selected)
        return {"what": "edge", "source": source, "target": target}
    if isinstance(selected, int) and not isinstance(selected, bool) and items(encoding):
        return {"what": items(encoding)[0], "id": selected}
    what = "".join(f", the id of a {name}" for name in items(encoding))
    raise TypeError(f"select({selected!r}): give a name, a pair of names (from, to){what}, or None")


def items(encoding: Encoding) -> list[str]:
    """What can be selected by number, if anything."""
    return [what for what in encoding.sql if what not in ("all", "node", "edge")]


def known(id: str, grouping: Grouping, encoding: Encoding) -> str:
    """A drawn node's name; that of a node within a group is the group's."""
    if id in grouping.ids:
        return id
    for name, members in zip(grouping.ids, grouping.members, strict=True):
        if id in members:
            return name
    raise ValueError(f"among the {encoding.noun} there is no {choice(id, grouping.ids, 'They are')}")


def plain(selected: Told) -> Selected:
    """As people say it."""
    if selected is None:
        return None
    if selected["what"] == "edge":
        return selected["source"], selected["target"]
    found: str | int = selected["id"]
    return found


def query(selected: Told, grouping: Grouping, encoding: Encoding, first: int, until: int) -> str:
    """The SQL for what is shown of the selection, or of everything."""
    what = "all" if selected is None else selected["what"]
    if what not in encoding.sql:
        raise TypeError(f"there is no query for what is drawn of these {encoding.noun}")
    given: dict[str, Any] = {"first": first, "until": until}
    for name, value in (selected or {}).items():
        given[name] = value if isinstance(value, int) else names(str(value), grouping)
    return encoding.sql[what].format(**given, ids=given.get("id"))


def names(id: str, grouping: Grouping) -> str:
    """The members of a drawn node, as SQL lists them."""
    if id not in grouping.ids:
        return ""
    return ", ".join(text(member) for member in grouping.members[grouping.ids.index(id)])
