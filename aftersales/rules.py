"""What can be asked back of an order, line by line; pages, answers and services ask here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from aftersales.choices import SENDS_BACK, Kind, State
from aftersales.models import Aftersale
from aftersales.terms.models import AftersaleTerms
from orders.models import Order, OrderLine
from orders.stages import IN_HAND, Stage
from shop import clock
from shop.actor import Actor, ActorKind
from shop.errors import Refused

_SENT = (Stage.PREPARING, Stage.SHIPPED, Stage.DONE)
"""Stages in which something may be with the buyer; PREPARING where some of it was sent."""


@dataclass(frozen=True)
class Choosable:
    """Pieces of one line that something can be asked about: not sent yet, and with the buyer."""

    line: OrderLine
    unsent: int
    sent: int

    def count(self, *, is_unsent: bool) -> int:
        return self.unsent if is_unsent else self.sent


def may_have_aftersale(order: Order) -> bool:
    """Whether anything of it may be with the buyer, or be paid and unsent, by its own columns alone."""
    is_unsent = order.stage in IN_HAND and order.paid_fen > 0 and order.pieces_to_send > 0
    return not order.is_test and (is_unsent or (order.stage in _SENT and order.pieces_out > 0))


def list_choosable(order: Order, lines: Sequence[OrderLine]) -> list[Choosable]:
    """The lines of which something can be asked back now; one that is in an open after-sale is not among them."""
    found = [_choose(order, line) for line in lines if not line.in_aftersale]
    return [each for each in found if each.unsent or each.sent]


def _choose(order: Order, line: OrderLine) -> Choosable:
    is_paid = order.paid_fen > 0
    unsent = line.to_send if order.stage in IN_HAND and is_paid else 0
    sent = line.shipped - line.returned + line.resent if order.stage in _SENT else 0
    return Choosable(line, unsent, sent)


def list_kinds(choosable: Sequence[Choosable]) -> list[Kind]:
    """What can be asked for at all."""
    has_unsent = any(each.unsent for each in choosable)
    has_sent = any(each.sent for each in choosable)
    kinds = {
        Kind.CANCEL: has_unsent,
        Kind.REFUND: has_unsent or has_sent,
        Kind.RETURN: has_sent,
        Kind.EXCHANGE: has_sent,
    }
    return [kind for kind, is_possible in kinds.items() if is_possible]


def find_why_not(order: Order, terms: AftersaleTerms, actor: Actor) -> Refused | None:
    """Why nothing of the order can be asked back by this actor, whatever it is; None: something may be.

    The time to ask runs from receipt; staff can ask in the buyer's place when it is over.
    """
    if order.is_test:
        return Refused("test_order", _("This is a test order, which nobody receives."))
    if actor.kind != ActorKind.CUSTOMER:
        return None
    if is_too_late(order, terms):
        return Refused("aftersale_too_late", _("The time to ask for it is over. Please ask the shop."))
    if count_refusals(order) > terms.tries_after_refusal:
        return Refused("aftersale_refused", _("The shop has refused this before. Please ask the shop."))
    return None


def is_too_late(order: Order, terms: AftersaleTerms) -> bool:
    """Whether the time of buyers is over: it runs from receipt."""
    if order.received_at is None:
        return False
    return order.received_at + timedelta(days=terms.window_days) <= clock.now()


def count_refusals(order: Order) -> int:
    """How often its buyer asked and was refused."""
    return Aftersale.objects.filter(order=order, state=State.REFUSED, by_staff=False).count()


def read_pieces(
    order: Order, lines: Sequence[OrderLine], kind: Kind, wanted: Mapping[int, int]
) -> tuple[list[tuple[OrderLine, int]], bool]:
    """The lines that are asked about with their pieces, and whether these are goods that were not sent yet.

    Raises Refused `nothing_chosen` (400), `not_found` (404), `line_in_aftersale`, `aftersale_too_many`,
    `sent_and_unsent` where some were sent and some not: these end in different ways.
    """
    chosen = {pk: n for pk, n in wanted.items() if n}
    if not chosen or min(chosen.values()) < 0:
        raise Refused("nothing_chosen", _("Choose what it is about."), 400)
    by_id = {line.pk: line for line in lines}
    if chosen.keys() - by_id.keys():
        raise Refused("not_found", _("There is no such line in this order."), 404)
    picked = [_choose_free(order, by_id[pk]) for pk in sorted(chosen)]
    is_unsent = _are_unsent(kind, picked)
    for each in picked:
        _check_count(each, chosen[each.line.pk], is_unsent=is_unsent)
    return [(each.line, chosen[each.line.pk]) for each in picked], is_unsent


def _choose_free(order: Order, line: OrderLine) -> Choosable:
    if line.in_aftersale:
        message = _("“%(line)s” is in an after-sale already.")
        raise Refused("line_in_aftersale", message % {"line": line.product_name})
    return _choose(order, line)


def _are_unsent(kind: Kind, picked: Sequence[Choosable]) -> bool:
    if kind == Kind.CANCEL:
        return True
    if kind in SENDS_BACK:
        return False
    if all(each.unsent and not each.sent for each in picked):
        return True
    if any(each.unsent and not each.sent for each in picked):
        message = _("Some of it was sent and some not: ask for each in a request of its own.")
        raise Refused("sent_and_unsent", message, 400)
    return False


def _check_count(each: Choosable, pieces: int, *, is_unsent: bool) -> None:
    most = each.count(is_unsent=is_unsent)
    if pieces <= most:
        return
    message = _("Of “%(line)s” this can be asked of %(most)d at most.")
    raise Refused("aftersale_too_many", message % {"line": each.line.product_name, "most": most}, most=most)
