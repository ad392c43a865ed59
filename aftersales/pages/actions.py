"""What a person can do with an after-sale on its page: which verb, which form, and what the dialog says beforehand."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from aftersales.models import Aftersale
from aftersales.pages import forms
from aftersales.services.applying import ask_correction, withdraw_aftersale
from aftersales.services.disputing import withdraw_dispute
from shop.staff.actions.forms import bare_form
from shop.staff.actions.rows import Action

_FINAL = _("This cannot be undone once the money has moved.")
_BY_SUPERVISOR = _("Only a supervisor can open it again.")


def find_action_url(aftersale: Aftersale, name: str) -> str:
    return reverse(f"aftersales:{name}", args=[aftersale.number])


ACTIONS: tuple[Action, ...] = (
    Action(
        "aftersale.decide_for_buyer",
        forms.DecideForBuyerForm,
        words=_(
            "What was refused is opened again and agreed to by the same press. What the buyer has sent back is taken in"
            " as usual."
        ),
        undo=_("A verdict is final: nobody can dispute it again."),
        is_first=True,
        is_final=True,
    ),
    Action(
        "aftersale.decide_for_shop",
        forms.DecideForShopForm,
        words=_("What waits for an answer is refused. What was agreed to stays agreed to."),
        undo=_("A verdict is final: nobody can dispute it again."),
        is_grave=True,
        is_final=True,
    ),
    Action(
        "aftersale.agree_return",
        forms.AgreeReturnForm,
        words=_(
            "The buyer sees the address and sends the goods back. Nothing is refunded before they are here."
        ),
        undo=_BY_SUPERVISOR,
        is_first=True,
        is_final=True,
    ),
    Action(
        "aftersale.agree_refund",
        forms.AgreeRefundForm,
        words=_(
            "The money goes back the way it came. Goods that were not sent are cancelled and on sale again."
        ),
        undo=_FINAL,
        is_first=True,
        is_final=True,
    ),
    Action(
        "aftersale.take_in",
        forms.TakeInForm,
        words=_("Compare the goods with the lines below. What is sold again is on the shelf at once."),
        undo=_("A stock correction can put a mistake right."),
        is_first=True,
        template="aftersales/_take_in.html",
    ),
    Action(
        "aftersale.turn_away",
        forms.TurnAwayForm,
        words=_(
            "Nothing is taken in and nothing is given back: the buyer reads why. Talk with them before you decide."
        ),
        undo=_BY_SUPERVISOR,
        is_grave=True,
        is_final=True,
    ),
    Action(
        "aftersale.refund_difference",
        forms.DifferenceForm,
        words=_("The money goes back the way it came. What is sent in exchange is sent by itself."),
        undo=_FINAL,
        is_final=True,
    ),
    Action(
        "aftersale.refund",
        forms.RefundForm,
        words=_("The money goes back the way it came, for what has come back."),
        undo=_FINAL,
        is_first=True,
        is_final=True,
    ),
    Action(
        "aftersale.resend",
        forms.ResendForm,
        words=_("The goods leave the shop at no price. Behind each specification stands how many are left."),
        undo=_("The parcel can be undone on the page of the order until it moves."),
        is_first=True,
    ),
    Action(
        "aftersale.label",
        forms.LabelForm,
        words=_("The courier gives a number and a label to print for what is sent in exchange."),
        undo=_("It can be voided on its own page until the parcel is sent."),
    ),
    Action(
        "aftersale.send_back",
        forms.SendBackForm,
        words=_("The buyer has told you the number of their parcel. It is followed from now on."),
        undo=_("The number can be put right until it arrives."),
    ),
    Action(
        "aftersale.renumber",
        forms.RenumberForm,
        words=_("The parcel that comes back stays as it is, under another number."),
        undo=_("The number can be put right until it arrives."),
    ),
    Action(
        "aftersale.contact",
        forms.ContactForm,
        words=_("It is on record that somebody has talked with the buyer before deciding."),
        undo=_("It changes nothing else."),
    ),
    Action(
        "aftersale.refuse",
        forms.RefuseForm,
        words=_("Nothing is given back. The decision is final for you: talk with the buyer first."),
        undo=_BY_SUPERVISOR,
        is_grave=True,
        is_final=True,
    ),
    Action(
        "aftersale.withdraw",
        bare_form("withdraw_aftersale", withdraw_aftersale),
        words=_(
            "The buyer has told you that they want nothing back. The order goes on as if nobody had asked."
        ),
        undo=_("The buyer can ask again."),
    ),
    Action(
        "aftersale.dispute",
        forms.DisputeForm,
        words=_("A supervisor decides, and until then nobody else. The other times stand still meanwhile."),
        undo=_("It can be withdrawn until it is decided."),
    ),
    Action(
        "aftersale.withdraw_dispute",
        bare_form("withdraw_dispute", withdraw_dispute),
        words=_("The case goes on as if nobody had disputed it."),
        undo=_("It can be disputed again."),
    ),
    Action(
        "aftersale.ask_correction",
        bare_form("ask_correction", ask_correction),
        words=_(
            "The buyer reads that you ask whether the reason is right, and can choose another one. You cannot:"
            " so the rate of returns for quality stays honest."
        ),
        undo=_("It changes nothing else."),
    ),
    Action(
        "aftersale.reopen",
        forms.ReopenForm,
        words=_("It waits for an answer again, and the buyer sees that."),
        undo=_("It can be refused again."),
    ),
)
