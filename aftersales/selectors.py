"""Reading after-sales."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from aftersales.choices import OURS, State
from aftersales.models import IS_DISPUTED, Aftersale
from orders.scope import rows_in_scope, scope_key
from orders.shipping.models import Parcel
from shop.actor import Actor
from shop.errors import Refused


def get_aftersale(number: str, *, actor: Actor) -> Aftersale:
    """One that the actor may see, with its order. Raises Refused `not_found` (404)."""
    rows = Aftersale.objects.select_related("order__customer")
    aftersale = rows_in_scope(rows, scope_key(actor)).filter(number=number).first()
    if aftersale is None:
        raise Refused("not_found", _("There is no such after-sale."), 404)
    return aftersale


def list_in(scope: str, *states: State) -> "QuerySet[Aftersale]":
    """Those in these states, all for none."""
    rows = Aftersale.objects.filter(state__in=states) if states else Aftersale.objects.all()
    return rows_in_scope(rows, scope)


def list_ours(scope: str) -> "QuerySet[Aftersale]":
    """Those in which the shop has to move."""
    return list_in(scope, *OURS)


def list_disputed(scope: str) -> "QuerySet[Aftersale]":
    """Those that a supervisor has to decide."""
    return rows_in_scope(Aftersale.objects.filter(IS_DISPUTED), scope)


def list_asked(scope: str) -> "QuerySet[Aftersale]":
    """Those that wait for the shop's answer."""
    return list_in(scope, State.ASKED)


def list_here(scope: str) -> "QuerySet[Aftersale]":
    """Those whose goods have come back, and are to be taken in or settled."""
    is_here = Q(state=State.RECEIVED) | Q(state=State.RETURNING, arrived_at__isnull=False)
    return rows_in_scope(Aftersale.objects.filter(is_here), scope)


def find_by_slip(typed: str) -> "QuerySet[Aftersale]":
    """Those of a whole number that is on the slip or the box: its own, or that of a parcel of it."""
    of_parcel = Parcel.objects.filter(tracking_no=typed).exclude(case_number="").values("case_number")
    own, sent = Aftersale.objects.filter(number=typed), Aftersale.objects.filter(number__in=of_parcel)
    return Aftersale.objects.filter(pk__in=join_ids(own, sent))


def join_ids(*rows: "QuerySet[Aftersale]") -> "QuerySet[Aftersale, Any]":
    """The ids of all of these: joined by UNION, for with OR all after-sales would be read."""
    first, *others = (each.order_by().values("pk") for each in rows)
    return first.union(*others)


def list_of_order(order_id: int) -> list[Aftersale]:
    """Those of an order, the newest first."""
    return list(Aftersale.objects.filter(order=order_id).order_by("-pk"))
