"""Tables as one workbook, a sheet each. What a sheet cannot hold is refused before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, time
from math import isfinite
from pathlib import Path
from typing import Any, NamedTuple

MOST_ROWS = 1_048_575  # below the one with the names
MOST_TEXT = 32_767  # characters in a cell
LONGEST_NAME = 31
CUT = " … (cut: a cell holds 32,767 characters)"
PLAIN = (bool, int, datetime, date, time)


class Sheet(NamedTuple):
    """One table on its way into a workbook."""

    name: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Any]]


def check_rows(counts: Mapping[str, int]) -> None:
    """Refuse tables that are longer than a sheet."""
    long = [f"{name} ({count:,})" for name, count in counts.items() if count > MOST_ROWS]
    if long:
        raise ValueError(
            f"a sheet holds {MOST_ROWS:,} rows, too few for {', '.join(long)}; export as parquet or csv"
        )


def write_workbook(path: Path, sheets: Iterable[Sheet]) -> None:
    """All sheets into one file; one that was there is replaced only when the new one is whole."""
    try:
        from openpyxl import Workbook
    except ImportError:
        raise ImportError('workbooks need openpyxl: pip install "simcash[excel]"') from None
    unfinished = path.with_name(path.name + ".part")
    book = Workbook(write_only=True)
    try:
        for sheet in sheets:
            page = book.create_sheet(sheet.name[:LONGEST_NAME])
            page.freeze_panes = "A2"
            page.append([cell(page, name) for name in sheet.columns])
            for row in sheet.rows:
                page.append([cell(page, value) for value in row])
        book.save(unfinished)
        unfinished.replace(path)
    except BaseException:
        for page in book.worksheets:
            with suppress(Exception):  # what was begun must end, or it complains when it is forgotten
                page.close()
        raise
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)


def cell(page: Any, value: Any) -> Any:
    """A value as a sheet holds it; text stays text, even if it looks like a formula."""
    if value is None or isinstance(value, PLAIN):
        return value
    if isinstance(value, float):
        return value if isfinite(value) else None
    text = fitting(value if isinstance(value, str) else str(value))
    if not text.startswith("="):
        return text
    from openpyxl.cell import WriteOnlyCell

    made = WriteOnlyCell(page, value=text)
    made.data_type = "s"
    return made


def fitting(text: str) -> str:
    """Text without what no cell may hold."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    text = ILLEGAL_CHARACTERS_RE.sub("", text)
    return text if len(text) <= MOST_TEXT else text[: MOST_TEXT - len(CUT)] + CUT
