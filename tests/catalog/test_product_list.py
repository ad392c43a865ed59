"""/console/products/: products with their SKUs and stock, by keyset."""

import pytest
from pytest_django import DjangoAssertNumQueries

from shop.actor import SYSTEM
from shop.catalog.services import NewSku, add_product
from tests.cast import make_sku
from tests.console import browser, page_with

pytestmark = pytest.mark.django_db
URL = "/console/products/"


def add(name: str, *, on_hand: int = 50) -> None:
    add_product(name, skus=[NewSku(f"CODE-{name}", "一罐", 12_00, on_hand)], actor=SYSTEM)


def test_a_product_shows_price_and_stock() -> None:
    make_sku(price_fen=35_50, on_hand=41)
    page = browser().get(URL).content.decode()
    assert "¥35.50" in page
    assert "<b>41</b>" in page


@pytest.mark.parametrize(("on_hand", "marks"), [(0, ["Sold out"]), (5, ["Low stock"]), (6, [])])
def test_little_stock_is_marked(on_hand: int, marks: list[str]) -> None:
    make_sku(on_hand=on_hand)
    page = browser().get(URL).content.decode()
    assert [mark for mark in ("Sold out", "Low stock") if mark in page] == marks


def test_a_part_of_the_name_finds_the_product() -> None:
    add("龙井春茶")
    add("普洱熟茶")
    page = browser().get(URL, {"name": "井春"}).content.decode()
    assert "龙井春茶" in page
    assert "普洱熟茶" not in page


@pytest.mark.parametrize("words", ["nothing like it", "%", "_", "a\0b", "' OR 1=1 --", "x" * 5000])
def test_words_that_fit_nothing_find_nothing(words: str) -> None:
    add("龙井春茶")
    assert "No product has this in its name" in page_with(200, browser().get(URL, {"name": words}))


def test_pages_lead_from_newest_to_oldest_and_back() -> None:
    for number in range(35):
        add(f"茶 {number:02d}")
    client = browser()
    first = client.get(URL, {"name": "茶"})
    assert (first.context["page"].newer_url, len(first.context["products"])) == ("", 30)
    second = client.get(first.context["page"].older_url)
    assert [product.name for product, _rows in second.context["products"]] == [
        "茶 04",
        "茶 03",
        "茶 02",
        "茶 01",
        "茶 00",
    ]
    assert second.context["page"].older_url == ""
    back = client.get(second.context["page"].newer_url)
    assert back.context["products"][0][0].name == "茶 34"


@pytest.mark.parametrize("cursor", ["0", "-1", "abc", "9" * 30, "1e9", "１", "\0"])
def test_a_broken_cursor_shows_the_first_page(cursor: str) -> None:
    add("龙井春茶")
    assert "龙井春茶" in browser().get(URL, {"older": cursor, "newer": cursor}).content.decode()


def test_names_cannot_bring_markup() -> None:
    add("<script>alert(1)</script>")
    assert "<script>alert" not in browser().get(URL).content.decode()


@pytest.mark.parametrize(("role", "status"), [("warehouse", 200), ("order_clerk", 200), ("finance", 403)])
def test_only_roles_that_see_products_come_in(role: str, status: int) -> None:
    assert browser(role).get(URL).status_code == status


@pytest.mark.parametrize("products", [1, 20])
def test_the_number_of_queries_does_not_grow(
    products: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(products):
        add(f"茶 {number}")
    client = browser()
    with django_assert_num_queries(6):
        client.get(URL)
