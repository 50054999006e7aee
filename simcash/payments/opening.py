"""Opening balances for a day of payments: given, or between the liquidity bounds of the day."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from simcash.core.money import show
from simcash.core.problems import choice
from simcash.core.schema import cents
from simcash.core.tabular import TableError
from simcash.payments.flows import Flows
from simcash.payments.measures import lower_bound, upper_bound

Opening = str | int | Mapping[str, int | str]
BETWEEN = {"upper": 1.0, "lower": 0.0}


def opening_balances(opening: Opening, flows: Flows) -> tuple[dict[str, int], str]:
    """Each bank's balance in cents, and in words how it was chosen."""
    if isinstance(opening, Mapping):
        return given(opening, flows.banks)
    if isinstance(opening, str):
        return between(opening, flows)
    if isinstance(opening, bool) or not isinstance(opening, int | np.integer):
        raise TypeError(
            f'opening is "upper", "lower", "40%", cents for every bank or {{bank: cents}}, not {opening!r}'
        )
    return dict.fromkeys(flows.banks, int(opening)), f"opening balances: {show(int(opening))} for every bank"


def given(opening: Mapping[str, int | str], banks: Sequence[str]) -> tuple[dict[str, int], str]:
    """Balances by bank; banks that pay nobody may have one too."""
    for bank in banks:
        if bank not in opening:
            raise TableError(f"opening: no balance for {choice(bank, list(opening), 'Balances for')}")
    more = len(opening) - len(banks)
    told = f"opening balances: as given{f', {more:,} of them for banks without payments' if more else ''}"
    return {str(bank): cents(balance) for bank, balance in opening.items()}, told


def between(opening: str, flows: Flows) -> tuple[dict[str, int], str]:
    """Somewhere from the least that settles everything by the end to the least that settles it on arrival."""
    written = re.fullmatch(r"(\d+(?:\.\d+)?)\s*%", opening.strip())
    share = float(written[1]) / 100 if written else BETWEEN.get(opening)
    if share is None or share > 1:
        raise ValueError(
            f'opening "{opening}" is not known; known: "upper", "lower", "0%" to "100%", or cents'
        )
    low, high = lower_bound(flows), upper_bound(flows)
    balances = low + np.ceil((high - low) * share).astype(np.int64)
    meant = {
        1.0: "each bank's liquidity upper bound, enough to settle all on arrival",
        0.0: "each bank's liquidity lower bound, enough to settle all at the end",
    }.get(share, f"{opening} of the way from each bank's lower to its upper liquidity bound")
    return dict(zip(flows.banks, balances.tolist(), strict=True)), f"opening balances: {meant}"


def arriving(
    banks: tuple[str, ...], sender: np.ndarray, receiver: np.ndarray, amount: np.ndarray, tick: np.ndarray
) -> Flows:
    """Payments as if all settled on arrival."""
    zero, last = np.zeros(amount.size, np.int64), int(tick.max(initial=0))
    return Flows(
        banks, 0, last, True, sender, receiver, amount, origin=np.arange(amount.size), priority=zero,
        arrival=tick, deadline=tick, settled=tick, gone=tick, step=zero, channel=zero, set_id=zero - 1,
    )  # fmt: skip
