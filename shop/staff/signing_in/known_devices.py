"""Browsers in which somebody has signed in before: strangers cannot lock them out by guessing from the same network.

(OWASP, Blocking Brute Force Attacks, "device cookies".) Wrong passwords are counted by user name and door; a known
browser has a door of its own, and so has the question for the password within a session.
"""

import hashlib
import ipaddress
import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from shop.http.addresses import read_network
from shop.staff.models import StaffUser

COOKIE = "known_device"
HOLDS_S = 180 * 24 * 3600
_signer = signing.TimestampSigner(salt="shop.staff.signing_in.known_devices")
# Unique local addresses (RFC 4193), which no client has: the lockout knows doors as addresses.
_PRIVATE = b"\xfd"


def remember_device(response: HttpResponse, user: StaffUser) -> None:
    """This browser is known for this person from now on."""
    response.set_cookie(
        COOKIE,
        _signer.sign(f"{user.pk}.{secrets.token_urlsafe(12)}"),
        max_age=HOLDS_S,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def read_door(request: HttpRequest) -> str | None:
    """By what wrong passwords are counted: the session, the known browser of that person, or else the network."""
    user = getattr(request, "user", None)
    if isinstance(user, StaffUser):
        return _make_door(f"session {request.session.session_key}")
    cookie = request.COOKIES.get(COOKIE, "")
    if cookie and _is_known_for(cookie, request.POST.get("username", "")):
        return _make_door(f"device {cookie}")
    return read_network(request)


def _is_known_for(cookie: str, username: str) -> bool:
    try:
        pk = _signer.unsign(cookie, max_age=HOLDS_S).partition(".")[0]
    except signing.BadSignature:
        return False
    return StaffUser.objects.filter(pk=int(pk), username=username).exists()


def _make_door(name: str) -> str:
    return str(ipaddress.IPv6Address(_PRIVATE + hashlib.sha256(name.encode()).digest()[:15]))
