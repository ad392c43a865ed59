"""What WeChat is to be told follows what is true of an order's parcels."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from orders.models import Order
from orders.moves import lock_row
from orders.payments.models import Payment
from orders.wechat_report.models import SETTLED, ReportState, ShippingReport
from orders.wechat_report.services.standing import note_reporting
from orders.wechat_report.wanted import Wanted, describe_shipping, is_same, list_payments
from shop import clock
from shop.actor import SYSTEM
from shop.moves import services
from shop.store.selectors import get_store_settings

_QUIET = (ReportState.DROPPED, ReportState.LEFT)
"""These stay as they are until something new is to be told."""


def follow_order(order_id: int) -> None:
    """Write down what WeChat is to be told of an order now: one report for each of its payments there.

    Only rows are written here, by what the parcels are now, so that events may be carried in any order and twice. Of
    test orders WeChat is told nothing, nor of a buyer who was erased.
    """
    if not note_reporting():
        return
    with transaction.atomic():
        order = lock_row(order_id)
        if order.is_test or order.customer.erased_at:
            return
        wanted = describe_shipping(order)
        for payment in list_payments(order):
            _follow(order, payment, wanted)


def _follow(order: Order, payment: Payment, wanted: Wanted) -> None:
    report_id = ShippingReport.objects.filter(payment=payment).values_list("pk", flat=True).first()
    if report_id is not None:
        report = services.lock_row(ShippingReport, report_id)
        if not is_same(wanted, report.wanted):
            change(report, wanted)
    elif wanted:
        _leave(order, payment, wanted)


def _leave(order: Order, payment: Payment, wanted: Wanted) -> None:
    report = ShippingReport(
        order=order, payment=payment, wanted=wanted, left_at=clock.now(), **_ask_at(find_due_time())
    )
    services.begin(report, "report.leave", actor=SYSTEM, data=describe(wanted))


def find_due_time() -> datetime:
    """When WeChat is told of what changes now: until then a mistake can be taken back."""
    return clock.now() + timedelta(minutes=get_store_settings().wechat_report_delay_minutes)


def _ask_at(moment: datetime) -> dict[str, Any]:
    return {"next_try_at": moment, "asked_at": moment}


def describe(wanted: Wanted) -> dict[str, Any]:
    """What events say of it."""
    return {"reported": len(wanted.get("parcels", ()))}


def change(report: ShippingReport, wanted: Wanted) -> None:
    """Have a locked report say what is true now, and WeChat told of it unless it knows."""
    verb = _choose(report, wanted)
    if verb is None:
        return
    changes: dict[str, Any] = {"wanted": wanted}
    if verb in ("report.drop", "report.spare"):
        changes |= SETTLED | {"last_error": ""}
    elif verb == "report.renew" or (verb == "report.correct" and _waits_unheard(report)):
        changes |= _ask_at(find_due_time()) | {"last_error": ""}
    said = {} if verb == "report.drop" else describe(wanted)
    services.move(report, verb, actor=SYSTEM, changes=changes, data=said)


def _choose(report: ShippingReport, wanted: Wanted) -> str | None:
    """The verb that fits what is wanted now; None where all stays as it is."""
    if report.may_have_arrived or report.state in (ReportState.UNKNOWN, ReportState.FIXED):
        return "report.correct"
    if not wanted or is_same(wanted, report.taken):
        return _choose_end(report)
    return "report.correct" if report.state == ReportState.WAITING else "report.renew"


def _choose_end(report: ShippingReport) -> str | None:
    """The same where WeChat need not hear anything new."""
    if report.state in _QUIET:
        return None
    if report.state == ReportState.TOLD:
        return "report.correct"
    return "report.spare" if report.taken else "report.drop"


def _waits_unheard(report: ShippingReport) -> bool:
    return report.state == ReportState.WAITING and not report.may_have_arrived


def settle_unheard(report: ShippingReport) -> None:
    """End a locked report of which WeChat has not heard, when meanwhile nothing new is to be told."""
    verb = "report.spare" if report.taken else "report.drop"
    said = describe(report.wanted) if report.taken else {}
    services.move(report, verb, actor=SYSTEM, changes=SETTLED | {"last_error": ""}, data=said)
