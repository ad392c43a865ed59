"""POST /orders/{number}/pay, /choose-payment, /cancel, /receive"""

from datetime import timedelta

import pytest

from orders.models import Order
from orders.payments.changes.cancelling import cancel_unpaid
from orders.stages import CloseReason, Stage
from shop import clock
from shop.demo.standins import StandInServer
from shop.store.choices import OverdueRule, PayMethod
from shop.store.models import WeChatAccount
from tests import cast
from tests.api.conftest import Buyer, order_body, refusal, wrong_fields
from tests.clients.conftest import Demo
from tests.gateway import lend_alipay_credentials


@pytest.fixture
def shopper(anyone: Buyer, phones: Demo) -> Buyer:
    """A buyer whom WeChat knows."""
    token = anyone.post("/auth/login", {"code": phones.login_code("buyer-1")}).json()["token"]
    anyone.headers["Authorization"] = f"Bearer {token}"
    return anyone


def place(shopper: Buyer) -> str:
    return shopper.post("/orders", order_body(), key="k1").json()["number"]


@pytest.fixture
def order(buyer: Buyer) -> Order:
    return cast.place(buyer.customer)


def test_the_parameters_let_the_phone_pay(shopper: Buyer, phones: Demo) -> None:
    number = place(shopper)
    answer = shopper.post(f"/orders/{number}/pay")
    assert answer.status_code == 200
    assert set(answer.json()) == {"timeStamp", "nonceStr", "package", "signType", "paySign"}
    assert phones.post("pay", **answer.json(), openid="buyer-1")["state"] == "SUCCESS"


def test_by_alipay_there_is_a_code_and_a_link(shopper: Buyer, wechat: StandInServer, phones: Demo) -> None:
    lend_alipay_credentials(wechat.world.alipay)
    number = shopper.post("/orders", order_body(pay_method="alipay"), key="k1").json()["number"]
    answer = shopper.post(f"/orders/{number}/pay")
    assert (answer.status_code, set(answer.json())) == (200, {"qr_code", "link"})
    assert "pay" in shopper.get(f"/orders/{number}").json()["actions"]
    assert phones.post("alipay-pay", url=answer.json()["link"])["state"] == "TRADE_SUCCESS"


def test_paying_again_goes_on_with_the_same_payment(shopper: Buyer) -> None:
    number = place(shopper)
    packages = {shopper.post(f"/orders/{number}/pay").json()["package"] for _ in range(2)}
    assert len(packages) == 1
    assert Order.objects.get(number=number).attempts.count() == 1


@pytest.mark.parametrize("kind", ["error_500", "html", "truncated", "wrong_type"])
def test_a_gateway_in_trouble_is_503_and_the_order_stays(shopper: Buyer, phones: Demo, kind: str) -> None:
    number = place(shopper)
    phones.add_fault("/v3/pay/transactions/jsapi", kind)
    answer = shopper.post(f"/orders/{number}/pay")
    assert (answer.status_code, answer.json()["code"]) == (503, "gateway_unavailable")
    assert answer["Retry-After"] == "5"
    assert shopper.post(f"/orders/{number}/pay").status_code == 200


def test_keys_that_cannot_be_read_are_503(shopper: Buyer) -> None:
    number = place(shopper)
    WeChatAccount.objects.update(api_v3_key="short")
    assert shopper.post(f"/orders/{number}/pay").status_code == 503
    assert shopper.post(f"/orders/{number}/cancel").status_code == 503


def test_a_shop_without_credentials_says_so(shopper: Buyer) -> None:
    number = place(shopper)
    WeChatAccount.objects.all().delete()
    assert refusal(shopper.post(f"/orders/{number}/pay")) == (409, "wechat_not_set_up")


def test_cash_on_delivery_is_not_paid_by_wechat(buyer: Buyer) -> None:
    order = cast.place(buyer.customer, pay_method=PayMethod.COD)
    assert refusal(buyer.post(f"/orders/{order.number}/pay")) == (409, "not_wechat")


@pytest.mark.parametrize(
    ("button", "code"), [("pay", "nothing_owed"), ("cancel", "already_paid"), ("receive", "wrong_stage")]
)
def test_a_paid_order_is_not_paid_again_nor_cancelled_nor_received(
    buyer: Buyer, button: str, code: str
) -> None:
    order = cast.paid_order(customer=buyer.customer)
    assert refusal(buyer.post(f"/orders/{order.number}/{button}")) == (409, code)


def test_after_the_deadline_it_is_too_late_to_pay(buyer: Buyer, order: Order) -> None:
    with clock.at(clock.now() + timedelta(minutes=31)):
        assert "pay" not in buyer.get(f"/orders/{order.number}").json()["actions"]
        answer = buyer.post(f"/orders/{order.number}/pay")
    assert (answer.status_code, answer.json()["code"]) == (409, "too_late")


