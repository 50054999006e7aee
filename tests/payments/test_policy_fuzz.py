"""Whatever stands in a policy file: it is read, or refused with a place; it never stops the reader."""

import copy
import json
import random
from contextlib import suppress
from pathlib import Path

import pytest

from simcash.payments.policies.document import PolicyError, checked
from simcash.payments.policies.load import from_text
from simcash.payments.policies.program import program

EVERYTHING = json.loads(
    (Path(__file__).parent.parent / "data" / "simcash" / "policies" / "everything.json").read_text()
)
ODD = (
    None, True, 0, -1, 1e308, float("nan"), float("inf"), 10**400, "", "x", "bank_state_", "BANK_B", [], {},
    [[]], {"op": "+"}, {"field": []}, {"value": {}}, {"compute": None}, {"type": "action"}, "Release", "and",
)  # fmt: skip


def places(data, path=()):
    """Every place in the data that holds something."""
    yield path
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in inner:
        yield from places(value, (*path, key))


def spoiled(draw):
    """The whole policy with one to three things in it replaced, taken away, renamed or put elsewhere."""
    data = copy.deepcopy(EVERYTHING)
    for _ in range(draw.randint(1, 3)):
        *above, last = draw.choice([path for path in places(data) if path])
        holder = data
        for key in above:
            holder = holder[key]
        kind = draw.randrange(4)
        if kind == 0:
            holder[last] = draw.choice(ODD)
        elif kind == 1:
            del holder[last]
        elif kind == 2 and isinstance(holder, dict):
            holder[f"{last}x"] = holder.pop(last)
        else:
            other = draw.choice([path for path in places(EVERYTHING) if path])
            value = EVERYTHING
            for key in other:
                value = value[key]
            holder[last] = copy.deepcopy(value)
    return data


@pytest.mark.parametrize("seed", range(10))
def test_spoiled_policies(seed):
    draw = random.Random(seed)
    for _ in range(20):
        data = spoiled(draw)
        policy, problems = checked(data)
        assert (policy is None) == bool(problems)
        assert all(message and isinstance(message, str) for _, message in problems)
        if policy is not None:
            assert checked(policy.data)[0] == policy
            assert policy.explain()
            assert policy._repr_html_()
            assert len(program([policy], ["BANK_A", "BANK_B"]).code)
            continue
        with pytest.raises(PolicyError) as caught:
            from_text(json.dumps(data), "it", {})
        assert len(caught.value.problems) == len(problems)


@pytest.mark.parametrize("seed", range(5))
def test_spoiled_text(seed):
    draw, text = random.Random(seed), json.dumps(EVERYTHING, indent=1)
    for _ in range(20):
        at, length = draw.randrange(len(text)), draw.randrange(4)
        damaged = (
            text[:at]
            + draw.choice(["", "{", "]", '"', ",", "\\", "\x00", "1e999", "NaN"])
            + text[at + length :]
        )
        with suppress(PolicyError):
            from_text(damaged, "it", {})
