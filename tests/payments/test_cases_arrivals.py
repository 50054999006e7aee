"""Spec cases 4, 5, 6, 40 and 44: what arrives, with which amount, deadline and receiver."""

from collections import Counter

import pytest

from tests.payments.table import at, column, costs, scenario, statuses
from tests.twins.runs import latest_payments

LOG_NORMAL = {"type": "LogNormal", "mean": 10000, "std_dev": 5000}
RATES = {
    "liquidity_cost_per_tick_bps": 83,
    "delay_cost_per_tick_per_cent": 0.2,
    "deadline_penalty": 50000,
    "eod_penalty": 100000,
}


def arrivals(receiver, rate=2):
    return {
        "rate_per_tick": rate,
        "amount_distribution": LOG_NORMAL,
        "counterparty_weights": {receiver: 1},
        "deadline_range": [3, 8],
    }


def two_banks(fraction_a, fraction_b, rate_b=2, **settings):
    pools = f"BANK_A 0 pool 1000000 fraction {fraction_a} | BANK_B 0 pool 1000000 fraction {fraction_b}"
    agents = {
        "BANK_A": {"arrival_config": arrivals("BANK_B")},
        "BANK_B": {"arrival_config": arrivals("BANK_A", rate_b)},
    }
    rules = {"crediting": "deferred", "deadline_cap_at_eod": True}
    return scenario(pools, ticks_per_day=12, agents=agents, costs=RATES, **rules, **settings)


def of(run, sender):
    return [payment for payment in latest_payments(run) if payment["sender"] == sender]


def first(payments, name, count=5):
    return [payment[name] for payment in payments[:count]]


def test_4_arrivals_of_the_peer(play):
    run = play(two_banks(0.5, 0.5, compat="simcash"))
    a, b = of(run, "BANK_A"), of(run, "BANK_B")
    assert (len(a), sum(first(a, "amount", 99))) == (25, 223188)
    assert (len(b), sum(first(b, "amount", 99))) == (28, 279462)
    assert set(statuses(run)) == {"settled"}
    assert first(a, "amount") == [4090, 6419, 3939, 8791, 6226]
    assert first(a, "deadline_tick") == [3, 8, 4, 3, 4]
    assert costs(run) == (49800, 49800)


def test_4_balances_of_the_peer(play):
    run = play(two_banks(0.5, 0.5, compat="simcash"))
    a = column(run, "bank_ticks", "balance", bank="BANK_A")
    assert a == [
        502341,
        545641,
        527778,
        523601,
        510106,
        493321,
        475421,
        464464,
        478108,
        504592,
        511323,
        56274,
    ]
    b = column(run, "bank_ticks", "balance", bank="BANK_B")
    assert b == [1000000 - x for x in a[:-1]] + [-56274]


@pytest.mark.parametrize(
    ("fraction", "settled", "total", "delay"),
    [(0.2, 53, (19920, 19920), (0, 0)), (0.05, 51, (7975, 15342), (2995, 10362))],
)
def test_5_scarcer_liquidity(play, fraction, settled, total, delay):
    run = play(two_banks(fraction, fraction, compat="simcash"))
    assert statuses(run).count("settled") == settled
    assert costs(run) == total
    assert costs(run, "delay") == delay


def test_6_arrivals_of_the_default_dialect(play):
    run = play(two_banks(0.5, 0.5))
    a, b = of(run, "BANK_A"), of(run, "BANK_B")
    assert (len(a), sum(first(a, "amount", 99))) == (27, 227776)
    assert (len(b), sum(first(b, "amount", 99))) == (22, 223851)
    assert set(statuses(run)) == {"settled"}
    assert first(a, "amount") == [17458, 7219, 3912, 4640, 3606]
    assert first(a, "deadline_tick") == [6, 11, 7, 7, 8]
    balances = column(run, "bank_ticks", "balance", bank="BANK_A")
    assert balances == [526324, 518511, 543944, 556756, 523395, 516995, 510744, 495306, 501962, 471840,
                        455488, -3925]  # fmt: skip
    assert costs(run) == (49800, 49800)


def test_6_another_rate_of_b_leaves_a_alone(play):
    before, after = play(two_banks(0.5, 0.5)), play(two_banks(0.5, 0.5, rate_b=3))
    assert len(latest_payments(after)) == 56
    drawn = ("amount", "receiver", "arrival_tick", "deadline_tick", "priority")
    for name in drawn:
        assert first(of(after, "BANK_A"), name, 99) == first(of(before, "BANK_A"), name, 99)


@pytest.mark.parametrize(
    ("compat", "arrival_tick", "deadline"),
    [("simcash", 10, 12), ("simcash", 11, 12), ("none", 10, 11), ("none", 11, 12)],
)
def test_40_deadlines_capped_at_the_end_of_the_day(play, compat, arrival_tick, deadline):
    config = arrivals("B", rate=5)
    data = scenario("A 0 | B 0", ticks_per_day=12, days=2, agents={"A": {"arrival_config": config}},
                    deadline_cap_at_eod=True, compat=compat)  # fmt: skip
    late = [p for p in latest_payments(play(data)) if p["arrival_tick"] == arrival_tick]
    assert {p["deadline_tick"] for p in late} == {deadline}


def test_44_weights_balanced_after_a_change(play):
    config = arrivals("B", rate=3000) | {"counterparty_weights": {"B": 0.6, "C": 0.3, "D": 0.1}}
    change = {
        "type": "CounterpartyWeightChange", "agent": "A", "counterparty": "B", "new_weight": 0.2,
        "auto_balance_others": True, "schedule": at(1),
    }  # fmt: skip
    data = scenario("A 0 | B 0 | C 0 | D 0", ticks_per_day=2, agents={"A": {"arrival_config": config}},
                    events=[change], record="summary")  # fmt: skip
    payments = latest_payments(play(data))
    assert shares(payments, 0) == pytest.approx({"B": 0.6, "C": 0.3, "D": 0.1}, abs=0.03)
    assert shares(payments, 1) == pytest.approx({"B": 0.2, "C": 0.6, "D": 0.2}, abs=0.03)


def shares(payments, tick):
    counts = Counter(p["receiver"] for p in payments if p["arrival_tick"] == tick)
    return {bank: count / counts.total() for bank, count in counts.items()}
