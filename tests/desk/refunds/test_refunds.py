"""The page of the refunds: what goes back, how far it is, and what somebody has to do."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from orders.desk.home.queues import list_queues
from orders.desk.list.counts import count_tabs
from orders.models import Order
from orders.payments.changes.cancelling import cancel_paid
from orders.payments.changes.partial import PartRefund, refund_part
from orders.payments.models import Payment, Refund, RefundCause, RefundState
from orders.payments.selectors import REFUNDABLE_FOR
from orders.payments.services.collecting import collect_payment
from orders.payments.services.payouts import pay_out_refund
from orders.payments.services.refund_evidence import apply_refund_evidence
from orders.payments.services.refund_sending import refuse_refund, retry_refund
from shop import clock
from shop.actor import GATEWAY
from shop.store.choices import PayMethod
from tests import cast
from tests.console import page_with
from tests.expect import refused

LIST = "/console/orders/refunds/"
FINANCE = cast.clerk("finance", id_=8, name="老李")


@pytest.fixture
def finance(shop: None, sign_in: Any) -> Client:
    return sign_in("finance")


def refunded(order: Order | None = None, fen: int = 5_00) -> Refund:
    order = order or cast.paid_order()
    refund_part(order.pk, PartRefund(fen, "破损"), actor=FINANCE)
    return order.refunds.latest("pk")


def of_cash() -> Refund:
    order = cast.place(pay_method=PayMethod.COD)
    collect_payment(order.pk, actor=cast.clerk("order_clerk"))
    return refunded(order)


def failed() -> Refund:
    refund = refunded()
    refuse_refund(refund, why="NOT_ENOUGH")
    return refund


def done() -> Refund:
    refund = refunded()
    apply_refund_evidence(refund.number, status="SUCCESS", gateway_id="50300001", actor=GATEWAY)
    return refund


def processing() -> Refund:
    refund = refunded()
    apply_refund_evidence(refund.number, status="PROCESSING", actor=GATEWAY)
    return refund


def shown(client: Client, query: str = "") -> list[int]:
    return [row.refund.pk for row in client.get(f"{LIST}{query}").context["rows"]]


def test_each_stands_on_its_tab_and_all_on_the_first(finance: Client) -> None:
    cash, bad, back, at_wechat, new = of_cash(), failed(), done(), processing(), refunded()
    assert shown(finance) == [row.pk for row in (new, at_wechat, back, bad, cash)]
    tabs = {"person": bad, "to_pay_out": cash, "on_its_way": new, "processing": at_wechat, "done": back}
    assert {key: shown(finance, f"?show={key}") for key in tabs} == {
        key: [row.pk] for key, row in tabs.items()
    }
    assert [str(tab["count"]) for tab in finance.get(LIST).context["tabs"]] == ["", "1", "1", "", "", ""]


def test_a_row_says_how_far_it_is_and_what_is_next(finance: Client) -> None:
    refund = failed()
    page = page_with(200, finance.get(LIST))
    for words in (
        refund.number,
        "¥5.00",
        "the merchant account holds too little money",
        "Try again or pay out",
    ):
        assert words in page
    assert f"/console/orders/{refund.order.number}/#refunds" in page


def test_the_buyer_is_masked(finance: Client) -> None:
    refund = refunded()
    page = page_with(200, finance.get(LIST))
    assert refund.order.recipient not in page


def test_it_is_found_by_each_of_its_numbers(finance: Client) -> None:
    refunded()
    back, paid_out = done(), of_cash()
    pay_out_refund(paid_out.pk, reference="网银 88-1", actor=FINANCE)
    for number in (back.number, back.order.number, "50300001", f" {back.number} "):
        assert shown(finance, f"?show=person&q={number}") == [back.pk]
    assert shown(finance, "?q=网银 88-1") == [paid_out.pk]
    assert "No refund like this" in page_with(200, finance.get(f"{LIST}?q=12345678"))


def test_filters_narrow_it(finance: Client) -> None:
    cash, small = of_cash(), refunded(fen=1_00)
    cancelled = cast.paid_order()
    cancel_paid(cancelled.pk, reason="缺货", actor=cast.clerk("order_clerk", id_=77))
    whole = cancelled.refunds.get()
    assert shown(finance, "?method=cod") == [cash.pk]
    assert shown(finance, f"?cause={RefundCause.CANCEL}") == [whole.pk]
    assert shown(finance, "?below=1") == [small.pk]
    assert shown(finance, "?above=5.01") == [whole.pk]
    today = timezone.localdate(clock.now())
    assert len(shown(finance, f"?since={today}&until={today}")) == 3
    assert shown(finance, "?until=2020-01-01") == []


def test_of_whoever_decided_it(finance: Client) -> None:
    user = cast.make_staff("finance")
    order = cast.paid_order()
    refund_part(order.pk, PartRefund(1_00, "x"), actor=cast.actor_of(user))
    refunded()
    assert shown(finance, f"?who={user.pk}") == [order.refunds.get().pk]
    assert shown(finance, "?who=system") == []


@pytest.mark.parametrize("role", ["order_clerk", "support", "warehouse", "store_clerk"])
def test_it_is_not_for_who_may_not_refund(shop: None, sign_in: Any, role: str) -> None:
    assert sign_in(role).get(LIST).status_code == 403


def test_the_home_page_leads_here(shop: None) -> None:
    failed(), of_cash()
    urls = {queue.name: queue.url for queue in list_queues(count_tabs(FINANCE), FINANCE)}
    assert urls["refund_failed"] == f"{LIST}?show=person"
    assert urls["to_pay_out"] == f"{LIST}?show=to_pay_out"


def test_however_many_there_are_it_takes_as_many_queries(
    finance: Client, django_assert_max_num_queries: Any
) -> None:
    for _ in range(3):
        failed()
    finance.get(LIST)
    with django_assert_max_num_queries(12):
        finance.get(LIST)


def test_what_was_paid_too_long_ago_is_not_tried_again_and_says_what_to_do(finance: Client) -> None:
    refund = failed()
    Payment.objects.update(captured_at=clock.now() - REFUNDABLE_FOR + timedelta(minutes=1))
    assert "Try again or pay out" in page_with(200, finance.get(LIST))
    Payment.objects.update(captured_at=clock.now() - REFUNDABLE_FOR)
    detail = f"/console/orders/{refund.order.number}/"
    for page in (page_with(200, finance.get(LIST)), page_with(200, finance.get(detail))):
        assert "more than 365 days ago" in page
        assert "retry/" not in page
        assert "Try again or pay out" not in page
    assert "Record payout" in page_with(200, finance.get(LIST))
    with refused("too_old"):
        retry_refund(refund.pk, actor=FINANCE)
    refund.refresh_from_db()
    assert refund.state == RefundState.FAILED
