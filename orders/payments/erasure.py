"""What payments hold about a buyer: who paid at the gateway, words and pictures of transfers."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from orders.payments.models import LIVE, PayAttempt, Refund, RefundState, TransferProof
from shop.customers.erasure import eraser, obstacle, sealed
from shop.customers.models import Customer


@obstacle
def has_money_on_its_way(customer: Customer) -> Promise | str:
    attempts = PayAttempt.objects.filter(order__customer=customer, state__in=LIVE)
    refunds = Refund.objects.filter(order__customer=customer).exclude(state=RefundState.DONE)
    is_moving = attempts.exists() or refunds.exists()
    return _("A payment or a refund is not settled yet.") if is_moving else ""


@sealed
def own_proofs(customer: Customer) -> Any:
    return TransferProof.objects.filter(order__customer=customer)


@sealed
def own_refunds(customer: Customer) -> Any:
    return Refund.objects.filter(order__customer=customer)


@eraser
def forget_payer(customer: Customer) -> None:
    PayAttempt.objects.filter(order__customer=customer).update(openid="")
