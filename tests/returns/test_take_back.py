"""What came back is taken in: each piece sold again or scrapped, once, and the order ends by its goods."""

import pytest

from orders.desk.timeline import make_timeline
from orders.models import Order
from orders.services.fulfilment import apply_goods_rule
from orders.services.steps import receive_order
from orders.shipping.models import ParcelState
from orders.shipping.services.returning import close_returned
from orders.shipping.services.ship import ship_order, undo_ship
from orders.shipping.services.turning import turn_back, undo_turn_back
from orders.stages import AftersaleMark, CloseReason, Stage
from pickup.services.verifying import Handout, undo_verify, verify_pickup
from shop.catalog.models import StockMovement
from shop.events.models import Event
from shop.store.choices import PayMethod
from tests import cast
from tests.expect import fresh, refused, stock_of, verbs_of
from tests.returns.cases import (
    CASE,
    CLERK,
    SUPPORT,
    WAREHOUSE,
    adopt,
    announce,
    line_of,
    locked,
    received,
    take,
)
from tests.shipping.cash import parcel_of, refused_cod
from tests.shipping.test_shared_parcels import share_parcel


def moved(order: Order) -> list[tuple[str, int]]:
    rows = StockMovement.objects.filter(order_id=order.pk, kind__in=("return", "scrap")).order_by("pk")
    return list(rows.values_list("kind", "on_hand_delta"))


def settle(order: Order) -> Order:
    """As the after-sale that has ended applies the rule."""
    locked(order, apply_goods_rule)
    return fresh(order)


def test_each_piece_is_sold_again_or_scrapped_and_the_parcel_is_done():
    sku = cast.make_sku(on_hand=9)
    order = received(basket={sku.pk: 4})
    parcel = announce(order, 3)
    take(order, 2, 1, note="一罐破损")
    assert (order.pieces_returned, order.pieces_out, line_of(order).returned) == (3, 1, 3)
    assert stock_of(sku.pk) == (7, 0) and moved(order) == [("return", 3), ("scrap", -1)]
    parcel.refresh_from_db()
    assert parcel.state == ParcelState.RETURNED and parcel.returned_at and parcel.lines.get().taken_at
    event = Event.objects.get(verb="order.take_back")
    pk = str(line_of(order).pk)
    assert (event.data["lines"], event.data["scrapped"], event.data["case_number"]) == (
        {pk: 3},
        {pk: 1},
        CASE,
    )
    (entry,) = make_timeline([event], [line_of(order)])
    assert "备注：一罐破损" in entry.details and f"售后：{CASE}" in entry.details


def test_goods_that_are_brought_to_the_counter_have_no_parcel():
    order = received()
    take(order)
    assert "parcels" not in Event.objects.get(verb="order.take_back").data


def test_the_parcel_of_another_case_stays_on_its_way():
    order = received(basket={cast.make_sku().pk: 2})
    parcel = announce(order, 1, case_number="AS-2")
    take(order)
    parcel.refresh_from_db()
    assert parcel.state == ParcelState.SENT


@pytest.mark.parametrize(
    ("pieces", "scrapped", "code"),
    [(3, 0, "more_than_sent"), (1, 2, "more_than_sent"), (0, 0, "nothing_chosen"), (2, -1, "bad_pieces")],
)
def test_no_more_is_taken_in_than_was_sent(pieces, scrapped, code):
    order = received(basket={cast.make_sku().pk: 2})
    with refused(code):
        take(order, pieces, scrapped)
    assert line_of(order).returned == 0 and moved(order) == []


def test_nor_a_line_of_another_order():
    order, other = received(), received()
    with refused("not_found", 404):
        from orders.shipping.returns.taking import take_back  # noqa: PLC0415

        locked(
            order,
            lambda o: take_back(o, {line_of(other).pk: 1}, {}, actor=WAREHOUSE, case_number=CASE),
        )


def test_who_answers_after_sales_takes_nothing_in():
    with refused("forbidden", 403):
        take(received(), actor=SUPPORT)


