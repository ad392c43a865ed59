"""Asking WeChat Pay where the bill of a day is, and fetching it: what may go wrong, and what is believed."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from io import BytesIO

import pytest

from shop.clients.errors import Rejected, Unknown
from shop.clients.wechat_bills import BillLink, WeChatBills
from shop.clients.wechat_pay import Credentials
from shop.demo.standins import StandInServer, import_paid_trade
from shop.demo.standins.wechat.bills import FILE_PATH
from tests.clients.conftest import Demo

BEIJING = timezone(timedelta(hours=8))


@pytest.fixture
def bills(standins: StandInServer, credentials: Credentials) -> Iterator[WeChatBills]:
    standins.world.ledger.set_behaviour({"bills_at_once": True})
    noon = datetime.combine(yesterday(), datetime.min.time(), BEIJING) + timedelta(hours=12)
    import_paid_trade(
        standins.world.ledger, number="261129000000000011-1", amount_fen=50_00, openid="b", paid_at=noon
    )
    yield WeChatBills(credentials, base_url=standins.base_url, timeout=2.0)


def yesterday() -> date:
    return datetime.now(BEIJING).date() - timedelta(days=1)


def fetch(bills: WeChatBills, link: BillLink | None) -> str:
    assert link is not None
    into = BytesIO()
    bills.fetch(link, into)
    return into.getvalue().decode()


def test_a_bill_comes_as_it_is_unpacked(bills: WeChatBills) -> None:
    text = fetch(bills, bills.find_trade_bill(yesterday()))
    assert text.startswith("\ufeff交易时间,") and "`261129000000000011-1" in text
    assert text.splitlines()[-1].startswith("`1,`50.00,")


def test_so_does_that_of_the_account(bills: WeChatBills) -> None:
    text = fetch(bills, bills.find_fund_bill(yesterday()))
    assert "`交易,`收入,`50.00,`50.00" in text.replace("`交易,`交易", "`交易")


def test_a_day_without_trade_has_none(bills: WeChatBills) -> None:
    assert bills.find_trade_bill(yesterday() - timedelta(days=3)) is None


def test_a_bill_that_is_being_made_is_a_refusal(bills: WeChatBills, standins: StandInServer) -> None:
    standins.world.ledger.set_behaviour({"bill_fault": "not_ready"})
    with pytest.raises(Rejected) as refused:
        bills.find_trade_bill(yesterday())
    assert refused.value.code == "STATEMENT_CREATING"


@pytest.mark.parametrize("days", [-1, 0, 91])
def test_a_day_that_is_not_over_or_long_gone_is_refused(bills: WeChatBills, days: int) -> None:
    with pytest.raises(Rejected):
        bills.find_trade_bill(datetime.now(BEIJING).date() - timedelta(days=days))


def test_another_digest_than_was_named_is_not_believed(bills: WeChatBills, standins: StandInServer) -> None:
    standins.world.ledger.set_behaviour({"bill_fault": "wrong_hash"})
    with pytest.raises(Unknown, match="not the one"):
        fetch(bills, bills.find_trade_bill(yesterday()))


@pytest.mark.parametrize("kind", ["truncated", "html", "error_500"])
def test_a_file_that_is_spoilt_on_the_way_is_not_believed(bills: WeChatBills, demo: Demo, kind: str) -> None:
    link = bills.find_trade_bill(yesterday())
    demo.add_fault(FILE_PATH, kind)
    with pytest.raises(Unknown):
        fetch(bills, link)
    assert fetch(bills, link)


def test_an_address_without_a_file_is_unknown(bills: WeChatBills) -> None:
    with pytest.raises(Unknown):
        fetch(bills, BillLink(f"{FILE_PATH}?token=none", "0" * 40))


def test_an_answer_that_is_not_signed_names_no_file(bills: WeChatBills, demo: Demo) -> None:
    demo.add_fault("/v3/bill/", "bad_signature")
    with pytest.raises(Unknown):
        bills.find_trade_bill(yesterday())


def test_our_signature_goes_to_the_gateway_alone(bills: WeChatBills, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = {"hash_type": "SHA1", "hash_value": "AB", "download_url": "https://evil.example/x?token=1"}
    monkeypatch.setattr(bills, "_call", lambda *_of: answer)
    assert bills.find_trade_bill(yesterday()) == BillLink("/x?token=1", "ab")


@pytest.mark.parametrize("missing", ["hash_type", "hash_value", "download_url"])
def test_an_answer_that_lacks_something_is_unknown(
    bills: WeChatBills, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    answer = {"hash_type": "SHA1", "hash_value": "ab", "download_url": "https://x.example/y"} | {missing: ""}
    monkeypatch.setattr(bills, "_call", lambda *_of: answer)
    with pytest.raises(Unknown):
        bills.find_trade_bill(yesterday())
