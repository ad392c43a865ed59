"""/console/products/import/: every row is checked and shown, then applied, then has a verdict."""

import io
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from shop import clock
from shop.actor import SYSTEM
from shop.catalog.models import Product, Sku
from shop.catalog.services import NewSku, add_product
from shop.events.models import Event
from shop.jobs.models import Job, JobState
from shop.jobs.running import _do_unit, take_lease
from shop.jobs.services import confirm_job
from shop.staff.models import StaffUser
from tests.cast import actor_of, make_freight, make_sku, make_staff
from tests.console import browser, page_with, sign_in
from tests.sheets import importing
from tests.sheets.importing import confirm, list_fates, list_rows, look, work
from tests.sheets.making import csv, xlsx

pytestmark = pytest.mark.django_db
URL = "/console/products/import/"
HEADER = ["商品名称", "分类", "SKU编码", "规格", "价格", "上架", "预售发货日", "库存预警", "期初库存"]
ROWS = [
    ["高山茶", "茶", "A", "小", 10, "是", None, 5, 3],
    ["高山茶", "茶", "B", "大", 20.5, "否", "2027-03-01", 9, 4],
    ["茶杯", "器具", "C", "白", "30", None, None, None, None],
]


def send(client: Client, rows: list[list[Any]] | bytes, name: str = "商品.xlsx") -> Job:
    return importing.send(client, URL, rows if isinstance(rows, bytes) else xlsx([HEADER, *rows]), name)


def run(rows: list[list[Any]] | bytes, client: Client | None = None) -> list[tuple[int, str]]:
    """Upload, confirm where there is something to do; (row, fate) of every row."""
    client = client or browser()
    job = send(client, rows)
    if job.state == JobState.CHECKED:
        job = confirm(client, job)
    assert job.state == JobState.DONE
    return list_fates(job)


@pytest.fixture
def client() -> Client:
    return browser()


def test_nothing_changes_before_it_is_confirmed(client: Client) -> None:
    page = look(client, send(client, ROWS))
    assert "Apply 3 rows" in page
    assert "高山茶" in page
    assert not Product.objects.exists()


def test_new_products_are_added_with_their_skus() -> None:
    assert run(ROWS) == [(2, "add"), (3, "add"), (4, "add")]
    tea = Product.objects.get(name="高山茶")
    found = tea.skus.order_by("code").values_list(
        "code", "price_fen", "is_on_sale", "is_presale", "low_at", "on_hand"
    )
    assert list(found) == [("A", 1000, True, False, 5, 3), ("B", 2050, False, True, 9, 4)]
    assert Event.objects.filter(verb="product.add").count() == 2


def test_the_same_file_again_changes_nothing() -> None:
    run(ROWS)
    events = Event.objects.exclude(kind="job").count()
    assert send(browser(), ROWS).state == JobState.DONE
    assert run(ROWS) == [(2, "same"), (3, "same"), (4, "same")]
    assert Event.objects.exclude(kind="job").count() == events


@pytest.mark.parametrize("suffix", ["", "?format=csv"])
def test_an_export_imports_as_unchanged(suffix: str) -> None:
    run(ROWS)
    add_product(
        "=怪名字\n第二行", skus=[NewSku("00123", "+规格", 1, 1)], actor=SYSTEM, description="- 一\n- 二"
    )
    client = browser()
    raw = client.get(f"/console/products/export/{suffix}").content
    assert {fate for _number, fate in run(raw, client)} == {"same"}


def test_what_differs_is_shown_and_changed() -> None:
    run(ROWS)
    rows = [["高山茶", "好茶", "A", "小", 11, "是", None, 5, 999]]
    client = browser()
    page = look(client, send(client, rows))
    assert "¥10.00 → ¥11.00" in page
    assert "茶 → 好茶" in page
    assert run(rows) == [(2, "change")]
    sku = Sku.objects.get(code="A")
    assert (sku.price_fen, sku.product.category, sku.on_hand) == (1100, "好茶", 3)


