"""Who is signed in on the phone page: a signed cookie with a random token, and the row that knows its digest.

It is no session of staff, and opens nothing of the console. A row ends after LIFE, when its verifier is switched off or
unbound, and with the button.
"""

import hashlib
import secrets
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from http import HTTPStatus
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.core import signing
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from pickup.models import Verifier, VerifierSession
from pickup.services.invites import refuse_switched_off
from pickup.services.verifiers import verifier_actor
from pickup.watch.refusals import record_refusal
from shop import clock
from shop.database.kept import KeptQuery, Param
from shop.http.middleware import own_address, way_back
from shop.moves.services import locked, move
from shop.staff.signing_in.devices import describe_device

COOKIE = "verifier"
HOME = "/v/"
INVITES = f"{HOME}join/"
LIFE = timedelta(hours=12)
_signer = signing.Signer(salt="pickup.phone.session")
_KNOWN = "_signed_in_verifier"
P = ParamSpec("P")
_LIVE = KeptQuery(
    lambda: VerifierSession.objects.select_related("verifier__customer").filter(
        digest=Param("digest", models.CharField()),
        expires_at__gt=Param("now", models.DateTimeField()),
        revoked_at__isnull=True,
        verifier__is_on=True,
    )
)


def sign_in(request: HttpRequest, response: HttpResponseBase, verifier: Verifier) -> None:
    """Let this phone be the verifier's from now on, and nobody else's. Raises Refused `switched_off` (403)."""
    refuse_switched_off(verifier)
    _end(request)
    token, moment, device = secrets.token_urlsafe(32), clock.now(), describe_device(request)
    actor = verifier_actor(verifier)
    with locked(Verifier, verifier.pk, "verifier.sign_in", actor) as fresh:
        VerifierSession.objects.create(
            verifier=fresh,
            digest=_digest(token),
            device=device["name"],
            made_at=moment,
            expires_at=moment + LIFE,
        )
        move(fresh, "verifier.sign_in", actor=actor, data={"device": device["name"], "ip": device["ip"]})
    response.set_cookie(
        COOKIE,
        _signer.sign(token),
        max_age=int(LIFE.total_seconds()),
        path=HOME,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def sign_out(request: HttpRequest, response: HttpResponseBase) -> None:
    """End the session of this phone."""
    _end(request)
    response.delete_cookie(COOKIE, path=HOME, samesite="Lax")


def _end(request: HttpRequest) -> None:
    if token := _read_token(request):
        live = VerifierSession.objects.filter(digest=_digest(token), revoked_at=None)
        live.update(revoked_at=clock.now())


def signed_in_verifier(request: HttpRequest) -> Verifier | None:
    """Whose phone it is, None for nobody's: one query in each request, whoever asks for it how often."""
    if not hasattr(request, _KNOWN):
        setattr(request, _KNOWN, _find_verifier(request))
    verifier: Verifier | None = getattr(request, _KNOWN)
    return verifier


def _find_verifier(request: HttpRequest) -> Verifier | None:
    if not (token := _read_token(request)):
        return None
    if row := _LIVE.first(digest=_digest(token), now=clock.now()):
        return row.verifier
    ended = VerifierSession.objects.filter(digest=_digest(token), verifier__is_on=False).first()
    if ended:
        record_refusal("switched_off", verifier_actor(ended.verifier), request=request)
    return None


def _read_token(request: HttpRequest) -> str:
    cookie = request.COOKIES.get(COOKIE, "")
    if not cookie:
        return ""
    try:
        return _signer.unsign(cookie)
    except signing.BadSignature:
        record_refusal("forged", request=request)
        return ""


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def verifier_required(view: Callable[Concatenate[Any, P], HttpResponseBase]) -> Any:
    """Only for who is signed in as a verifier, who is then `request.verifier`; others are led to the sign-in.

    They come back to the page they were on, not to the address of its button. Scripts are told instead: htmx to go
    there, and what asks for JSON by 401.
    """

    @wraps(view)
    def guarded(request: Any, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        verifier = signed_in_verifier(request)
        if verifier is None:
            return _ask_to_sign_in(request)
        request.verifier = verifier
        return view(request, *args, **kwargs)

    return guarded


def _ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    is_page = request.method in ("GET", "HEAD") and not getattr(request, "htmx", False)
    wanted = request.get_full_path() if is_page else way_back(request)
    url = f"{reverse('phone:sign_in')}?{urlencode({'next': own_page(request, wanted)})}"
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(url)
    if "application/json" in request.headers.get("Accept", ""):
        body = {"code": "not_authenticated", "message": _("Sign in again."), "extra": {"url": url}}
        return JsonResponse(body, status=HTTPStatus.UNAUTHORIZED)
    return redirect(url)


def own_page(request: HttpRequest, target: str) -> str:
    """`target` if it is an address of the phone's pages, else their home."""
    parts = urlsplit(own_address(request, target, otherwise=HOME))
    found = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return found if found.startswith(HOME) and ".." not in found else HOME
