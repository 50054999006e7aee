"""Which column of a payments table means what, and its values as numbers: money, times, priorities.

Every reader answers an array and the places where there is nothing, or nothing sensible.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from simcash.core.money import MONEY_MAX
from simcash.core.problems import choice
from simcash.core.tabular import TableError

if TYPE_CHECKING:
    import pandas as pd

# What a payments table may say of a payment, and the names under which it is known, likeliest first.
NAMES = {
    "submitted": (
        "submitted", "submit_time", "submission_time", "submitted_at", "submit", "submission",
        "arrival_time", "entry_time", "introduction_time", "arrival", "timestamp", "datetime", "time",
        "arrival_tick", "submission_tick", "tick",
    ),
    "sender": (
        "sender", "sender_bank", "sender_bic", "sender_account", "from_bank", "from_agent", "from_account",
        "from", "payer", "payer_bank", "debtor", "debtor_agent", "debtor_bank", "sending_bank", "originator",
    ),
    "receiver": (
        "receiver", "receiver_bank", "receiver_bic", "receiver_account", "recipient", "recipient_bank",
        "recipient_account", "to_bank", "to_agent", "to_account", "to", "payee", "payee_bank", "creditor",
        "creditor_agent", "creditor_bank", "receiving_bank", "beneficiary",
    ),
    "amount": ("amount", "amount_cents", "amount_eur", "amount_usd", "amt", "value", "sum", "payment_value"),
    "priority": ("priority", "prio", "payment_priority", "urgency", "settlement_priority"),
    "deadline": (
        "deadline", "deadline_time", "latest", "latest_time", "till", "till_time", "due", "due_time",
        "cutoff", "deadline_tick",
    ),
    "settled": (
        "settled", "settlement_time", "settled_at", "settle_time", "settled_time", "actual_settlement",
        "settlement_timestamp", "settlement", "executed", "execution_time", "settled_tick",
    ),
    "day": ("business_day", "business_date", "date", "day", "value_date", "settlement_date", "arrival_day"),
    "id": (
        "id", "payment_id", "tx_id", "txid", "transaction_id", "reference", "ref", "uetr", "msg_id",
        "message_id", "end_to_end_id",
    ),
}  # fmt: skip
NEEDED = ("submitted", "sender", "receiver", "amount")
WORDS = {  # priorities in words: a policy's flags, the classes of the central queue, ISO 20022
    "high": 10, "medium": 5, "low": 1,
    "highlyurgent": 9, "urgt": 9, "urgent": 6, "normal": 2, "norm": 2,
}  # fmt: skip
MONEY = r"[+-]?\d{1,16}(?:\.\d{0,2}0*)?"
EXACT = 1e12  # below it a float times 100 is nearest to the cents that were written
CLOCK = r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d*)?)?"
TICKS, COUNTED, CLOCKS, DATES = "tick numbers", "ticks counted through", "clock times", "dates and times"


def found_columns(frame: pd.DataFrame, chosen: Mapping[str, str], name: str) -> dict[str, str]:
    """Meaning -> column of the table: as chosen, else by a common name."""
    if not isinstance(chosen, Mapping):
        raise TypeError(f'columns are {{"meaning": "column"}}, not {type(chosen).__name__}')
    there = [str(column) for column in frame.columns]
    for meaning, column in chosen.items():
        if meaning not in NAMES:
            raise TableError(f"columns: unknown meaning {choice(meaning, list(NAMES), 'Meanings')}")
        if column not in there:
            raise TableError(f"{name}: unknown column {choice(column, there, 'Columns')}")
    known = {re.sub(r"[^a-z0-9]+", "_", column.lower()).strip("_"): column for column in reversed(there)}
    taken, found = set(chosen.values()), dict(chosen)
    for meaning, names in NAMES.items():
        likely = next((known[n] for n in names if known.get(n) not in (None, *taken)), None)
        if meaning not in found and likely is not None:
            found[meaning] = likely
            taken.add(likely)
    lacking = [meaning for meaning in NEEDED if meaning not in found]
    if lacking:
        which = ", ".join(f'"{meaning}": "…"' for meaning in lacking)
        raise TableError(
            f"{name}: no column says {' or '.join(lacking)}; its columns: {', '.join(there) or 'none'}."
            f" Say which: columns={{{which}}}"
        )
    return found


def texts(values: pd.Series) -> pd.Series:
    """Values as text without outer blanks; "" where there is nothing."""
    import pandas as pd

    there = values.astype(object).where(values.notna(), "")
    return pd.Series([str(value).strip() for value in there], dtype=object)  # quicker than a column of texts


class Money(NamedTuple):
    """Amounts in cents, which of them could not be read, and whether the table had currency units."""

    cents: np.ndarray
    bad: np.ndarray
    units: bool
    comma: bool = False  # the decimal mark was a comma


def read_money(values: pd.Series, unit: str | None) -> Money:
    """Exact cents; currency units where any value has decimals or `unit` says so."""
    if values.dtype.kind in "iu":
        return in_cents(values.to_numpy(np.int64), np.zeros(len(values), bool), unit == "units")
    if values.dtype.kind == "f":
        return float_money(values.to_numpy(np.float64), unit)
    written = texts(values)
    signs = set("".join(written))
    if signs <= set("+-.0123456789"):
        return text_money(written, unit or ("units" if "." in signs else "cents"))
    written = written.str.replace(r"[\s_'\u00a0\u202f]", "", regex=True)
    comma = bool(written.str.contains(r",\d{1,2}$", regex=True).any()) and not bool(
        written.str.contains(r"\.\d{1,2}$", regex=True).any()
    )
    if comma:
        written = written.str.replace(".", "", regex=False).str.replace(",", ".", regex=False)
    else:
        written = written.str.replace(",", "", regex=False)
    has_decimals = bool(written.str.contains(".", regex=False).any())
    found = text_money(written, unit or ("units" if has_decimals else "cents"))
    return found._replace(comma=comma)


def text_money(written: pd.Series, unit: str) -> Money:
    """Digits and a point, exactly: as floats where those are exact enough, else digit by digit."""
    import pandas as pd

    numbers = pd.to_numeric(written, errors="coerce").to_numpy(np.float64)
    if (np.abs(numbers) < EXACT).all():
        return float_money(numbers, unit)
    good = written.str.fullmatch(MONEY).to_numpy(bool)
    parts = written.where(good, "0").str.partition(".")
    cents = (parts[0] + parts[2].str.ljust(2, "0").str[:2]).astype(np.int64).to_numpy(copy=True)
    large, whole = np.abs(cents) > MONEY_MAX, cents % 100 == 0
    if unit == "units":
        return Money(np.where(large, 0, cents), ~good | large, True)
    return in_cents(cents // 100, ~good | ~whole, False)


def in_cents(numbers: np.ndarray, bad: np.ndarray, units: bool) -> Money:
    """Whole numbers as money."""
    large = np.abs(numbers) > (MONEY_MAX // 100 if units else MONEY_MAX)
    return Money(np.where(large, 0, numbers) * (100 if units else 1), bad | large, units)


def float_money(numbers: np.ndarray, unit: str | None) -> Money:
    """Floats as money: with decimals they are currency units of at most two."""
    there = np.isfinite(numbers) & (np.abs(numbers) < MONEY_MAX // 100)
    numbers = np.where(there, numbers, 0.0)
    units = bool((numbers != np.floor(numbers)).any()) if unit is None else unit == "units"
    scaled = numbers * (100 if units else 1)
    cents = np.rint(scaled)
    exact = np.abs(scaled - cents) <= 1e-6 + np.abs(scaled) * 4e-16
    return Money(cents.astype(np.int64), ~there | ~exact, units)


class Times(NamedTuple):
    """Instants: of which kind, on which day (since 1970, or of the run), the second or tick in it, what is
    missing and what is there but could not be read."""

    kind: str
    date: np.ndarray
    second: np.ndarray
    missing: np.ndarray
    bad: np.ndarray

    @property
    def good(self) -> np.ndarray:
        return np.asarray(~self.missing & ~self.bad)

    @property
    def dated(self) -> bool:
        """Whether they name their day themselves."""
        return self.kind in (COUNTED, DATES)

    def counted(self, ticks_per_day: int) -> Times:
        """Tick numbers that go on from day to day, as day and tick in it."""
        date, second = self.second // ticks_per_day, self.second % ticks_per_day
        return self._replace(kind=COUNTED, date=date, second=second)


def read_times(values: pd.Series) -> Times:
    """Tick numbers, clock times like "09:30" or "09:30:15", or dates with times as ISO 8601 writes them."""
    if values.dtype.kind == "M" or "datetime64" in str(values.dtype):
        return stamped(values, values.isna().to_numpy(bool))
    if values.dtype.kind in "iuf":
        return tick_numbers(values.to_numpy(np.float64), values.isna().to_numpy(bool))
    written = texts(values)
    missing = (written == "").to_numpy(bool)
    there = written[~missing]
    import pandas as pd

    first = there.head(1000)
    if first.str.fullmatch(r"\d{1,9}(\.0)?").all():
        return tick_numbers(pd.to_numeric(written, errors="coerce").to_numpy(np.float64), missing)
    if first.str.fullmatch(CLOCK).any():
        return clock_times(written, missing)
    read = pd.to_datetime(written.where(~missing, None), errors="coerce", format="ISO8601", utc=True)
    return stamped(read, missing)


def times(kind: str, date: Any, second: Any, missing: np.ndarray, bad: np.ndarray) -> Times:
    return Times(kind, np.asarray(date, np.int64), np.asarray(second, np.int64), missing, bad & ~missing)


def tick_numbers(numbers: np.ndarray, missing: np.ndarray) -> Times:
    """Whole numbers from 0."""
    whole = np.where(np.isfinite(numbers), numbers, -1)
    bad = (whole != np.floor(whole)) | (whole < 0) | (whole > 2**31 - 1)
    return times(TICKS, np.zeros(numbers.size), np.where(bad, 0, whole), missing, bad)


def clock_times(written: pd.Series, missing: np.ndarray) -> Times:
    """Hours, minutes and perhaps seconds of an unnamed day."""
    parts = written.str.extract(f"^{CLOCK}$")
    read = parts[0].notna().to_numpy(bool)
    hours, minutes, seconds = (parts[i].fillna("0").astype(np.int64).to_numpy() for i in range(3))
    bad = ~read | (hours > 23) | (minutes > 59) | (seconds > 59)
    second = np.where(bad, 0, hours * 3600 + minutes * 60 + seconds)
    return times(CLOCKS, np.zeros(len(written)), second, missing, bad)


def stamped(values: pd.Series, missing: np.ndarray) -> Times:
    """Dates and times; a zone's own clock is kept."""
    if getattr(values.dtype, "tz", None) is not None:
        values = values.dt.tz_localize(None)
    nothing = values.isna().to_numpy(bool)
    seconds = np.where(nothing, 0, values.to_numpy("datetime64[s]").astype(np.int64))
    return times(DATES, seconds // 86400, seconds % 86400, missing, nothing)


def read_priorities(values: pd.Series) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[str]]:
    """Priorities 0 to 10, which are missing, which could not be read, and the words that were."""
    written = texts(values)
    missing = (written == "").to_numpy(bool)
    numbers = {}
    for word in written.unique():
        if re.fullmatch(r"\d{1,2}(\.0)?", word) and 0 <= float(word) <= 10:
            numbers[word] = int(float(word))
        elif (plain := re.sub(r"[\s_-]", "", word.lower())) in WORDS:
            numbers[word] = WORDS[plain]
    read = written.map(numbers)
    bad = read.isna().to_numpy(bool) & ~missing
    words = [f"{word} as {number}" for word, number in numbers.items() if not word[0].isdigit()]
    return read.fillna(0).astype(np.int64).to_numpy(), missing, bad, words


def listed_rows(rows: np.ndarray, first: int, most: int = 8) -> str:
    """Row numbers as a reader counts them."""
    shown: Sequence[str] = [f"{int(row) + first:,}" for row in rows[:most]]
    more = f" and {len(rows) - most:,} more" if len(rows) > most else ""
    return ", ".join(shown) + more
