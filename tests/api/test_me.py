"""GET and PATCH /me, POST /me/phone"""

import pytest

from tests.api.conftest import Buyer, refusal, wrong_fields
from tests.clients.conftest import Demo


def test_a_buyer_sees_and_changes_the_nickname(buyer: Buyer) -> None:
    assert buyer.get("/me").json()["nickname"] == "小燕子"
    assert buyer.send("PATCH", "/me", {"nickname": "老燕子"}).json()["nickname"] == "老燕子"
    assert buyer.get("/me").json()["nickname"] == "老燕子"


def test_a_change_of_nothing_changes_nothing(buyer: Buyer) -> None:
    before = buyer.customer.version
    assert buyer.send("PATCH", "/me", {}).status_code == 200
    buyer.customer.refresh_from_db()
    assert buyer.customer.version == before


@pytest.mark.parametrize("name", ["openid", "phone", "id", "version", "created_at", "unionid", "phone_hash"])
def test_nothing_else_can_be_written(buyer: Buyer, name: str) -> None:
    assert wrong_fields(buyer.send("PATCH", "/me", {"nickname": "x", name: "1"})) == [name]
    assert buyer.get("/me").json()["nickname"] == "小燕子"


@pytest.mark.parametrize("value", [1, None, True, [], {}, "x" * 61])
def test_a_nickname_is_a_short_text(buyer: Buyer, value: object) -> None:
    assert buyer.send("PATCH", "/me", {"nickname": value}).status_code == 400


def test_the_phone_comes_from_wechat(buyer: Buyer, phones: Demo) -> None:
    code = phones.post("phone-codes", phone="13900001111")["code"]
    assert buyer.post("/me/phone", {"code": code}).json()["phone"] == "13900001111"
    assert buyer.get("/me").json()["phone"] == "13900001111"


def test_an_invented_phone_code_is_refused(buyer: Buyer, phones: Demo) -> None:
    assert refusal(buyer.post("/me/phone", {"code": "invented"})) == (400, "bad_phone_code")


def test_wechat_being_away_is_503(buyer: Buyer) -> None:
    assert buyer.post("/me/phone", {"code": "any"}).status_code == 503
