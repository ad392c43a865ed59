"""Web authorisation of the service account against a strict stand-in."""

from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from shop.clients.errors import Rejected, Unknown
from shop.clients.wechat_web import WeChatWeb
from shop.demo.standins import StandInServer
from tests.clients.conftest import Demo

BACK = "https://shop.example/v/sign-in/back/"


@pytest.fixture
def web(standins: StandInServer) -> WeChatWeb:
    made, url = standins.world.credentials, standins.base_url
    return WeChatWeb(made.service_appid, made.service_secret, base_url=url, open_url=url, timeout=2.0)


def open_page(url: str) -> requests.Response:
    return requests.get(url, allow_redirects=False, timeout=10)


def test_the_browser_is_led_there_and_back_and_the_code_says_who_it_is(web: WeChatWeb, demo: Demo):
    demo.post("behaviour", web_person={"openid": "o-zhou", "unionid": "u-zhou"})
    answer = open_page(web.authorize_url(BACK, state="abc123"))
    assert answer.status_code == 302
    back = urlsplit(answer.headers["Location"])
    assert answer.headers["Location"].startswith(BACK)
    (code,), (state,) = (parse_qs(back.query)[name] for name in ("code", "state"))
    assert state == "abc123"
    person = web.code_to_person(code)
    assert (person.openid, person.unionid) == ("o-zhou", "u-zhou")
    assert "zhou" not in repr(person)
    with pytest.raises(Rejected) as again:
        web.code_to_person(code)
    assert again.value.code == "40163"


def test_who_has_no_unionid_has_none(web: WeChatWeb, demo: Demo):
    code = demo.post("web-codes", openid="o-wu")["code"]
    assert web.code_to_person(code).unionid == ""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("snsapi_base", "snsapi_login"),
        ("response_type=code", "response_type=token"),
        ("state=abc", "state=a-b"),
        ("https%3A%2F%2Fshop.example", "http%3A%2F%2Fshop.example"),
        ("appid=wx", "appid=wy"),
        ("response_type=code&scope=snsapi_base", "scope=snsapi_base&response_type=code"),
    ],
)
def test_the_page_is_strict(web: WeChatWeb, old: str, new: str):
    url = web.authorize_url(BACK, state="abc")
    assert old in url
    assert open_page(url.replace(old, new)).json()["errcode"] > 0


def test_unknown_codes_and_other_secrets_are_refused(web: WeChatWeb, standins: StandInServer, demo: Demo):
    with pytest.raises(Rejected) as unknown:
        web.code_to_person("none ☃")
    assert unknown.value.code == "40029"
    login = demo.login_code()
    with pytest.raises(Rejected):
        web.code_to_person(login)
    made = standins.world.credentials
    other = WeChatWeb(made.service_appid, "wrong", base_url=standins.base_url)
    with pytest.raises(Rejected) as refused:
        other.code_to_person(demo.post("web-codes", openid="o-wu")["code"])
    assert refused.value.code == "40125"


@pytest.mark.parametrize("kind", ["error_500", "truncated", "html", "timeout_after"])
def test_what_is_no_answer_is_believed_by_nobody(web: WeChatWeb, demo: Demo, kind: str):
    code = demo.post("web-codes", openid="o-wu")["code"]
    demo.add_fault("/sns/oauth2/", kind)
    with pytest.raises(Unknown):
        web.code_to_person(code)
