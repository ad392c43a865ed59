"""Receipts at the counter: one each time goods are handed out, where a printer stands in the store."""

import pytest

from orders.printing.handlers import print_what_was_handed_out
from orders.printing.models import PrintJob, PrintState, Trigger
from shop.events.delivery import drain
from shop.events.models import Event
from shop.printers.models import Printer
from shop.store.models import PickupStore
from tests import cast
from tests.console import browser, page_with
from tests.expect import fresh
from tests.pickup.counter import hand_out, waiting
from tests.printing.conftest import make_printer, work


def jobs() -> list[tuple[str, str]]:
    drain()
    rows = PrintJob.objects.order_by("pk").values_list("printer__name", "trigger")
    return list(rows)


def test_each_handing_out_prints_once_at_the_store_however_often_it_is_told() -> None:
    order = waiting(basket={cast.make_sku().pk: 2})
    make_printer(name="柜台", store_id=order.pickup_store_id, deliveries=["pickup"])
    make_printer(name="隔壁", store_id=cast.make_store().pk, deliveries=["pickup"])
    make_printer(name="后厨", deliveries=["express"])
    hand_out(order, {order.lines.get().pk: 1})
    assert jobs() == [("柜台", Trigger.COUNTER)]
    hand_out(fresh(order))
    assert jobs() == [("柜台", Trigger.COUNTER)] * 2
    for event in Event.objects.filter(verb__in=("order.verify", "order.verify_part")):
        print_what_was_handed_out(event)
    assert len(jobs()) == 2


def test_it_comes_out_of_an_order_that_is_done() -> None:
    order = waiting()
    make_printer(kind="escpos", store_id=order.pickup_store_id)
    hand_out(order)
    drain()
    job = PrintJob.objects.get()
    assert work(job).state != PrintState.CANCELLED


def test_a_printer_of_a_store_prints_nothing_when_an_order_is_paid() -> None:
    store = cast.make_store()
    make_printer(name="柜台", store_id=store.pk, deliveries=["pickup", "express"])
    make_printer(name="后厨", deliveries=["pickup"])
    cast.paid_pickup(store)
    assert jobs() == [("后厨", Trigger.PAID)]


def test_the_store_is_chosen_on_the_page_of_the_printer(monkeypatch: pytest.MonkeyPatch) -> None:
    store, printer = cast.make_store("文三路店"), make_printer()
    url, manager = f"/console/settings/printers/{printer.pk}/", browser("manager")
    assert "文三路店" in page_with(200, manager.get(url))
    typed = {
        "name": "前台",
        "device": "10.0.0.9",
        "paper": "80",
        "copies": "1",
        "version": str(printer.version),
    }
    assert manager.post(url, typed | {"store_id": str(store.pk)}).status_code == 302
    assert Printer.objects.get().store == PickupStore.objects.get()
    assert manager.post(url, typed | {"store_id": "987654", "version": "99"}).status_code == 422
