"""Bills are opened for each day, leased by a worker, fetched and kept as files, put off or given up."""

import gzip
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from tempfile import TemporaryFile
from typing import IO, Any

from django.db import transaction
from django.db.models import Q

from orders.bills.days import ready_at
from orders.bills.models import SETTLED, UNDER_WAY, Bill, BillKind, BillState
from orders.bills.sources import SOURCES
from shop import clock
from shop.actor import SYSTEM, Actor
from shop.database.named_locks import Named, lock_named
from shop.events.models import Event
from shop.files.loose import let_loose, store_file
from shop.files.models import Place
from shop.moves.services import begin, lock_row, locked, move
from shop.storage import get_store

LEASE = timedelta(minutes=10)
PUT_OFF = timedelta(minutes=15)
LONGEST_WAIT = timedelta(hours=2)
MOST_TRIES = 40
"""Three days of trying: what cannot be had by then needs a person."""
MOST_BAD = 6
"""So often a file may come broken."""


def open_bills(ordinal: int) -> None:
    """Make the bills of a day, a number of `date.toordinal`, for each merchant number."""
    day = date.fromordinal(ordinal)
    with transaction.atomic():
        # Two sweeps at one moment would both find that there is none.
        lock_named(Named.BILLS, [ordinal])
        for platform, source in SOURCES.items():
            for mchid in source.list_accounts():
                for kind in source.kinds:
                    _open(platform, mchid, day, kind)


def _open(platform: str, mchid: str, day: date, kind: BillKind) -> None:
    of = {"platform": platform, "mchid": mchid, "day": day, "kind": kind}
    if not Bill.objects.filter(**of).exists():
        begin(Bill(**of, next_try_at=ready_at(day)), "bill.open", actor=SYSTEM)


def fetch_again(bill_id: int, *, actor: Actor, expected_version: int | None = None) -> Bill:
    """Have a bill fetched and compared once more; another file takes the place of the one before."""
    with locked(Bill, bill_id, "bill.again", actor, expected_version) as bill:
        move(bill, "bill.again", actor=actor, changes=SETTLED | {"next_try_at": clock.now()})
    return bill


def lease_bill(bill_id: int) -> Bill | None:
    """The right to work on a bill on which nobody works, or None."""
    now = clock.now()
    with transaction.atomic():
        free = Bill.objects.select_for_update(no_key=True, skip_locked=True).filter(state__in=UNDER_WAY)
        due = free.filter(Q(lease_until__isnull=True) | Q(lease_until__lte=now))
        bill = due.filter(pk=bill_id).first()
        if bill is None:
            return None
        bill.lease, bill.lease_until, bill.tries = secrets.token_hex(16), now + LEASE, bill.tries + 1
        bill.save(update_fields=["lease", "lease_until", "tries"])
    return bill


def put_off(bill: Bill, *, error: str) -> None:
    """Try again later, each time after a longer wait; after many tries a person has to look."""
    with transaction.atomic():
        held = lock_row(Bill, bill.pk)
        if held.lease != bill.lease:
            return
        if held.tries >= MOST_TRIES:
            _give_up(held, error)
            return
        wait = min(PUT_OFF * held.tries, LONGEST_WAIT)
        Bill.objects.filter(pk=bill.pk).update(
            lease="", lease_until=None, next_try_at=clock.now() + wait, last_error=error[:300]
        )


def fail_bill(bill: Bill, *, error: str) -> None:
    """It cannot be had: a person has to look."""
    with transaction.atomic():
        held = lock_row(Bill, bill.pk)
        if held.lease == bill.lease:
            _give_up(held, error)


def send_back(bill: Bill, *, error: str) -> None:
    """The file is not the whole of the bill: it is fetched anew, some times before a person has to look."""
    with transaction.atomic():
        held = lock_row(Bill, bill.pk)
        if held.lease != bill.lease:
            return
        if held.tries >= MOST_BAD or held.state != BillState.FETCHED:
            _give_up(held, error)
            return
        free = {"lease": "", "lease_until": None, "last_error": error[:300]}
        changes = free | {"next_try_at": clock.now() + PUT_OFF * held.tries}
        move(held, "bill.spoil", actor=SYSTEM, changes=changes, data={"error": error[:200]})


def _give_up(bill: Bill, error: str) -> Event:
    changes = SETTLED | {"last_error": error[:300]}
    return move(bill, "bill.fail", actor=SYSTEM, changes=changes, data={"error": error[:200]})


@dataclass(frozen=True)
class Draft:
    """A bill's file on this machine, packed, with the digest of what is in it."""

    file: IO[bytes]
    sha1: str


@contextmanager
def draft_of(write: Callable[[Any], str]) -> Iterator[Draft]:
    """A file that `write` fills with a bill as it is unpacked, giving back its digest."""
    with TemporaryFile() as file:
        with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=1) as packed:
            sha1 = write(packed)
        file.seek(0)
        yield Draft(file, sha1)


def keep_fetched(bill: Bill, draft: Draft) -> Bill:
    """Store the file and note that the bill is there. Raises Refused `storage_away` (503)."""
    path = make_path(bill.day)
    return store_file(Place.PRIVATE, path, draft.file, lambda: _take(bill, path, draft.sha1))


def make_path(day: date) -> str:
    return f"bills/{day:%Y%m}/{secrets.token_urlsafe(18)}"


def _take(bill: Bill, path: str, sha1: str) -> Bill:
    held = lock_row(Bill, bill.pk)
    if held.lease != bill.lease or held.state != BillState.WAITING:
        let_loose(Place.PRIVATE, path)
        return held
    if held.path:
        let_loose(Place.PRIVATE, held.path)
    changes = {"path": path, "sha1": sha1, "is_uploaded": False}
    move(held, "bill.fetch", actor=SYSTEM, changes=changes)
    return held


@contextmanager
def kept_file(bill: Bill) -> Iterator[IO[bytes]]:
    """The stored file of a bill, on this machine. Raises what the store does."""
    with TemporaryFile() as file:
        for chunk in get_store(Place.PRIVATE).read(bill.path):
            file.write(chunk)
        file.seek(0)
        yield file
