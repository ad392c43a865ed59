"""Serving stored pictures; in production a proxy may serve the public ones from the same folder."""

import re

from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from shop.files.models import Picture
from shop.files.storage import storage_of

PATH = re.compile(r"^pictures/[\w-]{2}/[\w-]{20,60}\.jpg$")


@require_safe
def picture(request: HttpRequest, path: str) -> HttpResponse:
    """A picture by its unguessable path, with headers that keep browsers from running it."""
    if not PATH.match(path) or not default_storage.exists(path):
        raise Http404
    with default_storage.open(path) as file:
        return _send(file.read(), cache="public, max-age=31536000, immutable")


def send_picture(picture: Picture, *, cache: str) -> HttpResponse:
    """A picture wherever it is stored."""
    storage = storage_of(picture)
    if not storage.exists(picture.path):
        raise Http404
    with storage.open(picture.path) as file:
        return _send(file.read(), cache=cache)


def _send(content: bytes, *, cache: str) -> HttpResponse:
    response = HttpResponse(content, content_type="image/jpeg")
    response["Cache-Control"] = cache
    response["Content-Disposition"] = "inline"
    response["X-Content-Type-Options"] = "nosniff"
    return response
