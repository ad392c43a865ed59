"""Attempts that the gateway leaves without an answer that can be believed."""

from django.db import transaction

from orders.moves import lock_row, move
from orders.payments.models import PayAttempt
from orders.payments.selectors import is_unheard
from shop import clock
from shop.actor import SYSTEM


def note_unheard(attempt: PayAttempt) -> None:
    """A question about the attempt was left without an answer."""
    PayAttempt.objects.filter(pk=attempt.pk, unheard_since=None).update(unheard_since=clock.now())


def note_heard(attempt: PayAttempt) -> None:
    """The gateway has answered; who was told that it does not is told this too."""
    unheard = PayAttempt.objects.filter(pk=attempt.pk, unheard_since__isnull=False)
    if not unheard.exists():
        return
    with transaction.atomic():
        order = lock_row(attempt.order_id)
        was_told = unheard.filter(stuck_at__isnull=False).exists()
        if unheard.update(unheard_since=None, stuck_at=None) and was_told:
            move(order, "order.attempt_heard", actor=SYSTEM, data={"attempt": attempt.number})


def call_for_attempt(attempt_id: int) -> None:
    """Tell people, once, of an attempt that nobody answers about; it is asked about on."""
    with transaction.atomic():
        order = lock_row(PayAttempt.objects.values_list("order_id", flat=True).get(pk=attempt_id))
        attempt = (
            PayAttempt.objects.select_for_update().filter(is_unheard(clock.now()), pk=attempt_id).first()
        )
        if attempt is None:
            return
        attempt.stuck_at = clock.now()
        attempt.save(update_fields=["stuck_at"])
        data = {"attempt": attempt.number, "amount_fen": attempt.amount_fen}
        move(order, "order.attempt_stuck", actor=SYSTEM, data=data)
