"""Security events of the counter: what was refused because it was nobody's business who tried.

They are written when the refusal has left its transaction, at the edge that answers it (`recorded`), so many an hour by
the same person or address that nobody fills the database.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db.models import QuerySet
from django.http import HttpRequest

from pickup.models import CounterRefusal
from shop import clock
from shop.actor import Actor
from shop.errors import Refused
from shop.http.addresses import read_network
from shop.http.buckets import take

CODES = frozenset(
    {"forbidden", "not_found", "not_verifier", "wrong_store", "switched_off", "forged", "pin_locked"}
)
"""Codes of refusals that are security events."""
AN_HOUR = 30
_HOUR_MS = 3_600_000
_SHOWN = 20


@contextmanager
def recorded(
    actor: Actor, *, order_id: int | None = None, request: HttpRequest | None = None
) -> Iterator[None]:
    """Whatever is refused inside with one of CODES is put on record, and goes on to the caller."""
    try:
        yield
    except Refused as refused:
        record_refusal(refused.code, actor, order_id=order_id, request=request)
        raise


def record_refusal(
    code: str,
    actor: Actor | None = None,
    *,
    order_id: int | None = None,
    request: HttpRequest | None = None,
) -> None:
    """Put one on record if it is one of CODES and the hour has room. Never inside a transaction that ends badly."""
    address = read_network(request) if request else None
    if code not in CODES or not _has_room(f"{actor.kind}_{actor.id}" if actor else str(address)):
        return
    CounterRefusal.objects.create(
        code=code,
        actor_kind=actor.kind if actor else "",
        actor_id=actor.id if actor else None,
        actor_name=actor.name[:80] if actor else "",
        order_id=order_id,
        address=address,
        at=clock.now(),
    )


def _has_room(whose: str) -> bool:
    return take(f"refusals_{whose}".replace(":", "-"), each_ms=_HOUR_MS / AN_HOUR, full_ms=_HOUR_MS) == 0


def list_refusals() -> "Sequence[CounterRefusal]":
    """The newest."""
    rows: QuerySet[CounterRefusal] = CounterRefusal.objects.select_related("order").order_by("-pk")
    return list(rows[:_SHOWN])
