"""What the shop does: say that an invoice is issued, refuse it, take that back, reverse one that says too much."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from orders.invoices.models import InvoiceRequest
from orders.invoices.rules import get_invoiceable_fen
from orders.models import Order
from shop import clock
from shop.actor import SYSTEM, Actor
from shop.errors import Refused
from shop.events.services import seal_words
from shop.moves.services import lock_row, lock_subject, move
from shop.spelling import normalise

LONGEST_ANSWER, LONGEST_LINK = 200, 500
NUMBER = re.compile(r"[0-9A-Z]{8,30}", re.ASCII)
"""An electronic invoice has 20 digits (数电发票); older ones 8, with a code of 10 or 12 before it."""
_is_link = URLValidator(schemes=["https"])


@dataclass(frozen=True)
class Paper:
    """An invoice as it was issued: its number, where the buyer finds the file, and what they are told with it."""

    number: str
    link: str = ""
    note: str = ""

    def read(self) -> dict[str, str]:
        """As it is kept. Raises Refused `bad_invoice_number`, `bad_link` (400)."""
        return {
            "number": read_number(self.number),
            "link": _read_link(self.link),
            "answer": self.note.strip()[:LONGEST_ANSWER],
        }


def read_number(text: str) -> str:
    """The number of an invoice or credit note. Raises Refused `bad_invoice_number` (400)."""
    number = normalise(text)
    if not NUMBER.fullmatch(number):
        raise Refused("bad_invoice_number", _("An invoice number has 8 to 30 digits or letters."), 400)
    return number


def _read_link(text: str) -> str:
    link = text.strip()
    if not link:
        return ""
    try:
        _is_link(link)
    except ValidationError:
        link = ""
    if not link or len(link) > LONGEST_LINK:
        raise Refused("bad_link", _("Copy the whole address of the file, which begins with https://."), 400)
    return link


def issue_invoice(
    invoice_id: int,
    *,
    number: str,
    link: str = "",
    note: str = "",
    actor: Actor,
    expected_version: int | None = None,
) -> InvoiceRequest:
    """The invoice was issued over what is paid and kept now. Raises Refused as `Paper.read`, and `nothing_paid`."""
    paper = Paper(number, link, note).read()
    with _locked(invoice_id, "invoice.issue", actor, expected_version) as invoice:
        _write_paper(invoice, "invoice.issue", paper, actor)
    return invoice


def reissue_invoice(
    invoice_id: int,
    *,
    credit_no: str,
    number: str,
    link: str = "",
    note: str = "",
    actor: Actor,
    expected_version: int | None = None,
) -> InvoiceRequest:
    """It was reversed by a credit note (红字发票), and another issued over what is left. Raises as `issue_invoice`."""
    paper, credit = Paper(number, link, note).read(), read_number(credit_no)
    with _locked(invoice_id, "invoice.reissue", actor, expected_version) as invoice:
        if paper["number"] == invoice.number:
            raise Refused("same_number", _("This is the number of the invoice that was reversed."), 400)
        _write_paper(invoice, "invoice.reissue", paper, actor, credit_no=credit)
    return invoice


def _write_paper(
    invoice: InvoiceRequest, verb: str, paper: Mapping[str, str], actor: Actor, **facts: str
) -> None:
    amount_fen = get_invoiceable_fen(invoice.order)
    if amount_fen <= 0:
        message = _("Nothing of this order is paid and kept: there is nothing to issue an invoice over.")
        raise Refused("nothing_paid", message)
    changes = {**paper, "amount_fen": amount_fen, "is_outdated": False, "answered_at": clock.now()}
    data: dict[str, Any] = {"invoice_no": paper["number"], "amount_fen": amount_fen, **facts}
    sealed = seal_words(invoice, notice=paper["answer"])
    move(invoice, verb, actor=actor, changes=changes, data=data, sealed=sealed)


def refuse_invoice(
    invoice_id: int, *, reason: str, actor: Actor, expected_version: int | None = None
) -> InvoiceRequest:
    """The shop issues none; the buyer reads why and may ask again. Raises Refused `reason_required`."""
    words = _require(reason)
    with _locked(invoice_id, "invoice.refuse", actor, expected_version) as invoice:
        changes = {"answer": words, "answered_at": clock.now()}
        move(
            invoice, "invoice.refuse", actor=actor, changes=changes, sealed=seal_words(invoice, reason=words)
        )
    return invoice


def undo_issue(invoice_id: int, *, actor: Actor, expected_version: int | None = None) -> InvoiceRequest:
    """It was marked by mistake: it waits again."""
    with _locked(invoice_id, "invoice.undo_issue", actor, expected_version) as invoice:
        blank = {"number": "", "link": "", "answer": "", "amount_fen": None}
        changes = blank | {"is_outdated": False, "answered_at": None}
        move(invoice, "invoice.undo_issue", actor=actor, changes=changes, data=describe(invoice))
    return invoice


def reverse_invoice(
    invoice_id: int, *, credit_no: str, reason: str, actor: Actor, expected_version: int | None = None
) -> InvoiceRequest:
    """It was reversed by a credit note, and none takes its place; the buyer may ask again while anything is paid.

    Raises Refused `bad_invoice_number`, `reason_required`.
    """
    credit, words = read_number(credit_no), _require(reason)
    with _locked(invoice_id, "invoice.reverse", actor, expected_version) as invoice:
        changes = {"answer": words, "is_outdated": False, "answered_at": clock.now()}
        data = describe(invoice) | {"credit_no": credit}
        sealed = seal_words(invoice, reason=words)
        move(invoice, "invoice.reverse", actor=actor, changes=changes, data=data, sealed=sealed)
    return invoice


def reveal_invoice(invoice_id: int, *, actor: Actor) -> InvoiceRequest:
    """Show whom the invoice names and where it goes; who looked is on the record."""
    with _locked(invoice_id, "invoice.reveal", actor) as invoice:
        move(invoice, "invoice.reveal", actor=actor)
    return invoice


def follow_refund(order_id: int) -> None:
    """Money of an order went back: an invoice that says more than what is left has to be corrected."""
    with transaction.atomic():
        order = lock_row(Order, order_id)
        left_fen = get_invoiceable_fen(order)
        found = InvoiceRequest.objects.filter(
            order=order, state="issued", is_outdated=False, amount_fen__gt=left_fen
        )
        for invoice_id in found.values_list("pk", flat=True):
            invoice = lock_subject(InvoiceRequest, invoice_id, "invoice.outdate", actor=SYSTEM)
            move(
                invoice,
                "invoice.outdate",
                actor=SYSTEM,
                changes={"is_outdated": True},
                data=describe(invoice),
            )


def describe(invoice: InvoiceRequest) -> dict[str, Any]:
    """Number and amount of an issued invoice, for its event."""
    return {"invoice_no": invoice.number, "amount_fen": invoice.amount_fen}


def _require(reason: str) -> str:
    if not reason.strip():
        raise Refused("reason_required", _("Say why, in a few words."), 400)
    return reason.strip()[:LONGEST_ANSWER]


@contextmanager
def _locked(
    invoice_id: int, verb: str, actor: Actor, expected_version: int | None = None
) -> Iterator[InvoiceRequest]:
    """The order first, so that no refund comes between reading what is paid and writing it down; then the invoice."""
    with transaction.atomic():
        order_id = InvoiceRequest.objects.filter(pk=invoice_id).values_list("order_id", flat=True).first()
        order = lock_row(Order, order_id or 0) if order_id else None
        invoice = lock_subject(
            InvoiceRequest, invoice_id, verb, actor=actor, expected_version=expected_version
        )
        if order is not None:
            invoice.order = order
        yield invoice
