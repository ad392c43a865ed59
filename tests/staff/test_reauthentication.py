"""Confirming that it is you: before settings, credentials, rights of others and full exports."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.test import Client

from shop import clock
from shop.staff.models import StaffUser
from shop.staff.signing_in.reauthentication import HOLDS_FOR
from shop.store.models import StoreSettings, WeChatAccount
from tests.cast import PASSWORD, make_sku, make_staff, open_shop
from tests.console import browser, page_with, sign_in
from tests.store.test_settings_page import filled_in
from tests.store.test_wechat_page import SECRETS, typed

pytestmark = pytest.mark.django_db
SETTINGS, WECHAT = "/console/settings/", "/console/settings/wechat/"
PEOPLE, PROVE = "/console/staff/people/", "/console/staff/me/prove/"
QUESTION = "Confirm that it is you"
_HIDDEN = re.compile(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)"')


@pytest.fixture
def late() -> Iterator[Client]:
    """An owner's browser whose proof has just run out."""
    open_shop()
    client = browser()
    with clock.at(clock.now() + HOLDS_FOR):
        yield client


def answer(client: Client, question: Any, url: str, *, password: str = PASSWORD) -> Any:
    """Type the password into the page that asks for it, and send its form."""
    kept = dict(_HIDDEN.findall(question.content.decode()))
    kept.pop("csrfmiddlewaretoken")
    return client.post(url, kept | {"proof_password": password})


def asked(response: Any) -> bool:
    return response.status_code in (403, 422) and QUESTION in response.content.decode()


@pytest.mark.parametrize(
    "url",
    [
        SETTINGS,
        WECHAT,
        f"{PEOPLE}hire/",
        f"{PEOPLE}1/change/",
        f"{PEOPLE}1/enable/",
        f"{PEOPLE}1/password/",
    ],
)
def test_what_gives_power_away_asks_for_the_password_first(late: Client, url: str) -> None:
    assert asked(late.post(url))


@pytest.mark.parametrize("url", ["/console/products/export/", "/console/products/stock/export/"])
def test_full_exports_ask_for_the_password_and_then_lead_to_the_file(late: Client, url: str) -> None:
    make_sku()
    question = late.get(f"{url}?format=csv", headers={"Referer": "http://testserver/console/products/"})
    assert asked(question)
    led_back = answer(late, question, PROVE)
    assert (led_back.status_code, led_back["Location"]) == (302, "http://testserver/console/products/")
    page = page_with(200, late.get(led_back["Location"]))
    assert "The file is ready to be downloaded." in page and f'href="{url}?format=csv"' in page
    assert late.get(f"{url}?format=csv").headers["Content-Type"].startswith("text/csv")


def test_who_has_just_signed_in_is_not_asked() -> None:
    open_shop()
    client = browser()
    with clock.at(clock.now() + HOLDS_FOR - timedelta(seconds=5)):
        assert client.post(SETTINGS, filled_in(shop_name="半山")).status_code == 302


def test_a_session_of_before_the_rule_is_asked_too() -> None:
    client = browser()
    session = client.session
    del session["proved_at"]
    session.save()
    assert asked(client.post(SETTINGS))


def test_looking_is_never_asked_for(late: Client) -> None:
    assert [late.get(url).status_code for url in (SETTINGS, WECHAT, f"{PEOPLE}hire/")] == [200] * 3


def test_the_form_goes_through_as_it_was_typed_once_the_password_is_right(late: Client) -> None:
    question = late.post(SETTINGS, filled_in(shop_name="半山 & <b>"))
    assert StoreSettings.objects.get().shop_name == "山野集"
    assert answer(late, question, SETTINGS).status_code == 302
    assert StoreSettings.objects.get().shop_name == "半山 & <b>"
    assert late.post(SETTINGS, filled_in(shop_name="又改")).status_code == 302


def test_a_wrong_password_asks_again_and_loses_nothing(late: Client) -> None:
    question = late.post(SETTINGS, filled_in(shop_name="半山"))
    again = answer(late, question, SETTINGS, password="not-my-word")
    assert again.status_code == 422
    assert "not-my-word" not in again.content.decode()
    assert "This is not your password." in again.content.decode()
    assert StoreSettings.objects.get().shop_name == "山野集"
    assert answer(late, again, SETTINGS).status_code == 302
    assert StoreSettings.objects.get().shop_name == "半山"


def test_sent_twice_the_answer_still_carries_what_was_typed(late: Client) -> None:
    question = late.post(SETTINGS, filled_in(shop_name=""))
    refusals = [answer(late, question, SETTINGS) for _time in range(2)]
    assert [r.status_code for r in refusals] == [422, 422]
    assert all("shop_name" in r.context["form"].errors for r in refusals)


def test_secrets_wait_sealed_and_arrive_whole(late: Client) -> None:
    question = late.post(WECHAT, typed())
    assert not any(secret in question.content.decode() for secret in SECRETS.values())
    assert question.headers["Cache-Control"] == "no-store"
    assert answer(late, question, WECHAT).status_code == 302
    kept = WeChatAccount.objects.get()
    assert {name: getattr(kept, name) for name in SECRETS} == SECRETS


def test_what_was_typed_opens_nowhere_else_and_for_nobody_else(late: Client) -> None:
    question = late.post(SETTINGS, filled_in(shop_name="半山"))
    assert answer(late, question, f"{PEOPLE}hire/").status_code == 302
    other = browser()
    assert answer(other, question, SETTINGS).status_code == 302
    assert StoreSettings.objects.get().shop_name == "山野集"
    assert StaffUser.objects.count() == 2


def test_hiring_goes_on_to_the_password_page(late: Client) -> None:
    question = late.post(f"{PEOPLE}hire/", {"display_name": "陈", "username": "chen", "role": "support"})
    page = answer(late, question, f"{PEOPLE}hire/")
    assert page.context["person"].username == "chen"


def test_guessing_here_is_locked_out_as_at_sign_in(late: Client) -> None:
    question = late.post(SETTINGS, filled_in())
    statuses = [answer(late, question, SETTINGS, password=f"no-{n}").status_code for n in range(6)]
    assert statuses == [422] * 5 + [429]
    assert answer(late, question, SETTINGS).status_code == 429
    assert asked(late.post(SETTINGS, filled_in()))


def test_guessing_in_the_form_for_ones_own_password_is_locked_out_too() -> None:
    client = sign_in(make_staff("support"))
    new = {"new_password1": "river-stone-2027", "new_password2": "river-stone-2027"}
    sent = [{"old_password": f"no-{n}", **new} for n in range(6)] + [{"old_password": PASSWORD, **new}]
    statuses = [client.post("/console/staff/me/password/", data).status_code for data in sent]
    assert statuses == [422] * 5 + [429] * 2


def test_no_refused_password_is_kept_with_the_count(late: Client) -> None:
    answer(late, late.post(SETTINGS, filled_in()), SETTINGS, password="my-other-word")
    late.post("/console/staff/me/password/", {"old_password": "my-old-word", "new_password1": "my-new-word"})
    kept = str(list(AccessAttempt.objects.values()))
    assert not [word for word in ("my-other-word", "my-old-word", "my-new-word") if word in kept]


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_the_way_on_and_the_way_back_stay_in_the_shop(late: Client, elsewhere: str) -> None:
    fields = {"next": elsewhere, "proof_back": elsewhere}
    for password in ("not-my-word", PASSWORD):
        page = late.post(PROVE, fields | {"proof_password": password}, follow=True).content.decode()
        assert (password == PASSWORD or QUESTION in page) and elsewhere not in page
