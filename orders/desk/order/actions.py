"""The buttons of the order page, as data: which verb, which form, and what the dialog says beforehand."""

from collections.abc import Callable

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orders.desk.links import link_order
from orders.desk.order import pay_link
from orders.desk.order.forms import money, tending
from orders.desk.order.forms.address import ChangeAddressForm
from orders.desk.order.forms.collection import CallCourierForm
from orders.desk.order.forms.counter import UndoVerifyForm, VerifyForm
from orders.desk.order.forms.delivery import PickUpForm, SendForm
from orders.desk.order.forms.goods import ChangeLinesForm, PostponeForm
from orders.desk.order.forms.intercept import AskInterceptForm
from orders.desk.order.forms.parcels import PhotographForm, ReplaceNumberForm
from orders.desk.order.forms.refund import RefundForm
from orders.desk.order.forms.returns import CloseReturnedForm, TurnBackForm, UndoTurnBackForm
from orders.desk.order.forms.ship import ShipForm
from orders.desk.order.forms.waiting import SnoozeForm, StoreGoodsForm
from orders.desk.testing.services import remove_test_order
from orders.models import Order
from orders.services.merging import merge_nearby, separate_order
from orders.services.steps import (
    prepare_order,
    receive_order,
    release_order,
    undo_confirm,
    undo_prepare,
    urge_order,
)
from orders.shipping.selectors import list_just_sent
from pickup.uncollected.services import remind_pickup
from shop.actor import Actor
from shop.staff.actions.forms import bare_form
from shop.staff.actions.rows import Action, Offer, list_offers
from shop.store.choices import Delivery
from shop.store.models import StoreSettings


def _by(name: str) -> Callable[[Order], str]:
    """That the button of this name takes it back."""
    return lambda order: find_action_url(order, name)


def _by_parcel(order: Order) -> str:
    """The undo of the parcel that was just sent; of several each has its own on the page."""
    parcels = list_just_sent(order)
    return reverse("orders:undo_parcel", args=[order.number, *parcels]) if len(parcels) == 1 else ""


def find_action_url(order: Order, name: str) -> str:
    return link_order(order.number, name)


