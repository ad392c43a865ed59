"""/console/products/<id>/: SKUs, movements, and correcting what was counted."""

import pytest
from pytest_django import DjangoAssertNumQueries

from shop.actor import SYSTEM
from shop.catalog.models import MovementKind, Sku
from shop.catalog.services import NewSku, add_product
from shop.catalog.stock.changes import correct_stock
from tests.cast import make_sku, open_shop, place
from tests.console import browser, page_with

pytestmark = pytest.mark.django_db


def page_of(sku: Sku) -> str:
    return f"/console/products/{sku.product_id}/"


def counted(sku: Sku, on_hand: str, reason: str = "盘点") -> tuple[str, dict[str, str]]:
    """Where the dialog sends what was counted, and what it sends."""
    data = {"on_hand": on_hand, "reason": reason, "version": str(sku.version)}
    return f"{page_of(sku)}skus/{sku.pk}/stock/", data


def test_the_page_shows_skus_and_movements() -> None:
    sku = make_sku(on_hand=12)
    page = browser("order_clerk").get(page_of(sku)).content.decode()
    assert sku.code in page
    assert "Opening stock" in page
    assert "+12" in page


def test_each_sku_has_its_own_movements() -> None:
    product = add_product("茶", skus=[NewSku("A", "大", 1, 3), NewSku("B", "小", 1, 4)], actor=SYSTEM)
    large, small = product.skus.order_by("pk")
    correct_stock(small.pk, on_hand=9, reason="小的", actor=SYSTEM)
    client = browser()
    assert "小的" not in client.get(page_of(large)).content.decode()
    assert "小的" in client.get(f"{page_of(large)}?sku={small.pk}").content.decode()


def test_movements_are_paged_by_keyset() -> None:
    sku = make_sku(on_hand=0)
    for number in range(1, 25):
        correct_stock(sku.pk, on_hand=number, reason=f"第 {number} 次", actor=SYSTEM)
    client = browser()
    first = client.get(page_of(sku)).context["page"]
    second = client.get(first.older_url).context["page"]
    assert (len(first.rows), len(second.rows)) == (20, 5)
    assert second.rows[-1].kind == MovementKind.OPENING


def test_what_was_counted_becomes_the_stock() -> None:
    sku = make_sku(on_hand=10)
    url, data = counted(sku, "7", "破损 3 罐")
    response = browser("warehouse").post(url, data, follow=True)
    sku.refresh_from_db()
    assert sku.on_hand == 7
    page = response.content.decode()
    assert "破损 3 罐" in page
    assert "warehouse 王" in page


def test_fewer_than_reserved_is_refused_beside_the_field_and_keeps_what_was_typed() -> None:
    open_shop()
    sku = make_sku(on_hand=10)
    place(basket={sku.pk: 4})
    url, data = counted(sku, "3", "少了")
    page = page_with(409, browser().post(url, data))
    assert "4 are reserved by orders." in page
    assert f'id="dialog-stock-{sku.pk}"' in page
    assert "data-dialog-auto" in page
    assert 'value="3"' in page
    assert 'value="少了"' in page
    sku.refresh_from_db()
    assert sku.on_hand == 10


def test_a_count_typed_before_somebody_else_corrected_the_stock_is_refused_and_stays_in_the_form() -> None:
    sku = make_sku(on_hand=10)
    url, data = counted(sku, "8")
    correct_stock(sku.pk, on_hand=22, reason="到货", actor=SYSTEM)
    page = page_with(409, browser().post(url, data))
    assert "changed this at" in page
    assert 'value="8"' in page
    sku.refresh_from_db()
    assert sku.on_hand == 22


def test_the_pages_of_a_refused_correction_lead_back_to_the_product() -> None:
    sku = make_sku(on_hand=0)
    for number in range(1, 25):
        correct_stock(sku.pk, on_hand=number, reason="x", actor=SYSTEM)
    url, data = counted(sku, "")
    assert browser().post(url, data).context["page"].older_url.startswith(f"{page_of(sku)}?")


@pytest.mark.parametrize(
    ("on_hand", "reason", "field"),
    [
        ("", "盘点", "on_hand"),
        ("-1", "盘点", "on_hand"),
        ("1.5", "盘点", "on_hand"),
        ("九", "盘点", "on_hand"),
        ("99999999999999999999", "盘点", "on_hand"),
        ("5", "", "reason"),
        ("5", "   ", "reason"),
        ("5", "x" * 201, "reason"),
        ("5", "a\0b", "reason"),
    ],
)
def test_nonsense_is_refused_beside_its_field(on_hand: str, reason: str, field: str) -> None:
    sku = make_sku(on_hand=10)
    url, data = counted(sku, on_hand, reason)
    response = browser().post(url, data)
    assert response.status_code == 422
    assert list(response.context["dialog"].form.errors) == [field]
    sku.refresh_from_db()
    assert sku.on_hand == 10


@pytest.mark.parametrize("role", ["order_clerk", "support", "finance", "store_clerk"])
def test_only_roles_with_the_capability_correct_stock(role: str) -> None:
    sku = make_sku(on_hand=10)
    url, data = counted(sku, "7")
    assert browser(role).post(url, data).status_code == 403
    sku.refresh_from_db()
    assert sku.on_hand == 10


def test_who_may_not_correct_sees_no_button() -> None:
    assert "Correct stock" not in browser("order_clerk").get(page_of(make_sku())).content.decode()


def test_a_sku_of_another_product_is_not_found() -> None:
    sku, other = make_sku(), make_sku()
    assert browser().post(f"{page_of(other)}skus/{sku.pk}/stock/", counted(sku, "7")[1]).status_code == 404


@pytest.mark.parametrize("product_id", ["0", "987654", "9" * 30])
def test_an_unknown_product_is_not_found(product_id: str) -> None:
    assert browser().get(f"/console/products/{product_id}/").status_code == 404


def test_looking_at_the_question_corrects_nothing() -> None:
    sku = make_sku(on_hand=10)
    assert browser().get(*counted(sku, "7")).status_code == 200
    sku.refresh_from_db()
    assert sku.on_hand == 10


def test_the_page_holds_no_form_that_nobody_asked_for() -> None:
    page = browser().get(page_of(make_sku())).content.decode()
    assert "Pieces counted" not in page
    assert 'id="dialogs"></div>' in page


def test_the_page_keeps_to_its_queries(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    sku = make_sku()
    client = browser()
    with django_assert_max_num_queries(9):
        client.get(page_of(sku))
