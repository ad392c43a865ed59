"""Another number for a parcel, against everybody who does something to the same parcel at that moment."""

import pytest

from orders.shipping.models import Parcel, ParcelState
from orders.shipping.services.replacing import WhyReplaced, replace_number
from orders.shipping.services.ship import ship_order, undo_ship
from tests import cast
from tests.expect import fresh, verbs_of
from tests.races.conftest import codes_of, run_together

ROUNDS = 6
STAFF = [cast.clerk(name="王店长", id_=1), cast.clerk("warehouse", name="李四", id_=2)]


def press(parcel: Parcel, number: str, actor=STAFF[0], **seen):
    given = {"courier": "YTO", "tracking_no": number, "why": WhyReplaced.TYPED, "actor": actor}
    return lambda: replace_number(parcel.pk, **given, **seen)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_against_undoing_the_parcel_is_undone_under_one_number(_round):
    order = cast.shipped_order()
    parcel = Parcel.objects.get()
    acts = [press(parcel, "YT1"), lambda: undo_ship(parcel.pk, actor=STAFF[1])]
    replaced, undone = run_together(acts)
    parcel.refresh_from_db()
    # The number may go first, never last: what was undone keeps the number that it had.
    assert not isinstance(undone, Exception) and parcel.state == ParcelState.UNDONE
    assert (parcel.courier == "YTO") != isinstance(replaced, Exception)
    assert verbs_of(order)[-1] == "undo_ship"


def test_pressed_by_eight_on_one_page_it_is_replaced_once():
    order = cast.shipped_order()
    parcel, seen = Parcel.objects.get(), {order.pk: order.version}
    acts = [press(parcel, f"YT{n}", STAFF[n % 2], seen=seen) for n in range(8)]
    assert codes_of(run_together(acts)).count("ok") == 1
    assert verbs_of(order).count("replace_number") == 1


def test_without_the_lock_the_version_is_the_last_guard(switch_off_order_lock):
    order = cast.shipped_order()
    parcel = Parcel.objects.get()
    switch_off_order_lock(2)
    told = codes_of(run_together([press(parcel, "YT1"), press(parcel, "YT2", STAFF[1])]))
    assert set(told) - {"ok"} <= {"stale", "OperationalError"} != set()
    assert verbs_of(order).count("replace_number") == 1


def test_one_number_goes_to_one_of_many_parcels():
    parcels = [Parcel.objects.get(lines__order_line__order=cast.shipped_order()) for _ in range(6)]
    acts = [press(parcel, "YT1") for parcel in parcels]
    assert codes_of(run_together(acts)) == ["duplicate_tracking"] * 5 + ["ok"]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_against_shipping_under_the_same_number_one_of_both_has_it(_round):
    cast.shipped_order()
    parcel, other = Parcel.objects.get(), cast.prepared_order()
    sent = [cast.NewParcel("YTO", "YT1")]
    acts = [press(parcel, "YT1"), lambda: ship_order(other.pk, parcels=sent, actor=STAFF[1])]
    assert codes_of(run_together(acts)) == ["duplicate_tracking", "ok"]
    assert fresh(other).pieces_shipped == Parcel.objects.exclude(pk=parcel.pk).count()
