"""Bills of Alipay: fetched each morning, compared as any other, and all that may be wrong with them."""

from datetime import timedelta

import pytest

from orders.bills.days import start_of
from orders.bills.models import Bill, BillLine, Difference
from orders.bills.selectors import list_days_to_open
from orders.bills.services.booking import book_payment, book_refund
from orders.bills.services.fetching import open_bills
from orders.bills.tasks import PATIENT_TRIES, fetch_bill
from orders.payments.models import PayAttempt, Refund
from orders.payments.tasks import query_payment
from orders.stages import Stage
from shop import clock
from shop.clients.alipay.bills import AlipayBills
from shop.clients.errors import Unknown
from shop.store.credentials import ALIPAY_SETS
from shop.store.models import AlipayAccount
from tests.bills.bills import FINANCE, at_ten, kinds, only_difference, yesterday
from tests.expect import fresh
from tests.gateway import AlipayGateway, Gateway


@pytest.fixture
def alipay(bills: Gateway) -> AlipayGateway:
    bills.server.world.ledger.write("DELETE FROM alipay_refunds")
    bills.server.world.ledger.write("DELETE FROM alipay_trades")
    alipay = AlipayGateway(bills.server)
    alipay.lend_credentials()
    return alipay


def paid(alipay: AlipayGateway, *, knows: bool = True, hours: int = 12):
    """An order that was paid by Alipay yesterday."""
    order = alipay.place()
    attempt = alipay.take_money(order)
    moment = (start_of(yesterday()) + timedelta(hours=hours)).timestamp()
    alipay.server.world.ledger.write(
        "UPDATE alipay_trades SET paid_at = ? WHERE number = ?", moment, attempt.number
    )
    if knows:
        query_payment(attempt.pk)
    return fresh(order)


def opened() -> Bill:
    open_bills(yesterday().toordinal())
    return Bill.objects.get(platform="alipay")


def tried(bill: Bill) -> Bill:
    fetch_bill(bill.pk)
    bill.refresh_from_db()
    return bill


def test_a_bill_of_the_day_before_is_opened_fetched_and_agrees(alipay):
    order = paid(alipay)
    PayAttempt.objects.update(created_at=start_of(yesterday()))
    with at_ten():
        assert list_days_to_open(clock.now(), [], 10) == [yesterday().toordinal()]
        bill = tried(opened())
        assert list_days_to_open(clock.now(), [], 10) == []
    fee = (order.paid_fen * 6 + 500) // 1000
    assert (bill.state, bill.mchid, bill.kind) == ("matched", AlipayAccount.objects.get().mchid, "trades")
    assert (bill.received_fen, bill.fee_fen, bill.rows) == (order.paid_fen, fee, 1)
    assert kinds() == []


def test_a_payment_that_the_shop_never_heard_of_is_found_and_booked(alipay):
    order = paid(alipay, knows=False)
    bill = tried(opened())
    assert (bill.has_open, kinds()) == (True, [("unknown_payment", "open")])
    book_payment(only_difference().pk, actor=FINANCE)
    assert fresh(order).stage == Stage.TO_CONFIRM
    assert kinds() == [("unknown_payment", "settled")]


def test_a_refund_that_was_made_at_alipay_is_found_and_booked(alipay):
    order = paid(alipay)
    number = order.attempts.get().number
    alipay.server.world.ledger.write(
        "INSERT INTO alipay_refunds VALUES (?, ?, ?, ?, ?)",
        *("by-hand-1", number, 2_00, (start_of(yesterday()) + timedelta(hours=20)).timestamp(), "n1"),
    )
    tried(opened())
    assert kinds() == [("unknown_refund", "open")]
    book_refund(only_difference().pk, actor=FINANCE)
    assert (Refund.objects.get().amount_fen, fresh(order).refunded_fen) == (2_00, 2_00)


def test_another_amount_in_the_bill_is_a_difference(alipay):
    order = paid(alipay)
    alipay.behave(bill_changes={order.attempts.get().number: {"amount_fen": order.paid_fen + 1}})
    tried(opened())
    assert kinds() == [("amount", "open")]


@pytest.mark.parametrize("fault", ["truncated", "broken_zip", "other_day", "expired_url"])
def test_a_file_that_is_not_the_bill_changes_nothing_and_is_asked_for_again(alipay, fault):
    paid(alipay)
    paid(alipay, hours=-3)
    alipay.behave(bill_fault=fault)
    bill = tried(opened())
    assert (bill.state, BillLine.objects.count(), kinds()) == ("waiting", 0, [])
    assert bill.last_error
    alipay.behave(bill_fault="")
    assert (tried(bill).state, bill.last_error) == ("matched", "")


def test_one_that_is_not_made_yet_is_asked_for_again_while_the_shop_knows_of_money(alipay):
    paid(alipay)
    alipay.behave(bill_fault="not_ready")
    bill = opened()
    for _try in range(PATIENT_TRIES):
        assert tried(bill).state == "waiting"
    assert "was paid that day" in bill.last_error or "当天" in bill.last_error
    alipay.behave(bill_fault="")
    assert tried(bill).state == "matched"


def test_a_day_without_any_trade_is_empty(alipay):
    assert tried(opened()).state == "empty"
    assert not Difference.objects.exists()


@pytest.mark.parametrize("kind", ["timeout_before", "error_500", "html", "bad_signature"])
def test_a_gateway_that_is_away_is_asked_later(alipay, kind):
    paid(alipay)
    bill = opened()
    alipay.fail(kind, "/gateway.do/alipay.data")
    assert tried(bill).state == "waiting"
    assert tried(bill).state == "matched"


def test_keys_of_another_seller_are_not_used(alipay):
    paid(alipay)
    bill = opened()
    AlipayAccount.objects.update(mchid="2088999999999999")
    tried(bill)
    assert "keys" in bill.last_error or "密钥" in bill.last_error
    alipay.lend_credentials()


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/bill",
        "https://alipay.com.evil.example/bill",
        "https://user@dwbillcenter.alipay.com/bill",
        "https://dwbillcenter.alipay.com:8443/bill",
        "file:///etc/passwd",
    ],
)
def test_no_other_place_is_asked_whatever_the_answer_names(alipay, url):
    client = AlipayBills(ALIPAY_SETS.list_all()[0], base_url="https://openapi.alipay.com/gateway.do")
    with pytest.raises(Unknown, match="another place"):
        client._check_url(url)
    assert (
        client._check_url("http://dwbillcenter.alipay.com/a?b=1") == "https://dwbillcenter.alipay.com/a?b=1"
    )
