"""What a scan is in the state it meets, and what the packer is told."""

import csv
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from orders.packing.models import Packing, PackingScan, PackingState
from orders.packing.selectors import find_open_packing, read_box
from orders.payments.changes.cancelling import cancel_lines, cancel_paid
from orders.payments.changes.swapping import Swap, change_lines
from orders.services.postponing import postpone_order
from orders.services.steps import hold_order
from orders.shipping.models import Parcel
from orders.waybills.models import WaybillState
from shop import clock
from shop.catalog.models import Sku
from tests import cast
from tests.console import browser, sign_in
from tests.desk.station.scanning import STATION, Station, order_of
from tests.expect import fresh
from tests.waybills.conftest import answer, provider, set_up_couriers

__all__ = ["provider"]
CORPUS = Path(__file__).parents[2] / "corpus" / "scans.csv"
NUMBER = "SF1234567890123"


@pytest.fixture
def station(sent_tasks: list[tuple[str, int]]) -> Station:
    return Station(browser("warehouse"))


def read_sent(text: str) -> str:
    """What was sent, with its control characters, which the table spells out."""
    return text.encode("latin-1", "backslashreplace").decode("unicode_escape")


def read_corpus() -> list[tuple[str, str]]:
    with CORPUS.open(encoding="utf-8", newline="") as file:
        return [(read_sent(row["sent"]), row["verdict"]) for row in csv.DictReader(file)]


@pytest.mark.parametrize(("sent", "verdict"), read_corpus())
def test_what_scanners_and_keyboards_send(station: Station, sent: str, verdict: str) -> None:
    order, tea = order_of(3)
    Sku.objects.filter(pk=tea.pk).update(code="TEA-8801", barcode="6901234567892")
    upc, other = cast.make_sku(), cast.make_sku()
    Sku.objects.filter(pk=upc.pk).update(code="UPC", barcode="0012345678905")
    Sku.objects.filter(pk=other.pk).update(code="OTHER-1")
    station.scan(order.number)
    tone = station.scan(sent)
    last = PackingScan.objects.latest("pk")
    expected = "wrong" if verdict == "upc" else verdict
    assert (last.verdict, tone) == (expected, "right" if verdict == "right" else "wrong")
    assert not (verdict == "upc" and last.code != "UPC")


def test_from_slip_to_next_by_scans_alone(station: Station) -> None:
    order, sku = order_of(2)
    assert station.scan(f"]C1{order.number}\r") == "right"
    assert station.stage == "pack"
    assert station.scan(sku.code) == "right" and "1/2" in station.page
    assert station.scan(sku.code) == "full" and station.stage == "number"
    assert station.scan(NUMBER) == "right" and station.stage == "ready"
    assert station.scan(NUMBER.lower()) == "done"
    assert (station.order, station.stage) == ("", "empty")
    assert fresh(order).stage == "shipped"
    assert "Packed by you today: 1" in station.page


def test_the_label_is_got_printed_and_scanned_to_ship(station: Station, provider) -> None:
    set_up_couriers()
    order, sku = order_of(1)
    station.scan(order.number)
    station.scan(sku.code)
    assert station.scan("PACK-LABEL") == "right" and station.stage == "waiting"
    assert station.scan(NUMBER) == "wrong" and station.stage == "waiting"
    number = answer(order.waybills.get()).tracking_no
    assert station.scan("pack-label") == "right" and "data-print" in station.page
    assert station.stage == "ready"
    assert station.scan("SF9999999999999") == "wrong" and number in station.page
    assert station.scan(number) == "done"
    assert Parcel.objects.get().tracking_no == number


def test_a_label_that_needs_a_person_leads_there_and_is_not_asked_for_again(
    station: Station, provider
) -> None:
    set_up_couriers()
    order, sku = order_of(1)
    for code in (order.number, sku.code, "PACK-LABEL"):
        station.scan(code)
    waybill = order.waybills.get()
    order.waybills.update(state=WaybillState.DISPUTED, next_try_at=None)
    assert station.scan("PACK-LABEL") == "wrong" and station.stage == "number"
    assert f'href="/console/orders/waybills/{waybill.pk}/"' in station.page
    assert "Get e-waybill" not in station.page


def test_a_scan_that_is_sent_twice_counts_once(station: Station) -> None:
    order, sku = order_of(3)
    station.scan(order.number)
    assert [station.scan(sku.code, key="c" * 32) for _ in range(2)] == ["right", "right"]
    assert "1/3" in station.page
    assert station.scan(sku.code) == "right" and "2/3" in station.page


