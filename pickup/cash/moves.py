"""What may happen to a cash sheet: closed once, and again only after somebody who may has opened it."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orders.scope import rows_at_stores
from pickup.cash.models import CLOSED, REOPENED, CashClosing
from shop.actor import Actor
from shop.events.words import Part, tells
from shop.money import format_fen
from shop.moves.table import BY_STAFF, NOWHERE, WHY, Move, Subject, register, to

_COUNTED = {"cash_fen": int, "counted_fen": int, "difference_fen": int}


def _tell_fen(label: Any, fen: Any, _data: Mapping[str, Any]) -> Iterator[Part]:
    yield Part(label, format_fen(fen))


tells(CashClosing.subject_kind, "cash_fen")(partial(_tell_fen, _("Taken in cash")))
tells(CashClosing.subject_kind, "counted_fen")(partial(_tell_fen, _("Counted")))
tells(CashClosing.subject_kind, "difference_fen")(partial(_tell_fen, _("Difference")))


def _find_closings(actor: Actor) -> Any:
    return rows_at_stores(CashClosing.objects.all(), actor)


register(
    Subject(
        CashClosing,
        _("Cash sheet"),
        (
            Move(
                "cash_closing.close",
                _("Close the cash sheet"),
                _("Counted and closed"),
                to(CLOSED, NOWHERE),
                BY_STAFF,
                "orders.collect",
                facts=_COUNTED,
            ),
            Move(
                "cash_closing.reopen",
                _("Reopen"),
                _("Reopened"),
                to(REOPENED, CLOSED),
                BY_STAFF,
                "pickup.supervise",
                icon_name="arrow-back-up",
                says=WHY,
            ),
            Move(
                "cash_closing.close_again",
                _("Close again"),
                _("Closed again"),
                to(CLOSED, REOPENED),
                BY_STAFF,
                "orders.collect",
                facts=_COUNTED,
            ),
        ),
        _("There is no such cash sheet."),
        scope=_find_closings,
        name=str,
        url=lambda closing: reverse("cash:closing", args=[closing.pk]),
    )
)
