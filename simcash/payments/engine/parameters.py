"""The parameters of a decision, as the machine leaves them in `slots`: NaN where one is not given."""

import math

import numpy as np

from simcash.core.jit import inner
from simcash.payments.engine.codes import NONE
from simcash.payments.engine.opcodes import SLOT_REASON

MOST = np.float64(2**53)  # of money: amounts up to here are whole as floats too


@inner
def given(s, slot):
    return not math.isnan(s.slots[slot])


@inner
def whole(s, slot):
    """A parameter cut to a whole number, within what money can be."""
    return np.int64(max(-MOST, min(MOST, s.slots[slot])))


@inner
def whole_or(s, slot, default):
    return whole(s, slot) if given(s, slot) else default


@inner
def reason_given(s):
    """The number of the policy's reason, or NONE."""
    return whole_or(s, SLOT_REASON, NONE)
