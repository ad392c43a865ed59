"""Giving money back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shop.clients.errors import Rejected
from shop.clients.wechat_pay import Refund, WeChatPay
from shop.demo.standins import StandInServer, import_paid_trade
from tests.clients.conftest import Demo, Shop


@pytest.fixture
def trade_no(standins: StandInServer) -> str:
    standins.world.ledger.set_behaviour({"refund_interval_seconds": 0})
    return pay_old(standins)


def pay_old(standins: StandInServer, number: str = "old-0001", days: int = 3) -> str:
    paid_at = datetime.now(UTC) - timedelta(days=days)
    return import_paid_trade(
        standins.world.ledger, number=number, amount_fen=100, openid="b", paid_at=paid_at
    )


def refund(pay: WeChatPay, trade_no: str, number: str = "refund-1", fen: int = 30, **changes: Any) -> Refund:
    arguments = {
        "refund_fen": fen,
        "total_fen": 100,
        "reason": "少发",
        "notify_url": "https://shop.example/h",
    }
    return pay.refund(trade_no=trade_no, refund_number=number, **{**arguments, **changes})


def test_it_refunds(pay: WeChatPay, trade_no: str) -> None:
    made = refund(pay, trade_no)

    assert (made.number, made.status, made.amount_fen) == ("refund-1", "SUCCESS", 30)
    assert made.finished_at is not None


def test_the_same_number_refunds_once(pay: WeChatPay, trade_no: str, demo: Demo) -> None:
    assert refund(pay, trade_no).refund_id == refund(pay, trade_no).refund_id

    assert len(demo.state()["refunds"]) == 1
    assert demo.state()["calls"]["refund-1"]["refund"] == 2


def test_the_same_number_with_another_sum_is_refused(pay: WeChatPay, trade_no: str) -> None:
    refund(pay, trade_no)

    with pytest.raises(Rejected, match="INVALID_REQUEST"):
        refund(pay, trade_no, fen=31)


def test_refunds_never_exceed_the_payment(pay: WeChatPay, trade_no: str, demo: Demo) -> None:
    refund(pay, trade_no, "refund-1", 60)

    with pytest.raises(Rejected, match="INVALID_REQUEST"):
        refund(pay, trade_no, "refund-2", 41)

    assert refund(pay, trade_no, "refund-3", 40).status == "SUCCESS"


def test_a_closed_refund_frees_its_sum(pay: WeChatPay, trade_no: str, demo: Demo) -> None:
    demo.post("behaviour", refund_outcome="CLOSED")
    refund(pay, trade_no, "refund-1", 60)
    demo.post("behaviour", refund_outcome="SUCCESS")

    assert refund(pay, trade_no, "refund-2", 100).status == "SUCCESS"


@pytest.mark.parametrize(
    "changes", [{"refund_fen": 0}, {"refund_number": "订单"}, {"refund_number": "r" * 65}]
)
def test_a_field_against_the_rules_is_refused(pay: WeChatPay, trade_no: str, changes: dict[str, Any]) -> None:
    number = changes.pop("refund_number", "refund-1")

    with pytest.raises(Rejected, match="PARAM_ERROR"):
        refund(pay, trade_no, number, **changes)


def test_a_total_that_was_not_paid_is_refused(pay: WeChatPay, trade_no: str) -> None:
    with pytest.raises(Rejected, match="INVALID_REQUEST"):
        refund(pay, trade_no, total_fen=99)


def test_an_unknown_payment_is_refused(pay: WeChatPay) -> None:
    with pytest.raises(Rejected) as refusal:
        refund(pay, "4200000000000000000000000000")

    assert refusal.value.status == 404


def test_a_payment_of_more_than_a_year_ago_is_refused(pay: WeChatPay, standins: StandInServer) -> None:
    with pytest.raises(Rejected, match="365"):
        refund(pay, pay_old(standins, days=366))


def test_two_refunds_within_a_minute_are_too_often(pay: WeChatPay, trade_no: str, demo: Demo) -> None:
    demo.post("behaviour", refund_interval_seconds=60)
    refund(pay, trade_no)

    with pytest.raises(Rejected) as refusal:
        refund(pay, trade_no, "refund-2")

    assert (refusal.value.code, refusal.value.status) == ("FREQUENCY_LIMITED", 429)


def test_at_most_fifty_refunds(pay: WeChatPay, trade_no: str) -> None:
    for index in range(50):
        refund(pay, trade_no, f"refund-{index}", 1)

    with pytest.raises(Rejected, match="50"):
        refund(pay, trade_no, "refund-50", 1)


@pytest.mark.parametrize(("outcome", "status"), [("NOT_ENOUGH", 403), ("FREQUENCY_LIMITED", 429)])
def test_after_a_refusal_the_same_number_may_succeed(
    pay: WeChatPay, trade_no: str, demo: Demo, outcome: str, status: int
) -> None:
    demo.post("behaviour", refund_outcome=outcome)
    with pytest.raises(Rejected) as refusal:
        refund(pay, trade_no)
    assert (refusal.value.code, refusal.value.status) == (outcome, status)
    demo.post("behaviour", refund_outcome="SUCCESS")

    assert refund(pay, trade_no).status == "SUCCESS"


@pytest.mark.parametrize("outcome", ["ABNORMAL", "CLOSED"])
def test_an_accepted_refund_may_fail_afterwards(
    pay: WeChatPay, trade_no: str, demo: Demo, outcome: str
) -> None:
    demo.post("behaviour", refund_outcome=outcome)

    assert refund(pay, trade_no).status == "PROCESSING"
    assert pay.query_refund("refund-1").status == outcome


def test_a_refund_in_the_works_is_settled_later(
    pay: WeChatPay, trade_no: str, demo: Demo, shop: Shop
) -> None:
    demo.post("behaviour", refund_outcome="PROCESSING")
    made = refund(pay, trade_no, notify_url=shop.url)
    assert (made.status, made.finished_at) == ("PROCESSING", None)

    demo.post("settle-refund", number="refund-1", status="SUCCESS")

    assert pay.query_refund("refund-1").status == "SUCCESS"


def test_an_unknown_refund_is_none(pay: WeChatPay) -> None:
    assert pay.query_refund("refund-9") is None
