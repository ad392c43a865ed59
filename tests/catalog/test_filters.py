"""/console/products/: narrowed by sale, category and stock; the address is the state."""

from datetime import date

import pytest

from shop.actor import SYSTEM
from shop.catalog.models import Sku
from shop.catalog.services import NewSku, add_product, create_product
from tests.cast import open_shop, place
from tests.console import browser

pytestmark = pytest.mark.django_db
URL = "/console/products/"


def add(
    name: str, *, on_hand: int = 50, low_at: int = 5, category: str = "", ships_on: date | None = None
) -> int:
    sku = NewSku(f"C-{name}", "一罐", 1200, on_hand, low_at=low_at, ships_on=ships_on)
    return add_product(name, skus=[sku], actor=SYSTEM, category=category).pk


def names(**query: str) -> list[str]:
    return [product.name for product, _rows in browser().get(URL, query).context["products"]]


def test_on_sale_or_not() -> None:
    add("在售")
    create_product({"name": "下架", "is_on_sale": False}, skus=[], actor=SYSTEM)
    assert (names(sale="yes"), names(sale="no")) == (["在售"], ["下架"])


def test_by_category() -> None:
    add("绿茶", category="茶")
    add("杯子", category="器具")
    assert names(category="器具") == ["杯子"]


def test_low_stock_is_measured_by_what_can_be_sold_and_each_skus_own_limit() -> None:
    open_shop()
    add("多")
    add("少", on_hand=5)
    add("要求高", on_hand=20, low_at=30)
    product = add("被订走", on_hand=10)
    place(basket={Sku.objects.get(product=product).pk: 6})
    assert names(stock="low") == ["被订走", "要求高", "少"]


def test_presale() -> None:
    add("现货")
    add("预售", ships_on=date(2027, 1, 1))
    assert names(stock="presale") == ["预售"]
    assert "Presale, ships 01-01" in browser().get(URL).content.decode()


@pytest.mark.parametrize("query", [{"sale": "x"}, {"category": "无"}, {"stock": "'"}, {"sale": "\0"}])
def test_what_is_no_filter_is_left_out(query: dict[str, str]) -> None:
    add("在售")
    assert names(**query) == ["在售"]


def test_pages_keep_the_filter() -> None:
    for number in range(31):
        add(f"茶 {number}", category="茶")
    page = browser().get(URL, {"category": "茶"}).context["page"]
    assert "category=%E8%8C%B6" in page.older_url


@pytest.mark.parametrize(("role", "sees"), [("owner", True), ("warehouse", False), ("order_clerk", False)])
def test_only_who_may_edit_is_offered_to_add(role: str, sees: bool) -> None:
    assert ("Add a product" in browser(role).get(URL).content.decode()) == sees
