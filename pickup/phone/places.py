"""At which of their stores a verifier stands: kept by the phone, and believed of their own stores only."""

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from pickup.models import Verifier
from pickup.places import Place, find_place
from shop.http.api.fields import read_id

_COOKIE = "verifier_store"
_YEAR_S = 365 * 24 * 3600


def read_place(request: HttpRequest, verifier: Verifier) -> Place:
    """The store that the phone remembers, else the first of theirs."""
    stores = find_place(verifier)
    chosen = read_id(request.COOKIES.get(_COOKIE, ""))
    here = [store for store in stores.stores if store.pk == chosen]
    return Place(verifier, stores.stores, here[0]) if here else stores


def keep_place(response: HttpResponseBase, place: Place) -> None:
    response.set_cookie(
        _COOKIE,
        str(place.store.pk),
        max_age=_YEAR_S,
        path="/v/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
