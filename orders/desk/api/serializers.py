"""What buyers send to order, and an order as they get it back."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import Direction, PolymorphicProxySerializer, extend_schema_field
from rest_framework import serializers

from orders.companions import name_companions
from orders.desk.api.buyer import (
    TABS,
    BuyerAction,
    BuyerStatus,
    TimelineBy,
    get_status,
    get_status_label,
    list_actions,
)
from orders.desk.api.parcels import ParcelEventCode, ParcelPlace, find_place, map_parcel_events, map_shared
from orders.invoices.models import Holder, InvoiceState
from orders.invoices.rules import can_ask
from orders.invoices.titles import LONGEST
from orders.models import Order
from orders.payments.models import ProofState, Refund, RefundState, TransferProof
from orders.payments.services.transfers import MAX_PICTURES
from orders.quotes import MAX_QUANTITY, QuotedLine
from orders.shipping.models import Parcel, ParcelState, Purpose
from orders.stages import IN_HAND, BuyerReason, CloseReason
from orders.tracking.models import Journey
from orders.tracking.selectors import map_journeys
from shop.catalog.serializers import PICTURE_WORDS
from shop.customers.serializers import DestinationOut, RecipientIn
from shop.files.services import make_link
from shop.http.api.fields import BuyerText, Count, Id, PhoneText
from shop.http.api.pagination import PageOut, PageQuery
from shop.http.api.serializers import StrictSerializer
from shop.store.api import PayOfferOut
from shop.store.choices import Delivery, PayMethod
from shop.store.pickup_stores.api import StoreOut
from shop.store.selectors import get_store_settings

MAX_BASKET = 100


class OrderQuery(PageQuery):
    tab = serializers.ChoiceField(choices=TABS, default="all", required=False)


class BasketItemIn(StrictSerializer):
    sku_id = Id()
    quantity = Count(min_value=1, max_value=MAX_QUANTITY)


class PickupIn(StrictSerializer):
    """Where goods are picked up, and by whom: the shop asks for the name and the phone."""

    store_id = Id()
    recipient = BuyerText(max_length=60, required=False)
    phone = PhoneText(required=False)
    slot = serializers.DateTimeField(
        required=False, help_text="`starts_at` of one of the store's time slots, where it has any"
    )


class SlotOut(serializers.Serializer[Any]):
    """When the buyer comes to the store."""

    starts_at = serializers.DateTimeField(source="pickup_from")
    ends_at = serializers.DateTimeField(source="pickup_until")


class _WhereIn(StrictSerializer):
    """Where goods go: an entry of the address book, an address of its own, or a store."""

    delivery = serializers.ChoiceField(choices=Delivery.choices)
    address_id = Id(required=False)
    address = RecipientIn(required=False)
    pickup = PickupIn(required=False, help_text="with the delivery `pickup`, instead of an address")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "address_id" in attrs and "address" in attrs:
            raise serializers.ValidationError({"address": [_("Give address_id or address, not both.")]})
        is_picked_up = attrs["delivery"] == Delivery.PICKUP
        if "pickup" in attrs and not is_picked_up:
            raise serializers.ValidationError({"pickup": [_("Only what is picked up has a store.")]})
        if is_picked_up and ("address" in attrs or "address_id" in attrs):
            raise serializers.ValidationError(
                {"pickup": [_("What is picked up has a store and no address.")]}
            )
        return attrs


def _require_where(attrs: dict[str, Any]) -> dict[str, Any]:
    """That it is said where to: at which store and who comes, or an address."""
    if attrs["delivery"] == Delivery.PICKUP:
        if not {"recipient", "phone"} <= set(attrs.get("pickup", ())):
            raise serializers.ValidationError({"pickup": [_("Say at which store, and who picks up.")]})
        return attrs
    if "address_id" not in attrs and "address" not in attrs:
        raise serializers.ValidationError({"address": [_("Say where the goods go.")]})
    return attrs


class _DestinationIn(_WhereIn):
    """A basket, and where it goes."""

    basket = serializers.ListField(
        child=BasketItemIn(),
        min_length=1,
        max_length=MAX_BASKET,
        help_text="a SKU that is named twice is summed; at most 50 different ones",
    )


_PICKED_UP = {"properties": {"delivery": {"const": "pickup"}}}
_SENT = {"not": _PICKED_UP}


class PreviewIn(_DestinationIn):
    """An address is only needed to learn whether own delivery goes there; of the pickup only `store_id` counts."""

    schema_rules = {
        "not": {"required": ["address_id", "address"]},
        "anyOf": [
            {**_PICKED_UP, "not": {"anyOf": [{"required": ["address_id"]}, {"required": ["address"]}]}},
            {"not": {"anyOf": [_PICKED_UP, {"required": ["pickup"]}]}},
        ],
    }


_SAID_WHERE = {
    "oneOf": [
        {**_SENT, "required": ["address_id"]},
        {**_SENT, "required": ["address"]},
        {
            "properties": {
                **_PICKED_UP["properties"],
                "pickup": {"required": ["store_id", "recipient", "phone"]},
            },
            "required": ["pickup"],
        },
    ]
}


class ChangeDeliveryIn(_WhereIn):
    """How the order goes from now on."""

    schema_rules = _SAID_WHERE

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return _require_where(super().validate(attrs))


class PlaceIn(_DestinationIn):
    schema_rules = _SAID_WHERE

    pay_method = serializers.ChoiceField(choices=PayMethod.choices)
    buyer_remark = BuyerText(max_length=3000, required=False, allow_blank=True, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return _require_where(super().validate(attrs))


class ChoosePaymentIn(StrictSerializer):
    pay_method = serializers.ChoiceField(choices=PayMethod.choices)


class TransferProofIn(StrictSerializer):
    image_ids = serializers.ListField(child=Id(), min_length=1, max_length=MAX_PICTURES)
    words = BuyerText(max_length=500, required=False, allow_blank=True, default="")


class CancelIn(StrictSerializer):
    """Why you cancel; without a `reason` nothing is asked. Only the shop reads the `words`."""

    schema_rules = {"dependentRequired": {"words": ["reason"]}}

    reason = serializers.ChoiceField(choices=BuyerReason.choices, required=False)
    words = BuyerText(max_length=200, required=False, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "words" in attrs and "reason" not in attrs:
            raise serializers.ValidationError({"reason": [_("Choose a reason for your words.")]})
        return attrs


class InvoiceIn(StrictSerializer):
    """Whom the invoice names. A company has to give its `tax_number`; of a person all about companies is left out."""

    holder = serializers.ChoiceField(choices=Holder.choices)
    title = BuyerText(max_length=LONGEST["title"])
    email = BuyerText(max_length=LONGEST["email"], help_text="where the shop sends the file")
    tax_number = BuyerText(
        max_length=30,
        required=False,
        allow_blank=True,
        default="",
        help_text="15, 17, 18 or 20 digits and capital letters; spaces and small letters are put right",
    )
    address = BuyerText(max_length=LONGEST["address"], required=False, allow_blank=True, default="")
    phone = BuyerText(max_length=LONGEST["phone"], required=False, allow_blank=True, default="")
    bank = BuyerText(max_length=LONGEST["bank"], required=False, allow_blank=True, default="")
    account = BuyerText(max_length=LONGEST["account"], required=False, allow_blank=True, default="")
    note = BuyerText(max_length=LONGEST["note"], required=False, allow_blank=True, default="")


class EmptyIn(StrictSerializer):
    """No fields."""


def sum_basket(items: list[Mapping[str, int]]) -> dict[int, int]:
    """SKU id → pieces, a SKU named twice summed."""
    basket: dict[int, int] = {}
    for item in items:
        basket[item["sku_id"]] = basket.get(item["sku_id"], 0) + item["quantity"]
    return basket


class QuotedLineOut(serializers.Serializer[Any]):
    sku_id = Id(source="sku.pk")
    product_name = serializers.CharField(source="sku.product.name")
    sku_name = serializers.CharField(source="sku.name")
    picture_url = serializers.SerializerMethodField(help_text=PICTURE_WORDS)
    price_fen = serializers.IntegerField(source="sku.price_fen")
    quantity = serializers.IntegerField()
    total_fen = serializers.IntegerField()
    sellable = serializers.IntegerField(source="sku.sellable", help_text="pieces that can be ordered now")
    is_enough = serializers.SerializerMethodField()

    def get_picture_url(self, line: QuotedLine) -> str:
        picture = line.sku.product.picture
        return picture.url if picture else ""

    def get_is_enough(self, line: QuotedLine) -> bool:
        return line.quantity <= line.sku.sellable


class FreightPartOut(serializers.Serializer[Any]):
    """What it costs to send the goods that go by one freight template."""

    template = serializers.CharField(help_text="its name; empty for own delivery")
    freight_fen = serializers.IntegerField()


class PreviewOut(serializers.Serializer[Any]):
    lines = QuotedLineOut(many=True)
    goods_fen = serializers.IntegerField()
    freight_fen = serializers.IntegerField()
    freight_parts = FreightPartOut(many=True, help_text="what `freight_fen` is the sum of")
    payable_fen = serializers.IntegerField()
    pay_methods = PayOfferOut(many=True)
    balance_fen = serializers.IntegerField(help_text="your balance")


class OrderLineOut(serializers.Serializer[Any]):
    """`total_fen` is what the line costs after price changes, before cancellations."""

    id = Id(source="pk")
    sku_id = Id()
    product_name = serializers.CharField()
    sku_name = serializers.CharField()
    picture_url = serializers.CharField(help_text=PICTURE_WORDS)
    price_fen = serializers.IntegerField()
    quantity = serializers.IntegerField()
    total_fen = serializers.IntegerField()
    shipped = serializers.IntegerField()
    cancelled = serializers.IntegerField()


class OrderRowOut(serializers.Serializer[Any]):
    """An order in a list. `owed_fen` is what is still to be paid; `actions` are the buttons possible now."""

    number = serializers.CharField()
    status = serializers.SerializerMethodField()
    status_label = serializers.SerializerMethodField(help_text="in the language of the request")
    close_reason = serializers.ChoiceField(choices=CloseReason.choices, allow_blank=True)
    cancel_reason = serializers.ChoiceField(
        choices=BuyerReason.choices, allow_blank=True, help_text="the one you gave, else empty"
    )
    is_part_shipped = serializers.SerializerMethodField()
    delivery = serializers.ChoiceField(choices=Delivery.choices)
    pay_method = serializers.ChoiceField(choices=PayMethod.choices)
    payable_fen = serializers.IntegerField()
    paid_fen = serializers.IntegerField()
    refunded_fen = serializers.IntegerField()
    owed_fen = serializers.IntegerField()
    pieces = serializers.IntegerField()
    placed_at = serializers.DateTimeField()
    pay_by = serializers.DateTimeField(
        source="owed_by", allow_null=True, help_text="until when what is owed is to be paid"
    )
    lines = OrderLineOut(many=True)
    actions = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ChoiceField(choices=BuyerStatus.choices))
    def get_status(self, order: Order) -> str:
        return get_status(order).value

    def get_status_label(self, order: Order) -> str:
        return get_status_label(order)

    def get_is_part_shipped(self, order: Order) -> bool:
        return bool(order.pieces_shipped and order.pieces_to_send)

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(choices=BuyerAction.choices)))
    def get_actions(self, order: Order) -> list[str]:
        return [action.value for action in list_actions(order, self.context["actor"])]


class RecipientOut(DestinationOut):
    detail = serializers.CharField(source="address_detail")


class ParcelLineOut(serializers.Serializer[Any]):
    line_id = Id(source="order_line_id")
    quantity = serializers.IntegerField()
    sku_id = Id(
        source="sent_sku_id", help_text="what is in it; of an exchange perhaps not what the line says"
    )


class ParcelEventOut(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    code = serializers.ChoiceField(choices=ParcelEventCode.choices)
    words = serializers.CharField(help_text="in the language of the request")


class ParcelNewsOut(serializers.Serializer[Any]):
    """One thing that the courier has told of a parcel."""

    at = serializers.DateTimeField()
    words = serializers.CharField(help_text="the courier's own words; empty of a buyer who was erased")
    place = serializers.CharField()
    state = serializers.ChoiceField(choices=Journey.choices)


class ParcelTrackingOut(serializers.Serializer[Any]):
    """Where a parcel is, as its courier tells."""

    state = serializers.ChoiceField(choices=Journey.choices)
    state_words = serializers.CharField(
        source="get_state_display", help_text="in the language of the request"
    )
    news_at = serializers.DateTimeField(allow_null=True)
    news = ParcelNewsOut(source="told", many=True, help_text="newest first, at most 200")


class ParcelOut(serializers.Serializer[Any]):
    """Sent with a courier, or brought by the shop's own driver."""

    courier = serializers.CharField(help_text="the courier's code; empty for own delivery")
    courier_name = serializers.CharField(help_text="in the language of the request")
    tracking_no = serializers.CharField()
    driver_name = serializers.CharField()
    driver_phone = serializers.CharField()
    purpose = serializers.ChoiceField(
        choices=Purpose.choices, help_text="exchange: sent for goods that came back in an after-sale"
    )
    state = serializers.SerializerMethodField()
    state_words = serializers.SerializerMethodField(help_text="in the language of the request")
    has_arrived = serializers.SerializerMethodField()
    sent_at = serializers.DateTimeField()
    arrived_at = serializers.DateTimeField(allow_null=True)
    lines = serializers.SerializerMethodField()
    photo_urls = serializers.SerializerMethodField(
        help_text="photos of what was packed; each address holds for an hour"
    )

    events = serializers.SerializerMethodField(help_text="what became of it, oldest first")
    tracking = serializers.SerializerMethodField(help_text="null while nobody follows the parcel")
    shared_with = serializers.SerializerMethodField(
        help_text="your other orders that have goods in it, by number"
    )

    @extend_schema_field(serializers.ChoiceField(choices=ParcelPlace.choices))
    def get_state(self, parcel: Parcel) -> str:
        return find_place(parcel).value

    def get_state_words(self, parcel: Parcel) -> str:
        return str(find_place(parcel).label)

    @extend_schema_field(ParcelTrackingOut(allow_null=True))
    def get_tracking(self, parcel: Parcel) -> Any:
        journey = self.context["journeys"].get(parcel.pk)
        return ParcelTrackingOut(journey).data if journey else None

    def get_shared_with(self, parcel: Parcel) -> list[str]:
        shared: list[str] = self.context["shared"][parcel.pk]
        return shared

    @extend_schema_field(ParcelEventOut(many=True))
    def get_events(self, parcel: Parcel) -> Any:
        return ParcelEventOut(self.context["events"][parcel.pk], many=True).data

    def get_photo_urls(self, parcel: Parcel) -> list[str]:
        photos = parcel.photos.all()
        is_shown = bool(photos) and get_store_settings().packing_photos_on
        return [make_link(photo.picture) for photo in photos] if is_shown else []

    def get_has_arrived(self, parcel: Parcel) -> bool:
        return parcel.state == ParcelState.ARRIVED

    @extend_schema_field(ParcelLineOut(many=True))
    def get_lines(self, parcel: Parcel) -> Any:
        """Only this order's lines: a parcel may also hold somebody else's."""
        own = [line for line in parcel.lines.all() if line.order_line.order_id == self.context["order"].pk]
        return ParcelLineOut(own, many=True).data


