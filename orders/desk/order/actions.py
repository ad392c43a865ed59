"""The buttons of the order page, as data: which verb, which form, and what the dialog says beforehand."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from orders.desk.links import link_order
from orders.desk.order import forms, money_forms
from orders.desk.order.refund_form import RefundForm
from orders.desk.order.ship_forms import ShipForm
from orders.models import Order
from orders.moves import Available
from orders.states import MOVES
from shop.http.dialogs import Dialog


@dataclass(frozen=True)
class Action:
    """One button. `words` say what will happen, `undo` whether it can be taken back.

    `in_menu` puts it into the menu of the order, `anchor` says where on the page its form stands instead;
    `is_final` makes its button one that must be held.
    """

    verb: str
    form: type[forms.ActionForm]
    title: Any
    submit: Any
    icon_name: str
    words: Any = ""
    undo: Any = ""
    in_menu: bool = True
    is_final: bool = False
    anchor: str = ""
    template: str = "desk/order/dialogs/_action.html"

    @property
    def name(self) -> str:
        return self.form.name

    @property
    def is_on_page(self) -> bool:
        return bool(self.anchor)

    @property
    def capability(self) -> str:
        return MOVES[self.verb].capability


_ALL = (
    Action(
        "order.confirm",
        forms.ConfirmForm,
        _("Confirm with a note"),
        _("Confirm"),
        "check",
        _("The order goes to “to ship”. The note is seen by colleagues only."),
        _("This cannot be undone, but the order can still be held or cancelled."),
    ),
    Action(
        "order.prepare",
        forms.PrepareForm,
        _("Prepare"),
        _("Prepare"),
        "package",
        in_menu=False,
    ),
    Action("order.release", forms.ReleaseForm, _("Release"), _("Release"), "player-play", in_menu=False),
    Action(
        "order.ship_part",
        ShipForm,
        _("Ship"),
        _("Ship"),
        "truck",
        _("Stock leaves the shop and the buyer sees the parcel."),
        _("A parcel can be undone until it moves."),
        template="desk/order/dialogs/_ship.html",
    ),
    Action(
        "order.collect",
        money_forms.CollectForm,
        _("Collect money"),
        _("Collect money"),
        "cash",
        _("Record that what is owed was received in cash or from the courier."),
        _("This cannot be undone; money is given back as a refund."),
    ),
    Action(
        "order.pay",
        money_forms.RecordTransferForm,
        _("Record the transfer"),
        _("Record the transfer"),
        "building-bank",
        _("Look at the account first. The order counts as paid; one reference pays one order."),
        _("This cannot be undone; money is given back as a refund."),
    ),
    Action(
        "order.excess_transfer",
        money_forms.RecordExcessForm,
        _("Record a late or second transfer"),
        _("Record it"),
        "building-bank",
        _(
            "The money is on the account, and nothing is owed. It does not count for the order and is to be paid out."
        ),
        _("This cannot be undone."),
    ),
    Action(
        "order.reject_proof",
        money_forms.RejectProofForm,
        _("Reject the proof"),
        _("Reject the proof"),
        "file-invoice",
        _("The buyer reads the reason and can send another proof; the time to pay runs afresh."),
    ),
    Action(
        "order.receive",
        forms.ReceiveForm,
        _("Mark as received"),
        _("Hold to mark as received"),
        "circle-check",
        _("The order is completed in the buyer's place."),
        _("This cannot be undone."),
        is_final=True,
    ),
    Action(
        "order.extend",
        forms.ExtendForm,
        _("Extend receipt"),
        _("Extend receipt"),
        "hourglass",
        _("The order receives itself that many days later; the buyer sees it."),
        _("It can be extended again, but not shortened."),
    ),
    Action(
        "order.urge",
        forms.UrgeForm,
        _("Note an urge"),
        _("Note an urge"),
        "bell-ringing",
        _("It rings as if the buyer had urged in the mini-program, at most once an hour."),
    ),
    Action(
        "order.hold",
        forms.HoldForm,
        _("Hold"),
        _("Hold the order"),
        "player-pause",
        _("Nothing can be shipped until the order is released; cancelling stays possible."),
        _("The time held is added to the time to ship."),
    ),
    Action(
        "order.change_address",
        forms.ChangeAddressForm,
        _("Change address"),
        _("Change address"),
        "map-pin",
        _("What is left empty stays as it is. Old and new address are kept sealed on the timeline."),
        _("It can be changed again until the first parcel."),
        template="desk/order/dialogs/_address.html",
    ),
    Action(
        "order.change_price",
        money_forms.ChangePriceForm,
        _("Change price"),
        _("Change price"),
        "tag",
        _("The buyer pays the new amount. A payment already begun is closed first."),
        _("It can be changed again until something is paid."),
    ),
    Action(
        "order.choose_payment",
        money_forms.ChoosePaymentForm,
        _("Change the way to pay"),
        _("Change the way to pay"),
        "credit-card",
        _("A payment already begun is closed first. With cash on delivery the order goes on at once."),
        _("It can be changed again until something is paid; cash on delivery cannot."),
    ),
    Action(
        "order.cancel_lines",
        money_forms.CancelLinesForm,
        _("Cancel goods"),
        _("Cancel these goods"),
        "minus",
        _("The goods go back to stock. What was paid for them is refunded, what is owed becomes less."),
        _("This cannot be undone."),
        template="desk/order/dialogs/_cancel_lines.html",
    ),
    Action(
        "order.cancel_unpaid",
        money_forms.CancelUnpaidForm,
        _("Cancel the order"),
        _("Hold to cancel the order"),
        "circle-x",
        _("The order is closed and its goods go back to stock. Nothing was paid."),
        _("This cannot be undone."),
        is_final=True,
    ),
    Action(
        "order.cancel_paid",
        money_forms.CancelPaidForm,
        _("Cancel and refund"),
        _("Hold to cancel and refund"),
        "receipt-refund",
        _("The order is closed, its goods go back to stock, and all that was paid is refunded."),
        _("This cannot be undone."),
        is_final=True,
    ),
    Action(
        "order.refund",
        RefundForm,
        _("Refund without cancelling"),
        _("Hold to refund"),
        "arrow-back-up",
        _(
            "The money goes back the way it was paid; cash and transfers are paid out by hand. Nothing is cancelled: "
            "what is not sent yet is still sent."
        ),
        _("This cannot be undone."),
        is_final=True,
        template="desk/order/dialogs/_refund.html",
    ),
    Action(
        "order.remark",
        forms.RemarkForm,
        _("Seller remark"),
        _("Save"),
        "pencil",
        in_menu=False,
        anchor="#remark",
    ),
    Action(
        "order.note",
        forms.NoteForm,
        _("Internal note"),
        _("Add note"),
        "note",
        in_menu=False,
        anchor="#notes",
    ),
)
ACTIONS: dict[str, Action] = {action.name: action for action in _ALL}

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
    }
    | {"not_transfer", "transfer_awaited", "no_proof"}
)


@dataclass(frozen=True)
class Offer:
    """An action as one order's page shows it: a button, or the reason why it is not possible."""

    action: Action
    url: str
    refused: str = ""


def list_offers(order: Order, available: dict[str, Available]) -> dict[str, Offer]:
    """What can be pressed on this order, by name."""
    offers = {}
    for action in _ALL:
        found = available.get(action.verb)
        if found is None or (found.refused and found.refused.code in _SILENT):
            continue
        refused = found.refused or action.form.find_obstacle(order)
        offers[action.name] = Offer(action, link_order(order.number, action.name), str(refused or ""))
    return offers


def make_dialog(order: Order, action: Action, form: forms.ActionForm) -> Dialog:
    """The question that an action asks; `form` may be one that was refused and keeps what was typed."""
    return Dialog(
        template=action.template,
        name=action.name,
        title=action.title,
        url=link_order(order.number, action.name),
        form=form,
        subject=action,
    )
