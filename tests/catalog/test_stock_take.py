"""/console/products/stock/: type what was counted, see what it means, confirm; or by sheet."""

import io
from typing import Any

import openpyxl
import pytest
from django.test import Client

from orders.desk.stock import views
from orders.models import Order
from shop.catalog.models import Sku
from shop.jobs.models import Job, JobState
from tests.cast import make_sku, open_shop, paid_order
from tests.console import browser, page_with
from tests.expect import fresh, stock_of
from tests.sheets import importing
from tests.sheets.importing import list_fates, look, send
from tests.sheets.making import xlsx

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books_are_clean")]
URL = "/console/products/stock/"


def check(client: Client, *counts: tuple[Sku, str], seen: int | None = None) -> Any:
    data = {f"count-{sku.pk}": typed for sku, typed in counts}
    data |= {f"seen-{sku.pk}": str(sku.on_hand if seen is None else seen) for sku, _typed in counts}
    return client.post(f"{URL}check/", data)


def confirm(client: Client, checked: Any, reason: str = "月度盘点") -> Any:
    values = [value for value, _preview in checked.context["rows"]]
    return client.post(f"{URL}apply/", {"count": values, "reason": reason}, follow=True)


def test_a_count_is_checked_first_and_then_written() -> None:
    sku = make_sku(on_hand=10)
    client = browser("warehouse")
    checked = check(client, (sku, "7"))
    assert stock_of(sku.pk) == (10, 0)
    page = confirm(client, checked).content.decode()
    assert stock_of(sku.pk) == (7, 0)
    assert "The stock of 1 SKU is corrected." in page


def test_it_says_beforehand_how_many_orders_lose_goods() -> None:
    open_shop()
    sku = make_sku(on_hand=10)
    orders = [paid_order(basket={sku.pk: 3}) for _ in range(3)]
    client = browser()
    checked = check(client, (sku, "5"))
    assert "4 pieces that orders have reserved are not there" in checked.content.decode()
    assert "2 orders lose goods" in checked.content.decode()
    confirm(client, checked)
    assert [fresh(order).is_short for order in orders] == [False, True, True]


def test_fields_left_empty_are_not_counted() -> None:
    first, second = make_sku(on_hand=10), make_sku(on_hand=10)
    checked = check(browser(), (first, "0"), (second, ""))
    assert len(checked.context["rows"]) == 1


def test_what_moved_in_between_must_be_counted_again() -> None:
    sku = make_sku(on_hand=10)
    client = browser()
    checked = check(client, (sku, "7"), seen=12)
    assert "12 → 10. Count it again." in page_with(422, confirm(client, checked))
    assert stock_of(sku.pk) == (10, 0)


def test_without_a_reason_nothing_is_written() -> None:
    sku = make_sku(on_hand=10)
    client = browser()
    response = confirm(client, check(client, (sku, "7")), reason=" ")
    assert response.status_code == 422
    assert stock_of(sku.pk) == (10, 0)


@pytest.mark.parametrize("typed", ["-1", "1.5", "七", "9999999", "99999999999999", "1 000", "٣"])
def test_what_is_no_count_is_refused_and_kept(typed: str) -> None:
    sku = make_sku(on_hand=10)
    assert f'value="{typed}"' in page_with(422, check(browser(), (sku, typed)))


@pytest.mark.parametrize("count", ["", "1", "1:2", "x:1:1", "1:-1:1", "1:1:1:1", "9" * 30 + ":1:1", "0:1:1"])
def test_forged_counts_change_nothing(count: str) -> None:
    sku = make_sku(on_hand=10)
    response = browser().post(f"{URL}apply/", {"count": [count], "reason": "x"})
    assert response.status_code in (302, 422)
    assert stock_of(sku.pk) == (10, 0)


def test_an_empty_count_says_what_to_do() -> None:
    make_sku()
    assert "Type what you counted" in page_with(422, browser().post(f"{URL}check/", {}))


def test_the_list_finds_by_name_by_code_and_by_low_stock() -> None:
    plenty, few = make_sku(on_hand=100), make_sku(on_hand=2)
    client = browser()
    assert [s.pk for s, _typed, _refused in client.get(URL, {"low": "on"}).context["rows"]] == [few.pk]
    assert [s.pk for s, _typed, _refused in client.get(URL, {"name": plenty.code}).context["rows"]] == [
        plenty.pk
    ]
    found = client.get(URL, {"name": plenty.product.name}).context["rows"]
    assert plenty.pk in [s.pk for s, _typed, _refused in found]


