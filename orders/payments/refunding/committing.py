"""Carrying out a plan inside a verb that holds the order's lock: booked on lines, sent by each payment's own way."""

from django.utils.translation import gettext_lazy as _

from orders.models import Order, OrderLine
from orders.payments.models import Refund, RefundCause
from orders.payments.refunding.plan import Plan, plan_refund
from orders.payments.services.refunds import RefundOf, check_decision, refund_share
from shop.actor import Actor
from shop.errors import Refused


def refund_for_aftersale(
    order: Order, plan: Plan, *, reason: str, actor: Actor, case_number: str, notice: str = ""
) -> list[Refund]:
    """Refund a case as planned; `notice` is what the buyer reads. The order is locked by the caller's verb.

    Whoever settles cases may do it within their refund limit. Raises Refused `plan_outdated` for a plan that was made
    before the lock and says another thing by now, `over_refund_limit` (403), `second_person_required`.
    """
    if plan_refund(order, plan.wanted) != plan:
        raise Refused("plan_outdated", _("What is left to be refunded has changed. Look again."))
    check_decision(order, actor, plan.amount_fen)
    of = RefundOf(
        RefundCause.AFTERSALE,
        plan.shares,
        plan.wanted.pieces,
        notice=notice.strip()[:200],
        case_number=case_number,
    )
    return commit_plan(order, plan, of, reason=reason, actor=actor)


def commit_plan(order: Order, plan: Plan, of: RefundOf, *, reason: str, actor: Actor) -> list[Refund]:
    """Book a plan that was made under the order's lock on its lines, and commit its refunds."""
    lines = list(order.lines.filter(pk__in=plan.shares))
    for line in lines:
        line.refunded_fen += plan.shares[line.pk]
    OrderLine.objects.bulk_update(lines, ["refunded_fen"])
    return refund_share(order, amount_fen=plan.amount_fen, reason=reason.strip(), actor=actor, of=of)
