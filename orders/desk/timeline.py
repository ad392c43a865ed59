"""The story of an order: its events in words, newest first, bursts of one moment told together."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orders.desk.failures import describe_failure
from orders.models import OrderLine
from orders.shipping.couriers import find_courier
from orders.stages import BuyerReason
from orders.states import MOVES
from shop.actor import ActorKind
from shop.crypto import Unreadable
from shop.events.models import Event
from shop.events.words import describe_actor
from shop.money import format_fen
from shop.moves.table import SUBJECTS, describe_verb, says
from shop.store.choices import PayMethod

BURST = timedelta(seconds=10)
REPEATS = timedelta(minutes=10)


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


def make_timeline(events: Sequence[Event], lines: Sequence[OrderLine]) -> list[Entry]:
    """Entries, newest first, from events of one order in any order."""
    names = {str(line.pk): line.product_name for line in lines}
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
    """What the system did by itself, or the refund a cancellation decided, belongs to the move before it."""
    is_of_cancellation = entry.verb == "order.refund" and last.verb.startswith("order.cancel_")
    is_set_off = entry.actor[0] == ActorKind.SYSTEM or (is_of_cancellation and entry.actor == last.actor)
    return is_set_off and entry.at - last.last_at <= BURST


def _is_repeat(entry: Entry, last: Entry) -> bool:
    is_same = entry.verb == last.verb == "order.reveal" and entry.actor == last.actor
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
        details=_describe_data(event.verb, data, line_names),
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


def _describe_change(verb: str, data: Mapping[str, Any]) -> Change | None:
    if "before" not in data or "after" not in data:
        return None
    if verb == "order.change_price":
        return Change(format_fen(data["before"]), format_fen(data["after"]))
    if verb == "order.choose_payment":
        return Change(_pay_label(data["before"]), _pay_label(data["after"]))
    return Change(str(data["before"]) or _("(empty)"), str(data["after"]) or _("(empty)"))


def _pay_label(method: str) -> str:
    return str(PayMethod(method).label) if method in PayMethod.values else method


def _describe_data(verb: str, data: dict[str, Any], line_names: Mapping[str, str]) -> list[str]:
    """What the event's data says, in words; keys nobody needs to read are passed over."""
    words = [_describe_amount(data), *_describe_parcels(data), *_describe_lines(data, line_names)]
    words += _describe_shares(data, line_names)
    plain = {
        "reason": _("Reason: %(text)s"),
        "buyer_reason": _("The buyer's reason: %(text)s"),
        "words": _("In the buyer's words: %(text)s"),
        "notice": _("Told the buyer: %(text)s"),
        "note": _("Note: %(text)s"),
        "reference": _("Reference: %(text)s"),
        "trade_no": _("Payment number: %(text)s"),
        "number": _("Refund number: %(text)s"),
        "why": _("Because: %(text)s"),
        "attempt": _("Our payment number: %(text)s"),
    }
    given = data.get("buyer_reason", "")
    data = data | {
        "why": describe_failure(data.get("why", "")),
        "buyer_reason": str(BuyerReason(given).label) if given in BuyerReason.values else given,
    }
    words += [template % {"text": data[key]} for key, template in plain.items() if data.get(key)]
    if isinstance(days := data.get("days"), int):
        words.append(ngettext("%(n)d day", "%(n)d days", days) % {"n": days})
    if isinstance(asked := data.get("asked_fen"), int):
        words.append(_("Asked for: %(amount)s") % {"amount": format_fen(asked)})
    if verb == "order.reveal":
        words.append(_describe_purpose(data.get("purpose", "")))
    return [text for text in words if text]


def _describe_amount(data: dict[str, Any]) -> str:
    for key in ("amount_fen", "refund_fen", "payable_fen"):
        if isinstance(data.get(key), int) and data[key]:
            return format_fen(data[key])
    return ""


def _describe_parcels(data: dict[str, Any]) -> list[str]:
    words = []
    for parcel in data.get("parcels", ()):
        courier = find_courier(parcel.get("courier", ""))
        name = courier.name if courier else parcel.get("courier") or _("Own delivery")
        words.append(f"{name} {parcel.get('tracking_no', '')}".strip())
    if words and data.get("pieces"):
        pieces = int(data["pieces"])
        words.append(ngettext("%(n)d piece", "%(n)d pieces", pieces) % {"n": pieces})
    return words


def _describe_lines(data: dict[str, Any], line_names: Mapping[str, str]) -> list[str]:
    lines = data.get("lines")
    if not isinstance(lines, dict):
        return []
    return [f"{line_names.get(str(pk), pk)} ×{pieces}" for pk, pieces in lines.items()]


def _describe_shares(data: dict[str, Any], line_names: Mapping[str, str]) -> list[str]:
    """What a refund that cancelled nothing was for."""
    if data.get("is_goodwill"):
        return [_("Goodwill")]
    shares = data.get("shares") or {}
    return [f"{line_names.get(str(pk), pk)} {format_fen(fen)}" for pk, fen in shares.items()]


def _describe_purpose(purpose: str) -> str:
    words = {
        "reveal": _("Recipient shown"),
        "copy": _("Recipient copied"),
        "history": _("An earlier address shown"),
    }
    return words.get(purpose, purpose)
