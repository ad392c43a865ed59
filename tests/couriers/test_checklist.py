"""What is missing before an e-waybill is one click, each with the way to where it is mended."""

import pytest

from shop import clock
from shop.couriers.checklist import list_missing_for_labels
from shop.couriers.models import Provider, ProviderAccount, Sender
from shop.couriers.selectors import find_ready_sender, list_label_accounts
from shop.couriers.services.accounts import change_courier, take_courier
from shop.couriers.services.providers import change_provider
from tests.cast import clerk, make_sender, open_shop
from tests.console import browser, page_with

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
BOSS = clerk()
ROOM = "/console/settings/couriers/"


def list_ways() -> list[str]:
    return [missing.url.removeprefix(ROOM) for missing in list_missing_for_labels()]


def enter_keys(provider: Provider, *, tested: bool = True) -> None:
    change_provider(provider, {"customer": "1", "key": "2"}, actor=BOSS)
    if tested:
        ProviderAccount.objects.filter(provider=provider).update(tested_at=clock.now())


def test_a_new_shop_lacks_provider_courier_and_sender() -> None:
    assert list_ways() == ["providers/kdniao/", "#couriers", "senders/new/"]


def test_each_line_goes_when_it_is_done() -> None:
    enter_keys(Provider.KDNIAO)
    assert list_ways() == ["#couriers", "senders/new/"]
    take_courier("SF", actor=BOSS)
    assert list_ways() == ["senders/new/"]
    make_sender()
    assert list_ways() == []
    assert [account.code for account in list_label_accounts()] == ["SF"]


def test_credentials_that_are_not_tested_are_still_missing() -> None:
    enter_keys(Provider.KDNIAO, tested=False)
    [first, *_others] = list_missing_for_labels()
    assert (first.url, first.label) == (f"{ROOM}providers/kdniao/", "Test the connection")


def test_a_courier_counts_when_its_account_is_complete() -> None:
    account = take_courier("ZTO", actor=BOSS)
    assert list_ways()[1] == "accounts/ZTO/?provider=kdniao"
    keys = {"provider": Provider.KDNIAO, "customer_name": "K1", "customer_pwd": "p"}
    change_courier(account.pk, keys, actor=BOSS)
    assert list_ways() == ["providers/kdniao/", "senders/new/"]


def test_couriers_whose_numbers_are_typed_do_not_count() -> None:
    change_courier(take_courier("SF", actor=BOSS).pk, {"provider": ""}, actor=BOSS)
    assert list_ways()[1] == "accounts/SF/?provider=kdniao"


def test_the_first_day_ticks_itself_when_nothing_is_missing() -> None:
    def is_ticked() -> bool:
        assert find_ready_sender().exists() == (not list_missing_for_labels())
        return find_ready_sender().exists()

    take_courier("ZTO", actor=BOSS)
    enter_keys(Provider.KDNIAO, tested=False)
    make_sender()
    assert not is_ticked()
    enter_keys(Provider.KDNIAO)
    assert not is_ticked()
    take_courier("SF", actor=BOSS)
    assert is_ticked()
    Sender.objects.update(postcode="")
    assert not is_ticked()


def test_the_provider_that_counts_is_the_one_that_a_courier_uses() -> None:
    make_sender()
    enter_keys(Provider.KDNIAO)
    change_courier(take_courier("SF", actor=BOSS).pk, {"provider": Provider.KUAIDI100}, actor=BOSS)
    assert list_ways() == ["providers/kuaidi100/"]
    enter_keys(Provider.KUAIDI100)
    assert list_ways() == []


def test_a_default_sender_needs_its_postcode() -> None:
    sender = make_sender()
    Sender.objects.update(postcode="")
    assert list_ways()[-1] == f"senders/{sender.pk}/"


def test_every_way_leads_to_a_page() -> None:
    client = browser()
    for missing in list_missing_for_labels():
        page_with(200, client.get(missing.url))


def test_the_store_settings_say_beside_express_how_much_is_missing() -> None:
    open_shop()
    client = browser("manager")
    page = page_with(200, client.get("/console/settings/"))
    assert "One-click e-waybills: 3 things are missing." in page
    assert f'href="{ROOM}"' in page
    enter_keys(Provider.KDNIAO)
    take_courier("SF", actor=BOSS)
    make_sender()
    assert "E-waybills can be had by one click." in page_with(200, client.get("/console/settings/"))


def test_who_may_not_mend_it_is_not_led_there() -> None:
    open_shop()
    page = page_with(200, browser("finance").get("/console/settings/"))
    assert "One-click e-waybills" not in page
    assert ROOM not in page
