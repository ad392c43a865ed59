"""POST /me/subscriptions"""

import pytest

from shop.customers.models import MessageConsent
from tests.api.conftest import Buyer, refusal
from tests.cast import open_shop

URL = "/me/subscriptions"
SHIPPED, REFUNDED = "S" * 43, "R" * 43


@pytest.fixture(autouse=True)
def templates(shop_open: None) -> None:
    open_shop(template_shipped=SHIPPED, template_refunded=REFUNDED)


def test_each_time_allows_one_more_message(buyer: Buyer) -> None:
    first = buyer.post(URL, {"template_ids": [SHIPPED, REFUNDED]}, key="k1")
    assert first.status_code == 200
    assert first.json()["results"] == [
        {"template_id": SHIPPED, "times": 1},
        {"template_id": REFUNDED, "times": 1},
    ]
    again = buyer.post(URL, {"template_ids": [SHIPPED]}, key="k2")
    assert again.json()["results"] == [{"template_id": SHIPPED, "times": 2}]


def test_a_repeat_with_the_same_key_counts_once(buyer: Buyer) -> None:
    for _ in range(3):
        assert buyer.post(URL, {"template_ids": [SHIPPED]}, key="k1").json()["results"][0]["times"] == 1
    assert MessageConsent.objects.get().times == 1
    assert refusal(buyer.post(URL, {"template_ids": [REFUNDED]}, key="k1")) == (422, "idempotency_mismatch")


def test_a_template_named_twice_counts_once(buyer: Buyer) -> None:
    body = buyer.post(URL, {"template_ids": [SHIPPED, SHIPPED]}, key="k1").json()
    assert body["results"] == [{"template_id": SHIPPED, "times": 1}]


def test_consents_are_each_buyers_own(buyer: Buyer, other: Buyer) -> None:
    buyer.post(URL, {"template_ids": [SHIPPED]}, key="k1")
    assert other.post(URL, {"template_ids": [SHIPPED]}, key="k1").json()["results"][0]["times"] == 1


def test_an_unknown_template_keeps_nothing(buyer: Buyer) -> None:
    answer = buyer.post(URL, {"template_ids": [SHIPPED, "X" * 43]}, key="k1")
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_template")
    assert answer.json()["extra"]["template_id"] == "X" * 43
    assert not MessageConsent.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"template_ids": []},
        {"template_ids": SHIPPED},
        {"template_ids": [1]},
        {"template_ids": [None]},
        {"template_ids": ["a\u0000b"]},
        {"template_ids": ["x" * 65]},
        {"template_ids": [SHIPPED] * 11},
        {"template_ids": [SHIPPED], "times": 9},
    ],
)
def test_wrong_bodies_are_refused(buyer: Buyer, body: dict[str, object]) -> None:
    assert refusal(buyer.post(URL, body, key="k1")) == (400, "invalid")
    assert not MessageConsent.objects.exists()


def test_a_key_is_required(buyer: Buyer) -> None:
    assert refusal(buyer.post(URL, {"template_ids": [SHIPPED]})) == (400, "idempotency_key_required")


def test_who_is_not_signed_in_accepts_nothing(anyone: Buyer) -> None:
    assert anyone.post(URL, {"template_ids": [SHIPPED]}, key="k1").status_code == 401
