"""Shipping on the order page: the dialog, parcels, and the courier guess."""

import pytest
from django.test import Client

from orders.models import Order
from orders.services.steps import extend_receipt, hold_order
from orders.shipping.models import Parcel, ParcelLine, ParcelState
from shop.store.choices import Delivery
from tests.cast import clerk, make_customer, make_sku, place, prepared_order, shipped_order
from tests.desk.buttons import assert_done, assert_refused, parcel_data, post


class TestShip:
    def test_one_parcel_with_the_courier_guessed(self, owner: Client) -> None:
        order = prepared_order()
        assert_done(post(owner, order, "ship", **parcel_data(order, " sf 1234567890123 ")), order)
        assert order.stage == "shipped"
        page = owner.get(f"/console/orders/{order.number}/").content.decode()
        assert "<span data-toast-message>Shipped</span>" in page
        parcel = order.lines.get().parcel_lines.get().parcel
        assert (parcel.courier, parcel.tracking_no) == ("SF", "SF1234567890123")

    def test_two_parcels_with_their_pieces(self, owner: Client) -> None:
        order = prepared_order(basket={make_sku().pk: 5})
        line = order.lines.get()
        pieces = {f"parcel-0-line_{line.pk}": 2, f"parcel-1-line_{line.pk}": 3}
        data = parcel_data(order, "SF1234567890123", "YT1234567890123", **pieces)
        assert_done(post(owner, order, "ship", **data), order)
        assert order.stage == "shipped"
        assert sorted(order.lines.get().parcel_lines.values_list("parcel__courier", "quantity")) == [
            ("SF", 2),
            ("YTO", 3),
        ]

    def test_a_part_leaves_the_order_preparing(self, owner: Client) -> None:
        order = prepared_order(basket={make_sku().pk: 5})
        line = order.lines.get()
        data = parcel_data(order, "SF1234567890123", **{f"parcel-0-line_{line.pk}": 2})
        assert_done(post(owner, order, "ship", **data), order)
        assert (order.stage, order.pieces_shipped) == ("preparing", 2)
        html = owner.get(f"/console/orders/{order.number}/").content.decode()
        assert "Shipped in part" in html

    def test_own_delivery_names_the_driver(self, owner: Client) -> None:
        order = prepared_order(delivery=Delivery.LOCAL)
        data = parcel_data(
            order, "", **{"parcel-0-driver_name": "老赵", "parcel-0-driver_phone": "13700001111"}
        )
        assert_done(post(owner, order, "ship", **data), order)
        parcel = order.lines.get().parcel_lines.get().parcel
        assert (parcel.driver_name, parcel.driver_phone) == ("老赵", "13700001111")

    def test_without_a_number_it_is_refused_beside_the_field(self, owner: Client) -> None:
        order = prepared_order()
        response = post(owner, order, "ship", **parcel_data(order, ""))
        assert_refused(response, order, 422, "Type or scan the tracking number.")

    def test_a_number_no_courier_has_asks_for_the_courier_and_is_kept(self, owner: Client) -> None:
        order = prepared_order()
        response = post(owner, order, "ship", **parcel_data(order, "QQ1"))
        html = assert_refused(response, order, 422, "Choose the courier: the number does not tell.")
        assert 'value="QQ1"' in html

    def test_a_used_number_names_the_other_order(self, owner: Client) -> None:
        first, second = prepared_order(), prepared_order()
        post(owner, first, "ship", **parcel_data(first, "SF1234567890123"))
        response = post(owner, second, "ship", **parcel_data(second, "SF1234567890123"))
        html = assert_refused(response, second, 409, first.number)
        assert 'value="SF1234567890123"' in html

    def test_orders_to_one_address_are_offered_and_go_together(self, owner: Client) -> None:
        customer = make_customer()
        first, second = prepared_order(customer=customer), prepared_order(customer=customer)
        assert (
            f'value="{second.number}"' in owner.get(f"/console/orders/{first.number}/ship/").content.decode()
        )
        data = parcel_data(first, "SF1234567890123") | {"together": [second.number]}
        assert_done(post(owner, first, "ship", **data), first)
        second.refresh_from_db()
        assert (first.stage, second.stage, Parcel.objects.count()) == ("shipped", "shipped", 1)
        html = owner.get(f"/console/orders/{second.number}/").content.decode()
        assert f"Together with: {first.number}" in html

    def test_a_number_of_the_same_buyer_may_be_the_same_parcel(self, owner: Client) -> None:
        customer = make_customer()
        first, second = prepared_order(customer=customer), prepared_order(customer=customer)
        post(owner, first, "ship", **parcel_data(first, "SF1234567890123"))
        data = parcel_data(second, "SF1234567890123")
        assert 'name="joins"' in assert_refused(
            post(owner, second, "ship", **data), second, 409, first.number
        )
        assert_done(post(owner, second, "ship", **data, joins="on"), second)
        assert Parcel.objects.count() == 1

    def test_an_empty_parcel_is_refused(self, owner: Client) -> None:
        order = prepared_order()
        line = order.lines.get()
        data = parcel_data(order, "SF1234567890123", "YT1234567890123", **{f"parcel-1-line_{line.pk}": 0})
        assert_refused(post(owner, order, "ship", **data), order, 422, "Choose what goes into the parcel.")

    def test_more_pieces_over_all_parcels_than_ordered_are_refused(self, owner: Client) -> None:
        order = prepared_order(basket={make_sku().pk: 2})
        line = order.lines.get()
        pieces = {f"parcel-0-line_{line.pk}": 2, f"parcel-1-line_{line.pk}": 1}
        data = parcel_data(order, "SF1234567890123", "YT1234567890123", **pieces)
        assert_refused(post(owner, order, "ship", **data), order, 409, "only 0 are left to send")

    @pytest.mark.parametrize("total", ["0", "11", "-1", "x", "99999999999999999999"])
    def test_an_odd_number_of_parcels_is_refused(self, owner: Client, total: str) -> None:
        order = prepared_order()
        data = parcel_data(order, "", **{"parcel-TOTAL_FORMS": total})
        assert post(owner, order, "ship", **data).status_code in (400, 422)
        assert not order.lines.get().parcel_lines.exists()

    def test_a_held_order_is_not_shipped(self, owner: Client) -> None:
        order = prepared_order()
        hold_order(order.pk, reason="等等", actor=clerk())
        order.refresh_from_db()
        response = post(owner, order, "ship", **parcel_data(order, "SF1234567890123"))
        assert_refused(response, order, 409, "The order is on hold: 等等. Release it first.")

    def test_its_address_opens_the_page_with_the_dialog(self, owner: Client) -> None:
        order = prepared_order()
        html = owner.get(f"/console/orders/{order.number}/ship/").content.decode()
        dialog = html[html.index('id="dialog-ship"') :]
        assert "data-dialog-auto" in dialog[:200]

    def test_its_address_says_why_when_it_is_not_possible(self, owner: Client) -> None:
        order = place()
        html = owner.get(f"/console/orders/{order.number}/ship/").content.decode()
        assert "“Ship some goods” is not possible" in html


