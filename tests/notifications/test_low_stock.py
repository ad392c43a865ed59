"""Stock that runs low rings until it is there again, with the way to the product."""

import pytest
from django.test import Client

from notifications.models import Alert, AlertKind
from notifications.services import raise_alert
from shop.catalog.models import Sku
from shop.catalog.stock.changes import correct_stock
from shop.events.delivery import drain
from shop.events.models import Event
from tests.cast import clerk, make_sku, make_staff
from tests.console import ENGLISH, browser
from tests.expect import count_queries

pytestmark = pytest.mark.django_db(transaction=True)


def set_stock(sku: Sku, on_hand: int) -> None:
    correct_stock(sku.pk, on_hand=on_hand, reason="盘点", actor=clerk())


def low_stock() -> Alert:
    return Alert.objects.get(kind=AlertKind.LOW_STOCK)


def test_it_rings_once_and_ends_with_the_stock() -> None:
    sku, other = make_sku(on_hand=50), make_sku(on_hand=50)
    set_stock(sku, 3)
    set_stock(sku, 2)
    drain()
    alert = low_stock()
    assert (alert.order, alert.subject_kind, alert.subject_id) == (None, "sku", sku.pk)
    set_stock(other, 40)
    drain()
    assert low_stock().handled_at is None
    set_stock(sku, 60)
    drain()
    assert low_stock().handled_how == "over"


@pytest.mark.parametrize("is_carried", [True, False])
def test_what_is_over_before_it_rings_never_rings_though_its_end_be_carried_first(is_carried: bool) -> None:
    sku = make_sku(on_hand=50)
    set_stock(sku, 3)
    set_stock(sku, 60)
    if is_carried:
        drain()
    raise_alert(AlertKind.LOW_STOCK, Event.objects.get(verb="sku.run_low"))
    assert low_stock().handled_how == "over"


def test_page_and_voice_name_the_product_and_lead_there(client: Client) -> None:
    sku = make_sku(on_hand=50)
    set_stock(sku, 3)
    drain()
    client.force_login(make_staff("owner"))
    state = client.get("/console/alerts/open.json").json()["alerts"][0]
    assert (state["words"], state["url"]) == (
        "有商品库存不足，请及时补货",
        f"/console/products/{sku.product_id}/?sku={sku.pk}",
    )
    page = client.get("/console/alerts/", headers=ENGLISH).content.decode()
    assert f"{sku}: 3 left to sell" in page


def test_queries_do_not_grow_with_the_skus() -> None:
    client, counts = browser(), []
    for _ in range(3):
        set_stock(make_sku(on_hand=50), 3)
        drain()
        counts.append(count_queries(lambda: client.get("/console/alerts/open.json")))
    assert counts[0] == counts[1] == counts[2]