class RefundOut(serializers.Serializer[Any]):
    amount_fen = serializers.IntegerField()
    is_done = serializers.SerializerMethodField(help_text="false while the money is on its way")
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)

    def get_is_done(self, refund: Refund) -> bool:
        return refund.state == RefundState.DONE


class TransferAccountOut(serializers.Serializer[Any]):
    """Where to send the money: an account, a picture to scan, or both; what there is not is empty."""

    bank = serializers.CharField(source="transfer_bank")
    name = serializers.CharField(source="transfer_name")
    number = serializers.CharField(source="transfer_number")
    code_url = serializers.CharField(source="collection_code_url", help_text="path of the picture")


class TransferProofOut(serializers.Serializer[Any]):
    """The last proof you sent; `reason` says why it was rejected."""

    state = serializers.ChoiceField(choices=ProofState.choices)
    reason = serializers.CharField()
    words = serializers.CharField()
    sent_at = serializers.DateTimeField()
    picture_urls = serializers.SerializerMethodField()

    def get_picture_urls(self, proof: TransferProof) -> list[str]:
        return [make_link(picture) for picture in proof.pictures.all()]


class InvoiceTitleOut(serializers.Serializer[Any]):
    """Whom an invoice names, as you typed it."""

    holder = serializers.ChoiceField(choices=Holder.choices)
    title = serializers.CharField()
    email = serializers.CharField()
    tax_number = serializers.CharField()
    address = serializers.CharField()
    phone = serializers.CharField()
    bank = serializers.CharField()
    account = serializers.CharField()


