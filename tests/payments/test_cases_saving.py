"""Spec cases 29 to 31 and 33 to 37: liquidity saving, in scenarios and on bare arrays."""

import numpy as np
import pytest

from simcash.core.scenario import ScenarioError
from simcash.payments.lsm import solve
from tests.payments.table import at, column, scenario, settled_at, statuses
from tests.twins import payments_saving as slow
from tests.twins.runs import latest_payments
from tests.twins.test_payments_saving import FIXTURES, OTHERS, UBIN, queue, ubin

F2_3 = "@0 A 20 B | @0 B 15 A | @0 A 30 B | @0 B 12 A | @0 A 15 B | @0 B 80 A"
MUTUAL = "@0 A 5 B | @0 B 5 A"
OFF = {"enable_bilateral": False, "enable_cycles": False}


def saving(banks, payments, **settings):
    """A scenario with liquidity saving as it is unless something else is asked for."""
    data = scenario(banks, payments, **settings)
    data["simulation"]["lsm_enabled"] = True
    return data


def algorithms(*chosen):
    return {"lsm_config": {"algorithms": list(chosen)}}


def channels(run):
    return [payment["channel"] for payment in latest_payments(run)]


def balances(run):
    return column(run, "bank_ticks", "balance")


def test_29_two_banks_offset(play):
    run = play(saving("A 200000 | B 0", "@0 A 500000 B | @0 B 300000 A"), 1)
    assert balances(run) == [0, 200000]
    assert channels(run) == ["bilateral"] * 2
    (row,) = run.rows("lsm_sets")
    assert (row["n_payments"], row["gross"], row["net"], row["saved"]) == (2, 800000, 200000, 600000)
    assert (row["banks"], row["tx_ids"], row["net_positions"]) == (["A", "B"], [0, 1], [-200000, 200000])


def test_30_a_triangle(play):
    run = play(saving("A 0 | B 0 | C 0", "@0 A 500000 B | @0 B 500000 C | @0 C 500000 A"), 1)
    assert channels(run) == ["cycle"] * 3
    assert balances(run) == [0, 0, 0]


def test_30_the_other_way_round(play):
    run = play(saving("A 0 | B 0 | C 0", "@0 A 500000 C | @0 C 500000 B | @0 B 500000 A"), 1)
    assert channels(run) == ["cycle"] * 3


def test_31_four_banks_of_unequal_amounts(play):
    flows = "@0 A 1000000 B | @0 B 1200000 C | @0 C 800000 D | @0 D 900000 A"
    run = play(saving("A 100000 | B 200000 | C 0 | D 100000", flows), 1)
    assert balances(run) == [0, 0, 400000, 0]
    assert column(run, "lsm_sets", "gross") == [3900000]


def test_33_an_offset_at_submission(play):
    run = play(
        saving(
            "A 0 | B 0", "@0 A 500000 B | @0 B 500000 A", entry_disposition_offsetting=True, lsm_config=OFF
        ),
        1,
    )
    assert channels(run) == ["entry_offset"] * 2
    assert column(run, "settlements", "set_id") == [0, 0]
    assert run.rows("lsm_runs") == []


def test_34_the_sequence_of_t2(play):
    run = play(saving("A 10 | B 8", F2_3, algorithm_sequencing=True), 1)
    assert channels(run) == ["partial_netting"] * 2 + [None, "partial_netting", "queue2", None]
    assert balances(run) == [2, 16]
    runs = [(row["algorithm"], row["payments"]) for row in run.rows("lsm_runs")]
    assert runs == [("1", 0), ("2", 3), ("1", 0), ("2", 0), ("3", 0)]


@pytest.mark.parametrize("name", FIXTURES)
def test_35_netting(name):
    money, payments, settled, final, _, _ = FIXTURES[name]
    found = solve("partial_netting", money, queue(payments))
    assert (found.settled.tolist(), found.liquidity.tolist()) == (settled, final)


