"""The balance of a customer: a ledger that only grows, and its sum beside it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from shop import clock
from shop.access import require
from shop.actor import Actor
from shop.customers.models import BalanceEntry, Customer, EntryKind
from shop.errors import Refused
from shop.events.services import seal_words
from shop.money import MAX_FEN
from shop.moves.services import locked, move
from shop.store.made_money import check_made_money

LATELY = timedelta(hours=24)


@dataclass(frozen=True)
class NewEntry:
    """What is to be booked, in fen; `key` names its cause, which is booked once for ever."""

    kind: EntryKind
    key: str
    delta_fen: int
    order_number: str = ""
    reason: str = ""


def book_entry(customer: Customer, entry: NewEntry, *, actor: Actor) -> BalanceEntry:
    """Book an entry for a customer whose row is locked. Raises Refused `not_enough_balance`, `too_much_balance`."""
    if not connection.in_atomic_block:
        raise RuntimeError("a ledger entry belongs into the transaction of its cause")
    after_fen = customer.balance_fen + entry.delta_fen
    if after_fen < 0:
        message = _("The balance is not enough.")
        raise Refused("not_enough_balance", message, balance_fen=customer.balance_fen)
    if after_fen > MAX_FEN:
        raise Refused("too_much_balance", _("A balance of this size cannot be kept."), 400)
    row = BalanceEntry.objects.create(
        customer=customer,
        kind=entry.kind,
        key=entry.key,
        delta_fen=entry.delta_fen,
        balance_after_fen=after_fen,
        order_number=entry.order_number,
        reason=entry.reason[:200],
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name[:80],
        at=clock.now(),
    )
    sealed = seal_words(customer, reason=entry.reason[:200])
    verb, changes = f"customer.balance_{entry.kind}", {"balance_fen": after_fen}
    move(customer, verb, actor=actor, changes=changes, data=_describe(row), sealed=sealed)
    return row


def _describe(row: BalanceEntry) -> dict[str, Any]:
    return {
        "amount_fen": row.delta_fen,
        "balance_fen": row.balance_after_fen,
        "order": row.order_number,
    }


def _sum_made(customer: Customer, actor: Actor) -> int:
    """What this person has topped up for the customer lately: limits are not passed by a sum in parts."""
    made = customer.balance_entries.filter(kind=EntryKind.TOP_UP, actor_kind=actor.kind, actor_id=actor.id)
    lately = made.filter(at__gt=clock.now() - LATELY)
    return int(lately.aggregate(fen=Coalesce(Sum("delta_fen"), 0))["fen"])


def change_balance(
    customer_id: int, *, delta_fen: int, reason: str, actor: Actor, expected_version: int | None = None
) -> BalanceEntry:
    """Top up by a positive amount, or correct by a negative one, with a reason.

    Raises Refused `forbidden`, `reason_required`, `bad_amount`, `stale`, `not_enough_balance`, `not_found`,
    `erased`, and as `check_made_money` does.
    """
    require(actor, "customers.balance")
    if not reason.strip():
        raise Refused("reason_required", _("Say where the money comes from or goes to."), 400)
    if not delta_fen or abs(delta_fen) > MAX_FEN:
        raise Refused("bad_amount", _("Type an amount that is not 0 and not absurdly large."), 400)
    kind = EntryKind.TOP_UP if delta_fen > 0 else EntryKind.CORRECT
    with locked(Customer, customer_id, f"customer.balance_{kind}", actor, expected_version) as customer:
        if delta_fen > 0:
            made_fen = _sum_made(customer, actor) + delta_fen
            check_made_money(actor, made_fen, capability="customers.balance")
        # One form is booked once: two of the same version would have the same key.
        key = f"staff:{customer.pk}-{customer.version}"
        return book_entry(customer, NewEntry(kind, key, delta_fen, reason=reason.strip()), actor=actor)
