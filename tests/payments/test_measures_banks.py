"""Measures of spec section 5 beyond the sums: frontier, channels, network, BCBS 248, parts of payments."""

from dataclasses import replace

import numpy as np
import pytest

import simcash
from simcash.payments.bank_measures import bank_measures
from simcash.payments.flows import arranged, flows
from simcash.payments.frontier import liquidity_axis
from simcash.payments.measures import by_channel, by_tick, channels, delay, measures, settlement
from simcash.payments.monitoring import monitoring
from simcash.payments.network import links
from simcash.payments.tables import CHANNELS
from tests.payments.table import scenario
from tests.payments.test_cases_measures import DAY, EXPECTED


def run(data):
    return simcash.open(data).run(progress=False)


def test_46_the_axis_goes_from_the_lower_to_the_upper_bound():
    axis = liquidity_axis(run(DAY), alphas=(0, 0.5, 1))
    assert axis.loc[0].to_dict() == EXPECTED["lower_bound"] | {"total": 180}
    assert axis.loc[1].to_dict() == EXPECTED["upper_bound"] | {"total": 450}
    assert axis.loc[0.5].to_dict() == {"A": 145, "B": 170, "C": 0, "total": 315}
    assert len(liquidity_axis(run(DAY))) == 11
    with pytest.raises(ValueError, match="alpha goes from 0"):
        liquidity_axis(run(DAY), alphas=(1.1,))


def test_with_the_upper_bound_everything_settles_on_arrival_and_with_less_it_does_not():
    upper = liquidity_axis(run(DAY)).loc[1.0]
    agents = [{"id": id, "opening_balance": int(upper[id])} for id in "ABC"]
    enough = run(DAY | {"agents": agents})
    assert measures(enough)["value"]["delay_indicator"] == 0
    agents[0]["opening_balance"] -= 1
    assert measures(run(DAY | {"agents": agents}))["value"]["delay_indicator"] > 0


def test_46_links_of_the_network():
    found = links(run(DAY))
    paid = {("A", "B"): 200, ("A", "C"): 340, ("B", "C"): 310, ("C", "A"): 350, ("C", "B"): 120}
    assert found["value"].to_dict() == paid
    assert found["returned"].tolist() == [0, 340, 120, 340, 120]
    assert found["share"].sum() == pytest.approx(1)


def test_46_monitoring_tables():
    found = monitoring(run(DAY))
    assert found.a_i["largest_negative"].to_dict() == {
        (0, b): v for b, v in EXPECTED["liquidity_used"].items()
    }
    assert found.a_i["largest_positive"].tolist() == [50, 200, 300]
    assert (
        found.a_i_largest["negative_1"].tolist()
        == found.a_i_largest["negative_mean"].tolist()
        == [290, 50, 0]
    )
    assert found.a_ii["available"].tolist() == [300, 100, 0]
    assert found.a_iii.to_numpy().tolist() == [[540, 350], [310, 320], [470, 650]]
    assert not found.a_iv.any(axis=None)
    assert found.c_i["settled_so_far"].tolist() == EXPECTED["throughput"]
    assert found.c_i["throughput"].tolist() == [value / 1320 for value in EXPECTED["throughput"]]
    assert "A(iv)" in repr(found)
    assert "<table" in found._repr_html_()


def test_monitoring_has_a_row_per_day():
    sim = run(scenario("A 0 | B 100", "@1 A 100 B priority 9 | @2 B 100 A", ticks_per_day=2, days=2))
    found = monitoring(sim)
    assert found.a_i.loc[(1, "B")].tolist() == [100, 0]
    assert found.a_i_largest.loc["B", ["negative_1", "negative_2", "negative_mean"]].tolist() == [100, 0, 50]
    assert found.a_ii["available"].tolist() == [0, 100, 0, 100]
    assert found.a_iv["critical_due"].sum() == 1
    assert found.c_i["throughput"].fillna(-1).tolist() == [-1, -1, 1, 1]


def test_a_set_saves_what_nets_out():
    rates = {"eod_borrowing_rate": 0}
    sim = run(scenario("A 0 | B 0", "@0 A 100 B | @0 B 70 A", ticks_per_day=1, costs=rates))
    found = channels(sim).loc["eod_borrowing"]
    assert found.tolist() == [2, 170, 1, 1, 140]
    assert (measures(sim)["value"]["lsm_share"], measures(sim)["value"]["value_saved"]) == (0, 0)


def test_the_share_of_liquidity_saving():
    sim = run(DAY)
    f = flows(sim)
    done = f.take(f.settles)
    channel, set_id = done.channel.copy(), done.set_id.copy()
    channel[:3], set_id[:3] = CHANNELS.index("cycle"), 7
    cycle = by_channel(replace(done, channel=channel, set_id=set_id))
    at = CHANNELS.index("cycle")
    assert (cycle["payments"][at], cycle["sets"][at]) == (3, 1)
    # A 200 to B, B 250 to C, C 100 to A: A pays 100 net, B 50
    assert cycle["saved"][at] == 550 - 150


def test_46_reciprocity_of_each_bank():
    banks = bank_measures(run(DAY))
    pairs = links(run(DAY))
    for bank in "ABC":
        own = pairs.loc[bank]
        assert banks.loc[bank, "reciprocity"] == pytest.approx(own["returned"].sum() / own["value"].sum())


def test_a_payment_in_parts_is_one_original_that_settles_with_its_last_part():
    """A 90 to B in parts of 30 and 60, settled in ticks 1 and 3; B 20 to A at once."""
    never = np.iinfo(np.int64).max
    f = arranged(("A", "B"), 4, columns(
        tx=[0, 1, 2, 3], parent=[-1, -1, 0, 0], sender=[0, 1, 0, 0], receiver=[1, 0, 1, 1],
        amount=[90, 20, 30, 60], priority=[5] * 4, arrival=[0, 0, 0, 0], deadline=[2, 9, 2, 2],
        settled=[never, 0, 1, 3], gone=[never, 0, 1, 3], seq=[0] * 4, set_id=[-1] * 4,
        channel=[-1, 0, 1, 1],
    ))  # fmt: skip
    ticks = by_tick(f)
    assert ticks["arrived"].tolist() == [110, 0, 0, 0]
    assert ticks["settled"].tolist() == [20, 30, 0, 60]
    assert ticks["queued"].tolist() == [90, 60, 60, 0]
    assert ticks["queued_count"].tolist() == [1, 1, 1, 0]
    values = {m.name: m.value for m in [*settlement(f), *delay(f)]}
    assert (values["arrived"], values["settled"], values["settlement_rate"]) == (2, 2, 1)
    assert values["value_weighted_delay"] == 90 * 3 / 110
    assert (values["overdue"], values["overdue_value"], values["late_share"]) == (1, 90, 0.5)
    assert values["delay_indicator"] == (90 + 60 + 60) / (3 * 110)
    early = f.cut(0, 1, whole=False)
    values = {m.name: m.value for m in settlement(early)}
    assert (values["settled"], values["settled_value"]) == (1, 50)
    assert (values["settlement_rate"], values["settlement_rate_value"]) == (0.5, 20 / 110)


def columns(**values):
    import pandas as pd

    return {name: pd.Series(numbers, dtype="Int64") for name, numbers in values.items()}
