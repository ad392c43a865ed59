"""/console/settings/printers/: what an owner does there."""

import pytest
from django.test import Client

from shop.printers.models import Printer
from tests.console import browser, page_with
from tests.printers.conftest import Add

pytestmark = pytest.mark.django_db(transaction=True)
URL = "/console/settings/printers/"
TYPED = {
    "name": "前台",
    "device": "192.168.1.50",
    "paper": "58",
    "copies": "2",
    "deliveries": ["express", "local"],
}


@pytest.fixture
def manager() -> Client:
    return browser("manager")


def test_a_new_shop_is_told_what_a_printer_is_for(manager: Client) -> None:
    page = page_with(200, manager.get(URL))
    assert "No printer yet" in page
    assert page.count(f"{URL}new/") == 3


def test_a_printer_is_added_and_changed(manager: Client) -> None:
    assert "Now print a test" in page_with(200, manager.post(f"{URL}new/escpos/", TYPED, follow=True))
    printer = Printer.objects.get()
    assert (printer.paper, printer.copies, printer.deliveries) == ("58", 2, ["express", "local"])
    assert "by itself: Express, Own delivery" in page_with(200, manager.get(URL))
    changed = TYPED | {"name": "后厨", "version": str(printer.version), "deliveries": []}
    assert "The printer is saved." in page_with(
        200, manager.post(f"{URL}{printer.pk}/", changed, follow=True)
    )
    assert "by hand only" in page_with(200, manager.get(URL))


@pytest.mark.parametrize(
    ("kind", "changes", "field"),
    [
        ("escpos", {"device": "http://x"}, "device"),
        ("escpos", {"copies": "9"}, "copies"),
        ("escpos", {"deliveries": ["moon"]}, "deliveries"),
        ("feie", {"account": "u"}, "key"),
        ("feie", {"key": "k"}, "account"),
        ("yilianyun", {"name": ""}, "name"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    kind: str, changes: dict[str, str], field: str, manager: Client, settings: object
) -> None:
    answer = manager.post(f"{URL}new/{kind}/", TYPED | changes)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Printer.objects.exists()


def test_an_overtaken_form_is_refused(manager: Client, add: Add) -> None:
    printer = add("escpos")
    answer = manager.post(f"{URL}{printer.pk}/", TYPED | {"version": "0"})
    assert answer.status_code == 422


def test_the_test_button_prints_and_says_so(manager: Client, add: Add) -> None:
    printer = add("escpos")
    page = page_with(200, manager.post(f"{URL}{printer.pk}/test/", follow=True))
    assert "has taken the test" in page
    assert "Test passed" in page


def test_the_key_is_on_no_page(manager: Client, add: Add) -> None:
    printer = add("feie")
    page = page_with(200, manager.get(f"{URL}{printer.pk}/"))
    assert printer.key not in page
    assert "Stored and never shown" in page
