"""The ship dialog: one small form per parcel, with the pieces of each line that go into it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from orders.desk.order.forms.base import OrderForm
from orders.desk.order.forms.photos import PhotosField, list_named
from orders.models import Order, OrderLine
from orders.shipping.selectors import list_fellows
from orders.shipping.services.ship import NewParcel
from orders.shipping.services.together import ship_together
from orders.waybills.models import Waybill
from orders.waybills.selectors import list_waiting
from orders.waybills.services.asking import Wish
from shop.access import has_capability
from shop.actor import Actor
from shop.console import fields
from shop.couriers.checklist import list_missing_for_labels
from shop.couriers.known import Courier, clean_tracking_no, guess_couriers
from shop.couriers.models import CourierAccount, Sender
from shop.couriers.selectors import list_accounts, list_label_accounts, list_senders, sort_couriers
from shop.errors import Refused
from shop.files.models import Picture
from shop.money import format_fen
from shop.store.deliveries import WAYS
from shop.words import fill

MAX_PARCELS = 10


class ParcelForm(forms.Form):
    """One parcel. An empty courier is guessed from the number; the pieces of the first parcel are all that is left."""

    waybill: Waybill | None = None
    """What was asked for this parcel, if anything."""

    photos = PhotosField(label=_("Packing photos"), required=False)

    def __init__(
        self,
        *args: Any,
        order: Order,
        lines: Sequence[OrderLine],
        labels: "Labels",
        actor: Actor,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.order, self.labels, self.actor = order, labels, actor
        self.lines = [line for line in lines if line.to_send and not line.short]
        self.is_own = not WAYS[order.delivery].has_number
        self._add_carrier()
        is_first = self.prefix is not None and self.prefix.endswith("-0")
        for line in self.lines:
            label = f"{line.product_name} {line.sku_name}"
            initial = line.to_send if is_first else 0
            self.fields[f"line_{line.pk}"] = fields.pieces(
                label, most=line.to_send, initial=initial, required=False
            )

    @property
    def named_photos(self) -> Collection[Picture]:
        """What a refused form shows again."""
        return list_named(self["photos"].value(), self.actor)

    def _add_carrier(self) -> None:
        if self.is_own:
            self.fields["driver_name"] = fields.text(_("Driver"), max_length=40, required=False)
            self.fields["driver_phone"] = fields.text(
                _("Driver's phone"), max_length=20, required=False, attrs={"inputmode": "tel"}
            )
            return
        attrs = {"autocapitalize": "characters", "spellcheck": "false", "data-tracking-no": ""}
        number = fields.text(_("Tracking number"), max_length=60, attrs=attrs)
        number.error_messages["required"] = _("Type or scan the tracking number.")
        self.fields["tracking_no"] = number
        choices = [
            ("", _("By the number")),
            *((courier.code, courier.name) for courier in self.labels.couriers),
        ]
        widget = forms.Select({"data-courier": ""})
        self.fields["courier"] = forms.ChoiceField(
            label=_("Courier"), choices=choices, required=False, widget=widget
        )
        if self.labels.accounts:
            self._add_label()

    def _add_label(self) -> None:
        """What an e-waybill may need beside courier and goods; shipping does not read it."""
        senders = [(str(sender.pk), str(sender)) for sender in self.labels.senders]
        self.fields["sender"] = forms.ChoiceField(label=_("Sender"), choices=senders, required=False)
        self.fields["weight"] = forms.DecimalField(
            label=_("Weight (kg)"),
            min_value=0,
            max_value=1000,
            max_digits=7,
            decimal_places=3,
            required=False,
            widget=forms.NumberInput({"inputmode": "decimal", "step": "any"}),
        )
        self.fields["remark"] = fields.text(_("Note on the label"), max_length=60, required=False)
        self.fields["postcode"] = fields.text(
            _("Recipient's postcode"), max_length=6, required=False, attrs={"inputmode": "numeric"}
        )

    @property
    def may_set_up(self) -> bool:
        return has_capability(self.actor, "shipping.setup")

    @property
    def label_words(self) -> Any:
        """With whom and from where an e-waybill is asked for unless something else is chosen."""
        words = _("From %(sender)s, by %(courier)s unless another courier is chosen.")
        return fill(words, {"sender": self.labels.senders[0], "courier": str(self.labels.accounts[0])})

    @property
    def line_fields(self) -> list[tuple[OrderLine, forms.BoundField]]:
        return [(line, self[f"line_{line.pk}"]) for line in self.lines]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if self.lines and not any(data.get(f"line_{line.pk}") for line in self.lines) and not self.errors:
            raise ValidationError(_("Choose what goes into the parcel."))
        if not self.is_own:
            self._clean_carrier(data)
        return data

    def _clean_carrier(self, data: dict[str, Any]) -> None:
        number = clean_tracking_no(data.get("tracking_no") or "")
        if not number or data.get("courier") or "courier" in self.errors:
            return
        if guesses := guess_couriers(number):
            data["courier"] = guesses[0].code
        else:
            self.add_error("courier", _("Choose the courier: the number does not tell."))

    def make_parcel(self) -> NewParcel:
        data = self.cleaned_data
        return NewParcel(
            courier=data.get("courier", ""),
            tracking_no=data.get("tracking_no", ""),
            quantities={line.pk: data.get(f"line_{line.pk}") or 0 for line in self.lines},
            driver_name=data.get("driver_name", ""),
            driver_phone=data.get("driver_phone", ""),
            photo_ids=data.get("photos", ()),
        )


class LabelForm(ParcelForm):
    """The same parcel when “Get e-waybill” is pressed: it has no number yet, and the first courier will do."""

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = forms.Form.clean(self) or {}
        if not data.get("courier") and self.labels.accounts:
            data["courier"] = self.labels.accounts[0].code
        return data

    def _add_carrier(self) -> None:
        super()._add_carrier()
        if not self.is_own:
            self.fields["tracking_no"].required = False

    def make_wish(self) -> Wish:
        """What is asked for, by what was typed."""
        data = self.cleaned_data
        sender = data.get("sender")
        return Wish(
            courier=data.get("courier", ""),
            sender_id=int(sender) if sender else None,
            contents={line.pk: data.get(f"line_{line.pk}") or 0 for line in self.lines},
            weight_g=int((data.get("weight") or 0) * 1000),
            remark=data.get("remark", ""),
            postcode=data.get("postcode", ""),
        )


@dataclass(frozen=True)
class Labels:
    """With whom e-waybills can be had, from where, and all couriers, the shop's own first; empty for own delivery."""

    accounts: Sequence[CourierAccount] = ()
    senders: Sequence[Sender] = ()
    couriers: Sequence[Courier] = ()

    @classmethod
    def read(cls, order: Order) -> "Labels":
        if not WAYS[order.delivery].has_number:
            return cls()
        accounts = list_accounts()
        ready = [] if order.is_test else list_label_accounts(accounts)
        senders = list_senders() if ready else []
        return cls(ready if senders else [], senders, sort_couriers(accounts))


