"""/console/settings/wechat/: secrets go in and never come out."""

from typing import Any

import pytest
from django.db import connection

from shop import clock
from shop.clients.errors import BadSignature, ClientError, Rejected, Unreachable
from shop.clients.wechat_pay import WeChatPay
from shop.events.models import Event
from shop.store import services
from shop.store.models import WeChatAccount
from tests.cast import open_shop
from tests.console import browser, page_with

pytestmark = pytest.mark.django_db
URL = "/console/settings/wechat/"
SECRETS = {
    "mini_secret": "mini-secret-0001",
    "api_v3_key": "apiv3-key-of-thirty-two-letters!",
    "merchant_private_key": "-----BEGIN PRIVATE KEY-----\nprivate-0001\n-----END PRIVATE KEY-----",
}


def typed(**changes: str) -> dict[str, str]:
    values = {
        "appid": "wx0001",
        "mchid": "1900000009",
        "merchant_serial": "5E0001",
        "platform_key_id": "PUB_KEY_ID_1",
    }
    return values | SECRETS | changes


def save(**changes: str) -> Any:
    return browser().post(URL, typed(**changes))


def test_saving_stores_the_credentials_encrypted_and_records_only_their_names() -> None:
    assert save().status_code == 302
    assert WeChatAccount.objects.get().api_v3_key == SECRETS["api_v3_key"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT mini_secret, api_v3_key, merchant_private_key FROM store_wechataccount")
        assert all(stored.startswith("v2:") for stored in cursor.fetchone())
    event = Event.objects.get(kind="wechat_account")
    assert "api_v3_key" in event.data["fields"]
    assert not any(secret in str(event.data) + event.sealed for secret in SECRETS.values())


@pytest.mark.parametrize("role", ["owner", "manager"])
def test_no_secret_is_ever_in_the_page(role: str) -> None:
    save()
    page = browser(role).get(URL).content.decode()
    assert not any(secret in page for secret in (*SECRETS.values(), "private-0001"))
    assert page.count("Stored and never shown.") == 3


def test_a_refused_form_keeps_what_was_typed_but_no_secret() -> None:
    page = page_with(422, save(appid="", mchid="1900000077"))
    assert 'value="1900000077"' in page
    assert not any(secret in page for secret in (*SECRETS.values(), "private-0001"))
    assert not WeChatAccount.objects.exists()


def test_lines_ended_as_browsers_do_change_nothing() -> None:
    """A textarea that was shown and not touched comes back with CR LF."""
    key = "-----BEGIN PUBLIC KEY-----\npublic\n-----END PUBLIC KEY-----"
    save(platform_public_key=key)
    WeChatAccount.objects.update(tested_at=clock.now())
    save(platform_public_key=key.replace("\n", "\r\n") + "\r\n")
    account = WeChatAccount.objects.get()
    assert (account.platform_public_key, account.tested_at is None) == (key, False)
    assert Event.objects.filter(verb="credentials.change").count() == 1


def test_an_empty_secret_keeps_the_stored_one() -> None:
    save()
    save(mini_secret="", api_v3_key="", merchant_private_key="", mchid="1900000088")
    account = WeChatAccount.objects.get()
    assert (account.mchid, account.mini_secret) == ("1900000088", SECRETS["mini_secret"])


def test_a_changed_credential_must_be_tested_again() -> None:
    open_shop()
    save(mchid="1900000088")
    assert WeChatAccount.objects.get().tested_at is None


def test_a_short_key_is_refused_beside_its_field() -> None:
    assert list(save(api_v3_key="short").context["form"].errors) == ["api_v3_key"]


def test_a_viewer_can_neither_save_nor_test() -> None:
    open_shop()
    client = browser("manager")
    page = client.get(URL).content.decode()
    assert "Save credentials" not in page
    assert "Test connection" not in page
    assert client.post(URL, typed(mchid="1")).status_code == 403
    assert client.post(f"{URL}test/").status_code == 403
    assert WeChatAccount.objects.get().mchid == "1900000001"


class Gateway:
    """A client whose test ends as told."""

    def __init__(self, error: ClientError | None = None) -> None:
        self.error = error

    def test_connection(self) -> None:
        if self.error:
            raise self.error


def answer(monkeypatch: pytest.MonkeyPatch, error: ClientError | None = None) -> None:
    monkeypatch.setattr(services, "WeChatPay", lambda *_, **__: Gateway(error))


def test_a_passed_test_is_said_and_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    save()
    answer(monkeypatch)
    response = browser().post(f"{URL}test/", follow=True)
    page = response.content.decode()
    assert "WeChat Pay accepted the credentials." in page
    assert "Test passed" in page
    assert WeChatAccount.objects.get().tested_at is not None


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (Unreachable("no route"), "does not answer at the moment"),
        (Rejected("SIGN_ERROR", "签名错误", 401), "SIGN_ERROR"),
        (BadSignature("signature", "no"), "does not fit the WeChat Pay public key"),
    ],
)
def test_a_failed_test_says_why_and_leaves_it_untested(
    error: ClientError, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    save()
    answer(monkeypatch, error)
    page = browser().post(f"{URL}test/", follow=True).content.decode()
    assert sentence in page
    assert WeChatAccount.objects.get().tested_at is None


@pytest.mark.parametrize(
    ("keys", "words"), [([typed()], "A key cannot be read."), ([], "has no credentials yet")]
)
def test_what_cannot_be_tested_is_a_sentence_not_a_crash(keys: list[dict[str, str]], words: str) -> None:
    for stored in keys:
        save(**stored)
    assert words in browser().post(f"{URL}test/", follow=True).content.decode()


def test_the_test_is_not_a_link() -> None:
    assert browser().get(f"{URL}test/").status_code == 405


def test_the_client_that_is_faked_here_has_this_test() -> None:
    assert callable(WeChatPay.test_connection)
