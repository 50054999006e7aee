"""Published vectors of the generator, and the laws its draws follow."""

import math

import numpy as np
import pytest
from scipy import special, stats

from simcash.core import rng


def cell(state: int) -> np.ndarray:
    return np.array([state or 1], np.uint64)


def take(count, function, *arguments, seed=42):
    streams = cell(seed)
    return [function(streams, 0, *arguments) for _ in range(count)]


@pytest.mark.parametrize(
    ("seed", "expected"),
    [
        (1, [5180492295206395165, 12380297144915551517, 13389498078930870103]),
        (42, [6255019084209693600, 14430073426741505498, 14575455857230217846, 17414512882241728735,
              14100574548354140678]),
    ],
)  # fmt: skip
def test_raw_draws(seed, expected):
    assert [int(x) for x in take(len(expected), rng.draw, seed=seed)] == expected


def test_published_draws():
    assert take(3, rng.uniform) == [0.33908526400192196, 0.7822558479199243, 0.7901370452687786]
    assert take(8, rng.whole, 0, 100) == [0, 98, 46, 35, 78, 75, 62, 23]
    assert take(12, rng.poisson, 2.0) == [5, 1, 2, 2, 0, 2, 3, 1, 1, 4, 1, 5]


def test_keys():
    assert int(rng.splitmix(np.uint64(0))) == 0xE220A8397B1DCDAF
    assert rng.key("BANK_A") == 18175656543666113435


@pytest.mark.parametrize(
    ("purpose", "tick", "state", "first"),
    [
        (1, 0, 17377588703473674053, 917398743072171990),
        (1, 1, 16383556970188411615, 11945383527071454341),
        (2, 0, 17247563916711469376, 16923680760738002302),
    ],
)
def test_streams(purpose, tick, state, first):
    streams = rng.stream(42, "BANK_A", purpose, tick)
    assert int(streams[0]) == state
    assert int(rng.draw(streams, 0)) == first


def test_zero_state_becomes_one():
    streams = np.zeros(1, np.uint64)
    rng.start(streams, 0, np.uint64(0))
    assert streams[0] == 1


def test_poisson_draws_nothing_at_rate_zero():
    streams = cell(42)
    assert rng.poisson(streams, 0, 0.0) == 0
    assert streams[0] == 42


@pytest.mark.parametrize("rate", [0.3, 4.0, 499.0, 1200.0])
def test_poisson_mean_and_variance(rate):
    sample = np.array(take(4000, rng.poisson, rate, seed=7))
    assert abs(sample.mean() - rate) < 5 * math.sqrt(rate / 4000)
    assert abs(sample.var() / rate - 1) < 0.2


@pytest.mark.parametrize("draw", [rng.normal, rng.normal_inverse])
def test_normals_are_normal(draw):
    assert stats.kstest(take(5000, draw), "norm").pvalue > 0.01


def test_quantile_against_scipy():
    p = np.concatenate([np.linspace(1e-6, 1 - 1e-6, 999), [1e-300, 1e-20, 1 - 1e-16, 0.075, 0.925]])
    ours = np.array([rng.quantile(x) for x in p])
    assert np.allclose(ours, special.ndtri(p), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("draw", [rng.uniform, rng.open_uniform])
def test_uniforms_are_uniform_and_neighbouring_streams_unrelated(draw):
    sample = np.array([[draw(rng.stream(seed, "x"), 0) for seed in range(2000)]]).ravel()
    assert stats.kstest(sample, "uniform").pvalue > 0.01
    assert abs(np.corrcoef(sample[:-1], sample[1:])[0, 1]) < 0.08
