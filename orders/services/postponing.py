"""Goods that will be there later: another day to send them."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.moves import locked_order, move
from orders.services.fulfilment import end_of_day
from shop import clock
from shop.actor import Actor
from shop.errors import Refused
from shop.events.models import Event
from shop.events.services import seal_words

LONGEST = timedelta(days=180)


def postpone_order(
    order_id: int, *, ship_on: date, notice: str = "", actor: Actor, expected_version: int | None = None
) -> Order:
    """Promise to send an order by the end of a day in the shop's time zone; the buyer reads the day and the `notice`.

    Raises Refused `bad_day` for one that is over or more than half a year away.
    """
    today = timezone.localdate(clock.now())
    if not today <= ship_on <= today + LONGEST:
        raise Refused("bad_day", _("Choose a day from today on, within half a year."), 400)
    with locked_order(order_id, "order.postpone", actor, expected_version) as order:
        before = timezone.localdate(order.ship_by - timedelta(seconds=1)) if order.ship_by else ""
        data = {"before": str(before), "after": str(ship_on)}
        sealed = seal_words(order, notice=notice.strip()[:200])
        changes = {"ship_by": end_of_day(ship_on)}
        move(order, "order.postpone", actor=actor, changes=changes, data=data, sealed=sealed)
    return order


def find_postponed(order_ids: Iterable[int]) -> set[int]:
    """Those of these orders whose buyer was told of another day; one query."""
    told = Event.objects.filter(
        kind=Order.subject_kind, subject_id__in=list(order_ids), verb="order.postpone"
    )
    return set(told.values_list("subject_id", flat=True))
