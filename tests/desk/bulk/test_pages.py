"""/console/orders/bulk/: the files to fill in, the upload, what was uploaded before; repairing on the job's page."""

import io
import re
from typing import Any

import openpyxl
from django.test import Client

from orders.services.merging import merge_nearby
from orders.services.steps import hold_order
from orders.services.stocktake import Count, count_stock
from orders.stages import Stage
from orders.waybills.models import WaybillState
from orders.waybills.services.ending import give_up_waybill
from shop import access
from shop.events.models import Event
from shop.jobs.models import Job, JobState
from shop.staff.signing_in.reauthentication import PROVED_AT
from shop.store.choices import Delivery
from tests import cast
from tests.console import browser, page_with
from tests.desk.bulk.uploading import SHORT
from tests.expect import count_queries, fresh
from tests.sheets.importing import confirm, look, send, upload, work
from tests.sheets.making import xlsx
from tests.waybills.conftest import set_up_couriers, settled

URL = "/console/orders/bulk/"


def read(response: Any) -> list[tuple[Any, ...]]:
    assert response.status_code == 200
    return list(openpyxl.load_workbook(io.BytesIO(response.content)).active.iter_rows(values_only=True))


def download(client: Client, **typed: str) -> list[tuple[Any, ...]]:
    return read(client.post(f"{URL}waiting/", typed))


def test_the_template_has_the_columns_in_the_readers_language() -> None:
    header = read(browser("warehouse").get(f"{URL}template/"))[0]
    assert header[:5] == ("Order number", "Courier", "Tracking number", "SKU code", "Quantity")


def test_tracking_numbers_are_typed_into_cells_of_text() -> None:
    response = browser("warehouse").get(f"{URL}template/")
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    # Columns that look alike are written as one.
    looks = [sheet.column_dimensions[column] for column in "ABC"]
    assert [(look.number_format, look.min, look.max) for look in looks] == [
        ("@", 1, 1),
        ("General", 2, 2),
        ("@", 3, 4),
    ]


def test_what_waits_is_listed_masked_and_ships_when_it_comes_back() -> None:
    order = cast.prepared_order(remark="请放门口")
    client = browser("warehouse")
    header, row = download(client)
    cells = dict(zip(header, row, strict=True))
    assert cells["Order number"] == order.number and isinstance(cells["Order number"], str)
    assert cells["Recipient"] == "林**" and cells["Phone"] == "138******78" and "502" not in cells["Address"]
    assert cells["Buyer's remark"] == "请放门口" and "×1" in cells["Goods"]
    filled = [*row[:2], "SF1234567890123", *row[3:]]
    job = confirm(client, send(client, URL, xlsx([header, filled]), "发货.xlsx"))
    assert job.done == 1 and fresh(order).stage == Stage.SHIPPED


def test_rows_without_a_number_stay_as_they_are() -> None:
    orders = [cast.prepared_order() for _ in range(2)]
    client = browser()
    header, *rows = download(client)
    job = send(client, URL, xlsx([header, *rows]))
    page = look(client, job)
    assert job.state == JobState.DONE and "No tracking number: not shipped." in page
    assert f"Nothing changed {job.total}" in page and " done" not in page
    assert '<td class="end fit" data-label="Shipped">0</td>' in page_with(200, client.get(URL))
    assert {fresh(order).stage for order in orders} == {Stage.PREPARING}


def test_what_cannot_be_shipped_is_left_out() -> None:
    held = cast.prepared_order()
    hold_order(held.pk, reason="地址不详", actor=cast.clerk())
    cast.prepared_order(delivery=Delivery.LOCAL)
    cast.paid_order()
    cast.shipped_order()
    assert len(download(browser())) <= 2
    assert held.number not in {row[0] for row in download(browser())}


def test_what_is_short_of_stock_is_left_out() -> None:
    sku = cast.make_sku(on_hand=1)
    order = cast.prepared_order(basket={sku.pk: 1})
    count_stock([Count(sku.pk, 0, 1)], reason="盘点", actor=cast.clerk("warehouse"))
    assert fresh(order).is_short
    assert order.number not in {row[0] for row in download(browser())}


def test_an_e_waybill_that_waits_is_filled_in() -> None:
    set_up_couriers()
    order = cast.prepared_order()
    settled(order, WaybillState.ISSUED, tracking_no="75000000000009")
    assert download(browser())[1][2] == "75000000000009"


def test_one_whose_e_waybill_has_no_number_yet_is_left_out() -> None:
    set_up_couriers()
    order, other = cast.prepared_order(), cast.prepared_order()
    waybill = settled(order, WaybillState.UNKNOWN)
    assert [row[0] for row in download(browser())[1:]] == [other.number]
    give_up_waybill(waybill.pk, reason="快递公司没有给单号", actor=cast.clerk())
    assert {row[0] for row in download(browser())[1:]} == {order.number, other.number}


def test_the_e_waybill_of_all_that_goes_together_stands_beside_each() -> None:
    set_up_couriers()
    first = cast.prepared_order()
    orders = [first, *(cast.prepared_order(customer=first.customer) for _ in range(2))]
    merge_nearby(first.pk, actor=cast.clerk())
    settled(fresh(first), WaybillState.ISSUED, tracking_no="75000000000009")
    rows = download(browser())[1:]
    assert {row[0]: row[2] for row in rows} == {order.number: "75000000000009" for order in orders}


def forget_password(client: Client) -> None:
    """It is a while since the person signed in."""
    session = client.session
    session.pop(PROVED_AT, None)
    session.save()


