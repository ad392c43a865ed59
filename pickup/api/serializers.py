"""What a verifier's mini-program sends and is told."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from orders.models import Order, OrderLine
from orders.payments.models import Means
from pickup.cards import Card
from pickup.codes import make_code
from pickup.models import Verification
from pickup.places import Place
from pickup.services.verifying import Collected, Handout
from shop.crypto import mask_name
from shop.http.api.fields import Count, Flag, Id, PlainText, StrictText
from shop.http.api.pagination import PageOut, PageQuery
from shop.http.api.serializers import StrictSerializer

_LAST_DIGITS = r"\A[0-9]{4}\Z"


class FlagText(Flag):
    """Of a query, whose values are text."""

    def to_internal_value(self, data: Any) -> bool:
        return super().to_internal_value({"true": True, "false": False}.get(data, data))


class AtStore(StrictSerializer):
    """Where the verifier stands: one of their stores."""

    store_id = Id()


class CardQuery(AtStore):
    """`elsewhere`: the goods wait at another store, and are to be handed out here."""

    elsewhere = FlagText(required=False, default=False)


class WaitingQuery(PageQuery):
    """What waits at a store; with `last_digits` also what is not paid yet, of phones that end in them."""

    store_id = Id()
    last_digits = serializers.RegexField(_LAST_DIGITS, required=False, help_text="four digits")


class HandedOutQuery(PageQuery):
    """What was handed out today at a store."""

    store_id = Id()


class PieceIn(StrictSerializer):
    line_id = Id()
    quantity = Count(min_value=1, max_value=9_999)


class CollectedIn(StrictSerializer):
    """Money in the verifier's hand: all that is owed, as the card said it."""

    means = serializers.ChoiceField(choices=Means.choices)
    amount_fen = Count(min_value=1, max_value=2**31 - 1)


class VerifyIn(AtStore):
    """What is handed out. `version` is the card's; `reason` is needed where the goods wait at another store."""

    code = StrictText(max_length=200, help_text="what was scanned or typed")
    version = Count(min_value=0, max_value=2**31 - 1)
    pieces = PieceIn(many=True, min_length=1, max_length=200)  # type: ignore[call-arg]  # of the list
    collected = CollectedIn(required=False)
    reason = PlainText(required=False, allow_blank=True, default="", max_length=200)
    pin = PlainText(
        required=False,
        allow_blank=True,
        default="",
        max_length=6,
        help_text="of the verifier, for an order that is worth more than the shop lets out without",
    )


def read_handout(wanted: dict[str, Any]) -> Handout:
    """Pieces of a line that is named twice are added up."""
    pieces: dict[int, int] = {}
    for piece in wanted["pieces"]:
        pieces[piece["line_id"]] = pieces.get(piece["line_id"], 0) + piece["quantity"]
    money = wanted.get("collected")
    collected = Collected(Means(money["means"]), money["amount_fen"]) if money else None
    return Handout(wanted["store_id"], pieces, collected=collected, elsewhere=wanted["reason"].strip())


class CounterOut(serializers.Serializer[Any]):
    """One of the verifier's stores."""

    id = Id(source="pk")
    name = serializers.CharField()


class VerifierOut(serializers.Serializer[Place]):
    """Who signed in as a verifier, and where they hand out."""

    id = Id(source="verifier.pk")
    stores = CounterOut(many=True)
    crosses_stores = serializers.BooleanField(
        source="verifier.crosses_stores", help_text="may hand out what waits at other stores, with a reason"
    )


class CardLineOut(serializers.Serializer[OrderLine]):
    """One article. `left` pieces are still to be handed out, of which `short` are missing."""

    id = Id(source="pk")
    name = serializers.CharField(source="product_name")
    sku_name = serializers.CharField()
    picture_url = serializers.CharField()
    quantity = serializers.IntegerField()
    left = serializers.IntegerField(source="to_send")
    short = serializers.IntegerField()


class CardOut(serializers.Serializer[Card]):
    """An order that can be handed out. With `owed_fen` above 0 the money is collected first."""

    number = serializers.CharField(source="order.number")
    version = serializers.IntegerField(source="order.version")
    recipient = serializers.CharField(source="order.recipient")
    last_digits = serializers.SerializerMethodField(help_text="of the phone of who picks up")
    store = CounterOut(source="order.pickup_store")
    is_elsewhere = serializers.BooleanField(help_text="the goods wait at another store than the one named")
    paid_fen = serializers.IntegerField(source="order.paid_fen")
    owed_fen = serializers.IntegerField(source="order.owed_fen")
    buyer_remark = serializers.CharField(source="order.buyer_remark")
    seller_remark = serializers.CharField(source="order.seller_remark")
    lines = CardLineOut(many=True)

    def get_last_digits(self, card: Card) -> str:
        return str(card.order.phone[-4:])


class WaitingOut(serializers.Serializer[Order]):
    """An order of the list: the name is masked. `code` leads to its card; null for one that is over."""

    number = serializers.CharField()
    recipient = serializers.SerializerMethodField()
    last_digits = serializers.SerializerMethodField(help_text="of the phone of who picks up")
    pieces = serializers.IntegerField(source="pieces_to_send")
    owed_fen = serializers.IntegerField()
    is_held = serializers.BooleanField()
    code = serializers.SerializerMethodField()

    def get_recipient(self, order: Order) -> str:
        return str(mask_name(order.recipient))

    def get_last_digits(self, order: Order) -> str:
        return str(order.phone[-4:])

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_code(self, order: Order) -> str | None:
        code = make_code(order)
        return code.token if code else None


class WaitingPageOut(PageOut):
    results = WaitingOut(many=True)


class HandedOutOut(serializers.Serializer[Verification]):
    """Goods of an order that were handed out at once, by `who`; `is_undone`: taken back since."""

    id = Id(source="pk")
    number = serializers.CharField(source="order.number")
    recipient = serializers.SerializerMethodField()
    pieces = serializers.IntegerField()
    at = serializers.DateTimeField()
    who = serializers.CharField()
    is_undone = serializers.SerializerMethodField()

    def get_recipient(self, row: Verification) -> str:
        return mask_name(row.order.recipient)

    def get_is_undone(self, row: Verification) -> bool:
        return row.undone_at is not None


class HandedOutPageOut(PageOut):
    results = HandedOutOut(many=True)


class VerifiedOut(serializers.Serializer[Any]):
    """What came of it, the same for every repeat. `is_last`: nothing is left; else `left` pieces are."""

    id = serializers.CharField()
    number = serializers.CharField()
    store = serializers.CharField()
    at = serializers.DateTimeField()
    is_last = serializers.BooleanField()
    left = serializers.IntegerField()
    collected_fen = serializers.IntegerField()
    means = serializers.CharField(help_text="cash or transfer; empty where nothing was collected")
