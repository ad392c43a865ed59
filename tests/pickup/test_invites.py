"""Invites: made and revoked by staff, good once and for a day, taken in the mini-program or on the phone."""

from datetime import timedelta

import pytest

from pickup.models import CounterRefusal, Invite, Verifier
from pickup.services.invites import (
    find_invite,
    invite_verifier,
    join_by_mini_program,
    join_on_phone,
    make_invite,
    make_link,
    revoke_invite,
)
from pickup.services.verifiers import change_stores, switch_off, switch_on, unbind_wechat
from shop import clock
from shop.clients.wechat_web import Person
from shop.events.models import Event
from tests import cast
from tests.caching import forget_cached
from tests.console import browser, page_with
from tests.expect import refused
from tests.pickup.counter import appoint

MANAGER = cast.clerk("manager", name="王店长", id_=2)


def make(**kwargs: object) -> tuple[Invite, str]:
    invite = make_invite([cast.make_store().pk], actor=MANAGER, **kwargs)
    return invite, make_link(invite)


def test_made_for_stores_that_there_are_by_who_may():
    with refused("stores_required", 400):
        make_invite([], actor=MANAGER)
    with refused("forbidden", 403):
        make_invite([cast.make_store().pk], actor=cast.clerk("order_clerk"))
    invite, link = make()
    assert find_invite(link) == find_invite(link.rpartition("/")[2]) == invite
    assert len(link.rpartition("/")[2]) == 32
    assert invite.expires_at - invite.made_at == timedelta(hours=24)


def test_used_once():
    _invite, link = make()
    first, second = cast.make_customer("小周"), cast.make_customer("小吴")
    verifier = join_by_mini_program(link, first)
    assert (verifier.customer, verifier.is_on) == (first, True)
    for customer in (second, first):
        with refused("no_invite", 404):
            join_by_mini_program(link, customer)
    assert Verifier.objects.count() == 1
    told = Event.objects.get(verb="verifier.join")
    assert (told.actor_kind, told.actor_id) == ("customer", first.pk)
    assert "小周" not in str(told.data)


def test_over_after_a_day(monkeypatch):
    _invite, link = make()
    later = clock.now() + timedelta(hours=24, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    with refused("no_invite"):
        join_by_mini_program(link, cast.make_customer())


def test_revoked_nobody_joins():
    invite, link = make()
    revoke_invite(invite.pk, actor=MANAGER)
    with refused("no_invite"):
        join_by_mini_program(link, cast.make_customer())


@pytest.mark.parametrize("token", ["", "x", "0" * 32, "f" * 32, "F" * 32, "☃" * 32, "9" * 5000])
def test_made_up_ones_are_unknown(token):
    make()
    with refused("no_invite", 404):
        join_by_mini_program(token, cast.make_customer())


def test_one_for_a_certain_verifier_is_for_nobody_else():
    verifier = appoint(cast.make_store())
    link = make_link(invite_verifier(verifier.pk, actor=MANAGER))
    with refused("no_invite"):
        join_by_mini_program(link, cast.make_customer())
    other = cast.make_store()
    change_stores(verifier.pk, store_ids=[other.pk], actor=MANAGER)
    assert join_by_mini_program(link, verifier.customer) == verifier
    assert list(verifier.stores.all()) == [other]


def test_who_was_switched_off_is_refused_and_the_invite_stays():
    verifier = appoint(cast.make_store())
    switch_off(verifier.pk, actor=MANAGER)
    invite, link = make()
    with refused("switched_off", 403):
        join_by_mini_program(link, verifier.customer)
    assert find_invite(link) == invite


@pytest.mark.parametrize("end", [switch_off, unbind_wechat])
def test_one_from_before_a_verifier_was_switched_off_or_unbound_binds_them_no_more(end):
    verifier = appoint(cast.make_store())
    Verifier.objects.update(service_openid="o-1")
    before, own = make_link(invite_verifier(verifier.pk, actor=MANAGER)), make()[1]
    other = make_link(invite_verifier(appoint(cast.make_store()).pk, actor=MANAGER))
    end(verifier.pk, actor=MANAGER)
    if end is switch_off:
        switch_on(verifier.pk, actor=MANAGER)
    with refused("no_invite", 404):
        join_on_phone(before, Person("o-2", ""), nickname="")
    assert find_invite(other) and find_invite(own)
    assert Event.objects.get(kind="verifier_invite", verb="invite.revoke").actor_name == "王店长"
    after = make_link(invite_verifier(verifier.pk, actor=MANAGER))
    assert join_on_phone(after, Person("o-2", ""), nickname="").service_openid == "o-2"


def test_in_the_mini_program(client):
    forget_cached()
    customer = cast.make_customer("小周")
    token = {"HTTP_AUTHORIZATION": f"Bearer {cast.make_token(customer)}"}
    invite, link = make()

    def join(text: str):
        return client.post("/api/v1/verifier/join", {"token": text}, content_type="application/json", **token)

    assert join("none").json()["code"] == "no_invite"
    answer = join(link)
    assert answer.json() == {"store_ids": [str(invite.stores.get().pk)]}
    assert join(link).status_code == 404
    switch_off(Verifier.objects.get().pk, actor=MANAGER)
    assert join(make()[1]).json()["code"] == "switched_off"
    assert CounterRefusal.objects.get().actor_id == customer.pk
    assert client.post("/api/v1/verifier/join", {"token": link}).status_code == 401


def test_by_the_pages():
    store, console = cast.make_store("滨江店"), browser("manager")
    new = "/console/pickup/invites/new/"
    assert "滨江店" in page_with(200, console.get(new))
    assert "Choose at least one store" in page_with(422, console.post(new))
    page = console.post(new, {"stores": [store.pk]})["Location"]
    invite = Invite.objects.get()
    shown = page_with(200, console.get(page))
    assert make_link(invite) in shown
    assert console.get(f"{page}qr.svg").content.startswith(b"<?xml")
    assert "Waiting" in page_with(200, console.get("/console/pickup/invites/"))
    assert console.post(f"{page}revoke-invite/", {"version": invite.version}).status_code == 302
    shown = page_with(200, console.get(page))
    assert "Revoked" in shown
    assert make_link(invite) not in shown
    assert console.get(f"{page}qr.svg").status_code == 404
    assert browser("order_clerk").get(page).status_code == 403


@pytest.mark.parametrize("path", ["invites/new/", "verifiers/appoint/"])
def test_a_shop_without_stores_is_led_to_them(path):
    page = page_with(200, browser("manager").get(f"/console/pickup/{path}"))
    assert 'href="/console/settings/stores/"' in page
    assert "Choose at least one store" not in page
    assert "Show the QR code" not in page and 'name="who"' not in page


def test_a_verifier_is_invited_to_the_phone():
    verifier, console = appoint(cast.make_store(), nickname="小周"), browser("manager")
    url = f"/console/pickup/verifiers/{verifier.pk}/invite-verifier/"
    page = console.post(url, {"version": verifier.version})["Location"]
    assert "小周" in page_with(200, console.get(page))
    assert Invite.objects.get().person == verifier
