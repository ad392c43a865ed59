"""The parcels that wait, by courier and by sender: for each group the courier comes once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min

from orders.collections.waiting import list_waiting
from orders.scope import scope_key
from shop.actor import Actor
from shop.couriers.known import find_courier
from shop.couriers.models import Sender
from shop.couriers.selectors import find_called_couriers
from shop.jobs.registry import Subject


@dataclass(frozen=True)
class Group:
    """So many parcels of one courier from one `sender`, None where the shop has none; `since` the first was sent."""

    courier: str
    sender: Sender | None
    count: int
    since: datetime
    can_call: bool

    @property
    def courier_name(self) -> str:
        known = find_courier(self.courier)
        return known.name if known else self.courier

    @property
    def phone(self) -> str:
        known = find_courier(self.courier)
        return known.phone if known else ""

    @property
    def params(self) -> dict[str, str]:
        """What names it in an address or a form."""
        return {"courier": self.courier, "sender": str(self.sender.pk) if self.sender else ""}


def list_groups(actor: Actor) -> list[Group]:
    """The largest first; three queries however many parcels wait."""
    waiting = list_waiting(scope_key(actor)).order_by()
    counted = waiting.values("courier", "sender_id").annotate(count=Count("pk"), since=Min("sent_at"))
    rows = list(counted.order_by("-count", "courier", "sender_id"))
    senders = Sender.objects.in_bulk([row["sender_id"] for row in rows if row["sender_id"]]) if rows else {}
    called = set(find_called_couriers().values_list("code", flat=True)) if rows else set()
    return [_make(row, senders, called) for row in rows]


def _make(row: dict[str, Any], senders: dict[int, Sender], called: set[str]) -> Group:
    courier, sender = row["courier"], senders.get(row["sender_id"])
    return Group(courier, sender, row["count"], row["since"], courier in called)


def find_group(groups: list[Group], courier: str, sender: str) -> Group | None:
    """The one of this address."""
    wanted = {"courier": courier, "sender": sender}
    return next((group for group in groups if group.params == wanted), None)


def list_subjects(group: Group, actor: Actor) -> Iterator[Subject]:
    """The orders whose parcels are in it, each once, by id."""
    waiting = list_waiting(scope_key(actor))
    mine = waiting.filter(courier=group.courier, sender_id=group.sender and group.sender.pk).order_by("pk")
    orders = dict(mine.values_list("order_id", "order_number"))
    return (Subject(pk, number) for pk, number in sorted(orders.items()))
