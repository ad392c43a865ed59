"""After-sales pressed by several at one moment: one effect, and the books balance."""

from threading import Barrier

import pytest

from aftersales.choices import About, DisputeState, Kind, State
from aftersales.models import Aftersale
from aftersales.services import answering, applying, locking
from aftersales.services.answering import agree_refund, refuse_aftersale
from aftersales.services.applying import open_aftersale, withdraw_aftersale
from aftersales.services.disputing import open_dispute, withdraw_dispute
from aftersales.services.labelling import label_exchange
from aftersales.services.settling import refund_return, take_in_and_refund
from aftersales.services.verdicts import decide_for_buyer, decide_for_shop
from orders.payments.models import Refund
from orders.shipping.services.ship import ship_order
from orders.waybills.models import Waybill
from orders.waybills.services.asking import Wish
from shop.catalog.models import StockMovement
from shop.moves import services
from tests import cast
from tests.aftersales.cases import asked, claim, open_returns, received_order, sent_back, taken_in
from tests.expect import fresh
from tests.pickup.counter import hand_out, waiting
from tests.races.conftest import Rendezvous, codes_of, run_together
from tests.waybills.conftest import set_up_couriers

ROUNDS = 6
FIRST = cast.clerk("manager", name="王店长", id_=1)
SECOND = cast.clerk("owner", name="老板", id_=2)
LATE = {"ok", "already_done"}


@pytest.fixture(autouse=True)
def _shop(open_shop) -> None:
    open_returns()


def pressed_by_both(act, n: int):
    return [lambda actor=(FIRST, SECOND)[i % 2]: act(actor) for i in range(n)]


def test_asked_for_by_eight_at_once_there_is_one():
    order = received_order()
    press = lambda: open_aftersale(order.pk, claim(order, Kind.REFUND), actor=cast.buyer(order))  # noqa: E731
    assert {*codes_of(run_together([press] * 8))} == {"line_in_aftersale", "ok"}
    assert Aftersale.objects.count() == 1


def test_agreed_to_fifty_times_by_two_people_it_is_refunded_once():
    aftersale = asked(received_order(), Kind.REFUND)
    told = codes_of(run_together(pressed_by_both(lambda actor: agree_refund(aftersale.pk, actor=actor), 50)))
    assert (told.count("ok"), {*told}) == (1, LATE)
    assert Refund.objects.count() == 1


def test_a_return_confirmed_and_refunded_fifty_times_moves_goods_and_money_once():
    order = received_order()
    aftersale = sent_back(order)
    pieces = dict(aftersale.lines.values_list("order_line_id", "pieces"))
    before = StockMovement.objects.count()
    press = lambda actor: take_in_and_refund(  # noqa: E731
        aftersale.pk, restock=pieces, scrap={}, amount_fen=aftersale.agreed_fen, actor=actor
    )
    told = codes_of(run_together(pressed_by_both(press, 50)))
    assert (told.count("ok"), {*told}) == (1, LATE)
    assert (Refund.objects.count(), StockMovement.objects.count()) == (1, before + 1)


def test_what_came_back_is_refunded_once_by_two():
    aftersale = taken_in(received_order())
    told = codes_of(run_together(pressed_by_both(lambda actor: refund_return(aftersale.pk, actor=actor), 10)))
    assert (told.count("ok"), {*told}) == (1, LATE)
    assert Refund.objects.count() == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_agreed_to_and_withdrawn_at_once_one_of_them_counts(_round):
    order = received_order()
    aftersale = asked(order, Kind.REFUND)
    agree = lambda: agree_refund(aftersale.pk, actor=FIRST)  # noqa: E731
    withdraw = lambda: withdraw_aftersale(aftersale.pk, actor=cast.buyer(order))  # noqa: E731
    told = codes_of(run_together([agree, withdraw]))
    aftersale.refresh_from_db()
    assert "ok" in told and len({*told}) == 2
    assert Refund.objects.exists() == (aftersale.state == State.REFUNDING)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_agreed_to_and_refused_at_once_one_of_them_counts(_round):
    aftersale = asked(received_order(), Kind.REFUND)
    acts = [
        lambda: agree_refund(aftersale.pk, actor=FIRST),
        lambda: refuse_aftersale(aftersale.pk, actor=SECOND),
    ]
    assert "ok" in (told := codes_of(run_together(acts))) and len({*told}) == 2
    aftersale.refresh_from_db()
    assert Refund.objects.exists() == (aftersale.state == State.REFUNDING)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_asked_back_and_sent_at_once_the_goods_do_not_leave_twice(_round):
    order = cast.prepared_order()
    ask = lambda: open_aftersale(order.pk, claim(order, Kind.CANCEL), actor=cast.buyer(order))  # noqa: E731
    ship = lambda: ship_order(order.pk, parcels=[cast.parcel()], actor=FIRST)  # noqa: E731
    told = codes_of(run_together([ask, ship]))
    assert "ok" in told
    order = fresh(order)
    assert order.pieces_shipped + order.lines.get().in_aftersale == 1


