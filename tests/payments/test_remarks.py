"""What is said of files in SimCash's format: the parts that its own engine ignored."""

import pytest

from simcash.core.scenario import read
from simcash.payments.remarks import OPENING, ignored
from tests.payments import trees as b
from tests.payments.written import ARRIVALS, FIXED, ONCE, data

BANKS = data()["agents"]


def bank(**settings):
    return {"agents": [BANKS[0] | settings, BANKS[1]]}


def with_policy(**tree):
    return bank(policy={"type": "Inline", "decision_trees": b.policy(**tree)})


STAGGER = b.action("StaggerSplit", num_splits=b.number(2), stagger_gap_ticks=b.number(3))
BUDGET = b.action("SetReleaseBudget", focus_cpty_list=b.number(["B"]), max_per_cpty=b.number(5))
BAND = {"rate_per_tick": 1, "amount_distribution": FIXED, "deadline_offset_min": 1, "deadline_offset_max": 2}
RATES = {"type": "GlobalArrivalRateChange", "multiplier": 2, "schedule": ONCE}


@pytest.mark.parametrize(
    ("settings", "paths"),
    [
        ({}, []),
        ({"queue1_ordering": "priority_deadline"}, [("queue1_ordering",)]),
        ({"queue1_ordering": "fifo", "priority_mode": False, "eod_rush_threshold": 0.8}, []),
        ({"priority_mode": True}, [("priority_mode",)]),
        ({"priority_escalation": {"enabled": True}}, [("priority_escalation",)]),
        ({"priority_escalation": {"enabled": False, "max_boost": 5}}, []),
        ({"algorithm_sequencing": True}, [("algorithm_sequencing",)]),
        ({"entry_disposition_offsetting": True}, [("entry_disposition_offsetting",)]),
        ({"eod_rush_threshold": 0.9}, [("eod_rush_threshold",)]),
        ({"cost_rates": {"eod_borrowing_rate": 0.1}}, [("cost_rates", "eod_borrowing_rate")]),
        (bank(posted_collateral=5, collateral_haircut=0.1, limits={"multilateral_limit": 5}),
         [("agents", 0, "posted_collateral"), ("agents", 0, "collateral_haircut"), ("agents", 0, "limits")]),
        (bank(policy={"type": "FromJson", "json_path": "keep-a-buffer", "params": {"buffer": 5}}),
         [("agents", 0, "policy", "params")]),
        (with_policy(payment=STAGGER), [("agents", 0, "policy")]),
        (with_policy(bank_tree=BUDGET), [("agents", 0, "policy")] * 2),
        (with_policy(payment=b.HOLD), []),
        (bank(arrival_bands={"urgent": BAND}) | {"scenario_events": [RATES]}, [("scenario_events", 0)]),
        (bank(arrival_config=ARRIVALS) | {"scenario_events": [RATES]}, []),
        ({"priority_mode": True, "record": "full"}, []),
        ({"priority_mode": True, "compat": "simcash"}, [("priority_mode",)]),
    ],
)  # fmt: skip
def test_what_was_ignored(settings, paths):
    assert [path for path, _ in ignored(read(data(**settings)))] == paths


def test_validate_says_so_with_the_line(tmp_path, capsys, monkeypatch):
    from simcash.cli import main

    path = tmp_path / "old.yaml"
    path.write_text(
        "simulation: {ticks_per_day: 2, num_days: 1, rng_seed: 1, lsm_enabled: false}\n"
        "priority_mode: true\n"
        "agents:\n  - {id: A, opening_balance: 5}\n"
    )
    monkeypatch.setattr("sys.argv", ["simcash", "validate", str(path)])
    with pytest.raises(SystemExit) as caught:
        main()
    assert not caught.value.code
    told = capsys.readouterr().out.splitlines()
    assert told[1] == f"{path} line 2: priority_mode: {OPENING}the central queue knew no priorities"
