"""Sending refunds under a lease, until the gateway has said done or a person has been called."""

from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from orders.moves import lock_order, lock_row, move
from orders.payments.gateways.known import gateway_of
from orders.payments.models import Refund, RefundState
from orders.payments.refunding.rules import describe_too_old, is_too_old
from orders.payments.selectors import is_stuck
from orders.payments.services.outside import fail_refund
from orders.payments.services.refunds import SENDABLE, describe_refund, find_next_try
from shop import clock
from shop.actor import SYSTEM, Actor
from shop.errors import Refused


def lease_refund(refund_id: int, *, for_: timedelta = timedelta(seconds=60)) -> Refund | None:
    """Take the only right to talk to the gateway about this refund for a while; None when somebody has it."""
    moment = clock.now()
    sendable = Refund.objects.filter(
        Q(lease_until__isnull=True) | Q(lease_until__lte=moment),
        pk=refund_id,
        state__in=SENDABLE,
    )
    if not sendable.update(lease_until=moment + for_, tries=F("tries") + 1):
        return None
    return Refund.objects.select_related("payment__attempt").get(pk=refund_id)


def note_sending(refund: Refund) -> None:
    """From now on the gateway may have it: it is asked about before it is sent again."""
    Refund.objects.filter(pk=refund.pk, sent_at=None).update(sent_at=clock.now())


def refuse_refund(refund: Refund, *, why: str) -> None:
    """The gateway has refused this try, so nothing is on its way: a person decides.

    Without effect when the lease has passed to another try, or the gateway's notice was faster.
    """
    with transaction.atomic():
        order = lock_row(refund.order_id)
        mine = Refund.objects.select_for_update().filter(pk=refund.pk, tries=refund.tries, state__in=SENDABLE)
        if current := mine.first():
            fail_refund(order, current, why=why, actor=gateway_of(refund.payment.method).actor)


def put_off_refund(refund: Refund, *, error: str) -> None:
    """Nothing is known or the gateway is busy: the same number is tried again later.

    Without effect when the lease has passed to another try, or the gateway's notice was faster.
    """
    wait = min(15 * 2 ** min(refund.tries, 6), 600)
    mine = Refund.objects.filter(pk=refund.pk, tries=refund.tries, state__in=SENDABLE)
    mine.update(lease_until=None, next_try_at=clock.now() + timedelta(seconds=wait), last_error=error[:200])


def call_for_refund(refund_id: int) -> None:
    """Tell people, once, of a refund that does not come through; it is tried on and not to be paid out by hand."""
    with transaction.atomic():
        order = lock_row(Refund.objects.values_list("order_id", flat=True).get(pk=refund_id))
        refund = Refund.objects.select_for_update().filter(is_stuck(clock.now()), pk=refund_id).first()
        if refund is None:
            return
        refund.stuck_at = clock.now()
        refund.save(update_fields=["stuck_at"])
        data = describe_refund(refund) | {"why": refund.last_error[:100]}
        move(order, "order.refund_stuck", actor=SYSTEM, data=data)


def retry_refund(refund_id: int, *, actor: Actor) -> Refund:
    """Try a failed refund again under its old number. Raises Refused `not_failed`, `too_old`."""
    with transaction.atomic():
        order_id = Refund.objects.values_list("order_id", flat=True).get(pk=refund_id)
        order = lock_order(order_id, "order.retry_refund", actor=actor)
        refund = Refund.objects.select_for_update().get(pk=refund_id)
        if refund.state != RefundState.FAILED:
            raise Refused("not_failed", _("This refund has not failed."))
        if is_too_old(refund.payment, clock.now()):
            raise Refused("too_old", describe_too_old(refund.payment))
        refund.state, refund.sending_since = RefundState.COMMITTED, clock.now()
        refund.next_try_at = find_next_try(refund.payment, refund.sending_since)
        refund.save()
        move(order, "order.retry_refund", actor=actor, data=describe_refund(refund))
    return refund
