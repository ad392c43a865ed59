"""What is signed and still cannot be true is not believed."""

from collections.abc import Callable
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


READERS = {
    read_transaction: (PAID, ("out_trade_no", "transaction_id")),
    lambda facts: read_refund(facts, "status"): (REFUNDED, ("out_refund_no", "refund_id")),
}


@pytest.mark.parametrize(
    ("read", "facts"),
    [
        (read, facts | {name: value})
        for read, (facts, numbers) in READERS.items()
        for names, values in ((numbers, ODD), (("success_time",), AGES))
        for name in names
        for value in values
    ],
)
def test_an_odd_payment_or_refund(read: Callable[[dict[str, Any]], object], facts: dict[str, Any]) -> None:
    with pytest.raises(Unknown):
        read(facts)
