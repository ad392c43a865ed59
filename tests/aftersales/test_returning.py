"""Goods that come back for an after-sale: sent, arrived, taken in, then refunded, or others sent for them."""

import pytest

from aftersales.choices import Kind, State
from aftersales.models import Aftersale
from aftersales.services.applying import withdraw_aftersale
from aftersales.services.returns import note_arrival, renumber, send_back
from aftersales.services.settling import refund_return, resend, take_in
from orders.payments.models import Refund
from orders.shipping.exchanges.sending import Carriage
from orders.shipping.models import Parcel, ParcelState, Purpose
from tests import cast
from tests.aftersales.cases import (
    STORE,
    agreed_return,
    received_order,
    sent_back,
    settle_money,
    state_of,
    taken_in,
)
from tests.expect import fresh, refused, stock_of

pytestmark = pytest.mark.django_db


def test_a_return_from_the_buyers_parcel_to_the_money():
    sku = cast.make_sku(price_fen=35_00, on_hand=10)
    order = received_order(basket={sku.pk: 2})
    aftersale = sent_back(order)
    parcel = Parcel.objects.get(case_number=aftersale.number)
    assert (aftersale.state, parcel.direction) == (State.RETURNING, "back")
    line = order.lines.get()
    aftersale = take_in(aftersale.pk, restock={line.pk: 1}, scrap={line.pk: 1}, note="一罐压瘪", actor=STORE)
    parcel.refresh_from_db()
    assert (aftersale.state, parcel.state, stock_of(sku.pk)) == (State.RECEIVED, ParcelState.RETURNED, (9, 0))
    aftersale = refund_return(aftersale.pk, actor=STORE)
    assert (aftersale.state, Refund.objects.get().amount_fen) == (State.REFUNDING, 70_00)
    settle_money(order)
    order = fresh(order)
    assert (order.stage, order.close_reason) == ("closed", "returned")


def test_less_came_back_than_was_agreed_to():
    order = received_order(basket={cast.make_sku(price_fen=35_00).pk: 3})
    aftersale = sent_back(order)
    line = order.lines.get()
    take_in(aftersale.pk, restock={line.pk: 2}, scrap={}, actor=STORE)
    with refused("over_share"):
        refund_return(aftersale.pk, amount_fen=105_00, actor=STORE)
    refund_return(aftersale.pk, actor=STORE)
    order = fresh(order)
    assert (Refund.objects.get().amount_fen, order.stage, order.pieces_out) == (70_00, "done", 1)


def test_more_than_was_agreed_to_is_another_request():
    order = received_order(basket={cast.make_sku().pk: 3})
    line = order.lines.get()
    aftersale = sent_back(order, pieces={line.pk: 1})
    with refused("more_than_agreed"):
        take_in(aftersale.pk, restock={line.pk: 2}, scrap={}, actor=STORE)
    assert state_of(aftersale) == State.RETURNING


def test_what_is_brought_to_the_counter_needs_no_parcel():
    order = received_order()
    aftersale = agreed_return(order)
    line = order.lines.get()
    assert take_in(aftersale.pk, restock={line.pk: 1}, scrap={}, actor=STORE).state == State.RECEIVED


def test_an_exchange_sends_the_same_again():
    sku = cast.make_sku(on_hand=10)
    order = received_order(basket={sku.pk: 2})
    aftersale = taken_in(order, Kind.EXCHANGE, scrap=1)
    carriage = Carriage(courier="SF", tracking_no="SF0000000000991")
    aftersale = resend(aftersale.pk, carriage=carriage, actor=STORE)
    parcel = Parcel.objects.get(case_number=aftersale.number, purpose=Purpose.EXCHANGE)
    order = fresh(order)
    assert (aftersale.state, parcel.tracking_no, order.pieces_resent) == (State.DONE, "SF0000000000991", 2)
    assert (order.stage, order.aftersale_mark, stock_of(sku.pk)) == ("done", "settled", (7, 0))
    assert not Refund.objects.exists()


def test_an_exchange_gives_no_money():
    aftersale = taken_in(received_order(), Kind.EXCHANGE)
    with refused("wants_exchange"):
        refund_return(aftersale.pk, amount_fen=1, actor=STORE)


def test_what_arrives_is_noted_once():
    order = received_order()
    aftersale = sent_back(order)
    parcel = Parcel.objects.get(case_number=aftersale.number)
    for _again in range(2):
        note_arrival(aftersale.number, parcel.pk)
    aftersale.refresh_from_db()
    assert (aftersale.state, aftersale.arrived_at is None, aftersale.version) == (State.RETURNING, False, 4)


def test_the_number_can_be_put_right():
    order = received_order()
    aftersale = sent_back(order)
    renumber(aftersale.pk, courier="ZTO", tracking_no="75312345678901", actor=cast.buyer(order))
    assert Parcel.objects.get(case_number=aftersale.number).tracking_no == "75312345678901"


def test_what_is_given_up_on_its_way_is_given_up_with_its_parcel():
    order = received_order()
    aftersale = sent_back(order)
    withdraw_aftersale(aftersale.pk, actor=cast.buyer(order))
    assert Parcel.objects.get(case_number=aftersale.number).state == ParcelState.UNDONE
    assert (state_of(aftersale), fresh(order).aftersale_mark) == (State.WITHDRAWN, "none")


def test_another_buyer_sends_nothing_back_for_it():
    aftersale = agreed_return(received_order())
    other = received_order()
    with refused("not_found", 404):
        send_back(aftersale.pk, courier="YTO", tracking_no="YT1", actor=cast.buyer(other))
    assert Aftersale.objects.get(pk=aftersale.pk).state == State.TO_RETURN
