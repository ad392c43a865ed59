"""Topping up, paying from the balance, and refunds that go back into it."""

import pytest
from django.db import DatabaseError, connection, transaction

from notifications.models import Alert, AlertKind
from orders.payments.changes.cancelling import cancel_lines, cancel_paid
from orders.payments.changes.pricing import choose_payment
from orders.payments.models import Payment, Refund, RefundState
from orders.payments.services.attempts import open_attempt
from orders.payments.services.balance import pay_by_balance
from orders.stages import Stage
from shop import clock
from shop.customers.balance import change_balance
from shop.customers.models import BalanceEntry, Customer
from shop.events.delivery import drain
from shop.store.choices import PayMethod
from tests import cast
from tests.expect import fresh, refused, verbs_of


@pytest.fixture(autouse=True)
def with_balance() -> None:
    cast.open_shop(balance_on=True)


def rich(fen: int = 100_00) -> Customer:
    customer = cast.make_customer()
    change_balance(customer.pk, delta_fen=fen, reason="门店充值", actor=cast.clerk("finance"))
    return customer


def balance_of(customer: Customer) -> int:
    return Customer.objects.get(pk=customer.pk).balance_fen


def placed(customer: Customer, **kwargs):
    return cast.place(customer, pay_method=PayMethod.BALANCE, **kwargs)


def test_a_top_up_is_an_entry_with_a_reason():
    customer = rich(50_00)
    entry = BalanceEntry.objects.get()
    assert (entry.kind, entry.delta_fen, entry.balance_after_fen) == ("top_up", 50_00, 50_00)
    assert (entry.reason, entry.actor_name) == ("门店充值", "王店长")
    assert balance_of(customer) == 50_00


def test_a_correction_takes_away_and_never_below_nothing():
    customer = rich(50_00)
    change_balance(customer.pk, delta_fen=-20_00, reason="记错", actor=cast.clerk("finance"))
    with refused("not_enough_balance"):
        change_balance(customer.pk, delta_fen=-30_01, reason="记错", actor=cast.clerk("finance"))
    assert balance_of(customer) == 30_00


@pytest.mark.parametrize("role", ["order_clerk", "support", "warehouse", "store_clerk"])
def test_only_with_the_capability(role):
    with refused("forbidden", 403):
        change_balance(cast.make_customer().pk, delta_fen=1, reason="x", actor=cast.clerk(role))


@pytest.mark.parametrize(
    ("fen", "reason", "code"),
    [(1, " ", "reason_required"), (0, "x", "bad_amount"), (10**12, "x", "bad_amount")],
)
def test_a_reason_and_an_amount_are_needed(fen, reason, code):
    with refused(code, 400):
        change_balance(cast.make_customer().pk, delta_fen=fen, reason=reason, actor=cast.clerk("finance"))


def test_one_form_is_booked_once():
    customer = cast.make_customer()
    change_balance(
        customer.pk, delta_fen=5, reason="x", actor=cast.clerk("finance"), expected_version=customer.version
    )
    with refused("stale"):
        change_balance(
            customer.pk,
            delta_fen=5,
            reason="x",
            actor=cast.clerk("finance"),
            expected_version=customer.version,
        )
    assert balance_of(customer) == 5


def test_the_ledger_cannot_be_changed():
    rich()
    table = BalanceEntry._meta.db_table
    for statement in (f"UPDATE {table} SET delta_fen = 1", f"DELETE FROM {table}"):  # noqa: S608
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    with pytest.raises(TypeError):
        BalanceEntry.objects.all().delete()


def test_paying_moves_the_order_on_and_rings():
    customer = rich()
    order = placed(customer)
    assert order.stage == Stage.UNPAID
    paid = pay_by_balance(order.pk, actor=cast.buyer(order))
    assert (paid.stage, paid.owed_fen, paid.pay_by) == (Stage.TO_CONFIRM, 0, None)
    assert balance_of(customer) == 100_00 - order.payable_fen
    payment = Payment.objects.get(order=order)
    assert (payment.method, payment.counts) == (PayMethod.BALANCE, True)
    drain()
    assert Alert.objects.filter(kind=AlertKind.NEW_ORDER, order=order).count() == 1


def test_too_little_pays_nothing():
    customer = rich(1)
    order = placed(customer)
    with refused("not_enough_balance") as caught:
        pay_by_balance(order.pk, actor=cast.buyer(order))
    assert caught.value.extra["balance_fen"] == 1
    assert (fresh(order).stage, balance_of(customer)) == (Stage.UNPAID, 1)


def test_twice_is_refused():
    order = placed(rich())
    pay_by_balance(order.pk, actor=cast.buyer(order))
    with refused("nothing_owed"):
        pay_by_balance(order.pk, actor=cast.buyer(order))


def test_another_way_to_pay_is_chosen_first(gateway):
    cast.open_shop(balance_on=True)
    gateway.lend_credentials()
    order = cast.place(rich())
    with refused("not_balance"):
        pay_by_balance(order.pk, actor=cast.buyer(order))
    open_attempt(order.pk, actor=cast.buyer(order))
    choose_payment(order.pk, method=PayMethod.BALANCE, actor=cast.buyer(order))
    assert pay_by_balance(order.pk, actor=cast.buyer(order)).stage == Stage.TO_CONFIRM


def test_not_when_switched_off_or_too_late():
    order = placed(rich())
    with clock.at(order.pay_by), refused("too_late"):
        pay_by_balance(order.pk, actor=cast.buyer(order))
    cast.open_shop(balance_on=False)
    with refused("payment_not_offered", 400):
        pay_by_balance(order.pk, actor=cast.buyer(order))


def test_nobody_else_pays_with_it():
    order = placed(rich())
    with refused("not_found", 404):
        pay_by_balance(order.pk, actor=cast.buyer(cast.place()))
    with refused("not_transfer"):
        pay_by_balance(order.pk, actor=cast.clerk("finance"))


def test_a_cancelled_order_is_back_in_the_balance_at_once():
    customer = rich()
    order = placed(customer)
    pay_by_balance(order.pk, actor=cast.buyer(order))
    closed = cancel_paid(order.pk, reason="缺货", actor=cast.clerk("order_clerk"))
    assert (closed.stage, closed.refunded_fen) == (Stage.CLOSED, order.payable_fen)
    assert Refund.objects.get(order=order).state == RefundState.DONE
    assert balance_of(customer) == 100_00
    assert verbs_of(order)[-3:] == ["cancel_paid", "refund", "refund_done"]


def test_part_of_it_goes_back_for_cancelled_goods():
    customer, sku = rich(200_00), cast.make_sku(price_fen=30_00)
    order = placed(customer, basket={sku.pk: 3})
    pay_by_balance(order.pk, actor=cast.buyer(order))
    before = balance_of(customer)
    cancel_lines(order.pk, quantities={order.lines.get().pk: 1}, reason="x", actor=cast.clerk("order_clerk"))
    cancel_lines(order.pk, quantities={order.lines.get().pk: 1}, reason="x", actor=cast.clerk("order_clerk"))
    assert balance_of(customer) == before + 60_00
    kinds = list(BalanceEntry.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["top_up", "pay", "refund", "refund"]
