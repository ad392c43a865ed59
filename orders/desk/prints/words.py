"""How it is told of an order that its receipt was printed."""

from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import gettext as _

from orders.models import Order
from orders.services.printing import Document
from shop import clock
from shop.events.models import Event
from shop.events.words import describe_actor


def tell_prints(order: Order, events: Iterable[Event]) -> str:
    """How often, when last, and by whom as far as these events of the order know, newest first; "" for never."""
    if not order.printed_at:
        return ""
    at = timezone.localtime(order.printed_at)
    is_today = at.date() == timezone.localtime(clock.now()).date()
    words = {"n": order.prints, "at": f"{at:%H:%M}" if is_today else f"{at:%m-%d %H:%M}"}
    last = next((event for event in events if _is_receipt(event)), None)
    if last is None:
        return _("Printed %(n)d ×, %(at)s") % words
    return _("Printed %(n)d ×, %(at)s by %(who)s") % {**words, "who": describe_actor(last)}


def _is_receipt(event: Event) -> bool:
    return event.verb == "order.print" and event.data.get("document") == Document.RECEIPT
