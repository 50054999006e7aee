"""Tables from outside: CSV, Parquet or a frame, every value of a CSV as the text that stands in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

READABLE = (".csv", ".txt", ".tsv", ".parquet", ".pq")


class TableError(ValueError):
    """A table that cannot be read as it should be, with every problem found."""


def read_table(source: str | Path | pd.DataFrame) -> tuple[pd.DataFrame, str, int]:
    """The table, what to call it, and the number of its first row: a line of a CSV, else 0."""
    import pandas as pd

    if isinstance(source, pd.DataFrame):
        return source.reset_index(drop=True), "the table", 0
    if not isinstance(source, (str, Path)):
        raise TypeError(f"a table is a path or a DataFrame, not {type(source).__name__}")
    path = Path(source).expanduser()
    kind = path.suffix.lower()
    if kind not in READABLE:
        raise TableError(f"{path.name}: a table is a file ending in {', '.join(READABLE)}, or a DataFrame")
    if not path.is_file():
        raise TableError(f"there is no file {path}")
    if kind in (".parquet", ".pq"):
        from simcash.core.history import read_parquet

        return read_parquet(path), path.name, 0
    return read_csv(path), path.name, 2  # line 1 has the names


def read_csv(path: Path) -> pd.DataFrame:
    """Comma, semicolon or tab, whichever the first line has most of."""
    import pandas as pd

    try:
        with path.open(encoding="utf-8-sig") as file:
            first = file.readline()
        mark = max(",;\t|", key=first.count)
        return pd.read_csv(
            path, sep=mark, dtype=object, keep_default_na=False, skip_blank_lines=False, encoding="utf-8-sig"
        )
    except UnicodeDecodeError as error:
        raise TableError(f"{path.name}: not UTF-8 text (byte {error.start}); save it as UTF-8") from None
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise TableError(f"{path.name}: {error}") from None
