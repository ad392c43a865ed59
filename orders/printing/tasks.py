"""Talking to the printers: tasks carry ids, may run twice, and never print one job twice by themselves."""

import logging
from datetime import timedelta

from celery import shared_task
from django.utils.translation import gettext as _

from orders.companions import name_companions
from orders.models import OrderLine
from orders.printing.models import PrintJob, PrintState, Trigger
from orders.printing.receipts import write_receipt
from orders.printing.services.answers import (
    apply_printed,
    apply_sent,
    fail_job,
    lease_job,
    lose_job,
    note_sending,
    note_unsent,
    put_off,
)
from orders.printing.services.asking import cancel_print
from orders.services.postponing import find_postponed
from orders.services.sheets import Sheet, mask_street
from orders.stages import Stage
from shop import clock
from shop.actor import SYSTEM
from shop.clients.errors import ClientError, Unknown, Unreachable
from shop.clients.printers.slips import COLUMNS, Printer, SentBefore, Slip
from shop.events.sweeping import watched
from shop.printers.gateway import make_client
from shop.printers.services.testing import describe_failure, describe_state
from shop.store.selectors import get_store_settings

logger = logging.getLogger(__name__)
PATIENCE = timedelta(hours=1)
"""So long it is tried by itself; a receipt of yesterday helps nobody."""
MOST_REPEATS = 5
"""Tries without an answer at a service that prints one code once."""


@shared_task
@watched("print.ask")
def ask_printer(job_id: int) -> None:
    """Have a job printed, or ask what became of it."""
    job = lease_job(job_id)
    if job is None:
        return
    try:
        client = make_client(job.printer)
        (_ask if job.state == PrintState.SENT else _send)(client, job)
    except ClientError as error:
        logger.warning("print job %s: %s", job.code, type(error).__name__)
        (_take_no_word if job.state == PrintState.SENT else _take_no)(job, error)


def _send(client: Printer, job: PrintJob) -> None:
    if job.trigger == Trigger.PAID and job.order.stage == Stage.CLOSED and job.sent_at is None:
        cancel_print(job.pk, actor=SYSTEM)
        return
    if job.sent_at is not None and not client.is_repeatable:
        # Whoever tried before was killed, or hangs: what they sent may be on paper.
        raise Unknown("The last try went without an answer.")
    slip = make_slip(job)
    if note_sending(job):
        sent = client.print(slip)
        apply_printed(job) if sent.is_printed else apply_sent(job, reference=sent.reference)


def make_slip(job: PrintJob) -> Slip:
    """What the printer of this job is given."""
    lines = list(OrderLine.objects.filter(order=job.order_id).order_by("id"))
    order, postponed = job.order, bool(find_postponed([job.order_id]))
    sheet = Sheet(order, lines, job.copy, mask_street(order), postponed, name_companions(order))
    receipt = write_receipt(sheet, get_store_settings(), columns=COLUMNS[job.printer.paper])
    return Slip(job.code, receipt, job.printer.copies, _("… more in the console"))


def _take_no(job: PrintJob, error: ClientError) -> None:
    """A “no” is one only to the first try: after a try without an answer it may be on paper all the same."""
    why = describe_failure(error)
    if isinstance(error, SentBefore):
        lose_job(
            job, error=_("The service has this receipt and does not say whether it came out. Look there.")
        )
    elif isinstance(error, Unknown):
        _take_silence(job, why)
    elif isinstance(error, Unreachable) and clock.now() < job.asked_at + PATIENCE:
        note_unsent(job)
        put_off(job, error=why)
    elif job.sent_at is None:
        fail_job(job, error=why)
    else:
        lose_job(job, error=why)


def _take_silence(job: PrintJob, why: str) -> None:
    if make_client(job.printer).is_repeatable and job.tries < MOST_REPEATS:
        put_off(job, error=why)
    else:
        lose_job(job, error=why)


def _ask(client: Printer, job: PrintJob) -> None:
    if client.was_printed(job.reference):
        apply_printed(job)
    elif job.sent_at is not None and clock.now() < job.sent_at + PATIENCE:
        put_off(job, error=describe_state(client.find_state()))
    elif client.forgets:
        fail_job(
            job, error=_("The printer did not print it for an hour, and its service has thrown it away.")
        )
    else:
        lose_job(
            job, error=_("The printer did not print it for an hour. It comes out once the printer is well.")
        )


def _take_no_word(job: PrintJob, error: ClientError) -> None:
    """It was taken on; nobody says whether it came out."""
    if job.sent_at is not None and clock.now() < job.sent_at + PATIENCE:
        put_off(job)
    else:
        lose_job(job, error=describe_failure(error))
