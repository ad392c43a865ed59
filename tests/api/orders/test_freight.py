"""POST /orders/preview and /orders: freight by the templates of the goods."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders.models import Order
from orders.quotes import MAX_LINES, quote_order
from shop.actor import SYSTEM
from shop.catalog.models import Sku
from shop.freight.models import FreightTemplate
from shop.freight.services import make_default
from shop.store.choices import Delivery
from shop.store.selectors import get_store_settings
from tests import cast
from tests.api.conftest import Buyer, order_body
from tests.cast import address
from tests.conftest import find_broken_books
from tests.expect import count_queries

FAR = address(province="西藏自治区", city="拉萨市", district="城关区")


def weighed(price_fen: int, weight_g: int, template: FreightTemplate | None = None) -> Sku:
    sku = cast.make_sku(price_fen=price_fen)
    Sku.objects.filter(pk=sku.pk).update(weight_g=weight_g)
    sku.product.freight_template = template
    sku.product.save()
    return sku


@pytest.fixture
def heavy(db: None) -> FreightTemplate:
    return cast.make_freight(
        "大件",
        {"regions": ["540000"], "is_served": False},
        {"first_units": 1000, "first_fen": 8_00, "next_units": 500, "next_fen": 2_00},
        counts="weight",
    )


def body_of(*lines: tuple[Sku, int], **changes: Any) -> dict[str, Any]:
    return order_body(basket=[{"sku_id": str(sku.pk), "quantity": n} for sku, n in lines], **changes)


def preview(buyer: Buyer, *lines: tuple[Sku, int], **changes: Any) -> Any:
    body = body_of(*lines, **changes)
    del body["pay_method"]
    return buyer.post("/orders/preview", body)


def test_a_preview_names_the_freight_of_each_template(buyer: Buyer, heavy: FreightTemplate) -> None:
    answer = preview(buyer, (weighed(20_00, 0), 1), (weighed(50_00, 600, heavy), 2)).json()
    assert answer["freight_parts"] == [
        {"template": "运费", "freight_fen": 10_00},
        {"template": "大件", "freight_fen": 10_00},
    ]
    assert (answer["freight_fen"], answer["payable_fen"]) == (20_00, 140_00)


def test_an_order_costs_what_its_preview_said_and_the_books_agree(
    buyer: Buyer, heavy: FreightTemplate
) -> None:
    lines = (weighed(20_00, 0), 1), (weighed(50_00, 600, heavy), 2)
    placed = buyer.post("/orders", body_of(*lines), key="k1").json()
    assert (placed["freight_fen"], placed["payable_fen"]) == (20_00, 140_00)
    assert Order.objects.get().freight_fen == 20_00
    assert find_broken_books() == []


def test_goods_that_do_not_go_there_are_named_and_nothing_is_placed(
    buyer: Buyer, heavy: FreightTemplate
) -> None:
    rice = weighed(50_00, 600, heavy)
    for answer in (
        preview(buyer, (weighed(20_00, 0), 1), (rice, 1), address=FAR),
        buyer.post("/orders", body_of((rice, 1), address=FAR), key="k1"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (400, "not_served")
        assert "西藏自治区拉萨市城关区" in answer.json()["message"]
        assert rice.product.name in answer.json()["message"]
    assert not Order.objects.exists()
    assert Sku.objects.get(pk=rice.pk).reserved == 0


def test_own_delivery_keeps_its_fee_whatever_the_templates_say(buyer: Buyer, heavy: FreightTemplate) -> None:
    answer = preview(buyer, (weighed(50_00, 9000, heavy), 1), delivery="local").json()
    assert (answer["freight_fen"], answer["freight_parts"]) == (5_00, [{"template": "", "freight_fen": 5_00}])


def test_an_order_keeps_its_freight_when_the_templates_change(buyer: Buyer, heavy: FreightTemplate) -> None:
    sku = weighed(20_00, 3000)
    number = buyer.post("/orders", body_of((sku, 1)), key="k1").json()["number"]
    make_default(heavy.pk, actor=SYSTEM)
    assert buyer.get(f"/orders/{number}").json()["freight_fen"] == 10_00
    assert preview(buyer, (sku, 1)).json()["freight_fen"] == 16_00


def test_freight_that_no_column_holds_is_refused(buyer: Buyer) -> None:
    dear = cast.make_freight("x", {"first_fen": 1, "next_fen": 100_000_00})
    answer = preview(buyer, (weighed(1, 0, dear), 9999))
    assert (answer.status_code, answer.json()["code"]) == (400, "too_much")


def test_freight_of_fifty_lines_costs_one_query_more_than_without(db: None, heavy: FreightTemplate) -> None:
    cast.open_shop()
    store = get_store_settings()
    skus = [weighed(20_00, 500, heavy if n % 2 else None) for n in range(MAX_LINES)]
    basket = {sku.pk: 1 for sku in skus}

    def quote(delivery: Delivery) -> int:
        return count_queries(lambda: quote_order(basket, delivery=delivery, to=cast.HOME, store=store))

    assert quote(Delivery.EXPRESS) == quote(Delivery.LOCAL) + 1
    with CaptureQueriesContext(connection) as asked:
        quote_order({skus[0].pk: 1}, delivery=Delivery.EXPRESS, to=cast.HOME, store=store)
    assert sum("freight_freightrule" in query["sql"] for query in asked) == 1
