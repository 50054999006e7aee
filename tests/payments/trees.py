"""Small policy trees as JSON holds them, and what is said about bad ones."""

from simcash.core.shape import dotted
from simcash.payments.policies.document import checked

RELEASE = {"type": "action", "node_id": "release", "action": "Release"}
HOLD = {"type": "action", "node_id": "hold", "action": "Hold"}


def action(name, node_id="it", **parameters):
    node = {"type": "action", "node_id": node_id, "action": name}
    return node | ({"parameters": parameters} if parameters else {})


def when(condition, yes=RELEASE, no=HOLD, node_id="root"):
    return {
        "type": "condition", "node_id": node_id, "condition": condition, "on_true": yes, "on_false": no,
    }  # fmt: skip


def seen(name):
    return {"field": name}


def number(value):
    return {"value": value}


def compare(op, left, right):
    return {"op": op, "left": left, "right": right}


def compute(op, **operands):
    return {"compute": {"op": op, **operands}}


def policy(payment=None, **more):
    """A policy as data; trees by their full names."""
    trees = {} if payment is None else {"payment_tree": payment}
    return {"version": "1.0", "policy_id": "test"} | more | trees


def holding(condition, **more):
    """A policy that releases where a condition holds."""
    return policy(when(condition), **more)


def balance(value):
    """A policy that compares the balance with a value."""
    return holding(compare("<", seen("balance"), value))


def read(data, **parameters):
    found, problems = checked(data, parameters)
    assert not problems, problems
    return found


def told(data):
    """What is wrong, as "path: message"."""
    found, problems = checked(data)
    assert found is None
    return [f"{dotted(path)}: {message}" for path, message in problems]
