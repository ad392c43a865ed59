"""Signing in by WeChat: the service account says who it is, and only to the browser that asked."""

from urllib.parse import urlsplit

import pytest
from django.test import Client

from pickup.models import CounterRefusal, Verifier, VerifierSession
from pickup.services.invites import invite_verifier, make_link
from pickup.services.verifiers import switch_off, unbind_wechat
from shop.customers.models import Customer
from shop.events.models import Event
from shop.store.models import WeChatAccount
from tests import cast
from tests.console import ENGLISH, page_with
from tests.pickup.counter import appoint
from tests.pickup.phone.conftest import come_back

pytestmark = pytest.mark.usefixtures("wechat")
MANAGER = cast.clerk("manager", name="王店长", id_=2)


def known_by(unionid: str) -> Verifier:
    verifier = appoint(cast.make_store())
    Customer.objects.filter(pk=verifier.customer_id).update(unionid=unionid)
    return verifier


def test_known_by_unionid_at_first_and_by_openid_from_then_on(open_in_wechat):
    verifier = known_by("u-1")
    phone = open_in_wechat("o-1", unionid="u-1")
    assert phone.answer["Location"] == "/v/account/"
    assert phone.get("/v/account/").status_code == 200
    verifier.refresh_from_db()
    assert verifier.service_openid == "o-1"
    assert open_in_wechat("o-1").get("/v/account/").status_code == 200
    verbs = Event.objects.filter(kind="verifier").order_by("number").values_list("verb", flat=True)
    assert list(verbs)[1:] == ["verifier.sign_in", "verifier.bind", "verifier.sign_in"]
    assert not any("o-1" in str(event.data) for event in Event.objects.all())


@pytest.mark.parametrize("unionid", ["", "u-2"])
def test_a_stranger_is_no_verifier(open_in_wechat, unionid):
    known_by("u-1")
    appoint(cast.make_store())
    assert "belongs to no verifier" in page_with(403, open_in_wechat("o-9", unionid=unionid).answer)
    assert VerifierSession.objects.count() == 0


def test_another_openid_with_a_bound_verifiers_unionid_is_not_them(open_in_wechat):
    """The same person has one openid for the service account: another one with their unionid is made up."""
    verifier = known_by("u-1")
    Verifier.objects.filter(pk=verifier.pk).update(service_openid="o-1")
    assert open_in_wechat("o-2", unionid="u-1").answer.status_code == 403


def test_who_was_unbound_comes_in_by_an_invite_alone(open_in_wechat):
    verifier = known_by("u-1")
    open_in_wechat("o-1", unionid="u-1")
    unbind_wechat(verifier.pk, actor=MANAGER)
    assert "belongs to no verifier" in page_with(403, open_in_wechat("o-1", unionid="u-1").answer)
    invite = urlsplit(make_link(invite_verifier(verifier.pk, actor=MANAGER))).path
    phone = open_in_wechat("o-1", unionid="u-1", next_url=invite)
    assert phone.post(invite).status_code == 302
    assert open_in_wechat("o-1", unionid="u-1").get("/v/account/").status_code == 200


def test_switched_off_is_refused_and_recorded(open_in_wechat):
    verifier = known_by("u-1")
    switch_off(verifier.pk, actor=MANAGER)
    assert "switched off" in page_with(403, open_in_wechat("o-1", unionid="u-1").answer)
    row = CounterRefusal.objects.get()
    assert (row.code, row.actor_kind, row.actor_id) == ("switched_off", "verifier", verifier.pk)


def test_somebody_elses_way_back_signs_nobody_in(wechat):
    """A link with a code of the attacker's, opened by the victim: the state is not of their browser."""
    known_by("u-1")
    code = wechat.do("web-codes", openid="o-1", unionid="u-1")["code"]
    for query in ({"code": code}, {"code": code, "state": ""}, {"code": code, "state": "a" * 32}):
        assert Client(headers=ENGLISH).get("/v/sign-in/back/", query).status_code == 400
    phone = Client(headers=ENGLISH)
    phone.get("/v/sign-in/wechat/")
    assert phone.get("/v/sign-in/back/", {"code": code, "state": "b" * 32}).status_code == 400
    assert VerifierSession.objects.count() == 0


def test_a_state_is_good_once(wechat):
    known_by("u-1")
    phone = Client(headers=ENGLISH)
    state = phone.get("/v/sign-in/wechat/")["Location"].split("state=")[1].split("#")[0]
    codes = [wechat.do("web-codes", openid="o-1", unionid="u-1")["code"] for _ in range(2)]
    answers = [phone.get("/v/sign-in/back/", {"code": code, "state": state}).status_code for code in codes]
    assert answers == [302, 400]


def test_wechat_away_or_refusing_is_said(wechat):
    phone = Client(headers=ENGLISH)
    wechat.fail("error_500", "/sns/oauth2/")
    assert "WeChat does not answer" in page_with(503, come_back(phone, wechat, "o-1"))
    state = phone.get("/v/sign-in/wechat/")["Location"].split("state=")[1].split("#")[0]
    answer = phone.get("/v/sign-in/back/", {"code": "none", "state": state})
    assert "WeChat did not confirm it" in page_with(400, answer)


def test_tries_from_one_place_are_few(wechat):
    phone = Client(headers=ENGLISH)
    codes = [come_back(phone, wechat, "o-9").status_code for _ in range(31)]
    assert codes == [403] * 30 + [429]


def test_without_credentials_it_is_said(client):
    WeChatAccount.objects.update(service_appid="")
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    assert "no credentials yet" in page_with(409, client.get("/v/sign-in/wechat/"))
