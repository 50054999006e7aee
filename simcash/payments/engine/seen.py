"""What a bank sees while it decides: sums that stand still until it looks again, though its queue changes."""

from simcash.core.jit import inner
from simcash.payments.engine.codes import COMPAT, NO, NONE, PAUSE_NOW, PAUSE_TREE, numbers
from simcash.payments.engine.settle import credit_limit

# Places in `sight`.
(
    BALANCE, OWN_COUNT, OWN_VALUE,  # of the bank and its own queue
    CENTRAL_COUNT, CENTRAL_VALUE,  # of the whole central queue
    INDEXED,  # whether the central queue is listed by receiver
    PARTNERS_OF, ARRIVALS_OF,  # the bank whose partners and whose arrivals have been summed up
    PARTNERS,  # how many partners it has in the central queue
    INCOMING_COUNT, INCOMING_VALUE, NEAREST,  # payments to it there; the first deadline of its own there
    RELEASED,  # value released in this turn, where a budget counts it
    DECIDED,  # the instruction at which the last decision ended
) = numbers(14)  # fmt: skip
SEEN_SIZE = 14


@inner
def survey(s):
    """Before the banks decide, one after the other: what the central queue holds."""
    count, value = s.q2_count[0], s.q2_value[0]
    for b in range(1, s.balance.size):
        count += s.q2_count[b]
        value += s.q2_value[b]
    s.sight[CENTRAL_COUNT] = count
    s.sight[CENTRAL_VALUE] = value
    s.sight[INDEXED] = NO


@inner
def look(s, b):
    """The bank whose turn it is sees its state as it is now."""
    s.sight[BALANCE] = s.balance[b]
    s.sight[PARTNERS_OF] = NONE
    s.sight[ARRIVALS_OF] = NONE
    s.sight[RELEASED] = 0
    look_at_queue1(s, b)


@inner
def is_awaited(s, question):
    """Whether someone wants to see what the bank sees at this question; then the tick stops here."""
    if s.pause[0] != question:
        return False
    s.pause[0] = PAUSE_NOW
    return True


@inner
def about_bank(b, tree):
    """The question that a tree is asked about its bank, as `pause` has it."""
    return PAUSE_TREE - 4 * b - tree


@inner
def look_at_queue1(s, b):
    s.sight[OWN_COUNT] = s.q1_count[b]
    s.sight[OWN_VALUE] = s.q1_value[b]


@inner
def credit_used(s):
    return max(0, -s.sight[BALANCE])


@inner
def payable(s, b):
    """What the bank could pay with the balance that it sees."""
    return max(0, s.sight[BALANCE]) + max(0, credit_limit(s, b) - credit_used(s))


@inner
def effective_liquidity(s, b):
    """Balance plus limit (the peer counts the cap alone and subtracts credit in use twice)."""
    if s.options[COMPAT]:
        return s.sight[BALANCE] + s.cap[b] - credit_used(s)
    return s.sight[BALANCE] + credit_limit(s, b)
