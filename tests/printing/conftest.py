"""Every test here starts in an open shop with the pretend printers beside it, and ends with clean books."""

from collections.abc import Sequence
from typing import Any

import pytest

from orders.models import Order
from orders.printing.models import PrintJob
from orders.printing.services.asking import print_on
from orders.printing.tasks import ask_printer
from shop import clock
from shop.demo.standins import StandInServer
from shop.events.models import Event
from shop.printers.models import Printer
from shop.printers.services.printers import add_printer
from shop.store.models import StoreSettings
from tests import cast
from tests.printers.conftest import add, list_prints, paper_port, service_server, services

__all__ = ["add", "list_prints", "paper_port", "service_server", "services"]
WAREHOUSE = cast.clerk("warehouse", name="李四", id_=2)


@pytest.fixture(autouse=True)
def open_shop(
    transactional_db: None, books_are_clean: None, sent_tasks: list[tuple[str, int]], services: StandInServer
) -> StoreSettings:
    return cast.open_shop()


def make_ready(printer: Printer, **columns: Any) -> Printer:
    """As after a test print that passed."""
    Printer.objects.filter(pk=printer.pk).update(**{"tested_at": clock.now(), **columns})
    printer.refresh_from_db()
    return printer


def make_printer(**changes: Any) -> Printer:
    """One that nobody is asked about."""
    values = {"name": "前台", "device": "10.0.0.9", "deliveries": ["express"], **changes}
    return make_ready(add_printer("escpos", values, actor=cast.clerk("manager")))


def press(order: Order, printer: Printer) -> PrintJob:
    """A clerk presses “Print on …”; nobody has asked the printer yet."""
    return print_on(order.pk, printer_id=printer.pk, actor=WAREHOUSE)


def work(job: PrintJob, *, times: int = 1) -> PrintJob:
    """The worker does so many times what is due; the row as it is afterwards."""
    for _ in range(times):
        PrintJob.objects.filter(pk=job.pk).update(lease_until=None)
        ask_printer(job.pk)
    return PrintJob.objects.select_related("order", "printer").get(pk=job.pk)


def verbs(job: PrintJob) -> Sequence[str]:
    events = Event.objects.filter(kind="print_job", subject_id=job.pk).order_by("number")
    return [verb.partition(".")[2] for verb in events.values_list("verb", flat=True)]