class TestParcels:
    def shipped(self) -> tuple[Order, int]:
        order = shipped_order()
        return order, order.lines.get().parcel_lines.get().parcel_id

    def test_undo(self, owner: Client) -> None:
        order, parcel_id = self.shipped()
        assert_done(post(owner, order, f"parcels/{parcel_id}/undo"), order)
        assert order.stage == "preparing"
        path, data = f"/console/orders/{order.number}/parcels/{parcel_id}/undo/", {"version": order.version}
        assert "already been undone" in owner.post(path, data, follow=True).content.decode()

    @pytest.mark.parametrize("version", ["", "x", "-1", "9" * 30])
    def test_a_damaged_version_undoes_nothing(self, owner: Client, version: str) -> None:
        order, parcel_id = self.shipped()
        post(owner, order, f"parcels/{parcel_id}/undo", version=version)
        order.refresh_from_db()
        assert order.stage == "shipped"

    def test_a_page_that_is_too_old_does_nothing_to_a_parcel_of_two_orders(self, owner: Client) -> None:
        (_first, shared), (second, parcel_id) = self.shipped(), self.shipped()
        ParcelLine.objects.filter(parcel=parcel_id).update(parcel=shared)
        extend_receipt(second.pk, days=3, actor=clerk("order_clerk", id_=9))
        for action in ("undo", "arrive"):
            post(owner, second, f"parcels/{shared}/{action}", version=second.version)
        assert Parcel.objects.get(pk=shared).state == ParcelState.SENT
        Parcel.objects.filter(pk=parcel_id).delete()

    def test_arrive(self, owner: Client) -> None:
        order, parcel_id = self.shipped()
        assert_done(post(owner, order, f"parcels/{parcel_id}/arrive"), order)
        assert order.arrived_at is not None
        path, data = f"/console/orders/{order.number}/parcels/{parcel_id}/arrive/", {"version": order.version}
        assert "already been delivered or undone" in owner.post(path, data, follow=True).content.decode()

    def test_a_parcel_of_another_order_is_404(self, owner: Client) -> None:
        _order, parcel_id = self.shipped()
        other = shipped_order()
        for action in ("undo", "arrive"):
            address = f"/console/orders/{other.number}/parcels/{parcel_id}/{action}/"
            assert owner.post(address, headers={"HX-Request": "true"}).status_code == 404


def test_the_courier_of_a_number_is_guessed(owner: Client) -> None:
    answer = owner.get("/console/orders/couriers/", {"number": "sf 1234567890123"}).json()
    assert answer["couriers"][0]["code"] == "SF"
    assert owner.get("/console/orders/couriers/", {"number": "?"}).json() == {"couriers": []}
