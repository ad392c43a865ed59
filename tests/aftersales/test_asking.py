"""What buyers can ask back: of which goods, until when, how often, and what is held meanwhile."""

from datetime import timedelta

import pytest

from aftersales.choices import Kind
from aftersales.models import Aftersale
from aftersales.services.answering import refuse_aftersale
from aftersales.services.applying import correct_reason, withdraw_aftersale
from aftersales.terms.services.terms import change_terms
from orders.payments.changes.cancelling import cancel_lines, cancel_paid
from orders.services.steps import receive_order
from orders.shipping.services.ship import NewParcel, ship_order, undo_ship
from shop import clock
from shop.events.models import Event
from tests import cast
from tests.aftersales.cases import OWNER, SUPPORT, asked, reason, received_order
from tests.expect import fresh, refused

pytestmark = pytest.mark.django_db


def test_a_request_is_about_pieces_and_holds_their_line():
    order = received_order(basket={cast.make_sku(price_fen=35_00).pk: 3})
    line = order.lines.get()
    aftersale = asked(order, Kind.REFUND, {line.pk: 2}, words="少了一罐")
    line.refresh_from_db()
    assert (aftersale.number, aftersale.state) == (f"{order.number}A1", "asked")
    assert (aftersale.asked_fen, aftersale.is_unsent, aftersale.words) == (70_00, False, "少了一罐")
    assert (line.in_aftersale, fresh(order).aftersale_mark) == (2, "open")
    event = Event.objects.get(verb="aftersale.open")
    assert event.order_id == order.pk
    assert event.data["lines"] == {str(line.pk): 2}


def test_of_goods_that_were_not_sent_all_goes_back_with_the_freight():
    order = cast.paid_order(basket={cast.make_sku(price_fen=35_00).pk: 1})
    aftersale = asked(order, Kind.CANCEL, amount_fen=1)
    assert (aftersale.asked_fen, aftersale.is_unsent) == (45_00, True)


@pytest.mark.parametrize("kind", [Kind.RETURN, Kind.EXCHANGE])
def test_what_was_not_sent_cannot_be_sent_back(kind):
    with refused("aftersale_too_many"):
        asked(cast.paid_order(), kind)


def test_what_was_sent_cannot_be_cancelled():
    with refused("aftersale_too_many"):
        asked(received_order(), Kind.CANCEL)


def test_what_nobody_has_paid_for_is_cancelled_and_not_asked_back():
    with refused("aftersale_too_many"):
        asked(cast.place(), Kind.CANCEL)


def test_a_line_is_in_one_open_request_only_another_line_in_its_own():
    order = received_order(basket={cast.make_sku().pk: 1, cast.make_sku().pk: 1})
    first, second = order.lines.order_by("pk")
    asked(order, Kind.REFUND, {first.pk: 1})
    with refused("line_in_aftersale"):
        asked(order, Kind.RETURN, {first.pk: 1})
    assert asked(order, Kind.RETURN, {second.pk: 1}).number == f"{order.number}A2"


def test_a_line_of_another_order_is_not_found():
    mine, other = received_order(), received_order()
    with refused("not_found", 404):
        asked(mine, Kind.REFUND, {other.lines.get().pk: 1})


def test_an_order_of_another_buyer_is_not_found():
    mine, other = received_order(), received_order()
    with refused("not_found", 404):
        asked(other, Kind.REFUND, actor=cast.buyer(mine))


@pytest.mark.parametrize(
    ("amount_fen", "code"), [(-1, "bad_amount"), (0, "bad_amount"), (35_01, "over_share")]
)
def test_amounts_that_cannot_be(amount_fen, code):
    order = received_order(basket={cast.make_sku(price_fen=35_00).pk: 1})
    with refused(code):
        asked(order, Kind.REFUND, amount_fen=amount_fen)
    assert not Aftersale.objects.exists()


def test_buyers_ask_until_the_time_after_receipt_is_over_and_staff_later_too():
    order = received_order()
    with clock.at(clock.now() + timedelta(days=7)):
        with refused("aftersale_too_late"):
            asked(order, Kind.RETURN)
        assert asked(order, Kind.RETURN, actor=SUPPORT).by_staff


def test_who_was_refused_may_ask_again_as_often_as_the_terms_say():
    order = received_order()
    refuse_aftersale(asked(order, Kind.RETURN).pk, actor=SUPPORT)
    with refused("aftersale_refused"):
        asked(order, Kind.RETURN)
    change_terms({"tries_after_refusal": 1}, actor=OWNER)
    refuse_aftersale(asked(order, Kind.RETURN).pk, actor=SUPPORT)
    with refused("aftersale_refused"):
        asked(order, Kind.RETURN)


def test_a_line_in_a_request_stays_while_others_are_sent():
    order = cast.prepared_order(basket={cast.make_sku().pk: 1, cast.make_sku().pk: 1})
    first, second = order.lines.order_by("pk")
    aftersale = asked(order, Kind.CANCEL, {first.pk: 1})
    with refused("line_in_aftersale"):
        ship_order(order.pk, parcels=[cast.parcel({first.pk: 1})], actor=SUPPORT_SHIPS)
    ship_order(order.pk, parcels=[NewParcel("SF", "SF0000000000077")], actor=SUPPORT_SHIPS)
    order = fresh(order)
    assert (order.stage, order.pieces_shipped) == ("preparing", 1)
    with refused("aftersale_open"):
        undo_ship(second.parcel_lines.get().parcel_id, actor=SUPPORT_SHIPS)
    withdraw_aftersale(aftersale.pk, actor=cast.buyer(order))
    assert fresh(order).aftersale_mark == "none"
    ship_order(order.pk, parcels=[cast.parcel()], actor=SUPPORT_SHIPS)
    assert fresh(order).stage == "shipped"


SUPPORT_SHIPS = cast.clerk("warehouse")


def test_what_is_asked_back_is_not_cancelled_beside_it():
    order = cast.paid_order(basket={cast.make_sku().pk: 2})
    line = order.lines.get()
    asked(order, Kind.CANCEL, {line.pk: 1})
    with refused("line_in_aftersale"):
        cancel_lines(order.pk, quantities={line.pk: 1}, reason="缺货", actor=OWNER)
    with refused("aftersale_open"):
        cancel_paid(order.pk, reason="缺货", actor=OWNER)


def test_the_time_to_receive_stands_while_a_request_is_open():
    order = cast.shipped_order()
    before = order.receive_by
    aftersale = asked(order, Kind.REFUND)
    with refused("aftersale_open"):
        receive_order(order.pk, actor=cast.buyer(order))
    with clock.at(clock.now() + timedelta(days=2)):
        withdraw_aftersale(aftersale.pk, actor=cast.buyer(order))
    assert fresh(order).receive_by - before >= timedelta(days=2)


def test_only_the_buyer_corrects_the_reason():
    order = received_order()
    aftersale = asked(order, Kind.RETURN)
    with refused("forbidden", 403):
        correct_reason(aftersale.pk, reason(quality=True).pk, actor=OWNER)
    corrected = correct_reason(aftersale.pk, reason(quality=True).pk, actor=cast.buyer(order))
    assert (corrected.reason_name, corrected.is_quality) == ("收到时已破损", True)
    assert Event.objects.get(verb="aftersale.correct_reason").data == {"reason_name": "收到时已破损"}
