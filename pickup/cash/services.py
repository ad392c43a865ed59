"""Closing a cash sheet with what was counted, and opening it again."""

from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pickup.cash.models import CashClosing, ClosedPayment
from pickup.cash.selectors import Drawer, find_sheet, list_payments, sum_up
from shop import clock
from shop.access import require
from shop.actor import Actor
from shop.errors import Refused
from shop.events.services import seal_words
from shop.money import MAX_FEN, format_fen
from shop.moves.services import begin, lock_row, locked, move
from shop.words import fill


@dataclass(frozen=True)
class Count:
    """The cash that was counted, of a sheet that showed `seen_fen` of all money taken; a note about the difference."""

    counted_fen: int
    seen_fen: int
    note: str = ""


def close_cash(drawer: Drawer, count: Count, *, actor: Actor) -> CashClosing:
    """Freeze what a collector has taken until now; what comes later stands on the sheet as not closed.

    Raises Refused `forbidden`, `not_found` (404) where nothing was taken or the actor may not see it, `bad_amount`
    (400), `already_closed`, `amount_mismatch` where more came in since it was shown.
    """
    require(actor, "orders.collect")
    if not 0 <= count.counted_fen <= MAX_FEN:
        raise Refused("bad_amount", _("An amount must not be negative or absurdly large."), 400)
    sheet = find_sheet(drawer, actor=actor)
    if sheet is None:
        raise Refused("not_found", _("There is no such cash sheet."), 404)
    try:
        with transaction.atomic():
            closing = CashClosing.objects.filter(**vars(drawer)).first()
            if closing is None:
                closing = CashClosing(**vars(drawer), collector_name=_name_of(drawer))
                return _freeze(closing, drawer, count, actor)
            closing = lock_row(CashClosing, closing.pk, actor=actor)
            if not closing.is_open:
                raise _say_closed(closing)
            return _freeze(closing, drawer, count, actor)
    except IntegrityError as error:
        raise _say_closed(CashClosing.objects.get(**vars(drawer))) from error


def _name_of(drawer: Drawer) -> str:
    """As the payments say it: of verifiers the customer number, and never the nickname of a buyer."""
    return list_payments(drawer).values_list("collected_by_name", flat=True)[0]


def _freeze(closing: CashClosing, drawer: Drawer, count: Count, actor: Actor) -> CashClosing:
    """Write a new closing, or one that is open, with its payments as they are now."""
    ids = list(list_payments(drawer).values_list("pk", flat=True))
    sums = sum_up(list_payments(drawer).filter(pk__in=ids))
    if sums.total_fen != count.seen_fen:
        message = _("%(now)s were taken by now, not %(seen)s. Look again, then count again.")
        amounts = {"now": format_fen(sums.total_fen), "seen": format_fen(count.seen_fen)}
        raise Refused("amount_mismatch", fill(message, amounts))
    changes = vars(sums) | {
        "counted_fen": count.counted_fen,
        "note": count.note.strip()[:200],
        "closed_at": clock.now(),
        "closed_by_name": actor.name[:80],
    }
    _write(closing, changes, actor)
    closing.payments.all().delete()
    ClosedPayment.objects.bulk_create(ClosedPayment(closing=closing, payment_id=pk) for pk in ids)
    return closing


def _write(closing: CashClosing, changes: dict[str, object], actor: Actor) -> None:
    for name, value in changes.items():
        setattr(closing, name, value)
    data = {name: getattr(closing, name) for name in ("cash_fen", "counted_fen", "difference_fen")}
    if closing.pk:
        move(closing, "cash_closing.close_again", actor=actor, changes=changes, data=data)
    else:
        begin(closing, "cash_closing.close", actor=actor, data=data)


def _say_closed(closing: CashClosing) -> Refused:
    message = _("%(who)s closed it at %(at)s already.")
    at = timezone.localtime(closing.closed_at)
    words = {"who": closing.closed_by_name, "at": f"{at:%m-%d %H:%M}"}
    return Refused("already_closed", fill(message, words))


def reopen_cash(
    closing_id: int, *, reason: str, actor: Actor, expected_version: int | None = None
) -> CashClosing:
    """Let it be counted and closed once more; what it froze stays until then.

    Raises Refused `reason_required` (400), and as `lock_subject` does.
    """
    if not reason.strip():
        raise Refused("reason_required", _("Say why it is reopened."), 400)
    with locked(CashClosing, closing_id, "cash_closing.reopen", actor, expected_version) as closing:
        sealed = seal_words(closing, reason=reason.strip()[:200])
        move(closing, "cash_closing.reopen", actor=actor, sealed=sealed)
    return closing
