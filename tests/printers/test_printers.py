"""Printers are set up: keys go in and never come out, and a test says in words how the printer is."""

from typing import Any

import pytest
from django.db import connection

from shop import clock
from shop.demo.standins import StandInServer
from shop.demo.standins.faults import Fault
from shop.events.models import Event
from shop.printers.models import Printer
from shop.printers.services.printers import add_printer, change_printer, drop_printer, take_printer
from shop.printers.services.testing import print_test
from tests.cast import clerk
from tests.expect import refused
from tests.printers.conftest import Add, list_prints

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("in_english")]
MANAGER = clerk("manager")
KINDS = ["feie", "yilianyun", "escpos"]
SECRET = "printer-ukey-0001"


def test_the_key_is_sealed_and_the_record_holds_only_its_name() -> None:
    printer = add_printer(
        "feie", {"name": "前台", "device": "9", "account": "u", "key": SECRET}, actor=MANAGER
    )
    change_printer(printer.pk, {"key": f"{SECRET}2"}, actor=MANAGER)
    event = Event.objects.get(verb="printer.change")
    assert event.data == {"fields": ["key"]}
    with connection.cursor() as cursor:
        cursor.execute("SELECT key FROM printers_printer")
        assert cursor.fetchone()[0].startswith("v2:")


def test_an_empty_key_keeps_the_stored_one_and_another_number_must_be_tested_again() -> None:
    printer = add_printer(
        "feie", {"name": "前台", "device": "9", "account": "u", "key": SECRET}, actor=MANAGER
    )
    Printer.objects.update(tested_at=clock.now())
    kept = change_printer(printer.pk, {"key": "", "name": "后厨", "copies": 2}, actor=MANAGER)
    assert (kept.key, kept.name, kept.is_ready) == (SECRET, "后厨", True)
    assert not change_printer(printer.pk, {"device": "8"}, actor=MANAGER).is_ready


@pytest.mark.parametrize("role", ["order_clerk", "warehouse", "support", "finance", "store_clerk"])
def test_only_owner_and_manager_set_up_printers(role: str) -> None:
    with refused("forbidden"):
        add_printer("escpos", {"device": "10.0.0.9"}, actor=clerk(role))


@pytest.mark.parametrize(
    "device",
    [
        *("127.0.0.1", "127.1", "localhost", "LOCALHOST:9100", "0.0.0.0", "169.254.169.254", "224.0.0.1"),  # noqa: S104
        *("10.0.0.9:6379", "10.0.0.9:0", "10.0.0.9:99999", "2130706433", "0x7f000001", "::1"),
        *("http://10.0.0.9", "10.0.0.9/x", "a b", "-x", ".", "", "printer:9100:1", "打印机"),
    ],
)
def test_an_address_that_is_no_printers_is_refused(device: str, settings: Any) -> None:
    settings.DEMO = False
    with refused("wrong_address" if device else "printer_incomplete"):
        add_printer("escpos", {"name": "x", "device": device}, actor=MANAGER)


@pytest.mark.parametrize("device", ["192.168.1.50", "10.0.0.9:9101", "printer.shop.lan", "printer"])
def test_an_address_in_the_shop_is_taken(device: str, settings: Any) -> None:
    settings.DEMO = False
    assert add_printer("escpos", {"name": "x", "device": device}, actor=MANAGER).device == device


@pytest.mark.parametrize("kind", KINDS)
def test_the_test_prints_and_from_then_on_the_printer_is_used(
    kind: str, add: Add, services: StandInServer
) -> None:
    printer = add(kind)
    assert not printer.is_ready
    assert print_test(printer.pk, actor=MANAGER).is_ready
    (row,) = list_prints(services)
    assert "Test print" in row["content"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("state", "words"), [("offline", "is offline"), ("no_paper", "put in paper")])
def test_the_test_says_how_the_printer_is(
    kind: str, state: str, words: str, add: Add, services: StandInServer
) -> None:
    services.world.ledger.set_behaviour({"printer_state": state})
    printer = add(kind)
    with pytest.raises(Exception, match=words):
        print_test(printer.pk, actor=MANAGER)
    assert not Printer.objects.get().is_ready
    assert list_prints(services) == []


def test_a_wrong_key_is_told_as_one(add: Add) -> None:
    for kind in ("feie", "yilianyun"):
        printer = add(kind, key="wrong")
        with pytest.raises(Exception, match="Look at number and key"):
            print_test(printer.pk, actor=MANAGER)


def test_a_silent_service_and_a_printer_that_is_not_there(add: Add, services: StandInServer) -> None:
    services.world.faults.add(Fault("/Api", "html", 1, 0))
    with pytest.raises(Exception, match="No believable answer"):
        print_test(add("feie").pk, actor=MANAGER)
    with pytest.raises(Exception, match="cannot be reached"):
        print_test(add("escpos", device="127.0.0.1:9").pk, actor=MANAGER)


def test_a_printer_is_switched_off_and_on() -> None:
    printer = add_printer("escpos", {"name": "x", "device": "10.0.0.9"}, actor=MANAGER)
    drop_printer(printer.pk, actor=MANAGER)
    with refused("switched_off"):
        drop_printer(printer.pk, actor=MANAGER)
    take_printer(printer.pk, actor=MANAGER)
    with refused("already_done"):
        take_printer(printer.pk, actor=MANAGER)


def test_copies_are_one_to_three() -> None:
    for copies in (0, 4):
        values = {"name": "x", "device": "10.0.0.9", "copies": copies}
        with refused("wrong_copies"):
            add_printer("escpos", values, actor=MANAGER)
