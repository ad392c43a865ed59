"""Ordering: preview, place, look. A buyer sees only their own orders."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, prefetch_related_objects
from django.http import HttpResponse
from rest_framework.response import Response

from orders.desk.api.answers import describe_placed
from orders.desk.api.buyer import count_orders, list_orders, list_timeline
from orders.desk.api.serializers import (
    CountsOut,
    OrderOut,
    OrderPageOut,
    OrderQuery,
    PlaceIn,
    PreviewIn,
    PreviewOut,
    TimelineOut,
    sum_basket,
)
from orders.invoices.models import InvoiceRequest
from orders.invoices.selectors import find_newest
from orders.models import Order, OrderLine
from orders.quotes import quote_order
from orders.selectors import get_order
from orders.services.place import NewOrder, Recipient, find_placed, place_new_order
from orders.shipping.models import HANDED_OVER, ParcelPhoto
from orders.shipping.selectors import list_parcels
from shop.actor import Actor
from shop.catalog.stock.refusals import counted_refusals
from shop.customers.api import BuyerView, for_buyers
from shop.customers.models import Customer
from shop.customers.services import get_address
from shop.database.prepared import prepared
from shop.http.api.idempotency import Answer, Command, answer_json, fingerprint, read_key, run_once
from shop.http.api.pagination import take_page
from shop.http.api.schema import BODY, IDEMPOTENCY_KEY, LIMITED, path_id
from shop.http.api.serializers import read_input
from shop.store.api import list_pay_offers
from shop.store.choices import Delivery, PayMethod
from shop.store.pickup_stores.selectors import get_serving_store
from shop.store.selectors import get_store_settings

NUMBER = path_id("number", "number of one of your orders")
TAGS = ["orders"]
_QUOTE = (
    "empty_order",
    "too_many",
    "too_much",
    "delivery_not_offered",
    "outside_area",
    "not_served",
    "store_closed",
    "not_on_sale",
    "not_found",
)


class PreviewView(BuyerView):
    @for_buyers("preview_order", TAGS, {200: PreviewOut}, *_QUOTE, body=PreviewIn)
    def post(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """What a basket would cost, what is left of it, and how it could be paid; nothing is reserved."""
        store, delivery = get_store_settings(), Delivery(wanted["delivery"])
        to = read_recipient(self.customer, wanted)
        if pickup := wanted.get("pickup"):
            get_serving_store(pickup["store_id"])
        basket = sum_basket(wanted["basket"])
        quote = quote_order(basket, delivery=delivery, to=to, store=store)
        return {
            "lines": quote.lines,
            "goods_fen": quote.goods_fen,
            "freight_fen": quote.freight_fen,
            "freight_parts": quote.freight,
            "payable_fen": quote.payable_fen,
            "pay_methods": list_pay_offers(store, delivery),
            "balance_fen": self.customer.balance_fen,
        }


class OrdersView(BuyerView):
    @property
    def throttle_scope(self) -> str | None:
        return "place" if self.request.method == "POST" else None

    @for_buyers("list_orders", TAGS, {200: OrderPageOut}, page=OrderQuery)
    def get(self, query: dict[str, Any]) -> Response:
        """Your orders, newest first, by tab."""
        page = take_page(list_orders(query["tab"], actor=self.actor), query)
        return Response(OrderPageOut(page, context={"actor": self.actor}).data)

    @for_buyers(
        "place_order",
        TAGS,
        {201: OrderOut},
        *(*BODY, *LIMITED, *_QUOTE, "idempotency_key_required", "blocked", "being_erased"),
        *("too_many_unpaid", "payment_not_offered", "out_of_stock", "in_progress", "idempotency_mismatch"),
        *("slot_needed", "no_slot", "slot_full"),
        parameters=[IDEMPOTENCY_KEY],
        request=PlaceIn,
    )
    def post(self) -> HttpResponse:
        """Place an order, once per Idempotency-Key."""
        key, wanted = read_key(self.request), read_input(PlaceIn, self.request.data)

        def place() -> Answer:
            new = _read_order(self.customer, wanted)
            placed = place_new_order(self.customer, new, client_key=key, actor=self.actor)
            return HTTPStatus.CREATED, describe_placed(placed, self.actor)

        def find() -> Answer | None:
            order = find_placed(self.customer, key)
            return (201, _describe(order, self.actor)) if order else None

        command = Command(f"place:{self.customer.pk}", key, fingerprint(self.request))
        with counted_refusals(self.customer), prepared():
            return answer_json(run_once(command, place, find=find))


def _read_order(customer: Customer, wanted: Mapping[str, Any]) -> NewOrder:
    """The address is looked up here, so that a repeat is answered even when it was deleted meanwhile."""
    return NewOrder(
        basket=sum_basket(wanted["basket"]),
        delivery=Delivery(wanted["delivery"]),
        pay_method=PayMethod(wanted["pay_method"]),
        to=read_recipient(customer, wanted) or Recipient("", "", "", "", "", ""),
        buyer_remark=wanted["buyer_remark"],
        store_id=wanted["pickup"]["store_id"] if "pickup" in wanted else None,
        slot=wanted["pickup"].get("slot") if "pickup" in wanted else None,
    )


def read_recipient(customer: Customer, wanted: Mapping[str, Any]) -> Recipient | None:
    """Whom the goods are for, None where it is not said.

    Raises Refused `not_found` for an address that is not the customer's.
    """
    if "address" in wanted:
        return Recipient(**wanted["address"])
    if pickup := wanted.get("pickup"):
        return Recipient(pickup.get("recipient", ""), pickup.get("phone", ""), "", "", "", "")
    if "address_id" not in wanted:
        return None
    kept = get_address(customer, wanted["address_id"])
    return Recipient(kept.recipient, kept.phone, kept.province, kept.city, kept.district, kept.detail)


def show_order(number: str, actor: Actor) -> Any:
    """One of the orders of this buyer, as the API tells it. Raises Refused `not_found` (404)."""
    return _describe(get_order(clean_number(number), actor=actor), actor)


# The lines are read anyway, and of most orders nobody wants an invoice.
_LINES = Prefetch(
    "lines",
    queryset=OrderLine.objects.annotate(
        has_invoice=Exists(InvoiceRequest.objects.filter(order=OuterRef("order")))
    ),
)
_PHOTOS = Prefetch("photos", queryset=ParcelPhoto.objects.select_related("picture").order_by("pk"))


def _describe(order: Order, actor: Actor) -> Any:
    prefetch_related_objects([order], _LINES)
    has_invoice = any(getattr(line, "has_invoice", False) for line in order.lines.all())
    parcels = list_parcels(order).prefetch_related(_PHOTOS, "intercepts") if order.pieces_shipped else []
    context = {
        "actor": actor,
        "parcels": [parcel for parcel in parcels if parcel.state in HANDED_OVER],
        "refunds": order.refunds.order_by("id"),
        "invoice": find_newest(order.pk) if has_invoice else None,
    }
    return OrderOut(order, context=context).data


def clean_number(number: str) -> str:
    """What cannot be a number is nobody's number; the database need not see it."""
    return number if number.isascii() and number.isdigit() else ""


class CountsView(BuyerView):
    @for_buyers("count_orders", TAGS, {200: CountsOut})
    def get(self) -> dict[str, int]:
        """How many of your orders each tab holds."""
        return count_orders(actor=self.actor)


class OrderView(BuyerView):
    @for_buyers("get_order", TAGS, {200: OrderOut}, "not_found", parameters=[NUMBER])
    def get(self, number: str) -> Response:
        """One of your orders."""
        return Response(show_order(number, self.actor))


class TimelineView(BuyerView):
    @for_buyers("get_timeline", TAGS, {200: TimelineOut}, "not_found", parameters=[NUMBER])
    def get(self, number: str) -> dict[str, Any]:
        """What happened to one of your orders, oldest first."""
        return {"results": list_timeline(get_order(clean_number(number), actor=self.actor))}
