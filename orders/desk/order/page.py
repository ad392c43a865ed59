"""Everything the order page shows, read in as few queries as there are tables."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Sum

from aftersales.models import Aftersale
from aftersales.rules import may_have_aftersale
from aftersales.selectors import list_of_order
from orders.archive import is_archived
from orders.companions import Together, map_together
from orders.desk.failures import describe_failure
from orders.desk.invoices.facts import write_title
from orders.desk.labels import Deadline, Label, describe_deadline, describe_order, find_refund_tone
from orders.desk.next_steps import NextStep, describe_next_step, find_next_step
from orders.desk.order.actions import list_order_offers
from orders.desk.order.parcels import ParcelView, list_parcel_views
from orders.desk.order.stage_line import StageStep, make_stage_line
from orders.desk.prints.words import tell_prints
from orders.desk.timeline import Entry, make_timeline
from orders.invoices.models import InvoiceRequest
from orders.invoices.rules import can_ask_for_buyer
from orders.invoices.selectors import find_newest
from orders.models import Note, Order, OrderLine
from orders.moves import list_available
from orders.payments.links.services import find_end_of_link
from orders.payments.models import PayAttempt, Payment, Refund, RefundState, TransferProof
from orders.payments.refunding.words import can_be_retried, describe_no_retry, describe_wait
from orders.payments.services.refunds import PAYABLE_BY_HAND
from orders.printing.models import PrintJob
from orders.printing.selectors import list_unsettled
from orders.stages import AftersaleMark
from orders.states import MOVES
from orders.waybills.models import Waybill
from orders.waybills.selectors import list_shown
from pickup.models import Verification
from pickup.selectors import list_verifications
from pickup.uncollected.selectors import read_storage_note
from shop import clock
from shop.access import has_capability
from shop.actor import Actor
from shop.crypto import mask_address, mask_name, mask_phone
from shop.database.kept import KeptQuery, Param
from shop.events.models import Event
from shop.printers.models import Printer
from shop.printers.selectors import list_ready
from shop.staff.actions.forms import ActionForm
from shop.staff.actions.rows import Offer
from shop.store.choices import PayMethod
from shop.store.selectors import get_store_settings

EVENTS_SHOWN = 300
_ORDER = Param("order", models.BigIntegerField())
# Every look at an order asks for these.
_EVENTS = KeptQuery(lambda: Event.objects.of_order(_ORDER).order_by("-id")[:EVENTS_SHOWN])
_PAYMENTS = KeptQuery(
    lambda: (
        Payment.objects.select_related("shipping_report")
        # Nothing is invoiced of what nobody has paid for: of most orders this answers, and no query is needed.
        .annotate(
            has_invoice=Exists(InvoiceRequest.objects.filter(order=OuterRef("order"))),
            has_aftersales=Exists(Aftersale.objects.filter(order=OuterRef("order"))),
        )
        .filter(order_id=_ORDER)
        .order_by("id")
    )
)
_REFUNDS = KeptQuery(lambda: Refund.objects.filter(order_id=_ORDER).order_by("id"))
_ATTEMPTS = KeptQuery(lambda: PayAttempt.objects.filter(order_id=_ORDER).order_by("-id"))
_NOTES = KeptQuery(lambda: Note.objects.filter(order_id=_ORDER).order_by("-id"))


@dataclass(frozen=True)
class RefundView:
    refund: Refund
    why: str
    tone: str
    can_retry: bool
    can_pay_out: bool
    waits: Any = ""


@dataclass(frozen=True)
class RecipientView:
    """The recipient as the page shows it: masked, or in full for one revealed answer."""

    recipient: str
    phone: str
    region: str
    detail: str
    is_revealed: bool = False

    @property
    def copy_text(self) -> str:
        return f"{self.recipient} {self.phone} {self.region}{self.detail}"


@dataclass(frozen=True)
class OrderPage:
    order: Order
    label: Label
    deadline: Deadline | None
    headline: str
    next_step: NextStep | None
    stage_line: list[StageStep]
    recipient: RecipientView
    lines: list[OrderLine]
    all_parcels: list[ParcelView]
    waybills: list[Waybill]
    together: Together
    printers: list[Printer]
    print_jobs: list[PrintJob]
    payments: list[Payment]
    invoice: InvoiceRequest | None
    invoice_title: str
    may_ask_invoice: bool
    aftersales: list[Aftersale]
    may_open_aftersale: bool
    refunds: list[RefundView]
    attempts: list[PayAttempt]
    pay_link_until: datetime | None
    proofs: list[TransferProof]
    notes: list[Note]
    timeline: list[Entry]
    offers: dict[str, Offer]
    forms: dict[str, ActionForm]
    can_reveal: bool
    may_ship: bool
    printed: str
    is_archived: bool
    storage_note: str
    handouts: list[Verification]

    @property
    def parcels(self) -> list[ParcelView]:
        """Those with what was ordered."""
        return [view for view in self.all_parcels if not (view.is_back or view.is_exchange)]

    @property
    def exchanges(self) -> list[ParcelView]:
        """Those that were sent for what came back."""
        return [view for view in self.all_parcels if view.is_exchange]

    @property
    def returns(self) -> list[ParcelView]:
        """Those in which goods come back."""
        return [view for view in self.all_parcels if view.is_back]

    @property
    def adjusted_fen(self) -> int:
        """What price changes and cancelled goods did to the list price."""
        return self.order.payable_fen - self.order.goods_fen - self.order.freight_fen

    @property
    def refunding_fen(self) -> int:
        """What was decided to go back and is not back yet."""
        return sum(v.refund.amount_fen for v in self.refunds if v.refund.state != RefundState.DONE)

    @property
    def menu(self) -> list[Offer]:
        """The quiet actions: possible ones, and those that say why not; the next step is not repeated."""
        step = self.next_step
        return [
            offer
            for offer in self.offers.values()
            if offer.action.in_menu and not (step and not step.is_direct and offer.url == step.url)
        ]


def make_page(
    order: Order, lines: list[OrderLine], *, actor: Actor, bound: ActionForm | None = None
) -> OrderPage:
    """Read the page of one order; `bound` is a refused form of the page itself, which keeps what was typed."""
    available = list_available(order, actor)
    store = get_store_settings()
    offers = list_order_offers(order, actor, store)
    events, notes = _read_words(order)
    step = find_next_step(order, actor)
    refunds = _list_refunds(order, available)
    parcels = list_parcel_views(order, lines, available, actor)
    printers = list_ready() if "order.print" in available else []
    payments: list[Any] = _PAYMENTS.fetch(order=order.pk)
    invoice = find_newest(order.pk) if any(payment.has_invoice for payment in payments) else None
    is_refunding = any(view.refund.state != RefundState.DONE for view in refunds)
    return OrderPage(
        order=order,
        label=describe_order(order),
        deadline=describe_deadline(order, clock.now()),
        headline=describe_next_step(order, step, is_refunding=is_refunding),
        next_step=step,
        stage_line=make_stage_line(order, events),
        recipient=mask_recipient(order),
        lines=lines,
        all_parcels=parcels,
        waybills=list_shown(order) if order.has_label or parcels else [],
        together=map_together([order], actor=actor).get(order.pk, Together()),
        printers=printers,
        print_jobs=list_unsettled(order) if printers else [],
        payments=payments,
        invoice=invoice,
        invoice_title=write_title(invoice) if invoice else "",
        may_ask_invoice=has_capability(actor, "orders.invoice") and can_ask_for_buyer(order, invoice, store),
        aftersales=_list_aftersales(order, payments),
        may_open_aftersale=has_capability(actor, "aftersales.handle") and may_have_aftersale(order),
        refunds=refunds,
        attempts=_ATTEMPTS.fetch(order=order.pk),
        pay_link_until=find_end_of_link(order),
        proofs=_list_proofs(order),
        notes=notes,
        timeline=make_timeline(events, lines),
        offers=offers,
        forms=_make_forms(order, actor, offers, bound),
        can_reveal=can_reveal(order, actor),
        may_ship=has_capability(actor, "orders.ship"),
        printed=tell_prints(order, events),
        is_archived=is_archived(order, actor=actor),
        storage_note=read_storage_note(order) if order.pickup_store_id else "",
        handouts=list(list_verifications(order).annotate(pieces=Sum("lines__quantity")))
        if order.pickup_store_id
        else [],
    )


def _list_aftersales(order: Order, payments: list[Any]) -> list[Aftersale]:
    """Those of the order, the newest first; of most orders what was paid says that there is none."""
    is_asked = order.aftersale_mark != AftersaleMark.NONE or any(row.has_aftersales for row in payments)
    return list_of_order(order.pk) if is_asked else []


def can_reveal(order: Order, actor: Actor) -> bool:
    """Whether this person may open what the page masks."""
    return not order.customer.erased_at and has_capability(actor, MOVES["order.reveal"].capability)


def _read_words(order: Order) -> tuple[list[Event], list[Note]]:
    """The newest events and the notes, which open with the secret of the order's buyer."""
    events, notes = _EVENTS.fetch(order=order.pk), _NOTES.fetch(order=order.pk)
    for event in events:
        event.secret = order.customer.secret
    for note in notes:
        note.order = order
    return events, notes


