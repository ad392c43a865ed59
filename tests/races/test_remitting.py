"""A courier's money, recorded by several at one moment: each order has it once."""

import pytest

from orders.models import Order
from orders.payments.models import Payment
from orders.payments.services.collecting import collect_payment
from orders.payments.services.remitting import collect_remitted
from orders.shipping.services.turning import turn_back
from tests import cast
from tests.expect import fresh
from tests.races.conftest import codes_of, run_together
from tests.shipping.cash import parcel_of, prepared_cod, shipped_cod
from tests.shipping.test_shared_parcels import share_parcel

ROUNDS = 5
STAFF = [cast.clerk("finance", name="钱会计", id_=1), cast.clerk(name="王店长", id_=2)]


def remit(*orders: Order, n: int = 0):
    owed = {order.pk: fresh(order).owed_fen for order in orders}
    return lambda: collect_remitted(owed, tracking_no="SF1", reference=f"{n}.csv #2", actor=STAFF[n % 2])


def test_one_file_of_six_people_is_money_once():
    orders = [prepared_cod(basket={cast.make_sku(on_hand=9).pk: n}) for n in (2, 3)]
    share_parcel(*orders)
    acts = [remit(*(orders if n % 2 else orders[::-1]), n=n) for n in range(6)]
    told = codes_of(run_together(acts))
    assert told.count("ok") == 1 and "OperationalError" not in told
    assert Payment.objects.filter(order__in=orders).count() == 2


def test_without_the_lock_the_name_of_the_money_is_the_last_guard(switch_off_order_lock):
    order = shipped_cod()
    acts = [remit(order), remit(order, n=1)]
    switch_off_order_lock(2)
    told = codes_of(run_together(acts))
    assert told.count("ok") == 1 and set(told) & {"IntegrityError", "stale", "already_done"}
    assert Payment.objects.filter(order=order).count() == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_against_a_hand_that_collects_it_is_in_once(_round):
    order = shipped_cod()
    acts = [remit(order), lambda: collect_payment(order.pk, actor=STAFF[1])]
    assert codes_of(run_together(acts)).count("ok") == 1
    assert fresh(order).paid_fen == order.payable_fen


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_refused_at_that_moment_it_is_either_collected_or_not(_round):
    order = shipped_cod()
    parcel = parcel_of(order)
    collected, turned = run_together([remit(order), lambda: turn_back(parcel.pk, actor=STAFF[1])])
    assert not isinstance(turned, Exception)
    assert (fresh(order).paid_fen == 0) is isinstance(collected, Exception)
