"""The printed documents as a printer gets them: each is printed to a PDF of its own paper, measured and scanned."""

import itertools
import re
from collections.abc import Iterator

import pypdfium2
import pytest
import zxingcpp
from playwright.sync_api import BrowserContext, Page

from orders.desk.prints.presses import Printed, write_token
from orders.models import Order
from orders.payments.changes.cancelling import cancel_lines
from orders.services.printing import Document, note_printed
from shop.catalog.models import Sku
from shop.catalog.services import NewSku, add_product
from shop.store.choices import Delivery, PayMethod
from tests import cast
from tests.browser.conftest import Device, LiveShop

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
MM = 72 / 25.4
DOTS = 300
"""Of a scanner, in each inch."""
LINES = 50
REMARK = "请放门口，不要按门铃。" * 9 + "W" * 60
PAPERS = (
    (Document.RECEIPT, "80", (80, None)),
    (Document.RECEIPT, "58", (58, None)),
    (Document.PICK_LIST, "a4", (210, 297)),
    (Document.PACKING_SLIP, "a4", (210, 297)),
    (Document.PACKING_SLIP, "100x150", (100, 150)),
    (Document.DELIVERY_NOTE, "a4", (210, 297)),
)
CUT = """() => {
  const box = (node) => node.getBoundingClientRect();
  const found = [];
  for (const sheet of document.querySelectorAll(".strip, .sheet")) {
    if (sheet.scrollWidth > sheet.clientWidth) found.push(`${sheet.scrollWidth} of ${sheet.clientWidth} px`);
    for (const node of sheet.querySelectorAll("*")) {
      const is_inside = box(node).left >= box(sheet).left - 0.5 && box(node).right <= box(sheet).right + 0.5;
      if (!is_inside) found.push(node.outerHTML.slice(0, 80));
    }
  }
  return found;
}"""
BROKEN = """() => {
  const found = [];
  const rows = (node) => {
    const range = document.createRange();
    range.selectNodeContents(node);
    return [...range.getClientRects()];
  };
  for (const node of document.querySelectorAll(".whole, .amount, .group4, td.end, .money dd")) {
    const tops = rows(node).map((row) => row.bottom);
    if (Math.max(...tops) - Math.min(...tops) > 8) found.push(`torn apart: ${node.textContent}`);
  }
  for (const label of document.querySelectorAll(".money dt")) {
    const edge = Math.max(...rows(label).map((row) => row.right));
    if (edge + 4 > Math.min(...rows(label.nextElementSibling).map((row) => row.left))) found.push(label.textContent);
  }
  for (const node of document.querySelectorAll("main *")) {
    const has_words = [...node.childNodes].some((each) => each.nodeType === 3 && each.data.trim());
    if (has_words && parseFloat(getComputedStyle(node).fontSize) < 8 / 0.75) found.push(`tiny: ${node.textContent}`);
  }
  return found;
}"""
"""Numbers torn apart, labels that touch their amounts, words under eight points."""
NO_DIALOG = "window.printed = 0; window.print = () => { window.printed += 1; };"
"""While the dialog is open, nothing else can print the page."""

_numbers = itertools.count(1)


def make_long_basket() -> dict[int, int]:
    """Fifty SKUs with the longest names, codes and shelves that there can be."""
    codes = [f"LONG-{next(_numbers):03}-".ljust(40, "C") for _ in range(LINES)]
    for name, part in (("长" * 120, codes[:25]), ("W" * 120, codes[25:])):
        skus = [NewSku(code, "规" * 80, 999_999, 900) for code in part]
        add_product(name, skus=skus, actor=cast.clerk())
    Sku.objects.filter(code__in=codes).update(shelf="S" * 20)
    return dict.fromkeys(Sku.objects.filter(code__in=codes).values_list("pk", flat=True), 9)


@pytest.fixture
def orders(live_shop: LiveShop) -> Iterator[list[Order]]:
    """An ordinary one of which a piece was cancelled, and one with the longest words and fifty lines."""
    cast.open_shop(shop_name="店" * 60)
    plain = cast.paid_order(basket={cast.make_sku(price_fen=100_00).pk: 3}, delivery=Delivery.LOCAL)
    cancel_lines(plain.pk, quantities={plain.lines.get().pk: 1}, reason="缺货", actor=cast.clerk())
    full = cast.place(
        basket=make_long_basket(), pay_method=PayMethod.COD, delivery=Delivery.LOCAL, remark=REMARK
    )
    yield [plain, full]
    cast.open_shop()


def open_document(
    context: BrowserContext, shop: LiveShop, orders: list[Order], document: Document, paper: str
) -> Page:
    copies = {order.pk: note_printed(order.pk, document=document, actor=cast.clerk()) for order in orders}
    page = context.new_page()
    page.goto(shop.url(f"/console/orders/prints/{write_token(Printed(document, copies))}/?paper={paper}"))
    return page


def read_words(pdf: pypdfium2.PdfDocument) -> str:
    return "".join(read_page(sheet) for sheet in pdf)


def read_page(sheet: pypdfium2.PdfPage) -> str:
    return re.sub(r"\s", "", sheet.get_textpage().get_text_range())


def scan(pdf: pypdfium2.PdfDocument) -> set[tuple[str, str]]:
    """The kind and the text of every code on the pages."""
    pictures = (sheet.render(scale=DOTS / 72).to_pil() for sheet in pdf)
    codes = (code for picture in pictures for code in zxingcpp.read_barcodes(picture))
    return {("qr" if "QR" in str(code.format) else "bars", code.text) for code in codes}


def list_codes(document: Document, orders: list[Order]) -> set[tuple[str, str]]:
    """The codes that belong on a document."""
    kinds = {Document.PICK_LIST: (), Document.PACKING_SLIP: ("bars", "qr")}.get(document, ("bars",))
    return {(kind, order.number) for kind in kinds for order in orders}


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize(("document", "paper", "size"), PAPERS)
def test_a_document_fits_its_paper_and_is_read_by_a_scanner(
    live_shop: LiveShop,
    device: Device,
    orders: list[Order],
    document: Document,
    paper: str,
    size: tuple[int, int | None],
    language: str,
) -> None:
    page = open_document(device(locale=language, scripts=(NO_DIALOG,)), live_shop, orders, document, paper)
    page.wait_for_function("window.printed === 1")
    assert page.evaluate(CUT) == []
    assert page.evaluate(BROKEN) == []
    pdf = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))
    sizes = [tuple(round(side / MM) for side in sheet.get_size()) for sheet in pdf]
    if size[1]:
        assert set(sizes) == {size}
    else:
        assert [width for width, _height in sizes] == [size[0]] * len(orders), "a strip is one page"
        assert min(height for _width, height in sizes) < 200
    assert read_words(pdf).count("规") == 80 * LINES
    assert "规" in read_page(pdf[len(pdf) - 1]), "the last page holds a line, not the total alone"
    assert scan(pdf) == list_codes(document, orders)