def read_timeline(order: Order, lines: list[OrderLine]) -> tuple[list[Event], list[Entry]]:
    """The newest events of the order, the newest first, and how they are told."""
    events, _notes = _read_words(order)
    return events, make_timeline(events, lines)


def _make_forms(
    order: Order, actor: Actor, offers: dict[str, Offer], bound: ActionForm | None
) -> dict[str, ActionForm]:
    """The forms that stand on the page itself; all others are dialogs, fetched when somebody opens them."""
    return {
        name: bound if bound and bound.name == name else offer.action.form(subject=order, actor=actor)
        for name, offer in offers.items()
        if offer.action.anchor and not offer.refused
    }


def mask_recipient(order: Order) -> RecipientView:
    return RecipientView(
        mask_name(order.recipient), mask_phone(order.phone), order.region, mask_address(order.address_detail)
    )


def reveal_in_full(order: Order) -> RecipientView:
    """In full; call it only with an order that `reveal_recipient` returned."""
    return RecipientView(order.recipient, order.phone, order.region, order.address_detail, is_revealed=True)


def _list_proofs(order: Order) -> list[TransferProof]:
    if order.pay_method != PayMethod.TRANSFER:
        return []
    return list(order.proofs.prefetch_related("pictures").order_by("-id"))


def _list_refunds(order: Order, available: dict[str, Any]) -> list[RefundView]:
    return [
        RefundView(
            refund=refund,
            why=describe_no_retry(refund) or describe_failure(refund.last_error),
            tone=find_refund_tone(refund),
            can_retry=can_be_retried(refund) and "order.retry_refund" in available,
            can_pay_out=refund.state in PAYABLE_BY_HAND and "order.pay_out" in available,
            waits=describe_wait(refund),
        )
        for refund in _REFUNDS.fetch(order=order.pk)
    ]