ParcelFormSet = forms.formset_factory(
    ParcelForm, extra=0, min_num=1, max_num=MAX_PARCELS, absolute_max=MAX_PARCELS, validate_max=True
)


def _recall(waybill: Waybill | None) -> dict[str, Any]:
    """What was chosen for a parcel whose e-waybill was asked for before."""
    if waybill is None:
        return {}
    pieces = {f"line_{pk}": pieces for pk, pieces in waybill.contents.items()}
    chosen = {
        "courier": waybill.courier,
        "tracking_no": waybill.tracking_no,
        "sender": str(waybill.sender_id),
    }
    weight = Decimal(waybill.weight_g) / 1000 if waybill.weight_g else None
    return chosen | pieces | {"weight": weight, "postcode": waybill.postcode, "remark": waybill.remark}


class ShipForm(OrderForm):
    """All parcels of one press of the button."""

    name = "ship"
    together = forms.MultipleChoiceField(
        label=_("Also in the first parcel, to the same address"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=(),
    )
    joins = forms.BooleanField(label=_("Both orders are in this one parcel"), required=False)
    may_join = False
    """Whether the number was refused because another order of this buyer has gone under it."""
    label_at = ""
    """The order at which the e-waybill of all that goes together is had, where it is not this one."""

    def set_up(self) -> None:
        self.fellows = {fellow.number: fellow for fellow in list_fellows(self.order, actor=self.actor)}
        choices = [(number, _describe_fellow(fellow)) for number, fellow in self.fellows.items()]
        self.fields["together"].choices = choices  # type: ignore[attr-defined]  # it has them
        bundle = self.order.bundle
        companions = [fellow for fellow in self.fellows.values() if bundle and fellow.bundle == bundle]
        self.initial["together"] = [fellow.number for fellow in companions]
        self.label_at = next((fellow.number for fellow in companions if fellow.pk < self.order.pk), "")
        waybills, labels = list_waiting(self.order), Labels.read(self.order)
        is_setup = has_capability(self.actor, "shipping.setup") and not labels.accounts
        self.missing = list_missing_for_labels() if is_setup and not self.order.is_test else []
        labels = replace(labels, accounts=(), senders=()) if self.label_at else labels
        self.parcels = ParcelFormSet(
            self.data if self.is_bound else None,
            prefix="parcel",
            initial=[_recall(waybills.get(place)) for place in range(1, max(waybills, default=0) + 1)],
            form_kwargs={"order": self.order, "lines": self.lines, "labels": labels, "actor": self.actor},
        )
        for place, parcel in enumerate(self.parcels, start=1):
            parcel.waybill = waybills.get(place)
            parcel.empty_permitted = False
            parcel.use_required_attribute = False

    @property
    def asks(self) -> bool:
        return True

    @property
    def short_lines(self) -> list[OrderLine]:
        return [line for line in self.lines if line.short]

    def is_valid(self) -> bool:
        return super().is_valid() and self.parcels.is_valid()

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not self.parcels.is_valid() and (errors := self.parcels.non_form_errors()):
            raise ValidationError(list(errors))
        return data

    def run(self, actor: Actor, expected_version: int | None) -> Order:
        may_join = self.cleaned_data["joins"]
        parcels = [replace(parcel.make_parcel(), may_join=may_join) for parcel in self.parcels]
        others = [self.fellows[number].pk for number in self.cleaned_data["together"]]
        order = ship_together(
            self.order.pk, others=others, parcels=parcels, actor=actor, expected_version=expected_version
        )
        self.done_verb = "" if order.pieces_to_send else "order.ship"
        return order

    def show_refusal(self, refused: Refused) -> None:
        self.may_join = bool(refused.extra.get("may_join"))
        super().show_refusal(refused)


def _describe_fellow(order: Order) -> str:
    return f"{order.number} · {_('Pieces')} {order.pieces_to_send} · {format_fen(order.payable_fen)}"
