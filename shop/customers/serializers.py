"""What buyers send about themselves, and what they get back."""

from typing import Any

from rest_framework import serializers

from shop.customers.models import EntryKind
from shop.files.models import Picture
from shop.files.services import make_link
from shop.http.api.fields import BuyerText, Flag, Id, PhoneText, PlainText
from shop.http.api.pagination import PageOut
from shop.http.api.serializers import StrictSerializer
from shop.store.places.regions import find_problem
from shop.store.places.split import LONGEST


class LoginIn(StrictSerializer):
    code = PlainText(max_length=200, help_text="what `wx.login` gave; good once, for five minutes")
    device = PlainText(max_length=80, required=False, allow_blank=True, default="")


class PhoneIn(StrictSerializer):
    code = PlainText(max_length=200, help_text="what the phone number button gave")


class ProfileIn(StrictSerializer):
    nickname = BuyerText(max_length=60, allow_blank=True, required=False)


class ConsentIn(StrictSerializer):
    template_ids = serializers.ListField(
        child=PlainText(max_length=64),
        min_length=1,
        max_length=10,
        help_text="the templates that `wx.requestSubscribeMessage` answered with `accept`",
    )


class ConsentOut(serializers.Serializer[Any]):
    template_id = serializers.CharField()
    times = serializers.IntegerField(help_text="messages that may still be sent by it")


class ConsentListOut(serializers.Serializer[Any]):
    results = ConsentOut(many=True)


class RecipientIn(StrictSerializer):
    """Where goods go."""

    recipient = BuyerText(max_length=60)
    phone = PhoneText()
    province = PlainText(max_length=40)
    city = PlainText(max_length=40)
    district = PlainText(max_length=40)
    detail = BuyerText(max_length=200)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "province" in attrs or "city" in attrs:
            # Of an address that is changed in part, the other half stays.
            kept = self.context.get("kept")
            province, city = (
                attrs[name] if name in attrs else getattr(kept, name) for name in ("province", "city")
            )
            if problem := find_problem(province, city):
                raise serializers.ValidationError({problem.field: [problem.words]})
        return attrs


class AddressIn(RecipientIn):
    """An entry of the address book; a new default takes the mark from the old one."""

    is_default = Flag(required=False, default=False)


class DestinationOut(serializers.Serializer[Any]):
    recipient = serializers.CharField()
    phone = serializers.CharField()
    province = serializers.CharField()
    city = serializers.CharField()
    district = serializers.CharField()
    detail = serializers.CharField()


class CustomerOut(serializers.Serializer[Any]):
    id = Id(source="pk")
    nickname = serializers.CharField()
    phone = serializers.CharField(help_text="empty until it was bound")
    balance_fen = serializers.IntegerField()
    is_blocked = serializers.BooleanField(help_text="true: this buyer cannot place orders")
    erase_at = serializers.DateTimeField(
        allow_null=True, help_text="when the personal data is erased, as the buyer asked; null: it stays"
    )
    created_at = serializers.DateTimeField()


class LoginOut(serializers.Serializer[Any]):
    token = serializers.CharField()
    expires_at = serializers.DateTimeField()
    customer = CustomerOut()


class AddressOut(DestinationOut):
    id = Id(source="pk")
    is_default = serializers.BooleanField()
    created_at = serializers.DateTimeField()


class AddressListOut(serializers.Serializer[Any]):
    results = AddressOut(many=True)


class BalanceEntryOut(serializers.Serializer[Any]):
    """One line of the ledger; money that went out is negative."""

    kind = serializers.ChoiceField(choices=EntryKind.choices)
    delta_fen = serializers.IntegerField()
    balance_after_fen = serializers.IntegerField()
    order_number = serializers.CharField(help_text="empty where it was not about an order")
    at = serializers.DateTimeField()


class BalanceEntryPageOut(PageOut):
    results = BalanceEntryOut(many=True)


class ImageOut(serializers.Serializer[Any]):
    id = Id(source="pk")
    url = serializers.SerializerMethodField(help_text="holds for an hour")
    width = serializers.IntegerField()
    height = serializers.IntegerField()

    def get_url(self, picture: Picture) -> str:
        return make_link(picture)


class PastedIn(StrictSerializer):
    text = BuyerText(max_length=LONGEST, help_text="an address as people paste it, in one line or several")


class SplitOut(DestinationOut):
    """The parts that were found; what was not is empty. Show them to the buyer before they are kept."""
