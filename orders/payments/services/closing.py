"""The three steps that close an attempt before a verb that money could cross."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.moves import locked_order
from orders.payments.gateway import Closed, Outcome, PaymentEvidence, query_and_close
from orders.payments.gateways.known import gateway_of
from orders.payments.models import LIVE, AttemptState, PayAttempt
from orders.payments.services.evidence import apply_answer
from orders.payments.services.unheard import note_heard, note_unheard
from shop import clock
from shop.actor import Actor, ActorKind
from shop.errors import Refused

CLOSING_LEASE = timedelta(seconds=25)
GIVE_UP_AFTER = timedelta(hours=24)
"""So long is asked what became of an attempt before the order may go on without an answer."""


def close_live_attempt(
    order_id: int,
    verb: str,
    *,
    actor: Actor,
    expected_version: int | None = None,
    may_give_up: bool = True,
) -> None:
    """The three steps before a verb that money could cross: mark closing, ask and close outside, apply.

    Afterwards the order has no live attempt, or it has been paid and the verb's own guards refuse.
    Raises Refused as `lock_order` does, `closing` while somebody else is at it, or `gateway_unavailable`
    when the gateway did not say. Asked and without an answer for GIVE_UP_AFTER it is given up (`may_give_up`), by the
    shop and never by a buyer's press, and late money has its own rule.
    """
    attempt = _mark_closing(order_id, verb, actor, expected_version)
    if attempt is not None:
        may_give_up = may_give_up and actor.kind != ActorKind.CUSTOMER
        _apply_outcome(attempt, query_and_close(attempt), may_give_up)


def _mark_closing(order_id: int, verb: str, actor: Actor, expected_version: int | None) -> PayAttempt | None:
    with locked_order(order_id, verb, actor, expected_version) as order:
        attempt = order.attempts.select_for_update().filter(state__in=LIVE).first()
        if attempt is None:
            return None
        if attempt.state == AttemptState.CLOSING and is_leased(attempt):
            message = _("Somebody else is changing this order at this moment.")
            raise Refused("closing", message, retry_after=3)
        attempt.state = AttemptState.CLOSING
        attempt.closing_until = clock.now() + CLOSING_LEASE
        attempt.save(update_fields=["state", "closing_until"])
    return attempt


def _apply_outcome(attempt: PayAttempt, outcome: Outcome, may_give_up: bool) -> None:
    if isinstance(outcome, PaymentEvidence):
        apply_answer(outcome)
        note_heard(attempt)
    elif isinstance(outcome, Closed):
        mark_closed(attempt, may_be_opened=outcome.may_be_opened)
    elif not _give_up(attempt, may_give_up and outcome.is_unheard):
        message = _("%(gateway)s does not answer, so it is not known whether this order was paid. Try again.")
        label = gateway_of(attempt.method).method.label
        raise Refused("gateway_unavailable", message % {"gateway": label}, 503, retry_after=5)


def mark_closed(attempt: PayAttempt, *, may_be_opened: bool = False) -> None:
    """The gateway has confirmed that no money can come any more.

    Of one that may still be opened there it is asked on until that has lapsed: who pays it has paid too late.
    """
    note_heard(attempt)
    ended = PayAttempt.objects.filter(pk=attempt.pk, state__in=[*LIVE, AttemptState.CLOSED])
    if may_be_opened:
        ended.update(state=AttemptState.CLOSED)
    else:
        ended.update(state=AttemptState.CLOSED, next_query_at=None)


def _give_up(attempt: PayAttempt, may_give_up: bool) -> bool:
    """Whether nobody has answered for too long: the attempt is closed on our side, and the query goes on."""
    note_unheard(attempt)
    attempt.refresh_from_db(fields=["unheard_since"])
    since = attempt.unheard_since or clock.now()
    is_over = may_give_up and since <= clock.now() - GIVE_UP_AFTER
    PayAttempt.objects.filter(pk=attempt.pk, state=AttemptState.CLOSING).update(
        closing_until=None, state=AttemptState.CLOSED if is_over else AttemptState.OPEN
    )
    return is_over


def is_leased(attempt: PayAttempt) -> bool:
    return attempt.closing_until is not None and attempt.closing_until > clock.now()


def require_no_live_attempt(order: Order) -> None:
    """Inside a verb, under the order's lock: raise Refused `closing` if a new attempt was opened meanwhile."""
    if order.attempts.filter(state__in=LIVE).exists():
        raise Refused(
            "closing",
            _("The buyer is paying at this moment. Look again in a few seconds."),
            to_buyer=_("Your payment is under way. Please try again in a few seconds."),
            retry_after=3,
        )