_ALL = (
    Action(
        "order.confirm",
        tending.ConfirmForm,
        title=_("Confirm with a note"),
        words=_("The order goes to “to ship”. The note is seen by colleagues only."),
        undo=_("It can be undone right afterwards."),
        back=_by("undo_confirm"),
    ),
    Action("order.undo_confirm", bare_form("undo_confirm", undo_confirm), in_menu=False),
    Action("order.prepare", bare_form("prepare", prepare_order), in_menu=False, back=_by("undo_prepare")),
    Action("order.undo_prepare", bare_form("undo_prepare", undo_prepare), in_menu=False),
    Action("order.release", bare_form("release", release_order), in_menu=False),
    Action(
        "order.ship_part",
        ShipForm,
        words=_("Stock leaves the shop and the buyer sees the parcel."),
        undo=_("A parcel can be undone until it moves."),
        template="desk/order/dialogs/_ship.html",
        back=_by_parcel,
    ),
    Action(
        "order.verify_part",
        VerifyForm,
        words=_(
            "Compare the goods with what is in your hands. Stock leaves the shop and the buyer has them."
        ),
        undo=_("A supervisor can undo it within 10 minutes."),
        template="desk/order/dialogs/_verify.html",
        back=_by("undo_verify"),
        back_asks=True,
        back_needs="pickup.supervise",
    ),
    Action(
        "order.undo_verify",
        UndoVerifyForm,
        submit=_("Take them back"),
        words=_(
            "What was handed out last is back in the store and reserved for this order. Collected money stays."
        ),
        undo=_("It can be verified again."),
        is_grave=True,
    ),
    Action(
        "order.merge",
        bare_form("merge", merge_nearby),
        words=_(
            "All orders of this buyer to this address that can be sent now go in one parcel, with one e-waybill."
        ),
        undo=_("They can be separated until there is an e-waybill."),
        in_menu=False,
        back=_by("separate"),
    ),
    Action(
        "order.separate",
        bare_form("separate", separate_order),
        words=_("This order gets a parcel of its own again."),
        undo=_("It can be merged again."),
        in_menu=False,
        back=_by("merge"),
    ),
    Action(
        "order.replace_number",
        ReplaceNumberForm,
        words=_("The parcel stays as it is under another number, which the buyer sees at once."),
        undo=_("It can be replaced again until the parcel is delivered."),
        in_menu=False,
    ),
    Action(
        "order.hand_over",
        CallCourierForm,
        words=_(
            "The courier comes to the sender's address in this time. Whether they were called stands at the parcel."
        ),
        undo=_("It can be called off until the parcel is collected."),
        in_menu=False,
    ),
    Action(
        "order.photograph",
        PhotographForm,
        words=_("They show what was packed, to colleagues and, if the settings say so, to the buyer."),
        undo=_("Each can be removed until the goods are received."),
        template="desk/order/dialogs/_photograph.html",
        in_menu=False,
    ),
    Action(
        "order.collect",
        money.CollectForm,
        words=_("Record that what is owed was received in cash or from the courier."),
        undo=_("This cannot be undone; money is given back as a refund."),
    ),
    Action(
        "order.pay",
        money.RecordTransferForm,
        words=_("Look at the account first. The order counts as paid; one reference pays one order."),
        undo=_("This cannot be undone; money is given back as a refund."),
    ),
    *pay_link.ACTIONS,
    Action(
        "order.excess_transfer",
        money.RecordExcessForm,
        submit=_("Record it"),
        words=_(
            "The money is on the account, and nothing is owed. It does not count for the order and is to be paid out."
        ),
        undo=_("This cannot be undone."),
    ),
    Action(
        "order.reject_proof",
        money.RejectProofForm,
        words=_("The buyer reads the reason and can send another proof; the time to pay runs afresh."),
    ),
    Action(
        "order.receive",
        bare_form("receive", receive_order),
        submit=_("Hold to mark as received"),
        words=_("The order is completed in the buyer's place."),
        is_final=True,
    ),
    Action(
        "order.turn_back",
        TurnBackForm,
        words=_(
            "The buyer did not take the parcel, and the courier brings it back. Nothing is received by itself."
        ),
        undo=_("It can be undone until the parcel is back."),
        back=_by("undo_turn_back"),
    ),
    Action(
        "order.undo_turn_back",
        UndoTurnBackForm,
        words=_("The courier delivers the parcel after all. The time to receive goes on where it stood."),
        undo=_("It can be refused again."),
    ),
    Action(
        "order.close_returned",
        CloseReturnedForm,
        submit=_("Hold to close the order"),
        words=_(
            "Every piece is back and nothing was paid. The order is closed and its goods go back to stock, but for "
            "those that cannot be sold any more."
        ),
        is_final=True,
        template="desk/order/dialogs/_close_returned.html",
    ),
    Action(
        "order.extend",
        tending.ExtendForm,
        words=_("The order receives itself that many days later; the buyer sees it."),
        undo=_("It can be extended again, but not shortened."),
    ),
    Action(
        "order.urge",
        bare_form("urge", urge_order),
        words=_("It rings as if the buyer had urged in the mini-program, at most once an hour."),
    ),
    Action(
        "order.hold",
        tending.HoldForm,
        submit=_("Hold the order"),
        words=_("Nothing can be shipped until the order is released; cancelling stays possible."),
        undo=_("The time held is added to the time to ship."),
        back=_by("release"),
    ),
    Action(
        "order.change_address",
        ChangeAddressForm,
        words=_("What is left empty stays as it is. Old and new address are kept sealed on the timeline."),
        undo=_("It can be changed again until the first parcel."),
        template="desk/order/dialogs/_address.html",
    ),
    Action(
        "order.change_delivery",
        SendForm,
        title=_("Send it instead"),
        submit=_("Send it instead"),
        words=_(
            "The buyer need not come: the pickup code is not valid any more, and the time to ship begins now. "
            "What was to be paid at the store and cannot be paid on delivery is to be paid first."
        ),
        undo=_("It can be picked up after all until the first parcel or label."),
        template="desk/order/dialogs/_send.html",
    ),
    Action(
        "order.change_delivery",
        PickUpForm,
        title=_("Have it picked up instead"),
        submit=_("Have it picked up"),
        words=_("The goods wait at the store for the buyer, who shows a code; nothing is sent."),
        undo=_("It can be sent after all until something is handed out."),
        template="desk/order/dialogs/_pick_up.html",
    ),
    Action(
        "order.remind_pickup",
        bare_form("remind_pickup", remind_pickup),
        submit=_("Remind the buyer"),
        words=_("The buyer reads in WeChat that the goods wait, if a message was accepted."),
        undo=_("Another reminder is possible after 3 days."),
    ),
    Action(
        "order.store_goods",
        StoreGoodsForm,
        submit=_("Save"),
        words=_("A shelf, a box, a fridge: whoever hands out reads it."),
        undo=_("It can be changed at any time."),
    ),
    Action(
        "order.snooze_pickup",
        SnoozeForm,
        words=_("Until then it is not on the board of what nobody came for."),
        undo=_("It comes back by itself."),
        in_menu=False,
    ),
    Action(
        "order.change_lines",
        ChangeLinesForm,
        submit=_("Change these goods"),
        words=_("Other goods, or another number of pieces, take the place of some that are not sent yet."),
        undo=_("They can be changed again until they are sent."),
        template="desk/order/dialogs/_change_lines.html",
    ),
    Action(
        "order.postpone",
        PostponeForm,
        words=_("The buyer reads the new day and your words; until then the order is not overdue."),
        undo=_("Another day can be set at any time."),
    ),
    Action(
        "order.waive",
        money.WaiveForm,
        submit=_("Waive it"),
        words=_("The order costs only what was paid, and goes on."),
        undo=_("This cannot be undone."),
    ),
    Action(
        "order.intercept",
        AskInterceptForm,
        submit=_("Make the task"),
        words=_(
            "Only the courier can do it: call them. The order's own address stays, and neither money nor stock moves."
        ),
        undo=_("The task can be withdrawn."),
        template="desk/order/dialogs/_intercept.html",
    ),
    Action(
        "order.change_price",
        money.ChangePriceForm,
        words=_("The buyer pays the new amount. A payment already begun is closed first."),
        undo=_("It can be changed again until something is paid."),
    ),
    Action(
        "order.choose_payment",
        money.ChoosePaymentForm,
        words=_("A payment already begun is closed first. With cash on delivery the order goes on at once."),
        undo=_("It can be changed again until something is paid; cash on delivery cannot."),
    ),
    Action(
        "order.cancel_lines",
        money.CancelLinesForm,
        submit=_("Cancel these goods"),
        words=_("The goods go back to stock. What was paid for them is refunded, what is owed becomes less."),
        undo=_("This cannot be undone."),
        template="desk/order/dialogs/_cancel_lines.html",
    ),
    Action(
        "order.cancel_unpaid",
        money.CancelUnpaidForm,
        submit=_("Hold to cancel the order"),
        words=_("The order is closed and its goods go back to stock. Nothing was paid."),
        is_final=True,
    ),
    Action(
        "order.cancel_paid",
        money.CancelPaidForm,
        submit=_("Hold to cancel and refund"),
        words=_("The order is closed, its goods go back to stock, and all that was paid is refunded."),
        is_final=True,
    ),
    Action(
        "order.refund",
        RefundForm,
        submit=_("Hold to refund"),
        words=_(
            "The money goes back the way it was paid; cash and transfers are paid out by hand. Nothing is cancelled: "
            "what is not sent yet is still sent."
        ),
        is_final=True,
        template="desk/order/dialogs/_refund.html",
    ),
    Action(
        "order.remove_test",
        bare_form("remove_test", remove_test_order),
        words=_("What was sent of it is taken back, and its piece goes back to stock."),
        undo=_("This cannot be undone; another one can be placed."),
    ),
    Action("order.remark", tending.RemarkForm, submit=_("Save"), in_menu=False, anchor="#remark"),
    Action("order.note", tending.NoteForm, submit=_("Add note"), in_menu=False, anchor="#notes"),
)
ACTIONS: dict[str, Action] = {action.name: action for action in _ALL}


