"""The timer packing_scan.forget: scans go half a year after they were made, those of an open packing stay."""

from datetime import timedelta

import pytest

from orders.packing.models import PackingScan
from orders.packing.services.scanning import undo_scan
from orders.packing.services.sending import set_number, ship_packed
from orders.packing.timers import KEPT_FOR
from shop import clock
from shop.events.registry import TIMERS
from tests.packing.acts import LI, begin, fill_box, order_of, press, scan

pytestmark = pytest.mark.django_db


def forget_in(days: float) -> None:
    timer = TIMERS["packing_scan.forget"]
    with clock.at(clock.now() + timedelta(days=days)):
        for pk in timer.find(clock.now(), [], 10):
            timer.act(pk)


def test_scans_of_what_was_sent_are_forgotten_in_time() -> None:
    (order, sku), (other, _sku) = order_of(), order_of()
    begin(order)
    scan(order, sku)
    undo_scan(order.pk, press())
    fill_box(order, sku)
    set_number(order.pk, "75000000000001", press=press(LI), courier="ZTO")
    ship_packed(order.pk, press(LI))
    begin(other)
    forget_in(KEPT_FOR.days - 1)
    assert PackingScan.objects.filter(packing__order=order).exists()
    forget_in(KEPT_FOR.days + 1)
    assert set(PackingScan.objects.values_list("packing__order", flat=True)) == {other.pk}
