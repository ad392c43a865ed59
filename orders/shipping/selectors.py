"""Reading parcels."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from orders.destinations import is_same_recipient
from orders.models import Order
from orders.scope import orders_in_scope, rows_in_scope, scope_key
from orders.selectors import with_secrets
from orders.shipping.models import Direction, Intercept, InterceptState, Parcel, ParcelLine
from orders.stages import TO_SHIP, Source
from shop.actor import Actor
from shop.errors import Refused
from shop.events.models import Event
from shop.files.models import Picture
from shop.files.onlookers import shows_picture
from shop.store.deliveries import WAYS

MOST_FELLOWS = 50
"""So many orders of one buyer are looked at."""


def list_parcels(order: Order) -> "QuerySet[Parcel]":
    """The parcels that go out with lines of this order, undone ones too, oldest first; none that comes back."""
    ids = ParcelLine.objects.filter(order_line__order=order).values("parcel_id")
    return (
        Parcel.objects.filter(pk__in=ids, direction=Direction.OUT)
        .prefetch_related("lines__order_line")
        .order_by("pk")
    )


def has_turned_back(order: Order) -> bool:
    """Whether a parcel with goods of this order was refused, and the shop has not taken these in yet."""
    refused = ParcelLine.objects.filter(order_line__order=order, parcel__turned_back_at__isnull=False)
    return refused.filter(taken_at=None).exists()


def list_returns(order: Order) -> "QuerySet[Parcel]":
    """The parcels in which goods of this order come back, those that were given up too, oldest first."""
    ids = ParcelLine.objects.filter(order_line__order=order).values("parcel_id")
    return Parcel.objects.filter(pk__in=ids, direction=Direction.BACK).order_by("pk")


def list_order_ids(parcel_id: int) -> list[int]:
    """The orders that have goods in a parcel, by id."""
    lines = ParcelLine.objects.filter(parcel=parcel_id).order_by("order_line__order_id")
    return list(lines.values_list("order_line__order_id", flat=True).distinct())


def list_fellows(order: Order, *, actor: Actor) -> list[Order]:
    """Orders of the same buyer to the same recipient that could go into the parcel of this one, oldest first."""
    if not WAYS[order.delivery].has_number or order.is_test:
        return []
    others = orders_in_scope(actor).filter(
        customer_id=order.customer_id,
        stage__in=TO_SHIP,
        delivery=order.delivery,
        is_held=False,
        is_short=False,
    )
    others = with_secrets(others.exclude(pk=order.pk).exclude(source=Source.TEST)).order_by("pk")
    return [other for other in others[:MOST_FELLOWS] if is_same_recipient(order, other)]


def goes_to_same_recipient(parcel: Parcel, order: Order) -> bool:
    """Whether all that is in a parcel goes where the order goes."""
    lines = ParcelLine.objects.filter(parcel=parcel).select_related("order_line__order__customer")
    return all(is_same_recipient(order, line.order_line.order) for line in lines)


def list_just_sent(order: Order) -> list[int]:
    """The ids of the parcels that were sent by the newest move of this order, none where it was another one."""
    newest = Event.objects.filter(kind=order.subject_kind, subject_id=order.pk, number=order.version)
    sent = newest.filter(verb__in=("order.ship", "order.ship_part")).values_list("data__parcels", flat=True)
    return [parcel["id"] for parcels in sent for parcel in parcels]


def get_intercept(intercept_id: int, *, actor: Actor) -> Intercept:
    """One task that the actor may see, with its order and parcel. Raises Refused `not_found` (404)."""
    rows = Intercept.objects.select_related("order__customer", "parcel")
    intercept = rows_in_scope(rows, scope_key(actor)).filter(pk=intercept_id).first()
    if intercept is None:
        raise Refused("not_found", _("There is no such task."), 404)
    return intercept


def list_open_intercepts(scope: str) -> "QuerySet[Intercept]":
    """Those that somebody has to do, of the orders in this scope."""
    return rows_in_scope(Intercept.objects.filter(state=InterceptState.ASKED), scope)


@shows_picture
def is_photo_in_scope(picture: Picture, actor: Actor) -> bool:
    """Photos of a parcel are seen by whoever sees one of its orders."""
    lines = ParcelLine.objects.filter(parcel__photos__picture=picture)
    return rows_in_scope(lines, scope_key(actor), "order_line__order_id").exists()
