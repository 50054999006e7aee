"""The axis of a liquidity frontier: how much money each bank has, from the least that can do to enough."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from simcash.payments.flows import flows
from simcash.payments.measures import lower_bound, upper_bound

if TYPE_CHECKING:
    import pandas as pd

    from simcash.core.simulation import Simulation

STEPS = tuple(i / 10 for i in range(11))


def liquidity_axis(sim: Simulation, day: int | None = None, alphas: Sequence[float] = STEPS) -> pd.DataFrame:
    """Liquidity of each bank in cents along L = LB + alpha (UB - LB), a row per alpha from 0 to 1, and their
    sum in the column `total`.

    With UB everything settles on arrival, with LB it can only at the end of the day: `sweep` over opening
    balances between them draws the frontier of liquidity against delay. Fractions of a cent are rounded up.
    """
    import pandas as pd

    if not all(0 <= alpha <= 1 for alpha in alphas):
        raise ValueError("alpha goes from 0 (the lower bound) to 1 (the upper bound)")
    f = flows(sim, day)
    low, high = lower_bound(f), upper_bound(f)
    rows = [low + np.ceil(alpha * (high - low)).astype(np.int64) for alpha in alphas]
    table = pd.DataFrame(rows, index=pd.Index(alphas, name="alpha"), columns=list(f.banks))
    table["total"] = table.sum(axis=1)
    return table
