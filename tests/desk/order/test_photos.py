"""Packing photos in the ship dialog and on the order page."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from orders.models import Order
from orders.shipping.models import Parcel, ParcelPhoto
from orders.shipping.services.photos import add_photos
from shop.files.services import store_picture
from tests import cast
from tests.cast import clerk, prepared_order, shipped_order
from tests.console import page_with
from tests.desk.buttons import assert_done, assert_refused, parcel_data, post
from tests.ground.test_files import picture_bytes


def send(client: Client) -> str:
    """As the script of the page does."""
    image = SimpleUploadedFile("photo.jpg", picture_bytes(), "image/jpeg")
    return client.post("/console/files/pictures/", {"image": image}).json()["id"]


def test_the_photos_go_with_the_parcel(owner: Client) -> None:
    order = prepared_order()
    named = {"parcel-0-photos": [send(owner), send(owner)]}
    assert_done(post(owner, order, "ship", **parcel_data(order, "SF1234567890123", **named)), order)
    html = page_with(200, owner.get(f"/console/orders/{order.number}/"))
    for photo in Parcel.objects.get().photos.select_related("picture"):
        assert photo.picture.url in html


def test_a_refused_form_keeps_them(owner: Client) -> None:
    order, taken = prepared_order(), send(owner)
    html = assert_refused(
        post(owner, order, "ship", **parcel_data(order, "", **{"parcel-0-photos": [taken]})),
        order,
        422,
        "Type or scan the tracking number.",
    )
    assert f'<input type="hidden" name="parcel-0-photos" value="{taken}">' in html
    assert "/private/pictures/" in html


def test_more_than_nine_are_refused_beside_the_field(owner: Client) -> None:
    order = prepared_order()
    named = {"parcel-0-photos": [str(1000 + n) for n in range(10)]}
    refused = post(owner, order, "ship", **parcel_data(order, "SF1234567890123", **named))
    assert_refused(refused, order, 422, "A parcel has at most 9 photos.")


def test_what_is_no_id_is_refused(owner: Client) -> None:
    order = prepared_order()
    for value in ("x", "-1", "1" * 20, "\u0663"):
        data = parcel_data(order, "SF1234567890123", **{"parcel-0-photos": [value]})
        assert_refused(post(owner, order, "ship", **data), order, 422, "A photo is missing.")


def test_they_are_added_to_a_parcel_that_was_sent(owner: Client) -> None:
    order = shipped_order()
    typed = {"parcel": Parcel.objects.get().pk, "photos": [send(owner)]}
    assert_done(post(owner, order, "photograph", **typed), order)
    assert "Packing photos added" in page_with(200, owner.get(f"/console/orders/{order.number}/"))


def test_without_a_photo_the_sentence_stands_beside_the_field(owner: Client) -> None:
    order = shipped_order()
    refused = post(owner, order, "photograph", parcel=Parcel.objects.get().pk)
    assert_refused(refused, order, 422, "Take or choose a photo first.")


def photographed() -> tuple[Order, ParcelPhoto]:
    order = shipped_order()
    picture = store_picture(picture_bytes(), staff_id=1)
    order = add_photos(Parcel.objects.latest("pk").pk, picture_ids=[picture.pk], actor=clerk())
    return order, ParcelPhoto.objects.latest("pk")


def test_one_is_removed(owner: Client) -> None:
    order, photo = photographed()
    assert_done(post(owner, order, f"photos/{photo.pk}/remove"), order)
    assert not ParcelPhoto.objects.exists()


def test_a_photo_of_another_order_is_none_of_this_one(owner: Client) -> None:
    _order, photo = photographed()
    post(owner, cast.shipped_order(), f"photos/{photo.pk}/remove")
    assert ParcelPhoto.objects.filter(pk=photo.pk).exists()
