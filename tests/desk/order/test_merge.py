"""What the page of an order says of others that go to its address."""

import pytest
from django.test import Client

from orders.models import Order
from orders.services.merging import merge_orders
from tests import cast
from tests.desk.conftest import SignIn
from tests.expect import fresh
from tests.waybills.conftest import set_up_couriers

pytestmark = pytest.mark.usefixtures("books_are_clean", "sent_tasks")


@pytest.fixture
def pair() -> list[Order]:
    customer = cast.make_customer()
    return [cast.prepared_order(customer=customer) for _ in range(2)]


def read(client: Client, order: Order, part: str = "") -> str:
    return client.get(f"/console/orders/{order.number}/{part}").content.decode()


def press(client: Client, order: Order, name: str) -> None:
    response = client.post(f"/console/orders/{order.number}/{name}/", {"version": fresh(order).version})
    assert response.status_code == 302


def test_another_order_to_the_address_is_offered_and_merged_by_one_press(
    owner: Client, pair: list[Order]
) -> None:
    html = read(owner, pair[0])
    assert "Same address: 1 other order" in html and f'href="/console/orders/{pair[1].number}/"' in html
    press(owner, pair[0], "merge")
    html = read(owner, pair[1])
    assert "Same address" not in html
    assert "Goes in one parcel with" in html and f"Together with: {pair[0].number}" in html
    press(owner, pair[1], "separate")
    html = read(owner, pair[0])
    assert f"Not together any more with: {pair[1].number}" in html and "Same address" in html


def test_nobody_else_at_the_address_is_spoken_of(owner: Client, pair: list[Order]) -> None:
    stranger = cast.prepared_order()
    assert "Same address" not in read(owner, stranger)
    assert stranger.number not in read(owner, pair[0])


def test_who_may_not_ship_sees_it_and_has_no_button(sign_in: SignIn, pair: list[Order]) -> None:
    html = read(sign_in("support"), pair[0])
    assert "Same address: 1 other order" in html
    assert f"/console/orders/{pair[0].number}/merge/" not in html


def test_the_ship_dialog_has_them_ticked_and_says_where_the_label_is(
    owner: Client, pair: list[Order]
) -> None:
    set_up_couriers()
    assert "checked" not in read(owner, pair[1], "ship/").partition('name="together"')[2][:200]
    merge_orders([order.pk for order in pair], actor=cast.clerk())
    html = read(owner, pair[1], "ship/")
    ticked = html.partition(f'value="{pair[0].number}"')[2].partition(">")[0]
    assert "checked" in ticked
    assert "The e-waybill of all that goes together is had at order" in html
    assert "The e-waybill of all that goes together" not in read(owner, pair[0], "ship/")