class InvoiceOut(InvoiceTitleOut):
    """The last invoice you asked for. `number`, `amount_fen` and `link` come with its being issued."""

    state = serializers.ChoiceField(choices=InvoiceState.choices)
    state_words = serializers.CharField(
        source="get_state_display", help_text="in the language of the request"
    )
    note = serializers.CharField()
    number = serializers.CharField()
    amount_fen = serializers.IntegerField(allow_null=True)
    link = serializers.CharField(help_text="where the file is, empty where the shop sends it by e-mail only")
    answer = serializers.CharField(help_text="what the shop writes with it, or why it issues none")
    asked_at = serializers.DateTimeField()
    answered_at = serializers.DateTimeField(allow_null=True)


class LastInvoiceTitleOut(serializers.Serializer[Any]):
    title = InvoiceTitleOut(allow_null=True, help_text="null where you never asked for an invoice")


class OrderOut(OrderRowOut):
    """A whole order; times that have not come are null."""

    goods_fen = serializers.SerializerMethodField()
    freight_fen = serializers.SerializerMethodField()
    address = RecipientOut(source="*", help_text="with pickup who comes, and nothing else")
    pickup_store = StoreOut(allow_null=True, help_text="where the goods are picked up, else null")
    pickup_slot = serializers.SerializerMethodField(help_text="null where the buyer comes at any time")
    buyer_remark = serializers.CharField()
    paid_at = serializers.DateTimeField(allow_null=True)
    shipped_at = serializers.DateTimeField(allow_null=True)
    arrived_at = serializers.DateTimeField(allow_null=True)
    received_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    ship_by = serializers.SerializerMethodField(help_text="null once everything is sent")
    receive_by = serializers.SerializerMethodField(help_text="null while an after-sale is open: no time runs")
    goes_with = serializers.SerializerMethodField(
        help_text="your other orders that are going to be in one parcel with this one, by number"
    )
    parcels = serializers.SerializerMethodField()
    refunds = serializers.SerializerMethodField()
    transfer_account = serializers.SerializerMethodField(help_text="while a bank transfer is owed, else null")
    transfer_proof = serializers.SerializerMethodField(help_text="null when none was sent")
    invoice = serializers.SerializerMethodField(help_text="null while you never asked for one")
    can_ask_invoice = serializers.SerializerMethodField(
        help_text="whether an invoice can be asked for, or changed while it is asked for"
    )

    def get_goods_fen(self, order: Order) -> int:
        return sum(line.total_fen for line in order.lines.all())

    def get_freight_fen(self, order: Order) -> int:
        return order.freight_fen + order.freight_adjust_fen

    @extend_schema_field(SlotOut(allow_null=True))
    def get_pickup_slot(self, order: Order) -> Any:
        return SlotOut(order).data if order.pickup_from else None

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_ship_by(self, order: Order) -> Any:
        at = order.ship_by if order.stage in IN_HAND else None
        return at and serializers.DateTimeField().to_representation(at)

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_receive_by(self, order: Order) -> Any:
        at = None if order.receive_stopped_at else order.receive_by
        return at and serializers.DateTimeField().to_representation(at)

    def get_goes_with(self, order: Order) -> list[str]:
        return name_companions(order)

    @extend_schema_field(ParcelOut(many=True))
    def get_parcels(self, order: Order) -> Any:
        parcels = self.context["parcels"]
        if not parcels:
            return []
        shared = map_shared(order, parcels, self.context["actor"])
        context = {"order": order, "events": map_parcel_events(order, parcels), "shared": shared}
        context["journeys"] = map_journeys([parcel.pk for parcel in parcels])
        return ParcelOut(parcels, many=True, context=context).data

    @extend_schema_field(RefundOut(many=True))
    def get_refunds(self, order: Order) -> Any:
        return RefundOut(self.context["refunds"], many=True).data

    @extend_schema_field(TransferAccountOut(allow_null=True))
    def get_transfer_account(self, order: Order) -> Any:
        if order.pay_method != PayMethod.TRANSFER or not order.owed_fen:
            return None
        return TransferAccountOut(get_store_settings()).data

    @extend_schema_field(TransferProofOut(allow_null=True))
    def get_transfer_proof(self, order: Order) -> Any:
        proof = order.proofs.order_by("-pk").first() if order.pay_method == PayMethod.TRANSFER else None
        return TransferProofOut(proof).data if proof else None

    @extend_schema_field(InvoiceOut(allow_null=True))
    def get_invoice(self, order: Order) -> Any:
        invoice = self.context["invoice"]
        return InvoiceOut(invoice).data if invoice else None

    def get_can_ask_invoice(self, order: Order) -> bool:
        return can_ask(order, self.context["invoice"])


