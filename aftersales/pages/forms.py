"""The forms behind the buttons of an after-sale."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from aftersales.amounts import Worth, count_difference, count_worth
from aftersales.choices import OVER_FOR_GOODS, SENDS_BACK, About, Contact, Kind, State
from aftersales.models import LONGEST_WORDS, Aftersale
from aftersales.services.answering import (
    LONGEST_ANSWER,
    agree_refund,
    agree_return,
    note_contact,
    refuse_aftersale,
    reopen_aftersale,
)
from aftersales.services.disputing import open_dispute
from aftersales.services.labelling import label_exchange
from aftersales.services.money import count_back, count_pieces
from aftersales.services.returns import renumber, send_back, turn_away
from aftersales.services.settling import (
    find_due_fen,
    refund_difference,
    refund_return,
    resend,
    take_in_and_refund,
)
from aftersales.services.verdicts import decide_for_buyer, decide_for_shop
from aftersales.terms.selectors import get_terms, list_addresses
from orders.shipping.exchanges.sending import Carriage
from orders.shipping.services.ship import MAX_TRACKING_NO
from orders.waybills.models import HOLDING, WaybillState
from orders.waybills.selectors import find_of_case
from orders.waybills.services.asking import Wish
from shop.actor import Actor
from shop.console import fields
from shop.couriers.known import list_couriers
from shop.couriers.selectors import list_label_accounts, list_senders
from shop.errors import Refused
from shop.staff.actions.forms import ActionForm


class AftersaleForm(ActionForm):
    field_of: ClassVar[dict[str, str]] = {
        "bad_amount": "amount_fen",
        "over_share": "amount_fen",
        "over_refund_limit": "amount_fen",
        "reason_required": "reason",
        "no_return_address": "address_id",
    }
    """Which field a refusal speaks of."""

    def show_refusal(self, refused: Refused) -> None:
        field = self.field_of.get(refused.code)
        self.add_error(field if field in self.fields else None, str(refused))

    def read_worth(self) -> Worth:
        aftersale: Aftersale = self.subject
        return count_worth(aftersale.order, count_pieces(aftersale), is_unsent=aftersale.is_unsent)


class _AmountForm(AftersaleForm):
    """Asks how much; what the buyer wants stands there, and beside it the most that is left."""

    amount_is = _("Left to refund for these goods")

    def set_up(self) -> None:
        worth = self.read_worth()
        self.amount_fen = worth.fen
        if self.subject.is_unsent or self.subject.kind == Kind.EXCHANGE:
            del self.fields["amount"]
            return
        self.initial["amount"] = min(self.subject.asked_fen, worth.fen)
        if worth.freight_fen:
            self.amount_parts = (_("with the freight"),)

    def read(self) -> dict[str, Any]:
        values = super().read()
        return values | {"amount_fen": values.pop("amount", None)}


class AgreeRefundForm(_AmountForm):
    name, act = "agree_refund", agree_refund
    amount = fields.YuanField(label=_("Refund (yuan)"))
    notice = fields.text(_("Words to the buyer"), max_length=LONGEST_ANSWER, required=False)


class AgreeReturnForm(_AmountForm):
    name, act = "agree_return", agree_return
    address_id = forms.TypedChoiceField(label=_("Return address"), coerce=int)
    amount = fields.YuanField(label=_("Refund when the goods are back (yuan)"))
    notice = fields.text(_("Words to the buyer"), max_length=LONGEST_ANSWER, required=False)

    @classmethod
    def find_obstacle(cls, _subject: Aftersale, _actor: Actor) -> Any:
        if list_addresses().exists():
            return ""
        return _("There is no return address yet: add one in the settings of after-sales.")

    def set_up(self) -> None:
        super().set_up()
        choices: Any = self.fields["address_id"]
        choices.choices = [(address.pk, str(address)) for address in list_addresses()]


class RefuseForm(AftersaleForm):
    name, act = "refuse_aftersale", refuse_aftersale
    reason = fields.area(_("Why, which the buyer reads"), max_length=LONGEST_ANSWER, required=False)

    def set_up(self) -> None:
        self.fields["reason"].required = get_terms().refusal_needs_reason


class ReopenForm(AftersaleForm):
    name, act = "reopen_aftersale", reopen_aftersale
    reason = fields.text(_("Reason"), max_length=LONGEST_ANSWER)


class ContactForm(AftersaleForm):
    name, act = "note_contact", note_contact
    contact = forms.ChoiceField(label=_("How"), choices=Contact.choices)
    words = fields.text(_("What was said"), max_length=LONGEST_ANSWER, required=False)

    def read(self) -> dict[str, Any]:
        values = super().read()
        return values | {"contact": Contact(values["contact"])}


class DisputeForm(AftersaleForm):
    name, act = "open_dispute", open_dispute
    about = forms.ChoiceField(label=_("What it is about"), choices=About.choices)
    words = fields.area(_("What the supervisor should know"), max_length=LONGEST_WORDS, required=False)

    def read(self) -> dict[str, Any]:
        values = super().read()
        return values | {"about": About(values["about"])}


class DecideForBuyerForm(_AmountForm):
    """How the buyer is given what they asked for: at once, or when the goods are back. What was agreed to goes on."""

    name, act = "decide_for_buyer", decide_for_buyer
    field_of: ClassVar[dict[str, str]] = AftersaleForm.field_of | {"reason_required": "words"}
    address_id = forms.TypedChoiceField(label=_("The goods"), coerce=int, empty_value=None, required=False)
    amount = fields.YuanField(label=_("Refund (yuan)"))
    words = fields.area(_("Why, which both sides read"), max_length=LONGEST_ANSWER)

    def set_up(self) -> None:
        super().set_up()
        aftersale: Aftersale = self.subject
        is_answered = aftersale.state not in (State.ASKED, *OVER_FOR_GOODS)
        if is_answered and aftersale.state != State.RECEIVED:
            self.fields.pop("amount", None)
        if is_answered or aftersale.kind not in SENDS_BACK:
            del self.fields["address_id"]
            return
        where: Any = self.fields["address_id"]
        back = [
            (each.pk, _("come back first, to: %(address)s") % {"address": each}) for each in list_addresses()
        ]
        where.choices = [
            *back,
            *([] if aftersale.kind == Kind.EXCHANGE else [("", _("stay with the buyer"))]),
        ]


class DecideForShopForm(AftersaleForm):
    name, act = "decide_for_shop", decide_for_shop
    field_of: ClassVar[dict[str, str]] = {"reason_required": "words"}
    words = fields.area(_("Why, which both sides read"), max_length=LONGEST_ANSWER)


class ReturnForm(AftersaleForm):
    """The parcel in which the buyer has sent the goods back, as they tell it."""

    courier = forms.ChoiceField(label=_("Courier"))
    tracking_no = fields.text(_("Tracking number"), max_length=MAX_TRACKING_NO)

    def set_up(self) -> None:
        choices: Any = self.fields["courier"]
        choices.choices = [(courier.code, courier.name) for courier in list_couriers()]

    def show_refusal(self, refused: Refused) -> None:
        self.add_error("courier" if refused.code == "courier_required" else "tracking_no", str(refused))


class SendBackForm(ReturnForm):
    name, act = "send_back", send_back


class RenumberForm(ReturnForm):
    name, act = "renumber", renumber


class TakeInForm(AftersaleForm):
    """What came, line by line: fit to be sold again, or to be scrapped; and the refund by the same press."""

    name, act = "take_in", take_in_and_refund
    amount = fields.YuanField(
        label=_("Refund at once (yuan)"),
        required=False,
        help_text=_("Empty: the goods are taken in, and the money is left for later."),
    )
    note = fields.text(_("What was seen"), max_length=LONGEST_ANSWER, required=False)

    def set_up(self) -> None:
        rows = self.subject.lines.select_related("order_line").order_by("order_line_id")
        self.rows = []
        for row in rows:
            good, bad = f"good_{row.order_line_id}", f"bad_{row.order_line_id}"
            self.fields[good] = fields.pieces(
                _("Sold again"), most=row.pieces, initial=row.pieces, required=False
            )
            self.fields[bad] = fields.pieces(_("Scrapped"), most=row.pieces, initial=0, required=False)
            self.rows.append((row, self[good], self[bad]))
        if self.subject.kind == Kind.EXCHANGE:
            del self.fields["amount"]
        else:
            self.initial["amount"] = self.subject.agreed_fen

    def read(self) -> dict[str, Any]:
        values = self.cleaned_data
        ids = [row.order_line_id for row, _good, _bad in self.rows]
        return {
            "restock": {pk: values[f"good_{pk}"] or 0 for pk in ids},
            "scrap": {pk: values[f"bad_{pk}"] or 0 for pk in ids},
            "note": values["note"],
            "amount_fen": values.get("amount") or None,
        }


class TurnAwayForm(AftersaleForm):
    """What was in the box instead, and under which number it goes to the buyer again, if it does."""

    name, act = "turn_away", turn_away
    field_of: ClassVar[dict[str, str]] = {"reason_required": "reason", "courier_required": "courier"}
    reason = fields.area(_("What was in the box, which the buyer reads"), max_length=LONGEST_ANSWER)
    courier = forms.ChoiceField(label=_("Sent to the buyer again by"), required=False)
    tracking_no = fields.text(_("Tracking number"), max_length=MAX_TRACKING_NO, required=False)

    def set_up(self) -> None:
        choices: Any = self.fields["courier"]
        choices.choices = [("", "—"), *((courier.code, courier.name) for courier in list_couriers())]


class DifferenceForm(AftersaleForm):
    name, act = "refund_difference", refund_difference
    amount_is = _("The goods that are wanted are cheaper by")
    amount = fields.YuanField(label=_("Refund (yuan)"))
    notice = fields.text(_("Words to the buyer"), max_length=LONGEST_ANSWER, required=False)

    def set_up(self) -> None:
        rows = self.subject.lines.select_related("order_line", "sku")
        self.amount_fen = max(count_difference(self.subject.order, rows), 0)
        self.initial["amount"] = self.amount_fen or None

    def read(self) -> dict[str, Any]:
        values = super().read()
        return values | {"amount_fen": values.pop("amount")}


class RefundForm(AftersaleForm):
    name, act = "refund_return", refund_return
    amount_is = _("Left to refund for what came back")
    amount = fields.YuanField(label=_("Refund (yuan)"))
    notice = fields.text(_("Words to the buyer"), max_length=LONGEST_ANSWER, required=False)

    def set_up(self) -> None:
        aftersale: Aftersale = self.subject
        self.amount_fen = count_worth(aftersale.order, count_back(aftersale), is_unsent=False).fen
        self.initial["amount"] = find_due_fen(aftersale)

    def read(self) -> dict[str, Any]:
        values = super().read()
        return values | {"amount_fen": values.pop("amount")}


class LabelForm(AftersaleForm):
    """With whom and from where the label is had; weight and postcode where the courier wants them."""

    name, act = "label_exchange", label_exchange
    field_of: ClassVar[dict[str, str]] = {
        "courier_not_set_up": "courier",
        "no_sender": "sender",
        "postcode_required": "postcode",
        "weight_required": "weight",
    }
    courier = forms.ChoiceField(label=_("Courier"))
    sender = forms.TypedChoiceField(label=_("Sender"), coerce=int)
    weight = forms.DecimalField(
        label=_("Weight (kg)"),
        min_value=0,
        max_value=1000,
        max_digits=7,
        decimal_places=3,
        required=False,
        widget=forms.NumberInput({"inputmode": "decimal", "step": "any"}),
    )
    postcode = fields.text(
        _("Recipient's postcode"), max_length=6, required=False, attrs={"inputmode": "numeric"}
    )

    @classmethod
    def find_obstacle(cls, subject: Aftersale, _actor: Actor) -> Any:
        if not list_label_accounts() or not list_senders():
            return _("No e-waybill can be had yet: see “Couriers and labels” in the settings.")
        waybill = find_of_case(subject.number)
        return _("There is an e-waybill already.") if waybill and waybill.state in HOLDING else ""

    def set_up(self) -> None:
        courier: Any = self.fields["courier"]
        courier.choices = [(each.code, str(each)) for each in list_label_accounts()]
        sender: Any = self.fields["sender"]
        sender.choices = [(each.pk, str(each)) for each in list_senders()]

    def read(self) -> dict[str, Any]:
        values = self.cleaned_data
        weight_g = int((values["weight"] or 0) * 1000)
        return {"wish": Wish(values["courier"], values["sender"], {}, weight_g, "", values["postcode"])}


class ResendForm(AftersaleForm):
    """What is sent for what came back, of each line the SKU that the buyer wanted unless another is chosen."""

    name, act = "resend", resend
    courier = forms.ChoiceField(label=_("Courier"))
    tracking_no = fields.text(_("Tracking number"), max_length=MAX_TRACKING_NO)

    def set_up(self) -> None:
        courier: Any = self.fields["courier"]
        courier.choices = [(each.code, each.name) for each in list_couriers()]
        if (waybill := find_of_case(self.subject.number)) and waybill.state == WaybillState.ISSUED:
            self.initial.update(courier=waybill.courier, tracking_no=waybill.tracking_no)
        rows = self.subject.lines.filter(came_back__gt=0).select_related("order_line__sku__product")
        for row in rows.order_by("order_line_id"):
            skus = row.order_line.sku.product.skus.order_by("pk")
            words = f"{row.order_line.product_name} ×{row.came_back}"
            self.fields[f"sku_{row.order_line_id}"] = forms.TypedChoiceField(
                label=words,
                coerce=int,
                choices=[(sku.pk, f"{sku.name} · {sku.sellable}") for sku in skus],
                initial=row.sku_id or row.order_line.sku_id,
            )

    def read(self) -> dict[str, Any]:
        values = self.cleaned_data
        skus = {int(name[4:]): value for name, value in values.items() if name.startswith("sku_")}
        return {"carriage": Carriage(values["courier"], values["tracking_no"]), "skus": skus}

    def show_refusal(self, refused: Refused) -> None:
        is_number = refused.code in ("tracking_required", "duplicate_tracking")
        self.add_error("tracking_no" if is_number else None, str(refused))
