"""/console/products/add/ and …/edit/: a product with its pictures and SKUs on one form."""

import io
import re
from datetime import date
from typing import Any

import pytest
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from shop.actor import SYSTEM
from shop.catalog.models import MovementKind, Product, Sku
from shop.catalog.services import NewSku, add_product
from shop.catalog.stock.changes import correct_stock
from shop.events.models import Event
from shop.files.services import store_picture
from tests.cast import make_freight, make_sku
from tests.console import browser, page_with

pytestmark = pytest.mark.django_db
ADD = "/console/products/add/"


@pytest.fixture(autouse=True)
def own_media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def png(colour: str = "green") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (20, 20), colour).save(out, "PNG")
    return out.getvalue()


def upload(colour: str = "green") -> SimpleUploadedFile:
    return SimpleUploadedFile("茶.png", png(colour), "image/png")


def row(code: str = "", name: str = "250g", price: str = "35.50", **more: Any) -> dict[str, Any]:
    return {"code": code, "name": name, "price_fen": price, "low_at": "5", "is_on_sale": "on", **more}


EMPTY = {"low_at": "5", "is_on_sale": "on"}


def form(*rows: dict[str, Any], name: str = "高山茶", **more: Any) -> dict[str, Any]:
    """What the browser sends."""
    data: dict[str, Any] = {"name": name, "category": "茶", "description": "好茶", "is_on_sale": "on"}
    data |= {"skus-TOTAL_FORMS": str(len(rows)), "skus-INITIAL_FORMS": str(len(rows))}
    for at, values in enumerate(rows):
        data |= {f"skus-{at}-{field}": value for field, value in values.items()}
    return data | more


def existing(sku: Sku, **changes: Any) -> dict[str, Any]:
    return (
        row(sku.code, sku.name, f"{sku.price_fen / 100:.2f}", pk=str(sku.pk), low_at=str(sku.low_at))
        | changes
    )


def edit(client: Client, product: Product, *rows: dict[str, Any], **more: Any) -> Any:
    data = form(*rows, **{"name": product.name, "version": str(product.version), **more})
    return client.post(f"/console/products/{product.pk}/edit/", data)


@pytest.fixture
def sku() -> Sku:
    return make_sku()


def test_a_product_with_three_skus_is_added_on_one_form() -> None:
    rows = [row("A", "小", "10", on_hand="3"), row("B", "中", "20", on_hand="4"), row("C", "大", "30"), EMPTY]
    response = browser("manager").post(ADD, form(*rows, pictures=[upload(), upload("red")]))
    product = Product.objects.get()
    assert response.headers["Location"] == f"/console/products/{product.pk}/"
    skus = list(product.skus.order_by("pk").values_list("code", "price_fen", "on_hand"))
    assert skus == [("A", 1000, 3), ("B", 2000, 4), ("C", 3000, 0)]
    assert product.pictures.count() == 2
    assert product.picture_id == product.pictures.get(position=0).picture_id
    assert Sku.objects.get(code="A").movements.get().kind == MovementKind.OPENING


def test_the_first_page_offers_three_empty_rows() -> None:
    response = browser().get(ADD)
    assert len(response.context["skus"].forms) == 3
    assert b'enctype="multipart/form-data"' in response.content


def test_without_a_script_the_server_adds_a_row_and_keeps_what_was_typed() -> None:
    response = browser().post(ADD, form(row("A", "小"), name="", more="1"))
    assert response.status_code == 200
    page = response.content.decode()
    assert len(response.context["skus"].forms) == 2
    assert 'value="小"' in page
    assert "alert-circle" not in page.split("</form>")[1]
    assert not Product.objects.exists()


