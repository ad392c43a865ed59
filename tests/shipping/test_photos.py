"""Packing photos of a parcel: pictures that staff sent, seen by buyers where the shop says so."""

import pytest

from orders.desk.api.views import show_order
from orders.models import Order
from orders.services.steps import receive_order
from orders.shipping.models import MAX_PHOTOS, Parcel, ParcelPhoto
from orders.shipping.services.photos import add_photos, remove_photo
from orders.shipping.services.ship import NewParcel, ship_order, undo_ship
from orders.stages import Stage
from shop import clock
from shop.customers.erasure import GRACE, ask_erasure, erase_when_due
from shop.events.sweeping import sweep
from shop.files.models import UNUSED_FOR, LooseFile, Picture
from shop.files.services import store_picture
from tests import cast
from tests.expect import fresh, refused, verbs_of
from tests.ground.test_files import picture_bytes
from tests.shipping.test_shared_parcels import share_parcel

WAREHOUSE = cast.clerk("warehouse", id_=5)


def take(count: int = 1, *, staff_id: int = 5) -> list[int]:
    return [store_picture(picture_bytes(), staff_id=staff_id).pk for _ in range(count)]


def photos_of(parcel: Parcel) -> list[int]:
    return list(ParcelPhoto.objects.filter(parcel=parcel).values_list("picture_id", flat=True))


@pytest.fixture
def order() -> Order:
    return cast.shipped_order()


@pytest.fixture
def parcel(order: Order) -> Parcel:
    return Parcel.objects.get()


def test_a_parcel_is_sent_with_its_photos():
    order, taken = cast.prepared_order(), take(2)
    new = NewParcel("SF", "SF1234567890123", photo_ids=taken)
    assert ship_order(order.pk, parcels=[new], actor=WAREHOUSE).stage == Stage.SHIPPED
    assert photos_of(Parcel.objects.get()) == taken


def test_a_photo_that_is_not_there_ships_nothing():
    order = cast.prepared_order()
    new = NewParcel("SF", "SF1234567890123", photo_ids=[*take(), 987654])
    with refused("bad_photos", 400):
        ship_order(order.pk, parcels=[new], actor=WAREHOUSE)
    assert not Parcel.objects.exists() and fresh(order).stage == Stage.PREPARING


def test_they_are_added_later_and_stay_when_others_are_forgotten(order, parcel):
    used, _unused = take(2)
    moved = add_photos(parcel.pk, picture_ids=[used], actor=WAREHOUSE, seen={order.pk: order.version})
    assert moved.version == order.version + 1 and verbs_of(order)[-1] == "photograph"
    with clock.at(clock.now() + UNUSED_FOR * 2):
        sweep()
    assert list(Picture.objects.values_list("pk", flat=True)) == [used]


@pytest.mark.parametrize("before", [0, 4])
def test_a_parcel_has_nine_at_most(parcel, before):
    if before:
        add_photos(parcel.pk, picture_ids=take(before), actor=WAREHOUSE)
    left = MAX_PHOTOS - before
    with refused("too_many_photos", 400):
        add_photos(parcel.pk, picture_ids=take(left + 1), actor=WAREHOUSE)
    add_photos(parcel.pk, picture_ids=take(left), actor=WAREHOUSE)
    assert len(photos_of(parcel)) == MAX_PHOTOS


def test_what_somebody_else_sent_is_not_there(parcel):
    with refused("bad_photos", 400):
        add_photos(parcel.pk, picture_ids=take(staff_id=6), actor=WAREHOUSE)


def test_one_picture_is_one_photo(parcel):
    taken = take()
    add_photos(parcel.pk, picture_ids=taken, actor=WAREHOUSE)
    with refused("bad_photos", 400):
        add_photos(parcel.pk, picture_ids=taken, actor=WAREHOUSE)


def test_none_is_no_photo(parcel):
    with refused("no_photo", 400):
        add_photos(parcel.pk, picture_ids=[], actor=WAREHOUSE)


def test_one_is_removed_with_its_file(order, parcel):
    add_photos(parcel.pk, picture_ids=take(2), actor=WAREHOUSE)
    gone, kept = ParcelPhoto.objects.select_related("picture")
    remove_photo(gone.pk, actor=WAREHOUSE)
    assert photos_of(parcel) == [kept.picture_id]
    assert LooseFile.objects.filter(path=gone.picture.path).exists()
    assert verbs_of(order)[-1] == "remove_photo"
    with refused("not_found", 404):
        remove_photo(gone.pk, actor=WAREHOUSE)


def test_after_the_goods_were_received_nothing_changes(order, parcel):
    add_photos(parcel.pk, picture_ids=take(), actor=WAREHOUSE)
    receive_order(order.pk, actor=cast.buyer(order))
    with refused("wrong_stage"):
        remove_photo(ParcelPhoto.objects.get().pk, actor=WAREHOUSE)
    with refused("wrong_stage"):
        add_photos(parcel.pk, picture_ids=take(), actor=WAREHOUSE)


def test_an_undone_parcel_gets_none():
    order = cast.prepared_order(basket={cast.make_sku().pk: 2})
    line = order.lines.get().pk
    for _ in range(2):
        ship_order(order.pk, parcels=[cast.parcel({line: 1})], actor=WAREHOUSE)
    undone = Parcel.objects.order_by("pk")[0]
    undo_ship(undone.pk, actor=WAREHOUSE)
    with refused("parcel_undone"):
        add_photos(undone.pk, picture_ids=take(), actor=WAREHOUSE)


def test_staff_need_the_capability_and_buyers_have_none(order, parcel):
    add_photos(parcel.pk, picture_ids=take(), actor=WAREHOUSE)
    photo = ParcelPhoto.objects.get().pk
    for actor in (cast.clerk("support", id_=5), cast.buyer(order)):
        with refused("forbidden", 403):
            add_photos(parcel.pk, picture_ids=take(), actor=actor)
        with refused("forbidden", 403):
            remove_photo(photo, actor=actor)


class TestTheBuyer:
    def urls(self, order: Order) -> list[str]:
        (parcel,) = show_order(order.number, cast.buyer(order))["parcels"]
        return parcel["photo_urls"]

    def test_sees_them_by_a_signed_link(self, order, parcel, client):
        add_photos(parcel.pk, picture_ids=take(), actor=WAREHOUSE)
        (url,) = self.urls(order)
        assert client.get(url).status_code == 200
        assert client.get(url.partition("?")[0]).status_code == 404

    def test_sees_none_where_the_shop_keeps_them_to_itself(self, order, parcel):
        add_photos(parcel.pk, picture_ids=take(), actor=WAREHOUSE)
        cast.open_shop(packing_photos_on=False)
        assert self.urls(order) == []


def test_erasing_one_buyer_deletes_the_photos_of_a_shared_parcel_too():
    orders = [cast.prepared_order() for _ in range(2)]
    shared = share_parcel(*orders)
    add_photos(shared.pk, picture_ids=take(), actor=WAREHOUSE)
    picture = Picture.objects.get()
    for order in orders:
        receive_order(order.pk, actor=cast.buyer(order))
    ask_erasure(orders[0].customer_id, actor=cast.clerk())
    with clock.at(clock.now() + GRACE * 2):
        erase_when_due(orders[0].customer_id)
        assert not Picture.objects.exists() and not ParcelPhoto.objects.exists()
        sweep()
    assert LooseFile.objects.filter(path=picture.path).exists()
