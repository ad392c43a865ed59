"""Orders that go in one parcel at the scan station."""

from orders.models import Order
from orders.packing.services.sending import set_number, ship_packed
from orders.services.merging import merge_orders
from orders.shipping.models import Parcel
from orders.stages import Stage
from shop.catalog.models import Sku
from shop.events.delivery import deliver_batch
from tests import cast
from tests.expect import fresh, refused
from tests.packing.acts import fill_box, press

NUMBER = "SF1234567890123"


def make_pair() -> list[tuple[Order, Sku]]:
    customer, skus = cast.make_customer(), [cast.make_sku(on_hand=9) for _ in range(2)]
    pair = [(cast.prepared_order(customer=customer, basket={sku.pk: 2}), sku) for sku in skus]
    merge_orders([order.pk for order, _sku in pair], actor=cast.clerk())
    return pair


def test_all_of_them_are_packed_before_one_press_sends_them() -> None:
    (first, sku), (second, other) = make_pair()
    fill_box(second, other)
    set_number(second.pk, NUMBER, press=press())
    with refused("companion_not_packed") as caught:
        ship_packed(second.pk, press())
    assert caught.value.extra == {"order": first.number}
    assert not Parcel.objects.exists()
    fill_box(first, sku)
    ship_packed(second.pk, press())
    while deliver_batch():
        pass
    assert sorted(Parcel.objects.get().lines.values_list("quantity", flat=True)) == [2, 2]
    assert [fresh(order).stage for order in (first, second)] == [Stage.SHIPPED] * 2
    assert not first.packings.filter(ended_at=None).exists()
