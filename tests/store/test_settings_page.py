"""/console/settings/: every switch with what it needs first."""

from datetime import time
from typing import Any

import pytest
from django.test import Client
from django.utils.text import capfirst
from django.utils.translation import override
from pytest_django import DjangoAssertNumQueries

from shop import clock
from shop.actor import SYSTEM
from shop.events.models import Event
from shop.store.choices import Delivery, PayMethod
from shop.store.models import StoreSettings, WeChatAccount
from shop.store.selectors import get_store_settings, list_pay_methods, list_preconditions
from shop.store.services import change_store_settings
from tests.cast import clerk, open_shop
from tests.console import browser, page_with
from tests.expect import refused

pytestmark = pytest.mark.django_db
URL = "/console/settings/"


def filled_in(**changes: Any) -> dict[str, Any]:
    """What the form sends for the shop as `open_shop` left it; None leaves a box unticked."""
    values = {
        "version": str(get_store_settings().version),
        "shop_name": "山野集",
        "contact_phone": "0571-88886666",
        "express_on": "on",
        "local_on": "on",
        "local_area": "西湖区",
        "local_fee_fen": "5.00",
        "local_phone": "13900000000",
        "wechat_on": "on",
        "express_cod_on": "on",
        "local_cod_on": "on",
        "cancel_unpaid_minutes": "30",
        "ship_within_hours": "48",
        "overdue_rule": "nothing",
        "transfer_days": "3",
        "pay_link_hours": "24",
        "supplement_hours": "24",
        "receive_days": "7",
        "extend_days": "3",
        "confirm_step_on": "on",
        "prepare_step_on": "on",
        "reserve_on": "placing",
        "archive_days": "180",
        "receipt_paper": "80",
        "packing_photos_on": "on",
        "wechat_report_delay_minutes": "10",
        "invoice_days": "180",
        "uncollected_days": "7",
        "voice_repeat_seconds": "30",
    }
    return {name: value for name, value in (values | changes).items() if value is not None}


def read(client: Client) -> str:
    return client.get(URL).content.decode()


@pytest.fixture(autouse=True)
def shop(db: None) -> None:
    open_shop()


def test_saving_changes_the_settings_and_records_who() -> None:
    response = browser().post(
        URL, filled_in(local_fee_fen="12.5", receive_days="10", quiet_from="22:00", quiet_until="08:00")
    )
    assert response.status_code == 302
    store = get_store_settings()
    assert (store.local_fee_fen, store.receive_days, store.quiet_from) == (1250, 10, time(22))
    event = Event.objects.get(kind="settings")
    assert event.data["after"]["local_fee_fen"] == 1250
    assert event.actor_name == "owner 王"


def test_an_untouched_form_changes_nothing() -> None:
    browser().post(URL, filled_in())
    assert not Event.objects.filter(kind="settings").exists()


def test_a_switch_without_what_it_needs_is_refused_beside_it_and_keeps_what_was_typed() -> None:
    open_shop(local_on=False, local_fee_fen=None)
    response = browser().post(URL, filled_in(local_fee_fen="", shop_name="山里人"))
    page = response.content.decode()
    assert response.status_code == 422
    assert response.context["form"].errors == {"local_on": ["Own delivery needs a fee; 0 is a fee."]}
    assert 'value="山里人"' in page
    assert page.index('id="id_local_on_error"') < page.index('id="id_local_area"')
    assert not get_store_settings().local_on


def test_free_own_delivery_is_a_fee_of_nothing() -> None:
    open_shop(local_on=False, local_fee_fen=None)
    assert browser().post(URL, filled_in(local_fee_fen="0")).status_code == 302
    assert get_store_settings().local_fee_fen == 0