def test_columns_that_are_missing_and_cells_that_are_blank_change_nothing() -> None:
    run(ROWS)
    assert run(xlsx([["SKU编码", "价格"], ["B", 21], ["A", None]])) == [(2, "change"), (3, "same")]
    sku = Sku.objects.get(code="B")
    assert (sku.price_fen, sku.low_at, sku.is_presale, sku.name) == (2100, 9, True, "大")


def test_no_sheet_gives_a_product_more_skus_than_its_page_can_hold(client: Client) -> None:
    def add(first: int, last: int) -> list[tuple[int, str]]:
        return run([["茶", None, f"A{n}", f"{n} g", 1] for n in range(first, last + 1)], client)

    assert {fate for _row, fate in add(1, 99)} == {"add"}
    assert add(100, 101) == [(2, "refused"), (3, "refused")]
    assert add(100, 100) == [(2, "add")]
    assert run([["茶", None, "A1", "一斤", 2]], client) == [(2, "change")]


def test_a_new_sku_joins_the_product_of_its_name() -> None:
    run(ROWS)
    assert run([["高山茶", None, "D", "特大", 40, None, None, None, 1]]) == [(2, "add")]
    assert Product.objects.get(name="高山茶").skus.count() == 3


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (["新品", None, "N", None, 1], "A new SKU needs this."),
        (["新品", None, "N", "大", None], "A new SKU needs this."),
        ([None, None, "N", "大", 1], "A new SKU needs this."),
        (["新品", None, None, "大", 1], "Fill in this cell."),
        (["新品", None, 7.73e18, "大", 1], "Excel changed this number"),
        (["新品", None, "N", "大", -1], "at most two decimals"),
        (["同名", None, "N", "大", 1], "Several products have this name"),
        (["新品", None, 123, "大", 1], "The shop has 00123"),
    ],
)
def test_a_bad_row_is_refused_with_its_reason_and_the_others_are_applied(row: list[Any], reason: str) -> None:
    for number in range(2):
        add_product("同名", skus=[NewSku(f"S{number}", "x", 1, 1)], actor=SYSTEM)
    add_product("零", skus=[NewSku("00123", "x", 1, 1)], actor=SYSTEM)
    client = browser()
    job = send(client, [row, ["好的", None, "GOOD", "大", 1]])
    assert reason in look(client, job, "?fate=refused")
    job = confirm(client, job)
    assert list_fates(job) == [(2, "refused"), (3, "add")]
    assert (job.done, job.failed) == (1, 1)
    assert Sku.objects.filter(code="GOOD").exists()


def test_one_bad_row_keeps_the_whole_product_out() -> None:
    rows = [["茶", None, "A", "小", 1], ["茶", None, "B", "大", "贵"], ["杯", None, "C", "白", 1]]
    assert run(rows) == [(2, "refused"), (3, "refused"), (4, "add")]
    assert list(Product.objects.values_list("name", flat=True)) == ["杯"]


def test_a_code_twice_and_rows_that_contradict_each_other_are_refused() -> None:
    assert run([["茶", "甲", "A", "小", 1], ["茶", "乙", "B", "大", 1]]) == [(2, "refused"), (3, "refused")]
    assert run([["茶", "甲", "A", "小", 1], ["茶", "甲", "A", "大", 1]]) == [(2, "refused"), (3, "refused")]


def test_what_was_cleaned_is_shown(client: Client) -> None:
    page = look(client, send(client, [["茶", None, "ＡＢ１", "小", "１２"]]))
    assert "“ＡＢ１” → “AB1”" in page


def test_the_result_can_be_downloaded_with_a_verdict_per_row(client: Client) -> None:
    job = confirm(client, send(client, [ROWS[0], ["x", None, "@cmd()", "y", "z"]]))
    rows = read(client.get(f"/console/jobs/{job.pk}/sheet/"))
    assert rows[0][0] == "Row"
    assert rows[1][-2:] == ("Added", "New product.")
    assert rows[2][-2] == "Refused"
    assert rows[2][3] == "'@cmd()"


