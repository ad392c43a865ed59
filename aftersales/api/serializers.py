"""What buyers send about after-sales, and how they get them back."""

from typing import Any

from django.db import models
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from aftersales.choices import About, DisputeState, Kind, Overdue, State
from aftersales.models import LONGEST_WORDS, MAX_PICTURES, Aftersale, Dispute
from aftersales.services.applying import Claim
from orders.payments.models import Refund, RefundState
from orders.quotes import MAX_QUANTITY
from orders.shipping.models import Parcel
from shop.actor import Actor
from shop.files.services import make_link
from shop.http.api.fields import BuyerText, Count, Id, PlainText
from shop.http.api.pagination import PageOut
from shop.http.api.serializers import StrictSerializer
from shop.moves.services import find_available


class BuyerVerb(models.TextChoices):
    """What a buyer can press."""

    WITHDRAW = "withdraw"
    SEND_BACK = "send_back"
    RENUMBER = "renumber"
    DISPUTE = "dispute"
    WITHDRAW_DISPUTE = "withdraw_dispute"


class AskedPieceIn(StrictSerializer):
    """`sku_id`: of an exchange, what is wanted instead; the same SKU without it."""

    line_id = Id()
    quantity = Count(min_value=1, max_value=MAX_QUANTITY)
    sku_id = Id(required=False)


class AskIn(StrictSerializer):
    """What you want back. `amount_fen`: less than all that the goods cost; of what was not sent all goes back."""

    kind = serializers.ChoiceField(choices=Kind.choices)
    pieces = AskedPieceIn(many=True, min_length=1, max_length=200)  # type: ignore[call-arg]  # of the list
    reason_id = Id()
    amount_fen = Count(min_value=1, max_value=2**31 - 1, required=False)
    words = BuyerText(required=False, allow_blank=True, default="", max_length=LONGEST_WORDS)
    image_ids = serializers.ListField(child=Id(), required=False, default=list, max_length=MAX_PICTURES)


class ReturnIn(StrictSerializer):
    """The parcel in which you send the goods back. `courier`: its code, or its name where you know none."""

    courier = PlainText(max_length=20)
    tracking_no = PlainText(max_length=40)


class ReasonIn(StrictSerializer):
    reason_id = Id()


class DisputeIn(StrictSerializer):
    """What it is about, in your words and with up to 9 pictures."""

    about = serializers.ChoiceField(choices=About.choices)
    words = BuyerText(required=False, allow_blank=True, default="", max_length=LONGEST_WORDS)
    image_ids = serializers.ListField(child=Id(), required=False, default=list, max_length=MAX_PICTURES)


def read_claim(wanted: dict[str, Any]) -> Claim:
    """Pieces of a line that is named twice are added up."""
    pieces: dict[int, int] = {}
    for piece in wanted["pieces"]:
        pieces[piece["line_id"]] = pieces.get(piece["line_id"], 0) + piece["quantity"]
    return Claim(
        kind=Kind(wanted["kind"]),
        pieces=pieces,
        reason_id=wanted["reason_id"],
        amount_fen=wanted.get("amount_fen"),
        words=wanted["words"],
        picture_ids=wanted["image_ids"],
        skus={piece["line_id"]: piece["sku_id"] for piece in wanted["pieces"] if "sku_id" in piece},
    )


class ReasonOut(serializers.Serializer[Any]):
    id = Id(source="pk")
    name = serializers.CharField()


class ReasonListOut(serializers.Serializer[Any]):
    results = ReasonOut(many=True)


class LineOptionOut(serializers.Serializer[Any]):
    """How many pieces of a line something can be asked about."""

    line_id = Id(source="line.pk")
    unsent = serializers.IntegerField(help_text="not sent yet: `cancel` or `refund`")
    sent = serializers.IntegerField(help_text="with you: `refund`, `return` or `exchange`")


class OptionsOut(serializers.Serializer[Any]):
    """What you can ask for about an order now. `refused`: why nothing, "" where something can be asked."""

    refused = serializers.CharField()
    kinds = serializers.ListField(child=serializers.ChoiceField(choices=Kind.choices))
    lines = LineOptionOut(many=True)


class ReturnAddressOut(serializers.Serializer[Any]):
    name = serializers.CharField()
    phone = serializers.CharField()
    province = serializers.CharField()
    city = serializers.CharField()
    district = serializers.CharField()
    address = serializers.CharField()
    note = serializers.CharField()


