"""Payments: banks, queues, and how they settle.

Beside the world itself: `from_table` opens a day of real payments, `from_pacs` one of ISO 20022 messages,
`from_pssimpy` one of PSSimPy's tables, `to_pssimpy` writes these, and `difference` compares two runs payment
by payment; `outcomes` runs a scenario with many seeds. Each loads what it needs when it is used.
"""

from __future__ import annotations

from typing import Any

from simcash.core.faces import found, nearest_name

VERBS = {
    "from_table": "simcash.payments.intake:from_table",
    "from_pacs": "simcash.payments.pacs:from_pacs",
    "from_pssimpy": "simcash.payments.pssimpy:from_pssimpy",
    "to_pssimpy": "simcash.payments.pssimpy:to_pssimpy",
    "difference": "simcash.payments.differences:difference",
    "outcomes": "simcash.payments.many:outcomes",
}
__all__ = list(VERBS)


def __getattr__(name: str) -> Any:
    if name in VERBS:
        return found(VERBS[name])
    raise AttributeError(nearest_name(name, list(VERBS), "name in simcash.payments"))


def __dir__() -> list[str]:
    return sorted({*globals(), *VERBS})
