"""Spec cases 37 (gross settlement), 38, 39 and 43: queues, limits, priorities, policies."""

import pytest

from tests.payments.table import column, scenario, statuses


def test_37_strict_order_settles_nothing(play):
    banks = "B1 800000 | B2 800000 | B3 1201000 | B4 1335000"
    flows = [("B1", 5001000, 1000, "B2"), ("B2", 5005000, 2000, "B3"), ("B3", 5006000, 3000, "B4"),
             ("B4", 5008000, 4000, "B1")]  # fmt: skip
    amounts = [[large] + [small] * 1249 for _, large, small, _ in flows]
    payments = [
        f"@0 {sender} {amounts[i][k]} {receiver}"
        for k in range(1250)
        for i, (sender, _, _, receiver) in enumerate(flows)
    ]
    rules = {"queue2_discipline": "strict_fifo", "record": "summary"}
    run = play(scenario(banks, " | ".join(payments), **rules), 1)
    assert statuses(run) == ["queue2"] * 5000


def test_38_bilateral_limit(play):
    limits = {"limits": {"bilateral_limits": {"B": 500000}}}
    run = play(
        scenario("A 2000000 | B 0", "@0 A 600000 B | @1 A 300000 B | @2 A 300000 B", agents={"A": limits})
    )
    assert statuses(run) == ["queue2", "settled", "queue2"]
    assert column(run, "limits", "used") == [0, 300000]
    assert column(run, "limits", "tx_id") == [0, 2]
    assert column(run, "limits", "tick") == [
        0,
        2,
    ]  # the first attempt only, though both are tried in every tick
    assert set(column(run, "queue_snapshots", "reason", tick=3)) == {"bilateral_limit"}


def test_39_escalation(play):
    rule = {"enabled": True, "curve": "linear", "start_escalating_at_ticks": 20, "max_boost": 3}
    run = play(scenario("A 0 | B 0", "@0 A 100 B by 5 priority 3", priority_escalation=rule), 1)
    assert column(run, "payments", "priority") == [5]
    assert column(run, "payments", "original_priority") == [3]
    assert column(run, "notices", "amount", kind="PriorityEscalated") == [5]


@pytest.mark.parametrize(
    ("evaluation", "expected"),
    [("snapshot", ["settled", "queue2", "settled"]), ("sequential", ["settled", "queue1", "settled"])],
)
def test_43_what_a_policy_sees(play, evaluation, expected):
    able = {
        "policy": {"type": "LiquidityAware"}
    }  # without a buffer: release iff effective liquidity suffices
    data = scenario("A 100 | B 0", "@0 A 60 B | @0 A 50 B | @0 A 40 B", agents={"A": able})
    run = play(data | {"policy_evaluation": evaluation}, 1)
    assert statuses(run) == expected


def test_37_gross_settlement_that_lets_later_payments_by():
    """Spec case 37, published and computed: retrying the queue in order settles 4502 of the 5000."""
    import simcash

    with simcash.open("ubin-5000", set={"queue2_discipline": "bypass_fifo"}) as sim:
        settled = sim.run().rows("SELECT count(*) FROM settlements")
    assert settled == [(4502,)]
