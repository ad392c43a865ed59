"""/console/orders/cod/remit/: what a courier brought, by tracking number, collected to the cent or not at all."""

import pytest
from django.db import transaction
from django.test import Client

from orders.models import Order
from orders.payments.invariants import remitted_money_is_in_once
from orders.payments.models import Payment
from orders.payments.services.collecting import collect_payment
from orders.payments.services.remitting import collect_remitted
from orders.shipping.services.replacing import WhyReplaced, replace_number
from orders.shipping.services.returning import close_returned
from orders.shipping.services.turning import turn_back
from shop.jobs.models import Job, RowState
from shop.money import write_yuan
from shop.store.choices import PayMethod
from tests import cast
from tests.desk.conftest import SignIn
from tests.expect import fresh, refused
from tests.sheets.importing import confirm, list_rows, look, send
from tests.sheets.making import csv, xlsx
from tests.shipping.cash import CLERK, WAREHOUSE, parcel_of, prepared_cod, refused_cod, shipped_cod
from tests.shipping.test_shared_parcels import share_parcel

URL = "/console/orders/cod/remit/"
pytestmark = pytest.mark.usefixtures("books_are_clean", "sent_tasks")
FINANCE = cast.clerk("finance")


@pytest.fixture
def finance(sign_in: SignIn) -> Client:
    return sign_in("finance")


def row_of(order: Order, amount: str = "", fee: str = "") -> str:
    return f"{parcel_of(order).tracking_no},{amount or write_yuan(order.payable_fen)},{fee}"


def sheet(*rows: str, header: str = "运单号,代收金额,手续费") -> bytes:
    return csv(header, *rows)


def check(client: Client, *rows: str, header: str = "运单号,代收金额,手续费") -> Job:
    return send(client, URL, sheet(*rows, header=header), "顺丰代收.csv")


def test_what_was_owed_is_collected_and_says_where_it_stood(finance: Client) -> None:
    order = shipped_cod()
    job = check(finance, row_of(order))
    assert order.number in look(finance, job)
    assert fresh(order).owed_fen > 0
    confirm(finance, job)
    payment = Payment.objects.get(order=order)
    assert (fresh(order).owed_fen, payment.amount_fen, payment.method) == (
        0,
        order.payable_fen,
        PayMethod.COD,
    )
    assert payment.reference == "顺丰代收.csv #2"


def test_the_same_file_again_changes_nothing(finance: Client) -> None:
    order = shipped_cod()
    confirm(finance, check(finance, row_of(order)))
    again = check(finance, row_of(order))
    assert [row.fate for row in list_rows(again)] == ["same"]
    assert Payment.objects.filter(order=order).count() == 1


def fates(job: Job) -> list[str]:
    return [row.fate for row in list_rows(job)]


@pytest.mark.parametrize("cents", [-100, -1, 1, 5000])
def test_a_difference_is_named_and_nothing_is_collected(finance: Client, cents: int) -> None:
    order = shipped_cod()
    job = check(finance, row_of(order, write_yuan(order.payable_fen + cents)))
    assert fates(job) == ["refused"]
    shown = look(finance, job)
    assert write_yuan(abs(cents)) in shown and write_yuan(order.payable_fen) in shown
    assert fresh(order).paid_fen == 0


def test_a_fee_that_the_courier_kept_is_no_difference(finance: Client) -> None:
    order = shipped_cod()
    job = check(finance, row_of(order, write_yuan(order.payable_fen - 200), "2"))
    confirm(finance, job)
    assert fresh(order).paid_fen == order.payable_fen


def test_a_blank_amount_is_left_alone(finance: Client) -> None:
    order = shipped_cod()
    job = check(finance, f"{parcel_of(order).tracking_no},,")
    assert fates(job) == ["same"]


def test_numbers_that_mean_nothing_or_the_same_twice(finance: Client) -> None:
    order = shipped_cod()
    job = check(finance, "SF0000000000009,10,", row_of(order), row_of(order))
    assert fates(job) == ["refused", "change", "refused"]


def test_what_is_not_to_be_collected(finance: Client) -> None:
    paid, collected, closed, back = cast.shipped_order(), shipped_cod(), refused_cod(), refused_cod()
    collect_payment(collected.pk, actor=FINANCE)
    close_returned(closed.pk, scrapped={}, reason="拒收", actor=CLERK)
    job = check(finance, *(row_of(order, "9.99") for order in (paid, collected, closed, back)))
    assert fates(job) == ["refused"] * 4
    assert not Payment.objects.filter(order__in=[closed, back]).exists()


def test_a_number_that_was_replaced_still_finds_its_parcel(finance: Client) -> None:
    order = shipped_cod()
    row = row_of(order)
    parcel = parcel_of(order)
    replace_number(
        parcel.pk, courier="SF", tracking_no="SF9999999999999", why=WhyReplaced.TYPED, actor=WAREHOUSE
    )
    confirm(finance, check(finance, row))
    assert fresh(order).owed_fen == 0


