"""Two thousand damaged scenarios: each opens and runs, or is refused in words; nothing else may happen."""

import random
import warnings
from copy import deepcopy

import pytest

from simcash.core.scenario import ScenarioError, ScenarioWarning, read
from simcash.payments.scenario import open_scenario

SEED = 20260101
CASES = 2000
CHUNKS = 20
TICKS = 30
SMALL = (
    "three-banks", "gridlock-triangle", "castro-two-period", "castro-three-period", "two-bank-stochastic",
    "week-with-shocks",
)  # fmt: skip
JUNK = [
    None, True, False, 0, -1, 1, 3.5, -0.25, 1e-9, 1e9, 2**31, 2**53, 2**63, 10**30, 10**400, 1e308,
    float("nan"), float("inf"), -float("inf"), "", "x", "12.50", "1000", "-1", "all", "BANK_A", "Fifo",
    "no\nline", "\ud800", "𝟙", "x" * 10_000, [], {}, [1], ["a", "b"], [[[[]]]], {"a": 1}, {"type": "Fifo"},
    {"type": None}, {"min": 1, "max": 2}, {"mode": "rate", "bps_per_event": 5}, [None], {"": ""},
]  # fmt: skip


def places(data, path=()):
    """Every key path of plain data."""
    entries = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in entries:
        yield (*path, key)
        yield from places(value, (*path, key))


def holder(data, path):
    for part in path[:-1]:
        data = data[part]
    return data, path[-1]


def delete(data, path, rng):
    inside, key = holder(data, path)
    del inside[key]


def rename(data, path, rng):
    inside, key = holder(data, path)
    if isinstance(inside, dict):
        inside[rng.choice([key + "s", key[1:], key.upper(), "", "x"])] = inside.pop(key)


def junk(data, path, rng):
    inside, key = holder(data, path)
    inside[key] = deepcopy(rng.choice(JUNK))


def scale(data, path, rng):
    inside, key = holder(data, path)
    if isinstance(inside[key], (int, float)):
        inside[key] *= rng.choice([-1, 0, 0.5, 2, 1000, 10**9, 10**18])


def repeat(data, path, rng):
    inside, key = holder(data, path)
    if isinstance(inside, list):
        inside.append(deepcopy(inside[key]))


def swap(data, path, rng):
    inside, key = holder(data, path)
    there, other = holder(data, rng.choice(list(places(data))))
    inside[key], there[other] = deepcopy(there[other]), deepcopy(inside[key])


def misplace(data, path, rng):
    inside, key = holder(data, path)
    there, _ = holder(data, rng.choice(list(places(data))))
    if isinstance(there, dict):
        there[str(key)] = deepcopy(inside[key])


def change_word(data, path, rng):
    inside, key = holder(data, path)
    if isinstance(inside[key], str):
        word = inside[key]
        inside[key] = rng.choice([word[:-1], word + "x", word.lower(), "NOBODY", f" {word}", word * 2])


DAMAGE = (delete, rename, junk, junk, scale, repeat, swap, misplace, change_word)
ORIGINALS = {name: read(name).data for name in SMALL}


def damaged(rng):
    """A small scenario with one to three things wrong, or changed."""
    data = deepcopy(ORIGINALS[rng.choice(SMALL)])
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        paths = list(places(data))
        if paths:
            rng.choice(DAMAGE)(data, rng.choice(paths), rng)
    return data


def refusal(source):
    """The scenario's problems, if it has any."""
    try:
        open_scenario(read(source))
    except ScenarioError as error:
        return error
    return None


def opens(data):
    """Whether the scenario opens; if so, it runs."""
    error = refusal(data)
    if error is not None:
        assert all(problem.message for problem in error.problems)
        assert 0 < len(str(error)) < 100_000
        return False
    from simcash.payments.world import open_world

    world = open_world(read(data))
    total = world.total()
    world.step(TICKS)
    assert world.total() == total
    return True


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_damaged_scenarios_run_or_are_refused(chunk):
    rng = random.Random(SEED + chunk)
    opened = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ScenarioWarning)
        for case in range(CASES // CHUNKS):
            data = damaged(rng)
            try:
                opened += opens(data)
            except Exception as error:
                error.add_note(f"case {case} of chunk {chunk}: {str(data)[:3000]}")
                raise
    assert 0 < opened < CASES // CHUNKS


@pytest.mark.parametrize("chunk", range(4))
def test_damaged_texts_are_read_or_refused(chunk, tmp_path):
    rng = random.Random(SEED - 1 - chunk)
    path = tmp_path / "x.yaml"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ScenarioWarning)
        for _ in range(50):
            content = bytearray(read(rng.choice(SMALL)).text.encode())
            for _ in range(rng.randint(1, 5)):
                content[rng.randrange(len(content))] = rng.choice(b"\x00\xff\t\n{}[]:-&*!%@`\"'#,? 0a")
            path.write_bytes(content)
            error = refusal(path)
            assert error is None or str(error)
