"""Money in its smallest unit: its bounds, its text, exact rates, and shares that add up."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

MONEY_MAX = 2**53  # cents; up to here amounts stay exact where a policy computes with floats


def parse(text: str) -> int:
    """Text like "1,250.50" as cents; more than two decimals are an error."""
    scaled = Decimal(text.replace(",", "").replace("_", "").strip()) * 100
    if scaled != scaled.to_integral_value():
        raise ValueError(f'"{text}" has more than two decimals')
    return int(scaled)


def show(cents: int) -> str:
    """Cents as text like "1,250.50"."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def scaled(rate: Decimal, digits: int) -> int:
    """A rate times 10**digits as a whole number, halves away from zero."""
    return int(rate.scaleb(digits).to_integral_value(ROUND_HALF_UP))


def apportion(total: int, weights: Sequence[int]) -> list[int]:
    """Split `total` in proportion to `weights`, by largest remainder, ties to the first."""
    whole = sum(weights)
    if whole == 0:
        return [0] * len(weights)
    shares = [total * w // whole for w in weights]
    order = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in order[: total - sum(shares)]:
        shares[i] += 1
    return shares
