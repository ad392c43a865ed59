"""The buttons of an order: pay, send a proof, cancel, receive, urge, extend; only their buyer finds them."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from orders.desk.api.buyer import cancel_for_buyer, unless_done
from orders.desk.api.serializers import (
    CancelIn,
    ChoosePaymentIn,
    EmptyIn,
    OrderOut,
    PaymentParametersOut,
    TransferProofIn,
)
from orders.desk.api.views import NUMBER, TAGS, clean_number, show_order
from orders.payments.services.attempts import start_payment
from orders.payments.services.balance import pay_by_balance
from orders.payments.services.cancelling import BuyersWhy
from orders.payments.services.pricing import choose_payment
from orders.payments.services.transfers import send_proof
from orders.selectors import get_order, get_order_id
from orders.services.steps import extend_receipt, receive_order, urge_order
from orders.stages import BuyerReason
from shop.customers.api import BuyerView
from shop.http.schema import BODY, LIMITED, SIGNED_IN, answers
from shop.http.serializers import read_input
from shop.store.choices import PayMethod

_MOVE = (*SIGNED_IN, *BODY, "not_found", "wrong_stage", "already_done", "stale")


class MoveView(BuyerView):
    """Base of the buttons of an order."""

    def find(self, number: str) -> int:
        return get_order_id(clean_number(number), actor=self.actor)


class PayView(MoveView):
    throttle_scope = "pay"

    @extend_schema(
        operation_id="pay_order",
        tags=TAGS,
        parameters=[NUMBER],
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
        tags=TAGS,
        parameters=[NUMBER],
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
        return Response(show_order(number, self.actor))


class TransferProofView(MoveView):
    throttle_scope = "pay"

    @extend_schema(
        operation_id="send_transfer_proof",
        tags=TAGS,
        parameters=[NUMBER],
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
        return Response(show_order(number, self.actor))


class ChoosePaymentView(MoveView):
    throttle_scope = "pay"

    @extend_schema(
        operation_id="choose_payment",
        tags=TAGS,
        parameters=[NUMBER],
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
        return Response(show_order(number, self.actor))


class CancelView(MoveView):
    throttle_scope = "cancel"

    @extend_schema(
        operation_id="cancel_order",
        tags=TAGS,
        parameters=[NUMBER],
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
        cancel_for_buyer(get_order(clean_number(number), actor=self.actor), actor=self.actor, why=why)
        return Response(show_order(number, self.actor))


class ReceiveView(MoveView):
    @extend_schema(
        operation_id="receive_order",
        tags=TAGS,
        parameters=[NUMBER],
        request=EmptyIn,
        responses=answers({200: OrderOut}, *_MOVE, "aftersale_open"),
    )
    def post(self, request: Request, number: str) -> Response:
        """Say that the goods have arrived; said again it is answered with the order as it is."""
        read_input(EmptyIn, request.data)
        order = get_order(clean_number(number), actor=self.actor)
        with unless_done(order, ("order.receive",), self.actor):
            receive_order(order.pk, actor=self.actor)
        return Response(show_order(number, self.actor))


class UrgeView(MoveView):
    @extend_schema(
        operation_id="urge_order",
        tags=TAGS,
        parameters=[NUMBER],
        request=EmptyIn,
        responses=answers({200: OrderOut}, *_MOVE, "urged_lately"),
    )
    def post(self, request: Request, number: str) -> Response:
        """Ask the shop to hurry with an order it has not sent yet; at most once an hour."""
        read_input(EmptyIn, request.data)
        urge_order(self.find(number), actor=self.actor)
        return Response(show_order(number, self.actor))


class ExtendView(MoveView):
    @extend_schema(
        operation_id="extend_receipt",
        tags=TAGS,
        parameters=[NUMBER],
        request=EmptyIn,
        responses=answers({200: OrderOut}, *_MOVE, "already_extended"),
    )
    def post(self, request: Request, number: str) -> Response:
        """Get more days before the order counts as received (`timers.extend_days` of the shop), once per order."""
        read_input(EmptyIn, request.data)
        extend_receipt(self.find(number), actor=self.actor)
        return Response(show_order(number, self.actor))
