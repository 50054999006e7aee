"""Spec cases 35, 36 and 37 on the twin's own algorithms."""

from itertools import product
from random import Random

import pytest

from tests.twins.payments_saving import solve

FIXTURES = {  # balances, queue, partial netting: settled and final, max value: value and count
    "F1_1": ([0, 0], "AB2 BA2", [0, 1], [0, 0], 4, 2),
    "F1_2": ([3, 4], "AB5 BA6", [0, 1], [4, 3], 11, 2),
    "F2_1": ([0, 0], "BA2 BA3 AB5 AB2", [0, 1, 2], [0, 0], 10, 3),
    "F2_3": ([10, 8], "AB20 BA15 AB30 BA12 AB15 BA80", [0, 1, 3], [17, 1], 62, 4),
    "F3_1": ([0, 0, 0], "AC2 BC3 CB5 BA2", [0, 1, 2, 3], [0, 0, 0], 12, 4),
    "F4_1": ([5, 6, 7], "AB8 BC7 CA9 AB20", [0, 1, 2], [6, 7, 5], 24, 3),
    "F4_2": ([5, 6, 7], "AB8 BC7 CA9 AB20 BA7 AB40 BC80 CB10", [0, 1, 2, 4], [13, 0, 5], 43, 4),
    "F5_2": ([0] * 5, "AB2 BC3 CD5 DE6 EA2 EB1 EC2 ED1", list(range(8)), [0] * 5, 22, 8),
    "F5_4": ([3, 4, 5, 8, 3], "EA8 ED9 DE15 AB14 BC15 CA10", list(range(6)), [7, 3, 10, 2, 1], 71, 6),
    "F6_1": ([3, 4, 5, 4, 3], "CB30 DC20 AB5 BC6 CD8 DE7 EA5", [], [3, 4, 5, 4, 3], 31, 5),
    "F6_3": (
        [3, 4, 5, 4, 3], "AB5 BC6 BC30 CD8 CE80 DE7 AC6 EA8 EB100 DA5",
        [0, 1, 3, 5, 6, 7, 9], [5, 3, 9, 0, 2], 45, 7,
    ),
    "F7_1": ([3, 4, 5, 4, 3], "AB8 BC10 BC20 CD30 CE40", [], [3, 4, 5, 4, 3], 0, 0),
}  # fmt: skip

OTHERS = [  # fixture, algorithm, what it settles
    ("F2_1", {"type": "bilateral", "mode": "fifo_prefix"}, [0, 1, 2]),
    ("F2_3", {"type": "bilateral", "mode": "fifo_prefix"}, [0, 1, 3]),
    ("F2_3", {"type": "bilateral", "mode": "lookahead", "lookahead": 10}, [0, 1, 3, 4]),
    ("F2_1", "bilateral", []),
    ("F2_3", "bilateral", []),
    ("F4_1", {"type": "cycles", "max_length": 5}, [0, 1, 2]),
    ("F5_2", {"type": "cycles", "max_length": 5}, []),
]


def queue(text):
    """(sender, receiver, amount) of every payment."""
    return [("ABCDE".index(word[0]), "ABCDE".index(word[1]), int(word[2:])) for word in text.split()]


@pytest.mark.parametrize("name", FIXTURES)
def test_35_netting(name):
    balances, payments, settled, final, _, _ = FIXTURES[name]
    found = solve("partial_netting", balances, queue(payments))
    assert found[:2] == (settled, final)


@pytest.mark.parametrize("name", FIXTURES)
def test_35_the_most_that_could_settle(name):
    balances, payments, _, _, value, count = FIXTURES[name]
    settled, final, found = solve("max_value", balances, queue(payments))
    assert (found, len(settled)) == (value, count)
    assert sum(final) == sum(balances)
    if name == "F2_3":
        assert final == [2, 16]


@pytest.mark.parametrize(("name", "algorithm", "settled"), OTHERS)
def test_36_other_algorithms(name, algorithm, settled):
    balances, payments, *_ = FIXTURES[name]
    assert solve(algorithm, balances, queue(payments))[0] == settled


UBIN = [800000, 800000, 1201000, 1335000]
ROUND = [(0, 1, 5001000, 1000), (1, 2, 5005000, 2000), (2, 3, 5006000, 3000), (3, 0, 5008000, 4000)]


def ubin():
    """5000 payments round a circle, one of each bank in turn."""
    return [(a, b, large if k == 0 else small) for k in range(1250) for a, b, large, small in ROUND]


def test_37_netting():
    settled, final, value = solve("partial_netting", UBIN, ubin())
    payments = ubin()
    dropped = [payments[place][0] for place in set(range(5000)) - set(settled)]
    assert (len(settled), value, final) == (4500, 31132000, [4134000, 1000, 1000, 0])
    assert [dropped.count(bank) for bank in range(4)] == [0, 227, 168, 105]


def test_37_retries():
    assert len(solve("fifo_retry", UBIN, ubin())[0]) == 4502


def test_limits_cut_a_senders_payments_short():
    mutual = [(0, 1, 5), (0, 1, 3), (1, 0, 5), (1, 0, 3)]
    assert solve("partial_netting", [0, 0], mutual)[0] == [0, 1, 2, 3]
    assert solve("partial_netting", [0, 0], mutual, [(0, 1, 7)])[0] == [0, 2]
    assert solve("max_value", [0, 0], mutual, [(0, None, 4)])[0] == [1, 3]
    assert solve("bilateral", [0, 0], mutual, [(0, 1, 7)])[0] == []


def small_queue(seed):
    """Up to five banks with little money and up to nine payments."""
    chance = Random(seed)
    banks = chance.randint(2, 5)
    payments = [(*chance.sample(range(banks), 2), chance.randint(1, 9)) for _ in range(chance.randint(1, 9))]
    return [chance.choice([0, 0, 2, 5]) for _ in range(banks)], payments


def pay(liquidity, payments):
    left = list(liquidity)
    for a, b, amount in payments:
        left[a] -= amount
        left[b] += amount
    return left


@pytest.mark.parametrize("seed", range(100))
def test_netting_finds_the_largest_set_that_keeps_every_order(seed):
    liquidity, payments = small_queue(seed)
    own = [[place for place, p in enumerate(payments) if p[0] == bank] for bank in range(len(liquidity))]
    ways = []
    for lengths in product(*(range(len(places) + 1) for places in own)):
        chosen = sorted(place for places, n in zip(own, lengths, strict=True) for place in places[:n])
        if min(pay(liquidity, [payments[place] for place in chosen])) >= 0:
            ways.append(chosen)
    settled, _, value = solve("partial_netting", liquidity, payments)
    assert all(set(way) <= set(settled) for way in ways)
    assert settled in ways
    assert value <= solve("max_value", liquidity, payments)[2]


ALGORITHMS = [
    "bilateral", {"type": "bilateral", "mode": "fifo_prefix"}, {"type": "bilateral", "mode": "lookahead"},
    {"type": "cycles", "max_length": 5}, "partial_netting", "max_value", "all_or_nothing", "fifo_retry",
]  # fmt: skip


@pytest.mark.parametrize("algorithm", ALGORITHMS, ids=str)
def test_money_moves_as_the_settled_payments_say_and_nobody_overdraws(algorithm):
    for seed in range(100):
        liquidity, payments = small_queue(seed)
        settled, final, value = solve(algorithm, liquidity, payments)
        chosen = [payments[place] for place in settled]
        assert final == pay(liquidity, chosen)
        assert min(final) >= 0
        assert value == sum(amount for _, _, amount in chosen)
