"""The story of an order: its events in words, newest first, bursts of one moment told together."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from orders.collections.models import CollectionState
from orders.desk.failures import describe_failure
from orders.models import OrderLine
from orders.payments.models import Means
from orders.services.printing import Document
from orders.shipping.models import InterceptKind
from orders.shipping.services.replacing import WhyReplaced
from orders.stages import BuyerReason
from orders.states import MOVES
from shop.actor import ActorKind
from shop.couriers.known import find_courier
from shop.crypto import Unreadable
from shop.events.models import Event
from shop.events.words import NAMES, Part, describe_actor, describe_facts, label_facts, tell_only, tells
from shop.money import format_fen
from shop.moves.table import SUBJECTS, describe_verb, says
from shop.store.choices import Delivery, PayMethod
from shop.store.deliveries import name_pay_method

BURST = timedelta(seconds=10)
REPEATS = timedelta(minutes=10)
_REPEATED = frozenset({"order.reveal", "packing.wrong"})
"""What is told once with how often it was done."""


@dataclass(frozen=True)
class Change:
    """What something was before and is now."""

    before: str
    after: str


@dataclass
class Entry:
    """One event in words; `times` counts repeats, `followers` are what it set off at the same moment."""

    id: int
    verb: str
    at: datetime
    words: str
    who: str
    actor: tuple[str, int | None]
    details: list[str] = field(default_factory=list)
    stage_change: Change | None = None
    change: Change | None = None
    is_bad: bool = False
    has_sealed: bool = False
    times: int = 1
    followers: list["Entry"] = field(default_factory=list)

    @property
    def last_at(self) -> datetime:
        return self.followers[-1].at if self.followers else self.at


_TASKS = {
    ("intercept.ask", "order.intercept"),
    ("collection.ask", "order.hand_over"),
    ("collection.by_phone", "order.hand_over"),
    ("collection.drop_off", "order.hand_over"),
}
"""What a task begins with, and what its order says of it."""


def make_timeline(events: Sequence[Event], lines: Sequence[OrderLine]) -> list[Entry]:
    """Entries, newest first, from events of one order in any order."""
    names = {str(line.pk): f"{line.product_name} {line.sku_name}".strip() for line in lines}
    told: list[Entry] = []
    for event in sorted(events, key=lambda event: event.pk):
        _tell(told, make_entry(event, names))
    return told[::-1]


def _tell(told: list[Entry], entry: Entry) -> None:
    """Add an entry, as a repeat or a follower of the one before where it belongs to that."""
    last = told[-1] if told else None
    if last and _is_repeat(entry, last):
        last.times += 1
        last.at = entry.at
        last.details += [words for words in entry.details if words not in last.details]
    elif last and _is_follower(entry, last):
        last.followers.append(entry)
    else:
        told.append(entry)


def _is_follower(entry: Entry, last: Entry) -> bool:
    """What belongs to the move before it: what the system did by itself, and what a verb brought with it."""
    is_of_cancellation = entry.verb == "order.refund" and last.verb.startswith("order.cancel_")
    is_of_task = (last.verb, entry.verb) in _TASKS
    is_set_off = entry.actor[0] == ActorKind.SYSTEM or (
        (is_of_cancellation or is_of_task) and entry.actor == last.actor
    )
    return is_set_off and entry.at - last.last_at <= BURST


def _is_repeat(entry: Entry, last: Entry) -> bool:
    is_same = entry.verb == last.verb and entry.verb in _REPEATED and entry.actor == last.actor
    return is_same and entry.at - last.at <= REPEATS


def make_entry(event: Event, line_names: Mapping[str, str]) -> Entry:
    rule = MOVES.get(event.verb)
    moved = event.before != event.after and event.before and event.after
    data = _read_data(event)
    return Entry(
        id=event.pk,
        verb=event.verb,
        at=event.at,
        words=str(describe_verb(event.verb)),
        who=describe_actor(event),
        actor=(event.actor_kind, event.actor_id),
        details=_describe_data(event.kind, data, line_names),
        stage_change=_describe_move(event) if moved else None,
        change=_describe_change(event.verb, data),
        is_bad=bool(rule and rule.is_bad),
        has_sealed=bool(event.sealed) and not (rule and rule.says),
    )


def _read_data(event: Event) -> dict[str, Any]:
    """What the event says to colleagues; older ones of these verbs hold the words unsealed."""
    if event.sealed and says(event.verb) and not isinstance(event.sealed, Unreadable):
        return {**event.data, **json.loads(event.sealed)}
    return dict(event.data)


def _describe_move(event: Event) -> Change:
    """From which state of its own subject to which."""
    states = SUBJECTS[event.kind].states if event.kind in SUBJECTS else {}
    before, after = (str(states.get(state, state)) for state in (event.before, event.after))
    return Change(before, after)


def _describe_data(kind: str, data: Mapping[str, Any], line_names: Mapping[str, str]) -> list[str]:
    """What the event's data says, in words; what was replaced is told by itself."""
    told = {key: value for key, value in data.items() if key not in ("before", "after")} | {NAMES: line_names}
    model = SUBJECTS[kind].model if kind in SUBJECTS else None
    return [part.text for part in describe_facts(kind, told, model)]


