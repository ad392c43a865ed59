"""The buttons of an order: pay, send a proof, cancel, receive, urge, extend; only their buyer finds them."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from rest_framework.response import Response

from orders.desk.api.buyer import cancel_for_buyer, unless_done
from orders.desk.api.serializers import (
    CancelIn,
    ChangeDeliveryIn,
    ChoosePaymentIn,
    EmptyIn,
    InvoiceIn,
    LastInvoiceTitleOut,
    OrderOut,
    PaymentOut,
    TransferProofIn,
)
from orders.desk.api.views import NUMBER, TAGS, clean_number, read_recipient, show_order
from orders.invoices.selectors import find_last_title
from orders.invoices.services.asking import ask_invoice, withdraw_invoice
from orders.invoices.titles import Title
from orders.payments.changes.cancelling import BuyersWhy
from orders.payments.changes.pricing import choose_payment
from orders.payments.services.attempts import start_payment
from orders.payments.services.balance import pay_by_balance
from orders.payments.services.transfers import send_proof
from orders.selectors import get_order, get_order_id
from orders.services.place import Recipient
from orders.services.steps import extend_receipt, receive_order, urge_order
from orders.stages import BuyerReason
from pickup.services.converting import NewDelivery, change_delivery
from shop.customers.api import BuyerView, Wanted, for_buyers
from shop.http.api.schema import LIMITED
from shop.http.api.serializers import StrictSerializer
from shop.store.choices import Delivery, PayMethod

_MOVE = ("not_found", "wrong_stage", "already_done", "stale")
_GATEWAY = ("wechat_not_set_up", "alipay_not_set_up", "gateway_unavailable")


class MoveView(BuyerView):
    """Base of the buttons of an order."""

    def find(self, number: str) -> int:
        return get_order_id(clean_number(number), actor=self.actor)


def move(
    name: str, *codes: str, body: type[StrictSerializer] = EmptyIn
) -> Callable[[Callable[..., None]], Any]:
    """Makes an operation of a method that runs one verb, given the number and the body that was read.

    It answers with the order as it is then.
    """

    def make(run: Callable[..., None]) -> Any:
        @for_buyers(name, TAGS, {200: OrderOut}, *_MOVE, *codes, parameters=[NUMBER], body=body)
        @wraps(run)
        def answer(self: MoveView, wanted: Wanted, number: str) -> Response:
            run(self, number, wanted)
            return Response(show_order(number, self.actor))

        return answer

    return make


class PayView(MoveView):
    throttle_scope = "pay"

    @for_buyers(
        "pay_order",
        TAGS,
        {200: PaymentOut},
        *(*_MOVE, *LIMITED, "nothing_owed", "not_wechat", "too_late", "closing"),
        *("gateway_refused", *_GATEWAY, "wechat_unavailable"),
        parameters=[NUMBER],
        body=EmptyIn,
    )
    def post(self, _wanted: Wanted, number: str) -> dict[str, str]:
        """Start paying by WeChat Pay or Alipay, as the order says; asked again it goes on with the same payment.

        Alipay opens outside of WeChat only: show `qr_code`, or copy `link` for the browser of the phone.
        """
        return start_payment(self.find(number), actor=self.actor)


class PayByBalanceView(MoveView):
    @move(
        "pay_order_by_balance",
        *("nothing_owed", "not_balance", "not_enough_balance", "payment_not_offered", "too_late", "closing"),
    )
    def post(self, number: str, _wanted: Wanted) -> None:
        """Pay all that is owed from your balance; choose it as the way to pay first."""
        pay_by_balance(self.find(number), actor=self.actor)


class TransferProofView(MoveView):
    throttle_scope = "pay"

    @move(
        "send_transfer_proof",
        *(*LIMITED, "not_transfer", "proof_sent", "too_many_proofs", "bad_pictures"),
        body=TransferProofIn,
    )
    def post(self, number: str, wanted: Wanted) -> None:
        """Show pictures of your bank transfer; the order does not close while the shop checks them."""
        pictures, words = wanted["image_ids"], wanted["words"]
        send_proof(self.find(number), picture_ids=pictures, words=words, actor=self.actor)


class ChoosePaymentView(MoveView):
    throttle_scope = "pay"

    @move(
        "choose_payment",
        *(
            *LIMITED,
            "payment_not_offered",
            "proof_sent",
            "already_paid",
            "out_of_stock",
            "closing",
            *_GATEWAY,
        ),
        body=ChoosePaymentIn,
    )
    def post(self, number: str, wanted: Wanted) -> None:
        """Pay an unpaid order in another way; with cash on delivery it moves on at once."""
        choose_payment(self.find(number), method=PayMethod(wanted["pay_method"]), actor=self.actor)


class ChangeDeliveryView(MoveView):
    throttle_scope = "pay"

    @move(
        "change_delivery",
        *(*LIMITED, "same_delivery", "delivery_not_offered", "outside_area", "not_served", "store_closed"),
        *("payment_not_offered", "already_paid", "already_shipped", "has_label", "aftersale_open"),
        *("slot_needed", "no_slot", "slot_full", "closing", *_GATEWAY),
        body=ChangeDeliveryIn,
    )
    def post(self, number: str, wanted: Wanted) -> None:
        """Have an order sent that you wanted to pick up, or pick it up instead, while nothing of it is paid.

        Its price follows with the freight, and an order that was to be paid with the goods waits for its payment where
        the new delivery does not allow that.
        """
        to = read_recipient(self.customer, wanted) or Recipient("", "", "", "", "", "")
        pickup = wanted.get("pickup", {})
        new = NewDelivery(Delivery(wanted["delivery"]), to, pickup.get("store_id"), pickup.get("slot"))
        change_delivery(self.find(number), new, actor=self.actor)


class CancelView(MoveView):
    throttle_scope = "cancel"

    @move(
        "cancel_order",
        *(*LIMITED, "proof_sent", "already_paid", "already_shipped", "aftersale_open", "held"),
        *("not_overdue", "closing", *_GATEWAY),
        body=CancelIn,
    )
    def post(self, number: str, wanted: Wanted) -> None:
        """Cancel an order for which nothing was paid and nothing shipped.

        A paid order that was not sent in time can be cancelled too where the shop's rule
        `timers.when_overdue` was `buyer` when it was placed; what was paid is refunded.
        What you have cancelled yourself is answered as it is when you cancel it again; the first reason stays.
        """
        why = (
            BuyersWhy(BuyerReason(wanted["reason"]), wanted.get("words", "")) if "reason" in wanted else None
        )
        cancel_for_buyer(get_order(clean_number(number), actor=self.actor), actor=self.actor, why=why)


class ReceiveView(MoveView):
    @move("receive_order", "aftersale_open")
    def post(self, number: str, _wanted: Wanted) -> None:
        """Say that the goods have arrived; said again it is answered with the order as it is."""
        order = get_order(clean_number(number), actor=self.actor)
        with unless_done(order, ("order.receive",), self.actor):
            receive_order(order.pk, actor=self.actor)


class UrgeView(MoveView):
    @move("urge_order", "urged_lately")
    def post(self, number: str, _wanted: Wanted) -> None:
        """Ask the shop to hurry with an order it has not sent yet; at most once an hour."""
        urge_order(self.find(number), actor=self.actor)


class ExtendView(MoveView):
    @move("extend_receipt", "already_extended")
    def post(self, number: str, _wanted: Wanted) -> None:
        """Get more days before the order counts as received (`timers.extend_days` of the shop), once per order."""
        extend_receipt(self.find(number), actor=self.actor)


_INVOICE = ("not_found", "already_issued")


class InvoiceView(MoveView):
    throttle_scope = "pay"

    @for_buyers(
        "ask_invoice",
        TAGS,
        {200: OrderOut},
        *(*_INVOICE, *LIMITED, "invoices_off", "nothing_paid", "invoice_too_late"),
        *("bad_email", "tax_number_required", "bad_tax_number"),
        parameters=[NUMBER],
        body=InvoiceIn,
    )
    def post(self, wanted: Wanted, number: str) -> Response:
        """Ask for an invoice over what you have paid; until it is issued, the same request changes what it says.

        Sent again as it was, nothing is done and the order is answered as it is. Where the shop issues invoices is
        said by `invoices` of `/shop`.
        """
        ask_invoice(self.find(number), Title(**wanted), actor=self.actor)
        return Response(show_order(number, self.actor))


class WithdrawInvoiceView(MoveView):
    @for_buyers(
        "withdraw_invoice",
        TAGS,
        {200: OrderOut},
        *_INVOICE,
        "nothing_asked",
        parameters=[NUMBER],
        body=EmptyIn,
    )
    def post(self, _wanted: Wanted, number: str) -> Response:
        """Say that you want no invoice any more; said again it is answered with the order as it is."""
        withdraw_invoice(self.find(number), actor=self.actor)
        return Response(show_order(number, self.actor))


class InvoiceTitleView(BuyerView):
    @for_buyers("get_invoice_title", ["me"], {200: LastInvoiceTitleOut})
    def get(self) -> Response:
        """Whom your last invoice was to name, to fill in the form for the next one."""
        return Response(LastInvoiceTitleOut({"title": find_last_title(self.customer.pk)}).data)
