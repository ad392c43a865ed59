"""Another number for a parcel that was sent."""

import pytest

from orders.desk.api.buyer import list_timeline
from orders.models import Order
from orders.services.steps import extend_receipt
from orders.shipping.models import Parcel
from orders.shipping.services.replacing import WhyReplaced, replace_number
from orders.shipping.services.ship import NewParcel, arrive_parcel, ship_order, undo_ship
from orders.stages import Stage
from orders.waybills.models import Waybill, WaybillState
from orders.waybills.services.answers import apply_voided
from shop.events.models import Event
from shop.store.choices import Delivery
from tests import cast
from tests.expect import fresh, refused, verbs_of
from tests.shipping.test_shared_parcels import share_parcel
from tests.waybills.conftest import set_up_couriers, settled

WAREHOUSE = cast.clerk("warehouse")


def replace(parcel: Parcel, number: str = "YT9999999999999", courier: str = "YTO", **more):
    given = {"why": WhyReplaced.TYPED, "actor": WAREHOUSE} | more
    return replace_number(parcel.pk, courier=courier, tracking_no=number, **given)


@pytest.fixture
def order() -> Order:
    return cast.shipped_order()


@pytest.fixture
def parcel(order: Order) -> Parcel:
    return Parcel.objects.get()


def test_the_parcel_has_the_new_number_and_all_else_is_as_before(order, parcel):
    moved = replace(parcel, " yt 9999999999999 ")
    was = (parcel.courier, parcel.tracking_no)
    parcel.refresh_from_db()
    assert (parcel.courier, parcel.tracking_no) == ("YTO", "YT9999999999999")
    assert (moved.stage, moved.receive_by, moved.version) == (
        Stage.SHIPPED,
        order.receive_by,
        order.version + 1,
    )
    event = Event.objects.get(verb="order.replace_number")
    assert event.data["before"] == {"courier": was[0], "tracking_no": was[1]}
    assert event.data["after"] == {"courier": "YTO", "tracking_no": "YT9999999999999"}
    assert event.data["because"] == "typed"


def test_the_buyer_reads_of_it(order, parcel):
    replace(parcel)
    assert list_timeline(fresh(order))[-1].verb == "replace_number"


def test_the_old_number_is_free(order, parcel):
    old = NewParcel(parcel.courier, parcel.tracking_no)
    replace(parcel)
    assert ship_order(cast.prepared_order().pk, parcels=[old], actor=WAREHOUSE).stage == Stage.SHIPPED


def test_a_number_that_another_parcel_has_is_refused(order, parcel):
    other = cast.shipped_order()
    taken = Parcel.objects.get(lines__order_line__order=other)
    with refused("duplicate_tracking") as caught:
        replace(parcel, taken.tracking_no, taken.courier)
    assert caught.value.extra == {"order": other.number}
    assert verbs_of(order)[-1] == "ship"


@pytest.mark.parametrize(
    ("number", "courier", "code"),
    [
        ("", "SF", "tracking_required"),
        ("运单", "SF", "tracking_required"),
        ("SF1", "NOBODY", "courier_required"),
    ],
)
def test_a_courier_and_a_number_are_required(parcel, number, courier, code):
    with refused(code, 400):
        replace(parcel, number, courier)


def test_the_same_number_again_is_refused(parcel):
    with refused("same_number"):
        replace(parcel, parcel.tracking_no, parcel.courier)


def test_the_courier_alone_may_be_another(parcel):
    replace(parcel, parcel.tracking_no, "YTO")
    parcel.refresh_from_db()
    assert parcel.courier == "YTO"


def test_not_after_it_was_delivered(parcel):
    arrive_parcel(parcel.pk, actor=WAREHOUSE)
    with refused("parcel_arrived"):
        replace(parcel)


def test_not_after_it_was_undone():
    order = cast.prepared_order(basket={cast.make_sku().pk: 2})
    line = order.lines.get().pk
    for _ in range(2):
        ship_order(order.pk, parcels=[cast.parcel({line: 1})], actor=WAREHOUSE)
    undone = Parcel.objects.order_by("pk")[0]
    undo_ship(undone.pk, actor=WAREHOUSE)
    with refused("parcel_arrived"):
        replace(undone)