def test_choosing_cash_on_delivery_moves_the_order_on(buyer: Buyer, order: Order) -> None:
    answer = buyer.post(f"/orders/{order.number}/choose-payment", {"pay_method": "cod"})
    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["pay_method"]) == ("to_ship", "cod")


@pytest.mark.parametrize("method", ["alipay", "balance", "transfer"])
def test_a_way_to_pay_that_is_not_offered_is_refused(buyer: Buyer, method: str, order: Order) -> None:
    answer = buyer.post(f"/orders/{order.number}/choose-payment", {"pay_method": method})
    assert (answer.status_code, answer.json()["code"]) == (400, "payment_not_offered")


@pytest.mark.parametrize("body", [{}, {"pay_method": "gold"}, {"pay_method": None}, {"method": "cod"}])
def test_a_wrong_choice_is_refused(buyer: Buyer, body: dict[str, object], order: Order) -> None:
    assert buyer.post(f"/orders/{order.number}/choose-payment", body).status_code == 400


def test_an_unpaid_order_is_cancelled_and_its_stock_given_back(buyer: Buyer) -> None:
    sku = cast.make_sku(on_hand=5)
    order = cast.place(buyer.customer, basket={sku.pk: 2})
    answer = buyer.post(f"/orders/{order.number}/cancel")
    assert (answer.status_code, answer.json()["status"]) == (200, "closed")
    assert answer.json()["close_reason"] == CloseReason.BUYER
    sku.refresh_from_db()
    assert sku.reserved == 0


def test_a_paid_order_that_was_not_sent_in_time_is_cancelled_where_the_rule_allows_it(buyer: Buyer) -> None:
    cast.open_shop(overdue_rule=OverdueRule.BUYER)
    order = cast.paid_order(customer=buyer.customer)
    assert "cancel" not in buyer.get(f"/orders/{order.number}").json()["actions"]
    assert refusal(buyer.post(f"/orders/{order.number}/cancel")) == (409, "already_paid")

    Order.objects.filter(pk=order.pk).update(ship_by=clock.now() - timedelta(minutes=1))
    assert "cancel" in buyer.get(f"/orders/{order.number}").json()["actions"]
    answer = buyer.post(f"/orders/{order.number}/cancel")
    assert (answer.status_code, answer.json()["close_reason"]) == (200, CloseReason.BUYER)
    assert [refund["amount_fen"] for refund in answer.json()["refunds"]] == [order.paid_fen]
    timeline = buyer.get(f"/orders/{order.number}/timeline").json()["results"]
    assert ("cancel_unsent", "you") in [(entry["verb"], entry["by"]) for entry in timeline]


def test_an_open_payment_is_closed_before_cancelling(shopper: Buyer, wechat: StandInServer) -> None:
    number = place(shopper)
    shopper.post(f"/orders/{number}/pay")
    assert shopper.post(f"/orders/{number}/cancel").json()["status"] == "closed"
    assert Order.objects.get(number=number).attempts.get().state == "closed"


def test_while_the_gateway_is_away_it_is_not_cancelled(shopper: Buyer, phones: Demo) -> None:
    number = place(shopper)
    shopper.post(f"/orders/{number}/pay")
    phones.add_fault("/v3/pay/transactions/out-trade-no", "error_500", times=2)
    assert refusal(shopper.post(f"/orders/{number}/cancel")) == (503, "gateway_unavailable")
    assert Order.objects.get(number=number).stage == Stage.UNPAID


def test_cancelling_what_the_shop_closed_says_who_did_it_without_a_name(buyer: Buyer, order: Order) -> None:
    cancel_unpaid(order.pk, actor=cast.clerk(name="王店长"))
    answer = buyer.post(f"/orders/{order.number}/cancel")
    assert (answer.status_code, answer.json()["code"]) == (409, "already_done")
    assert "by the shop" in answer.json()["message"]
    assert "王店长" not in answer.content.decode()


def test_received_goods_complete_the_order(buyer: Buyer) -> None:
    order = cast.shipped_order(customer=buyer.customer)
    answer = buyer.post(f"/orders/{order.number}/receive")
    assert (answer.status_code, answer.json()["status"]) == (200, "done")
    assert answer.json()["received_at"]


@pytest.mark.parametrize("button", ["pay", "cancel", "receive"])
@pytest.mark.parametrize("name", ["stage", "paid_fen", "amount_fen", "actor", "reason"])
def test_buttons_take_no_columns(buyer: Buyer, button: str, name: str, order: Order) -> None:
    assert wrong_fields(buyer.post(f"/orders/{order.number}/{button}", {name: 1})) == [name]


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_nothing_is_done_by_another_method(buyer: Buyer, method: str, order: Order) -> None:
    assert refusal(buyer.send(method, f"/orders/{order.number}/cancel")) == (405, "method_not_allowed")
