"""Erasing the personal data of a buyer who asks for it (Personal Information Protection Law, article 47).

What is sealed about a buyer needs a secret of theirs to be opened (`shop/crypto`): when that is deleted nothing opens
it any more, wherever a copy lies. Each app declares in its `erasure.py` what it holds that is not sealed, and what has
to be over first. `docs/personal-data.md` names what the law keeps.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shop import clock
from shop.actor import SYSTEM, Actor
from shop.customers.models import BalanceEntry, Customer
from shop.events.models import Event
from shop.files.services import delete_pictures_of
from shop.http.models import IdempotencyKey
from shop.moves.services import lock_row, locked, move
from shop.rotation import seal_anew

GRACE = timedelta(hours=24)
"""So long it can be taken back, and whatever the buyer's last request began has ended."""
NEXT_LOOK = timedelta(days=1)
ERASED = "erased-"
"""So the openid begins of somebody who was erased."""
FindObstacle = Callable[[Customer], Promise | str]
Erase = Callable[[Customer], None]
OBSTACLES: list[FindObstacle] = []
SEALED: list[Callable[[Customer], Any]] = []
ERASERS: list[Erase] = []


def obstacle(function: FindObstacle) -> FindObstacle:
    """Declare what has to be over before a buyer is erased: the function gives the sentence, "" where it is."""
    OBSTACLES.append(function)
    return function


def sealed(function: Callable[[Customer], Any]) -> Callable[[Customer], Any]:
    """Declare rows (a queryset) with sealed values of a buyer, so that none of them is left as version 1 sealed it."""
    SEALED.append(function)
    return function


def eraser(function: Erase) -> Erase:
    """Declare how something is deleted that is no sealed value: hashes, pictures, addresses, devices."""
    ERASERS.append(function)
    return function


def list_obstacles(customer: Customer) -> list[Promise | str]:
    """Why the buyer cannot be erased yet, a sentence each; empty if nothing is in the way."""
    return [words for find in OBSTACLES if (words := find(customer))]


def ask_erasure(customer_id: int, *, actor: Actor, expected_version: int | None = None) -> Customer:
    """Have a buyer erased after GRACE, as soon as nothing is in the way. They order no more, and are signed out.

    Raises Refused `not_found`, `stale`, `forbidden`, `already_asked`.
    """
    with locked(Customer, customer_id, "customer.ask_erasure", actor, expected_version) as customer:
        _plan(customer, clock.now() + GRACE, actor)
    return customer


def _plan(customer: Customer, erase_at: datetime, actor: Actor) -> None:
    customer.tokens.filter(revoked_at__isnull=True).update(revoked_at=clock.now())
    move(customer, "customer.ask_erasure", actor=actor, changes={"erase_at": erase_at})


def keep_data(customer_id: int, *, actor: Actor, expected_version: int | None = None) -> Customer:
    """Take it back while there is time. Raises Refused `not_found`, `stale`, `forbidden`, `not_asked`."""
    with locked(Customer, customer_id, "customer.keep_data", actor, expected_version) as customer:
        move(customer, "customer.keep_data", actor=actor, changes={"erase_at": None})
    return customer


def list_due_to_erase(now: datetime, skip: Collection[int], limit: int) -> list[int]:
    due = Customer.objects.filter(erase_at__lte=now).exclude(pk__in=skip)
    return list(due.order_by("erase_at").values_list("pk", flat=True)[:limit])


def erase_when_due(customer_id: int) -> None:
    """Erase a buyer whose time has come, or look again in NEXT_LOOK if something is in the way."""
    # Before the buyer is locked: whoever locks an order does so before its buyer.
    empty_unsealed(customer_id)
    with transaction.atomic():
        customer = lock_row(Customer, customer_id)
        if customer.erase_at is None or customer.erase_at > clock.now():
            return
        if list_obstacles(customer):
            Customer.objects.filter(pk=customer_id).update(erase_at=clock.now() + NEXT_LOOK)
        else:
            _erase(customer)


def empty_unsealed(customer_id: int) -> None:
    """Seal anew what is sealed: of an erased buyer that empties what version 1 sealed and nothing opened before."""
    for list_rows in SEALED:
        with transaction.atomic():
            seal_anew(list_rows(Customer(pk=customer_id)))


def _erase(customer: Customer) -> None:
    for erase in ERASERS:
        erase(customer)
    hashes = ("phone_hash", "last_digits_hash", "nickname_hash")
    changes = dict.fromkeys(("unionid", "secret", *hashes), "")
    gone = {"openid": f"{ERASED}{customer.pk}", "erase_at": None, "erased_at": clock.now()}
    move(customer, "customer.erase", actor=SYSTEM, changes=changes | gone)


@dataclass(frozen=True)
class ErasedAgain:
    erased: int
    waiting: int


def list_erasures() -> Iterator[str]:
    """Who was erased or asked for it, for a restored backup to be told, a line each.

    A line holds the customer's number, when they joined, and when they were or are to be erased (UTC).
    """
    asked = Customer.objects.annotate(due_at=Coalesce("erased_at", "erase_at")).filter(due_at__isnull=False)
    for pk, *moments in asked.order_by("due_at").values_list("pk", "created_at", "due_at").iterator():
        yield " ".join([str(pk), *(moment.astimezone(UTC).isoformat() for moment in moments)])


def erase_again(lines: Iterable[str]) -> ErasedAgain:
    """Erase whom `list_erasures` named, when they were to be; a number that was given again since is somebody else's.

    Raises ValueError for lines of something else.
    """
    named = [_parse(line) for line in lines if line.strip()]
    there = Customer.objects.filter(erased_at__isnull=True)
    found = [
        (pk, due_at) for pk, joined_at, due_at in named if there.filter(pk=pk, created_at=joined_at).exists()
    ]
    for customer_id, due_at in found:
        _plan_again(customer_id, due_at)
        erase_when_due(customer_id)
    waiting = there.filter(pk__in=[customer_id for customer_id, _due_at in found]).count()
    return ErasedAgain(len(found) - waiting, waiting)


def _parse(line: str) -> tuple[int, datetime, datetime]:
    pk, joined_at, due_at = line.split()
    return int(pk), datetime.fromisoformat(joined_at), datetime.fromisoformat(due_at)


def _plan_again(customer_id: int, due_at: datetime) -> None:
    with transaction.atomic():
        customer = lock_row(Customer, customer_id)
        if not customer.erase_at:
            _plan(customer, due_at, SYSTEM)


@obstacle
def has_balance(customer: Customer) -> Promise | str:
    return _("There is money in the balance: pay it out first.") if customer.balance_fen else ""


@sealed
def own_row(customer: Customer) -> Any:
    return Customer.objects.filter(pk=customer.pk)


@sealed
def own_events(customer: Customer) -> Any:
    return Event._base_manager.filter(kind=Customer.subject_kind, subject_id=customer.pk)


@sealed
def own_ledger(customer: Customer) -> Any:
    return BalanceEntry._base_manager.filter(customer=customer)


@eraser
def erase_account(customer: Customer) -> None:
    """Addresses, devices, consents, pictures, kept answers; the ledger stays, which says but sums and orders."""
    customer.addresses.all().delete()
    customer.tokens.all().delete()
    customer.consents.all().delete()
    delete_pictures_of(customer.pk)
    IdempotencyKey.objects.filter(scope__in=[f"place:{customer.pk}", f"consent:{customer.pk}"]).delete()
