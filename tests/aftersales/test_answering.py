"""What the shop says: agree to a refund or a return, refuse, open again; and what moves then."""

import pytest

from aftersales.choices import Contact, Kind, State
from aftersales.services.answering import (
    agree_refund,
    agree_return,
    note_contact,
    refuse_aftersale,
    reopen_aftersale,
)
from aftersales.services.applying import open_aftersale
from aftersales.services.money import follow_refunds
from aftersales.terms.models import ReturnAddress
from aftersales.terms.services.terms import change_terms
from orders.payments.models import Refund
from orders.shipping.services.ship import ship_order
from tests import cast
from tests.aftersales.cases import (
    OWNER,
    SUPPORT,
    agreed,
    asked,
    claim,
    received_order,
    settle_money,
    state_of,
)
from tests.expect import fresh, refused, stock_of

pytestmark = pytest.mark.django_db


def test_agreeing_to_a_cancel_request_frees_the_goods_and_gives_everything_back():
    sku = cast.make_sku(price_fen=35_00, on_hand=10)
    order = cast.paid_order(basket={sku.pk: 2})
    aftersale = agreed(order, Kind.CANCEL)
    order = fresh(order)
    assert (order.stage, order.close_reason, stock_of(sku.pk)) == ("closed", "buyer", (10, 0))
    refund = Refund.objects.get(case_number=aftersale.number)
    assert (refund.amount_fen, aftersale.agreed_fen, aftersale.state) == (80_00, 80_00, State.REFUNDING)
    settle_money(order)
    follow_refunds(order.pk)
    assert state_of(aftersale) == State.DONE
    assert fresh(order).refunded_fen == 80_00


def test_part_of_a_cancel_request_leaves_the_rest_to_be_sent():
    order = cast.prepared_order(
        basket={cast.make_sku(price_fen=35_00).pk: 1, cast.make_sku(price_fen=20_00).pk: 1}
    )
    first, _second = order.lines.order_by("pk")
    agreed(order, Kind.CANCEL, pieces={first.pk: 1})
    order = fresh(order)
    assert (order.stage, order.pieces_to_send, order.aftersale_mark) == ("preparing", 1, "settled")
    assert Refund.objects.get().amount_fen == 35_00
    ship_order(order.pk, parcels=[cast.parcel()], actor=cast.clerk("warehouse"))
    assert fresh(order).stage == "shipped"


def test_another_amount_can_be_agreed_to_and_the_freight_with_it():
    order = received_order(basket={cast.make_sku(price_fen=35_00).pk: 1})
    aftersale = asked(order, Kind.REFUND, amount_fen=20_00)
    agree_refund(aftersale.pk, amount_fen=40_00, notice="多退了运费", actor=SUPPORT)
    refund = Refund.objects.get()
    shares = dict(refund.lines.values_list("order_line_id", "amount_fen"))
    assert (refund.amount_fen, shares) == (40_00, {order.lines.get().pk: 35_00, None: 5_00})


@pytest.mark.parametrize(
    ("amount_fen", "code"), [(0, "bad_amount"), (-5, "bad_amount"), (45_01, "over_share")]
)
def test_amounts_that_cannot_be_agreed_to(amount_fen, code):
    order = received_order(basket={cast.make_sku(price_fen=35_00).pk: 1})
    aftersale = asked(order, Kind.REFUND)
    with refused(code):
        agree_refund(aftersale.pk, amount_fen=amount_fen, actor=SUPPORT)
    assert state_of(aftersale) == State.ASKED
    assert not Refund.objects.exists()


def test_who_may_not_refund_so_much_leaves_everything_as_it_was():
    order = received_order(basket={cast.make_sku(price_fen=35_00).pk: 1})
    aftersale = asked(order, Kind.REFUND)
    with refused("over_refund_limit", 403):
        agree_refund(aftersale.pk, actor=cast.clerk("support", limit=10_00))
    assert state_of(aftersale) == State.ASKED


def test_a_return_wants_an_address():
    order = received_order()
    aftersale = asked(order, Kind.RETURN)
    ReturnAddress.objects.update(is_default=False, is_in_use=False)
    with refused("no_return_address"):
        agree_return(aftersale.pk, actor=SUPPORT)


def test_the_address_stays_as_it_was_agreed_to():
    order = received_order()
    aftersale = agree_return(asked(order, Kind.RETURN).pk, notice="请附上订单号", actor=SUPPORT)
    ReturnAddress.objects.update(address="别处 1 号")
    aftersale.refresh_from_db()
    assert aftersale.state == State.TO_RETURN
    assert aftersale.return_to["address"] == "良渚街道勾运路 8 号"
    assert not Refund.objects.exists()


def test_nothing_is_sent_back_of_a_refund_only():
    with refused("nothing_to_return"):
        agree_return(asked(received_order(), Kind.REFUND).pk, actor=SUPPORT)


def test_a_refusal_frees_the_goods_and_is_told():
    order = received_order()
    aftersale = refuse_aftersale(asked(order, Kind.RETURN).pk, reason="已过保质期", actor=SUPPORT)
    assert (aftersale.state, aftersale.answer) == (State.REFUSED, "已过保质期")
    order = fresh(order)
    assert (order.aftersale_mark, order.lines.get().in_aftersale) == ("none", 0)


def test_the_terms_may_want_a_reason():
    change_terms({"refusal_needs_reason": True}, actor=OWNER)
    aftersale = asked(received_order(), Kind.RETURN)
    with refused("reason_required", 400):
        refuse_aftersale(aftersale.pk, reason=" ", actor=SUPPORT)


def test_a_supervisor_opens_it_again_until_money_has_moved():
    order = received_order()
    aftersale = refuse_aftersale(asked(order, Kind.REFUND).pk, actor=SUPPORT)
    with refused("forbidden", 403):
        reopen_aftersale(aftersale.pk, reason="买家补了照片", actor=SUPPORT)
    reopened = reopen_aftersale(aftersale.pk, reason="买家补了照片", actor=OWNER)
    assert (reopened.state, fresh(order).aftersale_mark) == (State.ASKED, "open")
    agree_refund(aftersale.pk, actor=SUPPORT)
    with refused("already_done"):
        reopen_aftersale(aftersale.pk, reason="再来", actor=OWNER)


def test_what_is_asked_about_elsewhere_is_not_opened_again():
    order = received_order()
    change_terms({"tries_after_refusal": 1}, actor=OWNER)
    first = refuse_aftersale(asked(order, Kind.REFUND).pk, actor=SUPPORT)
    open_aftersale(order.pk, claim(order, Kind.RETURN), actor=cast.buyer(order))
    with refused("line_in_aftersale"):
        reopen_aftersale(first.pk, reason="再看", actor=OWNER)


def test_a_talk_is_on_record():
    aftersale = note_contact(
        asked(received_order(), Kind.RETURN).pk, contact=Contact.CALL, words="同意退一半", actor=SUPPORT
    )
    assert (aftersale.contacted_by, aftersale.contacted_at is None) == ("call", False)


def test_a_form_that_is_too_old_is_refused():
    aftersale = asked(received_order(), Kind.REFUND)
    seen = aftersale.version
    agree_refund(aftersale.pk, actor=SUPPORT, expected_version=seen)
    with refused("already_done"):
        agree_refund(aftersale.pk, actor=SUPPORT, expected_version=seen)
    assert Refund.objects.count() == 1