def read(response: Any) -> list[Any]:
    return list(openpyxl.load_workbook(io.BytesIO(response.content)).active.iter_rows(values_only=True))


def test_refused_rows_are_downloaded_repaired_and_sent_again(client: Client) -> None:
    job = confirm(client, send(client, [ROWS[0], ["壶", None, "P", "紫", "贵", None, None, None, 2]]))
    header, bad = read(client.get(f"/console/jobs/{job.pk}/sheet/?rows=failed"))
    assert bad[0] == 3
    assert "two decimals" in bad[-1]
    repaired = [88 if value == "贵" else value for value in bad]
    again = confirm(client, send(client, xlsx([header, repaired])))
    assert list_fates(again) == [(2, "add")]
    assert Sku.objects.get(code="P").price_fen == 8800


def test_refused_rows_are_checked_again_as_they_were_once_the_shop_has_changed(client: Client) -> None:
    job = send(client, [[None, None, "LATE", None, 12]])
    assert job.state == JobState.DONE
    add_product("茶", skus=[NewSku("LATE", "x", 1, 1)], actor=SYSTEM)
    client.post(f"/console/jobs/{job.pk}/repeat/", {"key": "again"})
    again = work(Job.objects.latest("pk"))
    assert (again.pk != job.pk, again.state, again.file_name) == (True, JobState.CHECKED, job.file_name)
    assert list_fates(confirm(client, again)) == [(2, "change")]
    assert Sku.objects.get(code="LATE").price_fen == 1200


def test_pressing_twice_applies_once(client: Client) -> None:
    job = confirm(client, send(client, ROWS))
    again = client.post(f"/console/jobs/{job.pk}/confirm/", follow=True)
    assert "has been confirmed already" in again.content.decode()
    assert Product.objects.count() == 2


def test_an_import_that_was_killed_midway_goes_on_where_it_was(client: Client) -> None:
    job = send(client, ROWS)
    confirm_job(job.pk, actor=actor_of(StaffUser.objects.get(pk=job.made_by_id)))
    dead = take_lease(job.pk)
    assert dead is not None
    _do_unit(dead, list(job.rows.filter(unit=2).order_by("position")))
    Job.objects.update(lease_until=clock.now())
    job = work(job)
    assert (job.state, job.done, job.failed) == (JobState.DONE, 3, 0)
    assert Event.objects.filter(verb="product.add").count() == 2


def test_what_would_do_something_else_than_was_shown_is_refused(client: Client) -> None:
    job = send(client, [["茶", None, "A", "小", 1], ["杯", None, "C", "白", 2]])
    make_sku()
    Sku.objects.update(code="A")
    job = confirm(client, job)
    assert [(row.fate, row.code) for row in list_rows(job)] == [("refused", "changed"), ("add", "")]
    assert "has changed since the row was checked" in look(client, job, "?fate=refused")


def test_a_change_far_into_a_long_text_is_noticed_too() -> None:
    client, sku, start = browser(), make_sku(), "清明前采摘。" * 20
    Product.objects.update(description=f"{start}旧")
    job = send(client, csv("SKU编码,描述", f"{sku.code},{start}新"))
    Product.objects.update(description=f"{start}同事刚改的")
    job = confirm(client, job)
    assert [(row.fate, row.code) for row in list_rows(job)] == [("refused", "changed")]
    assert Product.objects.get().description.endswith("同事刚改的")
    assert run(csv("SKU编码,描述", f"{sku.code},{start}新"), client) == [(2, "change")]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "Choose a file first"),
        (b"PK\x03\x04 broken", "damaged"),
        (b"<html></html>", "web page"),
        (csv("a,b", "1,2"), "No row names these columns"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(raw: bytes, words: str, client: Client) -> None:
    page = page_with(422, client.post(URL, {"sheet": SimpleUploadedFile("x.xlsx", raw)} if raw else {}))
    assert words in page
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (csv("SKU编码,价格"), "no rows below its header"),
        (csv("SKU编码,价格", *["A,1"] * 10_002), "more than 10000 rows"),
    ],
)
def test_what_is_wrong_with_all_of_a_sheet_is_said_on_the_page_of_the_job(raw: bytes, words: str) -> None:
    client = browser()
    job = send(client, raw)
    assert job.state == JobState.STOPPED
    assert words in look(client, job)