def _describe_change(verb: str, data: Mapping[str, Any]) -> Change | None:
    if "before" not in data or "after" not in data:
        return None
    if verb in ("order.change_price", "order.waive"):
        return Change(format_fen(data["before"]), format_fen(data["after"]))
    if verb == "order.change_delivery":
        return Change(*(str(Delivery(data[key]).label) for key in ("before", "after")))
    if verb == "order.choose_payment":
        return Change(*(_name_method(data[key], data.get("delivery", "")) for key in ("before", "after")))
    if verb in ("order.replace_number", "order.return_renumber"):
        return Change(_name_parcel(data["before"]), _name_parcel(data["after"]))
    return Change(str(data["before"]) or _("(empty)"), str(data["after"]) or _("(empty)"))


def _name_method(method: str, delivery: str) -> str:
    """As it was called with this way of delivery, which older events do not hold."""
    way = delivery if delivery in Delivery.values else Delivery.EXPRESS
    return str(name_pay_method(method, way)) if method in PayMethod.values else method


def _name_parcel(parcel: Mapping[str, Any]) -> str:
    courier = find_courier(parcel.get("courier", ""))
    name = courier.name if courier else parcel.get("courier") or _("Own delivery")
    return f"{name} {parcel.get('tracking_no', '')}".strip()


def _amount(value: Any, data: Mapping[str, Any]) -> Iterator[Part]:
    """The first of several sums: others are what it is made of."""
    if value and value == next(data[key] for key in _SUMS if data.get(key)):
        yield Part("", format_fen(value))


_SUMS = ("amount_fen", "refund_fen", "payable_fen")
for _sum in _SUMS:
    tells("order", _sum)(_amount)


@tells("order", "parcels")
def _tell_parcels(parcels: Any, data: Mapping[str, Any]) -> Iterator[Part]:
    yield from (Part("", _name_parcel(parcel)) for parcel in parcels)
    if pieces := int(data.get("pieces") or 0):
        yield Part("", ngettext("%(n)d piece", "%(n)d pieces", pieces) % {"n": pieces})


@tells("order", "together")
def _tell_together(numbers: Any, _data: Mapping[str, Any]) -> Iterator[Part]:
    yield from (Part(_("Together with"), str(number)) for number in numbers)


@tells("order", "parted")
def _tell_parted(numbers: Any, _data: Mapping[str, Any]) -> Iterator[Part]:
    yield from (Part(_("Not together any more with"), str(number)) for number in numbers)


@tells("order", "parted_by")
def _tell_parted_by(verb: Any, _data: Mapping[str, Any]) -> Iterator[Part]:
    """What ended it; of a press of “Separate” the event itself says so."""
    if verb in MOVES and verb != "order.separate":
        yield Part(_("Because"), str(MOVES[verb].done))


@tells("order", "lines")
def _tell_lines(lines: Any, data: Mapping[str, Any]) -> Iterator[Part]:
    if isinstance(lines, dict):
        yield from (Part("", f"{_name(pk, data)} ×{pieces}") for pk, pieces in lines.items())


@tells("order", "scrapped")
def _tell_scrapped(lines: Any, data: Mapping[str, Any]) -> Iterator[Part]:
    yield from (Part(_("Scrapped"), f"{_name(pk, data)} ×{pieces}") for pk, pieces in lines.items())


@tells("order", "instead")
def _tell_instead(names: Any, _data: Mapping[str, Any]) -> Iterator[Part]:
    yield from (Part(_("Instead"), str(name)) for name in names)


@tells("order", "into")
def _tell_new_lines(lines: Any, data: Mapping[str, Any]) -> Iterator[Part]:
    yield from (Part(_("Instead"), f"{_name(pk, data)} ×{pieces}") for pk, pieces in lines.items())


