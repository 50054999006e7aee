"""The picture of the payments world: banks, what waits between them, what moved."""

import pytest

import simcash
from simcash.payments import drawing
from simcash.payments.drawing import MOMENTS, STATES, flows, moments


@pytest.fixture(scope="module")
def week():
    sim = simcash.open("week-with-shocks")
    sim.step(0)
    return sim, sim.step(300)


def named(sim, ends):
    return [sim.world.ids[i] for i in ends]


def test_what_flows_is_what_settled(week):
    sim, batch = week
    found = flows(batch, 20, 260)
    rows = sim.rows("SELECT tick, sender, receiver, amount FROM settlements WHERE tick BETWEEN 20 AND 259")
    told = zip(
        found["tick"].tolist(),
        named(sim, found["source"]),
        named(sim, found["target"]),
        found["amount"].tolist(),
        strict=True,
    )
    assert sorted(told) == sorted(rows)


OF_KIND = {
    "settle": "SELECT tx_id FROM events WHERE kind IN ('RtgsImmediateSettlement', 'Queue2LiquidityRelease')",
    "offset": "SELECT tx_id FROM events WHERE kind IN ('LsmBilateralOffset', 'EntryDispositionOffset')",
    "cycle": "SELECT tx_id FROM events WHERE kind = 'LsmCycleSettlement'",
    "overdue": "SELECT tx_id FROM events WHERE kind = 'TransactionWentOverdue'",
    "outage": "SELECT bank FROM events WHERE kind = 'OutageStarted' AND bank IS NOT NULL",
}


@pytest.mark.parametrize("kind", OF_KIND)
def test_moments_are_those_of_the_events(week, kind):
    sim, batch = week
    found = moments(batch, 0, 300)
    count = (found["kind"] == MOMENTS.index(kind)).sum()
    assert count == len(sim.rows(OF_KIND[kind]))


def test_who_waits_at_the_end_of_the_tick_came_in_it(week):
    sim, batch = week
    found = moments(batch, 0, 300)
    waited = sim.rows(
        "SELECT tick, tx_id FROM payments_log WHERE status IN ('queue1', 'queue2')"
        " AND (tick = arrival_tick OR tick = submission_tick)"
    )
    assert (found["kind"] == MOMENTS.index("queue")).sum() == len(waited) > 0


def test_states_tell_what_is_worst():
    sim = simcash.open("outage-day")
    assert set(sim.picture().nodes["state"]) == {STATES.index("normal")}
    while not sim.done:
        sim.step()
        banks = sim.banks
        late = {row[0] for row in sim.rows(
            "SELECT sender FROM payments WHERE status IN ('queue1', 'queue2') AND overdue_since IS NOT NULL"
        )}  # fmt: skip
        for bank, state in zip(sim.world.ids, sim.picture().nodes["state"], strict=True):
            if STATES[state] == "out of service":
                continue
            in_debt = "in overdraft" if banks.loc[bank, "balance"] < 0 else "normal"
            assert STATES[state] == ("overdue payments" if bank in late else in_debt)


def test_a_bank_is_out_of_service_as_long_as_its_outage_lasts():
    sim = simcash.open("outage-day")
    ticks = set()
    while not sim.done:
        sim.step()
        out = sim.picture().nodes["state"] == STATES.index("out of service")
        ticks |= {(sim.now - 1, sim.world.ids[i]) for i in out.nonzero()[0]}
    started = sim.rows("SELECT tick, bank FROM events WHERE kind = 'OutageStarted' AND bank IS NOT NULL")
    ended = sim.rows("SELECT tick, bank FROM events WHERE kind = 'OutageEnded' AND bank IS NOT NULL")
    lasted = {
        (tick, bank)
        for (first, bank), (end, _) in zip(started, ended, strict=True)
        for tick in range(first, end)
    }
    assert lasted
    assert lasted <= ticks


def test_edges_are_the_same_however_they_are_summed(monkeypatch):
    sim = simcash.open("week-with-shocks")
    sim.run(until=200)
    counted = sim.picture().edges
    monkeypatch.setattr(drawing, "FEW", 0)
    for name, values in sim.picture().edges.items():
        assert values.dtype == counted[name].dtype
        assert values.tolist() == counted[name].tolist() != []