@pytest.mark.parametrize(
    ("rows", "more"),
    [
        ([EMPTY], {}),
        ([row("A"), row("A")], {}),
        ([row("")], {}),
        ([row("A", "")], {}),
        ([row("A", price="")], {}),
        ([row("A", price="-1")], {}),
        ([row("A", price="1.234")], {}),
        ([row("A", price="99999999")], {}),
        ([row("A", on_hand="-1")], {}),
        ([row("A", low_at="x")], {}),
        ([row("A", ships_on="soon")], {}),
        ([row("A", ships_on="9999-12-31")], {}),
        ([row("A", ships_on="0001-01-01")], {}),
        ([row("\u200b")], {}),
        ([row("x" * 41)], {}),
        ([row("a\0b")], {}),
        ([row("A")], {"name": ""}),
        ([row("A")], {"name": "x" * 121}),
        ([row("A")], {"description": "x" * 5001}),
        ([row("A")], {"skus-TOTAL_FORMS": "many"}),
        ([row("A")], {"skus-TOTAL_FORMS": "1000000"}),
    ],
)
def test_nonsense_comes_back_with_what_was_typed(rows: list[dict[str, Any]], more: dict[str, Any]) -> None:
    assert "field-error" in page_with(422, browser().post(ADD, form(*rows, **more)))
    assert not Product.objects.exists()


def test_a_code_of_another_product_is_refused_beside_its_row() -> None:
    taken = make_sku()
    response = browser().post(ADD, form(row("NEW"), row(taken.code)))
    assert response.status_code == 422
    assert "is taken" in str(response.context["skus"].forms[1].errors["code"])
    assert Product.objects.count() == 1


def test_a_change_is_recorded_with_before_and_after() -> None:
    sku = make_sku(price_fen=1000)
    edit(browser(), sku.product, existing(sku, price_fen="12.00", low_at="9"), name="新名字")
    event = Event.objects.get(verb="product.change")
    assert event.data["after"]["name"] == "新名字"
    change = event.data["skus"][sku.code]
    assert change == {"before": {"price_fen": 1000, "low_at": 5}, "after": {"price_fen": 1200, "low_at": 9}}
    page = browser().get(f"/console/products/{sku.product_id}/").content.decode()
    assert "<del><bdi>¥10.00</bdi></del> → <ins><bdi>¥12.00</bdi></ins>" in page


def test_saving_what_is_there_changes_nothing(sku: Sku) -> None:
    product = sku.product
    more = {"category": "", "description": ""}
    assert edit(browser(), product, existing(sku), **more).status_code == 302
    product.refresh_from_db()
    assert product.version == 1


def test_stock_is_not_changed_by_the_form() -> None:
    sku = make_sku(on_hand=7)
    edit(browser(), sku.product, existing(sku, on_hand="99", price_fen="1"))
    sku.refresh_from_db()
    assert (sku.on_hand, sku.price_fen) == (7, 100)


def test_a_sku_is_added_to_a_product_and_taken_off_sale(sku: Sku) -> None:
    off = existing(sku)
    del off["is_on_sale"]
    edit(browser(), sku.product, off, row("EXTRA", on_hand="2"))
    assert dict(sku.product.skus.values_list("code", "is_on_sale")) == {sku.code: False, "EXTRA": True}


def test_a_form_opened_before_somebody_else_saved_is_refused_and_kept(sku: Sku) -> None:
    product = sku.product
    assert edit(browser("manager"), product, existing(sku), name="先存的").status_code == 302
    page = page_with(422, edit(browser(), product, existing(sku), name="后存的"))
    assert "manager 王 changed this at" in page
    assert 'value="后存的"' in page
    product.refresh_from_db()
    assert product.name == "先存的"


def test_counting_stock_meanwhile_does_not_make_the_form_stale(sku: Sku) -> None:
    correct_stock(sku.pk, on_hand=1, reason="盘点", actor=SYSTEM)
    assert edit(browser(), sku.product, existing(sku), name="新").status_code == 302