@pytest.mark.parametrize("name", FIXTURES)
def test_35_the_most_that_could_settle(name):
    money, payments, _, _, value, count = FIXTURES[name]
    found = solve("max_value", money, queue(payments))
    assert (found.value, found.settled.size) == (value, count)
    if name == "F2_3":
        assert found.liquidity.tolist() == [2, 16]


@pytest.mark.parametrize("name", FIXTURES)
def test_netting_settles_no_less_than_cycles(name):
    money, payments, *_ = FIXTURES[name]
    cycles = solve("cycles", money, queue(payments))
    assert solve("partial_netting", money, queue(payments)).value >= cycles.value


def test_netting_settles_less_than_long_cycles_that_pass_by_the_first_in_line():
    """Netting keeps each bank's order, cycles do not: C and D each wait behind a large payment."""
    money, payments, *_ = FIXTURES["F6_1"]
    cycles = solve({"type": "cycles", "max_length": 5}, money, queue(payments))
    assert (cycles.settled.tolist(), cycles.value) == ([2, 3, 4, 5, 6], 31)
    assert solve("partial_netting", money, queue(payments)).value == 0


@pytest.mark.parametrize(("name", "algorithm", "settled"), OTHERS)
def test_36_other_algorithms(name, algorithm, settled):
    money, payments, *_ = FIXTURES[name]
    assert solve(algorithm, money, queue(payments)).settled.tolist() == settled


def test_37_netting():
    payments = ubin()
    found = solve("partial_netting", UBIN, payments)
    left = np.setdiff1d(np.arange(5000), found.settled)
    dropped = [payments[place][0] for place in left]
    assert (found.settled.size, found.value) == (4500, 31132000)
    assert found.liquidity.tolist() == [4134000, 1000, 1000, 0]
    assert [dropped.count(bank) for bank in range(4)] == [0, 227, 168, 105]


def test_37_retries():
    assert solve("fifo_retry", UBIN, ubin()).settled.size == 4502


def test_the_whole_queue_or_nothing():
    assert solve("all_of_queue2", [0, 0], [(0, 1, 5), (1, 0, 5)]).settled.tolist() == [0, 1]
    assert solve("all_of_queue2", [0, 0], [(0, 1, 5), (1, 0, 5), (1, 0, 1)]).settled.tolist() == []


def test_limits_hold_on_arrays():
    mutual = [(0, 1, 5), (0, 1, 3), (1, 0, 5), (1, 0, 3)]
    assert solve("partial_netting", [0, 0], mutual).settled.tolist() == [0, 1, 2, 3]
    assert solve("partial_netting", [0, 0], mutual, {(0, 1): 7}).settled.tolist() == [0, 2]
    assert solve("max_value", [0, 0], mutual, {0: 4}).settled.tolist() == [1, 3]
    assert solve("bilateral", [0, 0], mutual, {(0, 1): 7}).settled.tolist() == []


SOLVED = [
    "bilateral", {"type": "bilateral", "mode": "fifo_prefix"}, {"type": "bilateral", "mode": "lookahead"},
    "cycles", {"type": "cycles", "max_length": 3}, {"type": "cycles", "max_length": 6}, "partial_netting",
    "fifo_retry",
]  # fmt: skip


@pytest.mark.parametrize("algorithm", SOLVED, ids=str)
def test_random_queues_settle_as_by_hand(algorithm):
    rng = np.random.default_rng(5)
    for _ in range(40):
        money, payments = random_queue(rng, 6, 40)
        found = solve(algorithm, money, payments)
        settled, final, value = slow.solve(algorithm, money, payments)
        assert (found.settled.tolist(), found.liquidity.tolist(), found.value) == (settled, final, value)


@pytest.mark.parametrize("algorithm", [SOLVED[1], *SOLVED[3:6]], ids=str)
def test_random_queues_settle_within_limits_as_by_hand(algorithm):
    rng = np.random.default_rng(8)
    for _ in range(40):
        money, payments = random_queue(rng, 5, 30)
        in_all, to_one = (int(most) for most in rng.choice([5, 20, 60], 2))
        found = solve(algorithm, money, payments, {0: in_all, (1, 2): to_one})
        settled, final, value = slow.solve(algorithm, money, payments, [(0, None, in_all), (1, 2, to_one)])
        assert (found.settled.tolist(), found.liquidity.tolist(), found.value) == (settled, final, value)