def test_shipping_that_is_sent_twice_says_the_same(station: Station) -> None:
    order, sku = order_of(1)
    for code in (order.number, sku.code, NUMBER):
        station.scan(code)
    present = station.order
    assert station.scan("PACK-SHIP", key="d" * 32) == "done"
    station.order = present
    assert station.scan("PACK-SHIP", key="d" * 32) == "done"
    assert Parcel.objects.count() == 1


def test_one_too_many_is_told_and_undone_by_nobody(station: Station) -> None:
    order, sku = order_of(3)
    station.scan(order.number)
    for _ in range(3):
        station.scan(sku.code)
    assert station.scan(sku.code) == "wrong"
    assert "already 3 of 3" in station.page and "3/3" in station.page


def test_another_slip_is_asked_about_and_scanned_again_it_switches(station: Station) -> None:
    (one, sku), (other, _sku) = order_of(2), order_of(2)
    station.scan(one.number)
    assert station.scan(other.number) == "right" and station.order == other.number
    station.scan(one.number)
    station.scan(sku.code)
    assert station.scan(other.number) == "ask" and station.order == one.number
    assert station.scan(other.number, agrees=False) == "ask"
    assert station.scan(other.number) == "right" and station.order == other.number
    assert read_box(one, find_open_packing(one.pk)).packed == 1


def test_an_order_of_another_packer_is_taken_over_by_scanning_it_again(station: Station) -> None:
    order, _sku = order_of(2)
    colleague = cast.make_staff("warehouse")
    Station(sign_in(colleague)).scan(order.number)
    assert station.scan(order.number) == "ask"
    assert colleague.display_name in station.page and station.order == ""
    assert station.scan(order.number) == "right" and station.order == order.number


def test_giving_up_is_asked_about_once_something_is_packed(station: Station) -> None:
    order, sku = order_of(2)
    station.scan(order.number)
    station.scan(sku.code)
    assert station.scan("PACK-LEAVE") == "ask"
    assert station.scan("PACK-LEAVE") == "plain" and station.order == ""
    assert Packing.objects.get().state == PackingState.LEFT


def test_the_next_order_leaves_this_one_as_it_is(station: Station) -> None:
    order, sku = order_of(2)
    station.scan(order.number)
    assert station.scan("PACK-NEXT") == "plain" and station.order == ""
    station.scan(order.number)
    station.scan(sku.code)
    assert [station.scan("PACK-NEXT") for _ in range(2)] == ["ask", "plain"]
    assert Packing.objects.get().state == PackingState.OPEN


def test_undo_takes_back_the_last_scan(station: Station) -> None:
    order, sku = order_of(2)
    station.scan(order.number)
    station.scan(sku.code)
    assert station.scan("PACK-UNDO") == "right" and "0/2" in station.page
    assert station.scan("PACK-UNDO") == "wrong"


def test_a_number_that_does_not_tell_its_courier_asks_for_it(station: Station) -> None:
    order, sku = order_of(1)
    station.scan(order.number)
    station.scan(sku.code)
    assert station.scan("QQQQQQQQ1") == "ask" and station.stage == "courier"
    assert station.scan("PACK-BY-STO") == "right" and station.stage == "ready"
    assert station.scan("PACK-SHIP") == "done"
    assert Parcel.objects.get().courier == "STO"


def test_goods_are_never_taken_for_a_tracking_number(station: Station) -> None:
    order, sku = order_of(1)
    other = cast.make_sku()
    Sku.objects.filter(pk=other.pk).update(barcode="6901234567892")
    station.scan(order.number)
    station.scan(sku.code)
    assert station.scan("6901234567892") == "wrong" and station.stage == "number"


def test_what_is_no_order_and_what_may_not_be_packed_says_why(station: Station) -> None:
    held, _sku = order_of()
    hold_order(held.pk, reason="等客户", actor=cast.clerk())
    assert station.scan(held.number) == "wrong" and "等客户" in station.page
    assert station.scan("123456789012345678") == "wrong" and station.stage == "empty"
    assert station.scan("PACK-SHIP") == "wrong"
    assert station.scan("\x00\x01") == "wrong"
    assert station.scan("x" * 5000) == "wrong"


def test_what_must_not_be_overlooked_stands_beside_the_number(station: Station) -> None:
    order, _sku = order_of(2)
    day = timezone.localdate(clock.now()) + timedelta(days=9)
    station.scan(order.number)
    assert "station-mark" not in station.page
    postpone_order(order.pk, ship_on=day, actor=cast.clerk())
    swap = Swap(order.lines.get().pk, 1, cast.make_sku(price_fen=99_00).pk, 1)
    change_lines(order.pk, swap, actor=cast.clerk())
    hold_order(order.pk, reason="等客户", actor=cast.clerk())
    station.read(station.client.get(f"{STATION}?order={order.number}").content.decode())
    marks = re.findall(r'class="station-mark">.*?<span>(.*?)</span>', station.page, re.DOTALL)
    postponed = f"Postponed – send by {day:%m-%d}"
    assert marks == ["Rest not paid – do not send", "On hold – do not send", postponed]


