"""Payment messages as a day of payments: ISO 20022 pacs.008 (customer) and pacs.009 (bank) credit transfers.

Of each transfer this reads the UETR (else another identification), the settlement amount, the instructing
and the instructed agent (else debtor's and creditor's agents, else debtor and creditor), the settlement
priority (URGT, HIGH or NORM), the earliest of the times by which it must settle (CLSTm, TillTm, RjctTm), when
the message was created (the submission), and, if the system noted it, when the debtor was debited (the actual
settlement).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from simcash.core.tabular import TableError
from simcash.payments.intake import Day, from_table

PRIORITIES = {"URGT": 9, "HIGH": 6, "NORM": 2}  # one in the middle of each class of the central queue
SENDERS = ("InstgAgt", "DbtrAgt", "Dbtr")
RECEIVERS = ("InstdAgt", "CdtrAgt", "Cdtr")
IDS = ("UETR", "TxId", "EndToEndId", "InstrId")
LATEST = ("CLSTm", "TillTm", "RjctTm")
ZONE = re.compile(r"(Z|[+-]\d\d:\d\d)$")


def from_pacs(source: str | Path | Iterable[str | Path], **how: Any) -> Day:
    """Read messages: a file, a folder of .xml files, or several files; `how` is as for `from_table`."""
    import pandas as pd

    rows = [row for path in files(source) for row in transfers(path)]
    if not rows:
        raise TableError("there is no credit transfer (CdtTrfTxInf) in these files")
    for what, column in (("currencies", "currency"), ("time zones", "zone")):
        found = sorted({value for row in rows for value in row.pop(column) if value})
        if len(found) > 1:
            raise TableError(f"messages in several {what}, {', '.join(found)}; give those of one at a time")
    table = pd.DataFrame(rows)
    day = from_table(table, **{"unit": "units", "name": "messages"} | how)
    later = int(table["not_before"].sum())
    if later:
        day.assumed.append(
            f"{later:,} ask not to be settled before a time (FrTm): submitted at once all the same"
        )
    return day


def files(source: str | Path | Iterable[str | Path]) -> list[Path]:
    """The files that are meant, in order of name."""
    if isinstance(source, (str, Path)):
        path = Path(source).expanduser()
        listed = sorted(path.glob("*.xml")) if path.is_dir() else [path]
    else:
        listed = [Path(each).expanduser() for each in source]
    for path in listed:
        if not path.is_file():
            raise TableError(f"there is no file {path}")
    return listed


def transfers(path: Path) -> Iterator[dict[str, Any]]:
    """Every credit transfer in a file, with what its message's header says of all of them."""
    header: ElementTree.Element | None = None
    try:
        for _, element in ElementTree.iterparse(path):
            element.tag = element.tag.rpartition("}")[2]
            if element.tag == "GrpHdr":
                header = element
            elif element.tag == "CdtTrfTxInf":
                yield transfer(element, header)
                element.clear()
    except ElementTree.ParseError as error:
        raise TableError(f"{path.name}: not valid XML: {error}") from None


def transfer(told: ElementTree.Element, header: ElementTree.Element | None) -> dict[str, Any]:
    """One transfer as a row; what it leaves out is empty, for the table's reader to judge."""
    amount = told.find("IntrBkSttlmAmt")
    created = "" if header is None else text(header, "CreDtTm")
    debited = text(told, "SttlmTmIndctn/DbtDtTm")
    latest = [text(told, f"SttlmTmReq/{name}") for name in LATEST]
    priority = text(told, "SttlmPrty") or text(told, "PmtTpInf/InstrPrty")
    times = [created, debited, *latest]
    return {
        "id": next((found for name in IDS if (found := text(told, f"PmtId/{name}"))), ""),
        "submitted": wall(created), "sender": agent(told, header, SENDERS),
        "receiver": agent(told, header, RECEIVERS),
        "amount": "" if amount is None else (amount.text or "").strip(),
        "priority": PRIORITIES.get(priority, priority),
        "deadline": min((wall(time)[:8] for time in latest if time), default=""), "settled": wall(debited),
        "not_before": bool(text(told, "SttlmTmReq/FrTm")),
        "currency": {"" if amount is None else amount.get("Ccy", "")},
        "zone": {zone[0] for time in times if (zone := ZONE.search(time))},
    }  # fmt: skip


def agent(told: ElementTree.Element, header: ElementTree.Element | None, roles: tuple[str, ...]) -> str:
    """The bank in the first of these roles that is filled, in the transfer or in its header."""
    for role in roles:
        for where in (told, header):
            if where is not None:
                for name in ("BICFI", "BIC", "Othr/Id"):
                    if found := text(where, f"{role}/FinInstnId/{name}"):
                        return found
    return ""


def text(where: ElementTree.Element, path: str) -> str:
    found = where.find(path)
    return "" if found is None else (found.text or "").strip()


def wall(time: str) -> str:
    """A time without its zone: what the clock on the wall says."""
    return ZONE.sub("", time)
