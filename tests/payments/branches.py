"""Policy trees as plain data, written shortly: fields are texts, literals are numbers, node ids are counted.

policy(payment=when(("balance", ">=", "remaining_amount"), act("Release"), act("Hold")))
"""

from itertools import count

TREES = {
    "bank": "bank_tree", "payment": "payment_tree",
    "strategic": "strategic_collateral_tree", "end_of_tick": "end_of_tick_collateral_tree",
}  # fmt: skip
TEXTS = ("priority_flag", "rtgs_priority", "key", "reason", "focus_counterparties", "focus_cpty_list")


def policy(parameters=None, **trees):
    """An Inline policy of these trees."""
    numbers = count()
    document = {"version": "1.0", "policy_id": "test", "parameters": parameters or {}}
    named = {TREES[name]: numbered(tree, numbers) for name, tree in trees.items()}
    return {"type": "Inline", "decision_trees": document | named}


def numbered(node, numbers):
    found = {"node_id": f"N{next(numbers)}"} | node
    for branch in ("on_true", "on_false"):
        if branch in node:
            found[branch] = numbered(node[branch], numbers)
    return found


def act(action, **parameters):
    """An action; its numbers may be fields too."""
    given = {name: {"value": x} if name in TEXTS else value(x) for name, x in parameters.items()}
    return {"type": "action", "action": action} | ({"parameters": given} if given else {})


def when(condition, on_true, on_false):
    return {
        "type": "condition", "condition": comparison(condition), "on_true": on_true, "on_false": on_false,
    }  # fmt: skip


def comparison(condition):
    """(left, operator, right), or a condition that is written out already."""
    if isinstance(condition, dict):
        return condition
    left, op, right = condition
    return {"op": op, "left": value(left), "right": value(right)}


def both(*conditions):
    return {"op": "and", "conditions": [comparison(condition) for condition in conditions]}


def either(*conditions):
    return {"op": "or", "conditions": [comparison(condition) for condition in conditions]}


def no(condition):
    return {"op": "not", "condition": comparison(condition)}


def value(x):
    """A field by its name, a number as it is, or a value that is written out already."""
    if isinstance(x, dict):
        return x
    return {"field": x} if isinstance(x, str) else {"value": x}


def param(name):
    return {"param": name}


def compute(op, *operands):
    """A computation, its operands in the order of the rules."""
    found = [value(x) for x in operands]
    if op in ("max", "min"):
        return {"compute": {"op": op, "values": found}}
    return {"compute": {"op": op} | dict(zip(OPERANDS.get(op, ("left", "right")), found, strict=True))}


OPERANDS = {
    **dict.fromkeys(("ceil", "floor", "round", "abs"), ("value",)),
    "clamp": ("value", "min", "max"),
    "div0": ("numerator", "denominator", "default"),
}
