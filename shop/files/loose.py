"""Writing and deleting files so that none is ever without a row, and no row without its file.

Stores do not know our transactions. So a `LooseFile` is there before its file is written, until a row of the same
transaction takes it over; and again, from the transaction on in which that row goes, until the file is deleted.
"""

import logging
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import IO, TypeVar

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from shop import clock
from shop.database.connections import give_back_connections
from shop.errors import Refused
from shop.files.models import LooseFile, Place
from shop.storage import FAILURES, get_store

WRITTEN_WITHIN = timedelta(hours=6)
"""After this, a file that was written and not taken over is deleted."""
MAY_ARRIVE_WITHIN = timedelta(minutes=10)
LONGEST_WAIT = timedelta(hours=1)
RETRY_AFTER_S = 10
logger = logging.getLogger(__name__)
Owner = TypeVar("Owner")


def store_file(place: Place, path: str, source: IO[bytes], own: Callable[[], Owner]) -> Owner:
    """Write a file, then make the row that names it with `own`, in the transaction in which the file stops being loose.

    Raises Refused `storage_away` (503), and what `own` raises; HeldConnection inside a transaction.
    """
    loose = LooseFile.objects.create(place=place, path=path, due_at=clock.now() + WRITTEN_WITHIN)
    give_back_connections()
    try:
        with answering():
            get_store(place).write(path, source)
        return _take_over(loose, own)
    except BaseException:
        # What broke off may still arrive at the store.
        LooseFile.objects.filter(pk=loose.pk).update(due_at=clock.now() + MAY_ARRIVE_WITHIN)
        raise


def _take_over(loose: LooseFile, own: Callable[[], Owner]) -> Owner:
    with transaction.atomic():
        gone, _by_model = LooseFile.objects.filter(pk=loose.pk, tries=0).delete()
        if not gone:
            raise _away()
        return own()


def let_loose(place: Place, path: str) -> None:
    """Have a file deleted soon. Call it in the transaction that deletes the row which named it."""
    LooseFile.objects.create(place=place, path=path, due_at=clock.now())


def list_due_loose(now: datetime, skip: Collection[int], limit: int) -> list[int]:
    due = LooseFile.objects.filter(due_at__lte=now).exclude(pk__in=skip)
    return list(due.order_by("due_at").values_list("pk", flat=True)[:limit])


def take_up(loose_id: int) -> None:
    """Before the file is deleted: from now on nobody takes it over, and the next try waits, longer each time."""
    tries = LooseFile.objects.filter(pk=loose_id).values_list("tries", flat=True).first()
    if tries is not None:
        wait = min(timedelta(minutes=2 ** min(tries, 6)), LONGEST_WAIT)
        LooseFile.objects.filter(pk=loose_id).update(tries=F("tries") + 1, due_at=clock.now() + wait)


def delete_loose(loose_id: int) -> None:
    """Delete a file that was taken up, then its row; while the store is away the row stays for the next try."""
    loose = LooseFile.objects.filter(pk=loose_id, tries__gt=0).first()
    if loose is None:
        return
    give_back_connections()
    try:
        get_store(loose.place).delete(loose.path)
    except FAILURES as error:
        logger.warning("a stored file is not deleted yet: %s", type(error).__name__)
        return
    loose.delete()


@contextmanager
def answering() -> Iterator[None]:
    """Raises Refused `storage_away` (503) for whatever keeps a store from doing its work."""
    try:
        yield
    except FileNotFoundError:
        raise
    except FAILURES as error:
        logger.error("the store of files failed: %s", type(error).__name__)
        raise _away() from error


def _away() -> Refused:
    message = _("Files cannot be stored or read at the moment. Please try again in a few minutes.")
    return Refused("storage_away", message, 503, retry_after=RETRY_AFTER_S)
