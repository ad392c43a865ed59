"""What a page says of an after-sale: who has to move, until when, what then, what is left to refund."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from aftersales.amounts import Worth, count_difference, count_worth
from aftersales.choices import DisputeState, Kind, Overdue, State
from aftersales.models import Aftersale, AftersaleLine, Dispute
from orders.payments.refunding.left import PaymentLeft, read_left
from orders.shipping.models import Parcel
from orders.waybills.models import Waybill, WaybillState
from orders.waybills.selectors import find_of_case
from shop import clock

TONES = {
    State.ASKED: "move",
    State.TO_RETURN: "waiting",
    State.RETURNING: "waiting",
    State.RECEIVED: "move",
    State.REFUNDING: "waiting",
    State.DONE: "done",
    State.REFUSED: "overdue",
    State.WITHDRAWN: "held",
    State.LAPSED: "held",
}
_NEXT = {
    State.ASKED: _("The buyer waits for your answer."),
    State.TO_RETURN: _("The buyer has to send the goods back."),
    State.RETURNING: _("The goods are on their way back."),
    State.RECEIVED: _("The goods are here: settle it."),
    State.REFUNDING: _("The money is on its way to the buyer."),
    State.DONE: _("Nothing is left to do."),
    State.REFUSED: _("It was refused. A supervisor can open it again."),
    State.WITHDRAWN: _("The buyer has given it up."),
    State.LAPSED: _("Nothing was sent back in time. A supervisor can open it again."),
}
_THEN = {
    (State.ASKED, Overdue.AGREE): _("then it counts as agreed to"),
    (State.TO_RETURN, Overdue.LAPSE): _("then it is closed by itself"),
}
_TOLD = _("then people are told")
_STANDS = _("stands still while it is disputed")
DISPUTE_TONES = {
    DisputeState.OPEN: "overdue",
    DisputeState.BUYER: "done",
    DisputeState.SHOP: "done",
    DisputeState.WITHDRAWN: "held",
}


@dataclass(frozen=True)
class Row:
    """One line of it: the goods, how many, and what its pieces are worth at most."""

    line: AftersaleLine
    most_fen: int


@dataclass(frozen=True)
class CaseFacts:
    """All that the page of one shows beside its own columns."""

    tone: str
    next: Any
    then: Any
    is_late: bool
    rows: list[Row]
    worth: Worth
    freight_fen: int
    cheaper_fen: int
    payments: tuple[PaymentLeft, ...]
    parcels: list[Parcel]
    waybill: Waybill | None
    disputes: list[tuple[Dispute, str]]


def read_facts(aftersale: Aftersale) -> CaseFacts:
    """What its page shows; what is left of the order is read in a handful of queries."""
    left = read_left(aftersale.order)
    lines = list(aftersale.lines.select_related("order_line__sku__product", "sku").order_by("order_line_id"))
    by_line = {line.line.pk: line for line in left.lines}
    rows = [Row(line, by_line[line.order_line_id].price(line.pieces)) for line in lines]
    pieces = {line.order_line_id: line.pieces for line in lines}
    return CaseFacts(
        TONES[State(aftersale.state)],
        _("A supervisor has to decide.") if aftersale.is_disputed else _NEXT[State(aftersale.state)],
        find_then(aftersale),
        is_late(aftersale),
        rows,
        count_worth(aftersale.order, pieces, is_unsent=aftersale.is_unsent),
        left.freight_fen,
        count_difference(aftersale.order, lines) if any(line.sku for line in lines) else 0,
        left.payments,
        list(Parcel.objects.filter(case_number=aftersale.number).order_by("pk")),
        find_waybill(aftersale),
        list_disputes(aftersale),
    )


def list_disputes(aftersale: Aftersale) -> list[tuple[Dispute, str]]:
    """Each dispute about it, the newest first, with its tone; most have none, and their column says so."""
    if not aftersale.dispute:
        return []
    rows = aftersale.disputes.select_related("aftersale__order__customer").order_by("-opened_at")
    return [(row, DISPUTE_TONES[DisputeState(row.state)]) for row in rows]


def find_waybill(aftersale: Aftersale) -> Waybill | None:
    """The e-waybill of an exchange, until its parcel is sent."""
    waybill = find_of_case(aftersale.number) if aftersale.kind == Kind.EXCHANGE else None
    return waybill if waybill and waybill.state != WaybillState.USED else None


def find_then(aftersale: Aftersale) -> Any:
    """What happens when its time is over, "" where no time runs."""
    if aftersale.due_at is None:
        return ""
    if aftersale.is_disputed:
        return _STANDS
    return _THEN.get((State(aftersale.state), Overdue(aftersale.overdue_rule)), _TOLD)


def is_late(aftersale: Aftersale) -> bool:
    return not aftersale.is_disputed and aftersale.due_at is not None and aftersale.due_at <= clock.now()
