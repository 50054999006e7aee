"""Who pays whom: the payments that settled, as the links of a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simcash.payments.flows import flows
from simcash.payments.measures import mutual, pair_flows

if TYPE_CHECKING:
    import pandas as pd

    from simcash.core.simulation import Simulation


def links(sim: Simulation, day: int | None = None) -> pd.DataFrame:
    """A row per pair of banks that paid: `value` w_ij and `payments` settled, its `share` of all value, and
    `returned`, how much of it the other paid back: min(w_ij, w_ji).

    The sums over a bank's links are its strengths, and their concentration its HHI: see `bank_measures`.
    """
    import pandas as pd

    f = flows(sim, day)
    done = f.take(f.settles)
    sender, receiver, value = pair_flows(done)
    _, payments = np.unique(done.sender * len(f.banks) + done.receiver, return_counts=True)
    names = np.array(f.banks, object)
    index = pd.MultiIndex.from_arrays([names[sender], names[receiver]], names=["sender", "receiver"])
    columns = {
        "payments": payments, "value": value, "share": value / max(value.sum(), 1),
        "returned": mutual(sender, receiver, value, len(f.banks)),
    }  # fmt: skip
    return pd.DataFrame(columns, index=index)
