"""Reading e-waybills."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from orders.companions import find_bundle
from orders.models import Order
from orders.scope import orders_of, rows_in_scope, scope_key
from orders.waybills.models import ASKED, HELD, HOLDING, OF_ORDER, TROUBLED, Waybill, WaybillState
from shop.actor import Actor
from shop.errors import Refused

VOIDABLE = Waybill.objects.filter(OF_ORDER, state=WaybillState.ISSUED, last_error="")
"""Numbers for ordered goods that nobody has refused to take back."""


def find_voidable(order_id: int) -> "QuerySet[Waybill]":
    """Those for a parcel with goods of an order that can be taken back."""
    bundle = find_bundle(order_id)
    is_theirs = Q(order=order_id) if bundle is None else Q(order=order_id) | Q(bundle=bundle)
    return VOIDABLE.filter(is_theirs).order_by("pk")


def get_waybill(waybill_id: int, *, actor: Actor) -> Waybill:
    """One waybill that the actor may see, with its order. Raises Refused `not_found` (404)."""
    rows = rows_in_scope(Waybill.objects.select_related("order__customer", "sender"), scope_key(actor))
    waybill = rows.filter(pk=waybill_id).first()
    if waybill is None:
        raise Refused("not_found", _("There is no such e-waybill."), 404)
    return waybill


def list_waiting(order: Order) -> dict[int, Waybill]:
    """The waybills that the ship dialog shows, by its place there: what waits for a parcel, or was refused last."""
    rows = order.waybills.filter(OF_ORDER).select_related("order__customer").order_by("place", "-pk")
    newest: dict[int, Waybill] = {}
    for waybill in rows:
        newest.setdefault(waybill.place, waybill)
    shown = (*HOLDING, WaybillState.FAILED)
    return {place: row for place, row in newest.items() if row.state in shown and not row.is_given_up}


def has_held(order: Order) -> bool:
    """Whether a number is there, or may be, for a parcel with goods of this order that is not sent."""
    return find_held(order).exists()


def list_held(order: Order) -> list[Waybill]:
    """The waybills that wait for a parcel with goods of this order, by their place in the ship dialog."""
    return list(find_held(order).order_by("place", "pk"))


def find_held(order: Order) -> "QuerySet[Waybill]":
    """Its own, and those of all that goes together with it."""
    return Waybill.objects.filter(HELD, _is_for(order))


def _is_for(order: Order) -> Q:
    own = Q(order=order.pk)
    return own if order.bundle is None else own | Q(bundle=order.bundle)


def newest_of_orders(order_ids: Any, scope: str) -> "QuerySet[Waybill]":
    """The newest waybill of each of these orders in this scope; ids, or a query that gives them."""
    newest = Waybill.objects.filter(OF_ORDER, order=OuterRef("order")).order_by("-pk").values("pk")[:1]
    return rows_in_scope(Waybill.objects.filter(order__in=order_ids, pk=Subquery(newest)), scope)


def map_shared(order_ids: Collection[int], scope: str) -> dict[int, Waybill]:
    """Order id → the newest waybill for all that goes together with it, where it is at another order of the scope."""
    going = orders_of(scope).filter(pk__in=order_ids, bundle__isnull=False)
    bundles = dict(going.values_list("pk", "bundle")) if order_ids else {}
    rows = rows_in_scope(Waybill.objects.filter(bundle__in=bundles.values()), scope).order_by("pk")
    newest = {waybill.bundle: waybill for waybill in rows} if bundles else {}
    return {pk: newest[bundle] for pk, bundle in bundles.items() if bundle in newest}


def list_printable(order_ids: Any, scope: str) -> "QuerySet[Waybill]":
    """What waits for the parcel of one of these orders and has a label that can be printed here, oldest order first.

    The one for all that goes together is that of each of them.
    """
    bundled = orders_of(scope).filter(pk__in=order_ids, bundle__isnull=False).values("bundle")
    is_theirs = Q(order__in=order_ids) | Q(bundle__in=bundled)
    issued = Waybill.objects.filter(is_theirs, OF_ORDER, state=WaybillState.ISSUED, label__isnull=False)
    return rows_in_scope(issued.exclude(label__html=""), scope).order_by("order", "place", "pk")


def find_held_or_last(order: Order, place: int) -> tuple[Waybill | None, Waybill | None]:
    """The waybill that waits for the order's first parcel, and the newest one of a place in its own ship dialog."""
    rows = list(Waybill.objects.filter(_is_for(order), OF_ORDER).order_by("place", "pk"))
    held = [row for row in rows if row.state in HOLDING and not row.is_given_up]
    last = [row for row in rows if row.place == place and row.order_id == order.pk]
    return next(iter(held), None), last[-1] if last else None


def find_last(order_id: int, place: int) -> Waybill | None:
    """The waybill that waits at a place in the ship dialog, else the newest one there."""
    rows = list(Waybill.objects.filter(OF_ORDER, order=order_id, place=place).order_by("-pk"))
    held = (row for row in rows if row.state in HOLDING and not row.is_given_up)
    return next(held, rows[0] if rows else None)


def find_of_case(case_number: str) -> Waybill | None:
    """The newest waybill for what is sent in exchange in an after-sale, unless it was given up or taken back."""
    rows = Waybill.objects.filter(~OF_ORDER, case_number=case_number, is_given_up=False)
    return rows.exclude(state=WaybillState.VOID).select_related("order__customer").order_by("pk").last()


IN_TROUBLE = Q(state__in=TROUBLED) | Q(state=WaybillState.ISSUED) & ~Q(last_error="")
"""What a person may have to settle; of issued ones those that the courier did not take back."""


def list_troubled(scope: str) -> "QuerySet[Waybill]":
    """Those that a person may have to settle, of the orders in this scope."""
    return rows_in_scope(Waybill.objects.filter(IN_TROUBLE), scope)


def list_shown(order: Order) -> list[Waybill]:
    """What the page of its order shows: those that wait for a parcel, and those on one."""
    states = (*HOLDING, WaybillState.USED)
    shown = Waybill.objects.filter(_is_for(order), state__in=states, is_given_up=False)
    return list(shown.order_by("place", "pk"))


def list_due(now: datetime, skip: Collection[int], limit: int) -> list[int]:
    """Those whose provider is to be asked now."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=now)
    due = Waybill.objects.filter(free, next_try_at__lte=now, state__in=ASKED).exclude(pk__in=skip)
    return list(due.order_by("next_try_at").values_list("pk", flat=True)[:limit])
