"""A table of real payments becomes a scenario; what it leaves open is assumed and said."""

import numpy as np
import pandas as pd
import pytest

import simcash
from simcash.core.tabular import TableError
from simcash.payments import from_table

CSV = """tx_id,time,sender,receiver,amount,priority,deadline,settlement_time
P1,07:00:05,AAA,BBB,100.00,HIGH,07:30,07:00:09
P2,07:10,BBB,CCC,50.5,2,,07:30
P3,08:15,CCC,AAA,"1,000.25",,08:15,09:00
P4,08:16,CCC,AAA,20,0,23:00,
"""


@pytest.fixture
def written(tmp_path):
    def write(text=CSV, name="day.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def frame(**changes):
    return pd.DataFrame({
        "tick": [0, 3, 3], "from": ["A", "B", "A"], "to": ["B", "A", "C"], "amount": [500, 300, 200],
    } | changes)  # fmt: skip


def columns_of(day, *names):
    return [day.payments[name].tolist() for name in names]


def test_a_csv_is_read_to_the_cent_and_the_minute(written):
    day = from_table(written())
    assert columns_of(day, "row", "id", "sender", "receiver", "amount", "tick", "priority") == [
        [2, 3, 4, 5], ["P1", "P2", "P3", "P4"], ["AAA", "BBB", "CCC", "CCC"], ["BBB", "CCC", "AAA", "AAA"],
        [10000, 5050, 100025, 2000], [0, 10, 75, 76], [10, 2, 5, 0],
    ]  # fmt: skip
    assert day.payments["deadline_tick"].tolist() == [30, 179, 75, 179]  # opening hours: 07:00 to 10:00
    assert day.payments["settled_tick"].tolist() == [0, 30, 120, pd.NA]


def test_the_report_says_what_was_found_and_assumed(written):
    day = from_table(written())
    text = repr(day)
    for part in (
        "payments  4, value 1,170.75, on 1 day",
        "banks     3",
        "submitted: time, sender: sender",
        "180 ticks a day of 1 min, 07:00 to 10:00",
        "actual times of 3 payments",
        "amounts are in currency units: some have decimals",
        "1 payments have no deadline: the end of their day",
        "1 payments have no priority: 5 of 0 to 10",
        "priorities in words: HIGH as 10",
        "1 deadlines not after the tick of submission: the tick after it",
        "each bank's liquidity upper bound",
    ):
        assert part in text
        assert part.split(",")[0] in day._repr_html_().replace("&#x27;", "'") or "  " in part


def test_it_opens_as_a_simulation_with_times_of_day(written):
    day = from_table(written(), seed=9)
    with day.open(set={"agents.AAA.opening_balance": 0}) as sim:
        assert sim.seed == 9
        assert sim.run(until=75).clock.label(sim.now) == "day 0, 08:15"
        sim.run()
        assert sim.rows("SELECT source, count(*) FROM payments GROUP BY 1") == [("listed", 4)]
    with simcash.open(day) as again:
        assert again.run().rows("SELECT count(*) FROM settlements") == [(4,)]
        with simcash.open(again) as third:
            assert third.source == again.source


def test_simulated_and_actual_settlement_are_compared(written):
    day = from_table(written())
    with day.open() as sim:
        sim.run()
        found = day.compare(sim)
    assert found.payments["tx_a"].tolist() == [2, 3, 4, 5]  # lines of the file
    assert found.payments["settled_b"].tolist() == [0, 10, 75, 76]
    assert found.payments["ticks"].tolist() == [0, -20, -45, pd.NA]
    assert found.payments["change"].tolist() == ["same", "earlier", "earlier", "newly"]
    assert "simulated against actual: 4 payments, matched by row" in repr(found)
    with day.open() as early, pytest.raises(ValueError, match="no actual"):
        from_table(frame()).compare(early)


def test_a_table_out_of_order_is_compared_row_by_row():
    late_first = frame(tick=[5, 3, 0], settled=[6, 3, 1])
    day = from_table(late_first)
    with day.open() as sim:
        found = day.compare(sim.run())
    assert found.payments["tx_a"].tolist() == [2, 1, 0]
    assert found.payments["settled_b"].tolist() == [0, 3, 5]
    assert found.payments["ticks"].tolist() == [-1, 0, -1]


def test_only_what_has_arrived_is_compared():
    day = from_table(frame(settled=[1, 4, 5]))
    with day.open() as sim:
        sim.step(2)
        assert len(day.compare(sim).payments) == 1


def test_another_day_is_not_compared():
    day = from_table(frame(settled=[1, 4, 5]))
    with from_table(frame(amount=[1, 2, 3])).open() as other:
        other.run()
        with pytest.raises(ValueError, match="no simulation of this day"):
            day.compare(other)
    with day.open(record="off") as silent, pytest.raises(ValueError, match="keeps no payments"):
        day.compare(silent)


def test_an_id_that_stands_twice_is_told():
    assert "1 have an id that an earlier payment has too" in repr(from_table(frame(id=["x", "y", "x"])))


def test_the_payments_of_a_run_come_back_as_a_day(tmp_path):
    with simcash.open("three-banks", set={"simulation.lsm_enabled": False}) as sim:
        sim.run()
        given = sim.table("payments").sort_values("tx_id").reset_index(drop=True)
        sim.export(tmp_path)
    day = from_table(tmp_path / "payments.parquet", ticks_per_day=sim.clock.ticks_per_day, opening=10**9)
    came = day.payments.sort_values("id").reset_index(drop=True)
    for column, original in {
        "amount": "amount",
        "tick": "arrival_tick",
        "settled_tick": "settled_tick",
    }.items():
        assert came[column].fillna(-1).tolist() == given[original].fillna(-1).tolist()
    with day.open() as again:
        assert day.compare(again.run()).summary.loc["later", "payments"] == 0  # there is plenty of money now


def test_opening_balances_are_the_bounds_of_the_day():
    # A pays 500 at 0, is paid 300 and pays 200 at 3; B gets 500, pays 300; C gets 200.
    def balances(**how):
        return {agent["id"]: agent["opening_balance"] for agent in
                from_table(frame(), **how).source.data["agents"]}  # fmt: skip

    assert balances() == {"A": 500, "B": 0, "C": 0}
    assert balances(opening="lower") == {"A": 400, "B": 0, "C": 0}
    assert balances(opening="25%") == {"A": 425, "B": 0, "C": 0}
    assert balances(opening=7) == {"A": 7, "B": 7, "C": 7}
    assert balances(opening={"A": 1, "B": "2.50", "C": 3, "D": 4}) == {"A": 1, "B": 250, "C": 3, "D": 4}


def test_the_upper_bound_settles_all_on_arrival_and_the_lower_all_in_the_end():
    rng = np.random.default_rng(5)
    sender = rng.integers(0, 6, 300)
    table = pd.DataFrame({
        "tick": np.sort(rng.integers(0, 40, 300)),
        "sender": np.array(list("ABCDEF"))[sender],
        "receiver": np.array(list("ABCDEF"))[(sender + rng.integers(1, 6, 300)) % 6],
        "amount": rng.integers(1, 10_000, 300),
    })  # fmt: skip
    with from_table(table).open() as sim:
        waits = sim.run().rows("SELECT sum(wait_ticks), count(*) FROM settlements")
    assert waits[0][1] == 300
    day = from_table(table, opening="lower", ticks_per_day=60)
    short = sum(agent["opening_balance"] for agent in day.source.data["agents"])
    with day.open() as sim:
        sim.run()
        assert sim.measures().loc["lower_bound", "value"] == short
        assert from_table(table).source.data["agents"] != day.source.data["agents"]


@pytest.mark.parametrize(
    ("amounts", "how", "cents", "said"),
    [
        ([500, 300, 200], {}, [500, 300, 200], "in cents"),
        ([500, 300, 200], {"unit": "units"}, [50000, 30000, 20000], ""),
        ([5.5, 3, 2.25], {}, [550, 300, 225], "in currency units"),
        (["5.50", "3", "2.2"], {}, [550, 300, 220], "in currency units"),
        (["5.00", "3.00", "2.00"], {"unit": "cents"}, [5, 3, 2], ""),
        (["1.000,50", "3", "2,2"], {}, [100050, 300, 220], "decimal comma"),
        (["1 000", "3_000", "2'000"], {}, [1000, 3000, 2000], "in cents"),
        (["90071992547409.91", "0.01", "0.29"], {}, [2**53 - 1, 1, 29], "in currency units"),
        ([1.1, 2.29, 1e9 + 0.07], {}, [110, 229, 100_000_000_007], "in currency units"),
    ],
)
def test_money_is_exact(amounts, how, cents, said):
    day = from_table(frame(amount=amounts), **how)
    assert day.payments["amount"].tolist() == cents
    assert any(said in line for line in day.assumed) or not said


def test_dates_make_days_and_hours_cut_them():
    times = ["2024-03-04T09:00", "2024-03-04 17:59:59", "2024-03-06T08:00:30"]
    table = frame(tick=None).drop(columns="tick").assign(
        submitted=times, due=["2024-03-04T10:00", "2024-03-05T10:00", "2024-03-06T07:00"],
        settled=["2024-03-04T09:30", "2024-03-06T08:00", "2024-03-07T08:00"],
    )  # fmt: skip
    day = from_table(table, hours=("08:00", "18:00"), tick_minutes=10)
    assert day.source.data["simulation"] == {
        "ticks_per_day": 60, "num_days": 2, "rng_seed": 1, "lsm_enabled": False, "day_start": "08:00",
        "tick_minutes": 10,
    }  # fmt: skip
    assert day.payments["tick"].tolist() == [6, 59, 60]
    assert day.payments["deadline_tick"].tolist() == [12, 59, 60]  # no 5th: the end of the day before
    assert day.payments["settled_tick"].tolist() == [9, 60, pd.NA]
    dates = {name: pd.to_datetime(table[name], format="ISO8601") for name in ("submitted", "due", "settled")}
    as_dates = table.assign(**dates)
    again = from_table(as_dates, hours=("08:00", "18:00"), tick_minutes=10)
    assert again.payments.equals(day.payments)


def test_a_day_may_go_on_past_midnight():
    times = ["2024-03-04T18:00", "2024-03-04T23:59", "2024-03-05T17:59"]
    table = frame(tick=None).drop(columns="tick").assign(time=times)
    day = from_table(table, hours=("18:00", "18:00"))
    assert day.payments["tick"].tolist() == [0, 359, 1439]
    clocks = frame(tick=None).drop(columns="tick").assign(time=["18:00", "23:59", "17:59"])
    assert from_table(clocks, hours=("18:00", "18:00")).payments["tick"].tolist() == [0, 359, 1439]


def test_days_may_be_named_in_a_column():
    day = from_table(frame(time=["09:00", "09:30", "09:00"], day=[2, 2, 10]), columns={"submitted": "time"})
    assert day.payments["tick"].tolist() == [0, 30, 60]
    assert "2 days" in repr(day)


def test_ticks_may_count_through_several_days():
    table = frame(tick=[0, 13, 25], deadline=[5, 30, 26], settled=[1, 25, None])
    day = from_table(table, ticks_per_day=10)
    assert day.source.data["simulation"]["num_days"] == 3
    assert day.payments["tick"].tolist() == [0, 13, 25]
    assert day.payments["deadline_tick"].tolist() == [5, 29, 26]
    assert day.payments["settled_tick"].tolist() == [1, 25, pd.NA]
    assert from_table(frame()).source.data["simulation"]["ticks_per_day"] == 4


def test_parquet_is_read_with_its_types(tmp_path):
    import duckdb

    path = tmp_path / "day.parquet"
    duckdb.sql(f"""
        COPY (SELECT TIMESTAMP '2024-03-04 09:00:00' AS submitted, 'A' AS sender, 'B' AS receiver,
              12345678901234.56::DECIMAL(18, 2) AS amount, TIME '10:00:00' AS deadline)
        TO '{path}' (FORMAT parquet)
    """)
    day = from_table(path)
    assert day.payments["amount"].tolist() == [1234567890123456]
    assert day.payments["deadline_tick"].tolist() == [59]


FAULTS = """time,sender,receiver,amount,priority
09:00,A,B,10.00,5
09:01,A,A,10.00,5
09:02,A,B,-10.00,5
09:03,,B,10.00,5
,A,B,10.00,5
9h05,A,B,10.00,5
09:06,A,B,ten,5
09:07,A,B,10.005,5
09:08,A,B,10.00,11
"""


def test_faulty_rows_are_refused_with_line_column_and_value(written):
    with pytest.raises(TableError) as caught:
        from_table(written(FAULTS))
    assert str(caught.value).splitlines() == [
        'day.csv: 8 of 9 payments cannot be used (faulty="drop" leaves them out)',
        '  line 3, receiver "A": a bank does not pay itself',
        '  line 4, amount "-10.00": is not positive',
        '  line 5, sender "": no bank is named',
        '  line 6, time "": no time of submission',
        '  line 7, time "9h05": is not one of the clock times around it',
        '  line 8, amount "ten": is not an amount of at most two decimals, at most 2**53 cents',
        '  line 9, amount "10.005": is not an amount of at most two decimals, at most 2**53 cents',
        '  line 10, priority "11": is not 0 to 10, and no word for a priority',
    ]


def test_faulty_rows_can_be_left_out(written):
    day = from_table(written(FAULTS), faulty="drop")
    assert day.payments["row"].tolist() == [2]
    assert day.dropped["row"].tolist() == [3, 4, 5, 6, 7, 8, 9, 10]
    assert "left out  1: receiver: a bank does not pay itself" in repr(day)


def test_what_lies_outside_the_hours_is_faulty(written):
    with pytest.raises(TableError, match='line 2, time "07:00:05": lies outside the hours of the day'):
        from_table(written(), hours=("07:05", "18:00"))


@pytest.mark.parametrize(
    ("table", "how", "message"),
    [
        (frame(), {"columns": {"sender": "form"}}, 'unknown column "form"; did you mean "from"?'),
        (frame(), {"columns": {"payer": "from"}}, 'unknown meaning "payer"'),
        (frame(), {"columns": ["amount"]}, 'columns are {"meaning": "column"}, not list'),
        (frame().drop(columns="from"), {}, "no column says sender; its columns: tick, to, amount. Say which"),
        (frame()[:0], {}, "there is no payment in it"),
        (frame(deadline=["09:00"] * 3), {}, "submitted has tick numbers, deadline has clock times"),
        (frame(), {"opening": {"A": 1, "BB": 2, "C": 3}}, 'no balance for "B"; did you mean "BB"?'),
        (frame(), {"opening": "most"}, 'opening "most" is not known'),
        (frame(), {"opening": "140%"}, 'opening "140%" is not known'),
        (frame(), {"unit": "euro"}, 'unit "euro" is not known; known: cents, units'),
        (frame(), {"faulty": "skip"}, 'faulty "skip" is not known'),
        (frame(), {"tick_minutes": 0}, "tick_minutes is 0"),
        (frame(), {"ticks_per_day": 0}, "ticks_per_day is 0"),
        ("missing.csv", {}, "there is no file missing.csv"),
        ("day.docx", {}, "day.docx: a table is a file ending in"),
    ],
)
def test_mistakes_name_what_is_wrong_and_what_would_be_right(table, how, message):
    with pytest.raises((ValueError, TypeError, TableError)) as caught:
        from_table(table, **how)
    assert message in str(caught.value)


def test_files_that_are_no_tables(tmp_path, written):
    latin = tmp_path / "latin.csv"
    latin.write_bytes("tick,from,to,amount\n0,Z\xfcrich,B,5\n".encode("latin-1"))
    with pytest.raises(TableError, match="not UTF-8"):
        from_table(latin)
    with pytest.raises(TableError, match=r"empty\.csv"):
        from_table(written("", "empty.csv"))
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(b"not parquet")
    with pytest.raises(TableError, match=r"broken\.parquet"):
        from_table(broken)


def test_semicolons_and_a_byte_order_mark_are_understood(written):
    day = from_table(written("\ufefftick;from;to;amount\n0;A;B;1,50\n"))
    assert day.payments["amount"].tolist() == [150]


def test_a_large_day_opens_in_a_moment():
    n = 50_000
    rng = np.random.default_rng(1)
    sender = rng.integers(0, 40, n)
    names = np.array([f"BANK{i:02d}" for i in range(40)])
    day = from_table(pd.DataFrame({
        "tick": np.sort(rng.integers(0, 600, n)), "sender": names[sender],
        "receiver": names[(sender + rng.integers(1, 40, n)) % 40], "amount": rng.integers(1, 10**6, n),
    }))  # fmt: skip
    with day.open(record="summary") as sim:
        assert sim.run().rows("SELECT count(*) FROM payments WHERE status = 'settled'") == [(n,)]
