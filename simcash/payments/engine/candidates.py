"""Candidates for settlement, pairs and cycles of banks, in a heap: first by value, then length, then ids.

A candidate is its value when the run began, its length, and its banks as ranks in the order of ids, from the
smallest. If more are found than there is room for, the better half is kept and `saved[CUT]` is set: whoever
has used up all that were kept has to search again for those behind the last.
"""

from simcash.core.jit import inner, part
from simcash.payments.engine.codes import CUT, FOUND, NONE, NOTHING, YES
from simcash.payments.engine.memory import look_everywhere

HEADER = 2  # value and length stand before the banks


@inner
def comes_before(s, i, j):
    """Whether the candidate in row i of `found` comes before that in row j."""
    found = s.found
    if found[i, 0] != found[j, 0]:
        return found[i, 0] > found[j, 0]
    for k in range(1, HEADER + min(found[i, 1], found[j, 1])):
        if found[i, k] != found[j, k]:
            return found[i, k] < found[j, k]
    return False


@inner
def begin_search(s):
    """An empty heap; the rows behind it, for the last candidate looked at and the first given up, as well."""
    s.saved[FOUND] = 0
    s.saved[CUT] = 0
    s.found[last_row(s), 1] = NONE
    s.found[last_row(s) + 1, 1] = NONE


@inner
def search_on(s, memo):
    """Whether candidates were given up for lack of room: then all behind the last are to be found again."""
    if not s.saved[CUT]:
        return False
    s.saved[CUT] = 0
    s.found[last_row(s) + 1, 1] = NONE
    look_everywhere(s, memo)
    return True


@inner
def last_row(s):
    """The row that holds the candidate looked at last; the one after it, the best of those given up."""
    return s.found.shape[0] - 3


@inner
def spare_row(s):
    """Where a new candidate is put together before `offer`."""
    return s.found.shape[0] - 1


@inner
def offer(s):
    """Take the candidate in the spare row into the heap; False if its turn is over in this run."""
    new, last = spare_row(s), last_row(s)
    if s.found[last, 1] != NONE and not comes_before(s, last, new):
        return False
    if s.found[last + 1, 1] != NONE and not comes_before(s, new, last + 1):
        return True  # one of those given up for now
    if s.saved[FOUND] == last:
        keep_better_half(s)
        if not comes_before(s, new, last + 1):
            return True
    i = s.saved[FOUND]
    s.saved[FOUND] = i + 1
    while i > 0 and comes_before(s, new, (i - 1) >> 1):
        copy_row(s, (i - 1) >> 1, i)
        i = (i - 1) >> 1
    copy_row(s, new, i)
    return True


@inner
def take_best(s):
    """Move the best candidate into the row `last`; False if there is none. Those found twice count once."""
    last = last_row(s)
    while s.saved[FOUND] > 0:
        fresh = s.found[last, 1] == NONE or comes_before(s, last, NOTHING)
        copy_row(s, NOTHING, last)
        s.saved[FOUND] -= 1
        sink(s, s.saved[FOUND])
        if fresh:
            return True
    return False


@part
def sink(s, n):
    """Fill the hole at the heap's top with row n, the former last one."""
    i, child = NOTHING, NOTHING + 1
    while child < n:
        if child + 1 < n and comes_before(s, child + 1, child):
            child += 1
        if not comes_before(s, child, n):
            break
        copy_row(s, child, i)
        i = child
        child = 2 * i + 1
    copy_row(s, n, i)


@inner
def copy_row(s, i, j):
    """Row i of `found` as row j too."""
    for k in range(HEADER + s.found[i, 1]):
        s.found[j, k] = s.found[i, k]


@part
def keep_better_half(s):
    """Make room: sort by taking the best again and again."""
    kept, last, spare = s.saved[FOUND] // 2, last_row(s), s.found_spare.shape[0] - 1
    put_aside(s, last, spare)
    for i in range(kept):
        take_best(s)
        put_aside(s, last, i)
    copy_row(s, NOTHING, last + 1)
    for i in range(kept):
        put_back(s, i, i)
    put_back(s, spare, last)
    s.saved[FOUND] = kept
    s.saved[CUT] = YES


@inner
def put_aside(s, i, j):
    """Row i of `found` as row j of `found_spare`."""
    for k in range(s.found.shape[1]):
        s.found_spare[j, k] = s.found[i, k]


@inner
def put_back(s, j, i):
    """Row j of `found_spare` as row i of `found`."""
    for k in range(s.found.shape[1]):
        s.found[i, k] = s.found_spare[j, k]
