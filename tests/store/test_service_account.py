"""Credentials of the service account: write-only, and none of those that pay."""

import pytest
from django.db import connection

from shop.store.models import StoreSettings, WeChatAccount
from shop.store.services import change_store_settings, change_wechat_account
from tests import cast
from tests.console import browser, page_with

pytestmark = pytest.mark.django_db
PAGE = "/console/settings/wechat/"


@pytest.fixture(autouse=True)
def shop() -> StoreSettings:
    return cast.open_shop()


def test_typed_once_and_never_shown_again() -> None:
    console = browser()
    assert "Service account secret" in page_with(200, console.get(PAGE))
    typed = {"appid": "wx-test", "service_appid": "wx-service", "service_secret": "never-shown"}
    kept = {"mchid": "1900000001"}
    assert console.post(PAGE, typed | kept).status_code == 302
    account = WeChatAccount.objects.get()
    assert (account.service_appid, account.service_secret) == ("wx-service", "never-shown")
    assert account.tested_at is not None
    page = page_with(200, console.get(PAGE))
    assert "wx-service" in page
    assert "never-shown" not in page
    with connection.cursor() as cursor:
        cursor.execute("SELECT service_secret FROM store_wechataccount")
        assert cursor.fetchone()[0].startswith("v2:")


def test_an_empty_secret_keeps_the_stored_one_and_payment_stays_tested() -> None:
    change_wechat_account({"service_appid": "a", "service_secret": "s"}, actor=cast.clerk())
    change_wechat_account({"service_appid": "b", "service_secret": ""}, actor=cast.clerk())
    account = WeChatAccount.objects.get()
    assert (account.service_appid, account.service_secret) == ("b", "s")
    assert account.tested_at is not None
    change_wechat_account({"mini_secret": "other"}, actor=cast.clerk())
    assert WeChatAccount.objects.get().tested_at is None


def test_the_amount_of_the_pin_is_a_setting() -> None:
    for above_fen in (500_00, 0, None):
        change_store_settings({"pickup_pin_above_fen": above_fen}, actor=cast.clerk())
        assert StoreSettings.objects.get().pickup_pin_above_fen == above_fen