def test_one_parcel_of_two_orders_brings_the_sum_of_both(finance: Client) -> None:
    orders = [prepared_cod(basket={cast.make_sku(on_hand=9).pk: n}) for n in (2, 3)]
    parcel = share_parcel(*orders)
    total = sum(fresh(order).owed_fen for order in orders)
    one = check(finance, f"{parcel.tracking_no},{write_yuan(fresh(orders[0]).owed_fen)},")
    assert fates(one) == ["refused"]
    confirm(finance, check(finance, f"{parcel.tracking_no},{write_yuan(total)},"))
    assert [fresh(order).owed_fen for order in orders] == [0, 0]
    assert Payment.objects.filter(order__in=orders).count() == 2


def test_an_order_number_that_stands_beside_it_must_be_its_own(finance: Client) -> None:
    order, other = shipped_cod(), shipped_cod()
    header = "快递单号,货款,订单号"
    amount = write_yuan(order.payable_fen)
    rows = [f"{parcel_of(order).tracking_no},{amount},{number}" for number in (other.number, order.number)]
    assert fates(check(finance, rows[0], header=header)) == ["refused"]
    assert fates(check(finance, rows[1], header=header)) == ["change"]


def test_one_number_of_two_couriers_needs_the_courier(finance: Client) -> None:
    first, second = shipped_cod(), shipped_cod()
    number = parcel_of(first).tracking_no
    parcel = parcel_of(second)
    replace_number(parcel.pk, courier="YTO", tracking_no=number, why=WhyReplaced.TYPED, actor=WAREHOUSE)
    header, amount = "快递单号,货款,快递公司", write_yuan(second.payable_fen)
    assert fates(check(finance, f"{number},{amount},", header=header)) == ["refused"]
    confirm(finance, check(finance, f"{number},{amount},{parcel_of(second).courier_name}", header=header))
    assert (fresh(first).paid_fen, fresh(second).paid_fen) == (0, second.payable_fen)


def test_what_changed_after_the_look_is_refused(finance: Client) -> None:
    order = shipped_cod()
    job = check(finance, row_of(order))
    turn_back(parcel_of(order).pk, actor=WAREHOUSE)
    confirm(finance, job)
    assert list_rows(job)[0].state == RowState.FAILED and fresh(order).paid_fen == 0


def test_two_people_with_one_file_collect_it_once(finance: Client, sign_in: SignIn) -> None:
    order, boss = shipped_cod(), sign_in("manager")
    jobs = [(client, check(client, row_of(order))) for client in (finance, boss)]
    for client, job in jobs:
        confirm(client, job)
    assert [list_rows(job)[0].state for _client, job in jobs] == [RowState.DONE, RowState.FAILED]
    assert Payment.objects.filter(order=order).count() == 1


def test_nothing_of_a_parcel_is_collected_where_one_order_is_against_it() -> None:
    first, second = shipped_cod(), refused_cod()
    owed = {order.pk: order.owed_fen for order in (first, second)}
    with refused("coming_back"):
        collect_remitted(owed, tracking_no="SF1", reference="x", actor=FINANCE)
    with refused("other_amount"):
        collect_remitted({first.pk: 1}, tracking_no="SF1", reference="x", actor=FINANCE)
    with refused("not_cod"):
        collect_remitted({cast.place().pk: 1}, tracking_no="SF1", reference="x", actor=FINANCE)
    assert fresh(first).paid_fen == 0


@pytest.mark.parametrize("encoding", ["gbk", "utf-8", "utf-8-sig"])
def test_in_the_encoding_of_their_excel(finance: Client, encoding: str) -> None:
    order = shipped_cod()
    raw = csv(
        "快递公司,运单号码,回款金额(元)", f"顺丰速运,{row_of(order)}".removesuffix(","), encoding=encoding
    )
    assert fates(send(finance, URL, raw, "回款.csv")) == ["change"]


def test_a_number_that_excel_has_rounded_is_not_guessed(finance: Client) -> None:
    job = send(finance, URL, xlsx([("运单号", "代收金额"), (1.2345678901234567e17, 20)]), "回款.xlsx")
    assert fates(job) == ["refused"]


@pytest.mark.parametrize("amount", ["-5", "NaN", "1.234", "abc", "=1+1"])
def test_amounts_that_are_none(finance: Client, amount: str) -> None:
    assert fates(check(finance, row_of(shipped_cod(), amount))) == ["refused"]


def test_money_that_stands_there_twice_breaks_the_books() -> None:
    order = shipped_cod()
    collect_remitted({order.pk: order.owed_fen}, tracking_no="SF1", reference="x", actor=FINANCE)
    assert not list(remitted_money_is_in_once())
    payment = Payment.objects.get(order=order)
    with transaction.atomic():
        payment.pk, payment.trade_no = None, "SF2/x"
        payment.save()
        assert len(list(remitted_money_is_in_once())) == 1
        transaction.set_rollback(True)


def test_the_template_has_the_parcels_and_no_amounts(finance: Client) -> None:
    order = shipped_cod()
    collect_payment(shipped_cod().pk, actor=FINANCE)
    response = finance.get(f"{URL}template/")
    assert response.status_code == 200
    raw = b"".join(response.streaming_content) if response.streaming else response.content
    job = send(finance, URL, raw)
    assert [(row.ref, row.fate) for row in list_rows(job)] == [(parcel_of(order).tracking_no, "same")]
