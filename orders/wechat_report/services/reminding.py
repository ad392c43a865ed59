"""When all parcels have arrived, WeChat asks the buyer once to confirm the receipt, after which it pays the shop."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from orders.moves import lock_row
from orders.shipping.models import ParcelState, Purpose
from orders.shipping.selectors import list_parcels
from orders.stages import Stage
from orders.wechat_report.models import ReportState, ShippingReport
from orders.wechat_report.reporting import is_reporting
from orders.wechat_report.services.answers import FIRST_WAIT, LONGEST_WAIT, SPEAKER
from shop import clock
from shop.actor import SYSTEM
from shop.moves import services

LEASE = timedelta(seconds=60)
PATIENCE = timedelta(days=7)
"""So long after the arrival WeChat is not worth asking any more."""


def note_arrival(order_id: int) -> None:
    """Have the buyer asked for the receipt, once, when nothing of the order is on its way any more."""
    if not is_reporting():
        return
    with transaction.atomic():
        order = lock_row(order_id)
        is_under_way = list_parcels(order).filter(state=ParcelState.SENT, purpose=Purpose.ORDER).exists()
        if is_under_way or order.stage not in (Stage.SHIPPED, Stage.DONE):
            return
        reports = ShippingReport.objects.filter(order=order, arrived_at__isnull=True)
        for report_id in list(reports.order_by("pk").values_list("pk", flat=True)):
            report = services.lock_row(ShippingReport, report_id)
            changes = {"arrived_at": clock.now(), "remind_at": clock.now()}
            services.move(report, "report.arrive", actor=SYSTEM, changes=changes)


def claim_reminder(report_id: int) -> ShippingReport | None:
    """Put the next try off and read it; None when there is nothing to ask for. A second try does no harm."""
    mine = ShippingReport.objects.filter(pk=report_id, state=ReportState.TOLD, remind_at__isnull=False)
    if not mine.update(remind_at=clock.now() + LEASE):
        return None
    return ShippingReport.objects.select_related("order", "payment__attempt").get(pk=report_id)


def put_reminder_off(report: ShippingReport) -> None:
    """Ask again later, after as long again as has gone by since the arrival."""
    waited = clock.now() - (report.arrived_at or clock.now())
    later = clock.now() + min(max(waited, FIRST_WAIT), LONGEST_WAIT)
    _find_open(report).update(remind_at=later)


def _find_open(report: ShippingReport) -> "QuerySet[ShippingReport]":
    return ShippingReport.objects.filter(pk=report.pk, remind_at__isnull=False)


def apply_reminded(report: ShippingReport) -> None:
    """WeChat has asked the buyer, now or before."""
    _end(report, "report.remind", {"reminded_at": clock.now()})


def spare_reminder(report: ShippingReport, *, error: str) -> None:
    """WeChat does not ask the buyer."""
    _end(report, "report.spare_reminder", {}, error)


def _end(report: ShippingReport, verb: str, changes: dict[str, Any], error: str = "") -> None:
    with transaction.atomic():
        lock_row(report.order_id)
        current = services.lock_row(ShippingReport, report.pk)
        if current.remind_at is not None:
            said = {"error": error[:200]} if error else {}
            services.move(current, verb, actor=SPEAKER, changes=changes | {"remind_at": None}, data=said)
