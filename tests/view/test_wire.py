"""Frames as bytes."""

import json

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from simcash.view.wire import pack, unpack

names = st.sampled_from(["node.a", "node.b", "edge.flow", "edge.source", "edge.target"])
numbers = st.lists(st.integers(0, 2**24), max_size=9)  # what a float of four bytes holds exactly


@given(st.dictionaries(names, numbers), st.text(max_size=20))
def test_what_is_packed_comes_out_again(columns, label):
    header, found = unpack(pack({"seq": 1, "label": label}, {n: np.array(v) for n, v in columns.items()}))
    assert {name: values.tolist() for name, values in found.items()} == columns
    assert header["seq"] == 1
    assert header["label"] == label


def test_the_bytes_are_as_agreed():
    frame = pack({"seq": 7}, {"node.a": np.array([1.5, 2]), "edge.source": np.array([3])})
    length = int.from_bytes(frame[:4], "little")
    assert length % 4 == 0
    head = json.loads(frame[4 : 4 + length])
    assert head == {"seq": 7, "columns": [["node.a", "f32", 2], ["edge.source", "u32", 1]]}
    assert np.frombuffer(frame, "<f4", 2, 4 + length).tolist() == [1.5, 2]
    assert np.frombuffer(frame, "<u4", 1, 12 + length).tolist() == [3]
    assert len(frame) == 16 + length
