"""Two people press for a refund again and again, answers are lost, workers die: the money goes back once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from aftersales.choices import State
from aftersales.models import Aftersale
from aftersales.services.answering import agree_refund
from aftersales.terms.models import Reason
from orders.payments.models import Refund, RefundState
from orders.services.steps import confirm_order, prepare_order, receive_order
from orders.shipping.services.ship import ship_order
from orders.stages import Stage
from shop import clock
from shop.errors import Refused
from tests import cast
from tests.aftersales.cases import open_returns
from tests.faults.conftest import Buyer, FaultShop, get_order, wait_until

pytestmark = pytest.mark.fault
CLICKS, DEATHS, REFUND_FEN = 50, 3, 12_34
PEOPLE = (cast.clerk("support", name="客服小周", id_=11), cast.clerk("manager", name="王店长", id_=12))


def received_over_the_api(buyer: Buyer, pay_method: str) -> str:
    number = buyer.placed(cast.make_sku(price_fen=35_00).pk, pay_method=pay_method)
    buyer.pay(number)
    wait_until(lambda: get_order(number).stage == Stage.TO_CONFIRM)
    order = get_order(number)
    confirm_order(order.pk, actor=cast.clerk("order_clerk"))
    prepare_order(order.pk, actor=cast.clerk("order_clerk"))
    ship_order(order.pk, parcels=[cast.parcel()], actor=cast.clerk("warehouse"))
    receive_order(order.pk, actor=cast.buyer(get_order(number)))
    return number


def ask(buyer: Buyer, number: str) -> Aftersale:
    """The buyer wants a part of the money back."""
    if not Reason.objects.exists():
        open_returns()
    answer = buyer.call(
        "POST",
        f"/orders/{number}/aftersales",
        key=f"ask-{number}",
        kind="refund",
        pieces=[{"line_id": str(get_order(number).lines.get().pk), "quantity": 1}],
        reason_id=str(Reason.objects.earliest("pk").pk),
    )
    assert answer.status == 201, answer.body
    return Aftersale.objects.get(number=answer.body["number"])


def press(aftersale: Aftersale, click: int) -> bool:
    """Whether this click was the one that counted."""
    try:
        agree_refund(aftersale.pk, amount_fen=REFUND_FEN, actor=PEOPLE[click % 2])
    except Refused:
        return False
    finally:
        connection.close()
    return True


def count_calls(shop: FaultShop, refund: Refund) -> int:
    return sum(shop.told(refund.number)["calls"].get(refund.number, {}).values())


def is_done(aftersale: Aftersale) -> bool:
    return Aftersale.objects.get(pk=aftersale.pk).state == State.DONE


@pytest.mark.parametrize(
    ("pay_method", "path", "journal"),
    [
        ("wechat", "/v3/refund", "refunds"),
        ("alipay", "/gateway.do/alipay.trade.refund", "alipay_refunds"),
    ],
)
def test_fifty_clicks_of_two_people_are_one_refund(
    shop: FaultShop, pay_method: str, path: str, journal: str
) -> None:
    buyer = shop.buyer()
    number = received_over_the_api(buyer, pay_method)
    aftersale = ask(buyer, number)
    shop.standin("behaviour", send_notices=False)
    shop.fail("timeout_after", path, times=DEATHS, seconds=2.5)
    with ThreadPoolExecutor(CLICKS) as people:
        counted = [*people.map(lambda click: press(aftersale, click), range(CLICKS))]
    assert sum(counted) == 1
    refund = Refund.objects.get(case_number=aftersale.number)
    for death in range(DEATHS):
        wait_until(lambda death=death: count_calls(shop, refund) > death or is_done(aftersale))
        shop.processes.restart("worker")
        # Its lease runs out by itself; that time is set forward instead of waited for.
        Refund.objects.filter(pk=refund.pk).update(lease_until=clock.now(), next_try_at=clock.now())
        press(aftersale, death)
    wait_until(lambda: is_done(aftersale))
    refund.refresh_from_db()
    assert (refund.state, refund.amount_fen) == (RefundState.DONE, REFUND_FEN)
    assert [row["amount_fen"] for row in shop.told(refund.number)[journal]] == [REFUND_FEN]
    assert get_order(number).refunded_fen == REFUND_FEN
