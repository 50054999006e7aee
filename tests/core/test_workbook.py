"""A run as one workbook."""

import sys

import pytest
from openpyxl import load_workbook

from simcash.core import workbook
from simcash.core.history import HistoryError
from simcash.core.workbook import MOST_ROWS, MOST_TEXT, Sheet, check_rows, write_workbook
from tests.core.test_history import cups


def read(path):
    book = load_workbook(path, read_only=True)
    pages = {page.title: [list(row) for row in page.iter_rows(values_only=True)] for page in book}
    book.close()
    return pages


def test_every_table_is_a_sheet_with_its_names_and_rows(tmp_path):
    with cups() as sim:
        sim.run()
        folder = sim.export(tmp_path / "out", "xlsx")
        pages = read(folder / "tables.xlsx")
        assert set(pages) == {"moves", "cups", "cups_log", "events", "runs", "actions", "run_parameters"}
        for name in ("moves", "cups"):
            rows = sim.rows(f"FROM {name} ORDER BY ALL")
            assert len(rows) > 1
            assert pages[name][0] == list(sim.sql(f"FROM {name}").columns)
            assert pages[name][1:] == [pytest.approx(list(row)) for row in rows]  # 16 digits
        assert [path.name for path in folder.iterdir()] == ["tables.xlsx"]


def test_text_stays_text(tmp_path):
    odd = ["=1+1", "a\x01b", "x" * (MOST_TEXT + 5), "ü", [1, 2], float("nan"), None, True, 2.5]
    write_workbook(tmp_path / "odd.xlsx", [Sheet("odd", ["value", "n"], [[value, 1] for value in odd])])
    found = [row[0] for row in read(tmp_path / "odd.xlsx")["odd"][1:]]
    assert found[:2] == ["=1+1", "ab"]
    assert len(found[2]) == MOST_TEXT
    assert found[2].endswith("(cut: a cell holds 32,767 characters)")
    assert found[3:5] == ["ü", "[1, 2]"]
    assert found[5:] == [None, None, True, 2.5]
    formula = load_workbook(tmp_path / "odd.xlsx")["odd"]["A2"]
    assert formula.data_type == "s"


def test_a_table_longer_than_a_sheet_is_refused_and_nothing_is_written(tmp_path, monkeypatch):
    with pytest.raises(ValueError, match=r"1,048,575 rows, too few for b \(1,048,576\); export as parquet"):
        check_rows({"a": MOST_ROWS, "b": MOST_ROWS + 1})
    monkeypatch.setattr(workbook, "MOST_ROWS", 1)
    with cups() as sim:
        sim.run()
        with pytest.raises(ValueError, match="moves"):
            sim.export(tmp_path / "out", "xlsx")
        assert not list((tmp_path / "out").iterdir())


def test_a_workbook_needs_openpyxl(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with cups() as sim, pytest.raises(ImportError, match=r'pip install "simcash\[excel\]"'):
        sim.export(tmp_path, "xlsx")


def test_what_cannot_be_written_is_told(tmp_path):
    (tmp_path / "taken").write_text("")
    with cups() as sim, pytest.raises(HistoryError, match="taken"):
        sim.export(tmp_path / "taken", "xlsx")


def test_a_sheet_that_fails_leaves_the_old_file(tmp_path):
    path = tmp_path / "tables.xlsx"
    write_workbook(path, [Sheet("one", ["a"], [[1]])])

    def rows():
        yield [2]
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError):
        write_workbook(path, [Sheet("one", ["a"], rows())])
    assert read(path)["one"] == [["a"], [1]]
    assert [found.name for found in tmp_path.iterdir()] == ["tables.xlsx"]
