"""From a full box to the courier: label, number, shipping, each once."""

from orders.packing.models import Packing, PackingState, Verdict
from orders.packing.selectors import count_packed_by
from orders.packing.services.scanning import undo_scan
from orders.packing.services.sending import ask_label, set_number, ship_packed
from orders.shipping.models import Parcel
from shop import clock
from shop.events.models import Event
from shop.store.choices import Delivery
from tests import cast
from tests.expect import fresh, refused
from tests.packing.acts import begin, fill_box, order_of, press, scan, told
from tests.waybills.conftest import answer, provider

__all__ = ["provider"]
NUMBER = "SF1234567890123"


def test_nothing_is_sent_before_all_is_packed() -> None:
    order, sku = order_of(2)
    begin(order)
    scan(order, sku)
    for act in (ask_label, ship_packed):
        with refused("box_not_full"):
            act(order.pk, press())
    with refused("box_not_full"):
        set_number(order.pk, NUMBER, press=press())
    assert not order.waybills.exists()


def test_a_scanned_number_tells_its_courier_and_ships_what_is_in_the_box() -> None:
    order, sku = order_of(2)
    fill_box(order, sku)
    scan(order, None)
    kept = set_number(order.pk, "sf 1234 5678 90123", press=press())
    assert (kept.code, kept.courier) == (NUMBER, "SF")
    before = clock.now()
    assert ship_packed(order.pk, press()).verdict == Verdict.SHIP
    parcel = Parcel.objects.get()
    assert (parcel.tracking_no, parcel.courier, parcel.lines.get().quantity) == (NUMBER, "SF", 2)
    assert (fresh(order).stage, told(order)) == ("shipped", ["begin", "wrong", "done"])
    done = Event.objects.get(verb="packing.done")
    assert done.data == {"pieces": 2, "wrong_scans": 1, "parcel": parcel.pk}
    assert count_packed_by(2, before) == 1


def test_without_a_number_or_its_courier_it_stays() -> None:
    order, sku = order_of(1)
    fill_box(order, sku)
    with refused("courier_required"):
        set_number(order.pk, "QQQQQQQQ1", press=press())
        ship_packed(order.pk, press())
    undo_scan(order.pk, press())
    with refused("tracking_required"):
        ship_packed(order.pk, press())
    set_number(order.pk, "QQQQQQQQ1", courier="STO", press=press())
    ship_packed(order.pk, press())
    assert Parcel.objects.get().courier == "STO"


def test_a_label_is_asked_for_once_and_its_number_ships(provider) -> None:
    order, sku = order_of(2)
    fill_box(order, sku)
    waybill = ask_label(order.pk, press())
    assert ask_label(order.pk, press()).pk == waybill.pk
    assert waybill.contents == {str(order.lines.get().pk): 2}
    number = answer(waybill).tracking_no
    ship_packed(order.pk, press())
    assert Parcel.objects.get().tracking_no == number
    waybill.refresh_from_db()
    assert (waybill.state, order.waybills.count()) == ("used", 1)


def test_beside_a_label_no_other_number_goes(provider) -> None:
    order, sku = order_of(1)
    fill_box(order, sku)
    answer(ask_label(order.pk, press()))
    set_number(order.pk, NUMBER, press=press())
    with refused("label_left"):
        ship_packed(order.pk, press())
    assert (fresh(order).stage, Packing.objects.get().state) == ("preparing", PackingState.OPEN)


def test_beside_a_number_no_label_is_asked_for() -> None:
    order, sku = order_of(1)
    fill_box(order, sku)
    set_number(order.pk, NUMBER, press=press())
    with refused("has_number"):
        ask_label(order.pk, press())
    assert not order.waybills.exists()


def test_own_delivery_needs_no_number() -> None:
    order, sku = order_of(1, delivery=Delivery.LOCAL)
    fill_box(order, sku)
    with refused("no_number"):
        set_number(order.pk, NUMBER, press=press())
    ship_packed(order.pk, press())
    assert fresh(order).stage == "shipped"


def test_a_number_that_was_used_is_refused_and_the_box_stays() -> None:
    other = cast.shipped_order()
    used = Parcel.objects.get(lines__order_line__order=other).tracking_no
    order, sku = order_of(1)
    fill_box(order, sku)
    set_number(order.pk, used, press=press())
    with refused("duplicate_tracking"):
        ship_packed(order.pk, press())
    assert told(order) == ["begin"]
