"""Rows as a world writes them, and batches as others read them."""

import numpy as np
import pytest

from simcash.core.tables import MISSING, Batches, Column, Rows, Table, spread

MOVES = Table(
    "moves",
    "what went where",
    (
        Column("tick", "int32", "when"),
        Column("cup", "int8", "where", ("red", "green")),
        Column("share", "float64", "how much of it"),
        Column("luck", "int16", "a number, perhaps", nullable=True),
        Column("full", "bool", "or not"),
        Column("lucky", "bool", "perhaps", nullable=True),
    ),
)
VIEW = Table("shown", "moves again", (), kind="view", sql="FROM moves")


@pytest.fixture
def rows():
    return Rows((MOVES, VIEW), [2])


def test_a_view_has_no_rows(rows):
    assert [table.name for table in rows.tables] == ["moves"]


def test_a_batch_has_the_declared_types(rows):
    start = rows.counts.copy()
    rows.append("moves", 3, 1, 0.1, MISSING, 1, MISSING)
    rows.append("moves", 4, 0, -0.0, 7, 0, 1)
    read = rows.since(start)["moves"]
    assert {name: values.dtype.name for name, values in read.items()} == {
        "tick": "int32", "cup": "int8", "share": "float64", "luck": "int16", "full": "bool", "lucky": "int8",
    }  # fmt: skip
    assert [values.tolist() for values in read.values()] == [
        [3, 4], [1, 0], [0.1, 0.0], [MISSING, 7], [True, False], [MISSING, 1],
    ]  # fmt: skip
    assert np.signbit(read["share"][1])


def test_what_is_read_is_the_readers_own(rows):
    start = rows.counts.copy()
    rows.append("moves", 3, 1, 0.5, 1, 1, 1)
    batch = rows.since(start)
    for values in batch["moves"].values():
        values[:] = 0
    assert batch["moves"]["tick"].tolist() == [3]


MANY = 200_000


def full_chunk():
    rows = Rows((MOVES,), [MANY])
    rows.counts[0] = MANY
    rows.matrices[0][:] = 7
    return rows


def test_memory_of_rows_that_nobody_reads_is_used_again():
    rows = full_chunk()
    place = rows.matrices[0].ctypes.data
    later = rows.next_chunk()
    assert later.matrices[0].ctypes.data != place
    del rows
    assert later.next_chunk().matrices[0].ctypes.data == place


def test_memory_of_rows_is_left_to_their_readers():
    rows = full_chunk()
    batch = rows.since(np.zeros(1, np.int64))
    raw, rows = batch.raw(0)[:2], rows.next_chunk()
    del batch
    for _ in range(10):
        rows = rows.next_chunk()
        rows.matrices[0][:] = 0
    assert (raw == 7).all()


def test_a_batch_outlives_growth(rows):
    rows.append("moves", 1, 0, 0, 0, 0, 0)
    first = rows.since(np.zeros(1, np.int64))
    for tick in range(100):
        rows.append("moves", tick, 0, 0, 0, 0, 0)
    assert first["moves"]["tick"].tolist() == [1]
    assert rows.counts.tolist() == [101]


def test_touching_batches_are_one():
    rows = Rows((MOVES,))
    batches = []
    for tick in range(3):
        start = rows.counts.copy()
        rows.append("moves", tick, 0, 0, 0, 0, 0)
        batches.append(rows.since(start))
    a, b, c = batches
    assert a.then(b).then(c)["moves"]["tick"].tolist() == [0, 1, 2]
    assert a.then(b).then(c).count() == 3
    assert a.then(c) is None
    other = Rows((MOVES,))
    assert a.then(other.since(other.counts.copy())) is None


def test_several_batches_read_as_one():
    parts = []
    for tick in range(3):
        rows = Rows((MOVES,))
        rows.append("moves", tick, 0, 0, 0, 0, 0)
        parts.append(rows.since(np.zeros(1, np.int64)))
    whole = Batches(parts)
    assert list(whole) == ["moves"]
    assert whole["moves"]["tick"].tolist() == [0, 1, 2]
    assert whole["moves"]["tick"].dtype == np.int32


def test_a_states_rows_have_a_name_of_their_own():
    assert MOVES.log == "moves"
    assert Table("cups", "", (), kind="state", key=("cup",)).log == "cups_log"


def test_levels_include_the_lower_ones():
    summary, full = Table("a", "", (), level="summary"), Table("b", "", (), level="full")
    assert [summary.recorded_at(level) for level in ("off", "summary", "full")] == [False, True, True]
    assert [full.recorded_at(level) for level in ("standard", "full")] == [False, True]


def test_columns_are_an_odd_number_of_cache_lines_apart():
    for size in (1, 8, 9, 256, 8192, 8200, 16_401):
        wide = spread(size)
        assert size <= wide < size + 16
        assert wide % 16 == 8
        assert spread(wide) == wide


def test_the_rows_of_some_ticks_are_found_and_not_copied():
    rows = Rows((MOVES,))
    for tick in (0, 1, 1, 3):
        rows.append("moves", tick, 0, 0, 0, 10 + tick, 0)
    batch = rows.since(np.zeros(1, np.int64))
    found = batch.within("moves", 1, 3)
    assert found["tick"].tolist() == [1, 1]
    assert np.shares_memory(found["tick"], rows.matrices[0])
    assert batch.within("moves", 4, 9)["tick"].size == 0
