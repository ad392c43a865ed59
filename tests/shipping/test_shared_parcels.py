"""One parcel that holds goods of several orders: each of them is locked, moved and has its own clock."""

from datetime import timedelta

import pytest
from django.db import transaction

from orders.models import Order
from orders.moves import lock_row
from orders.services.steps import extend_receipt, receive_order
from orders.shipping.models import Parcel, ParcelState
from orders.shipping.services import ship
from orders.shipping.services.ship import arrive_parcel, ship_order, undo_ship
from orders.stages import Stage
from shop import clock
from tests import cast
from tests.expect import fresh, refused, stock_of, verbs_of

WAREHOUSE = cast.clerk("warehouse")


def share_parcel(*orders: Order) -> Parcel:
    """Ship what is left of each order, and put all of it into one parcel."""
    before = set(Parcel.objects.values_list("pk", flat=True))
    for order in orders:
        ship_order(order.pk, parcels=[cast.parcel()], actor=WAREHOUSE)
    first, *others = Parcel.objects.exclude(pk__in=before).order_by("pk")
    for other in others:
        other.lines.update(parcel=first)
        other.delete()
    return first


@pytest.fixture
def orders() -> list[Order]:
    return [cast.prepared_order(basket={cast.make_sku(on_hand=9).pk: n}) for n in (2, 3)]


def test_undoing_moves_each_order_by_its_own_pieces(orders):
    undo_ship(share_parcel(*orders).pk, actor=WAREHOUSE)
    for order in orders:
        now = fresh(order)
        assert (now.stage, now.pieces_shipped, now.shipped_at) == (Stage.PREPARING, 0, None)
        assert stock_of(now.lines.get().sku_id) == (9, now.pieces)
        assert verbs_of(now).count("undo_ship") == 1


def test_where_one_order_stands_against_it_nothing_is_undone(orders):
    parcel = share_parcel(*orders)
    receive_order(orders[1].pk, actor=cast.buyer(orders[1]))
    with refused("wrong_stage"):
        undo_ship(parcel.pk, actor=WAREHOUSE)
    assert fresh(orders[0]).stage == Stage.SHIPPED


def test_it_arrives_for_each_order_and_starts_the_clock_of_each(orders):
    Order.objects.filter(pk=orders[1].pk).update(receive_days=3)
    parcel = share_parcel(*orders)
    later = clock.now() + timedelta(days=2)
    with clock.at(later):
        arrive_parcel(parcel.pk, actor=WAREHOUSE)
    assert [fresh(order).receive_by - later for order in orders] == [timedelta(days=7), timedelta(days=3)]
    assert [verbs_of(order).count("arrive") for order in orders] == [1, 1]


def test_the_clock_of_an_order_with_more_to_come_goes_on(orders):
    one, two = orders
    ship_order(two.pk, parcels=[cast.parcel({two.lines.get().pk: 1})], actor=WAREHOUSE)
    shared, before = share_parcel(one, two), fresh(two).receive_by
    arrive_parcel(shared.pk, actor=WAREHOUSE)
    assert fresh(one).arrived_at is not None
    assert (fresh(two).arrived_at, fresh(two).has_moved, fresh(two).receive_by) == (None, True, before)


def test_an_order_that_was_received_before_holds_up_no_other(orders):
    parcel = share_parcel(*orders)
    receive_order(orders[0].pk, actor=cast.buyer(orders[0]))
    arrive_parcel(parcel.pk, actor=WAREHOUSE)
    assert verbs_of(orders[0])[-1] == "receive"
    assert fresh(orders[1]).arrived_at is not None


def test_where_all_of_them_were_received_before_nothing_arrives(orders):
    parcel = share_parcel(*orders)
    for order in orders:
        receive_order(order.pk, actor=cast.buyer(order))
    with refused("wrong_stage"):
        arrive_parcel(parcel.pk, actor=WAREHOUSE)
    parcel.refresh_from_db()
    assert parcel.state == ParcelState.SENT


@pytest.mark.parametrize("act", [undo_ship, arrive_parcel])
def test_an_order_that_has_nothing_in_it_is_left_alone(orders, act):
    parcel, other = share_parcel(*orders), cast.shipped_order()
    act(parcel.pk, actor=WAREHOUSE)
    assert verbs_of(other)[-1] == "ship"


