"""Who is signed in as a verifier on a phone, and the door of the pages that are theirs."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.core.signing import BadSignature
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect

from pickup.models import Verifier

COOKIE = "verifier"
SALT = "pickup.phone"
HOLDS_FOR_S = 12 * 3600
SIGN_IN = "/v/sign-in/"


def signed_in_verifier(request: HttpRequest) -> Verifier | None:
    """The verifier of this phone, None for anybody else and for one who was switched off."""
    try:
        pk = request.get_signed_cookie(COOKIE, salt=SALT, max_age=HOLDS_FOR_S)
    except (KeyError, BadSignature):
        return None
    return Verifier.objects.select_related("customer").filter(pk=pk, is_on=True).first()


def verifier_required(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A page for verifiers, who are `request.verifier`; everybody else is asked to sign in."""

    @wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        verifier = signed_in_verifier(request)
        if verifier is None:
            goes_on = request.get_full_path() if request.method in ("GET", "HEAD") else "/v/"
            return HttpResponseRedirect(f"{SIGN_IN}?{urlencode({'next': goes_on})}")
        request.verifier = verifier
        return view(request, *args, **kwargs)

    return guarded