class OrderPageOut(PageOut):
    results = OrderRowOut(many=True)


class CountsOut(serializers.Serializer[Any]):
    all = serializers.IntegerField()
    to_pay = serializers.IntegerField()
    to_ship = serializers.IntegerField()
    to_pick_up = serializers.IntegerField()
    to_receive = serializers.IntegerField()
    done = serializers.IntegerField()
    closed = serializers.IntegerField()


class TimelineEntryOut(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    verb = serializers.CharField()
    words = serializers.CharField(help_text="in the language of the request")
    by = serializers.ChoiceField(choices=TimelineBy.choices)
    amount_fen = serializers.IntegerField(allow_null=True)
    notice = serializers.CharField(help_text="what the shop wrote to you about it; mostly empty")


class TimelineOut(serializers.Serializer[Any]):
    results = TimelineEntryOut(many=True)


class PaymentParametersOut(serializers.Serializer[Any]):
    """The arguments of `wx.requestPayment`, signed."""

    timeStamp = serializers.CharField()  # noqa: N815 - WeChat's own names
    nonceStr = serializers.CharField()  # noqa: N815
    package = serializers.CharField()
    signType = serializers.CharField()  # noqa: N815
    paySign = serializers.CharField()  # noqa: N815


class AlipayPaymentOut(serializers.Serializer[Any]):
    """A code to be scanned with Alipay, and a link that pays the same in the browser of a phone."""

    qr_code = serializers.CharField()
    link = serializers.URLField()


class PaymentOut(serializers.BaseSerializer[Any]):
    """What the phone pays with, by the order's way to pay."""

    def to_representation(self, instance: Mapping[str, str]) -> Any:
        kind = AlipayPaymentOut if "link" in instance else PaymentParametersOut
        return kind(instance).data


class _PaymentSchema(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """Tells the schema of the two kinds."""

    target_class = PaymentOut

    def map_serializer(self, auto_schema: AutoSchema, direction: Direction) -> Any:
        kinds = PolymorphicProxySerializer(
            component_name="Payment",
            serializers=[PaymentParametersOut, AlipayPaymentOut],
            resource_type_field_name=None,
        )
        return auto_schema._map_serializer(kinds, direction)  # type: ignore[no-untyped-call]
