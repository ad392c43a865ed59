"""Whoever has received the goods needs no courier who stops them."""

from orders.shipping.models import Intercept, InterceptState
from orders.shipping.services.lapsing import lapse_intercept
from orders.stages import Stage
from shop.actor import SYSTEM, ActorKind
from shop.events.models import Event
from shop.events.registry import on

_OVER = (Stage.DONE, Stage.CLOSED)


@on("order.receive")
def end_intercepts(event: Event) -> None:
    """Once somebody has said so of every order in the parcel; that a clock ran out says nothing of where it is."""
    if event.actor_kind == ActorKind.SYSTEM:
        return
    of_order = Intercept.objects.filter(parcel__lines__order_line__order=event.subject_id)
    for intercept in of_order.filter(state=InterceptState.ASKED).select_related("parcel").distinct():
        if not intercept.parcel.lines.exclude(order_line__order__stage__in=_OVER).exists():
            lapse_intercept(intercept.parcel, SYSTEM)
