"""What a printer says of a job, applied once under the order's lock; and who may ask meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from orders.moves import lock_row
from orders.printing.models import OPEN, PrintJob, PrintState
from orders.printing.services.asking import describe
from orders.services.printing import Document, note_printed
from shop import clock
from shop.actor import SYSTEM, Actor, ActorKind
from shop.moves import services
from shop.moves.table import MOVES

LEASE = timedelta(seconds=60)
_FIRST_WAIT_S, _LONGEST_WAIT_S = 3, 60
_UNKNOWABLE = (PrintState.WAITING, PrintState.UNKNOWN)
"""Where it was not counted as printed yet."""
_SETTLED: dict[str, Any] = {"lease_until": None, "next_try_at": None, "last_error": ""}


def lease_job(job_id: int) -> PrintJob | None:
    """Take the only right to talk to the printer about this job for a while; None when somebody has it."""
    moment = clock.now()
    free = PrintJob.objects.filter(
        Q(lease_until__isnull=True) | Q(lease_until__lte=moment),
        pk=job_id,
        state__in=OPEN,
        next_try_at__isnull=False,
    )
    if not free.update(lease_until=moment + LEASE, tries=F("tries") + 1):
        return None
    return PrintJob.objects.select_related("order__customer", "printer").get(pk=job_id)


def note_sending(job: PrintJob) -> bool:
    """From now on the printer may have heard of it. False when somebody gave it up at this moment."""
    mine = PrintJob.objects.filter(pk=job.pk, tries=job.tries, state=PrintState.WAITING)
    return bool(mine.update(sent_at=job.sent_at or clock.now()))


def note_unsent(job: PrintJob) -> None:
    """This try did not get there: if it was the first, nothing happened."""
    if job.sent_at is None:
        PrintJob.objects.filter(pk=job.pk, tries=job.tries).update(sent_at=None)


def put_off(job: PrintJob, *, error: str = "") -> None:
    """Ask again later. Without effect when another try has begun."""
    wait = min(_FIRST_WAIT_S * 2 ** min(job.tries - 1, 6), _LONGEST_WAIT_S)
    mine = PrintJob.objects.filter(pk=job.pk, tries=job.tries, state__in=OPEN)
    mine.update(lease_until=None, next_try_at=clock.now() + timedelta(seconds=wait), last_error=error[:200])


def apply_sent(job: PrintJob, *, reference: str) -> None:
    """The printer or its service has taken it on; without a number nobody can be asked afterwards."""
    next_try = {"next_try_at": clock.now() + timedelta(seconds=_FIRST_WAIT_S)} if reference else {}
    _count(job, "print.send", _SETTLED | {"reference": reference} | next_try)


def apply_printed(job: PrintJob) -> None:
    """It is on paper."""
    _count(job, "print.finish", _SETTLED)


def _count(job: PrintJob, verb: str, changes: dict[str, Any]) -> None:
    """Record it, and that the order was printed once more; what was given up meanwhile stays so."""
    with _locked_pair(job) as current:
        before = current.state
        if before == PrintState.CANCELLED or before not in MOVES[verb].steps:
            return
        services.move(current, verb, actor=_speaker(current), changes=changes, data=describe(current))
        if before in _UNKNOWABLE:
            note_printed(current.order_id, document=Document(current.document), actor=SYSTEM)


def fail_job(job: PrintJob, *, error: str) -> None:
    """It surely is not on paper. Without effect when another try has begun."""
    _move_bad(job, "print.fail", _SETTLED | {"sent_at": None}, error)


def lose_job(job: PrintJob, *, error: str) -> None:
    """It may be on paper: a person looks, and nobody prints it again by itself."""
    _move_bad(job, "print.lose", _SETTLED, error)


def _move_bad(job: PrintJob, verb: str, changes: dict[str, Any], error: str) -> None:
    with _locked_pair(job) as current:
        if current.tries == job.tries and current.state in OPEN:
            data = describe(current) | {"error": error[:200]}
            told = changes | {"last_error": error[:200]}
            services.move(current, verb, actor=_speaker(current), changes=told, data=data)


def _speaker(job: PrintJob) -> Actor:
    return Actor(ActorKind.GATEWAY, name=job.printer.kind)


@contextmanager
def _locked_pair(job: PrintJob) -> Iterator[PrintJob]:
    with transaction.atomic():
        order = lock_row(job.order_id)
        current = services.lock_row(PrintJob, job.pk)
        current.order, current.printer = order, job.printer
        yield current
