"""What must hold before a verb of the move table: each guard reads only the order's own columns."""

from collections.abc import Callable
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.stages import AftersaleMark, Stage
from shop import clock
from shop.errors import Refused
from shop.money import format_fen
from shop.store.choices import Delivery, OverdueRule, PayMethod
from shop.store.deliveries import WAYS
from shop.words import fill

Guard = Callable[[Order], Refused | None]
URGE_EVERY = timedelta(hours=1)


def is_test(order: Order) -> Refused | None:
    return None if order.is_test else Refused("no_test", _("This is not a test order."))


def has_buyer(order: Order) -> Refused | None:
    """Nobody gets the goods of a test order: whatever was sent of it is taken back."""
    if not order.is_test:
        return None
    return Refused(
        "test_order", _("This is a test order, which nobody receives. Remove it when you have seen enough.")
    )


def holds_money(order: Order) -> Refused | None:
    """A test order costs nothing, so that it can be removed without anything to give back."""
    if not order.is_test:
        return None
    return Refused(
        "test_order", _("This is a test order, which holds no money. Remove it when you have seen enough.")
    )


def not_held(order: Order) -> Refused | None:
    if not order.is_held:
        return None
    message = _("The order is on hold: %(why)s. Release it first.")
    return Refused("held", fill(message, {"why": order.hold_reason}))


def not_held_back(order: Order) -> Refused | None:
    """As `not_held` where a buyer may be told: what staff typed for each other is not theirs to read."""
    return Refused("held", _("The order is on hold. Please ask the shop.")) if order.is_held else None


def nothing_owed(order: Order) -> Refused | None:
    if not order.owed_fen or order.pay_method == PayMethod.COD:
        return None
    return Refused("owes", _("The order has not been paid in full."))


def owes(order: Order) -> Refused | None:
    if order.owed_fen or order.stage == Stage.UNPAID:
        return None
    return Refused("nothing_owed", _("Nothing is owed for this order."))


def nothing_paid(order: Order) -> Refused | None:
    return Refused("already_paid", _("The order has been paid.")) if order.paid_fen else None


def not_paid_yet(order: Order) -> Refused | None:
    """As `nothing_paid` where a buyer may still change alone what the shop has no money for."""
    message = _("The order has been paid. Ask the shop to change it.")
    return Refused("already_paid", message) if order.paid_fen else None


def something_paid(order: Order) -> Refused | None:
    return None if order.paid_fen else Refused("nothing_paid", _("Nothing has been paid for this order."))


def paid_or_picked_up(order: Order) -> Refused | None:
    """The rest of what was paid in part is waived; at a counter, where the buyer stands and waits, all of it may be."""
    return None if order.delivery == Delivery.PICKUP else something_paid(order)


def something_kept(order: Order) -> Refused | None:
    if order.paid_fen > order.refunded_fen:
        return None
    return Refused("nothing_kept", _("Nothing that was paid is left to be refunded."))


def nothing_shipped(order: Order) -> Refused | None:
    return (
        Refused("already_shipped", _("Goods of this order have been shipped."))
        if order.pieces_shipped
        else None
    )


def something_shipped(order: Order) -> Refused | None:
    if order.pieces_shipped:
        return None
    return Refused("nothing_shipped", _("Nothing of this order has been shipped."))


def goes_by_courier(order: Order) -> Refused | None:
    if WAYS[order.delivery].has_number:
        return None
    return Refused("no_number", _("This order goes without a courier, so its parcels have no number."))


def is_sent(order: Order) -> Refused | None:
    if WAYS[order.delivery].is_sent:
        return None
    return Refused("is_picked_up", _("The buyer picks this order up at a store: nothing of it is sent."))


def is_picked_up(order: Order) -> Refused | None:
    if order.delivery == Delivery.PICKUP:
        return None
    return Refused("not_picked_up", _("This order is sent, and not picked up at a store."))


def paid_in_full(order: Order) -> Refused | None:
    """At a counter nothing is handed out that owes, however it was to be paid."""
    if not order.owed_fen:
        return None
    message = _("%(amount)s are owed. Collect the money first.")
    return Refused("owes", fill(message, {"amount": format_fen(order.owed_fen)}), owed_fen=order.owed_fen)


def something_handed_out(order: Order) -> Refused | None:
    if order.pieces_shipped:
        return None
    return Refused("nothing_handed_out", _("Nothing of this order has been handed out."))


def nothing_came_back(order: Order) -> Refused | None:
    """What the shop has taken in again cannot be taken back a second time."""
    if not order.pieces_returned:
        return None
    return Refused("goods_came_back", _("Goods of this order have come back already."))


def not_short(order: Order) -> Refused | None:
    return Refused("short", _("Some goods are short of stock.")) if order.is_short else None