def test_a_sku_of_another_product_cannot_be_changed_through_the_form() -> None:
    own, other = make_sku(), make_sku(price_fen=5000)
    response = edit(browser(), own.product, existing(own), existing(other, price_fen="0.01"))
    other.refresh_from_db()
    assert other.price_fen == 5000
    assert response.status_code == 422


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_day_of_a_presale_is_shown_as_browsers_read_it(language: str, sku: Sku) -> None:
    Sku.objects.filter(pk=sku.pk).update(is_presale=True, ships_on=date(2027, 3, 1))
    page = browser().get(f"/console/products/{sku.product_id}/edit/", headers={"accept-language": language})
    assert 'value="2027-03-01"' in page.content.decode()


def test_presale_needs_a_day_and_the_day_makes_it_one(sku: Sku) -> None:
    edit(browser(), sku.product, existing(sku, ships_on="2027-03-01"))
    sku.refresh_from_db()
    assert (sku.is_presale, sku.ships_on) == (True, date(2027, 3, 1))
    sku.product.refresh_from_db()
    edit(browser(), sku.product, existing(sku, ships_on=""))
    sku.refresh_from_db()
    assert (sku.is_presale, sku.ships_on) == (False, None)


class TestPictures:
    def signed(self, *ids: int) -> list[str]:
        return [signing.Signer(salt="product-picture").sign(str(pk)) for pk in ids]

    def test_they_are_ordered_and_removed(self) -> None:
        one, two, three = (store_picture(png(c)).pk for c in ("red", "green", "blue"))
        sku = make_sku()
        edit(browser(), sku.product, existing(sku), picture=self.signed(one, two, three))
        product = Product.objects.get()
        places = {f"place-{one}": "3", f"place-{two}": "2", f"place-{three}": "1", f"remove-{two}": "on"}
        edit(browser(), product, existing(sku), picture=self.signed(one, two, three), **places)
        product.refresh_from_db()
        assert list(product.pictures.order_by("position").values_list("picture_id", flat=True)) == [
            three,
            one,
        ]
        assert product.picture_id == three

    def test_a_forged_id_is_left_out(self) -> None:
        foreign, sku = store_picture(png()), make_sku()
        edit(browser(), sku.product, existing(sku), picture=[str(foreign.pk), f"{foreign.pk}:forged"])
        assert Product.objects.get().pictures.count() == 0

    def test_what_is_no_picture_is_refused_with_its_reason(self) -> None:
        bad = SimpleUploadedFile("x.png", b"<script>alert(1)</script>", "image/png")
        page = page_with(422, browser().post(ADD, form(row("A"), pictures=[bad])))
        assert "not a JPEG, PNG or WebP" in page

    def test_a_refused_form_keeps_what_was_uploaded(self) -> None:
        response = browser().post(ADD, form(row("A", price="x"), pictures=[upload()]))
        assert len(response.context["pictures"]) == 1

    def test_there_are_at_most_nine(self) -> None:
        page = page_with(422, browser().post(ADD, form(row("A"), pictures=[upload() for _ in range(10)])))
        assert "At most 9 pictures" in page


@pytest.mark.parametrize("role", ["order_clerk", "warehouse", "support", "finance", "store_clerk"])
def test_only_bosses_add_and_edit(role: str, sku: Sku) -> None:
    client = browser(role)
    assert client.get(ADD).status_code == 403
    assert client.post(ADD, form(row("A"))).status_code == 403
    assert edit(client, sku.product, existing(sku)).status_code == 403


def test_an_unknown_product_is_not_found() -> None:
    assert browser().get("/console/products/987654/edit/").status_code == 404


def test_names_cannot_bring_markup() -> None:
    product = add_product("<script>x", skus=[NewSku("<b>", "<i>", 1, 1)], actor=SYSTEM)
    page = browser().get(f"/console/products/{product.pk}/edit/").content.decode()
    assert "<script>x" not in page
    assert "<b>" not in page.split("data-sku-rows")[1].split("</tbody>")[0]


@pytest.mark.parametrize("typed", ["ＴＥＡ－１", "TEA-1\u200b", " TEA-1 "])
def test_a_code_is_kept_as_sheets_read_it(typed: str) -> None:
    browser().post(ADD, form(row(typed)))
    assert Sku.objects.get().code == "TEA-1"