def random_queue(rng, banks, most):
    money = rng.choice([0, 0, 5, 20], banks).tolist()
    count = int(rng.integers(0, most))
    senders = rng.integers(0, banks, count)
    receivers = (senders + rng.integers(1, banks, count)) % banks
    amounts = rng.choice([1, 2, 5, 10, 10, 10, 37], count)
    return money, np.stack([senders, receivers, amounts], axis=1).tolist()


def test_the_best_set_is_the_best_of_all():
    rng = np.random.default_rng(6)
    for _ in range(1000):
        money, payments = random_queue(rng, 4, 9)
        found = solve("max_value", money, payments)
        assert found.settled.tolist() == slow.solve("max_value", money, payments)[0]


@pytest.mark.parametrize(
    ("money", "payments", "complaint"),
    [
        ([0, -1], [], "liquidity is what a bank can pay: at least 0"),
        ([0, 0], [(0, 2, 5)], "banks are numbers from 0 to 1"),
        ([0, 0], [(1, 1, 5)], "a bank does not pay itself"),
        ([0, 0], [(0, 1, 0)], "amounts are at least 1"),
        ([0, 0], [(0, 1)], r"payments must be a list of \(sender, receiver, amount\), all whole numbers"),
        ([0.5, 0], [], "liquidity must be a list of whole numbers"),
    ],
)
def test_nonsense_is_refused(money, payments, complaint):
    with pytest.raises(ValueError, match=complaint):
        solve("cycles", money, payments)


def test_unknown_algorithms_are_refused():
    with pytest.raises(ScenarioError, match="netting"):
        solve("neting", [0, 0], [])


@pytest.mark.parametrize(("limit", "expected"), [(4, ["queue2"] * 2), (5, ["settled"] * 2)])
def test_a_set_respects_limits(play, limit, expected):
    limits = {"limits": {"bilateral_limits": {"B": limit}}}
    assert statuses(play(saving("A 0 | B 0", MUTUAL, agents={"A": limits}), 1)) == expected


def test_deferred_credits_do_not_pay_within_a_tick(play):
    payments, agents = "@0 A 5 B | @0 B 8 A | @0 A 3 C", {"B": {"unsecured_cap": 3}}
    run = play(saving("A 0 | B 0 | C 0", payments, crediting="deferred", agents=agents), 2)
    assert settled_at(run) == [0, 0, 1]


def test_a_pass_over_the_queue_follows_a_success(play):
    payments, agents = "@0 A 5 B | @0 B 8 A | @0 A 3 C", {"B": {"unsecured_cap": 3}}
    run = play(saving("A 0 | B 0 | C 0", payments, agents=agents), 1)
    assert channels(run) == ["bilateral", "bilateral", "queue2"]


@pytest.mark.parametrize(
    ("banks", "payments", "expected"),
    [
        ("A 0 | B 0", MUTUAL, "gridlock"),
        ("A 0 | B 0", "@0 A 5 B | @0 B 3 A", "deadlock"),
        ("A 0 | B 0 | C 0", "@0 A 9 C | @0 A 5 B | @0 B 5 A", "gridlock"),
    ],
)
def test_gridlock_and_deadlock(play, banks, payments, expected):
    run = play(saving(banks, payments, **algorithms("fifo_retry")), 1)
    assert column(run, "lsm_runs", "gridlock")[-1] == expected


def test_what_could_not_settle_is_found_again_when_liquidity_comes(play):
    """A cycle that lacked one cent settles when an event brings it, though no edge changed."""
    flows = "@0 A 11 B | @0 B 10 C | @0 C 10 A"
    cent = {"type": "DirectTransfer", "from_agent": "D", "to_agent": "A", "amount": 1, "schedule": at(3)}
    run = play(saving("A 0 | B 0 | C 0 | D 1", flows, events=[cent]), 5)
    assert settled_at(run) == [3, 3, 3]