@tells("order", "difference_fen")
def _tell_difference(fen: Any, _data: Mapping[str, Any]) -> Iterator[Part]:
    if fen:
        yield Part(_("Costs more") if fen > 0 else _("Costs less"), format_fen(abs(fen)))


@tells("order", "given_fen")
def _tell_given(fen: Any, _data: Mapping[str, Any]) -> Iterator[Part]:
    if fen:
        yield Part(_("Given away"), format_fen(fen))


@tells("order", "owed_fen")
def _tell_owed(fen: Any, _data: Mapping[str, Any]) -> Iterator[Part]:
    yield Part(_("Owed"), format_fen(fen))


@tells("order", "is_goodwill")
def _tell_goodwill(_value: Any, _data: Mapping[str, Any]) -> Iterator[Part]:
    yield Part("", _("Goodwill"))


@tells("order", "shares")
def _tell_shares(shares: Any, data: Mapping[str, Any]) -> Iterator[Part]:
    """What a refund that cancelled nothing was for."""
    yield from (Part("", f"{_name(pk, data)} {format_fen(fen)}") for pk, fen in shares.items())


def _name(line_id: Any, data: Mapping[str, Any]) -> Any:
    return data.get(NAMES, {}).get(str(line_id), line_id)


tell_only("order")
label_facts("order", reason=gettext_lazy("Reason"))


@tells("order", "buyer_reason")
def _tell_buyers_reason(given: Any, _data: Mapping[str, Any]) -> Iterator[Part]:
    words = BuyerReason(given).label if given in BuyerReason.values else given
    yield Part(_("The buyer's reason"), str(words))


label_facts(
    "order",
    words=gettext_lazy("In the buyer's words"),
    notice=gettext_lazy("Told the buyer"),
    case_number=gettext_lazy("After-sale"),
    note=gettext_lazy("Note"),
    reference=gettext_lazy("Reference"),
    trade_no=gettext_lazy("Payment number"),
    number=gettext_lazy("Refund number"),
)


@tells("order", "why")
def _tell_failure(why: Any, _data: Mapping[str, Any]) -> Iterator[Part]:
    yield Part(_("Because"), describe_failure(why))


label_facts("order", attempt=gettext_lazy("Our payment number"), store=gettext_lazy("Store"))


@tells("order", "means")
def _tell_means(means: Any, _data: Mapping[str, Any]) -> Iterator[Part]:
    words = Means(means).label if means in Means.values else means
    yield Part(_("How it was paid"), str(words))


@tells("order", "because")
def _tell_why_replaced(because: Any, _data: Mapping[str, Any]) -> Iterator[Part]:
    words = WhyReplaced(because).label if because in WhyReplaced.values else because
    yield Part(_("Reason"), str(words))


@tells("order", "wish")
def _tell_wish(wish: Any, _data: Mapping[str, Any]) -> Iterator[Part]:
    words = InterceptKind(wish).label if wish in InterceptKind.values else wish
    yield Part("", str(words))


@tells("order", "how")
def _tell_hand_over(how: Any, _data: Mapping[str, Any]) -> Iterator[Part]:
    words = CollectionState(how).label if how in CollectionState.values else how
    yield Part("", str(words))


@tells("order", "photos")
def _tell_photos(photos: Any, _data: Mapping[str, Any]) -> Iterator[Part]:
    yield Part(_("Photos"), str(photos))


@tells("order", "days")
def _tell_days(days: Any, _data: Mapping[str, Any]) -> Iterator[Part]:
    yield Part("", ngettext("%(n)d day", "%(n)d days", days) % {"n": days})


@tells("order", "asked_fen")
def _tell_asked(asked: Any, _data: Mapping[str, Any]) -> Iterator[Part]:
    yield Part(_("Asked for"), format_fen(asked))


@tells("order", "document")
def _tell_document(document: Any, data: Mapping[str, Any]) -> Iterator[Part]:
    """What was printed, from its second copy on with the number of the copy."""
    words = Document(document).label if document in Document.values else document
    copies = data.get("copies", 1)
    yield Part("", f"{words} ×{copies}" if copies > 1 else str(words))


@tells("order", "purpose")
def _tell_purpose(purpose: Any, _data: Mapping[str, Any]) -> Iterator[Part]:
    words = {
        "reveal": _("Recipient shown"),
        "copy": _("Recipient copied"),
        "history": _("An earlier address shown"),
        "redirect": _("The address of a redirected parcel shown"),
    }
    yield Part("", words.get(purpose, purpose))
