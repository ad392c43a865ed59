"""A verifier's session: their own cookie, for twelve hours, over at once when they are."""

from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.test import Client

from pickup.models import CounterRefusal, VerifierSession
from pickup.phone import session
from pickup.services.verifiers import change_stores, switch_off, switch_on, unbind_wechat
from shop import clock
from shop.events.models import Event
from tests import cast
from tests.console import ENGLISH, browser, page_with
from tests.expect import count_queries
from tests.pickup.counter import appoint
from tests.pickup.phone.conftest import sign_in

MANAGER = cast.clerk("manager", name="王店长", id_=2)
PAGE = "/v/account/"


def is_signed_in(phone: Client) -> bool:
    return phone.get(PAGE).status_code == 200


def test_signed_in_for_twelve_hours_with_a_cookie_that_no_script_reads(monkeypatch):
    phone = sign_in(appoint(cast.make_store()))
    assert is_signed_in(phone)
    later = clock.now() + timedelta(hours=12, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert not is_signed_in(phone)


def test_the_cookie_and_the_row_say_nothing_of_each_other(client, settings):
    settings.DEMO = True
    verifier = appoint(cast.make_store())
    answer = client.post("/v/sign-in/demo/", {"as": verifier.pk, "next": PAGE})
    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    cookie = answer.cookies[session.COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/v/")
    row = VerifierSession.objects.get()
    assert row.digest not in cookie.value
    assert len(row.digest) == 64
    assert Event.objects.filter(kind="verifier", verb="verifier.sign_in").count() == 1


def test_switched_off_is_signed_out_and_stays_it():
    verifier = appoint(cast.make_store())
    phone = sign_in(verifier)
    switch_off(verifier.pk, actor=MANAGER)
    assert not is_signed_in(phone)
    assert CounterRefusal.objects.get().code == "switched_off"
    switch_on(verifier.pk, actor=MANAGER)
    assert not is_signed_in(phone)


def test_off_without_the_row_being_touched_is_enough():
    verifier = appoint(cast.make_store())
    phone = sign_in(verifier)
    type(verifier).objects.update(is_on=False)
    assert not is_signed_in(phone)


def test_who_loses_a_store_signs_in_again():
    here, there = cast.make_store(), cast.make_store()
    verifier = appoint(here, there)
    phone = sign_in(verifier)
    change_stores(verifier.pk, store_ids=[here.pk, there.pk], actor=MANAGER)
    assert is_signed_in(phone)
    change_stores(verifier.pk, store_ids=[here.pk], actor=MANAGER)
    assert not is_signed_in(phone)


def test_unbound_is_signed_out():
    verifier = appoint(cast.make_store())
    type(verifier).objects.update(service_openid="o-1")
    phone = sign_in(verifier)
    unbind_wechat(verifier.pk, actor=MANAGER)
    assert not is_signed_in(phone)


def test_signed_out_by_the_button():
    phone = sign_in(appoint(cast.make_store()))
    stolen = phone.cookies[session.COOKIE].value
    assert phone.post("/v/sign-out/")["Location"] == "/v/sign-in/"
    assert not is_signed_in(phone)
    phone.cookies[session.COOKIE] = stolen
    assert not is_signed_in(phone)


def test_a_planted_session_ends_when_somebody_signs_in_on_that_phone(settings):
    settings.DEMO = True
    store = cast.make_store()
    thief, verifier = sign_in(appoint(store)), appoint(store)
    planted = thief.cookies[session.COOKIE].value
    phone = Client(headers=ENGLISH)
    phone.cookies[session.COOKIE] = planted
    phone.post("/v/sign-in/demo/", {"as": verifier.pk})
    assert phone.cookies[session.COOKIE].value != planted
    assert VerifierSession.objects.get(revoked_at=None).verifier == verifier
    assert not is_signed_in(thief)


def test_a_made_up_cookie_opens_nothing_and_is_recorded():
    token = sign_in(appoint(cast.make_store())).cookies[session.COOKIE].value.partition(":")[0]
    for forged in (token, f"{token}:x", "x:y", ""):
        phone = Client(headers=ENGLISH)
        phone.cookies[session.COOKIE] = forged
        assert not is_signed_in(phone)
    assert {row.code for row in CounterRefusal.objects.all()} == {"forged"}
    page = page_with(200, browser("owner").get("/console/audit/"))
    assert "A made-up sign-in of a verifier" in page


def test_it_is_no_session_of_staff_nor_theirs_one_of_a_verifier():
    phone = sign_in(appoint(cast.make_store()))
    assert phone.get("/console/orders/").status_code == 302
    assert browser("owner").get(PAGE)["Location"].startswith("/v/sign-in/")
    assert django_settings.SESSION_COOKIE_NAME not in phone.cookies


def test_who_is_signed_out_comes_back_to_the_page():
    assert Client().get(f"{PAGE}?a=1")["Location"] == "/v/sign-in/?next=%2Fv%2Faccount%2F%3Fa%3D1"
    pressed = Client().post(PAGE, headers={"Referer": "http://testserver/v/account/"})
    assert pressed["Location"] == "/v/sign-in/?next=%2Fv%2Faccount%2F"
    told = Client().get(PAGE, headers={"Accept": "application/json"})
    assert (told.status_code, told.json()["code"]) == (401, "not_authenticated")
    led = Client().get(PAGE, headers={"HX-Request": "true"})
    assert led["HX-Redirect"].startswith("/v/sign-in/")


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/v/", "//evil.example/v/", "/console/", "javascript:alert(1)", "/v/../console/"],
)
def test_only_own_pages_are_gone_on_to(target, settings):
    settings.DEMO = True
    verifier = appoint(cast.make_store())
    answer = Client().post("/v/sign-in/demo/", {"as": verifier.pk, "next": target})
    assert answer["Location"] == "/v/"


def test_the_list_of_the_demo_is_in_the_demo_alone(client, settings):
    settings.DEMO = False
    verifier = appoint(cast.make_store(), nickname="小周")
    assert "小周" not in page_with(200, client.get("/v/sign-in/"))
    assert client.post("/v/sign-in/demo/", {"as": verifier.pk}).status_code == 404
    assert VerifierSession.objects.count() == 0


def test_in_the_demo_a_verifier_is_chosen(client, settings):
    settings.DEMO = True
    verifier = appoint(cast.make_store("滨江店"), nickname="小周")
    gone = appoint(cast.make_store("城西店"), nickname="小吴")
    switch_off(gone.pk, actor=MANAGER)
    page = page_with(200, client.get("/v/sign-in/"))
    assert "小周" in page
    assert "滨江店" in page
    assert "小吴" not in page
    for pk in (gone.pk, 987654, "x", "9" * 30):
        assert client.post("/v/sign-in/demo/", {"as": pk}).status_code == 404
    client.post("/v/sign-in/demo/", {"as": verifier.pk})
    assert client.get("/v/sign-in/", {"next": PAGE})["Location"] == PAGE


def test_knowing_who_it_is_takes_one_query(rf):
    phone = sign_in(appoint(cast.make_store()))
    request = rf.get("/v/")
    request.COOKIES[session.COOKIE] = phone.cookies[session.COOKIE].value
    assert count_queries(lambda: [session.signed_in_verifier(request) for _ in range(3)]) == 1
    assert count_queries(lambda: session.signed_in_verifier(rf.get("/v/"))) == 0
