"""The words people read about an order: what it is waiting for, and until when."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orders.guards import UNDO_GRACE
from orders.models import Order
from orders.payments.models import Refund, RefundState
from orders.stages import IN_HAND, AftersaleMark, BuyerReason, CloseReason, Stage
from shop.store.choices import OverdueRule, PayMethod
from shop.store.deliveries import WAYS

SOON = timedelta(hours=24)


@dataclass(frozen=True)
class Label:
    """A badge: `tone` is one of the six of the UI kit, `icon_name` overrides the tone's shape."""

    words: str
    tone: str
    icon_name: str = ""


@dataclass(frozen=True)
class Deadline:
    """Until when something has to happen; `tone` is "", "soon" or "overdue". `rule` is what happens by itself."""

    words: str
    at: datetime
    tone: str = ""
    rule: str = ""


def describe_order(order: Order) -> Label:
    """The derived label of an order, such as "Paid, to ship" or "Shipped in part"."""
    if order.stage == Stage.UNPAID and order.proof_sent_at:
        return Label(_("Transfer to check"), "move", "building-bank")
    if order.stage == Stage.UNPAID:
        return Label(_("Awaiting payment"), "waiting")
    if order.stage == Stage.CLOSED:
        return Label(_("Closed: %(why)s") % {"why": describe_close(order)}, "waiting", "ban")
    if order.is_coming_back and not order.pieces_to_send:
        return Label(_("Refused, on its way back"), "soon", "arrow-back-up")
    if order.stage == Stage.DONE:
        return _describe_done(order)
    if order.stage == Stage.SHIPPED:
        return Label(_("Shipped, not paid yet") if order.owed_fen else _("Shipped"), "waiting", "truck")
    if order.supplement_by and not order.is_held:
        return Label(_("The rest is to be paid"), "waiting", "cash")
    if order.is_held:
        return Label(_("On hold: %(stage)s") % {"stage": _describe_in_hand(order)}, "held")
    return Label(_describe_in_hand(order), "move")


def describe_close(order: Order) -> str:
    """Why it closed, with the reason that the buyer gave."""
    why = CloseReason(order.close_reason).label
    if not order.cancel_reason:
        return str(why)
    return _("%(why)s (%(reason)s)") % {"why": why, "reason": BuyerReason(order.cancel_reason).label}


def _describe_done(order: Order) -> Label:
    return Label(_("Completed, not paid yet"), "soon") if order.owed_fen else Label(_("Completed"), "done")


def _describe_in_hand(order: Order) -> str:
    way = WAYS[order.delivery]
    if order.pieces_shipped:
        return str(way.in_part)
    is_unpaid = order.owed_fen and order.pay_method == PayMethod.COD
    return str((way.waits_unpaid if is_unpaid else way.waits)[order.stage])


def describe_deadline(order: Order, now: datetime) -> Deadline | None:
    """The deadline that counts in the order's stage, None when none runs."""
    if order.is_held:
        return _describe_release(order)
    if order.stage == Stage.UNPAID and order.pay_by:
        words = _("Closes in %(span)s") if order.pay_by > now else _("About to close")
        return Deadline(words % {"span": describe_span(order.pay_by - now)}, order.pay_by)
    if order.supplement_by:
        span = describe_span(order.supplement_by - now)
        return Deadline(_("On hold unless paid in %(span)s") % {"span": span}, order.supplement_by)
    if order.stage in IN_HAND and order.ship_by:
        return _describe_ship_by(order, order.ship_by, now)
    if order.stage == Stage.SHIPPED and order.receive_by and not order.receive_stopped_at:
        words = _("Receives itself in %(span)s")
        return Deadline(words % {"span": describe_span(order.receive_by - now)}, order.receive_by)
    return None


def _describe_release(order: Order) -> Deadline | None:
    if order.release_at is None:
        return None
    at = timezone.localtime(order.release_at)
    return Deadline(_("Held until %(at)s") % {"at": f"{at:%m-%d %H:%M}"}, order.release_at)


def _describe_ship_by(order: Order, ship_by: datetime, now: datetime) -> Deadline:
    if ship_by <= now:
        words = _("%(span)s overdue") % {"span": describe_span(now - ship_by)}
        return Deadline(words, ship_by, "overdue", describe_overdue_rule(order, now))
    words = _("Ship within %(span)s") % {"span": describe_span(ship_by - now)}
    if ship_by - now > SOON:
        return Deadline(words, ship_by)
    return Deadline(words, ship_by, "soon", describe_overdue_rule(order, now))


def describe_overdue_rule(order: Order, now: datetime) -> str:
    """What the shop's rule does with an order that is not sent in time, and when; "" where it does nothing."""
    if order.ship_by is None or order.pieces_shipped or order.aftersale_mark == AftersaleMark.OPEN:
        return ""
    grace = order.undone_at + UNDO_GRACE if order.undone_at else order.ship_by
    at = max(order.ship_by, grace)
    words = {"at": f"{timezone.localtime(at):%m-%d %H:%M}"}
    if order.overdue_rule == OverdueRule.BUYER:
        has_begun = order.ship_by <= now
        return _("The buyer may cancel alone") if has_begun else _("The buyer may cancel from %(at)s") % words
    if order.overdue_rule != OverdueRule.CLOSE:
        return ""
    if order.paid_fen:
        return _("Will be refunded and closed at %(at)s by the rule") % words
    return _("Will be closed at %(at)s by the rule") % words


def describe_span(span: timedelta) -> str:
    """A length of time in its largest whole unit: "12 min", "5 h", "3 days"."""
    minutes = max(int(span.total_seconds() // 60), 0)
    if minutes < 60:
        return _("%(n)d min") % {"n": minutes}
    if minutes < 48 * 60:
        return _("%(n)d h") % {"n": minutes // 60}
    days = minutes // (24 * 60)
    return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}


_REFUND_TONES = {RefundState.FAILED: "overdue", RefundState.TO_PAY_OUT: "move", RefundState.DONE: "done"}


def find_refund_tone(refund: Refund) -> str:
    """The colour of a refund's state: of one that needs a person that of what is late."""
    return "overdue" if refund.stuck_at else _REFUND_TONES.get(RefundState(refund.state), "waiting")
