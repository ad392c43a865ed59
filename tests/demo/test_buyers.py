"""Demo buyers against the real API and the strict stand-ins."""

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
import requests

from orders.models import Order
from orders.payments.models import Payment, ProofState, TransferProof
from orders.services.steps import confirm_order, prepare_order
from orders.shipping.services.ship import NewParcel, ship_order
from orders.stages import CloseReason, Source, Stage
from shop.customers.balance import change_balance
from shop.customers.models import Customer
from shop.customers.services import get_or_create_customer
from shop.demo.buyers import Buyers
from shop.demo.persons import list_people
from shop.demo.standins import StandInServer, run_in_thread
from shop.store.choices import Delivery, PayMethod
from shop.store.models import StoreSettings
from tests import cast
from tests.expect import wait_until
from tests.gateway import lend_credentials


@pytest.fixture
def wechat(
    data_dir: Path, transactional_db: None, live_server: Any, settings: Any
) -> Iterator[StandInServer]:
    """A shop on a real port that knows the stand-ins' WeChat, with tea to sell."""
    with run_in_thread(data_dir, retry_delays=(0.1, 0.1, 0.1)) as server:
        settings.WECHAT_MINI_URL = settings.WECHAT_PAY_URL = server.base_url
        settings.BASE_URL = live_server.url
        cast.open_shop(local_districts=["330100"])
        lend_credentials(server.world.credentials)
        for _sku in range(3):
            cast.make_sku()
        yield server


Send = Callable[[int], Buyers]


@pytest.fixture
def send(wechat: StandInServer, live_server: Any, monkeypatch: pytest.MonkeyPatch) -> Send:
    monkeypatch.setattr("shop.demo.buyers.FIRST_ORDER_AFTER_S", 0)

    def run(orders: int, *, seed: int = 1) -> Buyers:
        buyers = Buyers(
            base_url=live_server.url,
            standin_url=wechat.base_url,
            rate=6000,
            rng=Random(seed),
            people=5,
            thinking=(0, 0.01),
        )
        buyers.run(orders=orders)
        return buyers

    return run


def test_they_order_and_most_pay(send: Send) -> None:
    send(12)

    assert Order.objects.count() == 12
    assert set(Order.objects.values_list("source", flat=True)) == {Source.MINI_PROGRAM}
    by_wechat = Order.objects.filter(pay_method=PayMethod.WECHAT)
    assert by_wechat.count() > 5
    wait_until(lambda: by_wechat.filter(stage=Stage.TO_CONFIRM).count() > by_wechat.count() / 2)
    assert Payment.objects.filter(counts=True).count() > by_wechat.count() / 2


def test_each_signs_in_once_and_keeps_one_address(send: Send) -> None:
    send(8)

    for customer in Customer.objects.all():
        assert (customer.tokens.count(), customer.addresses.count()) == (1, 1)


def test_an_order_whose_answer_was_lost_is_asked_for_again_and_placed_once(
    send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys: list[str] = []
    ask = requests.Session.request

    def lose_the_first_answer(session: Any, method: str, url: str, **options: Any) -> Any:
        answer = ask(session, method, url, **options)
        if key := options["headers"].get("Idempotency-Key"):
            keys.append(key)
            if len(keys) == 1:
                raise requests.ReadTimeout
        return answer

    monkeypatch.setattr(requests.Session, "request", lose_the_first_answer)
    monkeypatch.setattr("shop.demo.buyers.LONGEST_WAIT_S", 0.01)

    send(1)

    assert keys.count(keys[0]) == 2
    assert Order.objects.filter(client_key=keys[0]).count() == 1


def test_trouble_is_one_line_each_and_they_go_on(
    send: Send, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    troubles = iter([requests.ConnectionError(), requests.ReadTimeout(), ValueError("not JSON")])
    ask = requests.Session.request

    def fail_at_first(session: Any, *request: Any, **options: Any) -> Any:
        if (trouble := next(troubles, None)) is not None:
            raise trouble
        return ask(session, *request, **options)

    monkeypatch.setattr(requests.Session, "request", fail_at_first)
    monkeypatch.setattr("shop.demo.buyers.LONGEST_WAIT_S", 0.01)

    buyers = send(2)

    assert buyers.placed >= 2
    warnings = [record.message for record in caplog.records if record.name == "shop.demo.buyers"]
    assert sum(message.startswith("visit: ") for message in warnings) == 3
    assert not any("\n" in message for message in warnings)


def test_an_expired_token_is_replaced(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shop.demo.buyers.LONGEST_WAIT_S", 0.01)
    visit = Buyers._shop_around

    def revoke_then_visit(buyers: Buyers) -> None:
        buyers._tokens = dict.fromkeys(buyers._tokens, "no-longer-good")
        visit(buyers)

    monkeypatch.setattr(Buyers, "_shop_around", revoke_then_visit)

    assert send(6).placed >= 6


def test_who_cancels_has_cancelled(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Buyers, "_decide", lambda buyers, order: buyers._post(order, "cancel"))

    send(6)

    by_wechat = Order.objects.filter(pay_method=PayMethod.WECHAT)
    assert by_wechat.count() > 2
    assert set(by_wechat.values_list("stage", "close_reason")) == {(Stage.CLOSED, CloseReason.BUYER)}


def test_who_has_money_here_pays_with_it(send: Send) -> None:
    StoreSettings.objects.update(balance_on=True, wechat_on=False, express_cod_on=False, local_cod_on=False)
    for person in list_people(5):
        customer = get_or_create_customer(person.openid)
        change_balance(customer.pk, delta_fen=10_000_00, reason="充值", actor=cast.clerk())

    send(4)

    assert set(Order.objects.values_list("pay_method", "stage")) == {(PayMethod.BALANCE, Stage.TO_CONFIRM)}


def test_nobody_pays_by_a_balance_that_is_empty(send: Send) -> None:
    StoreSettings.objects.update(balance_on=True)

    send(6)

    assert not Order.objects.filter(pay_method=PayMethod.BALANCE).exists()


def test_who_pays_by_transfer_shows_a_picture_of_it(send: Send) -> None:
    transfer = {"transfer_bank": "中国银行", "transfer_name": "山野集", "transfer_number": "6217"}
    StoreSettings.objects.update(
        transfer_on=True, wechat_on=False, express_cod_on=False, local_cod_on=False, **transfer
    )

    send(3)

    proofs = TransferProof.objects.filter(state=ProofState.SENT)
    assert proofs.count() == Order.objects.count() == 3
    assert all(proof.pictures.count() == 1 for proof in proofs)


def test_who_comes_back_urges_extends_and_receives(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shop.demo.buyers.HABITS", {"urge": 1, "extend": 1})
    StoreSettings.objects.update(wechat_on=False)
    send(8)
    assert Order.objects.filter(urged_at__isnull=False).exists()

    monkeypatch.setattr("shop.demo.buyers.HABITS", {"extend": 0.5, "receive": 0.5})
    for order in Order.objects.filter(stage=Stage.TO_CONFIRM):
        confirm_order(order.pk, actor=cast.clerk())
        prepare_order(order.pk, actor=cast.clerk())
        ship_order(order.pk, parcels=[_pack(order)], actor=cast.clerk())
    send(16)
    assert Order.objects.filter(is_extended=True).exists()
    assert Order.objects.filter(stage=Stage.DONE).exists()


def _pack(order: Order) -> NewParcel:
    if order.delivery == Delivery.LOCAL:
        return NewParcel(quantities={}, driver_name="马师傅", driver_phone="13911110000")
    return cast.parcel()
