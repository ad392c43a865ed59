"""The form that has the courier called to collect a parcel."""

from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from orders.collections.services.asking import ask_collection
from orders.desk.collections.windows import WindowForm
from orders.desk.order.forms.parcels import ParcelActionForm
from orders.models import Order
from orders.shipping.models import Parcel
from shop.actor import Actor
from shop.couriers.selectors import find_called_couriers, list_senders
from shop.errors import Refused


class CallCourierForm(WindowForm, ParcelActionForm):
    """When the courier of one parcel may come, and where to."""

    name = "call_courier"
    sender = forms.TypedChoiceField(label=_("Sender"), coerce=int)

    @classmethod
    def find_obstacle(cls, subject: Order, actor: Actor) -> Any:
        return _("All parcels of this order have been delivered.") if subject.arrived_at else ""

    def set_up(self) -> None:
        super().set_up()
        self.propose()
        senders = [(sender.pk, str(sender)) for sender in list_senders()]
        self.fields["sender"].choices = senders  # type: ignore[attr-defined]

    @cached_property
    def couriers(self) -> set[str]:
        return set(find_called_couriers().values_list("code", flat=True))

    def fits(self, parcel: Parcel) -> bool:
        return super().fits(parcel) and parcel.courier in self.couriers and not parcel.has_moved

    def run(self, actor: Actor, expected_version: int | None) -> Any:
        return ask_collection(
            self.cleaned_data["parcel"],
            order_id=self.order.pk,
            window=self.read_window(),
            sender_id=self.cleaned_data["sender"],
            actor=actor,
            seen=self.read_seen(expected_version),
        )

    def show_refusal(self, refused: Refused) -> None:
        beside = {"bad_window": "end", "no_sender": "sender"}
        self.add_error(beside.get(refused.code), str(refused))
