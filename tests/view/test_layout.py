"""Where nodes stand."""

import numpy as np
import pytest

from simcash.view.layout import places


@pytest.mark.parametrize("count", [1, 2, 3, 20, 24, 25, 200, 1000])
def test_every_node_has_a_place_of_its_own_on_the_page(count):
    x, y = places(count, np.arange(count))
    assert x.size == y.size == count
    assert ((x >= 0) & (x <= 1) & (y >= 0) & (y <= 1)).all()
    apart = np.hypot(x[:, None] - x, y[:, None] - y) + np.eye(count)
    assert apart.min() > 0.5 / np.sqrt(count) / 2


def test_the_same_nodes_stand_at_the_same_places():
    for given in ((7,), (90, np.arange(90)), (9 * 9, None, np.arange(80), np.arange(80) + 1)):
        for first, second in zip(places(*given), places(*given), strict=True):
            assert first.tobytes() == second.tobytes()


def test_the_largest_stand_in_the_middle():
    rank = np.arange(100)[::-1].copy()
    x, y = places(100, rank)
    far = np.hypot(x - 0.5, y - 0.5)
    assert far[:10].max() < far[90:].min()


def test_who_belongs_together_stands_together():
    source, target = np.array([(i, j) for g in (0, 20) for i in range(g, g + 20) for j in range(g, i)]).T
    x, y = places(40, None, source, target)
    first, second = np.array([x[:20], y[:20]]), np.array([x[20:], y[20:]])
    between = np.hypot(*(first.mean(axis=1) - second.mean(axis=1)))
    assert between > 2 * np.hypot(*first.std(axis=1))


def test_what_is_got_may_be_changed():
    x, _ = places(5)
    x += 1
    assert places(5)[0].max() <= 1