class TestTheGoodsRule:
    def test_while_the_after_sale_is_open_the_order_stays_and_then_it_closes(self):
        order = received()
        take(order)
        Order.objects.filter(pk=order.pk).update(aftersale_mark=AftersaleMark.OPEN)
        assert settle(order).stage == Stage.DONE
        Order.objects.filter(pk=order.pk).update(aftersale_mark=AftersaleMark.SETTLED)
        closed = settle(order)
        assert (closed.stage, closed.close_reason) == (Stage.CLOSED, CloseReason.RETURNED)
        Order.objects.filter(pk=order.pk).update(aftersale_mark=AftersaleMark.NONE)

    def test_with_a_piece_at_the_buyers_it_is_completed(self):
        order = received(basket={cast.make_sku().pk: 2})
        take(order, 1)
        assert settle(order).stage == Stage.DONE

    def test_what_is_still_to_be_sent_keeps_it_open(self):
        order = cast.prepared_order(basket={cast.make_sku().pk: 2})
        ship_order(order.pk, parcels=[cast.parcel({line_of(order).pk: 1})], actor=WAREHOUSE)
        take(order, 1)
        assert settle(order).stage == Stage.PREPARING

    def test_on_its_way_to_a_buyer_who_gave_all_back_it_closes_too(self):
        order = cast.shipped_order()
        take(order)
        assert settle(order).close_reason == CloseReason.RETURNED


class TestUndoing:
    def test_a_parcel_whose_goods_came_back_is_not_undone(self):
        order = cast.shipped_order()
        take(order)
        with refused("goods_came_back"):
            undo_ship(parcel_of(order).pk, actor=WAREHOUSE)

    def test_another_one_is(self):
        order = cast.prepared_order(basket={cast.make_sku().pk: 2})
        pk = line_of(order).pk
        ship_order(order.pk, parcels=[cast.parcel({pk: 1}), cast.parcel({pk: 1})], actor=WAREHOUSE)
        take(order, 1)
        last = line_of(order).parcel_lines.order_by("-pk").first()
        assert undo_ship(last.parcel_id, actor=WAREHOUSE).pieces_shipped == 1


class TestRefusedAtTheDoor:
    def test_the_adopted_parcel_is_back_and_the_order_goes_on(self):
        order = cast.prepared_order(basket={cast.make_sku().pk: 2})
        pk = line_of(order).pk
        ship_order(order.pk, parcels=[cast.parcel({pk: 1}), cast.parcel({pk: 1})], actor=WAREHOUSE)
        parcel = line_of(order).parcel_lines.order_by("pk")[0].parcel
        turn_back(parcel.pk, actor=WAREHOUSE)
        adopt(fresh(order), parcel)
        take(order, 1)
        parcel.refresh_from_db()
        assert parcel.state == ParcelState.RETURNED and not fresh(order).is_coming_back
        with refused("not_refused"):
            undo_turn_back(parcel.pk, actor=WAREHOUSE)
        assert receive_order(order.pk, actor=cast.buyer(order)).stage == Stage.DONE

    def test_of_one_that_several_orders_share_each_is_taken_in_by_itself(self):
        orders = [cast.prepared_order() for _ in range(2)]
        parcel = share_parcel(*orders)
        turn_back(parcel.pk, actor=WAREHOUSE)
        take(orders[0])
        assert not fresh(orders[0]).is_coming_back and fresh(orders[1]).is_coming_back
        take(orders[1])
        assert not fresh(orders[1]).is_coming_back

    def test_part_of_it_leaves_the_rest_on_its_way(self):
        order = cast.shipped_order(basket={cast.make_sku().pk: 2})
        turn_back(parcel_of(order).pk, actor=WAREHOUSE)
        take(order, 1)
        assert fresh(order).is_coming_back and parcel_of(order).state == ParcelState.SENT

    def test_cash_that_was_never_paid_closes_with_what_is_left(self):
        order = refused_cod(basket={cast.make_sku(on_hand=9).pk: 4})
        take(order, 1)
        closed = close_returned(order.pk, scrapped={}, reason="拒收", actor=CLERK)
        assert (closed.pieces_returned, closed.stage) == (4, Stage.CLOSED)
        assert order.pay_method == PayMethod.COD and moved(order) == [("return", 1), ("return", 3)]


class TestThePickup:
    def test_what_was_handed_out_comes_back_to_the_counter(self):
        order = cast.paid_pickup()
        handed_out(order)
        take(order)
        assert settle(order).close_reason == CloseReason.RETURNED

    def test_and_is_not_undone_afterwards(self):
        order = cast.paid_pickup(basket={cast.make_sku().pk: 2})
        handed_out(order)
        take(order, 1)
        with refused("goods_came_back"):
            undo_verify(order.pk, reason="按错了", actor=cast.clerk())
        assert verbs_of(order)[-1] == "take_back"


def handed_out(order: Order) -> None:
    assert order.pickup_store_id is not None
    verify_pickup(order.pk, Handout(order.pickup_store_id), actor=cast.clerk("order_clerk"))