def test_each_control_names_the_sentence_that_refuses_it() -> None:
    page = browser().post(ADD, form(row(code="", price="x"), name="")).content.decode()
    named = set(re.findall(r'aria-describedby="([^"]+)"', page))
    assert {"id_name_error", "id_skus-0-code_error", "id_skus-0-price_fen_error"} <= named
    assert named <= set(re.findall(r'\bid="([^"]+)"', page))


class TestWeightShelfAndBarcode:
    MORE = {"weight_g": "350", "shelf": "A-02", "barcode": " 6901234567892 "}

    def test_they_are_kept_and_shown_on_the_product_page(self) -> None:
        client = browser()
        assert client.post(ADD, form(row("A", **self.MORE))).status_code == 302
        sku = Sku.objects.get(code="A")
        assert (sku.weight_g, sku.shelf, sku.barcode) == (350, "A-02", "6901234567892")
        page = page_with(200, client.get(f"/console/products/{sku.product_id}/"))
        assert "350 g" in page and "Shelf A-02" in page and "6901234567892" in page

    def test_left_empty_a_sku_is_not_weighed(self, sku: Sku) -> None:
        edit(browser(), sku.product, existing(sku, weight_g="", shelf="", barcode=""))
        sku.refresh_from_db()
        assert (sku.weight_g, sku.shelf, sku.barcode, sku.version) == (0, "", "", 0)

    def test_a_change_of_them_is_on_the_record(self, sku: Sku) -> None:
        edit(browser(), sku.product, existing(sku, **self.MORE))
        changes = Event.objects.get(verb="product.change").data["skus"][sku.code]
        assert changes["after"] == {"weight_g": 350, "shelf": "A-02", "barcode": "6901234567892"}

    def test_a_barcode_of_another_article_is_refused_with_its_name(self, sku: Sku) -> None:
        Sku.objects.filter(pk=sku.pk).update(barcode="6901234567892")
        page = page_with(422, browser().post(ADD, form(row("B", **self.MORE))))
        assert f"The barcode “6901234567892” is that of “{sku}”." in page.replace("&#34;", '"')
        other = make_sku()
        page = page_with(422, edit(browser(), other.product, existing(other, **self.MORE)))
        assert f"is that of “{sku}”" in page
        assert not Sku.objects.filter(code="B").exists()

    def test_nor_may_two_rows_have_one(self) -> None:
        page = page_with(422, browser().post(ADD, form(row("A", **self.MORE), row("B", **self.MORE))))
        assert page.count("This barcode stands in another row.") == 1

    @pytest.mark.parametrize("typed", ["-1", "1.5", "1000001", "heavy"])
    def test_a_weight_is_a_whole_number_of_grams(self, typed: str) -> None:
        page_with(422, browser().post(ADD, form(row("A", weight_g=typed))))
        assert not Product.objects.exists()


class TestFreightTemplate:
    def test_one_is_chosen_and_stands_on_page_and_record(self, sku: Sku) -> None:
        heavy = make_freight("大件", {})
        client = browser()
        assert edit(client, sku.product, existing(sku), freight_template=str(heavy.pk)).status_code == 302
        assert Product.objects.get(pk=sku.product_id).freight_template == heavy
        assert Event.objects.get(verb="product.change").data["after"]["freight_template"] == "大件"
        page = page_with(200, client.get(f"/console/products/{sku.product_id}/"))
        assert "大件" in page and "Freight template" in page

    def test_empty_is_the_default_one(self, sku: Sku) -> None:
        sku.product.freight_template = make_freight("大件", {})
        sku.product.save()
        edit(browser(), sku.product, existing(sku), freight_template="")
        assert Product.objects.get(pk=sku.product_id).freight_template is None

    def test_one_that_is_not_there_is_refused(self, sku: Sku) -> None:
        page_with(422, edit(browser(), sku.product, existing(sku), freight_template="999999"))