def test_recipients_in_full_need_password_and_reason_which_is_on_the_record() -> None:
    cast.prepared_order()
    client = browser("warehouse")
    forget_password(client)
    question = page_with(403, client.post(f"{URL}waiting/", {"is_full": "on", "reason": "外仓发货"}))
    carried = re.search(r'name="proof_carried" value="([^"]+)"', question)
    assert carried and not Event.objects.filter(verb="staff.download").exists()
    answer = {"proof_password": cast.PASSWORD, "proof_carried": carried[1], "proof_back": URL}
    led_back = client.post(f"{URL}waiting/", answer)
    assert (led_back.status_code, led_back["Location"]) == (302, URL)
    button = re.search(r'name="proof_carried" value="([^"]+)"', page_with(200, client.get(URL)))
    assert button and not Event.objects.filter(verb="staff.download").exists()
    _header, row = read(client.post(f"{URL}waiting/", {"proof_carried": button[1]}))
    assert row[6] == "林晓燕" and row[7] == "13800005678" and row[8].endswith("3 幢 502")
    event = Event.objects.get(verb="staff.download")
    assert event.data == {"orders": 1, "reason": "外仓发货"}
    forget_password(client)
    late = page_with(403, client.post(f"{URL}waiting/", {"proof_carried": button[1]}))
    assert button[1] in late and "This is not your password." not in late
    client.post(f"{URL}waiting/", answer)
    refused = client.post(f"{URL}waiting/", {"is_full": "on", "reason": " "})
    assert "Say what the personal data is needed for." in page_with(422, refused)


def test_who_may_not_see_recipients_gets_them_masked(monkeypatch: Any) -> None:
    cast.prepared_order()
    client = browser("warehouse")
    monkeypatch.setitem(access.ROLES, "warehouse", access.ROLES["warehouse"] - {"orders.reveal"})
    assert "in full" not in page_with(200, client.get(URL))
    assert download(client, is_full="on", reason="x")[1][6] == "林**"


def test_the_file_is_written_in_as_few_queries_for_many_orders_as_for_one() -> None:
    client = browser()
    cast.prepared_order()
    one = count_queries(lambda: download(client))
    for _ in range(5):
        cast.prepared_order()
    assert count_queries(lambda: download(client)) == one


def test_the_default_courier_is_asked_and_goes_along_with_the_repaired_rows() -> None:
    fine, late = cast.prepared_order(), cast.paid_order()
    client = browser("warehouse")
    response = upload(client, URL, xlsx([SHORT, (fine.number, "AB1234567"), (late.number, "AB1234568")]))
    assert "does not tell" not in response.content.decode()
    data = {"courier": "KYSY"}
    file = io.BytesIO(xlsx([SHORT, (fine.number, "AB1234569"), (late.number, "AB1234570")]))
    file.name = "发货.xlsx"
    client.post(URL, {"sheet": file, **data})
    job = confirm(client, work(Job.objects.latest("pk")))
    assert (job.done, job.failed) == (1, 1)
    page = look(client, job)
    assert re.search(r'<form[^>]*action="/console/orders/bulk/"', page)
    assert '<input type="hidden" name="courier" value="KYSY">' in page


def test_a_courier_that_is_none_is_refused_with_the_page() -> None:
    file = io.BytesIO(xlsx([SHORT, ("1", "2")]))
    file.name = "发货.xlsx"
    assert browser().post(URL, {"sheet": file, "courier": "ROCKET"}).status_code == 422


def test_everybody_who_ships_sees_what_was_uploaded_and_their_own_jobs_linked() -> None:
    order = cast.prepared_order()
    own, colleague, owner = browser("warehouse"), browser("order_clerk"), browser("owner")
    job = send(own, URL, xlsx([SHORT, (order.number, "SF1234567890123")]), "十一月.xlsx")
    link = f'href="/console/jobs/{job.pk}/"'
    pages = [
        page_with(200, client.get(URL)).partition("Sheets that were uploaded")[2]
        for client in (own, colleague, owner)
    ]
    assert all("十一月.xlsx" in page for page in pages)
    assert [link in page for page in pages] == [True, False, True]


def test_the_tab_of_what_is_to_be_shipped_leads_here() -> None:
    client = browser("warehouse")
    link = f'href="{URL}"'
    empty = page_with(200, client.get("/console/orders/?tab=to_ship")).count(link)
    cast.prepared_order()
    assert page_with(200, client.get("/console/orders/?tab=to_ship")).count(link) == empty + 1
    assert page_with(200, browser("support").get("/console/orders/?tab=to_ship")).count(link) == 0


def test_two_hundred_rows_with_five_mistakes_are_done_in_seven_presses() -> None:
    """Choose, check, apply; download the refused, choose the repaired, check, apply: each press is a request."""
    orders = [cast.prepared_order() for _ in range(12)]
    rows = [(order.number, f"SF12345678901{at:02d}") for at, order in enumerate(orders)]
    spoiled = [*rows[:7], *((number, "7.73E+13") for number, _tracking in rows[7:])]
    client = browser("warehouse")
    first = confirm(client, send(client, URL, xlsx([SHORT, *spoiled])))
    assert (first.done, first.failed) == (7, 5)
    header, *refused = read(client.get(f"/console/jobs/{first.pk}/sheet/?rows=failed"))
    place = header.index("Tracking number")
    right = dict(rows)
    repaired = [[*row[:place], right[row[1]], *row[place + 1 :]] for row in refused]
    second = confirm(client, send(client, URL, xlsx([header, *repaired])))
    assert (second.done, second.failed) == (5, 0)
    assert {fresh(order).stage for order in orders} == {Stage.SHIPPED}
