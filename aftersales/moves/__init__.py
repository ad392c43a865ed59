"""What may happen to an after-sale."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from aftersales.choices import About, Contact, Kind
from aftersales.models import Aftersale
from aftersales.moves.cases import CASE_MOVES
from aftersales.moves.disputes import DISPUTE_MOVES
from orders.scope import rows_in_scope, scope_key
from shop.events.words import Part, label_facts, tell_only, tells
from shop.money import format_fen
from shop.moves.table import DONE, Subject, register

tell_only("aftersale")
label_facts("aftersale", reason_name=_("Reason"), reason=_("Why"), notice=_("To the buyer"))


@tells("aftersale", "wanted")
def _tell_kind(kind: Any, _data: Mapping[str, Any]) -> Iterator[Part]:
    yield Part("", str(dict(Kind.choices).get(kind, kind)))


@tells("aftersale", "amount_fen")
def _tell_amount(amount_fen: Any, _data: Mapping[str, Any]) -> Iterator[Part]:
    yield Part(_("Amount"), format_fen(amount_fen))


@tells("aftersale", "contact")
def _tell_contact(contact: Any, _data: Mapping[str, Any]) -> Iterator[Part]:
    yield Part("", str(dict(Contact.choices).get(contact, contact)))


@tells("aftersale", "about")
def _tell_about(about: Any, _data: Mapping[str, Any]) -> Iterator[Part]:
    yield Part("", str(dict(About.choices).get(about, about)))


AFTERSALES = register(
    Subject(
        Aftersale,
        _("After-sale"),
        (*CASE_MOVES, *DISPUTE_MOVES),
        _("There is no such after-sale."),
        scope=lambda actor: rows_in_scope(Aftersale.objects.all(), scope_key(actor)),
        stale=DONE,
        name=lambda aftersale: aftersale.number,
        url=lambda aftersale: reverse("aftersales:detail", args=[aftersale.number]),
        joins=("order",),
    )
)
