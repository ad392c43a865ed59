"""The way to WeChat and back (网页授权): who opened the page, proved to this browser alone.

What is on the way stands in cookies for ten minutes: where to go on (`state`, which WeChat brings back), and then,
sealed, who it is, until an invite is accepted.
"""

import json
import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _

from pickup.phone.session import HOME, own_page
from shop import clock
from shop.clients.errors import ClientError, Rejected
from shop.clients.wechat_web import Person, WeChatWeb
from shop.crypto import Undecryptable, seal, unseal
from shop.errors import Refused
from shop.http.addresses import read_network
from shop.http.buckets import take
from shop.store.selectors import get_wechat_web

STATE, WHO = "verifier_state", "verifier_who"
HOLDS_S = 600
_SALT, _CONTEXT = "pickup.phone.wechat", "pickup.phone.who"
_EACH_MS, _FULL_MS = 2_000, 60_000


def get_client() -> WeChatWeb:
    """Raises Refused `wechat_not_set_up` (409)."""
    return get_wechat_web(base_url=settings.WECHAT_MINI_URL, open_url=settings.WECHAT_OPEN_URL)


def keep_way(response: HttpResponseBase, state: str, next_url: str) -> None:
    """Remember in this browser where it was going."""
    _set_cookie(response, STATE, signing.dumps({"state": state, "next": next_url}, salt=_SALT))


def new_state() -> str:
    return secrets.token_hex(16)


def read_way(request: HttpRequest) -> str:
    """Where the browser was going when it was sent to WeChat.

    Raises Refused `no_way` (400) for one that was not, or too long ago: somebody else's link signs nobody in.
    """
    try:
        kept = signing.loads(request.COOKIES.get(STATE, ""), salt=_SALT, max_age=HOLDS_S)
    except signing.BadSignature:
        kept = {}
    given = request.GET.get("state", "")
    if not given or not secrets.compare_digest(str(kept.get("state", "")).encode(), given.encode()):
        raise Refused("no_way", _("This took too long. Please begin again."), 400)
    return own_page(request, str(kept["next"]))


def ask_who(request: HttpRequest) -> Person:
    """Who WeChat says it is, for the code in the address.

    Raises Refused `bad_login_code` (400), `wechat_unavailable` (503), `wechat_not_set_up` (409), `too_many_tries`
    (429).
    """
    if take(f"verifier_sign_in_{read_network(request)}", each_ms=_EACH_MS, full_ms=_FULL_MS):
        raise Refused("too_many_tries", _("Too many attempts from here. Please wait a minute."), 429)
    try:
        return get_client().code_to_person(request.GET.get("code", "")[:256])
    except Rejected as error:
        raise Refused("bad_login_code", _("WeChat did not confirm it. Please begin again."), 400) from error
    except ClientError as error:
        words = _("WeChat does not answer at the moment. Please try again in a few seconds.")
        raise Refused("wechat_unavailable", words, 503, retry_after=5) from error


def keep_who(response: HttpResponseBase, person: Person) -> None:
    """Remember in this browser who it is, until an invite is accepted."""
    until = clock.now().timestamp() + HOLDS_S
    sealed = seal(json.dumps([person.openid, person.unionid, until]), context=_CONTEXT)
    _set_cookie(response, WHO, sealed)


def read_who(request: HttpRequest) -> Person | None:
    """Who came back from WeChat with this browser lately."""
    try:
        openid, unionid, until = json.loads(unseal(request.COOKIES.get(WHO, ""), context=_CONTEXT))
    except (Undecryptable, ValueError):
        return None
    return Person(openid, unionid) if until > clock.now().timestamp() else None


def forget_way(response: HttpResponseBase, *names: str) -> None:
    for name in names or (STATE, WHO):
        response.delete_cookie(name, path=HOME, samesite="Lax")


def _set_cookie(response: HttpResponseBase, name: str, value: str) -> None:
    response.set_cookie(
        name,
        value,
        max_age=HOLDS_S,
        path=HOME,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
