"""Release budgets: what a bank's tree allows the payments of this tick."""

from simcash.core.jit import inner
from simcash.payments.engine.codes import NONE, YES
from simcash.payments.engine.day import clear
from simcash.payments.engine.opcodes import SLOT_FOCUS, SLOT_MAX_VALUE, SLOT_PER_COUNTERPARTY
from simcash.payments.engine.parameters import given, whole
from simcash.payments.engine.seen import RELEASED


@inner
def set_budget(s, b):
    """Limit this tick's releases as the decision in `slots` says."""
    s.budgeted[b] = YES
    s.budget[b] = max(0, whole(s, SLOT_MAX_VALUE)) if given(s, SLOT_MAX_VALUE) else NONE
    per_party = given(s, SLOT_PER_COUNTERPARTY)
    s.budget_each[b] = max(0, whole(s, SLOT_PER_COUNTERPARTY)) if per_party else NONE
    s.budget_focus[b] = NONE
    if given(s, SLOT_FOCUS) and s.focus[whole(s, SLOT_FOCUS)].sum() > 0:  # an empty list is none
        s.budget_focus[b] = whole(s, SLOT_FOCUS)


@inner
def open_budget(s, b):
    """Nothing has been released yet in this turn."""
    if s.budgeted[b] and s.budget_each[b] != NONE:
        clear(s.released_to)


@inner
def within_budget(s, b, receiver, value):
    """Whether the bank may release so much more to a receiver in this tick."""
    if not s.budgeted[b]:
        return True
    focus = s.budget_focus[b]
    if focus != NONE and not s.focus[focus, receiver]:
        return False
    if s.budget_each[b] != NONE and s.released_to[receiver] + value > s.budget_each[b]:
        return False
    return s.budget[b] == NONE or s.sight[RELEASED] + value <= s.budget[b]


@inner
def use_budget(s, b, receiver, value):
    s.sight[RELEASED] += value
    if s.budgeted[b]:
        s.released_to[receiver] += value
