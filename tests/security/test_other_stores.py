"""The matrix once more, by stores: at every address somebody who works at another store finds no order."""

import json
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpResponse

from orders.models import Order
from shop.staff.models import StaffUser
from shop.store.models import PickupStore
from tests import cast
from tests.console import sign_in
from tests.security import test_permissions as permissions
from tests.security.test_permissions import IN, MATRIX, NOT_FOUND, World, list_routes, outcome_of

pytestmark = pytest.mark.django_db
world = permissions.world

BOUND, WIDE = "works at another store", "owner"
OF_ORDERS = {
    *("number", "refund_id", "waybill_id", "report_id", "parcel_id", "photo_id", "intercept_id"),
    *("collection_id", "tracking_id", "invoice_id", "aftersale", "event_id", "print_id"),
    *("bill_id", "difference_id"),
}
"""What an address can name that is an order's."""
BUYERS = "api:"


def converters(name: str) -> set[str]:
    return set(dict(list_routes())[name].pattern.converters)


WITH_ORDER = sorted(
    {
        (name, method)
        for name, method in MATRIX
        if converters(name) & OF_ORDERS and not name.startswith(BUYERS)
    }
)
LISTS = sorted(
    {
        name
        for name, method in MATRIX
        if method == "GET" and not name.startswith(BUYERS) and not converters(name) & OF_ORDERS
    }
)


@pytest.fixture
def bound(world: World) -> World:
    """With somebody who may do everything, at one store; what is picked up waits at another."""
    user = cast.make_staff("owner", stores=[cast.make_store("别的店")])
    world.known[BOUND] = let_in(user)
    return world


def let_in(user: StaffUser) -> tuple[str, dict[str, str]]:
    """A browser's session; forms are sent by its script, which is told the status."""
    return sign_in(user).cookies[settings.SESSION_COOKIE_NAME].value, {"HX-Request": "true"}


def text_of(response: HttpResponse) -> str:
    content = b"".join(response) if response.streaming else response.content
    return content.decode(errors="replace").replace(" ", "").replace("\\u0020", "")


def numbers_in(response: HttpResponse) -> set[str]:
    text = text_of(response)
    return {number for number in Order.objects.values_list("number", flat=True) if number in text}


def test_there_is_something_to_ask() -> None:
    assert len(WITH_ORDER) > 120
    assert len(LISTS) > 60


def test_every_address_of_an_order_that_is_sent_is_not_found(bound: World) -> None:
    assert find_open(bound) == {}


def test_every_address_of_an_order_of_another_store_is_not_found(bound: World) -> None:
    bound.ids |= dict.fromkeys(("number", "refund_order", "packed_order"), wait_elsewhere(bound).number)
    assert find_open(bound) == {}


def test_those_who_work_there_do_find_it(bound: World) -> None:
    """The control: it is the store that stands against the others."""
    order = wait_elsewhere(bound)
    bound.ids["number"] = order.number
    user = cast.make_staff("owner", stores=PickupStore.objects.filter(pk=order.pickup_store_id))
    bound.known[BOUND] = let_in(user)
    alone = [(name, method) for name, method in WITH_ORDER if converters(name) & OF_ORDERS == {"number"}]
    found = {name for name, method in alone if outcome_of(bound.ask(BOUND, method, name)) == IN}
    assert {name for name, _method in alone} - found <= {"orders:show_label", "orders:pay_link_qr"}


def wait_elsewhere(world: World) -> Order:
    return cast.paid_pickup(cast.make_store("隔壁店"), customer=world.customer)


def find_open(world: World) -> dict[Any, str]:
    outcomes = {route: outcome_of(world.ask(BOUND, route[1], route[0])) for route in WITH_ORDER}
    return {route: outcome for route, outcome in outcomes.items() if outcome != NOT_FOUND}


def test_no_list_and_no_other_page_names_an_order_of_another_store(bound: World) -> None:
    wait_elsewhere(bound)
    # An owner, whom the fixture binds against the rules, sees everybody's jobs.
    bound.known[BOUND] = let_in(cast.make_staff("manager", stores=[cast.make_store()]))
    named: dict[str, set[str]] = {}
    for name in LISTS:
        if found := numbers_in(bound.ask(BOUND, "GET", name)):
            named[name] = found
    assert named == {}


def test_who_sees_all_finds_them_on_many_pages(bound: World) -> None:
    """The control: there is something to be found on the lists."""
    wait_elsewhere(bound)
    naming = {name for name in LISTS if numbers_in(bound.ask(WIDE, "GET", name))}
    assert {"orders:list", "audit:list", "desk:home"} <= naming


def test_what_scripts_ask_for_names_none_either(bound: World) -> None:
    wait_elsewhere(bound)
    answer = bound.ask(BOUND, "GET", "alerts:open")
    assert json.loads(answer.content)["alerts"] == []
