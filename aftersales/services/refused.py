"""A prepaid parcel that was refused at the door: its return, agreed to and on its way, by one press."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from aftersales.choices import Kind
from aftersales.models import Aftersale
from aftersales.services.answering import agree_return
from aftersales.services.applying import Claim, open_aftersale
from aftersales.services.returns import send_back
from orders.models import Order
from orders.shipping.models import Direction, Parcel, ParcelState
from shop.actor import Actor
from shop.errors import Refused
from shop.moves.services import lock_row


def list_refused(order: Order) -> "QuerySet[Parcel]":
    """Parcels of a paid order that were refused, are not back yet, and are in no after-sale."""
    rows = Parcel.objects.filter(
        direction=Direction.OUT, turned_back_at__isnull=False, case_number="", lines__order_line__order=order
    )
    rows = rows.exclude(state__in=(ParcelState.RETURNED, ParcelState.UNDONE)).distinct().order_by("pk")
    return rows if order.paid_fen else rows.none()


def open_for_refused(order_id: int, parcel_id: int, reason_id: int, *, actor: Actor) -> Aftersale:
    """Open the return of all that is in a refused parcel, agree to it, and wait for the parcel; or nothing of it.

    Raises Refused `not_found` (404), and as `open_aftersale`, `agree_return` and `send_back` do.
    """
    with transaction.atomic():
        order = lock_row(Order, order_id, actor=actor)
        parcel = list_refused(order).filter(pk=parcel_id).first()
        if parcel is None:
            raise Refused("not_found", _("There is no such parcel."), 404)
        mine = parcel.lines.filter(order_line__order=order)
        claim = Claim(Kind.RETURN, dict(mine.values_list("order_line_id", "quantity")), reason_id)
        opened = open_aftersale(order_id, claim, actor=actor)
        agree_return(opened.pk, actor=actor)
        return send_back(opened.pk, courier=parcel.courier, tracking_no=parcel.tracking_no, actor=actor)
