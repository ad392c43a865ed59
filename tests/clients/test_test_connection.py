"""The settings page's question: do these keys work?"""

import pytest

from shop.clients.errors import BadCredentials, BadSignature, Rejected
from shop.clients.wechat_pay import Credentials, WeChatPay
from shop.demo.standins import StandInServer


def make(credentials: Credentials, standins: StandInServer, **changes: str) -> WeChatPay:
    return WeChatPay(Credentials(**(vars(credentials) | changes)), base_url=standins.base_url)


def test_the_right_keys_pass(pay: WeChatPay) -> None:
    pay.test_connection()


@pytest.mark.parametrize("end", ["\r\n", "\r", " \n"])
def test_keys_pass_whatever_ends_their_lines(
    credentials: Credentials, standins: StandInServer, end: str
) -> None:
    keys = {name: getattr(credentials, name) for name in ("merchant_private_key", "platform_public_key")}
    pasted = {name: key.replace("\n", end) for name, key in keys.items()}
    make(credentials, standins, **pasted).test_connection()


@pytest.mark.parametrize("changes", [{"mchid": "1900000000"}, {"merchant_serial": "AB"}])
def test_wrong_ids_are_refused(
    credentials: Credentials, standins: StandInServer, changes: dict[str, str]
) -> None:
    with pytest.raises(Rejected, match="SIGN_ERROR"):
        make(credentials, standins, **changes).test_connection()


def test_a_wrong_platform_key_is_noticed(credentials: Credentials, standins: StandInServer) -> None:
    wrong = standins.world.credentials.merchant_public_key

    with pytest.raises(BadSignature):
        make(credentials, standins, platform_public_key=wrong).test_connection()


def test_a_wrong_platform_key_id_is_refused(credentials: Credentials, standins: StandInServer) -> None:
    with pytest.raises(BadSignature):
        make(credentials, standins, platform_key_id="PUB_KEY_ID_0").test_connection()


@pytest.mark.parametrize(
    "changes",
    [
        {"merchant_private_key": "nonsense"},
        {"merchant_private_key": ""},
        {"platform_public_key": "nonsense"},
        {"platform_public_key": ""},
        {"api_v3_key": "short"},
    ],
)
def test_unreadable_keys_are_named_at_once(
    credentials: Credentials, standins: StandInServer, changes: dict[str, str]
) -> None:
    with pytest.raises(BadCredentials):
        make(credentials, standins, **changes)


def test_secrets_are_not_shown(credentials: Credentials) -> None:
    assert credentials.api_v3_key not in repr(credentials)
    assert "PRIVATE" not in repr(credentials)