def test_an_order_that_is_cancelled_meanwhile_says_so(station: Station) -> None:
    order, sku = order_of(2)
    station.scan(order.number)
    cancel_paid(order.pk, reason="缺货", actor=cast.clerk())
    assert station.scan(sku.code) == "wrong" and station.stage == "look"


def test_what_the_order_no_longer_wants_is_scanned_out_of_the_box(station: Station) -> None:
    order, sku = order_of(3)
    station.scan(order.number)
    for _ in range(3):
        station.scan(sku.code)
    line = order.lines.get()
    cancel_lines(order.pk, quantities={line.pk: 1}, reason="少要一件", actor=cast.clerk())
    assert station.scan("PACK-SHIP") == "wrong" and "Take out 1" in station.page
    assert station.scan(sku.code) == "right" and station.stage == "number"
    station.scan(NUMBER)
    assert station.scan("PACK-SHIP") == "done"
    assert Parcel.objects.get().lines.get().quantity == 2


def test_one_code_of_two_articles_is_neither(station: Station) -> None:
    order, sku = order_of(2)
    Sku.objects.filter(pk=cast.make_sku().pk).update(barcode=sku.code)
    station.scan(order.number)
    assert station.scan(sku.code) == "wrong" and "Two articles" in station.page
    assert "0/2" in station.page


def test_a_spelling_never_hides_an_article_of_that_very_code(station: Station) -> None:
    order, sku = order_of(2)
    Sku.objects.filter(pk=sku.pk).update(code="TEA-1X")
    Sku.objects.filter(pk=cast.make_sku().pk).update(code="TEA1X")
    station.scan(order.number)
    assert station.scan("TEA1X") == "wrong"
    assert station.scan("TEA-1X") == "right"


def test_a_reload_shows_where_it_stands_and_an_odd_address_the_empty_station(station: Station) -> None:
    order, sku = order_of(3)
    station.scan(order.number)
    station.scan(sku.code)
    page = station.client.get(STATION, {"order": order.number})
    assert station.read(page.content.decode()) == "plain" and "1/3" in station.page
    for odd in ("", "0", "x", "\x00", "９" * 18, "1" * 99):
        answer_ = station.client.get(STATION, {"order": odd})
        station.read(answer_.content.decode())
        assert (answer_.status_code, station.stage) == (200, "empty")


def test_without_scripts_the_form_does_the_same(station: Station) -> None:
    order, sku = order_of(2)
    form = {"code": order.number, "key": "e" * 32, "order": "", "agreed": ""}
    page = station.client.post(STATION, form).content.decode()
    assert f'name="order" value="{order.number}"' in page
    again = {"code": sku.code, "key": "f" * 32, "order": order.number}
    assert "1/2" in station.client.post(STATION, again).content.decode()


def test_a_scan_without_a_key_is_refused(station: Station) -> None:
    order, _sku = order_of()
    answer_ = station.client.post(STATION, {"code": order.number, "key": "x"}, headers={"HX-Request": "true"})
    assert answer_.status_code == 400
    assert not Packing.objects.exists()


def test_the_sheet_has_every_command_and_the_couriers_of_the_shop(station: Station) -> None:
    set_up_couriers()
    page = station.client.get(f"{STATION}sheet/").content.decode()
    for code in ("PACK-UNDO", "PACK-LABEL", "PACK-SHIP", "PACK-NEXT", "PACK-LEAVE", "PACK-BY-ZTO"):
        assert f'aria-label="{code}"' in page


def test_the_empty_station_says_how_much_waits(station: Station) -> None:
    order_of()
    order_of()
    page = station.client.get(STATION).content.decode()
    assert "Orders that wait to be packed: 2" in page and "Packed by you today: 0" in page


def test_the_station_alone_is_marked_in_the_navigation(station: Station) -> None:
    page = station.client.get(STATION).content.decode()
    assert re.findall(r'href="([^"]*)"[^>]*aria-current="page"', page) == [STATION]


def test_wrong_scans_stand_on_the_timeline_in_one_line(station: Station) -> None:
    order, _sku = order_of(2)
    station.scan(order.number)
    for _ in range(2):
        station.scan("NONSENSE-1")
    page = browser("owner").get(f"/console/orders/{order.number}/").content.decode()
    assert "Wrong scan while packing ×2" in page.replace("\n", " ")
