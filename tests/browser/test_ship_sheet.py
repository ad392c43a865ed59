"""Twenty orders by a sheet with five mistakes: from the file of what waits to everything sent, and how many presses."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from orders.models import Order
from orders.stages import Stage
from tests import cast
from tests.browser.conftest import Device, LiveShop, open_page

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
ORDERS, MISTAKES, MOST_PRESSES = 20, 5, 7

Cells = dict[Any, Any]
"""By the headers of their columns."""

Fill = Callable[[str], Cells]
"""What one writes into the row of the order with this number."""


class Clerk:
    """Presses, and counts how often."""

    def __init__(self, page: Page, files: Path) -> None:
        self.page, self.files, self.presses = page, files, 0

    def press(self, button: str) -> None:
        self.presses += 1
        self.page.get_by_role("button", name=button).click()

    def upload(self, file: Path) -> None:
        """Choose this file and have it checked: two presses."""
        self.presses += 1
        self.page.locator("#sheet").set_input_files(file)
        self.press("检查表格")
        self.page.wait_for_url("**/console/jobs/*/")

    def ship(self, rows: int) -> None:
        self.press(f"发货 {rows} 行")
        expect(self.page.locator("#job-progress")).to_contain_text(f"已发货 {rows}", timeout=20_000)

    def download(self, words: str) -> Path:
        """Press for a file, which then lies where it may be filled in."""
        self.presses += 1
        with self.page.expect_download() as offered:
            self.page.get_by_role("link", name=words).click()
        path = self.files / offered.value.suggested_filename
        offered.value.save_as(path)
        return path


def fill(file: Path, wanted: list[str], write: Fill) -> None:
    """Keep the rows of these orders, and write into each, as one does in Excel."""
    book = openpyxl.load_workbook(file)
    sheet = book.active
    assert sheet is not None
    header, *rows = sheet.iter_rows(values_only=True)
    kept = {cells["订单号"]: cells for cells in (dict(zip(header, row, strict=True)) for row in rows)}
    sheet.delete_rows(2, len(rows))
    for number in wanted:
        sheet.append(list((kept[number] | write(number)).values()))
    book.save(file)


def write_right(number: str) -> Cells:
    return {"快递公司": None, "运单号": f"SF{number[-13:]}", "数量": None}


def make_wrong(numbers: list[str]) -> Fill:
    """The right number, but beside these orders what people and Excel make of one."""
    mistakes: list[Cells] = [
        {"运单号": "7.73E+13"},
        {"快递公司": "火箭快递"},
        {"运单号": "AB1234567"},
        {"数量": 99},
        {"运单号": "见群里"},
    ]
    wrong = dict(zip(numbers, mistakes, strict=True))
    return lambda number: write_right(number) | wrong.get(number, {})


@pytest.fixture
def worker(live_shop: LiveShop) -> Iterator[None]:
    live_shop.processes.start("worker")
    yield
    live_shop.processes.stop("worker")


@pytest.mark.usefixtures("worker")
def test_twenty_orders_with_five_mistakes_are_shipped_in_seven_presses(
    live_shop: LiveShop, device: Device, tmp_path: Path
) -> None:
    sku = cast.make_sku(on_hand=ORDERS)
    numbers = [cast.prepared_order(basket={sku.pk: 1}).number for _ in range(ORDERS)]
    page = open_page(device("warehouse"), live_shop, "/console/orders/bulk/")
    waiting = tmp_path / "waiting.xlsx"
    with page.expect_download() as offered:
        page.get_by_role("button", name="下载待发货订单").click()
    offered.value.save_as(waiting)
    fill(waiting, numbers, make_wrong(numbers[-MISTAKES:]))
    clerk = Clerk(page, tmp_path)
    clerk.upload(waiting)
    refused = page.locator(".sheet-table .ink-overdue")
    expect(refused).to_have_count(MISTAKES, timeout=20_000)
    clerk.ship(ORDERS - MISTAKES)
    failed = clerk.download("被拒的行")
    fill(failed, numbers[-MISTAKES:], write_right)
    clerk.upload(failed)
    clerk.ship(MISTAKES)
    expect(refused).to_have_count(0)
    stages = Order._base_manager.filter(number__in=numbers).values_list("stage", flat=True)
    assert set(stages) == {Stage.SHIPPED}
    assert clerk.presses <= MOST_PRESSES
