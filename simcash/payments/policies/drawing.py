"""A policy drawn: as indented text, and as HTML that takes its colours from the page, light or dark."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from simcash.payments.policies.formula import action_formula, condition_formula, literal
from simcash.payments.policies.nodes import Action, Node

if TYPE_CHECKING:
    from simcash.payments.policies.document import Policy

YES, NO = "#0072B2", "#E69F00"  # blue and orange: told apart by everybody, on white and on black
LINE = "rgba(128,128,128,.45)"
BOX = f"display:inline-block;border:1px solid {LINE};padding:2px 8px;margin:2px 0"
NOTE = "opacity:.7;font-style:italic;margin-left:8px"


def numbers(policy: Policy) -> str:
    return ", ".join(f"{name} = {literal(value)}" for name, value in policy.parameters.items())


def text(policy: Policy) -> str:
    """The policy in letters."""
    lines = [policy.policy_id]
    lines += [f"  {line}" for line in (policy.description, numbers(policy)) if line]
    for tree, node in policy.trees.items():
        lines += [f"  {tree}", *branch(node, "", "    ")]
    return "\n".join(lines)


def branch(node: Node, label: str, indent: str) -> list[str]:
    """A node and what lies below it, a line each."""
    if isinstance(node, Action):
        return [f"{indent}{label}{action_formula(node)}"]
    return [
        f"{indent}{label}{condition_formula(node.condition)}?",
        *branch(node.on_true, "yes: ", indent + "  "),
        *branch(node.on_false, "no:  ", indent + "  "),
    ]


def html(policy: Policy) -> str:
    """The policy as nested boxes: round ones ask, square ones act."""
    from simcash.core.notebook import card

    said = f"<div>{escape(policy.description)}</div>" if policy.description else ""
    given = f'<div style="opacity:.7">{escape(numbers(policy))}</div>' if policy.parameters else ""
    trees = "".join(
        f'<div style="margin-top:6px;opacity:.7">{tree}</div>{node_html(node)}'
        for tree, node in policy.trees.items()
    )
    return card(policy.policy_id, f'<div style="line-height:1.5">{said}{given}{trees}</div>')


def node_html(node: Node) -> str:
    note = dict(node.notes).get("description", "")
    told = f'<span style="{NOTE}">{escape(note)}</span>' if note else ""
    title = f'title="{escape(node.node_id)}"'
    if isinstance(node, Action):
        act = escape(action_formula(node))
        return f'<div><code {title} style="{BOX};font-weight:bold">{act}</code>{told}</div>'
    question = f"{escape(condition_formula(node.condition))}?"
    return (
        f'<div><code {title} style="{BOX};border-radius:12px">{question}</code>{told}</div>'
        f"{branch_html(node.on_true, 'yes', YES, 'solid')}{branch_html(node.on_false, 'no', NO, 'dashed')}"
    )


def branch_html(node: Node, label: str, colour: str, line: str) -> str:
    """One way on from a question: a coloured line, solid for yes and dashed for no, and its name."""
    return (
        f'<div style="border-left:3px {line} {colour};margin-left:14px;padding-left:10px">'
        f'<span style="font-size:85%;opacity:.8">{label}</span>{node_html(node)}</div>'
    )
