"""Scans of goods: what is right, what is not, and that each counts once."""

from orders.models import OrderLine
from orders.packing.models import PackingScan, Verdict
from orders.packing.selectors import count_wrong_scans, find_open_packing, read_box
from orders.packing.services.scanning import undo_scan
from shop.events.models import Event
from tests import cast
from tests.expect import refused
from tests.packing.acts import begin, fill_box, order_of, packed, press, scan, told


def test_right_pieces_count_until_the_box_is_full_and_no_further() -> None:
    order, sku = order_of(3)
    begin(order)
    assert [scan(order, sku).verdict for _ in range(4)] == ["right", "right", "right", "extra"]
    assert packed(order) == 3


def test_the_same_request_counts_once_and_gives_the_same_answer() -> None:
    order, sku = order_of(3)
    begin(order)
    first, again = scan(order, sku, key="a" * 32), scan(order, sku, key="a" * 32)
    assert (first.pk, packed(order)) == (again.pk, 1)
    assert scan(order, sku).pk != first.pk
    assert packed(order) == 2


def test_what_is_wrong_is_recorded_with_what_it_was_and_what_was_expected() -> None:
    order, sku = order_of()
    other = cast.make_sku()
    begin(order)
    assert scan(order, other).verdict == Verdict.WRONG
    assert scan(order, None).verdict == Verdict.UNKNOWN
    events = Event.objects.filter(verb="packing.wrong").order_by("pk")
    assert [event.data for event in events] == [
        {"verdict": "wrong", "scanned": other.code, "expected": sku.code},
        {"verdict": "unknown", "scanned": "?…", "expected": sku.code},
    ]
    packing = find_open_packing(order.pk)
    assert packing and count_wrong_scans(packing) == 2
    assert packed(order) == 0


def test_a_wrong_scan_that_is_sent_again_is_recorded_once() -> None:
    order, _sku = order_of()
    begin(order)
    for _ in range(2):
        scan(order, None, key="b" * 32)
    assert told(order) == ["begin", "wrong"]


def test_of_a_line_short_of_stock_nothing_is_packed() -> None:
    sku, other = cast.make_sku(), cast.make_sku()
    order = cast.prepared_order(basket={sku.pk: 2, other.pk: 1})
    OrderLine.objects.filter(order=order, sku=sku).update(short=2, reserved=0)
    begin(order)
    assert [scan(order, each).verdict for each in (sku, other)] == ["short", "right"]
    box = read_box(order, find_open_packing(order.pk))
    assert (box.is_complete, box.needed, list(box.contents.values())) == (True, 1, [1])
    OrderLine.objects.filter(order=order, sku=sku).update(short=0, reserved=2)


def test_the_last_scan_is_undone_once() -> None:
    order, sku = order_of(2)
    begin(order)
    scan(order, sku)
    scan(order, sku)
    undo = press()
    assert undo_scan(order.pk, undo) == undo_scan(order.pk, undo)
    assert packed(order) == 1
    undo_scan(order.pk, press())
    assert packed(order) == 0
    with refused("nothing_to_undo"):
        undo_scan(order.pk, press())


def test_what_the_order_no_longer_wants_is_scanned_out_of_the_box() -> None:
    order, sku = order_of(3)
    fill_box(order, sku)
    OrderLine.objects.filter(order=order).update(cancelled=1, reserved=2)
    box = read_box(order, find_open_packing(order.pk))
    assert (box.is_complete, box.over) == (False, 1)
    assert scan(order, sku).verdict == Verdict.OUT
    assert (packed(order), scan(order, sku).verdict) == (2, Verdict.EXTRA)
    OrderLine.objects.filter(order=order).update(cancelled=0, reserved=3)


def test_nothing_is_scanned_into_a_box_of_nobody() -> None:
    order, sku = order_of()
    with refused("not_packed"):
        scan(order, sku)
    assert not PackingScan.objects.exists()
