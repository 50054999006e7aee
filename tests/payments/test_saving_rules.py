"""What stops sets of payments: limits, outages, capacity; and what is found again when it ends."""

import pytest

from tests.payments.table import at, scenario, settled_at, statuses

MUTUAL = "@0 A 5 B | @0 B 5 A"


def saving(banks, payments, *events, algorithms=("bilateral", "cycles"), **settings):
    """A scenario in which events of tick 0 meet these algorithms."""
    data = scenario(
        banks, payments, events=[{"schedule": at(0)} | event for event in events],
        lsm_config={"algorithms": list(algorithms)}, **settings,
    )  # fmt: skip
    data["simulation"]["lsm_enabled"] = True
    return data


@pytest.mark.parametrize("algorithm", [
    "bilateral", {"type": "bilateral", "mode": "fifo_prefix"}, {"type": "bilateral", "mode": "lookahead"},
    "partial_netting", "max_value",
], ids=str)  # fmt: skip
@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"type": "LsmOutage", "duration": 2}, 2),
        ({"type": "SystemOutage", "duration": 3}, 3),
        ({"type": "ParticipantOutage", "agent": "B", "direction": "receive", "duration": 2}, 2),
        ({"type": "CapacityLimit", "max_settlements_per_tick": 1, "duration": 2}, 2),
        ({"type": "CapacityLimit", "max_settlements_per_tick": 2}, 0),
    ],
)
def test_outages_stop_sets_until_they_end(play, algorithm, event, expected):
    run = play(saving("A 0 | B 0", MUTUAL, event, algorithms=[algorithm]), 5)
    assert settled_at(run) == [expected] * 2


@pytest.mark.parametrize("event", [
    {"type": "ParticipantOutage", "agent": "C", "direction": "receive", "duration": 2},
    {"type": "CapacityLimit", "max_settlements_per_tick": 2, "duration": 2},
    {"type": "LsmOutage", "duration": 2},
])  # fmt: skip
def test_cycles_wait_for_an_outage_to_end(play, event):
    run = play(saving("A 0 | B 0 | C 0", "@0 A 5 B | @0 B 5 C | @0 C 5 A", event), 4)
    assert settled_at(run) == [2] * 3


def test_offsets_at_submission_pause_with_liquidity_saving(play):
    data = saving("A 0 | B 0", MUTUAL, {"type": "LsmOutage"}, entry_disposition_offsetting=True)
    data["lsm_config"] = {"enable_bilateral": False, "enable_cycles": False}
    assert statuses(play(data, 3)) == ["queue2"] * 2


def test_the_best_prefixes_fit_into_the_capacity(play):
    flows = "@0 A 5 B | @0 A 4 B | @0 A 6 B | @0 B 6 A | @0 B 5 A | @0 B 4 A"
    limit = {"type": "CapacityLimit", "max_settlements_per_tick": 3}
    prefixes = [{"type": "bilateral", "mode": "fifo_prefix"}]
    assert statuses(play(saving("A 3 | B 0", flows, algorithms=prefixes), 1)) == ["settled"] * 6
    run = play(saving("A 3 | B 0", flows, limit, algorithms=prefixes), 1)
    assert settled_at(run) == [0, 0, None, 0, None, None]


def test_netting_leaves_out_a_bank_that_is_cut_off_and_what_is_behind(play):
    flows = "@0 A 5 B | @0 B 5 A | @0 B 4 C | @0 C 4 B"
    outage = {"type": "ParticipantOutage", "agent": "C", "direction": "receive"}
    run = play(saving("A 0 | B 0 | C 0", flows, outage, algorithms=["partial_netting"]), 2)
    assert settled_at(run) == [0, 0, 1, 1]


def test_the_best_set_leaves_out_what_is_cut_off_and_fits_into_the_capacity(play):
    flows = "@0 A 9 C | @0 C 9 A | @0 A 5 B | @0 B 5 A | @0 A 2 B | @0 B 2 A"
    outage = {"type": "ParticipantOutage", "agent": "C", "direction": "receive"}
    limit = {"type": "CapacityLimit", "max_settlements_per_tick": 3}
    run = play(saving("A 0 | B 0 | C 0", flows, outage, limit, algorithms=["max_value"]), 1)
    assert settled_at(run) == [None, None, 0, 0, None, None]


def test_a_net_basis_counts_what_comes_back_in_the_set(play):
    limits = {"limits": {"multilateral_limit": 0, "basis": "net"}}
    assert statuses(play(saving("A 0 | B 0", MUTUAL, agents={"A": limits}), 1)) == ["settled"] * 2


def test_liquidity_saving_can_be_off(play):
    data = saving("A 0 | B 0", MUTUAL)
    data["simulation"]["lsm_enabled"] = False
    assert statuses(play(data, 1)) == ["queue2"] * 2