def is_bundled(order: Order) -> Refused | None:
    if order.bundle is not None:
        return None
    return Refused("not_merged", _("This order does not go together with others."))


def no_label(order: Order) -> Refused | None:
    if not order.has_label:
        return None
    return Refused(
        "has_label",
        _("An e-waybill waits for its parcel. Void it first."),
        to_buyer=_("The shop has already packed this order. Please ask the shop."),
    )


def not_coming_back(order: Order) -> Refused | None:
    if not order.is_coming_back:
        return None
    return Refused(
        "coming_back",
        _("A parcel of this order was refused and is on its way back."),
        to_buyer=_("The parcel is on its way back to the shop. Please ask the shop."),
    )


def is_coming_back(order: Order) -> Refused | None:
    if order.is_coming_back:
        return None
    return Refused("not_refused", _("No parcel of this order was refused."))


def pays_on_delivery(order: Order) -> Refused | None:
    if order.pay_method == PayMethod.COD:
        return None
    return Refused(
        "not_cod", _("This order is not paid in cash on delivery: what comes back is an after-sale.")
    )


def no_money_in(order: Order) -> Refused | None:
    """Where money was taken, giving it back is a matter of an after-sale."""
    if not order.paid_fen:
        return None
    return Refused("money_is_in", _("Money was paid for this order: what comes back is an after-sale."))


def no_open_aftersale(order: Order) -> Refused | None:
    if order.aftersale_mark != AftersaleMark.OPEN:
        return None
    return Refused(
        "aftersale_open",
        _("An after-sale is open. Settle it first."),
        to_buyer=_("Your after-sales request is still being handled. Please wait for the shop's answer."),
    )


def is_free(order: Order) -> Refused | None:
    return Refused("already_held", _("The order is already on hold.")) if order.is_held else None


def is_on_hold(order: Order) -> Refused | None:
    return None if order.is_held else Refused("not_held", _("The order is not on hold."))


def not_urged_lately(order: Order) -> Refused | None:
    """Each urge rings in the shop, so an hour lies between two of them."""
    wait = order.urged_at + URGE_EVERY - clock.now() if order.urged_at else timedelta(0)
    if wait <= timedelta(0):
        return None
    seconds = int(wait.total_seconds()) + 1
    return Refused(
        "urged_lately",
        _("An urge has rung within the last hour. The next one can ring an hour after it."),
        429,
        to_buyer=_("The shop has been reminded. Please wait an hour before you remind it again."),
        retry_after=seconds,
    )


def not_extended(order: Order) -> Refused | None:
    if not order.is_extended:
        return None
    return Refused("already_extended", _("The time to receive was extended before. Ask the shop for more."))


def paid_by_balance(order: Order) -> Refused | None:
    if order.pay_method == PayMethod.BALANCE:
        return None
    return Refused("not_balance", _("This order is not paid from the balance. Choose it first."))


def paid_by_transfer(order: Order) -> Refused | None:
    if order.pay_method == PayMethod.TRANSFER:
        return None
    return Refused("not_transfer", _("This order is not paid by bank transfer."))


def no_transfer_awaited(order: Order) -> Refused | None:
    """While a transfer is owed, money that came is recorded as that transfer."""
    if order.pay_method != PayMethod.TRANSFER or not order.owed_fen:
        return None
    return Refused("transfer_awaited", _("A transfer is owed for this order. Record it as that one."))


def has_proof(order: Order) -> Refused | None:
    if order.proof_sent_at:
        return None
    return Refused("no_proof", _("No transfer is waiting to be checked."))


def has_no_proof(order: Order) -> Refused | None:
    if order.proof_sent_at is None:
        return None
    return Refused(
        "proof_sent",
        _("The buyer has sent a proof of the transfer. Record the transfer or reject the proof first."),
        to_buyer=_("The transfer is being checked. Please wait for the shop's answer."),
    )


def is_overdue(order: Order) -> Refused | None:
    if order.ship_by is not None and order.ship_by <= clock.now():
        return None
    return Refused("not_overdue", _("The shop still has time to send this order."))


def buyer_may_cancel(order: Order) -> Refused | None:
    if order.overdue_rule == OverdueRule.BUYER:
        return None
    return Refused("ask_the_shop", _("The order has been paid. Ask the shop to cancel it."))


UNDO_GRACE = timedelta(hours=1)
"""So long after a parcel was taken back, to be sent anew with another number, nothing closes by itself."""


def closes_by_itself(order: Order) -> Refused | None:
    if order.undone_at is not None and order.undone_at + UNDO_GRACE > clock.now():
        return Refused("just_undone", _("A parcel was taken back a moment ago."))
    if order.overdue_rule == OverdueRule.CLOSE:
        return None
    return Refused("not_by_itself", _("This order is not closed by itself."))
