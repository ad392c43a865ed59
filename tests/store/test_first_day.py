"""The list of a shop's first day: it ticks itself, is left when it is done, and buyers are told what is not open."""

import pytest
from django.core.management import call_command
from django.test import Client

from shop import clock
from shop.catalog.models import Product
from shop.files.models import Picture
from shop.store.models import StoreSettings, WeChatAccount
from shop.store.services import change_store_settings, leave_step_out
from shop.store.steps import STEPS, list_states
from tests import cast
from tests.console import browser, page_with
from tests.expect import refused

pytestmark = pytest.mark.django_db
HOME, LIST = "/console/", "/console/settings/first-day/"


@pytest.fixture
def owner() -> Client:
    return browser("owner")


def find_open(**cookies: str) -> list[str]:
    store = StoreSettings.objects.filter(pk=1).first() or StoreSettings(pk=1, shop_name="")
    return [state.step.name for state in list_states(store, cookies, actor=cast.clerk()) if state.is_open]


def add_product_with_picture() -> None:
    product = cast.make_sku().product
    picture = Picture.objects.create(path="pictures/tea.webp", width=1, height=1, created_at=clock.now())
    Product.objects.filter(pk=product.pk).update(picture=picture)


def test_a_new_shop_has_everything_before_it_and_each_step_ticks_itself(owner: Client) -> None:
    assert find_open() == [
        *("shop", "payment", "product", "colleague"),
        *("sound", "test_order", "labels", "backup"),
    ]
    page = page_with(200, owner.get(HOME))
    assert "Open your shop" in page
    assert "1 of 9 done" in page
    boss = cast.clerk()
    change_store_settings({"shop_name": "山野集", "contact_phone": "0571-88886666"}, actor=boss)
    change_store_settings({"express_cod_on": True}, actor=boss)
    assert find_open()[0] == "product"
    add_product_with_picture()
    cast.make_staff("order_clerk")
    assert find_open() == ["sound", "test_order", "labels", "backup"]
    assert find_open(sound="1") == ["test_order", "labels", "backup"]
    owner.post("/console/orders/test/")
    assert find_open() == ["sound", "labels", "backup"]


@pytest.mark.django_db(transaction=True)
def test_a_backup_is_remembered_and_makes_no_form_grow_old(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = cast.open_shop()
    monkeypatch.setenv("BACKUP_PASSPHRASE", "mountain tea in the morning mist")
    call_command("backup", f"{tmp_path}/shop.backup")
    assert StoreSettings.objects.get().backed_up_at is not None
    change_store_settings({"local_fee_fen": 900}, actor=cast.clerk(), expected_version=store.version)


def test_it_is_gone_when_the_shops_own_steps_are_done(owner: Client) -> None:
    cast.open_shop()
    assert "Open your shop" not in page_with(200, owner.get(HOME))
    assert "Open your shop" in page_with(200, owner.get(LIST))


def test_a_step_is_left_out_and_taken_up_again(owner: Client) -> None:
    cast.open_shop(skipped_steps=["product", "test_order", "labels", "backup"])
    assert "Open your shop" in page_with(200, owner.get(HOME))
    owner.post(f"{LIST}colleague/leave-out/")
    assert "Open your shop" not in page_with(200, owner.get(HOME))
    assert "Left out" in page_with(200, owner.get(LIST))
    owner.post(f"{LIST}colleague/take-up/")
    assert find_open() == ["colleague", "sound"]


@pytest.mark.parametrize("name", ["shop", "payment", "delivery", "nonsense"])
def test_what_orders_need_cannot_be_left_out(name: str) -> None:
    with refused("not_found"):
        leave_step_out(name, True, actor=cast.clerk())


@pytest.mark.parametrize("role", ["manager", "order_clerk", "warehouse", "support", "finance", "store_clerk"])
def test_only_who_sets_the_shop_up_sees_it(role: str) -> None:
    assert "Open your shop" not in page_with(200, browser(role).get(HOME))


def test_buyers_are_told_what_is_not_open_yet(client: Client) -> None:
    def ask() -> list[str]:
        answer = client.get("/api/v1/shop", headers={"accept-language": "en"}).json()
        assert all(item["message"] for item in answer["not_open"])
        return [item["what"] for item in answer["not_open"]]

    assert ask() == ["payment", "product"]
    cast.open_shop()
    assert ask() == ["product"]
    sku = cast.make_sku()
    assert ask() == []
    WeChatAccount.objects.update(tested_at=None)
    StoreSettings.objects.update(express_cod_on=False, local_cod_on=False)
    Product.objects.filter(pk=sku.product_id).update(is_on_sale=False)
    assert ask() == ["payment", "product"]


def test_every_step_leads_somewhere_or_says_all() -> None:
    for step in STEPS:
        assert str(step.title)
        assert str(step.why)
        assert not step.route or step.url
