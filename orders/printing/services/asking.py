"""Print jobs are made: by themselves once an order may be prepared, and by a press."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.moves import lock_row, locked_order
from orders.printing.models import PrintJob, PrintState, Trigger
from orders.services.printing import Document, note_printed
from orders.stages import IN_HAND
from shop import clock
from shop.actor import SYSTEM, Actor
from shop.errors import Refused
from shop.moves import services
from shop.printers.models import Printer
from shop.printers.selectors import list_at_counter, list_automatic


def print_by_itself(order_id: int) -> None:
    """For an order that may be prepared from now on: its receipt, once at each printer that is set up for it.

    Without effect where that was done, or where nothing is left to prepare. Only rows are written here.
    """
    with transaction.atomic():
        order = lock_row(order_id)
        printers = list_automatic(order.delivery) if order.stage in IN_HAND else []
        had = set(order.print_jobs.filter(trigger=Trigger.PAID).values_list("printer_id", flat=True))
        for printer in printers:
            if printer.pk not in had:
                _make(order, printer, Trigger.PAID, 1, SYSTEM)


def print_at_counter(order_id: int, *, times: int) -> None:
    """The receipt of what was handed out, at each printer of its store, when it was handed out so many `times`.

    Without effect where a printer has as many already, however often it is told. Only rows are written here.
    """
    with transaction.atomic():
        order = lock_row(order_id)
        jobs = order.print_jobs.filter(trigger=Trigger.COUNTER)
        for printer in list_at_counter(order.pickup_store_id or 0):
            if jobs.filter(printer=printer).count() < times:
                _make(order, printer, Trigger.COUNTER, order.prints + 1, SYSTEM)


def print_on(order_id: int, *, printer_id: int, actor: Actor) -> PrintJob:
    """Print the receipt on this printer; one that still waits there is the answer to every further press.

    Raises Refused `no_printer` (404), and as `lock_order` does.
    """
    with locked_order(order_id, "order.print", actor) as order:
        printer = Printer.objects.filter(pk=printer_id).first()
        if printer is None or not printer.is_ready:
            raise Refused("no_printer", _("This printer is not in use. Choose another one."), 404)
        waiting = find_waiting(order, printer)
        return waiting or _make(order, printer, Trigger.HAND, order.prints + 1, actor)


def find_waiting(order: Order, printer: Printer) -> PrintJob | None:
    """The receipt of the locked order that this printer has not been given yet."""
    return order.print_jobs.filter(printer=printer, state=PrintState.WAITING).first()


def _make(order: Order, printer: Printer, trigger: Trigger, copy: int, actor: Actor) -> PrintJob:
    moment = clock.now()
    job = PrintJob(
        order=order,
        printer=printer,
        document=Document.RECEIPT,
        trigger=trigger,
        code=f"{order.number}P{order.print_jobs.count() + 1}",
        copy=copy,
        asked_at=moment,
        next_try_at=moment,
    )
    services.begin(job, "print.request", actor=actor, data=describe(job))
    return job


def retry_print(job_id: int, *, actor: Actor, expected_version: int | None = None) -> PrintJob:
    """Try again what surely was not printed. Raises Refused `waits_already`, and as `lock_subject` does."""
    with locked_job(job_id, "print.retry", actor, expected_version) as job:
        if find_waiting(job.order, job.printer):
            raise Refused("waits_already", _("Another print of this order waits for this printer already."))
        moment = clock.now()
        fresh = _UNASKED | {"asked_at": moment, "next_try_at": moment, "sent_at": None, "tries": 0}
        services.move(job, "print.retry", actor=actor, changes=fresh, data=describe(job))
    return job


def repeat_print(job_id: int, *, actor: Actor, expected_version: int | None = None) -> PrintJob:
    """Print anew what may be on paper already; the new paper says that it is a reprint.

    Raises Refused as `lock_subject` does.
    """
    with locked_job(job_id, "print.repeat", actor, expected_version) as job:
        services.move(job, "print.repeat", actor=actor, changes=_UNASKED, data=describe(job))
        # The one that may be on paper counts, so that whoever finds both knows which came later.
        copy = max(job.order.prints, job.copy) + 1
        waiting = find_waiting(job.order, job.printer)
        return waiting or _make(job.order, job.printer, Trigger.HAND, copy, actor)


def settle_print(job_id: int, *, actor: Actor, expected_version: int | None = None) -> PrintJob:
    """A person has seen it on paper. Raises Refused as `lock_subject` does."""
    with locked_job(job_id, "print.settle", actor, expected_version) as job:
        services.move(job, "print.settle", actor=actor, changes=_UNASKED, data=describe(job))
        note_printed(job.order_id, document=Document(job.document), actor=actor)
    return job


def cancel_print(job_id: int, *, actor: Actor, expected_version: int | None = None) -> PrintJob:
    """Do not print it any more. Raises Refused `being_sent`, and as `lock_subject` does."""
    with locked_job(job_id, "print.cancel", actor, expected_version) as job:
        if job.state == PrintState.WAITING and job.sent_at:
            raise Refused("being_sent", _("The printer may have it already. Look at the printer first."))
        services.move(job, "print.cancel", actor=actor, changes=_UNASKED, data=describe(job))
    return job


_UNASKED: dict[str, Any] = {"lease_until": None, "next_try_at": None, "last_error": ""}


def describe(job: PrintJob) -> dict[str, Any]:
    """What its events say of it."""
    return {"printer": job.printer.name}


@contextmanager
def locked_job(
    job_id: int, verb: str, actor: Actor, expected_version: int | None = None
) -> Iterator[PrintJob]:
    """A transaction with the job's order locked first, then the job, for a verb."""
    with transaction.atomic():
        order_id = PrintJob.objects.filter(pk=job_id).values_list("order_id", flat=True).first()
        order = lock_row(order_id) if order_id else None
        job = services.lock_subject(PrintJob, job_id, verb, actor=actor, expected_version=expected_version)
        if order is not None:
            job.order = order
        yield job
