"""Money that staff make by a word: within their limit, and with their password shown lately."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.test import Client

from orders.models import Order
from orders.payments.changes.pricing import change_price
from orders.payments.models import AttemptState
from orders.payments.services.collecting import collect_payment
from orders.payments.services.transfers import record_excess_transfer, record_transfer
from shop import clock
from shop.access import ROLES
from shop.actor import Actor, ActorKind
from shop.customers.balance import LATELY, change_balance
from shop.customers.models import Customer
from shop.events.models import Event
from shop.staff.services import hire_staff
from shop.store.choices import PayMethod
from shop.store.models import StoreSettings
from tests import cast
from tests.console import browser, page_with, sign_in
from tests.expect import fresh, refused
from tests.gateway import Gateway

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books_are_clean")]
LIMIT_FEN = 45_00


@pytest.fixture(autouse=True)
def transfers() -> None:
    cast.open_shop(transfer_on=True, transfer_bank="A", transfer_name="B", transfer_number="1")


def limited(limit: int = LIMIT_FEN) -> Actor:
    return Actor(ActorKind.STAFF, id=7, name="小王", capabilities=ROLES["owner"], money_limit_fen=limit)


def transfer() -> Order:
    return cast.place(pay_method=PayMethod.TRANSFER)


def top_up(actor: Actor) -> None:
    change_balance(cast.make_customer().pk, delta_fen=45_00, reason="现金", actor=actor)


def record(actor: Actor) -> None:
    record_transfer(transfer().pk, amount_fen=45_00, reference="r", actor=actor)


def record_excess(actor: Actor) -> None:
    order = cast.paid_order()
    record_excess_transfer(order.pk, amount_fen=45_00, reference="e", actor=actor)


def lower(actor: Actor) -> None:
    change_price(cast.place().pk, goods_fen=0, freight_fen=0, reason="送", actor=actor)


@pytest.mark.parametrize("act", [top_up, record, record_excess, lower])
def test_up_to_the_limit_and_not_beyond(act: Callable[[Actor], None]) -> None:
    act(limited())
    with refused("over_money_limit", 403):
        act(limited(LIMIT_FEN - 1))


def test_a_correction_downwards_or_a_higher_price_makes_none() -> None:
    customer = cast.make_customer()
    change_balance(customer.pk, delta_fen=90_00, reason="现金", actor=cast.clerk())
    change_balance(customer.pk, delta_fen=-90_00, reason="错", actor=limited(0))
    change_price(cast.place().pk, goods_fen=99_00, freight_fen=0, reason="加", actor=limited(0))


def test_nobody_gives_a_higher_limit_than_their_own() -> None:
    deputy = limited()
    with refused("more_rights", 403):
        hire_staff("li", display_name="李", role="finance", password=cast.PASSWORD, actor=deputy)
    with refused("more_rights", 403):
        hire_staff(
            "li",
            display_name="李",
            role="finance",
            password=cast.PASSWORD,
            actor=deputy,
            money_limit_fen=LIMIT_FEN + 1,
        )
    hire_staff("wu", display_name="吴", role="warehouse", password=cast.PASSWORD, actor=deputy)


class TestProof:
    @pytest.fixture
    def owner(self) -> Client:
        """Somebody who signed in long ago."""
        client = sign_in(cast.make_staff())
        session = client.session
        session["proved_at"] = "2020-01-01T00:00:00+00:00"
        session.save()
        return client

    def answer(self, client: Client, url: str, question: str) -> int:
        carried = question.split('name="proof_carried" value="')[1].split('"')[0]
        return client.post(url, {"proof_password": cast.PASSWORD, "proof_carried": carried}).status_code

    def ask(self, client: Client, url: str, typed: dict[str, str]) -> str:
        return page_with(403, client.post(url, typed))

    def test_a_top_up_asks_for_the_password_and_goes_on_with_what_was_typed(self, owner: Client) -> None:
        customer = cast.make_customer()
        url = f"/console/customers/{customer.pk}/balance/"
        question = self.ask(owner, url, {"amount": "10", "reason": "现金", "version": str(customer.version)})
        assert Customer.objects.get(pk=customer.pk).balance_fen == 0
        assert self.answer(owner, url, question) == 302
        assert Customer.objects.get(pk=customer.pk).balance_fen == 10_00

    def test_a_transfer_asks_for_the_password_too(self, owner: Client) -> None:
        order = transfer()
        url = f"/console/orders/{order.number}/record-transfer/"
        typed = {"amount": "45", "reference": "r", "version": str(order.version)}
        question = self.ask(owner, url, typed)
        assert self.answer(owner, url, question) == 302
        assert fresh(order).paid_fen == 45_00

    def test_a_price_of_nothing_asks_for_the_password_and_no_other_price(self, owner: Client) -> None:
        order = cast.place()
        url = f"/console/orders/{order.number}/change-price/"
        typed = {"goods": "20", "freight": "0", "reason": "老客", "version": str(order.version)}
        assert owner.post(url, typed).status_code == 302
        typed |= {"goods": "0", "version": str(fresh(order).version)}
        question = self.ask(owner, url, typed)
        assert fresh(order).payable_fen == 20_00
        assert self.answer(owner, url, question) == 302
        assert fresh(order).payable_fen == 0

    def test_who_has_just_signed_in_is_not_asked(self) -> None:
        order = transfer()
        typed = {"amount": "45", "reference": "r", "version": str(order.version)}
        assert browser().post(f"/console/orders/{order.number}/record-transfer/", typed).status_code == 302


class TestInParts:
    """A limit is not passed by doing it more often."""

    def test_top_ups_of_a_day_count_together(self) -> None:
        customer, actor = cast.make_customer(), limited(100_00)
        for _part in range(2):
            change_balance(customer.pk, delta_fen=50_00, reason="现金", actor=actor)
        with refused("over_money_limit", 403):
            change_balance(customer.pk, delta_fen=1, reason="现金", actor=actor)
        change_balance(customer.pk, delta_fen=-1_00, reason="更正", actor=actor)
        change_balance(cast.make_customer("other").pk, delta_fen=50_00, reason="现金", actor=actor)
        with clock.at(clock.now() + LATELY):
            change_balance(customer.pk, delta_fen=50_00, reason="现金", actor=actor)

    def test_steps_of_a_price_count_together(self) -> None:
        order = cast.place(basket={cast.make_sku(price_fen=1000_00).pk: 1})
        actor = limited(100_00)
        change_price(order.pk, goods_fen=940_00, freight_fen=0, reason="x", actor=actor)
        with refused("over_money_limit", 403):
            change_price(order.pk, goods_fen=880_00, freight_fen=0, reason="x", actor=actor)
        change_price(order.pk, goods_fen=1100_00, freight_fen=0, reason="x", actor=actor)
        change_price(order.pk, goods_fen=1010_00, freight_fen=0, reason="x", actor=replace(actor, id=8))

    def test_a_price_that_is_refused_closes_no_payment_under_way(self, gateway: Gateway) -> None:
        gateway.lend_credentials()
        order = cast.place()
        attempt = gateway.open(order)
        with refused("over_money_limit", 403):
            change_price(order.pk, goods_fen=1, freight_fen=0, reason="x", actor=limited(1))
        attempt.refresh_from_db()
        assert attempt.state == AttemptState.OPEN


class TestCash:
    def test_for_an_order_that_was_to_be_paid_otherwise_it_is_money_by_a_word(self) -> None:
        with refused("over_money_limit", 403):
            collect_payment(cast.place().pk, actor=limited(1))
        order = cast.place(pay_method=PayMethod.COD)
        assert collect_payment(order.pk, actor=limited(1)).owed_fen == 0


class TestSecondPerson:
    @pytest.fixture(autouse=True)
    def two_above_a_hundred(self) -> None:
        StoreSettings.objects.update(second_person_above_fen=100_00)

    def top_up(self, actor: Actor, fen: int = 100_01) -> None:
        change_balance(cast.make_customer().pk, delta_fen=fen, reason="现金", actor=actor)

    def test_up_to_the_sum_one_is_enough(self) -> None:
        self.top_up(cast.clerk(), fen=100_00)

    def test_above_it_two_agree_and_both_are_on_record(self) -> None:
        with refused("second_person_required", 409):
            self.top_up(cast.clerk())
        self.top_up(replace(cast.clerk(), second=cast.clerk("finance", name="财务", id_=2)))
        assert Event.objects.filter(verb="customer.balance_top_up").latest("pk").data["second"] == "财务"

    @pytest.mark.parametrize(
        "second",
        [
            cast.clerk(),
            cast.clerk("warehouse", id_=2),
            replace(cast.clerk("finance", id_=2), money_limit_fen=100_00),
            replace(cast.clerk("finance", id_=2), capabilities=frozenset()),
        ],
    )
    def test_not_oneself_nor_somebody_who_may_not(self, second: Actor) -> None:
        with refused("second_person_required", 409):
            self.top_up(replace(cast.clerk(), second=second))

    def ask(self, client: Client, url: str, typed: dict[str, str]) -> str:
        page = page_with(409, client.post(url, typed))
        assert "00.00" in page  # The colleague sees for how much.
        return page.split('name="second_carried" value="')[1].split('"')[0]

    def test_a_colleague_agrees_in_the_page_and_nothing_typed_is_lost(self) -> None:
        customer, colleague, client = cast.make_customer(), cast.make_staff("finance"), browser()
        url = f"/console/customers/{customer.pk}/balance/"
        carried = self.ask(client, url, {"amount": "200", "reason": "现金", "version": str(customer.version)})
        answer = {"second_username": colleague.username, "second_carried": carried}
        wrong = client.post(url, answer | {"second_password": "wrong"})
        assert (wrong.status_code, Customer.objects.get(pk=customer.pk).balance_fen) == (422, 0)
        assert client.post(url, answer | {"second_password": cast.PASSWORD}).status_code == 302
        assert Customer.objects.get(pk=customer.pk).balance_fen == 200_00
        # The colleague is not signed in by it, and the next act asks again.
        version = str(Customer.objects.get(pk=customer.pk).version)
        self.ask(client, url, {"amount": "200", "reason": "现金", "version": version})

    def test_so_for_a_transfer_of_an_order(self) -> None:
        order = cast.place(pay_method=PayMethod.TRANSFER, basket={cast.make_sku(price_fen=200_00).pk: 1})
        colleague, client = cast.make_staff("finance"), browser()
        url = f"/console/orders/{order.number}/record-transfer/"
        owed = f"{order.owed_fen // 100}"
        carried = self.ask(client, url, {"amount": owed, "reference": "r", "version": str(order.version)})
        answer = {"second_username": colleague.username, "second_password": cast.PASSWORD}
        assert client.post(url, answer | {"second_carried": carried}).status_code == 302
        assert fresh(order).paid_fen == order.payable_fen

    def test_what_was_carried_for_another_page_is_not_taken(self) -> None:
        customer, colleague, client = cast.make_customer(), cast.make_staff("finance"), browser()
        other = cast.make_customer()
        url = f"/console/customers/{customer.pk}/balance/"
        carried = self.ask(client, url, {"amount": "200", "reason": "x", "version": str(customer.version)})
        answer = {
            "second_username": colleague.username,
            "second_password": cast.PASSWORD,
            "second_carried": carried,
        }
        client.post(f"/console/customers/{other.pk}/balance/", answer)
        assert Customer.objects.get(pk=other.pk).balance_fen == 0
