"""POST /auth/login, POST /auth/logout"""

from datetime import timedelta
from typing import Any

import pytest
from rest_framework.throttling import ScopedRateThrottle

from shop import clock
from shop.customers.models import Customer, CustomerToken
from tests.api.conftest import Buyer, refusal
from tests.clients.conftest import Demo


def test_a_login_code_gives_a_token_that_works(anyone: Buyer, phones: Demo) -> None:
    answer = anyone.post("/auth/login", {"code": phones.login_code("buyer-7"), "device": "iPhone"})
    assert answer.status_code == 200
    assert Customer.objects.get(openid="buyer-7").tokens.get().device == "iPhone"
    anyone.headers["Authorization"] = f"Bearer {answer.json()['token']}"
    assert anyone.get("/me").json() == answer.json()["customer"]
    assert answer.json()["expires_at"] > (clock.now() + timedelta(days=29)).isoformat()


def test_no_answer_is_kept_by_caches(buyer: Buyer, phones: Demo) -> None:
    answers = [
        buyer.get("/me"),
        buyer.post("/auth/login", {"code": phones.login_code()}),
        buyer.get("/orders/1"),
    ]
    assert [answer["Cache-Control"] for answer in answers] == ["no-store"] * 3


def test_the_same_person_comes_back_as_the_same_customer(anyone: Buyer, phones: Demo) -> None:
    ids = {anyone.post("/auth/login", {"code": phones.login_code()}).json()["customer"]["id"] for _ in "ab"}
    assert len(ids) == 1


@pytest.mark.parametrize("times", [0, 1])
def test_an_invented_or_used_code_is_refused(anyone: Buyer, phones: Demo, times: int) -> None:
    code = phones.login_code() if times else "invented"
    for _ in range(times):
        anyone.post("/auth/login", {"code": code})
    assert refusal(anyone.post("/auth/login", {"code": code})) == (400, "bad_login_code")


def test_an_openid_in_the_body_is_refused(anyone: Buyer, phones: Demo) -> None:
    answer = anyone.post("/auth/login", {"code": phones.login_code(), "openid": "somebody"})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert list(answer.json()["extra"]["fields"]) == ["openid"]
    assert not Customer.objects.exists()


def test_wechat_being_away_is_503(anyone: Buyer) -> None:
    answer = anyone.post("/auth/login", {"code": "any"})
    assert (answer.status_code, answer.json()["code"]) == (503, "wechat_unavailable")
    assert answer["Retry-After"] == "5"


@pytest.mark.parametrize("kind", ["error_500", "html", "truncated"])
def test_wechat_talking_nonsense_is_503(anyone: Buyer, phones: Demo, kind: str) -> None:
    phones.add_fault("/sns/", kind)
    assert refusal(anyone.post("/auth/login", {"code": phones.login_code()})) == (503, "wechat_unavailable")


def test_signing_out_ends_this_token_only(buyer: Buyer) -> None:
    second = Buyer(buyer.customer)
    assert buyer.post("/auth/logout").status_code == 204
    assert buyer.get("/me").status_code == 401
    assert second.get("/me").status_code == 200


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer nonsense", "Bearer a b", "Bearer é", "Basic YTpi"])
def test_without_a_valid_token_it_is_401(anyone: Buyer, header: str) -> None:
    anyone.headers["Authorization"] = header
    answer = anyone.get("/me")
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
    assert answer["WWW-Authenticate"] == "Bearer"


def test_an_expired_token_is_401(buyer: Buyer) -> None:
    CustomerToken.objects.update(expires_at=clock.now())
    assert buyer.get("/me").status_code == 401


def test_too_many_logins_are_put_off(anyone: Buyer, phones: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ScopedRateThrottle, "THROTTLE_RATES", {"login": "2/min", "place": "9/min"})
    answers = [anyone.post("/auth/login", {"code": phones.login_code()}) for _ in range(3)]
    assert [a.status_code for a in answers] == [200, 200, 429]
    assert answers[2].json()["code"] == "throttled"
    assert 0 < int(answers[2]["Retry-After"]) <= 60
    assert answers[2].json()["extra"]["retry_after"] == int(answers[2]["Retry-After"])


def test_without_redis_nobody_is_locked_out(
    anyone: Buyer, phones: Demo, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setattr(ScopedRateThrottle, "THROTTLE_RATES", {"login": "1/min", "place": "1/min"})
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:9/0"}}
    answers = [anyone.post("/auth/login", {"code": phones.login_code()}) for _ in range(3)]
    assert [a.status_code for a in answers] == [200, 200, 200]
