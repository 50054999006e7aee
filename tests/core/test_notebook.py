"""Cards and tables of words, as notebooks show them."""

import pandas as pd

from simcash.core.notebook import Words, card, told


def test_a_card_escapes_what_it_is_told():
    shown = card("<b>", told([("label & more", "a < b")]), edge="#0072B2")
    for text in ("&lt;b&gt;", "label &amp; more", "a &lt; b"):
        assert text in shown
    assert "border-left:6px solid #0072B2" in shown


def test_words_are_shown_whole_and_numbers_to_the_right():
    table = Words({"name": ["first"], "told": ["long " * 50], "rows": [12345]})
    shown = table._repr_html_()
    assert "long " * 49 in shown
    assert '<td style="text-align:left">long' in shown
    assert "<td>12,345</td>" in shown


def test_what_is_not_there_is_shown_as_nothing():
    table = Words({"name": ["a", "b", "c"], "value": pd.Series([1.5, None, pd.NA], dtype=object)})
    assert table._repr_html_().count("<td></td>") == 2


def test_a_part_of_such_a_table_is_an_ordinary_one():
    table = Words({"name": ["a"], "value": [1]})
    assert type(table[["value"]]) is pd.DataFrame
    assert table["value"].sum() == 1
