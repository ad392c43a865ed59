"""/console/settings/alipay/: the private key goes in and never comes out, and nothing is offered before a test."""

from typing import Any

import pytest
from django.db import connection

from shop.events.models import Event
from shop.store.choices import Delivery, PayMethod
from shop.store.models import AlipayAccount, StoreSettings
from shop.store.selectors import get_store_settings, list_pay_methods
from tests.cast import open_shop
from tests.console import browser, page_with
from tests.gateway import AlipayGateway

pytestmark = pytest.mark.django_db
URL = "/console/settings/alipay/"
KEY = "-----BEGIN PRIVATE KEY-----\nprivate-0001\n-----END PRIVATE KEY-----"


def typed(**changes: str) -> dict[str, str]:
    values = {"appid": "2021000000000001", "mchid": "2088000000000001", "platform_public_key": "public-0001"}
    return values | {"merchant_private_key": KEY} | changes


def save(**changes: str) -> Any:
    return browser().post(URL, typed(**changes))


def test_the_private_key_is_stored_encrypted_and_never_shown() -> None:
    assert save().status_code == 302
    assert AlipayAccount.objects.get().merchant_private_key == KEY
    with connection.cursor() as cursor:
        cursor.execute("SELECT merchant_private_key FROM store_alipayaccount")
        assert cursor.fetchone()[0].startswith("v2:")
    event = Event.objects.get(kind="alipay_account")
    assert "merchant_private_key" in event.data["fields"]
    assert "private-0001" not in str(event.data) + event.sealed
    for role in ("owner", "manager"):
        page = browser(role).get(URL).content.decode()
        assert "private-0001" not in page
        assert "Stored and never shown." in page


def test_an_empty_key_keeps_the_stored_one() -> None:
    save()
    save(merchant_private_key="", appid="2021000000000002")
    account = AlipayAccount.objects.get()
    assert (account.appid, account.merchant_private_key) == ("2021000000000002", KEY)


@pytest.mark.parametrize("mchid", ["", "2088", "1088000000000001", "20880000000000011", "2088OOOOOOOOOOOO"])
def test_what_is_no_seller_number_is_told_beside_its_field(mchid: str) -> None:
    form = save(mchid=mchid).context["form"]
    assert list(form.errors) == ["mchid"]
    assert not AlipayAccount.objects.exists()


def test_who_may_only_look_can_neither_save_nor_test() -> None:
    client = browser("manager")
    assert "Save credentials" not in client.get(URL).content.decode()
    assert client.post(URL, typed()).status_code == 403
    assert client.post(f"{URL}test/").status_code == 403


def test_it_is_switched_on_after_its_test_has_passed(alipay: AlipayGateway) -> None:
    AlipayAccount.objects.update(tested_at=None)
    StoreSettings.objects.update(alipay_on=True)
    assert PayMethod.ALIPAY not in list_pay_methods(get_store_settings(), Delivery.EXPRESS)
    page = page_with(200, browser().post(f"{URL}test/", follow=True))
    assert "Alipay accepted the credentials." in page
    assert PayMethod.ALIPAY in list_pay_methods(get_store_settings(), Delivery.EXPRESS)


def test_a_key_that_cannot_be_used_is_told() -> None:
    open_shop()
    save()
    page = page_with(200, browser().post(f"{URL}test/", follow=True))
    assert "A key cannot be used." in page
    assert AlipayAccount.objects.get().tested_at is None


def test_a_changed_key_has_to_be_tested_again(alipay: AlipayGateway) -> None:
    save(merchant_private_key="")
    assert AlipayAccount.objects.get().tested_at is None
    assert PayMethod.ALIPAY not in list_pay_methods(get_store_settings(), Delivery.EXPRESS)
