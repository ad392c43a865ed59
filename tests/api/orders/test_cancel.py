"""POST /orders/{number}/cancel and /receive: with a reason, and again."""

import json

import pytest

from orders.models import Order
from orders.payments.changes.cancelling import cancel_unpaid
from orders.services.steps import receive_order
from orders.stages import BuyerReason, CloseReason, Stage
from shop import clock
from shop.actor import SYSTEM, Actor
from shop.events.models import Event
from shop.store.choices import OverdueRule
from tests import cast
from tests.api.conftest import Buyer
from tests.console import browser


def place(buyer: Buyer) -> str:
    return cast.place(buyer.customer).number


class TestWhyABuyerCancels:
    def test_the_reason_stands_on_the_order_and_in_its_record(self, buyer: Buyer) -> None:
        number = place(buyer)
        answer = buyer.post(f"/orders/{number}/cancel", {"reason": "wrong_address"})
        assert (answer.status_code, answer.json()["cancel_reason"]) == (200, "wrong_address")
        order = Order.objects.get(number=number)
        assert (order.close_reason, order.cancel_reason) == (CloseReason.BUYER, BuyerReason.WRONG_ADDRESS)
        event = Event.objects.get(kind="order", subject_id=order.pk, verb="order.cancel_unpaid")
        assert (event.data["buyer_reason"], event.sealed) == ("wrong_address", "")

    def test_words_are_sealed_and_shown_to_the_shop(self, buyer: Buyer) -> None:
        number, words = place(buyer), "家里人已经买了\x00"
        assert buyer.post(f"/orders/{number}/cancel", {"reason": "other", "words": words}).status_code == 200
        event = Event.objects.get(order_id=Order.objects.get(number=number).pk, verb="order.cancel_unpaid")
        assert words not in json.dumps(event.data, ensure_ascii=False)
        assert json.loads(event.sealed) == {"words": words}
        page = browser().get(f"/console/orders/{number}/").content.decode()
        assert "Closed: cancelled by the buyer (another reason)" in page
        assert "家里人已经买了" in page

    def test_the_reason_for_a_late_paid_order_stands_on_it_too(self, buyer: Buyer) -> None:
        cast.open_shop(overdue_rule=OverdueRule.BUYER)
        order = cast.paid_order(customer=buyer.customer)
        with clock.at(order.ship_by):
            answer = buyer.post(f"/orders/{order.number}/cancel", {"reason": "too_slow"})
        assert (answer.json()["status"], answer.json()["cancel_reason"]) == ("closed", "too_slow")

    @pytest.mark.parametrize("body", [{"reason": "mood"}, {"reason": ""}, {"words": "x"}, {"why": "x"}])
    def test_only_reasons_of_the_list(self, buyer: Buyer, body: dict[str, str]) -> None:
        number = place(buyer)
        assert buyer.post(f"/orders/{number}/cancel", body).status_code == 400
        assert Order.objects.get(number=number).stage == Stage.UNPAID

    def test_none_is_needed(self, buyer: Buyer) -> None:
        answer = buyer.post(f"/orders/{place(buyer)}/cancel")
        assert (answer.status_code, answer.json()["cancel_reason"]) == (200, "")


class TestAgain:
    """What a buyer has done they may ask for again: the answer is the order. What others did is told."""

    def test_cancelling_gives_the_order_and_changes_nothing(self, buyer: Buyer) -> None:
        number = place(buyer)
        first = buyer.post(f"/orders/{number}/cancel", {"reason": "price"})
        again = buyer.post(f"/orders/{number}/cancel", {"reason": "other"})
        assert (again.status_code, again.json()) == (200, first.json())
        assert Event.objects.filter(verb="order.cancel_unpaid").count() == 1

    def test_cancelling_a_late_order_too(self, buyer: Buyer) -> None:
        cast.open_shop(overdue_rule=OverdueRule.BUYER)
        order = cast.paid_order(customer=buyer.customer)
        with clock.at(order.ship_by):
            answers = [buyer.post(f"/orders/{order.number}/cancel") for _ in range(2)]
        assert [answer.status_code for answer in answers] == [200, 200]
        assert order.refunds.count() == 1

    @pytest.mark.parametrize("actor", [cast.clerk(), SYSTEM])
    def test_what_the_shop_or_the_timer_closed_is_refused(self, buyer: Buyer, actor: Actor) -> None:
        order = cast.place(buyer.customer)
        with clock.at(order.pay_by):
            cancel_unpaid(order.pk, actor=actor)
            answer = buyer.post(f"/orders/{order.number}/cancel")
        assert (answer.status_code, answer.json()["code"]) == (409, "already_done")

    def test_receiving_gives_the_order(self, buyer: Buyer) -> None:
        order = cast.shipped_order(customer=buyer.customer)
        answers = [buyer.post(f"/orders/{order.number}/receive") for _ in range(2)]
        assert [answer.status_code for answer in answers] == [200, 200]
        assert answers[0].json() == answers[1].json()

    def test_what_the_shop_has_received_for_them_is_refused(self, buyer: Buyer) -> None:
        order = cast.shipped_order(customer=buyer.customer)
        receive_order(order.pk, actor=cast.clerk())
        assert buyer.post(f"/orders/{order.number}/receive").status_code == 409

    def test_nor_is_an_order_received_that_they_cancelled(self, buyer: Buyer) -> None:
        order = cast.place(buyer.customer)
        buyer.post(f"/orders/{order.number}/cancel")
        assert buyer.post(f"/orders/{order.number}/receive").status_code == 409
