"""The money desk: days with their sums, the queue of differences, one of them, sheets, and a bill that is uploaded."""

from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from orders.bills.models import Bill
from tests import cast
from tests.bills.bills import fetch, made_difference, paid_yesterday, write_bill, yesterday
from tests.bills.conftest import bills  # noqa: F401  # the fixture
from tests.bills.rows import row_of, totals_of
from tests.console import browser, page_with, sign_in
from tests.gateway import Gateway

DAYS = "/console/money/"
LIST = f"{DAYS}differences/"
MOST_QUERIES = 16


@pytest.fixture
def finance(db: None) -> Client:
    return browser("finance")


def read_sheet(response: Any) -> list[tuple[Any, ...]]:
    sheet = load_workbook(BytesIO(response.content), read_only=True).worksheets[0]
    return list(sheet.iter_rows(values_only=True))


def count(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


class TestDays:
    def test_a_day_shows_both_sides(self, bills: Gateway, finance: Client) -> None:  # noqa: F811
        order = paid_yesterday(bills)
        paid_yesterday(bills, knows=False)
        bill = fetch()
        (row,) = finance.get(DAYS).context["rows"]
        assert (row.bill.received_fen, row.received_fen, row.open) == (
            *(2 * order.paid_fen, order.paid_fen),
            1,
        )
        html = page_with(200, finance.get(f"{DAYS}bills/{bill.pk}/"))
        assert f"¥{bill.received_fen / 100:,.2f}" in html and "Does not agree" in html

    def test_what_is_on_its_way_is_summed_up(self, bills: Gateway, finance: Client) -> None:  # noqa: F811
        paid_yesterday(bills)
        fetch()
        money = finance.get(DAYS).context["money"]
        funds = Bill.objects.get(kind="funds")
        assert (money.awaiting_fen, money.balance_fen) == (0, funds.balance_fen)
        Bill.objects.filter(kind="trades").update(due_fen=Bill.objects.get(kind="trades").due_fen + 7_00)
        assert finance.get(DAYS).context["money"].awaiting_fen == 7_00

    def test_an_empty_desk_says_when_bills_come(self, shop: None, finance: Client) -> None:
        assert "ten o" in page_with(200, finance.get(DAYS))

    def test_the_days_as_a_sheet(self, bills: Gateway, finance: Client) -> None:  # noqa: F811
        order = paid_yesterday(bills)
        fetch()
        header, row = read_sheet(finance.get(f"{DAYS}sheet/"))
        assert len(header) == len(row) == 13
        assert row[0] == f"{yesterday():%Y-%m-%d}" and order.paid_fen / 100 in row

    def test_who_is_bound_to_stores_sees_no_bill(self, bills: Gateway) -> None:  # noqa: F811
        paid_yesterday(bills)
        bill = fetch()
        manager = cast.make_staff("manager")
        type(manager).objects.filter(pk=manager.pk).update(store_ids=[cast.make_store().pk])
        client = sign_in(manager)
        assert client.get(DAYS).context["rows"] == []
        assert client.get(f"{DAYS}bills/{bill.pk}/").status_code == 404


class TestDifferences:
    def test_each_stands_on_its_tab_with_what_to_do(self, shop: None, finance: Client) -> None:
        order = cast.paid_order()
        difference = made_difference(order)
        html = page_with(200, finance.get(LIST))
        assert difference.trade_no in html and "Book it" in html
        url = f"{LIST}{difference.pk}/"
        page = page_with(200, finance.get(url))
        assert order.number in page and "Book the payment" in page and "Book the refund" not in page
        typed = {"reason": "已核实", "version": difference.version}
        assert finance.post(f"{url}settle-difference/", typed).status_code == 302
        assert [row.pk for row, _advice in finance.get(f"{LIST}?show=settled").context["rows"]] == [
            difference.pk
        ]
        assert finance.get(LIST).context["rows"] == []

    def test_a_reason_is_asked_for(self, shop: None, finance: Client) -> None:
        difference = made_difference()
        typed = {"reason": " ", "version": difference.version}
        assert finance.post(f"{LIST}{difference.pk}/dismiss-difference/", typed).status_code == 422

    @pytest.mark.parametrize("by", ["trade_no", "refund_no", "order"])
    def test_a_number_is_found_on_every_tab(self, shop: None, finance: Client, by: str) -> None:
        order = cast.paid_order()
        made_difference(order, trade_no="420000X", refund_no="R-1", kind="unknown_refund")
        made_difference()
        number = {"trade_no": "420000X", "refund_no": "R-1", "order": order.number}[by]
        rows = finance.get(f"{LIST}?show=left&q={number}").context["rows"]
        assert [row.order_id for row, _advice in rows] == [order.pk]

    def test_kinds_and_days_narrow_it(self, shop: None, finance: Client) -> None:
        made_difference()
        made_difference(kind="amount", trade_no="1", ours_fen=1)
        assert len(finance.get(f"{LIST}?kind=amount").context["rows"]) == 1
        assert len(finance.get(f"{LIST}?until=2020-01-01").context["rows"]) == 0

    def test_the_list_costs_the_same_however_long_it_is(self, shop: None, finance: Client) -> None:
        made_difference(cast.paid_order())
        few = count(finance, LIST)
        for _ in range(4):
            made_difference(cast.paid_order())
        assert count(finance, LIST) == few <= MOST_QUERIES
        assert count(finance, DAYS) <= MOST_QUERIES

    def test_the_list_as_a_sheet(self, shop: None, finance: Client) -> None:
        difference = made_difference(cast.paid_order())
        header, row = read_sheet(finance.get(f"{LIST}sheet/"))
        assert len(header) == len(row) and difference.trade_no in row


class TestUpload:
    def press(self, client: Client, text: str) -> Any:
        return client.post(f"{DAYS}upload/", {"bill": SimpleUploadedFile("bill.csv", text.encode())})

    def test_a_bill_leads_to_its_page(self, bills: Gateway, finance: Client) -> None:  # noqa: F811
        row = row_of(yesterday(), bills.server.world.credentials.mchid)
        response = self.press(finance, write_bill(row, totals=totals_of(row)))
        assert response.status_code == 302 and response["Location"] == f"{DAYS}bills/{Bill.objects.get().pk}/"

    def test_what_is_none_is_told_beside_the_field(self, bills: Gateway, finance: Client) -> None:  # noqa: F811
        assert "no bill" in page_with(422, self.press(finance, "a,b"))
        assert "Choose a file" in page_with(422, finance.post(f"{DAYS}upload/"))
        assert not Bill.objects.exists()


def test_fetch_again_is_a_button_of_the_bill(bills: Gateway, finance: Client) -> None:  # noqa: F811
    bill = fetch()
    url = f"{DAYS}bills/{bill.pk}/"
    assert "Fetch again" in page_with(200, finance.get(url))
    assert finance.post(f"{url}fetch-again/", {"version": bill.version}).status_code == 302
    bill.refresh_from_db()
    assert bill.state == "waiting"
