"""PSSimPy's tables in and out."""

import pandas as pd
import pytest

import simcash
from simcash.core.tabular import TableError
from simcash.payments import from_pssimpy, to_pssimpy
from tests.payments.table import scenario

ACCOUNTS = {"id": ["acc1", "acc2", "acc3"], "owner": ["b1", "b2", "b3"], "balance": [100, 0, 50],
            "posted_collateral": [0, 30, 0]}  # fmt: skip
TRANSACTIONS = {
    "sender_account": ["acc1", "acc2", "acc3"], "recipient_account": ["acc2", "acc3", "acc1"],
    "amount": [100, 120, 1], "time": ["08:00", "08:20", "16:59"], "day": [1, 1, 3], "priority": [1, 6, 20],
}  # fmt: skip


def test_accounts_become_banks_and_windows_ticks():
    day = from_pssimpy(ACCOUNTS, TRANSACTIONS, num_days=4)
    data = day.source.data
    assert data["simulation"] == {
        "ticks_per_day": 36, "num_days": 4, "rng_seed": 1, "lsm_enabled": False, "day_start": "08:00",
        "tick_minutes": 15,
    }  # fmt: skip
    assert data["crediting"] == "deferred"
    assert data["payments"] == {
        "tick": [0, 1, 107], "sender": ["acc1", "acc2", "acc3"], "receiver": ["acc2", "acc3", "acc1"],
        "amount": [100, 120, 1], "deadline_tick": [143] * 3, "priority": [10, 5, 0],
    }  # fmt: skip
    assert [agent["opening_balance"] for agent in data["agents"]] == [100, 0, 50]
    with day.open() as sim:
        assert sim.run().table("settlements")["tick"].tolist() == [0, 1, 107]
        assert sim.rows("SELECT \"limit\" FROM bank_ticks WHERE bank = 'acc2' AND tick = 0") == [(30,)]


def test_what_comes_in_is_spent_in_the_next_window():
    same = TRANSACTIONS | {"time": ["08:00", "08:00", "08:00"], "day": [1, 1, 1]}
    with from_pssimpy(ACCOUNTS | {"posted_collateral": [0, 20, 0]}, same).open() as sim:
        assert sim.run().rows("SELECT tx_id, tick FROM settlements ORDER BY 1") == [(0, 0), (1, 1), (2, 0)]


def test_units_are_the_same_for_balances_and_amounts():
    day = from_pssimpy(ACCOUNTS | {"balance": [100.5, 0, 50]}, TRANSACTIONS, num_days=3)
    assert day.payments["amount"].tolist() == [10000, 12000, 100]
    assert day.source.data["agents"][0]["opening_balance"] == 10050
    assert day.source.data["agents"][1]["posted_collateral"] == 3000


def test_transactions_outside_the_hours_are_faulty():
    early = TRANSACTIONS | {"time": ["07:59", "08:20", "17:00"]}
    with pytest.raises(TableError, match="2 of 3 payments cannot be used"):
        from_pssimpy(ACCOUNTS, early, num_days=3)
    assert from_pssimpy(ACCOUNTS, early, num_days=3, faulty="drop").payments["row"].tolist() == [1]


def test_files_and_frames_are_read_alike(tmp_path):
    for name, table in (("accounts", ACCOUNTS), ("transactions", TRANSACTIONS)):
        pd.DataFrame(table).to_csv(tmp_path / f"{name}.csv", index=False)
    from_files = from_pssimpy(tmp_path / "accounts.csv", tmp_path / "transactions.csv", num_days=3)
    from_frames = from_pssimpy(pd.DataFrame(ACCOUNTS), pd.DataFrame(TRANSACTIONS), num_days=3)
    assert from_files.source.data == from_frames.source.data


@pytest.mark.parametrize(
    ("accounts", "transactions", "message"),
    [
        ({"owner": None}, {}, 'no column "owner"'),
        (
            {},
            {"sender_account": ["acc1", "acc", "acc3"]},
            'row 1, sender_account: unknown "acc"; did you mean',
        ),
        ({"balance": ["a", 1, 2]}, {}, 'accounts: row 0, balance "a" is no amount'),
        ({}, {"time": [1, 2, 3]}, 'times are written like "08:15"'),
    ],
)
def test_mistakes_name_table_row_and_column(accounts, transactions, message):
    held = {key: value for key, value in (ACCOUNTS | accounts).items() if value is not None}
    with pytest.raises(TableError, match=message.replace("(", r"\(")):
        from_pssimpy(held, TRANSACTIONS | transactions, num_days=3)


def test_a_run_goes_out_as_tables():
    given = scenario(
        "A 100 pool 20 | B 50 collateral 9", "@0 A 60 B priority 9 | @7 B 20 A | @13 A 1 B", days=2
    )
    given["simulation"] |= {"day_start": "09:00", "tick_minutes": 30}
    with simcash.open(given) as sim:
        tables = to_pssimpy(sim.run())
    assert tables.banks["name"].tolist() == ["A", "B"]
    assert tables.accounts.to_dict("list") == {
        "id": ["A", "B"], "owner": ["A", "B"], "balance": [120, 50], "posted_collateral": [0, 9],
    }  # fmt: skip
    assert tables.transactions.to_dict("list") == {
        "sender_account": ["A", "B", "A"], "recipient_account": ["B", "A", "B"], "amount": [60, 20, 1],
        "priority": [2, 6, 6], "day": [1, 1, 2], "time": ["09:00", "12:30", "10:30"], "tx_id": [0, 1, 2],
    }  # fmt: skip
    assert tables.times == {
        "open_time": "09:00", "close_time": "14:00", "processing_window": 30, "num_days": 2,
    }  # fmt: skip
    assert set(tables.arguments) == {"banks", "accounts", "transactions", *tables.times}


def test_out_and_in_again():
    day = from_pssimpy(ACCOUNTS, TRANSACTIONS, num_days=3)
    with day.open() as sim:
        tables = to_pssimpy(sim.run())
    back = from_pssimpy(tables.accounts, tables.transactions, num_days=3)
    assert back.source.data == day.source.data


def test_a_day_past_midnight_does_not_fit():
    with (
        simcash.open(scenario("A 1 | B 2", ticks_per_day=100)) as sim,
        pytest.raises(ValueError, match="past midnight"),
    ):
        to_pssimpy(sim.run())
