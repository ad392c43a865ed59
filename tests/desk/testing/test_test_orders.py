"""Test orders: they ring and are walked through like real ones, and are counted nowhere."""

from datetime import timedelta

import pytest
from django.test import Client

from notifications.models import Alert, AlertKind
from orders.desk.home.today import list_figures
from orders.desk.list.counts import count_tabs
from orders.desk.list.filters import Tab
from orders.desk.testing.services import place_test_order, remove_test_order
from orders.models import Order
from orders.payments.changes.pricing import change_price
from orders.payments.services.transfers import record_excess_transfer
from orders.selectors import find_test_order
from orders.services.steps import confirm_order, prepare_order, receive_order
from orders.shipping.services.ship import ship_order
from orders.stages import CloseReason, Stage
from shop import clock
from shop.actor import SYSTEM
from shop.catalog.models import Sku
from shop.customers.balance import change_balance
from shop.customers.erasure import ask_erasure
from shop.customers.models import TEST_OPENID, Customer
from shop.events.delivery import drain
from shop.events.sweeping import sweep
from shop.store.models import StoreSettings
from tests import cast
from tests.console import browser, page_with
from tests.expect import refused

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shop(books_are_clean: None, sent_tasks: list[tuple[str, int]]) -> StoreSettings:
    return cast.open_shop()


@pytest.fixture
def sku() -> Sku:
    return cast.make_sku(on_hand=3)


@pytest.fixture
def order(sku: Sku) -> Order:
    return place_test_order(actor=cast.clerk())


def walk_to_shipped(order: Order) -> Order:
    confirm_order(order.pk, actor=cast.clerk())
    prepare_order(order.pk, actor=cast.clerk())
    return ship_order(order.pk, parcels=[cast.parcel()], actor=cast.clerk())


def test_it_costs_nothing_and_rings(order: Order) -> None:
    assert (order.payable_fen, order.stage) == (0, Stage.TO_CONFIRM)
    drain()
    assert Alert.objects.get(order=order).kind == AlertKind.NEW_ORDER


def test_it_is_counted_nowhere_and_listed_only_where_one_asks_for_it(order: Order) -> None:
    counts = count_tabs(SYSTEM)
    assert set(counts.tabs.values()) | set(counts.queues.values()) == {0}
    assert {figure.today for figure in list_figures(counts.tabs[Tab.TO_SHIP], actor=SYSTEM)} == {"0", "¥0.00"}
    owner = browser("owner")
    row = f'<tr data-href="/console/orders/{order.number}/"'
    for path in ("/console/orders/", "/console/orders/?tab=to_confirm", "/console/orders/?product=TEA"):
        assert row not in page_with(200, owner.get(path))
    for path in ("/console/orders/?source=test", f"/console/orders/?q={order.number}"):
        page = page_with(200, owner.get(path))
        assert row in page
        assert "Test order" in page.partition(row)[2].partition("</tr>")[0]
    walk_to_shipped(order)
    assert {figure.today for figure in list_figures(0, actor=SYSTEM)} == {"0", "¥0.00"}
    assert "Test buyer" not in page_with(200, owner.get("/console/customers/"))


def test_its_page_says_what_it_is_and_removes_it(order: Order) -> None:
    owner = browser("owner")
    page = page_with(200, owner.get(f"/console/orders/{order.number}/"))
    assert "This is a test order." in page
    owner.post(f"/console/orders/{order.number}/remove-test/", {"version": order.version})
    order.refresh_from_db()
    assert (order.stage, order.close_reason) == (Stage.CLOSED, CloseReason.TEST)


def test_removing_takes_back_what_was_sent_and_frees_the_stock(order: Order, sku: Sku) -> None:
    walk_to_shipped(order)
    sku.refresh_from_db()
    assert (sku.on_hand, sku.reserved) == (2, 0)
    remove_test_order(order.pk, actor=cast.clerk())
    sku.refresh_from_db()
    assert (sku.on_hand, sku.reserved) == (3, 0)
    assert find_test_order() is None


def test_nobody_receives_it(order: Order) -> None:
    walk_to_shipped(order)
    with refused("test_order"):
        receive_order(order.pk, actor=cast.clerk())


def test_no_money_gets_into_it_which_nobody_would_give_back(order: Order) -> None:
    with refused("test_order"):
        change_price(order.pk, goods_fen=10_00, freight_fen=0, reason="改价", actor=cast.clerk())
    with refused("test_order"):
        record_excess_transfer(order.pk, amount_fen=10_00, reference="8801", actor=cast.clerk())


def test_its_buyer_has_no_money_and_no_data_to_erase(order: Order) -> None:
    with refused("test_buyer"):
        change_balance(order.customer_id, delta_fen=10_00, reason="充值", actor=cast.clerk())
    with refused("test_buyer"):
        ask_erasure(order.customer_id, actor=cast.clerk())


def test_the_page_of_its_buyer_leads_to_it(order: Order) -> None:
    page = page_with(200, browser("owner").get(f"/console/orders/?buyer={order.customer_id}"))
    assert f'<tr data-href="/console/orders/{order.number}/"' in page


def test_there_is_one_at_a_time(order: Order) -> None:
    with refused("test_order_open"):
        place_test_order(actor=cast.clerk())
    remove_test_order(order.pk, actor=SYSTEM)
    again = place_test_order(actor=cast.clerk())
    assert again.customer_id == Customer.objects.get(openid=TEST_OPENID).pk == order.customer_id


def test_a_real_order_is_not_removed(sku: Sku) -> None:
    with refused("no_test"):
        remove_test_order(cast.paid_order().pk, actor=cast.clerk())


def test_a_shop_without_stock_is_told_what_it_needs(client: Client) -> None:
    cast.make_sku(on_hand=0)
    answer = browser("owner").post("/console/orders/test/", follow=True)
    assert "needs a product on sale with a piece in stock" in page_with(200, answer)
    assert not Order.objects.exists()


def test_one_that_is_forgotten_goes_after_a_day(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    walk_to_shipped(order)
    sweep()
    assert find_test_order() == order
    later = clock.now() + timedelta(days=1, minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    sweep()
    assert find_test_order() is None
