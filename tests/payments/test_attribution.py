"""Every cent of a bank's cost belongs to one of its payments or to the bank as a whole (spec 3.6)."""

import pytest
from hypothesis import given, settings

import simcash
from simcash.payments.attribution import cost_attribution, payment_costs
from simcash.payments.life import payment
from tests.payments.table import scenario
from tests.twins.strategies import plays

DELAYED = {"delay_cost_per_tick_per_cent": 0.0001}
THREE = scenario("A 0 | B 0", "@0 A 5000 B | @0 A 5000 B | @0 A 5000 B", ticks_per_day=1, costs=DELAYED)


def played(play, record):
    sim = simcash.open(play.data, record=record)
    for action in sorted(play.actions, key=lambda action: action["tick"]):
        sim.step(action["tick"] - sim.now)
        sim.act({key: value for key, value in action.items() if key != "tick"})
    return sim.run(progress=False)


def rows(table):
    return sorted(map(tuple, table.astype(object).where(table.notna(), -1).to_numpy().tolist()))


@pytest.mark.parametrize("record", ["standard", "full"])
def test_21_three_payments_share_two_cents(record):
    sim = simcash.open(THREE, record=record).run()
    assert rows(cost_attribution(sim)) == [(0, "A", "delay", 0, 1), (0, "A", "delay", 1, 1)]
    assert sim.costs.loc["A", "delay"] == 2
    assert payment_costs(sim)["total"].to_dict() == {0: 1, 1: 1}


def test_the_largest_remainders_get_the_cents_left_over():
    """Shares .4, .3 and .8 of a cent: R(1.5) = 2 cents, to the third and the first."""
    payments = "@0 A 4000 B | @0 A 3000 B | @0 A 8000 B"
    sim = simcash.open(scenario("A 0 | B 0", payments, ticks_per_day=1, costs=DELAYED), record="standard")
    assert payment_costs(sim.run())["delay"].to_dict() == {0: 1, 2: 1}


@settings(max_examples=25)
@given(plays(record=("full",)))
def test_what_is_worked_out_is_what_is_stored_at_record_full(play):
    assert rows(cost_attribution(played(play, "standard"))) == rows(cost_attribution(played(play, "full")))


@settings(max_examples=25)
@given(plays(record=("standard", "full")))
def test_attribution_sums_to_each_bank_s_cost(play):
    sim = played(play, play.data["record"])
    found = cost_attribution(sim).groupby(["tick", "bank", "kind"])["amount"].sum().to_dict()
    booked = sim.rows("SELECT tick, bank, kind, sum(amount)::BIGINT FROM costs GROUP BY ALL")
    assert found == {tuple(place): amount for *place, amount in booked}
    table = payment_costs(sim)
    bank_rows = cost_attribution(sim).query("tx_id.isna()")
    assert table["total"].sum() + bank_rows["amount"].sum() == sim.costs.loc["total", "total"]
    assert set(bank_rows["kind"]) <= {
        "overdraft",
        "collateral",
        "liquidity",
        "throughput_penalty",
        "eod_borrowing",
    }


def test_one_bank_alone():
    sim = simcash.open(
        scenario("A 0 | B 0", "@0 A 5000 B | @0 B 8000 A", costs=DELAYED), record="standard"
    ).run()
    whole = cost_attribution(sim)
    assert rows(cost_attribution(sim, "B")) == rows(whole[whole["bank"] == "B"])


def test_the_price_before_a_fork_is_the_old_one():
    data = scenario("A 0 | B 0", "@0 A 30000 B | @0 A 50000 B", ticks_per_day=4, costs=DELAYED)
    sim = simcash.open(data, record="standard")
    sim.step(2)
    child = sim.fork(set={"cost_rates.delay_cost_per_tick_per_cent": 0.001}).run()
    assert payment_costs(child)["delay"].to_dict() == {0: 2 * 3 + 2 * 30, 1: 2 * 5 + 2 * 50}
    assert payment_costs(child)["total"].sum() == child.costs.loc["total", "total"]


def test_a_life_tells_its_delay_at_record_standard():
    sim = simcash.open(scenario("A 0 | B 0", "@0 A 30000 B by 2", costs=DELAYED), record="standard")
    sim.step(5)
    assert payment(sim, 0).costs == {"delay": 3 * 3 + 2 * 15}


def test_without_rows_there_is_no_attribution():
    sim = simcash.open(THREE, record="summary").run()
    with pytest.raises(ValueError, match='open with record="standard", not "summary"'):
        cost_attribution(sim)
    assert payment(sim, 0).costs == {}


# Every tick's shares by themselves, as spec 3.6 says them: what `delays` finds out stretch by stretch.
ONE_BY_ONE = """
    WITH waiting AS (
        SELECT tx_id, sender AS bank, amount, status, overdue_since IS NOT NULL AS late, tick AS first,
            lead(tick, 1, 1000) OVER (PARTITION BY tx_id ORDER BY tick) AS stop
        FROM payments_log
    ), exact AS (
        SELECT b.tick, b.bank, b.amount AS total, w.tx_id, w.amount * $k * if(late, $late, 1) AS share
        FROM costs b JOIN waiting w ON w.bank = b.bank AND b.tick >= first AND b.tick < stop
        WHERE kind = 'delay' AND status IN ('queue1', 'queue2')
    ), floors AS (
        SELECT *, share // 1_000_000_000 AS cents,
            row_number() OVER (PARTITION BY tick, bank ORDER BY share % 1_000_000_000 DESC, tx_id) AS turn
        FROM exact
    ), shares AS (
        SELECT *, cents + if(turn <= total - sum(cents) OVER (PARTITION BY tick, bank), 1, 0) AS mine
        FROM floors
    )
    SELECT tick, bank, 'delay', tx_id, mine::BIGINT FROM shares WHERE mine <> 0 ORDER BY 1, 2, 4
"""


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_scarce_day_s_delay_is_that_of_every_tick_by_itself(seed):
    data = {
        "simulation": {"ticks_per_day": 40, "num_days": 2, "rng_seed": seed},
        "groups": [{
            "prefix": "B", "count": 12, "rate_per_tick": 1, "balance_per_rate": 20_000, "network": "uniform",
            "amount_distribution": {"type": "LogNormal", "mean": 10_000, "std_dev": 9_000},
            "deadline_range": [5, 20],
        }],
        "cost_rates": {"delay_cost_per_tick_per_cent": 0.00037, "overdue_delay_multiplier": 3},
    }  # fmt: skip
    sim = simcash.open(data, record="standard").run()
    told = cost_attribution(sim).query("kind == 'delay'")
    assert len(told) > 1000
    expected = sim.rows(ONE_BY_ONE, {"k": 370_000, "late": 3})
    assert list(told.itertuples(index=False, name=None)) == expected
