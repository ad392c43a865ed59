"""Login, token and phone number of the mini-program."""

import pytest

from shop.clients.errors import Rejected
from shop.clients.wechat_mini import TOKEN_ERRORS, WeChatMini
from shop.demo.standins import StandInServer
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
