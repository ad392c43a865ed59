"""What is signed and still cannot be true is not believed."""

from typing import Any

import pytest

from shop.clients.errors import Unknown
from shop.clients.wechat_pay_facts import read_refund, read_transaction

PAID: dict[str, Any] = {
    "trade_state": "SUCCESS",
    "out_trade_no": "261126054065470449-1",
    "transaction_id": "4200000000000000000000000001",
    "amount": {"total": 1, "currency": "CNY"},
    "payer": {"openid": "o-1"},
    "success_time": "2026-11-26T10:00:00+08:00",
}
REFUNDED: dict[str, Any] = {
    "status": "SUCCESS",
    "out_refund_no": "261126054065470449R-1",
    "refund_id": "50300000000000000000000001",
    "amount": {"refund": 1},
    "success_time": "2026-11-26T10:00:00+08:00",
}
ODD = ["x" * 65, "a\0b", "a\nb"]
AGES = ["0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59-08:00"]


def test_what_is_odd_below_is_read_when_it_is_not() -> None:
    assert read_transaction(PAID).amount_fen == read_refund(REFUNDED, "status").amount_fen == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((name, value) for name in ("out_trade_no", "transaction_id") for value in ODD),
        *(("success_time", age) for age in AGES),
    ],
)
def test_an_odd_payment(name: str, value: str) -> None:
    with pytest.raises(Unknown):
        read_transaction(PAID | {name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((name, value) for name in ("out_refund_no", "refund_id") for value in ODD),
        *(("success_time", age) for age in AGES),
    ],
)
def test_an_odd_refund(name: str, value: str) -> None:
    with pytest.raises(Unknown):
        read_refund(REFUNDED | {name: value}, "status")