def test_the_checklist_says_beforehand_what_is_missing() -> None:
    open_shop(local_on=False, local_districts=[])
    WeChatAccount.objects.update(tested_at=None)
    page = read(browser())
    assert page.count('aria-label="Missing"') == 9
    assert page.count('aria-label="Met"') == 2
    assert "Own delivery needs districts that it goes to." in page
    assert "Pickup needs" in page
    assert "The delivery fee is set." in page and "Own delivery needs a fee" not in page


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_what_is_there_is_told_as_a_fact(language: str) -> None:
    """A demand beside a tick reads as if something was still to be done."""
    open_shop(local_on=True)
    client = browser()
    client.cookies["django_language"] = language
    page = read(client)
    with override(language):
        needs = list_preconditions(get_store_settings())
        assert {str(need.fact) in page for need in needs if need.is_met} == {True}
        assert {str(need.words) in page for need in needs if need.is_met} == {False}


def test_wechat_pay_cannot_be_switched_on_before_the_test_passed() -> None:
    open_shop(wechat_on=False)
    WeChatAccount.objects.update(tested_at=None)
    response = browser().post(URL, filled_in())
    assert "wechat_on" in response.context["form"].errors
    assert not get_store_settings().wechat_on


def test_the_last_way_to_deliver_stays_on() -> None:
    response = browser().post(URL, filled_in(express_on=None, local_on=None))
    assert response.context["form"].errors == {"express_on": ["At least one way to deliver must stay on."]}


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("local_fee_fen", "ten"),
        ("local_fee_fen", "-1"),
        ("local_fee_fen", "1.005"),
        ("local_fee_fen", "999999999"),
        ("cancel_unpaid_minutes", "0"),
        ("cancel_unpaid_minutes", "99999999999"),
        ("ship_within_hours", "2147483647"),
        ("receive_days", "1.5"),
        ("reserve_on", "never"),
        ("quiet_from", "25:00"),
        ("shop_name", "x" * 61),
        ("shop_name", "a\0b"),
        *(("template_shipped", typed) for typed in ("too-short", "has space " * 3, "a" * 65, "模" * 30)),
    ],
)
def test_nonsense_is_refused_beside_its_field(name: str, typed: str) -> None:
    response = browser().post(URL, filled_in(**{name: typed}))
    assert f'id="id_{name}_error"' in page_with(422, response)
    assert list(response.context["form"].errors) == [name]


def test_quiet_hours_need_both_ends() -> None:
    response = browser().post(URL, filled_in(quiet_from="22:00"))
    assert response.context["form"].errors == {"quiet_until": ["Quiet hours need a start and another end."]}


def test_a_form_that_is_older_than_the_settings_is_refused_once() -> None:
    old = filled_in(receive_days="9")
    change_store_settings({"ship_within_hours": 24}, actor=clerk())
    client = browser()
    page = page_with(422, client.post(URL, old))
    assert "changed this at" in page
    assert get_store_settings().receive_days == 7
    assert 'name="version" value="1"' in page


def test_settings_that_were_typed_wrongly_are_as_old_as_before() -> None:
    old = filled_in(receive_days="x")
    change_store_settings({"receive_days": 9}, actor=clerk())
    client = browser()
    assert f'name="version" value="{old["version"]}"' in page_with(422, client.post(URL, old))
    assert "changed this at" in page_with(422, client.post(URL, old | {"receive_days": "7"}))
    assert get_store_settings().receive_days == 9


@pytest.mark.parametrize("version", [None, "", "x", "-1", "9" * 5000])
def test_a_form_that_does_not_say_what_it_was_made_from_is_refused(version: str | None) -> None:
    assert browser().post(URL, filled_in(version=version, receive_days="9")).status_code == 422
    assert get_store_settings().receive_days == 7


def test_a_viewer_reads_everything_and_can_change_nothing() -> None:
    page = read(browser("manager"))
    assert "Only the owner can change them." in page
    assert "Save settings" not in page
    assert "Last changes" not in page
    assert 'value="5.00"' in page
    assert "disabled" in page


@pytest.mark.parametrize("role", ["manager", "finance"])
def test_a_viewer_who_posts_is_forbidden(role: str) -> None:
    assert browser(role).post(URL, filled_in(receive_days="9")).status_code == 403
    assert get_store_settings().receive_days == 7


