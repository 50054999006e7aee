"""Random numbers of a payments run (spec 3.1), in plain Python integers and floats."""

import math
from itertools import accumulate

MASK = 2**64 - 1
MAX_AMOUNT = 2**53
COUNT, AMOUNT, COUNTERPARTY, DEADLINE, PRIORITY = 1, 2, 3, 4, 5


def splitmix(x):
    z = (x + 0x9E3779B97F4A7C15) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def fnv1a(text):
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = ((value ^ byte) * 0x100000001B3) & MASK
    return value


def stream(seed, bank, purpose, tick):
    """The fresh stream of one bank, purpose and tick (mode per_bank)."""
    state = splitmix(seed & MASK)
    for part in (fnv1a(bank), purpose, tick):
        state = splitmix(state ^ part)
    return Stream(state)


def half_away(x):
    """A float rounded to the nearest whole number, halves away from zero."""
    if math.isinf(x):
        return x
    whole = int(x)  # towards zero; the difference below is exact
    if abs(x - whole) >= 0.5:
        whole += 1 if x > 0 else -1
    return whole


def exp(x):
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


class Stream:
    """xorshift64*, and the draws made of it."""

    def __init__(self, state):
        self.state = (state & MASK) or 1

    def raw(self):
        x = self.state
        x ^= x >> 12
        x ^= (x << 25) & MASK
        x ^= x >> 27
        self.state = x
        return (x * 0x2545F4914F6CDD1D) & MASK

    def range(self, low, high):
        return low + self.raw() % (high - low)

    def f64(self):
        return (self.raw() >> 11) / 2**53

    def open_f64(self):
        return self.f64() or 2.0**-53

    def poisson(self, rate):
        if rate <= 0:
            return 0
        parts = math.ceil(rate / 500)
        return sum(self.small_poisson(rate / parts) for _ in range(parts))

    def small_poisson(self, rate):
        stop, p, k = math.exp(-rate), 1.0, 0
        while True:
            k += 1
            p *= self.f64()
            if p <= stop:
                return k - 1

    def z(self):
        u1 = self.open_f64()
        u2 = self.f64()
        return math.sqrt(-2 * math.log(u1)) * math.cos(2 * math.pi * u2)


def amount(draws, distribution):
    """One amount; larger draws become `max`, and never more than 2^53."""
    most = min(distribution.get("max") or MAX_AMOUNT, MAX_AMOUNT)
    return int(min(most, raw_amount(draws, distribution)))


def raw_amount(draws, distribution):
    kind = distribution["type"]
    if kind == "Fixed":
        return distribution["value"]
    if kind == "Uniform":
        return draws.range(distribution["min"], distribution["max"] + 1)
    if kind == "Normal":
        return max(1, half_away(distribution["mean"] + distribution["std_dev"] * draws.z()))
    if kind == "LogNormal":
        mu, sigma = log_parameters(distribution)
        return max(1, half_away(exp(mu + sigma * draws.z())))
    if kind == "Exponential":
        return max(1, half_away(-math.log(draws.open_f64()) / distribution["lambda"]))
    raise ValueError(kind)


def log_parameters(distribution):
    if "mu" in distribution:
        return distribution["mu"], distribution["sigma"]
    mean, deviation = distribution["mean"], distribution["std_dev"]
    square = math.log(1 + deviation**2 / mean**2)
    return math.log(mean) - square / 2, math.sqrt(square)


def choice(draws, weights, subtract):
    """An index drawn by weight; `subtract` is the peer's way of walking through the weights."""
    running = list(accumulate(weights))
    target = draws.f64() * running[-1]
    positive = [k for k, weight in enumerate(weights) if weight > 0]
    for k in positive:
        if subtract:
            target -= weights[k]
        if (target <= 0) if subtract else (running[k] >= target):
            return k
    return positive[-1]


def priority(draws, distribution, compat):
    """One priority; a fixed 0 reads as 5 in the peer's dialect."""
    kind = distribution["type"]
    if kind == "Fixed":
        return 5 if compat and distribution["value"] == 0 else distribution["value"]
    if kind == "Uniform":
        return draws.range(distribution["min"], distribution["max"] + 1)
    return distribution["values"][choice(draws, distribution["weights"], compat)]
