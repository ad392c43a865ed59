"""Reading shipping reports, and how the shop stands with WeChat."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.scope import rows_in_scope, scope_key
from orders.wechat_report.models import (
    ASKED,
    IN_TROUBLE,
    Company,
    CourierCompany,
    HeldState,
    ReportState,
    ShippingReport,
)
from orders.wechat_report.reporting import get_standing
from shop.actor import Actor
from shop.couriers.known import find_courier
from shop.errors import Refused
from shop.store.selectors import get_store_settings

_OTHER = "其他"


def get_report(report_id: int, *, actor: Actor) -> ShippingReport:
    """One report that the actor may see, with its order and payment. Raises Refused `not_found` (404)."""
    rows = ShippingReport.objects.select_related("order", "payment")
    report = rows_in_scope(rows, scope_key(actor)).filter(pk=report_id).first()
    if report is None:
        raise Refused("not_found", _("There is no such report."), 404)
    return report


def list_of_order(order: Order) -> list[ShippingReport]:
    """The reports of an order, one for each of its payments at WeChat."""
    return list(ShippingReport.objects.filter(order=order).select_related("payment").order_by("pk"))


def list_troubled(scope: str) -> "QuerySet[ShippingReport]":
    """Those that a person has to look at, of the orders in this scope."""
    return rows_in_scope(ShippingReport.objects.filter(IN_TROUBLE), scope)


def list_waiting(scope: str) -> "QuerySet[ShippingReport]":
    """Those of which WeChat is still to be told."""
    return rows_in_scope(ShippingReport.objects.filter(next_try_at__isnull=False), scope)


def list_held(scope: str, state: HeldState) -> "QuerySet[ShippingReport]":
    """Payments that WeChat keeps, in this state."""
    return rows_in_scope(ShippingReport.objects.filter(held_state=state), scope)


@dataclass(frozen=True)
class Held:
    """Money that WeChat keeps in one state: how many payments, and what of them was not refunded."""

    state: HeldState
    count: int
    fen: int


def sum_held(scope: str) -> list[Held]:
    """What WeChat keeps, by state; every state, also empty ones. Reads only rows of money that it keeps."""
    left = F("payment__amount_fen") - F("payment__refunded_fen")
    rows = rows_in_scope(ShippingReport.objects.filter(held_state__isnull=False), scope)
    sums: dict[Any, Any] = {
        row["held_state"]: row
        for row in rows.order_by().values("held_state").annotate(count=Count("pk"), fen=Sum(left))
    }
    empty = {"count": 0, "fen": 0}
    return [
        Held(state, found["count"], found["fen"])
        for state, found in ((state, sums.get(state, empty)) for state in HeldState)
    ]


def list_due(now: datetime, skip: Collection[int], limit: int) -> list[int]:
    """Those of which WeChat is to be told now."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=now)
    due = ShippingReport.objects.filter(free, next_try_at__lte=now, state__in=ASKED).exclude(pk__in=skip)
    return list(due.order_by("next_try_at").values_list("pk", flat=True)[:limit])


def list_to_remind(now: datetime, skip: Collection[int], limit: int) -> list[int]:
    """Those whose buyer WeChat is to ask now for the receipt; before it was told it cannot."""
    due = ShippingReport.objects.filter(remind_at__lte=now, state=ReportState.TOLD).exclude(pk__in=skip)
    return list(due.order_by("remind_at").values_list("pk", flat=True)[:limit])


def list_standing_due(now: datetime, skip: Collection[int], _limit: int) -> list[int]:
    """The one row, when WeChat is to be asked about the shop now."""
    if 1 in skip or not get_store_settings().wechat_report_on:
        return []
    standing = get_standing()
    if standing.lease_until is not None and standing.lease_until > now:
        return []
    is_due = any(at is None or at <= now for at in (standing.ask_at, standing.check_at))
    return [1] if is_due else []


def find_company(code: str) -> str:
    """What WeChat calls a courier of ours, "" when it knows none: as chosen, by its id, its name, or any other."""
    if chosen := _find_chosen(code):
        return chosen
    courier = find_courier(code)
    if courier and courier.wechat:
        return courier.wechat
    listed = Company.objects.filter(name__in=[courier.name_zh, _OTHER] if courier else [_OTHER])
    found = {company.name: company.delivery_id for company in listed}
    return found.get(courier.name_zh if courier else "", found.get(_OTHER, ""))


def _find_chosen(code: str) -> str:
    """What people chose, as long as WeChat lists it."""
    chosen = CourierCompany.objects.filter(courier=code).values("delivery_id")
    return Company.objects.filter(delivery_id__in=chosen).values_list("delivery_id", flat=True).first() or ""


def list_to_name(report: ShippingReport) -> list[str]:
    """The couriers of a report that WeChat's list does not name, or for which people have chosen."""
    codes = dict.fromkeys(row["courier"] for row in report.wanted.get("parcels", ()) if row["courier"])
    listed = set(Company.objects.values_list("delivery_id", flat=True))
    chosen = set(CourierCompany.objects.filter(courier__in=codes).values_list("courier", flat=True))
    return [code for code in codes if code in chosen or find_company(code) not in listed] if listed else []


def list_companies() -> list[Company]:
    """The couriers that WeChat knows, by name."""
    return list(Company.objects.order_by("name", "pk"))


def list_failed_of(courier: str, scope: str) -> "QuerySet[ShippingReport]":
    """Reports with a parcel of this courier that WeChat has refused."""
    of_courier = {"wanted__parcels__contains": [{"courier": courier}]}
    return list_troubled(scope).filter(state=ReportState.FAILED, **of_courier)
