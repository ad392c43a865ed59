"""Every test here starts in an open shop that tells the pretend WeChat, and ends with clean books."""

import json
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest
from django.db import transaction

from orders.models import Order
from orders.payments.models import Payment
from orders.wechat_report.models import SETTLED, Company, ShippingReport
from orders.wechat_report.services.answers import SPEAKER
from orders.wechat_report.tasks import tell_wechat
from shop import clock
from shop.actor import SYSTEM
from shop.events.delivery import drain
from shop.events.models import Event
from shop.moves import services
from shop.store.models import StoreSettings
from tests import cast
from tests.gateway import Gateway

WAREHOUSE = cast.clerk("warehouse", name="李四", id_=2)
UPLOAD = "/wxa/sec/order/upload_shipping_info"


@pytest.fixture(autouse=True)
def wechat(
    transactional_db: None,
    books_are_clean: None,
    sent_tasks: list[tuple[str, int]],
    gateway: Gateway,
    settings: Any,
) -> Gateway:
    settings.WECHAT_MINI_URL = gateway.url
    gateway.server.world.ledger.write("DELETE FROM shipments")
    gateway.server.world.ledger.write("DELETE FROM trades")
    switch(wechat_report_on=True)
    return gateway


def switch(**changes: Any) -> None:
    StoreSettings.objects.update_or_create(pk=1, defaults=changes)


def make_report(order: Order) -> ShippingReport:
    """A report that WeChat has refused, of an order with a payment."""
    now = clock.now()
    wanted = {
        "type": 1,
        "all": True,
        "parcels": [{"courier": "SF", "number": "SF0000000000001", "goods": "茶×1"}],
    }
    report = ShippingReport(
        order=order,
        payment=Payment.objects.filter(order=order).latest("pk"),
        wanted=wanted,
        left_at=now,
        next_try_at=now,
        asked_at=now,
    )
    with transaction.atomic():
        services.begin(report, "report.leave", actor=SYSTEM, data={"reported": 1})
    return refuse(report)


def refuse(report: ShippingReport) -> ShippingReport:
    """WeChat has refused it."""
    why = "微信不接受快递公司"
    with transaction.atomic():
        locked = services.lock_row(ShippingReport, report.pk)
        changes = SETTLED | {"last_error": why}
        services.move(locked, "report.fail", actor=SPEAKER, changes=changes, data={"error": why})
    return locked


def lack_courier(report: ShippingReport, code: str = "DBLKY") -> ShippingReport:
    """It is about a courier that WeChat's list, which has another one, does not name."""
    parcel = {"courier": code, "number": "DPK0000000001", "goods": "茶×1"}
    ShippingReport.objects.filter(pk=report.pk).update(wanted=report.wanted | {"parcels": [parcel]})
    Company.objects.get_or_create(delivery_id="DBL", defaults={"name": "德邦快递"})
    return ShippingReport.objects.get(pk=report.pk)


def know(order: Order, wechat: Gateway) -> None:
    """WeChat knows the payments of the order."""
    for payment in Payment.objects.filter(order=order):
        enter(wechat, payment, openid=order.customer.openid)


def enter(wechat: Gateway, payment: Payment, *, openid: str, paid_at: datetime | None = None) -> None:
    moment = (paid_at or payment.captured_at).timestamp() - 1
    wechat.server.world.ledger.write(
        "INSERT OR REPLACE INTO trades VALUES (?, ?, NULL, ?, ?, '', '', 'SUCCESS', ?, ?, ?, ?)",
        *(payment.attempt.number, payment.trade_no, openid, payment.amount_fen),
        *(moment, moment, moment, secrets.token_hex(16)),
    )


def left(order: Order) -> list[ShippingReport]:
    """The reports of an order, the oldest first, once everything is delivered."""
    drain()
    return list(ShippingReport.objects.filter(order=order).order_by("pk"))


def the_only(order: Order) -> ShippingReport:
    (report,) = left(order)
    return report


def tell(report: ShippingReport) -> ShippingReport:
    """The worker does what is due, its time come; the row as it is afterwards."""
    now = clock.now()
    mine = ShippingReport.objects.filter(pk=report.pk)
    mine.filter(next_try_at__isnull=False).update(lease_until=None, next_try_at=now)
    mine.filter(asked_at__gt=now).update(asked_at=now)
    tell_wechat(report.pk)
    return ShippingReport.objects.get(pk=report.pk)


def shipments(wechat: Gateway) -> list[dict[str, Any]]:
    """What WeChat has taken, a payment each."""
    return wechat.server.world.ledger.find_all("SELECT * FROM shipments ORDER BY rowid")


def content(wechat: Gateway) -> dict[str, Any]:
    (row,) = shipments(wechat)
    return json.loads(row["content"])


def numbers(wechat: Gateway) -> list[str]:
    return [row.get("tracking_no", "") for row in content(wechat)["shipping_list"]]


def verbs(report: ShippingReport) -> Sequence[str]:
    events = Event.objects.filter(kind="shipping_report", subject_id=report.pk).order_by("number")
    return [verb.partition(".")[2] for verb in events.values_list("verb", flat=True)]
