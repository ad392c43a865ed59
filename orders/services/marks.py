"""What nobody who packs an order may overlook, in the words of its papers and of the scan station."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from orders.guards import nothing_owed
from orders.models import Order
from orders.stages import IN_HAND, Stage


def list_marks(order: Order, *, is_postponed: bool) -> list[str]:
    """The marks of an order, the gravest first; none of most."""
    found = (
        _say_stop(order),
        _("On hold – do not send") if order.is_held else "",
        _say_day(order) if is_postponed else "",
        _("Test order") if order.is_test else "",
    )
    return [mark for mark in found if mark]


def mark_reprint(copy: int) -> list[str]:
    """The mark of the second copy and every further one."""
    return [_("Reprint %(n)d") % {"n": copy}] if copy > 1 else []


def _say_stop(order: Order) -> str:
    if order.stage in IN_HAND and nothing_owed(order):
        return _("Rest not paid – do not send")
    stops = {Stage.CLOSED: _("Closed – do not send"), Stage.UNPAID: _("Not paid – do not send")}
    return stops.get(Stage(order.stage), "")


def _say_day(order: Order) -> str:
    """Postponed to the end of a day, which the clock of shipping tells."""
    if order.ship_by is None or order.stage not in IN_HAND:
        return ""
    day = timezone.localtime(order.ship_by - timedelta(seconds=1))
    return _("Postponed – send by %(day)s") % {"day": f"{day:%m-%d}"}
