"""Reading parcels."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.scope import rows_in_scope, scope_key
from orders.shipping.models import Direction, Intercept, InterceptState, Parcel, ParcelLine
from shop.actor import Actor
from shop.errors import Refused
from shop.events.models import Event


def list_parcels(order: Order) -> "QuerySet[Parcel]":
    """The parcels that go out with lines of this order, undone ones too, oldest first; none that comes back."""
    ids = ParcelLine.objects.filter(order_line__order=order).values("parcel_id")
    return (
        Parcel.objects.filter(pk__in=ids, direction=Direction.OUT)
        .prefetch_related("lines__order_line")
        .order_by("pk")
    )


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
