"""A receipt comes out by itself once an order may be prepared: once for each printer, however often that is told."""

import pytest

from orders.payments.changes.cancelling import cancel_paid
from orders.printing.handlers import enqueue_print, print_new_order
from orders.printing.models import PrintJob, PrintState, Trigger
from orders.printing.services.asking import print_by_itself
from shop.demo.standins import StandInServer
from shop.events.delivery import drain
from shop.events.models import Event
from shop.events.words import describe_actor
from shop.store.choices import PayMethod
from tests import cast
from tests.expect import fresh
from tests.printers.conftest import Add
from tests.printing.conftest import list_prints, make_printer, make_ready, press, work


def test_a_paid_order_is_printed_where_its_way_of_delivery_is_ticked(
    sent_tasks: list[tuple[str, int]],
) -> None:
    express, _local = make_printer(), make_printer(deliveries=["local"])
    order = cast.paid_order()
    drain()
    job = PrintJob.objects.get()
    assert (job.order_id, job.printer_id, job.trigger) == (order.pk, express.pk, Trigger.PAID)
    assert ("ask_printer", job.pk) in sent_tasks


def test_cash_on_delivery_is_printed_once_it_is_accepted() -> None:
    make_printer()
    order = cast.place(pay_method=PayMethod.COD)
    drain()
    assert PrintJob.objects.get().order_id == order.pk


def test_told_twice_it_is_printed_once() -> None:
    make_printer()
    order = cast.paid_order()
    drain()
    paid = Event.objects.get(kind="order", subject_id=order.pk, verb="order.pay")
    for _ in range(2):
        print_new_order(paid)
    assert PrintJob.objects.count() == 1


def test_what_came_out_meanwhile_is_not_asked_again(
    add: Add, services: StandInServer, sent_tasks: list[tuple[str, int]]
) -> None:
    printer = make_ready(add("escpos"))
    printed, waiting = press(cast.paid_order(), printer), press(cast.paid_order(), printer)
    assert work(printed).state == PrintState.PRINTED
    sent_tasks.clear()
    for job in (printed, waiting):
        enqueue_print(Event.objects.get(kind="print_job", subject_id=job.pk, verb="print.request"))
    assert sent_tasks == [("ask_printer", waiting.pk)]


@pytest.mark.parametrize("columns", [{"is_on": False}, {"tested_at": None}, {"deliveries": []}])
def test_not_where_the_printer_is_off_untested_or_by_hand_only(columns: dict[str, object]) -> None:
    make_ready(make_printer(), **columns)
    cast.paid_order()
    drain()
    assert not PrintJob.objects.exists()


def test_an_order_that_is_closed_meanwhile_is_not_printed(add: Add, services: StandInServer) -> None:
    make_ready(add("escpos", deliveries=["express"]))
    order = cast.paid_order()
    drain()
    cancel_paid(order.pk, reason="缺货", actor=cast.clerk())
    assert work(PrintJob.objects.get()).state == PrintState.CANCELLED
    print_by_itself(cast.prepared_order().pk)
    print_by_itself(order.pk)
    assert list_prints(services) == []
    assert order.print_jobs.count() == 1


@pytest.mark.parametrize("kind", ["feie", "yilianyun", "escpos"])
def test_each_kind_prints_it_and_the_order_says_so(kind: str, add: Add, services: StandInServer) -> None:
    printer = make_ready(add(kind, deliveries=["express"]))
    if kind == "yilianyun":
        printer.token = services.world.printers.yilianyun_token
        printer.save()
    order = cast.paid_order()
    drain()
    job = work(PrintJob.objects.get(), times=2)
    assert job.state == PrintState.PRINTED
    (row,) = list_prints(services)
    assert order.number in row["content"]
    assert order.phone not in row["content"]
    assert order.address_detail not in row["content"]
    assert (fresh(order).prints, fresh(order).printed_at is not None) == (1, True)
    assert Event.objects.filter(subject_id=order.pk, verb="order.print").count() == 1
    came_out = Event.objects.get(kind="print_job", subject_id=job.pk, verb="print.finish")
    assert describe_actor(came_out) == printer.get_kind_display()
