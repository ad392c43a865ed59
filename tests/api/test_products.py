"""GET /products, GET /products/{id}"""

from typing import Any

import pytest

from shop.actor import SYSTEM
from shop.catalog.services import NewSku, add_product
from tests import cast
from tests.api.conftest import Buyer, refusal

NOT_IDS = ["0", "-1", "abc", "1.5", "9" * 19, "9" * 40, "%00", "１２", "%ED%A0%80", "1%0A"]


def walk(buyer: Buyer, path: str, **query: Any) -> list[list[Any]]:
    """All pages of a list."""
    pages, cursor = [], None
    while True:
        page = buyer.get(path, **query, **({"cursor": cursor} if cursor else {})).json()
        pages.append(page["results"])
        cursor = page["next_cursor"]
        if cursor is None:
            return pages


def test_a_product_shows_what_can_still_be_ordered(anyone: Buyer) -> None:
    sku = cast.make_sku(price_fen=3500, on_hand=10)
    cast.place(basket={sku.pk: 4})
    product = anyone.get(f"/products/{sku.product_id}").json()
    (shown,) = product["skus"]
    assert shown == {"id": str(sku.pk), "name": sku.name, "price_fen": 3500, "sellable": 6, "ships_on": None}
    assert product["price_from_fen"] == 3500
    assert product["description"] == ""
    assert product["picture_url"] == ""


def test_pages_hold_every_product_once_newest_first(anyone: Buyer) -> None:
    ids = [str(cast.make_sku().product_id) for _ in range(5)]
    pages = walk(anyone, "/products", limit=2)
    assert [len(page) for page in pages] == [2, 2, 1]
    assert [product["id"] for page in pages for product in page] == ids[::-1]


def test_a_list_costs_the_same_however_long_it_is(anyone: Buyer, django_assert_num_queries: Any) -> None:
    for _ in range(8):
        cast.make_sku()
    with django_assert_num_queries(2):
        assert len(anyone.get("/products").json()["results"]) == 8


def test_it_finds_by_part_of_the_name_and_by_category(anyone: Buyer) -> None:
    add_product("手冲咖啡壶", skus=[NewSku("POT", "", 100, 1)], actor=SYSTEM, category="器具")
    cast.make_sku()
    assert [p["name"] for p in anyone.get("/products", q="咖啡").json()["results"]] == ["手冲咖啡壶"]
    assert [p["category"] for p in anyone.get("/products", category="器具").json()["results"]] == ["器具"]
    assert anyone.get("/products", q="%").json()["results"] == []


def test_what_is_not_on_sale_is_not_there(anyone: Buyer) -> None:
    product = cast.make_sku().product
    product.is_on_sale = False
    product.save()
    assert anyone.get("/products").json()["results"] == []
    assert anyone.get(f"/products/{product.pk}").status_code == 404


@pytest.mark.parametrize("wrong", NOT_IDS)
def test_what_cannot_be_an_id_is_answered_like_an_unknown_one(anyone: Buyer, wrong: str) -> None:
    unknown = anyone.get("/products/987654321")
    answer = anyone.get(f"/products/{wrong}")
    assert (answer.status_code, answer.content) == (404, unknown.content)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"cursor": "nonsense"}, "bad_cursor"),
        ({"cursor": "YmVmb3JlOi0x"}, "bad_cursor"),
        ({"cursor": "é"}, "bad_cursor"),
        ({"cursor": "x" * 61}, "invalid"),
        ({"limit": "0"}, "invalid"),
        ({"limit": "51"}, "invalid"),
        ({"limit": "1.0"}, "invalid"),
        ({"limit": "9" * 5000}, "invalid"),
        ({"q": "a\x00b"}, "invalid"),
        ({"q": "x" * 61}, "invalid"),
        ({"order_by": "price"}, "invalid"),
    ],
)
def test_a_wrong_query_is_refused(anyone: Buyer, query: dict[str, str], code: str) -> None:
    assert refusal(anyone.get("/products", **query)) == (400, code)
