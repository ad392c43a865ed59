"""The buttons of an order whose parcel was refused, as people press them."""

import pytest
from django.test import Client
from django.urls import reverse

from orders.desk.next_steps import find_next_step
from orders.models import Order
from orders.stages import Stage
from tests import cast
from tests.desk.conftest import SignIn
from tests.expect import fresh
from tests.shipping.cash import parcel_of, refused_cod, shipped_cod

pytestmark = pytest.mark.usefixtures("books_are_clean", "sent_tasks")


def press(client: Client, order: Order, name: str, **typed: object) -> int:
    url = reverse(f"orders:{name}", args=[order.number])
    return client.post(url, {"version": fresh(order).version, **typed}).status_code


def test_the_warehouse_notes_it_and_takes_it_back(sign_in: SignIn) -> None:
    client, order = sign_in("warehouse"), shipped_cod()
    assert press(client, order, "turn_back", parcel=parcel_of(order).pk) == 302
    assert fresh(order).is_coming_back
    assert press(client, order, "undo_turn_back", parcel=parcel_of(order).pk) == 302
    assert not fresh(order).is_coming_back


def test_a_clerk_closes_it_and_says_what_is_broken(sign_in: SignIn) -> None:
    client, order = sign_in("order_clerk"), refused_cod(basket={cast.make_sku(on_hand=9).pk: 3})
    assert find_next_step(fresh(order), cast.clerk("order_clerk")).verb == "order.close_returned"  # type: ignore[union-attr]
    line = order.lines.get()
    assert press(client, order, "close_returned", reason="", **{f"line_{line.pk}": 1}) == 422
    assert press(client, order, "close_returned", reason="拒收", **{f"line_{line.pk}": 4}) == 422
    assert press(client, order, "close_returned", reason="拒收", **{f"line_{line.pk}": 1}) == 302
    assert fresh(order).stage == Stage.CLOSED
    shown = client.get(f"/console/orders/{order.number}/").content.decode()
    assert "Scrapped" in shown and "Back with us" in shown


def test_its_buttons_stand_only_where_they_are_of_use(sign_in: SignIn) -> None:
    client, dialog = sign_in("owner"), 'data-dialog-open="#dialog-{}"'
    paid = cast.shipped_order()
    for order, shown, hidden in (
        (shipped_cod(), "turn_back", "close_returned"),
        (refused_cod(), "close_returned", "turn_back"),
        (paid, "turn_back", "undo_turn_back"),
    ):
        page = client.get(f"/console/orders/{order.number}/").content.decode()
        assert dialog.format(shown) in page and dialog.format(hidden) not in page