class TestOrder:
    """What stands where a person saw it stays there, whatever is typed, refused or saved."""

    @pytest.fixture
    def skus(self) -> list[Sku]:
        """Two products, the older one with three SKUs, of which the last came later."""
        older = make_sku().product
        newer = make_sku().product
        for name in ("M", "L"):
            Sku.objects.create(product=older, code=f"T-{name}", name=name, price_fen=100)
        return [*newer.skus.order_by("pk"), *older.skus.order_by("pk")]

    def shown(self, response: Any) -> list[Sku]:
        return [sku for sku, _typed, _refused in response.context["rows"]]

    def test_each_product_stands_together_and_its_skus_as_on_its_own_page(self, skus: list[Sku]) -> None:
        client = browser()
        assert self.shown(client.get(URL)) == skus
        counts = [(sku, "7") for sku in skus]
        checked = check(client, *counts)
        assert [preview.sku for _value, preview in checked.context["rows"]] == skus
        again = client.post(
            f"{URL}apply/", {"count": [value for value, _ in checked.context["rows"]], "reason": ""}
        )
        assert [preview.sku for _value, preview in again.context["rows"]] == skus
        assert self.shown(check(client, (skus[1], "x"))) == skus
        assert self.shown(confirm(client, checked)) == skus

    def test_pages_go_on_where_the_last_one_ended(
        self, skus: list[Sku], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(views, "PAGE_SIZE", 1)
        client, url, seen = browser(), URL, []
        while url:
            page = client.get(url)
            seen += self.shown(page)
            url = page.context["page"].older_url
        assert {sku.pk for sku in seen} == {sku.pk for sku in skus}
        assert [sku.product_id for sku in seen] == [sku.product_id for sku in skus]

    def test_saving_leads_back_to_the_part_of_the_list_that_was_counted(self, skus: list[Sku]) -> None:
        client, sku = browser(), skus[1]
        narrowed = f"{URL}?name={sku.code}"
        data = {f"count-{sku.pk}": "7", f"seen-{sku.pk}": sku.on_hand}
        checked = client.post(f"{URL}check/?name={sku.code}", data)
        page = page_with(200, checked)
        assert f'action="{URL}apply/?name={sku.code}"' in page
        assert page.count(f'href="{narrowed}"') == 2
        value = checked.context["rows"][0][0]
        saved = client.post(f"{URL}apply/?name={sku.code}", {"count": value, "reason": "月度盘点"})
        assert saved.url == narrowed


class TestSheet:
    def send(self, client: Client, rows: list[list[Any]]) -> Job:
        return send(client, f"{URL}import/", xlsx([["SKU编码", "账面库存", "实盘数量"], *rows]))

    def run(self, rows: list[list[Any]]) -> list[str]:
        client = browser("warehouse")
        job = self.send(client, rows)
        if job.state == JobState.CHECKED:
            job = importing.confirm(client, job)
        return [fate for _number, fate in list_fates(job)]

    def test_each_row_is_counted_or_refused_by_itself(self) -> None:
        one, two, three = (make_sku(on_hand=10) for _ in range(3))
        rows = [
            [one.code, 10, 8],
            ["NOBODY", 1, 1],
            [two.code, 9, 8],
            [three.code, None, None],
            [one.code, 10, 7],
        ]
        assert self.run(rows) == ["change", "refused", "refused", "same", "refused"]
        assert [stock_of(sku.pk)[0] for sku in (one, two, three)] == [8, 10, 10]

    def test_the_same_file_again_changes_nothing(self) -> None:
        sku = make_sku(on_hand=10)
        rows = [[sku.code, 10, 8]]
        assert (self.run(rows), self.run(rows)) == (["change"], ["same"])

    def test_a_code_that_ends_in_zeros_is_taken_from_csv_when_it_can_be_no_other(self) -> None:
        for code in ("1234567890123450", "9876543210987650", "9876543210987654"):
            Sku.objects.filter(pk=make_sku(on_hand=10).pk).update(code=code)
        lines = "SKU编码,实盘数量\n1234567890123450,8\n9876543210987650,8\n1234567890999990,8"
        client = browser("warehouse")
        job = importing.confirm(client, send(client, f"{URL}import/", lines.encode(), "盘点.csv"))
        assert [fate for _number, fate in list_fates(job)] == ["change", "refused", "refused"]

    def test_it_says_beforehand_which_goods_are_missing(self) -> None:
        open_shop()
        sku = make_sku(on_hand=5)
        paid_order(basket={sku.pk: 5})
        client = browser()
        page = look(client, self.send(client, [[sku.code, 5, 3]]))
        assert "2 reserved pieces are missing; orders affected: 1." in page
        self.run([[sku.code, 5, 3]])
        assert Order.objects.get().is_short

    def test_the_exported_sheet_can_be_filled_in_and_sent_back(self) -> None:
        sku = make_sku(on_hand=5)
        client = browser("warehouse")
        book = openpyxl.load_workbook(io.BytesIO(client.get(f"{URL}export/").content))
        book.active.cell(2, 5).value = 4
        out = io.BytesIO()
        book.save(out)
        importing.confirm(client, send(client, f"{URL}import/", out.getvalue()))
        assert stock_of(sku.pk) == (4, 0)


@pytest.mark.parametrize("role", ["order_clerk", "support", "finance", "store_clerk"])
@pytest.mark.parametrize("path", ["", "check/", "apply/", "export/", "import/"])
def test_only_who_may_correct_stock_comes_in(role: str, path: str) -> None:
    client = browser(role)
    method = client.post if path in ("check/", "apply/") else client.get
    assert method(f"{URL}{path}").status_code == 403
