"""What the open page of an order learns of changes: the timeline, and a quiet line that leaves forms alone."""

import re

import pytest
from django.test import Client

from orders.models import Order
from orders.services.recipient import reveal_recipient
from orders.services.steps import confirm_order, hold_order
from shop.staff.models import StaffUser
from shop.staff.services import staff_actor
from tests.cast import clerk, make_staff, open_shop, paid_order
from tests.console import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> Order:
    open_shop()
    return paid_order()


@pytest.fixture
def me() -> StaffUser:
    return make_staff("owner")


@pytest.fixture
def page(me: StaffUser) -> Client:
    return sign_in(me)


def changes_url(page: Client, order: Order) -> str:
    """Where the open page asks, as it stands in the page."""
    html = page.get(f"/console/orders/{order.number}/").content.decode()
    assert f'data-live="order:{order.pk}"' in html
    found = re.search(r'hx-get="([^"]+changes/[^"]+)"', html)
    assert found
    return found[1].replace("&amp;", "&")


def test_a_page_that_shows_everything_gets_nothing(page: Client, order: Order) -> None:
    answer = page.get(changes_url(page, order))
    assert (answer.status_code, answer.content) == (204, b"")


def test_a_colleagues_change_is_named_and_stands_on_the_timeline(page: Client, order: Order) -> None:
    url = changes_url(page, order)
    confirm_order(order.pk, actor=clerk(name="王店长"))
    html = page.get(url).content.decode()
    assert "Changed meanwhile:" in html and "<bdi>王店长</bdi>" in html
    assert re.search(r'id="timeline" hx-swap-oob="true"', html)
    assert html.count("<form") == 0, "nothing that somebody types in, or is about to press, is replaced"


def test_own_changes_and_looks_renew_the_timeline_without_a_line(
    page: Client, order: Order, me: StaffUser
) -> None:
    url = changes_url(page, order)
    hold_order(order.pk, reason="等电话", actor=staff_actor(me))
    reveal_recipient(order.pk, purpose="reveal", actor=clerk(name="王店长"))
    html = page.get(url).content.decode()
    assert "Changed meanwhile:" not in html
    assert 'id="timeline"' in html


def test_the_line_stays_when_only_looks_follow_and_asks_again_only_for_more(
    page: Client, order: Order
) -> None:
    url = changes_url(page, order)
    confirm_order(order.pk, actor=clerk(name="王店长"))
    reveal_recipient(order.pk, purpose="reveal", actor=clerk(name="李仓库"))
    html = page.get(url).content.decode()
    assert "Changed meanwhile:" in html
    again = re.search(r'hx-get="([^"]+)"', html)
    assert again
    assert page.get(again[1].replace("&amp;", "&")).status_code == 204


@pytest.mark.parametrize("query", ["", "?since=x&seen=-1", "?since=99999999999999999999&seen="])
def test_odd_versions_are_answered_as_none(page: Client, order: Order, query: str) -> None:
    assert page.get(f"/console/orders/{order.number}/changes/{query}").status_code == 200


def test_an_unknown_order_is_404(page: Client, order: Order) -> None:
    assert page.get("/console/orders/1234/changes/").status_code == 404
