"""Paying on the spot by a code on the verifier's phone: POST asks for it, GET says whether it is paid."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from orders.payments.services.native import start_native
from pickup.codes import find_order
from pickup.native import NativeView
from pickup.phone.session import signed_in_verifier, verifier_required
from pickup.services.verifiers import verifier_actor
from shop.actor import Actor
from shop.errors import Refused


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@verifier_required
def native(request: HttpRequest, token: str) -> HttpResponse:
    """The part of the card that shows the code; 204 while the screen shows all there is (`?seen=`)."""
    try:
        return _answer(request, token)
    except Refused as refused:
        # A phone has no page to be led back to.
        return HttpResponse(str(refused), status=refused.status, content_type="text/plain; charset=utf-8")


def _answer(request: HttpRequest, token: str) -> HttpResponse:
    """Raises Refused `no_code` (404)."""
    verifier = signed_in_verifier(request)
    assert verifier is not None  # noqa: S101 - `verifier_required` has let them in
    actor = verifier_actor(verifier)
    error = _start(token, actor) if request.method == "POST" else ""
    seen = request.GET.get("seen", "")
    view = NativeView(find_order(token, actor=actor), error, was_shown=seen not in ("", "none"))
    if view.mark == seen:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    context = {"view": view, "token": token}
    # A script takes the part; without one it is a page.
    is_part = request.headers.get("X-Part") == "native"
    return render(request, "pickup/phone/_native.html" if is_part else "pickup/phone/native.html", context)


def _start(token: str, actor: Actor) -> str:
    """Ask for a code; the sentence of why there is none, "" where there is one."""
    order = find_order(token, actor=actor)
    try:
        start_native(order.pk, actor=actor)
    except Refused as refused:
        return str(refused)
    return ""
