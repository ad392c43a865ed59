"""Login, token and phone number of the mini-program."""

import pytest

from shop.clients.errors import Rejected
from shop.clients.wechat_mini import TOKEN_ERRORS, Message, WeChatMini
from shop.demo.standins import StandInServer
from shop.demo.standins.wechat.messages import TEMPLATES
from tests.clients.conftest import Demo


def test_a_login_code_tells_the_buyer(mini: WeChatMini, demo: Demo) -> None:
    session = mini.code_to_session(demo.login_code("buyer-7"))

    assert session.openid == "buyer-7"
    assert session.unionid
    assert session.session_key not in repr(session)


def test_a_login_code_works_once(mini: WeChatMini, demo: Demo) -> None:
    code = demo.login_code()
    mini.code_to_session(code)

    with pytest.raises(Rejected) as refusal:
        mini.code_to_session(code)

    assert refusal.value.code == "40163"


@pytest.mark.parametrize("code", ["", "nonsense", "a&appid=x", "\ud800", "码" * 1000])
def test_an_invented_code_is_refused(mini: WeChatMini, code: str) -> None:
    with pytest.raises(Rejected) as refusal:
        mini.code_to_session(code)

    assert refusal.value.code == "40029"


def test_a_login_code_lasts_five_minutes(mini: WeChatMini, demo: Demo, standins: StandInServer) -> None:
    code = demo.login_code()
    standins.world.ledger.write("UPDATE codes SET made_at = made_at - 301")

    with pytest.raises(Rejected, match="40029"):
        mini.code_to_session(code)


def test_a_wrong_secret_is_refused(mini: WeChatMini, demo: Demo) -> None:
    with pytest.raises(Rejected, match="40125"):
        WeChatMini(mini._appid, "wrong", base_url=mini._base_url).code_to_session(demo.login_code())


def test_the_token_stays_the_same(mini: WeChatMini) -> None:
    token, expires_in = mini.stable_token()

    assert mini.stable_token()[0] == token
    assert 7100 < expires_in <= 7200


def test_the_token_is_renewed_before_its_end_and_the_old_one_still_holds(
    mini: WeChatMini, demo: Demo, standins: StandInServer
) -> None:
    old = mini.stable_token()[0]
    standins.world.ledger.write("UPDATE tokens SET expires_at = expires_at - 6910")

    assert mini.stable_token()[0] != old
    code = demo.post("phone-codes", phone="13800000000")["code"]
    assert mini.phone_number(code, token=old) == "13800000000"


def test_a_phone_code_tells_the_number_once(mini: WeChatMini, demo: Demo) -> None:
    token = mini.stable_token()[0]
    code = demo.post("phone-codes", phone="13800000000")["code"]

    assert mini.phone_number(code, token=token) == "13800000000"
    with pytest.raises(Rejected):
        mini.phone_number(code, token=token)


def test_a_login_code_is_no_phone_code(mini: WeChatMini, demo: Demo) -> None:
    with pytest.raises(Rejected, match="40029"):
        mini.phone_number(demo.login_code(), token=mini.stable_token()[0])


def test_a_revoked_token_is_told_apart_and_a_new_one_works(mini: WeChatMini, demo: Demo) -> None:
    token = mini.stable_token()[0]
    demo.post("behaviour", revoke_tokens=True)
    code = demo.post("phone-codes", phone="13800000000")["code"]

    with pytest.raises(Rejected) as refusal:
        mini.phone_number(code, token=token)

    assert refusal.value.code in TOKEN_ERRORS
    assert mini.phone_number(code, token=mini.stable_token()[0]) == "13800000000"


def test_an_expired_token_is_told_apart(mini: WeChatMini, standins: StandInServer) -> None:
    token = mini.stable_token()[0]
    standins.world.ledger.write("UPDATE tokens SET expires_at = 1")

    with pytest.raises(Rejected) as refusal:
        mini.phone_number("code", token=token)

    assert refusal.value.code == "42001"


SHIPPED = next(iter(TEMPLATES))
VALUES = {
    "character_string1": "261130380084491379",
    "thing2": "龙井",
    "thing3": "顺丰速运",
    "character_string4": "SF0000000000001",
    "time5": "2026-11-30 09:30",
}


def test_the_templates_are_told_with_their_keywords(mini: WeChatMini) -> None:
    templates = mini.list_templates(token=mini.stable_token()[0])

    assert templates[SHIPPED].splitlines()[0] == "订单编号:{{character_string1.DATA}}"


def test_a_message_reaches_the_buyer_who_is_named(mini: WeChatMini, demo: Demo) -> None:
    demo.login_code("buyer-7")

    mini.send_message(Message("buyer-7", SHIPPED, VALUES, "pages/order"), token=mini.stable_token()[0])

    (message,) = demo.state()["messages"]
    assert (message["openid"], message["page"]) == ("buyer-7", "pages/order")
    assert "SF0000000000001" in message["content"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"openid": "nobody"}, "40003"),
        ({"template_id": "x"}, "40037"),
        ({"page": "/pages/order"}, "41030"),
        ({"values": VALUES | {"thing2": "长" * 21}}, "47003"),
        ({"values": VALUES | {"character_string4": "单号"}}, "47003"),
        ({"values": VALUES | {"time5": "tomorrow"}}, "47003"),
        ({"values": {}}, "47003"),
    ],
)
def test_a_wrong_message_is_refused(
    mini: WeChatMini, demo: Demo, changes: dict[str, object], code: str
) -> None:
    demo.login_code("buyer-7")
    fields: dict[str, object] = {"openid": "buyer-7", "template_id": SHIPPED, "values": VALUES, "page": ""}

    with pytest.raises(Rejected) as refusal:
        mini.send_message(Message(**fields | changes), token=mini.stable_token()[0])  # type: ignore[arg-type]

    assert refusal.value.code == code
    assert demo.state()["messages"] == []


def test_who_has_accepted_none_gets_none(mini: WeChatMini, demo: Demo, standins: StandInServer) -> None:
    demo.login_code("buyer-7")
    standins.world.ledger.set_behaviour({"unsubscribed": ["buyer-7"]})

    with pytest.raises(Rejected, match="43101"):
        mini.send_message(Message("buyer-7", SHIPPED, VALUES), token=mini.stable_token()[0])
    with pytest.raises(Rejected) as refusal:
        mini.send_message(Message("buyer-7", SHIPPED, VALUES), token="invented")
    assert refusal.value.code in TOKEN_ERRORS
