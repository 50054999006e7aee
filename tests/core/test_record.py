"""A state record: compiled code reads and writes the very arrays that Python holds."""

import gc

import numpy as np
import pytest

from simcash.core.jit import PLAIN, compiled
from simcash.core.record import Record

SOME = Record(__name__, "Some", ("line", "sheet", "block", "share"))
SomeType = SOME.type


def arrays():
    return {
        "line": np.arange(5),
        "sheet": np.arange(6).reshape(2, 3),
        "block": np.arange(24).reshape(2, 3, 4),
        "share": np.array([0.5]),
        "not part of it": np.zeros(1),
    }


def by_test(function):
    return compiled(function, "core")


def look(s):
    return (
        s.line[1], s.sheet[1, 2], s.block[1, 0, 3], s.share[0], s.line.size, s.block.size, s.sheet.shape[1],
        s.sheet[1].sum(), s.block[1, 2].sum(), s.line[3:].size,
    )  # fmt: skip


def change(s):
    s.line[0] += 10
    s.sheet[0, :] = 7
    for row in range(s.block.shape[1]):
        s.block[1, row, 3] = -row


LOOK, CHANGE = by_test(look), by_test(change)


def test_arrays_of_any_dimension_are_read():
    seen = LOOK(SOME.of(arrays()))
    assert seen == look(SOME.plain(*list(arrays().values())[:4])) == (1, 5, 15, 0.5, 5, 24, 3, 12, 86, 2)


def test_what_is_written_is_in_the_arrays():
    given = arrays()
    CHANGE(SOME.of(given))
    assert given["line"].tolist() == [10, 1, 2, 3, 4]
    assert given["sheet"].tolist() == [[7, 7, 7], [3, 4, 5]]
    assert given["block"][1, :, 3].tolist() == [0, -1, -2]


def test_the_record_keeps_its_arrays():
    record = SOME.of(arrays())
    gc.collect()
    rubbish = [np.full(24, -1) for _ in range(1000)]
    assert LOOK(record)[:4] == (1, 5, 15, 0.5)
    del rubbish


def test_longer_arrays_need_another_record():
    given = arrays()
    given["line"] = np.arange(1000)
    assert LOOK(SOME.of(given))[4] == 1000


@pytest.mark.skipif(PLAIN, reason="nothing is compiled")
@pytest.mark.parametrize(
    "other", [np.arange(5.0), np.arange(6).reshape(2, 3)], ids=["of other numbers", "of more dimensions"]
)
def test_the_types_stay(other):
    SOME.of(arrays())
    with pytest.raises(TypeError, match="the same types each time"):
        SOME.of(arrays() | {"line": other})


@pytest.mark.skipif(PLAIN, reason="nothing is compiled")
def test_only_whole_arrays():
    with pytest.raises(ValueError, match="in C order"):
        SOME.of(arrays() | {"line": np.arange(10)[::2]})
    fixed = np.arange(5)
    fixed.flags.writeable = False
    with pytest.raises(ValueError, match="writeable"):
        SOME.of(arrays() | {"line": fixed})
