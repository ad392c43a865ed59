"""Closing a cash sheet: once, however many press, and with every payment in one closing at most."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest
from django.db import connection

from orders.payments.models import Means
from pickup.cash import services
from pickup.cash.models import CashClosing, ClosedPayment
from pickup.cash.selectors import find_sheet
from pickup.cash.services import Count, close_cash, reopen_cash
from pickup.services.verifying import Collected
from shop.actor import SYSTEM
from tests import cast
from tests.pickup.counter import hand_out
from tests.pickup.drawers import CLERK, drawer_of, owing, take
from tests.races.conftest import Rendezvous, codes_of, run_together

MANAGER = cast.clerk("manager", name="王店长", id_=2)
RACERS = 3


def closing_of(payment):
    return partial(close_cash, drawer_of(payment), Count(payment.amount_fen, payment.amount_fen), actor=CLERK)


def test_pressed_ten_times_it_is_closed_once():
    payment = take()
    codes = codes_of(run_together([closing_of(payment)] * 10))
    assert codes == ["already_closed"] * 9 + ["ok"]
    assert ClosedPayment.objects.count() == 1


def test_closed_again_once_after_it_was_reopened_once():
    payment = take()
    closing = closing_of(payment)()
    reopen = partial(reopen_cash, closing.pk, reason="数错了", actor=MANAGER)
    assert codes_of(run_together([reopen] * 5)) == ["already_done"] * 4 + ["ok"]
    assert codes_of(run_together([closing_of(payment)] * 5)) == ["already_closed"] * 4 + ["ok"]
    assert CashClosing.objects.get().is_open is False


@pytest.mark.parametrize("round_", range(4))
def test_money_that_comes_in_while_it_is_closed_is_in_it_or_shown_as_later(round_):
    payment = take()
    order = owing(payment.store)
    collect = partial(hand_out, order, collected=Collected(Means.CASH, order.owed_fen), actor=CLERK)
    codes = codes_of(run_together([closing_of(payment), collect][:: (-1) ** round_]))
    assert codes in (["ok", "ok"], ["amount_mismatch", "ok"])
    sheet = find_sheet(drawer_of(payment), actor=SYSTEM)
    assert sheet.sums.orders == 2
    closed_fen = sheet.closing.total_fen if sheet.closing else 0
    assert closed_fen in (0, payment.amount_fen)


@contextmanager
def without(*constraints: tuple[type, str]) -> Iterator[None]:
    """The tables without these guards, and without what was written meanwhile."""
    found = [(model, c) for model, name in constraints for c in model._meta.constraints if c.name == name]
    with connection.schema_editor() as editor:
        for model, constraint in found:
            editor.remove_constraint(model, constraint)
    try:
        yield
    finally:
        ClosedPayment.objects.all().delete()
        CashClosing.objects.all().delete()
        with connection.schema_editor() as editor:
            for model, constraint in found:
                editor.add_constraint(model, constraint)


ONE_OF_A_DAY = (CashClosing, "one_closing_of_a_day")
PAYMENT_ONCE = (ClosedPayment, "payment_closed_once")


@pytest.fixture
def meeting(monkeypatch: pytest.MonkeyPatch) -> None:
    """All who close have seen that nobody has, before any of them writes."""
    rendezvous, begin = Rendezvous(RACERS), services.begin

    def meet_and_begin(*args, **kwargs):
        rendezvous.meet()
        return begin(*args, **kwargs)

    monkeypatch.setattr("pickup.cash.services.begin", meet_and_begin)


def test_all_who_see_none_meet_the_constraint(meeting):
    payment = take()
    assert codes_of(run_together([closing_of(payment)] * RACERS)) == [
        "already_closed",
        "already_closed",
        "ok",
    ]


def test_without_that_constraint_each_payment_is_the_last_guard(meeting):
    payment = take()
    with without(ONE_OF_A_DAY):
        codes = codes_of(run_together([closing_of(payment)] * RACERS))
        assert codes.count("ok") == 1
        assert CashClosing.objects.count() == 1


def test_without_both_it_would_be_closed_three_times(meeting):
    payment = take()
    with without(ONE_OF_A_DAY, PAYMENT_ONCE):
        assert codes_of(run_together([closing_of(payment)] * RACERS)) == ["ok"] * RACERS
        assert CashClosing.objects.count() == RACERS