@pytest.mark.parametrize("act", [undo_ship, arrive_parcel])
def test_an_order_with_two_lines_in_it_is_moved_once(act):
    order = cast.shipped_order(basket={cast.make_sku().pk: 1, cast.make_sku().pk: 2})
    assert act(Parcel.objects.get().pk, actor=WAREHOUSE).version == order.version + 1


def test_whosever_page_it_is_all_are_locked_first_in_one_order(orders, monkeypatch):
    """So that who locks the same orders for something else never waits for this one in a circle."""
    parcel, page = share_parcel(*orders[::-1]), fresh(orders[1])
    locked = []
    monkeypatch.setattr(ship, "lock_row", lambda pk: locked.append(pk) or lock_row(pk))
    arrive_parcel(parcel.pk, actor=WAREHOUSE, seen={page.pk: page.version})
    assert locked == [order.pk for order in orders]


class TestWhosePage:
    """A button of the parcel is pressed on the page of one of its orders."""

    @pytest.mark.parametrize("act", [undo_ship, arrive_parcel])
    @pytest.mark.parametrize("place", [0, 1])
    def test_the_order_of_the_page_is_returned(self, orders, act, place):
        parcel, page = share_parcel(*orders), fresh(orders[place])
        moved = act(parcel.pk, actor=WAREHOUSE, seen={page.pk: page.version})
        assert (moved.pk, moved.version) == (page.pk, page.version + 1)

    @pytest.mark.parametrize("act", [undo_ship, arrive_parcel])
    @pytest.mark.parametrize("place", [0, 1])
    def test_a_page_that_is_too_old_moves_none_of_them(self, orders, act, place):
        parcel, page = share_parcel(*orders), fresh(orders[place])
        extend_receipt(page.pk, days=3, actor=cast.clerk("order_clerk", id_=9))
        before = [fresh(order).version for order in orders]
        with refused("already_done"):
            act(parcel.pk, actor=WAREHOUSE, seen={page.pk: page.version})
        assert [fresh(order).version for order in orders] == before

    @pytest.mark.parametrize("act", [undo_ship, arrive_parcel])
    def test_what_happened_to_the_others_makes_no_page_old(self, orders, act):
        parcel, page = share_parcel(*orders), fresh(orders[0])
        extend_receipt(orders[1].pk, days=3, actor=cast.clerk("order_clerk", id_=9))
        assert act(parcel.pk, actor=WAREHOUSE, seen={page.pk: page.version}).pk == page.pk

    def test_where_it_was_received_meanwhile_the_page_says_so(self, orders):
        parcel, page = share_parcel(*orders), fresh(orders[0])
        receive_order(page.pk, actor=cast.buyer(page))
        with refused("already_done"):
            arrive_parcel(parcel.pk, actor=WAREHOUSE, seen={page.pk: page.version})


class TestMadeParcels:
    """Packed and labelled, and not handed over: nothing of it is shipped."""

    def make(self, order: Order) -> Parcel:
        parcel = Parcel.objects.create(courier="SF", tracking_no="SF1000000000009", state=ParcelState.MADE)
        parcel.lines.create(order_line=order.lines.get(), quantity=1)
        return parcel

    def test_its_pieces_are_still_to_be_sent(self, orders):
        self.make(orders[0])
        assert ship_order(orders[0].pk, parcels=[cast.parcel()], actor=WAREHOUSE).stage == Stage.SHIPPED
        made = Parcel.objects.get(state=ParcelState.MADE)
        made.lines.all().delete()
        made.delete()

    def test_its_number_is_taken(self, orders):
        made = self.make(orders[0])
        number = cast.NewParcel(made.courier, made.tracking_no)
        with refused("duplicate_tracking") as caught:
            ship_order(orders[1].pk, parcels=[number], actor=WAREHOUSE)
        assert caught.value.extra == {"order": orders[0].number}

    @pytest.mark.parametrize("act", [undo_ship, arrive_parcel])
    def test_it_is_neither_undone_nor_delivered(self, orders, act):
        made = self.make(orders[0])
        ship_order(orders[0].pk, parcels=[cast.parcel({orders[0].lines.get().pk: 1})], actor=WAREHOUSE)
        with refused("parcel_not_sent"):
            act(made.pk, actor=WAREHOUSE)

    def test_who_drives_is_sealed_with_the_moment_it_is_sent(self, orders):
        made = self.make(orders[0])
        made.driver_name = "老陈"
        with pytest.raises(ValueError, match="known before"), transaction.atomic():
            made.save()
        made.sent_at = clock.now()
        made.save()
        assert Parcel.objects.get(pk=made.pk).driver_name == "老陈"
