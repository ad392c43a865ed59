"""Ordering: preview, place, look, pay, cancel, receive. A buyer sees and touches only their own orders."""

from collections.abc import Mapping
from typing import Any

from django.db.models import prefetch_related_objects
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from orders.desk.api.answers import describe_placed
from orders.desk.api.buyer import cancel_for_buyer, count_orders, list_orders, list_timeline, unless_done
from orders.desk.api.serializers import (
    CancelIn,
    ChoosePaymentIn,
    CountsOut,
    EmptyIn,
    OrderOut,
    OrderPageOut,
    OrderQuery,
    PaymentParametersOut,
    PlaceIn,
    PreviewIn,
    PreviewOut,
    TimelineOut,
    TransferProofIn,
    sum_basket,
)
from orders.models import Order
from orders.payments.services.attempts import start_payment
from orders.payments.services.balance import pay_by_balance
from orders.payments.services.cancelling import BuyersWhy
from orders.payments.services.pricing import choose_payment
from orders.payments.services.transfers import send_proof
from orders.quotes import quote_order
from orders.selectors import get_order, get_order_id
from orders.services.place import NewOrder, Recipient, find_placed, place_new_order
from orders.services.steps import extend_receipt, receive_order, urge_order
from orders.shipping.models import ParcelState
from orders.shipping.selectors import list_parcels
from orders.stages import BuyerReason
from shop.actor import Actor
from shop.catalog.refusals import counted_refusals
from shop.customers.api import BuyerView
from shop.customers.models import Customer
from shop.customers.services import get_address
from shop.http.idempotency import Answer, Command, answer_json, fingerprint, read_key, run_once
from shop.http.pagination import take_page
from shop.http.schema import BODY, IDEMPOTENCY_KEY, LIMITED, SIGNED_IN, answers, path_id
from shop.http.serializers import read_input
from shop.prepared import prepared
from shop.store.api import list_pay_offers
from shop.store.choices import Delivery, PayMethod
from shop.store.selectors import get_store_settings

_NUMBER = path_id("number", "number of one of your orders")
_TAGS = ["orders"]
_QUOTE = (
    "empty_order",
    "too_many",
    "too_much",
    "delivery_not_offered",
    "outside_area",
    "not_on_sale",
    "not_found",
)
_MOVE = (*SIGNED_IN, *BODY, "not_found", "wrong_stage", "already_done", "stale")


class PreviewView(BuyerView):
    @extend_schema(
        operation_id="preview_order",
        tags=_TAGS,
        request=PreviewIn,
        responses=answers({200: PreviewOut}, *SIGNED_IN, *BODY, *_QUOTE),
    )
    def post(self, request: Request) -> Response:
        """What a basket would cost, what is left of it, and how it could be paid; nothing is reserved."""
        wanted = read_input(PreviewIn, request.data)
        store, delivery = get_store_settings(), Delivery(wanted["delivery"])
        to = _read_recipient(self.customer, wanted)
        basket = sum_basket(wanted["basket"])
        quote = quote_order(basket, delivery=delivery, to=to, store=store)
        data = {
            "lines": quote.lines,
            "goods_fen": quote.goods_fen,
            "freight_fen": quote.freight_fen,
            "payable_fen": quote.payable_fen,
            "pay_methods": list_pay_offers(store, delivery),
            "balance_fen": self.customer.balance_fen,
        }
        return Response(PreviewOut(data).data)


class OrdersView(BuyerView):
    @property
    def throttle_scope(self) -> str | None:
        return "place" if self.request.method == "POST" else None

    @extend_schema(
        operation_id="list_orders",
        tags=_TAGS,
        parameters=[OrderQuery],
        responses=answers({200: OrderPageOut}, *SIGNED_IN, "invalid", "bad_cursor"),
    )
    def get(self, request: Request) -> Response:
        """Your orders, newest first, by tab."""
        query = read_input(OrderQuery, request.query_params.dict())
        page = take_page(list_orders(query["tab"], actor=self.actor), query)
        data = {"results": page.rows, "next_cursor": page.next_cursor}
        return Response(OrderPageOut(data, context={"actor": self.actor}).data)

    @extend_schema(
        operation_id="place_order",
        tags=_TAGS,
        parameters=[IDEMPOTENCY_KEY],
        request=PlaceIn,
        responses=answers(
            {201: OrderOut},
            *SIGNED_IN,
            *BODY,
            *LIMITED,
            *_QUOTE,
            "idempotency_key_required",
            "blocked",
            "being_erased",
            "too_many_unpaid",
            "payment_not_offered",
            "out_of_stock",
            "in_progress",
            "idempotency_mismatch",
        ),
    )
    def post(self, request: Request) -> HttpResponse:
        """Place an order, once per Idempotency-Key."""
        key, wanted = read_key(request), read_input(PlaceIn, request.data)

        def place() -> Answer:
            new = _read_order(self.customer, wanted)
            placed = place_new_order(self.customer, new, client_key=key, actor=self.actor)
            return 201, describe_placed(placed, self.actor)

        def find() -> Answer | None:
            order = find_placed(self.customer, key)
            return (201, _describe(order, self.actor)) if order else None

        command = Command(f"place:{self.customer.pk}", key, fingerprint(request))
        with counted_refusals(self.customer), prepared():
            return answer_json(run_once(command, place, find=find))


