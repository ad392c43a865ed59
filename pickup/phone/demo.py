"""The demo's way in: a list of its verifiers instead of WeChat. Anywhere else it is not there."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from pickup.models import Verifier
from pickup.phone import session


@require_POST
def sign_in_as(request: HttpRequest) -> HttpResponseBase:
    """Sign in as the verifier of the button that was pressed."""
    if not settings.DEMO:
        raise Http404
    pk = request.POST.get("as", "")
    verifier = get_object_or_404(Verifier, pk=int(pk) if pk.isdecimal() and len(pk) < 19 else 0, is_on=True)
    response = redirect(session.own_page(request, request.POST.get("next", "")))
    session.sign_in(request, response, verifier)
    return response
