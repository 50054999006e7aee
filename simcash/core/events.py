"""One readable stream of what happened: the world's own `events`, or one made from its tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from simcash.core.layout import quoted, text
from simcash.core.problems import choice
from simcash.core.tables import Table


def events_query(
    tables: Iterable[Table], kind: str | None, agent: str | None, since: int | None
) -> tuple[str, list[Any]]:
    """The query that selects from the stream, and its parameters."""
    tables = tuple(tables)
    own = next((table for table in tables if table.name == "events"), None)
    stream, agents = own_stream(own) if own is not None else made_stream(tables)
    wheres: list[str] = []
    parameters: list[Any] = []
    if own is not None:
        check_known(own, kind, agent)
    if kind is not None:
        wheres.append("kind = ?")
        parameters.append(kind)
    if agent is not None:
        wheres.append(" OR ".join(agents) or "false")
        parameters += [agent] * len(agents)
    if since is not None:
        wheres.append("tick >= ?")
        parameters.append(since)
    chosen = " WHERE " + " AND ".join(f"({where})" for where in wheres) if wheres else ""
    shown = "*" if own is not None else "* EXCLUDE (names)"
    return f"SELECT {shown} FROM ({stream}){chosen} ORDER BY tick, seq", parameters


def check_known(stream: Table, kind: str | None, agent: str | None) -> None:
    """Refuse a kind or an agent that the stream can never hold."""
    kinds = next((c.labels for c in stream.columns if c.name == "kind" and c.labels), None)
    if kind is not None and kinds is not None and kind not in kinds:
        raise ValueError(f"there is no kind of event {choice(kind, kinds, 'Kinds')}")
    agents = {name: None for c in stream.columns if c.name != "kind" for name in c.labels or ()}
    if agent is not None and agents and agent not in agents:
        raise ValueError(f"there is no agent {choice(agent, list(agents), 'Agents')}")


def own_stream(table: Table) -> tuple[str, list[str]]:
    """The view `events`, and where an agent is looked for: in every column of names but the kind."""
    named = [c.name for c in table.columns if c.labels is not None and c.name != "kind"]
    return "FROM events", [f"{quoted(name)} = ?" for name in named]


def made_stream(tables: Iterable[Table]) -> tuple[str, list[str]]:
    """Every row of every table that has an order within the tick, its columns as one text."""
    parts = [part(t) for t in tables if t.kind == "log" and {"tick", "seq"} <= set(t.names)]
    nothing = "SELECT 0 AS tick, 0 AS seq, '' AS kind, '' AS details, [''] AS names WHERE false"
    return " UNION ALL ".join(parts or [nothing]), ["list_contains(names, ?)"]


def part(table: Table) -> str:
    details = ", ".join(
        f"{text(c.name)}: {quoted(c.name)}" for c in table.columns if c.name not in ("tick", "seq")
    )
    names = ", ".join(quoted(c.name) for c in table.columns if c.labels is not None)
    return (
        f"SELECT tick, seq, {text(table.name)} AS kind, {{{details}}}::VARCHAR AS details,"
        f" [{names}]::VARCHAR[] AS names FROM {quoted(table.name)}"
    )
