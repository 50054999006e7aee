"""What each search of Queue 2 has seen already, so that it need not look again at what did not change.

A set that some bank could not pay for stays so until a payment joins or leaves one of its edges or a bank in
it can pay more. For each search (`memo`) there is a list of the edges that changed since it last looked, and
what every bank could pay then. The last list is for edges to be looked at again in the next run only.
"""

import numpy as np

from simcash.core.jit import inner
from simcash.payments.engine.codes import COUNT, EDGES, LIMITED, RUN, VALUE
from simcash.payments.engine.settle import available

FAR_BELOW = np.int64(-(1 << 62))  # less than any bank ever has


@inner
def look_again(s, memo, e):
    """Enter an edge in a list, once."""
    if not s.edge_changed[memo, e]:
        s.edge_changed[memo, e] = 1
        s.changed_list[memo, s.changed_count[memo]] = e
        s.changed_count[memo] += 1


@inner
def look_later(s, e):
    """Have the present search look at an edge again in its next run."""
    look_again(s, s.changed_count.size - 1, e)


@inner
def look_everywhere(s, memo):
    """Have a search look at every edge."""
    for e in range(s.saved[EDGES]):
        if s.edge[e, COUNT] > 0:
            look_again(s, memo, e)


@inner
def empty_list(s, memo):
    """Strike all edges off a list."""
    for k in range(s.changed_count[memo]):
        s.edge_changed[memo, s.changed_list[memo, k]] = 0
    s.changed_count[memo] = 0


@inner
def forget_banks(s):
    """Have every search look at every bank."""
    s.seen[:, :] = FAR_BELOW


@inner
def look_at_banks(s):
    """What every bank can pay now."""
    for b in range(s.balance.size):
        s.able[b] = available(s, b)


@inner
def start_value(s, e):
    """What an edge held when the present run began."""
    return s.edge_start[e] if s.edge_run[e] == s.saved[RUN] else s.edge[e, VALUE]


@inner
def begin_run(s):
    """Values from now on are compared with those of this moment."""
    s.saved[RUN] += 1


@inner
def end_run(s, memo):
    """Keep for the next run what this one could not settle."""
    last = s.changed_count.size - 1
    for k in range(s.changed_count[last]):
        look_again(s, memo, s.changed_list[last, k])
    empty_list(s, last)


@inner
def is_news(s, memo):
    """Whether something changed for the better since a search last asked; it is up to date with this.

    Limits, outages and the like change without a trace here; where there are any, all is news.
    """
    news = s.changed_count[memo] > 0 or s.saved[LIMITED] == 1
    empty_list(s, memo)
    look_at_banks(s)
    for b in range(s.balance.size):
        news = news or s.able[b] > s.seen[memo, b]
        s.seen[memo, b] = s.able[b]
    return news