@pytest.mark.parametrize("role", ["order_clerk", "warehouse", "support", "store_clerk"])
def test_other_roles_do_not_see_the_settings(role: str) -> None:
    assert browser(role).get(URL).status_code == 403


def test_the_owner_sees_who_changed_what_last() -> None:
    change_store_settings({"local_fee_fen": 800, "local_cod_on": False}, actor=clerk(name="李店长"))
    page = read(browser())
    assert "李店长" in page
    assert "<del><bdi>¥5.00</bdi></del> → <ins><bdi>¥8.00</bdi></ins>" in page
    assert "<del><bdi>on</bdi></del> → <ins><bdi>off</bdi></ins>" in page


def test_the_page_says_what_buyers_are_offered_now() -> None:
    open_shop(express_cod_on=False, local_cod_on=False, wechat_on=False)
    assert "no way to pay" in read(browser())


def test_a_shop_without_settings_shows_the_form() -> None:
    StoreSettings.objects.all().delete()
    assert browser().get(URL).status_code == 200


def test_the_page_keeps_to_its_queries(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    client = browser()
    with django_assert_max_num_queries(14):
        client.get(URL)


def test_a_service_call_beyond_the_limits_names_the_setting() -> None:
    with refused("bad_timer") as caught:
        change_store_settings({"receive_days": 10**6}, actor=SYSTEM)
    assert caught.value.extra["switch"] == "receive_days"


def test_every_precondition_belongs_to_a_switch_of_the_settings() -> None:
    names = {field.name for field in StoreSettings._meta.concrete_fields}
    assert {need.switch for need in list_preconditions(open_shop())} <= names


def test_bank_transfer_needs_an_account_and_then_is_offered() -> None:
    client = browser()
    response = client.post(URL, filled_in(transfer_on="on", transfer_bank="招商银行"))
    assert response.context["form"].errors == {
        "transfer_on": ["Bank transfer needs an account holder, or a collection code."]
    }
    account = {"transfer_bank": "招商银行", "transfer_name": "山野集商贸", "transfer_number": "62250000"}
    assert client.post(URL, filled_in(transfer_on="on", balance_on="on", **account)).status_code == 302
    offered = list_pay_methods(get_store_settings(), Delivery.EXPRESS)
    assert {PayMethod.TRANSFER, PayMethod.BALANCE} <= set(offered)


def test_template_ids_are_taken_as_wechat_shows_them() -> None:
    response = browser().post(URL, filled_in(template_shipped="Xk-9_" + "a" * 38))
    assert response.status_code == 302
    assert get_store_settings().template_shipped == "Xk-9_" + "a" * 38


def test_a_template_stands_for_one_notice_only() -> None:
    page = page_with(
        422, browser().post(URL, filled_in(template_shipped="a" * 43, template_refunded="a" * 43))
    )
    assert "This template stands in another field already." in page


def test_what_happens_when_the_time_to_ship_is_over_can_be_chosen() -> None:
    client = browser()
    assert client.post(URL, filled_in(overdue_rule="close")).status_code == 302
    assert get_store_settings().overdue_rule == "close"
    assert "it is refunded and closed by itself" in read(client)
    assert client.post(URL, filled_in(overdue_rule="burn")).status_code == 422


@pytest.mark.parametrize(("name", "words"), sorted(StoreSettings.former_fields.items()))
def test_a_setting_that_is_no_more_keeps_its_name_on_the_record(name: str, words: str) -> None:
    data = {"before": {name: False}, "after": {name: True}}
    Event.objects.create(
        kind="settings",
        subject_id=1,
        number=99,
        verb="settings.change",
        actor_kind="staff",
        actor_name="王店长",
        at=clock.now(),
        data=data,
    )
    with override("en"):
        label = capfirst(str(words))
    for page in (read(browser()), browser().get("/console/audit/").content.decode()):
        assert label in page
