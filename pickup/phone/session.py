"""Who is signed in as a verifier on this phone."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from pickup.models import Verifier
from shop.errors import Refused

COOKIE, SALT, LIFE_S = "verifier", "verifier session", 12 * 3600


def signed_in_verifier(request: HttpRequest) -> Verifier | None:
    """Whose phone it is, None for nobody's and for who hands out no more."""
    pk = request.get_signed_cookie(COOKIE, default="", salt=SALT, max_age=LIFE_S) or ""
    if not pk.isdecimal():
        return None
    return Verifier.objects.filter(pk=pk, is_on=True).select_related("customer").first()


def verifier_required(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let in signed-in verifiers only. Raises Refused `forbidden` (403)."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if signed_in_verifier(request) is None:
            raise Refused("forbidden", _("Sign in as a verifier first."), 403)
        return view(request, *args, **kwargs)

    return guarded
