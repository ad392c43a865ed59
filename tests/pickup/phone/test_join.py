"""An invite opened on a phone: WeChat says who it is, one press binds and signs in."""

import re

import pytest
from django.test import Client

from pickup.models import Invite, Verifier
from pickup.services.invites import invite_verifier, make_invite, make_link, revoke_invite
from pickup.services.verifiers import switch_off
from shop.customers.models import Customer
from tests import cast
from tests.console import ENGLISH, page_with
from tests.expect import count_queries, refused
from tests.pickup.counter import appoint

pytestmark = pytest.mark.usefixtures("wechat")
BOSS = cast.clerk("manager", name="王店长", id_=2)


def path_of(invite: Invite) -> str:
    return re.sub("^.*?(?=/v/)", "", make_link(invite))


def make() -> tuple[Invite, str]:
    invite = make_invite([cast.make_store("滨江店").pk], actor=BOSS)
    return invite, path_of(invite)


def test_opened_and_joined_in_one_press(open_in_wechat):
    invite, path = make()
    page = page_with(200, Client(headers=ENGLISH).get(path))
    assert "滨江店" in page
    assert "/v/sign-in/wechat/?next=" in page
    phone = open_in_wechat("o-1", next_url=path)
    assert phone.answer["Location"] == path
    # With "no-referrer" browsers send a form's origin as "null".
    assert phone.get(path)["Referrer-Policy"] == "same-origin"
    assert "Your name" in page_with(200, phone.get(path))
    assert (Invite.objects.get().state, Verifier.objects.count()) == ("open", 0)
    answer = phone.post(path, {"nickname": "小周"})
    assert answer["Location"] == "/v/"
    verifier = Verifier.objects.get()
    assert (verifier.service_openid, verifier.customer.nickname) == ("o-1", "小周")
    assert [store.name for store in verifier.stores.all()] == ["滨江店"]
    assert phone.get("/v/account/").status_code == 200
    invite.refresh_from_db()
    assert (invite.state, invite.used_by) == ("used", verifier)
    assert "This invite is over" in page_with(404, phone.post(path, {"nickname": "小周"}))
    assert open_in_wechat("o-1").get("/v/account/").status_code == 200


def test_to_look_changes_nothing(open_in_wechat):
    _invite, path = make()
    phone = open_in_wechat("o-1", next_url=path)
    for _time in range(3):
        assert phone.get(path).status_code == 200
        assert phone.head(path).status_code == 200
    assert (Verifier.objects.count(), Customer.objects.count()) == (0, 0)
    assert Invite.objects.get().version == 1


def test_without_a_name_or_without_wechat_nobody_joins(open_in_wechat):
    _invite, path = make()
    assert page_with(200, Client(headers=ENGLISH).post(path, {"nickname": "小周"}))
    assert open_in_wechat("o-1", next_url=path).post(path, {"nickname": " "}).status_code == 422
    assert Verifier.objects.count() == 0


def test_a_mini_program_user_is_found_by_unionid_and_keeps_the_name(open_in_wechat):
    customer = cast.make_customer("海鸥")
    Customer.objects.filter(pk=customer.pk).update(unionid="u-1")
    _invite, path = make()
    open_in_wechat("o-1", unionid="u-1", next_url=path).post(path, {"nickname": "别名"})
    verifier = Verifier.objects.get()
    assert (verifier.customer_id, verifier.service_openid) == (customer.pk, "o-1")
    assert verifier.customer.nickname == "海鸥"


def test_who_is_a_verifier_already_gets_the_stores_beside_their_own(open_in_wechat):
    verifier = appoint(cast.make_store("老店"))
    Verifier.objects.filter(pk=verifier.pk).update(service_openid="o-1")
    _invite, path = make()
    phone = open_in_wechat("o-1", next_url=path)
    assert "Your name" not in page_with(200, phone.get(path))
    phone.post(path)
    assert {store.name for store in Verifier.objects.get().stores.all()} == {"老店", "滨江店"}


def test_who_was_switched_off_does_not_come_in_by_an_invite(open_in_wechat):
    verifier = appoint(cast.make_store())
    Verifier.objects.filter(pk=verifier.pk).update(service_openid="o-1")
    switch_off(verifier.pk, actor=BOSS)
    invite, path = make()
    assert "switched off" in page_with(403, open_in_wechat("o-1", next_url=path).post(path))
    invite.refresh_from_db()
    assert invite.state == "open"


def test_one_for_a_certain_verifier_binds_that_one(open_in_wechat):
    verifier = appoint(cast.make_store(), nickname="小周")
    path = path_of(invite_verifier(verifier.pk, actor=BOSS))
    open_in_wechat("o-1", next_url=path).post(path)
    verifier.refresh_from_db()
    assert verifier.service_openid == "o-1"
    assert Verifier.objects.count() == 1


def test_one_wechat_is_one_verifier(open_in_wechat):
    taken, verifier = appoint(cast.make_store()), appoint(cast.make_store())
    Verifier.objects.filter(pk=taken.pk).update(service_openid="o-1")
    invite = invite_verifier(verifier.pk, actor=BOSS)
    path = path_of(invite)
    assert "belongs to another verifier" in page_with(409, open_in_wechat("o-1", next_url=path).post(path))
    invite.refresh_from_db()
    assert invite.state == "open"


def test_what_is_no_open_invite_is_answered_alike(open_in_wechat):
    revoked, _path = make()
    revoke_invite(revoked.pk, actor=BOSS)
    paths = [path_of(revoked), "/v/join/none", "/v/join/" + "0" * 32, "/v/join/" + "f" * 32, "/v/join/☃"]
    phone = open_in_wechat("o-1")
    phone.get(paths[1])  # whatever a process asks once
    bodies, queries = set(), set()
    for path in paths:
        page = page_with(404, phone.get(path))
        bodies.add(re.sub(r"csrf[^>]*>|nonce-\S+|value=\"[^\"]*\"", "", page))
        queries.add(count_queries(lambda path=path: phone.get(path)))
    assert len(bodies) == 1
    assert len(queries) == 1
    with refused("already_done"):
        revoke_invite(revoked.pk, actor=cast.clerk("owner", name="李", id_=9))