def _find_conversion(order: Order, store: StoreSettings) -> str:
    """The button that has an order go the other way: what is sent is picked up only where the shop offers that."""
    if order.delivery == Delivery.PICKUP:
        return SendForm.name
    return PickUpForm.name if store.pickup_on else ""


# Refusals whose opposite verb stands in the same menu: naming both would only puzzle.
_SILENT = frozenset(
    {
        "already_paid",
        "nothing_paid",
        "nothing_kept",
        "nothing_owed",
        "already_held",
        "not_held",
        "urged_lately",
        "no_test",
    }
    | {
        "not_refused",
        "coming_back",
        "not_transfer",
        "transfer_awaited",
        "no_proof",
        "nothing_shipped",
        "no_number",
        "not_picked_up",
        "nothing_handed_out",
    }
)


def list_order_offers(order: Order, actor: Actor, store: StoreSettings) -> dict[str, Offer]:
    """What can be pressed on this order of a shop with these settings, by name."""
    conversion = _find_conversion(order, store)
    actions = (
        row for row in ACTIONS.values() if row.verb != "order.change_delivery" or row.name == conversion
    )
    return list_offers(
        actions,
        order,
        actor,
        action_url=find_action_url,
        is_silent=lambda refused: refused.code in _SILENT,
    )
