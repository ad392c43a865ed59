"""Serving stored pictures; in production the proxy does this from the same folder."""

import re

from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

_PATH = re.compile(r"^pictures/[\w-]{2}/[\w-]{20,60}\.jpg$")


@require_safe
def picture(request: HttpRequest, path: str) -> HttpResponse:
    """A picture by its unguessable path, with headers that keep browsers from running it."""
    if not _PATH.match(path) or not default_storage.exists(path):
        raise Http404
    with default_storage.open(path) as file:
        response = HttpResponse(file.read(), content_type="image/jpeg")
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    response["Content-Disposition"] = "inline"
    response["X-Content-Type-Options"] = "nosniff"
    return response