def _read_order(customer: Customer, wanted: Mapping[str, Any]) -> NewOrder:
    """The address is looked up here, so that a repeat is answered even when it was deleted meanwhile."""
    return NewOrder(
        basket=sum_basket(wanted["basket"]),
        delivery=Delivery(wanted["delivery"]),
        pay_method=PayMethod(wanted["pay_method"]),
        to=_read_recipient(customer, wanted) or Recipient("", "", "", "", "", ""),
        buyer_remark=wanted["buyer_remark"],
    )


def _read_recipient(customer: Customer, wanted: Mapping[str, Any]) -> Recipient | None:
    """Raises Refused `not_found` for an address that is not the customer's."""
    if "address" in wanted:
        return Recipient(**wanted["address"])
    if "address_id" not in wanted:
        return None
    kept = get_address(customer, wanted["address_id"])
    return Recipient(kept.recipient, kept.phone, kept.province, kept.city, kept.district, kept.detail)


def _show(number: str, actor: Actor) -> Any:
    return _describe(get_order(_clean(number), actor=actor), actor)


def _describe(order: Order, actor: Actor) -> Any:
    prefetch_related_objects([order], "lines")
    parcels = list_parcels(order) if order.pieces_shipped else []
    context = {
        "actor": actor,
        "parcels": [parcel for parcel in parcels if parcel.state != ParcelState.UNDONE],
        "refunds": order.refunds.order_by("id"),
    }
    return OrderOut(order, context=context).data


def _clean(number: str) -> str:
    """What cannot be a number is nobody's number; the database need not see it."""
    return number if number.isascii() and number.isdigit() else ""


class CountsView(BuyerView):
    @extend_schema(operation_id="count_orders", tags=_TAGS, responses=answers({200: CountsOut}, *SIGNED_IN))
    def get(self, request: Request) -> Response:
        """How many of your orders each tab holds."""
        return Response(CountsOut(count_orders(actor=self.actor)).data)


class OrderView(BuyerView):
    @extend_schema(
        operation_id="get_order",
        tags=_TAGS,
        parameters=[_NUMBER],
        responses=answers({200: OrderOut}, *SIGNED_IN, "not_found"),
    )
    def get(self, request: Request, number: str) -> Response:
        """One of your orders."""
        return Response(_show(number, self.actor))


class TimelineView(BuyerView):
    @extend_schema(
        operation_id="get_timeline",
        tags=_TAGS,
        parameters=[_NUMBER],
        responses=answers({200: TimelineOut}, *SIGNED_IN, "not_found"),
    )
    def get(self, request: Request, number: str) -> Response:
        """What happened to one of your orders, oldest first."""
        order = get_order(_clean(number), actor=self.actor)
        return Response(TimelineOut({"results": list_timeline(order)}).data)


class MoveView(BuyerView):
    """Base of the buttons of an order."""

    def find(self, number: str) -> int:
        return get_order_id(_clean(number), actor=self.actor)


class PayView(MoveView):
    throttle_scope = "pay"

    @extend_schema(
        operation_id="pay_order",
        tags=_TAGS,
        parameters=[_NUMBER],
        request=EmptyIn,
        responses=answers(
            {200: PaymentParametersOut},
            *_MOVE,
            *LIMITED,
            "nothing_owed",
            "not_wechat",
            "too_late",
            "closing",
            "gateway_refused",
            "wechat_not_set_up",
            "gateway_unavailable",
            "wechat_unavailable",
        ),
    )
    def post(self, request: Request, number: str) -> Response:
        """Start paying by WeChat Pay; asked again it goes on with the same payment."""
        read_input(EmptyIn, request.data)
        parameters = start_payment(self.find(number), actor=self.actor)
        return Response(PaymentParametersOut(parameters).data)


class PayByBalanceView(MoveView):
    @extend_schema(
        operation_id="pay_order_by_balance",
        tags=_TAGS,
        parameters=[_NUMBER],
        request=EmptyIn,
        responses=answers(
            {200: OrderOut},
            *_MOVE,
            "nothing_owed",
            "not_balance",
            "not_enough_balance",
            "payment_not_offered",
            "too_late",
            "closing",
        ),
    )
    def post(self, request: Request, number: str) -> Response:
        """Pay all that is owed from your balance; choose it as the way to pay first."""
        read_input(EmptyIn, request.data)
        pay_by_balance(self.find(number), actor=self.actor)
        return Response(_show(number, self.actor))


