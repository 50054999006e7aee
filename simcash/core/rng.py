"""Random numbers as a function of a key: xorshift64* streams whose start is a SplitMix64 fold.

A stream is one uint64 cell of an array; every draw names the array and the cell, so that compiled code can
keep several streams side by side. Nothing is hidden: same key, same draws, whatever else is drawn.
"""

from __future__ import annotations

import math

import numpy as np

from simcash.core.jit import njit

U = np.uint64
GOLDEN = U(0x9E3779B97F4A7C15)
MIX_1 = U(0xBF58476D1CE4E5B9)
MIX_2 = U(0x94D049BB133111EB)
STAR = U(0x2545F4914F6CDD1D)
POISSON_PART = 500.0  # exp(-rate) stays a normal number below it
MASK = (1 << 64) - 1


@njit
def splitmix(x):
    """The SplitMix64 output for state x."""
    z = x + GOLDEN
    z = (z ^ (z >> U(30))) * MIX_1
    z = (z ^ (z >> U(27))) * MIX_2
    return z ^ (z >> U(31))


@njit
def fold(state, part):
    """One more part of a key."""
    return splitmix(state ^ part)


def key(text: str) -> int:
    """FNV-1a64 of a text, the number that stands for it in a key."""
    code = 0xCBF29CE484222325
    for byte in text.encode():
        code = (code ^ byte) * 0x100000001B3 & MASK
    return code


def stream(seed: int, *parts: int | str) -> np.ndarray:
    """A stream of its own for a key: s = sm(seed), then s = sm(s ^ part); 0 becomes 1."""
    state = splitmix(U(seed & MASK))
    for part in parts:
        state = fold(U(state), U((key(part) if isinstance(part, str) else part) & MASK))
    return np.array([int(state) or 1], np.uint64)


@njit
def start(streams, i, state):
    """Set a stream's state; xorshift has no way out of 0."""
    streams[i] = state if state != U(0) else U(1)


@njit
def draw(streams, i):
    """The next 64 random bits."""
    x = streams[i]
    x ^= x >> U(12)
    x ^= x << U(25)
    x ^= x >> U(27)
    streams[i] = x
    return x * STAR


@njit
def whole(streams, i, low, high):
    """An integer in [low, high)."""
    return low + np.int64(draw(streams, i) % U(high - low))


@njit
def uniform(streams, i):
    """A number in [0, 1)."""
    return np.float64(draw(streams, i) >> U(11)) / 9007199254740992.0


@njit
def open_uniform(streams, i):
    """A number in (0, 1): the middles of 2**52 equal cells."""
    return (np.float64(draw(streams, i) >> U(12)) + 0.5) / 4503599627370496.0


@njit
def normal(streams, i):
    """A standard normal number (Box-Muller, second value discarded)."""
    u = uniform(streams, i)
    if u == 0.0:
        u = 1.0 / 9007199254740992.0
    v = uniform(streams, i)
    return math.sqrt(-2.0 * math.log(u)) * math.cos(2.0 * math.pi * v)


@njit
def poisson(streams, i, rate):
    """A Poisson number by multiplying uniforms; a large rate is drawn in equal parts."""
    if rate <= 0.0:
        return 0
    parts = 1 if rate <= POISSON_PART else np.int64(np.ceil(rate / POISSON_PART))
    floor = math.exp(-rate / parts)
    count = 0
    for _ in range(parts):
        product = uniform(streams, i)
        while product > floor:
            count += 1
            product *= uniform(streams, i)
    return count


@njit
def _ratio(r, top, bottom):
    """Two polynomials in r, highest power first, divided."""
    above = 0.0
    for c in top:
        above = above * r + c
    below = 0.0
    for c in bottom:
        below = below * r + c
    return above / below


_MIDDLE = (
    (2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
     13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608),
    (5226.495278852545925, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
     5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1.0),
)  # fmt: skip
_SHOULDER = (
    (7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177, 1.27045825245236838258,
     3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734),
    (1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459,
     0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1.0),
)  # fmt: skip
_TAIL = (
    (2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386, 0.026532189526576123093,
     0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772),
    (2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5,
     7.868691311456132591e-4, 0.0148753612908506148525, 0.13692988092273580531, 0.59983220655588793769, 1.0),
)  # fmt: skip


@njit
def quantile(p):
    """The standard normal quantile (Wichura's AS241, about 16 digits)."""
    q = p - 0.5
    if abs(q) <= 0.425:
        return q * _ratio(0.180625 - q * q, _MIDDLE[0], _MIDDLE[1])
    r = math.sqrt(-math.log(p if q < 0.0 else 1.0 - p))
    z = _ratio(r - 1.6, _SHOULDER[0], _SHOULDER[1]) if r <= 5.0 else _ratio(r - 5.0, _TAIL[0], _TAIL[1])
    return -z if q < 0.0 else z


@njit
def normal_inverse(streams, i):
    """A standard normal number by inversion: one uniform each, so streams stay aligned."""
    return quantile(open_uniform(streams, i))