def test_own_delivery_has_no_number():
    order = cast.prepared_order(delivery=Delivery.LOCAL)
    ship_order(order.pk, parcels=[NewParcel(driver_name="老陈")], actor=WAREHOUSE)
    with refused("no_number"):
        replace(Parcel.objects.get())


def test_there_has_to_be_such_a_parcel(parcel):
    with refused("not_found", 404):
        replace_number(parcel.pk + 9, courier="SF", tracking_no="SF1", why=WhyReplaced.TYPED, actor=WAREHOUSE)


def test_staff_need_the_capability_and_buyers_have_none(order, parcel):
    for actor in (cast.clerk("support"), cast.buyer(order)):
        with refused("forbidden", 403):
            replace(parcel, actor=actor)


def test_a_page_that_is_too_old_changes_nothing(order, parcel):
    extend_receipt(order.pk, days=3, actor=cast.clerk("order_clerk", id_=9))
    with refused("already_done"):
        replace(parcel, seen={order.pk: order.version})
    parcel.refresh_from_db()
    assert parcel.courier == "SF"


def test_every_order_of_a_shared_parcel_is_told():
    orders = [cast.prepared_order() for _ in range(2)]
    shared = share_parcel(*orders)
    assert replace(shared, seen={orders[1].pk: fresh(orders[1]).version}).pk == orders[1].pk
    assert [verbs_of(order)[-1] for order in orders] == ["replace_number"] * 2


class TestWaybills:
    @pytest.fixture(autouse=True)
    def couriers(self, open_shop) -> None:
        set_up_couriers()

    def labelled(self) -> tuple[Order, Waybill]:
        order = cast.prepared_order(basket={cast.make_sku().pk: 2})
        return order, settled(order, WaybillState.ISSUED, tracking_no="75000000000001")

    def ship_with(self, order: Order, number: NewParcel) -> Parcel:
        line = order.lines.get().pk
        parcel = NewParcel(number.courier, number.tracking_no, {line: 1})
        ship_order(order.pk, parcels=[parcel], actor=WAREHOUSE)
        return Parcel.objects.get()

    def state(self) -> tuple[str, bool]:
        waybill = Waybill.objects.select_related("order").get()
        return waybill.state, waybill.order.has_label

    def test_an_issued_one_is_used(self):
        order, waybill = self.labelled()
        parcel = self.ship_with(order, cast.parcel())
        replace(parcel, waybill.tracking_no, "ZTO")
        assert self.state() == (WaybillState.USED, False)

    def test_one_that_was_named_by_mistake_waits_again(self):
        order, waybill = self.labelled()
        replace(self.ship_with(order, NewParcel("ZTO", waybill.tracking_no)))
        assert self.state() == (WaybillState.ISSUED, True)

    def test_one_that_was_named_by_mistake_is_voided_where_nothing_is_left_to_send(self):
        order, waybill = self.labelled()
        ship_order(order.pk, parcels=[NewParcel("ZTO", waybill.tracking_no)], actor=WAREHOUSE)
        replace(Parcel.objects.get())
        assert self.state() == (WaybillState.VOIDING, True)
        apply_voided(Waybill.objects.get())
        assert self.state() == (WaybillState.VOID, False)

    def test_one_over_which_there_is_another_label_is_spent(self):
        order, waybill = self.labelled()
        parcel = self.ship_with(order, NewParcel("ZTO", waybill.tracking_no))
        replace(parcel, why=WhyReplaced.RELABELLED)
        assert self.state() == (WaybillState.USED, False)

    def test_one_of_another_order_is_refused(self):
        _order, waybill = self.labelled()
        parcel = self.ship_with(cast.prepared_order(), cast.parcel())
        with refused("label_of_other_order"):
            replace(parcel, waybill.tracking_no, "ZTO")
        assert self.state() == (WaybillState.ISSUED, True)

    def test_one_of_any_order_of_a_shared_parcel_is_used(self):
        order, waybill = self.labelled()
        other = cast.prepared_order()
        settled_number = waybill.tracking_no
        line = order.lines.get().pk
        ship_order(order.pk, parcels=[cast.parcel({line: 1})], actor=WAREHOUSE)
        ship_order(other.pk, parcels=[cast.parcel()], actor=WAREHOUSE)
        first, second = Parcel.objects.order_by("pk")
        first.lines.update(parcel=second)
        first.delete()
        replace(second, settled_number, "ZTO", seen={other.pk: fresh(other).version})
        assert self.state() == (WaybillState.USED, False)
