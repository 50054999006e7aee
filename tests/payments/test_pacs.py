"""ISO 20022 messages become payments."""

import pytest

from simcash.core.tabular import TableError
from simcash.payments import from_pacs

AGENT = "<{0}><FinInstnId><BICFI>{1}</BICFI></FinInstnId></{0}>"


def transfer(uetr, amount, sender, receiver, more="", currency="EUR", roles=("InstgAgt", "InstdAgt")):
    return (
        f"<CdtTrfTxInf><PmtId><EndToEndId>e2e</EndToEndId><UETR>{uetr}</UETR></PmtId>"
        f'<IntrBkSttlmAmt Ccy="{currency}">{amount}</IntrBkSttlmAmt>{more}'
        f"{AGENT.format(roles[0], sender)}{AGENT.format(roles[1], receiver)}</CdtTrfTxInf>"
    )


def message(
    *transfers, kind="pacs.008.001.08", root="FIToFICstmrCdtTrf", created="2024-03-04T09:00:00+01:00"
):
    return (
        f'<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:{kind}"><{root}>'
        f"<GrpHdr><MsgId>m</MsgId><CreDtTm>{created}</CreDtTm></GrpHdr>{''.join(transfers)}</{root}></Document>"
    )


@pytest.fixture
def folder(tmp_path):
    """Two messages: customers' payments, then banks'."""
    latest = "<CLSTm>10:30:00+01:00</CLSTm><TillTm>10:00:00+01:00</TillTm>"
    urgent = f"<SttlmPrty>URGT</SttlmPrty><SttlmTmReq>{latest}</SttlmTmReq>"
    noted = "<SttlmTmIndctn><DbtDtTm>2024-03-04T09:20:30+01:00</DbtDtTm></SttlmTmIndctn>"
    waits = "<SttlmPrty>NORM</SttlmPrty><SttlmTmReq><FrTm>11:00:00+01:00</FrTm></SttlmTmReq>"
    (tmp_path / "1.xml").write_text(message(
        transfer("u-1", "1000.50", "AAAADEFF", "BBBBFRPP", urgent),
        transfer("u-2", "7.00", "BBBBFRPP", "AAAADEFF", noted),
    ))  # fmt: skip
    (tmp_path / "2.xml").write_text(message(
        transfer("u-3", "20", "CCCCITRR", "AAAADEFF", waits, roles=("Dbtr", "Cdtr")),
        kind="pacs.009.001.08", root="FICdtTrf", created="2024-03-04T09:15:00+01:00",
    ))  # fmt: skip
    return tmp_path


def test_a_folder_of_messages_is_a_day(folder):
    day = from_pacs(folder)
    rows = day.payments
    assert rows["id"].tolist() == ["u-1", "u-2", "u-3"]
    assert rows["sender"].tolist() == ["AAAADEFF", "BBBBFRPP", "CCCCITRR"]
    assert rows["receiver"].tolist() == ["BBBBFRPP", "AAAADEFF", "AAAADEFF"]
    assert rows["amount"].tolist() == [100050, 700, 2000]
    assert rows["tick"].tolist() == [0, 0, 15]
    assert rows["priority"].tolist() == [9, 5, 2]
    assert rows["settled_tick"].fillna(-1).tolist() == [-1, 20, -1]
    assert rows["deadline_tick"].tolist() == [59, 59, 59]  # 10:00, and the day ends at 10:00
    longer = from_pacs(folder, hours=("08:00", "18:00"))
    assert longer.payments["deadline_tick"].tolist() == [120, 599, 599]  # the earlier of CLSTm and TillTm
    assert "1 ask not to be settled before a time (FrTm)" in repr(day)
    with day.open() as sim:
        assert sim.run().rows("SELECT count(*) FROM settlements") == [(3,)]
        assert day.compare(sim).summary.loc["earlier", "payments"] == 1


def test_files_may_be_given_one_by_one(folder):
    assert len(from_pacs(folder / "1.xml").payments) == 2
    assert len(from_pacs([folder / "2.xml", folder / "1.xml"]).payments) == 3


def test_what_is_missing_is_told_of_the_row(tmp_path):
    path = tmp_path / "one.xml"
    path.write_text(
        message(transfer("u-1", "-5", "A", "B"), transfer("u-2", "5", "", "B", "<SttlmPrty>SOON</SttlmPrty>"))
    )
    with pytest.raises(TableError) as caught:
        from_pacs(path)
    assert 'row 0, amount "-5": is not positive' in str(caught.value)
    assert 'row 1, sender "": no bank is named' in str(caught.value)
    word = tmp_path / "word.xml"
    word.write_text(message(transfer("u-2", "5", "A", "B", "<SttlmPrty>SOON</SttlmPrty>")))
    with pytest.raises(TableError, match='priority "SOON": is not 0 to 10'):
        from_pacs(word)


def test_messages_that_do_not_go_together(tmp_path):
    path = tmp_path / "one.xml"
    path.write_text(message(transfer("u-1", "5", "A", "B"), transfer("u-2", "5", "B", "A", currency="USD")))
    with pytest.raises(TableError, match="several currencies, EUR, USD"):
        from_pacs(path)
    till = "<SttlmTmReq><TillTm>10:00:00Z</TillTm></SttlmTmReq>"
    path.write_text(message(transfer("u-1", "5", "A", "B", till)))
    with pytest.raises(TableError, match=r"several time zones, \+01:00, Z"):
        from_pacs(path)


def test_files_that_are_no_messages(tmp_path):
    path = tmp_path / "one.xml"
    path.write_text("<Document><GrpHdr>")
    with pytest.raises(TableError, match=r"one\.xml: not valid XML"):
        from_pacs(path)
    path.write_text("<Document/>")
    with pytest.raises(TableError, match="there is no credit transfer"):
        from_pacs(path)
    with pytest.raises(TableError, match=r"there is no file .*two\.xml"):
        from_pacs(tmp_path / "two.xml")
