"""What a policy tree can ask about: the value of a context field for a bank and one of its payments."""

from simcash.core.jit import njit
from simcash.payments.engine.bank_fields import (
    EXPECTED_COUNT,
    EXPECTED_VALUE,
    FIRST_TOP,
    ITS_BALANCE,
    POSTED,
    QUEUE1_SIZE,
    collateral_field,
    expected_field,
    money_field,
    queue_field,
    top_field,
)
from simcash.payments.engine.payment_fields import payment_field
from simcash.payments.engine.system_fields import (
    OVERDRAFT_PRICE,
    PRESSURE_INDEX,
    TICK,
    price_field,
    system_field,
    time_field,
)


@njit
def field_value(s, f, b, p):
    """The value of field number f for bank b, and for its payment p if the field is a payment's."""
    if f < ITS_BALANCE:
        return payment_field(s, f, b, p)
    if f < QUEUE1_SIZE:
        if f in (EXPECTED_COUNT, EXPECTED_VALUE):
            return expected_field(s, f, b)
        return money_field(s, f, b)
    if f < FIRST_TOP:
        return queue_field(s, f, b)
    if f < POSTED:
        return top_field(s, f, b)
    if f < OVERDRAFT_PRICE:
        return collateral_field(s, f, b)
    if f < TICK:
        return price_field(s, f)
    if f < PRESSURE_INDEX:
        return time_field(s, f)
    return system_field(s, f, b)