def test_a_verdict_for_each_side_at_once_is_one():
    order = received_order()
    aftersale = refuse_aftersale(asked(order, Kind.REFUND).pk, actor=FIRST)
    open_dispute(aftersale.pk, about=About.OTHER, actor=cast.buyer(order))
    acts = [
        lambda: decide_for_buyer(aftersale.pk, words="同意", actor=FIRST),
        lambda: decide_for_shop(aftersale.pk, words="不同意", actor=SECOND),
        lambda: withdraw_dispute(aftersale.pk, actor=cast.buyer(order)),
    ]
    told = codes_of(run_together(acts * 3))
    assert told.count("ok") == 1
    aftersale.refresh_from_db()
    assert Refund.objects.exists() == (aftersale.dispute == DisputeState.BUYER)


def test_disputed_by_eight_at_once_there_is_one():
    order = received_order()
    aftersale = refuse_aftersale(asked(order, Kind.REFUND).pk, actor=FIRST)
    press = lambda: open_dispute(aftersale.pk, about=About.OTHER, actor=cast.buyer(order))  # noqa: E731
    assert codes_of(run_together([press] * 8)).count("ok") == 1
    assert aftersale.disputes.count() == 1


def test_without_locks_both_decide_and_only_the_version_stands_between_them(monkeypatch):
    aftersale = asked(received_order(), Kind.REFUND)
    meeting = Barrier(2)

    def check_together(*args):
        amount_fen = check_amount(*args)
        meeting.wait(60)
        return amount_fen

    def read_unlocked(model, pk, *, actor=None):
        return model.objects.get(pk=pk)

    check_amount = answering._check_amount
    monkeypatch.setattr(answering, "_check_amount", check_together)
    for module in (services, locking):
        monkeypatch.setattr(module, "lock_row", read_unlocked)
    told = codes_of(run_together(pressed_by_both(lambda actor: agree_refund(aftersale.pk, actor=actor), 2)))
    assert {*told} == {"ok", "stale"}


def test_a_label_asked_for_by_eight_at_once_is_one():
    set_up_couriers()
    aftersale = taken_in(received_order(), Kind.EXCHANGE)
    press = lambda actor: label_exchange(aftersale.pk, wish=Wish("ZTO"), actor=actor)  # noqa: E731
    assert {*codes_of(run_together(pressed_by_both(press, 8)))} == {"ok"}
    assert Waybill.objects.filter(case_number=aftersale.number).count() == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_asked_back_and_handed_out_at_once_the_goods_are_not_both(_round):
    order = waiting(basket={cast.make_sku().pk: 1})
    ask = lambda: open_aftersale(order.pk, claim(order, Kind.CANCEL), actor=cast.buyer(order))  # noqa: E731
    acts = [ask, lambda: hand_out(order, actor=FIRST)]
    assert "ok" in codes_of(run_together(acts[:: (-1) ** _round]))
    order = fresh(order)
    assert order.pieces_shipped + order.lines.get().in_aftersale == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_agreed_to_and_handed_out_at_once_the_goods_stay_and_the_money_goes(_round):
    order = waiting(basket={cast.make_sku().pk: 1})
    aftersale = asked(order, Kind.CANCEL)
    acts = [lambda: agree_refund(aftersale.pk, actor=FIRST), lambda: hand_out(order, actor=SECOND)]
    told = codes_of(run_together(acts[:: (-1) ** _round]))
    assert told.count("ok") == 1
    assert (fresh(order).pieces_shipped, fresh(order).stage, Refund.objects.count()) == (0, "closed", 1)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_withdrawn_and_handed_out_at_once_nothing_is_paid_back(_round):
    order = waiting(basket={cast.make_sku().pk: 1})
    aftersale = asked(order, Kind.CANCEL)
    withdraw = lambda: withdraw_aftersale(aftersale.pk, actor=cast.buyer(order))  # noqa: E731
    told = codes_of(run_together([withdraw, lambda: hand_out(order, actor=SECOND)][:: (-1) ** _round]))
    assert "ok" in told and not Refund.objects.exists()


def test_without_the_order_s_lock_goods_are_asked_back_and_handed_out_but_for_the_version(monkeypatch):
    order = waiting(basket={cast.make_sku().pk: 1})
    together = Rendezvous(2)

    def read_unlocked(model, pk, *, actor=None):
        row = model.objects.get(pk=pk)
        together.meet()
        return row

    for module in (services, locking, applying):
        monkeypatch.setattr(module, "lock_row", read_unlocked)
    ask = lambda: open_aftersale(order.pk, claim(order, Kind.CANCEL), actor=cast.buyer(order))  # noqa: E731
    told = codes_of(run_together([ask, lambda: hand_out(order, actor=FIRST)]))
    assert told.count("ok") == 1 and {*told} - {"ok"} <= {"stale", "IntegrityError"}