def test_an_upload_belongs_to_who_made_it() -> None:
    job = send(sign_in(make_staff("manager")), ROWS)
    url = f"/console/jobs/{job.pk}/"
    other, owner = sign_in(make_staff("manager")), browser("owner")
    assert other.get(url).status_code == other.get(f"{url}sheet/").status_code == 404
    other.post(f"{url}confirm/")
    owner.post(f"{url}confirm/")
    assert "confirm/" not in look(owner, job)
    assert work(job).state == JobState.CHECKED
    assert not Product.objects.exists()


@pytest.mark.parametrize("role", ["order_clerk", "warehouse", "support", "finance", "store_clerk"])
def test_only_bosses_import_and_export(role: str) -> None:
    client = browser(role)
    assert client.get(URL).status_code == 403
    assert client.get("/console/products/export/").status_code == 403


class TestWeightShelfBarcodeAndFreight:
    HEADER = ["商品名称", "SKU编码", "规格", "价格", "重量", "货位", "条码", "运费模板"]

    def test_they_are_taken_for_new_skus_and_changed_on_others(self) -> None:
        heavy = make_freight("大件", {})
        assert run(xlsx([self.HEADER, ["米", "A", "小", 10, 2500, "B-1", "6901234567892", "大件"]])) == [
            (2, "add")
        ]
        sku = Sku.objects.get(code="A")
        assert (sku.weight_g, sku.shelf, sku.barcode) == (2500, "B-1", "6901234567892")
        assert sku.product.freight_template == heavy
        client = browser()
        again = xlsx([self.HEADER, ["米", "A", "小", 10, 2600, "B-2", None, None]])
        page = look(client, importing.send(client, URL, again))
        assert "2500 → 2600" in page and "B-1 → B-2" in page
        assert run(again) == [(2, "change")]
        sku.refresh_from_db()
        assert (sku.weight_g, sku.shelf, sku.barcode) == (2600, "B-2", "6901234567892")
        assert sku.product.freight_template == heavy

    def test_an_export_of_them_imports_as_unchanged(self) -> None:
        make_freight("大件", {})
        run(xlsx([self.HEADER, ["米", "A", "小", 10, 2500, "B-1", "0690123456789", "大件"]]))
        raw = browser().get("/console/products/export/").content
        assert run(raw) == [(2, "same")]

    @pytest.mark.parametrize(
        ("row", "words"),
        [
            (["米", "A", "小", 10, "2.5", None, None, None], "Type a whole number."),
            (["米", "A", "小", 10, None, None, None, "没有"], "There is no freight template of this name."),
            (["米", "A", "小", 10, None, None, "6901", None], "The barcode “6901” is that of “"),
            (["米", "A", "小", 10, None, "x" * 21, None, None], "At most 20 characters."),
        ],
    )
    def test_what_cannot_be_is_refused_before_it_is_confirmed(self, row: list[Any], words: str) -> None:
        Sku.objects.filter(pk=make_sku().pk).update(barcode="6901")
        client = browser()
        job = importing.send(client, URL, xlsx([self.HEADER, row]))
        assert list_fates(job) == [(2, "refused")]
        assert words in look(client, job)

    def test_a_barcode_stands_in_one_row(self) -> None:
        rows = [["米", code, "小", 10, None, None, "6901", None] for code in ("A", "B")]
        client = browser()
        job = importing.send(client, URL, xlsx([self.HEADER, *rows]))
        assert "Row 2 has the same barcode." in look(client, job)