class TransferProofView(MoveView):
    throttle_scope = "pay"

    @extend_schema(
        operation_id="send_transfer_proof",
        tags=_TAGS,
        parameters=[_NUMBER],
        request=TransferProofIn,
        responses=answers(
            {200: OrderOut}, *_MOVE, *LIMITED, "not_transfer", "proof_sent", "too_many_proofs", "bad_pictures"
        ),
    )
    def post(self, request: Request, number: str) -> Response:
        """Show pictures of your bank transfer; the order does not close while the shop checks them."""
        wanted = read_input(TransferProofIn, request.data)
        pictures, words = wanted["image_ids"], wanted["words"]
        send_proof(self.find(number), picture_ids=pictures, words=words, actor=self.actor)
        return Response(_show(number, self.actor))


class ChoosePaymentView(MoveView):
    throttle_scope = "pay"

    @extend_schema(
        operation_id="choose_payment",
        tags=_TAGS,
        parameters=[_NUMBER],
        request=ChoosePaymentIn,
        responses=answers(
            {200: OrderOut},
            *_MOVE,
            *LIMITED,
            "payment_not_offered",
            "proof_sent",
            "already_paid",
            "out_of_stock",
            "closing",
            "wechat_not_set_up",
            "gateway_unavailable",
        ),
    )
    def post(self, request: Request, number: str) -> Response:
        """Pay an unpaid order in another way; with cash on delivery it moves on at once."""
        wanted = read_input(ChoosePaymentIn, request.data)
        choose_payment(self.find(number), method=PayMethod(wanted["pay_method"]), actor=self.actor)
        return Response(_show(number, self.actor))


class CancelView(MoveView):
    throttle_scope = "cancel"

    @extend_schema(
        operation_id="cancel_order",
        tags=_TAGS,
        parameters=[_NUMBER],
        request=CancelIn,
        responses=answers(
            {200: OrderOut},
            *_MOVE,
            *LIMITED,
            "proof_sent",
            "already_paid",
            "already_shipped",
            "aftersale_open",
            "held",
            "not_overdue",
            "closing",
            "wechat_not_set_up",
            "gateway_unavailable",
        ),
    )
    def post(self, request: Request, number: str) -> Response:
        """Cancel an order for which nothing was paid and nothing shipped.

        A paid order that was not sent in time can be cancelled too where the shop's rule
        `timers.when_overdue` was `buyer` when it was placed; what was paid is refunded.
        What you have cancelled yourself is answered as it is when you cancel it again; the first reason stays.
        """
        wanted = read_input(CancelIn, request.data)
        why = (
            BuyersWhy(BuyerReason(wanted["reason"]), wanted.get("words", "")) if "reason" in wanted else None
        )
        cancel_for_buyer(get_order(_clean(number), actor=self.actor), actor=self.actor, why=why)
        return Response(_show(number, self.actor))


class ReceiveView(MoveView):
    @extend_schema(
        operation_id="receive_order",
        tags=_TAGS,
        parameters=[_NUMBER],
        request=EmptyIn,
        responses=answers({200: OrderOut}, *_MOVE, "aftersale_open"),
    )
    def post(self, request: Request, number: str) -> Response:
        """Say that the goods have arrived; said again it is answered with the order as it is."""
        read_input(EmptyIn, request.data)
        order = get_order(_clean(number), actor=self.actor)
        with unless_done(order, ("order.receive",), self.actor):
            receive_order(order.pk, actor=self.actor)
        return Response(_show(number, self.actor))


class UrgeView(MoveView):
    @extend_schema(
        operation_id="urge_order",
        tags=_TAGS,
        parameters=[_NUMBER],
        request=EmptyIn,
        responses=answers({200: OrderOut}, *_MOVE, "urged_lately"),
    )
    def post(self, request: Request, number: str) -> Response:
        """Ask the shop to hurry with an order it has not sent yet; at most once an hour."""
        read_input(EmptyIn, request.data)
        urge_order(self.find(number), actor=self.actor)
        return Response(_show(number, self.actor))


class ExtendView(MoveView):
    @extend_schema(
        operation_id="extend_receipt",
        tags=_TAGS,
        parameters=[_NUMBER],
        request=EmptyIn,
        responses=answers({200: OrderOut}, *_MOVE, "already_extended"),
    )
    def post(self, request: Request, number: str) -> Response:
        """Get more days before the order counts as received (`timers.extend_days` of the shop), once per order."""
        read_input(EmptyIn, request.data)
        extend_receipt(self.find(number), actor=self.actor)
        return Response(_show(number, self.actor))