class AftersaleLineOut(serializers.Serializer[Any]):
    line_id = Id(source="order_line_id")
    product_name = serializers.CharField(source="order_line.product_name")
    sku_name = serializers.CharField(source="order_line.sku_name")
    quantity = serializers.IntegerField(source="pieces")
    came_back = serializers.IntegerField()
    sku_id = Id(allow_null=True, help_text="of an exchange, what is wanted instead")


class ReturnParcelOut(serializers.Serializer[Any]):
    """A parcel of it: what you sent back (`back`), or what was sent to you in exchange (`out`)."""

    direction = serializers.CharField()
    courier = serializers.CharField()
    courier_name = serializers.CharField()
    tracking_no = serializers.CharField()
    state = serializers.CharField()


class DisputeOut(serializers.Serializer[Any]):
    """What you, or the shop, brought before a supervisor. `due_at`: until when it is decided; `verdict`: why so."""

    about = serializers.ChoiceField(choices=About.choices)
    state = serializers.ChoiceField(choices=DisputeState.choices)
    state_label = serializers.CharField(source="get_state_display")
    by_shop = serializers.BooleanField(source="by_staff")
    words = serializers.SerializerMethodField(help_text="yours; what staff wrote is not shown")
    verdict = serializers.CharField()
    opened_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)

    def get_words(self, dispute: Dispute) -> str:
        return "" if dispute.by_staff else dispute.words


class AftersaleOut(serializers.Serializer[Aftersale]):
    """An after-sale. `due_at`: until when whoever has to move has time, null when nobody has to; `then`: what then."""

    number = serializers.CharField()
    order_number = serializers.CharField(source="order.number")
    kind = serializers.ChoiceField(choices=Kind.choices)
    state = serializers.ChoiceField(choices=State.choices)
    state_label = serializers.CharField(source="get_state_display")
    reason = serializers.CharField(source="reason_name")
    words = serializers.CharField()
    images = serializers.SerializerMethodField()
    asked_fen = serializers.IntegerField()
    agreed_fen = serializers.IntegerField(allow_null=True)
    refunded_fen = serializers.SerializerMethodField(help_text="what is back with you")
    answer = serializers.CharField(help_text="what the shop wrote to you")
    return_to = serializers.SerializerMethodField(
        help_text="where to send the goods, null until it is agreed to"
    )
    lines = AftersaleLineOut(many=True)
    parcels = serializers.SerializerMethodField()
    dispute = serializers.SerializerMethodField(help_text="the newest one, null where there is none")
    is_correction_asked = serializers.SerializerMethodField(
        help_text="the shop asks whether the reason is the right one: send it again, or another one"
    )
    asked_at = serializers.DateTimeField()
    answered_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)
    then = serializers.ChoiceField(choices=Overdue.choices, source="overdue_rule")
    actions = serializers.SerializerMethodField(help_text="what you can do now")

    def get_images(self, aftersale: Aftersale) -> list[str]:
        return [make_link(row.picture) for row in aftersale.pictures.all()]

    def get_refunded_fen(self, aftersale: Aftersale) -> int:
        rows = Refund.objects.filter(case_number=aftersale.number, state=RefundState.DONE)
        return sum(rows.values_list("amount_fen", flat=True))

    @extend_schema_field(ReturnAddressOut(allow_null=True))
    def get_return_to(self, aftersale: Aftersale) -> dict[str, str] | None:
        return aftersale.return_to or None

    @extend_schema_field(ReturnParcelOut(many=True))
    def get_parcels(self, aftersale: Aftersale) -> list[dict[str, Any]]:
        rows = Parcel.objects.filter(case_number=aftersale.number).order_by("pk")
        return [dict(ReturnParcelOut(row).data) for row in rows]

    @extend_schema_field(DisputeOut(allow_null=True))
    def get_dispute(self, aftersale: Aftersale) -> dict[str, Any] | None:
        if not aftersale.dispute:
            return None
        rows = aftersale.disputes.select_related("aftersale__order__customer")
        return dict(DisputeOut(rows.latest("opened_at")).data)

    def get_is_correction_asked(self, aftersale: Aftersale) -> bool:
        return aftersale.correction_asked_at is not None

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(choices=BuyerVerb.choices)))
    def get_actions(self, aftersale: Aftersale) -> list[str]:
        actor: Actor = self.context["actor"]
        found = {verb: find_available(aftersale, f"aftersale.{verb}", actor) for verb in BuyerVerb}
        return [verb.value for verb, available in found.items() if available and available.is_possible]


class AftersalePageOut(PageOut):
    results = AftersaleOut(many=True)
