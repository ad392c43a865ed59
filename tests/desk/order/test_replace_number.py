"""“Replace the number” on the order page."""

from django.test import Client

from orders.shipping.models import Parcel
from orders.shipping.services.ship import arrive_parcel
from shop.store.choices import Delivery
from tests import cast
from tests.cast import clerk, prepared_order, shipped_order
from tests.console import page_with
from tests.desk.buttons import assert_done, assert_refused, post


def send(client: Client, order, number: str = "YT1234567890123", **more):
    parcel = Parcel.objects.filter(lines__order_line__order=order).first()
    typed = {"parcel": parcel.pk, "tracking_no": number, "why": "typed"} | more
    return post(client, order, "replace-number", **typed)


def test_the_courier_is_guessed_and_the_timeline_says_what_it_was(owner: Client) -> None:
    order = shipped_order()
    was = Parcel.objects.get().tracking_no
    assert_done(send(owner, order), order)
    parcel = Parcel.objects.get()
    assert (parcel.courier, parcel.tracking_no) == ("YTO", "YT1234567890123")
    html = page_with(200, owner.get(f"/console/orders/{order.number}/"))
    assert "Tracking number replaced" in html and "It was typed wrongly" in html and was in html


def test_the_sentence_stands_beside_the_number(owner: Client) -> None:
    order, other = shipped_order(), shipped_order()
    taken = Parcel.objects.get(lines__order_line__order=other)
    refused = send(owner, order, taken.tracking_no, courier=taken.courier)
    html = assert_refused(refused, order, 409, f"for order {other.number}")
    assert f'value="{taken.tracking_no}"' in html


def test_a_number_that_does_not_tell_wants_a_courier(owner: Client) -> None:
    order = shipped_order()
    assert_refused(send(owner, order, "X-1"), order, 422, "the number does not tell")


def test_of_several_parcels_one_is_chosen(owner: Client) -> None:
    order = prepared_order(basket={cast.make_sku().pk: 2})
    line = order.lines.get().pk
    for _ in range(2):
        cast.ship_order(order.pk, parcels=[cast.parcel({line: 1})], actor=clerk("warehouse"))
    html = page_with(200, owner.get(f"/console/orders/{order.number}/replace-number/"))
    assert "Choose the parcel" in html
    order.refresh_from_db()
    assert_refused(send(owner, order, parcel=""), order, 422, "Choose the parcel.")


def test_a_parcel_of_another_order_is_none_of_this_one(owner: Client) -> None:
    order, other = shipped_order(), shipped_order()
    foreign = Parcel.objects.get(lines__order_line__order=other)
    assert send(owner, order, parcel=foreign.pk).status_code == 422
    foreign.refresh_from_db()
    assert foreign.courier == "SF"


def test_it_stands_at_parcels_that_are_on_their_way_alone(owner: Client) -> None:
    order = shipped_order()
    page = f"/console/orders/{order.number}/"
    assert "replace-number/" in page_with(200, owner.get(page))
    arrive_parcel(Parcel.objects.get().pk, actor=clerk())
    assert "replace-number/" not in page_with(200, owner.get(page))


def test_own_delivery_has_no_such_button(owner: Client) -> None:
    order = prepared_order(delivery=Delivery.LOCAL)
    cast.ship_order(order.pk, parcels=[cast.NewParcel(driver_name="老陈")], actor=clerk())
    assert "replace-number/" not in page_with(200, owner.get(f"/console/orders/{order.number}/"))
