"""An attempt that was opened at the last moment: no verb that money could cross goes past it."""

from collections.abc import Callable

import pytest

from orders.models import Order
from orders.payments.changes.cancelling import cancel_lines, cancel_unpaid
from orders.payments.changes.pricing import change_price, choose_payment
from orders.payments.models import PayAttempt
from orders.payments.services.balance import pay_by_balance
from orders.payments.services.collecting import collect_payment
from orders.payments.services.transfers import record_transfer
from shop import clock
from shop.customers.balance import change_balance
from shop.store.choices import PayMethod
from tests import cast
from tests.expect import fresh, refused

ACTS: dict[str, tuple[PayMethod, Callable[[Order], object]]] = {
    "cancel_unpaid": (PayMethod.WECHAT, lambda order: cancel_unpaid(order.pk, actor=cast.buyer(order))),
    "cancel_lines": (
        PayMethod.WECHAT,
        lambda order: cancel_lines(
            order.pk, quantities={order.lines.get().pk: 1}, reason="缺货", actor=cast.clerk("order_clerk")
        ),
    ),
    "collect": (PayMethod.COD, lambda order: collect_payment(order.pk, actor=cast.clerk("order_clerk"))),
    "change_price": (
        PayMethod.WECHAT,
        lambda order: change_price(
            order.pk, goods_fen=1, freight_fen=0, reason="x", actor=cast.clerk("order_clerk")
        ),
    ),
    "choose_payment": (
        PayMethod.WECHAT,
        lambda order: choose_payment(order.pk, method=PayMethod.COD, actor=cast.buyer(order)),
    ),
    "pay_by_balance": (PayMethod.BALANCE, lambda order: pay_by_balance(order.pk, actor=cast.buyer(order))),
    "record_transfer": (
        PayMethod.TRANSFER,
        lambda order: record_transfer(
            order.pk, amount_fen=order.owed_fen, reference="r", actor=cast.clerk("finance")
        ),
    ),
}


@pytest.fixture(autouse=True)
def every_way_to_pay(open_shop: object) -> None:
    cast.open_shop(
        balance_on=True, transfer_on=True, transfer_bank="A", transfer_name="B", transfer_number="1"
    )


@pytest.mark.parametrize("verb", ACTS)
def test_it_waits_for_what_becomes_of_it(verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    method, act = ACTS[verb]
    customer = cast.make_customer()
    change_balance(customer.pk, delta_fen=900_00, reason="现金", actor=cast.clerk("finance"))
    order = cast.place(customer, pay_method=method)
    for module in ("changes.cancelling", "services.collecting", "changes.pricing"):
        # The steps at the gateway are over; the buyer presses "pay" once more before the verb takes the lock.
        path = f"orders.payments.{module}.close_live_attempt"
        monkeypatch.setattr(path, lambda *_args, **_kwargs: None)
    moment = clock.now()
    attempt = PayAttempt.objects.create(
        order=order,
        number=f"{order.number}-9",
        method=PayMethod.WECHAT,
        amount_fen=order.owed_fen,
        openid="o",
        created_at=moment,
        expires_at=moment,
    )
    before = fresh(order)
    with refused("closing", 409):
        act(before)
    assert (fresh(order).version, fresh(order).stage) == (before.version, before.stage)
    attempt.delete()
    act(before)
