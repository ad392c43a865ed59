"""Showing stored pictures; in production a proxy may serve the public ones from the same folder."""

import re

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_safe

from shop.files.loose import answering
from shop.files.models import Picture, Place
from shop.storage import get_store

PATH = re.compile(r"^pictures/[\w-]{2}/[\w-]{20,60}\.jpg$")
JPEG = "image/jpeg"
FOR_EVER = "public, max-age=31536000, immutable"
PUBLIC_LINK_HOLDS_S = 3600
PRIVATE_LINK_HOLDS_S = 60


@require_safe
def picture(request: HttpRequest, path: str) -> HttpResponse:
    """A picture by its unguessable path, with headers that keep browsers from running it."""
    if not PATH.match(path):
        raise Http404
    headers = _make_headers(FOR_EVER)
    if link := get_store(Place.PUBLIC).link(path, holds_s=PUBLIC_LINK_HOLDS_S, headers=headers):
        # The same link again for a while: browsers keep what lies behind it under this address.
        return _redirect(link, cache=f"public, max-age={PUBLIC_LINK_HOLDS_S // 2}")
    return _send(Place.PUBLIC, path, headers)


def send_private(picture: Picture) -> HttpResponse:
    """A private picture to whoever was found to be allowed to see it."""
    cache = "private, no-store"
    headers = _make_headers(cache)
    if link := get_store(Place.PRIVATE).link(picture.path, holds_s=PRIVATE_LINK_HOLDS_S, headers=headers):
        return _redirect(link, cache=cache)
    return _send(Place.PRIVATE, picture.path, headers)


def _make_headers(cache: str) -> dict[str, str]:
    return {"Content-Type": JPEG, "Content-Disposition": "inline", "Cache-Control": cache}


def _redirect(link: str, *, cache: str) -> HttpResponse:
    response = HttpResponseRedirect(link)
    response["Cache-Control"] = cache
    response["Referrer-Policy"] = "no-referrer"
    return response


def _send(place: Place, path: str, headers: dict[str, str]) -> HttpResponse:
    try:
        with answering():
            content = b"".join(get_store(place).read(path))
    except FileNotFoundError:
        raise Http404 from None
    return HttpResponse(content, headers={**headers, "X-Content-Type-Options": "nosniff"})
