"""The policies that come with simcash, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simcash.payments.policies.load import policy_files, read

if TYPE_CHECKING:
    import pandas as pd


def shelf() -> pd.DataFrame:
    """Name, what it does and when that is wise, and the numbers it can be given."""
    from simcash.core.notebook import Words

    rows = []
    for name in policy_files():
        policy = read(name)
        numbers = ", ".join(f"{key}={value}" for key, value in policy.parameters.items())
        rows.append((name, policy.description, numbers))
    return Words(rows, columns=["name", "what it does and when it is wise", "numbers"])
