"""Returns that go otherwise: other goods in the box, a parcel that was refused at the door, a cheaper exchange."""

import pytest

from aftersales.choices import Kind, State
from aftersales.services.answering import reopen_aftersale
from aftersales.services.refused import list_refused, open_for_refused
from aftersales.services.returns import turn_away
from aftersales.services.settling import refund_difference, resend, take_in
from orders.payments.models import Refund
from orders.shipping.exchanges.sending import Carriage
from orders.shipping.models import Parcel, ParcelState
from orders.shipping.returns.landing import land_return
from orders.shipping.services.turning import turn_back
from shop.actor import GATEWAY, SYSTEM
from shop.catalog.services import NewSku, add_product
from tests import cast
from tests.aftersales.cases import (
    OWNER,
    STORE,
    SUPPORT,
    reason,
    received_order,
    sent_back,
    settle_money,
    state_of,
    taken_in,
)
from tests.expect import fresh, refused, stock_of

pytestmark = pytest.mark.django_db


def test_other_goods_in_the_box_end_the_case_and_move_no_stock():
    sku = cast.make_sku(on_hand=10)
    order = received_order(basket={sku.pk: 1})
    aftersale = sent_back(order)
    parcel = Parcel.objects.get(case_number=aftersale.number)
    land_return(parcel.pk, number=(parcel.courier, parcel.tracking_no), actor=GATEWAY)
    before = stock_of(sku.pk)
    ended = turn_away(
        aftersale.pk, reason="箱内是旧衣服", courier="YTO", tracking_no="yt 9900000000001", actor=STORE
    )
    assert (ended.state, ended.answer) == (State.REFUSED, "箱内是旧衣服 圆通速递 YT9900000000001")
    parcel.refresh_from_db()
    assert (parcel.state, stock_of(sku.pk), Refund.objects.count()) == (ParcelState.UNDONE, before, 0)
    assert fresh(order).lines.get().in_aftersale == 0
    assert reopen_aftersale(aftersale.pk, reason="买家补寄了原件", actor=OWNER).state == State.ASKED


def test_it_is_said_what_was_in_the_box():
    aftersale = sent_back(received_order())
    with refused("reason_required", 400):
        turn_away(aftersale.pk, reason=" ", actor=STORE)
    with refused("courier_required", 400):
        turn_away(aftersale.pk, reason="空箱", tracking_no="YT1", actor=STORE)


def test_a_refused_parcel_of_a_paid_order_becomes_its_return_by_one_press():
    order = cast.shipped_order(basket={cast.make_sku(price_fen=35_00).pk: 2})
    parcel = Parcel.objects.get(lines__order_line__order=order)
    assert not list_refused(order).exists()
    turn_back(parcel.pk, actor=STORE)
    assert [found.pk for found in list_refused(fresh(order))] == [parcel.pk]
    aftersale = open_for_refused(order.pk, parcel.pk, reason().pk, actor=OWNER)
    assert (aftersale.state, aftersale.kind, list_refused(order).exists()) == ("returning", "return", False)
    pieces = dict(aftersale.lines.values_list("order_line_id", "pieces"))
    assert list(pieces.values()) == [2]
    assert take_in(aftersale.pk, restock=pieces, scrap={}, actor=STORE).state == State.RECEIVED


def test_of_a_refused_parcel_nothing_is_left_open_where_it_cannot_be_agreed_to():
    order = cast.shipped_order()
    parcel = Parcel.objects.get(lines__order_line__order=order)
    turn_back(parcel.pk, actor=STORE)
    with refused("forbidden"):
        open_for_refused(order.pk, parcel.pk, reason().pk, actor=SUPPORT)
    assert not order.aftersales.exists()


def test_a_cheaper_exchange_gives_the_difference_back_once():
    sizes = [NewSku("TEA-L", "500g", 35_00, 10), NewSku("TEA-S", "250g", 20_00, 10)]
    dear, cheap = add_product("云雾茶", skus=sizes, actor=SYSTEM).skus.order_by("pk")
    order = received_order(basket={dear.pk: 1})
    line = order.lines.get()
    aftersale = taken_in(order, Kind.EXCHANGE, skus={line.pk: cheap.pk})
    refund_difference(aftersale.pk, amount_fen=15_00, actor=OWNER)
    with refused("already_done"):
        refund_difference(aftersale.pk, amount_fen=15_00, actor=OWNER)
    resend(aftersale.pk, carriage=Carriage("YTO", "YT9900000000002"), actor=STORE)
    settle_money(order)
    assert (state_of(aftersale), fresh(order).refunded_fen) == (State.DONE, 15_00)


def test_what_a_buyer_wants_money_for_has_no_difference():
    aftersale = taken_in(received_order())
    with refused("wants_money"):
        refund_difference(aftersale.pk, amount_fen=1_00, actor=OWNER)
