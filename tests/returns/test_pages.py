"""What pages and sheets show of parcels that come back and of those that are sent again."""

import re

import pytest
from django.test import Client

from orders.desk.order.page import make_page
from orders.desk.tracking.board import make_rows
from orders.exports.sheets.base import Source
from orders.exports.sheets.parcels import PARCELS
from orders.models import Order
from orders.selectors import load_lines
from orders.shipping.services.ship import arrive_parcel
from orders.tracking.services.following import follow_parcels
from orders.tracking.services.hearing import hear
from shop import clock
from shop.catalog.models import Sku
from shop.clients.tracking.news import News, Report, Where
from tests import cast
from tests.console import page_with
from tests.expect import count_queries, fresh
from tests.returns.cases import WAREHOUSE, announce, exchange, other_sku, received, take, undo


@pytest.fixture
def owner() -> Client:
    client = Client()
    client.force_login(cast.make_staff("owner"), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def sku() -> Sku:
    return cast.make_sku(on_hand=9)


@pytest.fixture
def order(sku: Sku) -> Order:
    """One piece comes back, another one came and another SKU was sent for it."""
    order = received(basket={sku.pk: 3})
    take(order, 1)
    exchange(order, sku=other_sku(sku))
    announce(order, case_number="AS-2")
    return order


def read(client: Client, order: Order) -> str:
    return page_with(200, client.get(f"/console/orders/{order.number}/"))


def panel(html: str, heading: str) -> str:
    """The text of the panel under a heading."""
    parts = html.split("<section")[1:]
    found = next(part for part in parts if re.search(rf">\s*{heading}\s*$", part.split("</h2>")[0]))
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found))


def test_they_are_drawn_apart_from_what_was_sent(owner, order):
    html = read(owner, order)
    assert "寄回途中" in panel(html, "退回包裹") and "圆通" in panel(html, "退回包裹")
    assert "500g 袋装 ×1" in panel(html, "换货包裹")
    assert "500g" not in panel(html, "包裹")


def test_what_can_be_done_to_each_is_right(order):
    page = make_page(fresh(order), load_lines(order), actor=cast.clerk())
    (sent,), (again,), (back,) = page.parcels, page.exchanges, page.returns
    assert not sent.can_arrive, "the order is completed"
    assert not sent.hand_over.can_drop_off
    assert again.can_arrive and again.hand_over.can_drop_off and not again.can_undo
    assert not (back.can_arrive or back.can_undo or back.can_replace or back.can_photograph)
    assert not (back.hand_over.can_drop_off or back.hand_over.can_phone)


def test_the_page_asks_no_more_for_them(sku):
    plain, full = received(basket={sku.pk: 3}), received(basket={sku.pk: 3})
    take(full, 1)
    exchange(full)
    announce(full)
    asked = [
        count_queries(lambda order=order: make_page(fresh(order), load_lines(order), actor=cast.clerk()))
        for order in (plain, full)
    ]
    assert asked[1] <= asked[0]


def test_the_timeline_says_it_in_sentences(owner, order, sku):
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", read(owner, order)))
    for words in ("退货已收货", "换货已发出", "买家已寄回商品", "换成：500g 袋装 ×1", "售后：AS-2"):
        assert words in text, words


def test_marked_as_delivered_by_the_button(owner, order):
    parcel = order.lines.get().parcel_lines.get(parcel__purpose="exchange").parcel
    address = f"/console/orders/{order.number}/parcels/{parcel.pk}/arrive/"
    assert owner.post(address, {"version": order.version}).status_code == 302
    parcel.refresh_from_db()
    assert parcel.state == "arrived"


def test_trouble_is_marked_as_coming_back(owner, order):
    parcel = order.lines.get().parcel_lines.get(parcel__direction="back").parcel
    follow_parcels([parcel.pk])
    tracking = parcel.trackings.get()
    told = News(clock.now(), "无人收件", "杭州市", Where.PROBLEM, "4")
    hear(tracking.pk, Report(tracking.courier, tracking.tracking_no, (told,)))
    assert "买家寄回" in page_with(200, owner.get("/console/orders/tracking/?tab=problem"))
    assert "买家寄回" in page_with(200, owner.get(f"/console/orders/tracking/{tracking.pk}/"))
    part = owner.get(f"/console/orders/{order.number}/parcels/{parcel.pk}/journey/")
    assert part.status_code == 200 and "无人收件" in part.content.decode()
    assert make_rows([tracking])


def test_a_sheet_of_parcels_tells_direction_and_purpose(order):
    orders = Order.objects.filter(pk=order.pk)
    rows = list(PARCELS.read(Source([order.pk], orders, orders, ())))
    assert [(row.parcel.direction, row.parcel.purpose) for row in rows] == [
        ("out", "order"),
        ("out", "exchange"),
        ("back", "order"),
    ]
    assert "500g 袋装 ×1" in rows[1].goods


def test_an_exchange_that_was_undone_is_shown_as_such(owner, sku):
    order = received(basket={sku.pk: 1})
    take(order)
    undo(order, exchange(order))
    assert "已撤销" in panel(read(owner, order), "换货包裹")


def test_its_journey_over_it_is_said_to_be_delivered(owner, order):
    parcel = order.lines.get().parcel_lines.get(parcel__purpose="exchange").parcel
    arrive_parcel(parcel.pk, actor=WAREHOUSE)
    assert "已送达" in panel(read(owner, order), "换货包裹")
