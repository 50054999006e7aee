"""Spec cases RNG 1 to 3 on the twin's own generator."""

import pytest

from tests.twins import payments_random as chance


def take(count, draw, seed=42):
    stream = chance.Stream(seed)
    return [draw(stream) for _ in range(count)]


@pytest.mark.parametrize(
    ("seed", "expected"),
    [
        (1, [5180492295206395165, 12380297144915551517, 13389498078930870103]),
        (42, [6255019084209693600, 14430073426741505498, 14575455857230217846, 17414512882241728735,
              14100574548354140678]),
    ],
)  # fmt: skip
def test_1_raw(seed, expected):
    assert take(len(expected), chance.Stream.raw, seed) == expected


LOG_NORMAL = {"type": "LogNormal", "mean": 10000, "std_dev": 5000}


@pytest.mark.parametrize(
    ("draw", "expected"),
    [
        (chance.Stream.f64, [0.33908526400192196, 0.7822558479199243, 0.7901370452687786]),
        (lambda stream: stream.range(0, 100), [0, 98, 46, 35, 78, 75, 62, 23]),
        (lambda stream: stream.poisson(2), [5, 1, 2, 2, 0, 2, 3, 1, 1, 4, 1, 5]),
        (
            lambda stream: chance.amount(stream, LOG_NORMAL),
            [10287, 12127, 10683, 4090, 6372, 6419, 9805, 3939],
        ),
    ],
)
def test_2_draws(draw, expected):
    assert take(len(expected), draw) == expected


def test_3_keys():
    assert chance.splitmix(0) == 0xE220A8397B1DCDAF
    assert chance.fnv1a("BANK_A") == 18175656543666113435


@pytest.mark.parametrize(
    ("purpose", "tick", "state", "first"),
    [
        (1, 0, 17377588703473674053, 917398743072171990),
        (1, 1, 16383556970188411615, 11945383527071454341),
        (2, 0, 17247563916711469376, 16923680760738002302),
    ],
)
def test_3_streams(purpose, tick, state, first):
    stream = chance.stream(42, "BANK_A", purpose, tick)
    assert stream.state == state
    assert stream.raw() == first


@pytest.mark.parametrize(
    ("x", "expected"), [(0.5, 1), (-0.5, -1), (2.4, 2), (0.49999999999999994, 0), (2.5, 3)]
)
def test_halves_away_from_zero(x, expected):
    assert chance.half_away(x) == expected
