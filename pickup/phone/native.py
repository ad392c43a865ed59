"""Paying on the spot by a code on the verifier's phone: POST asks for it, GET says whether it is paid."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from orders.models import Order
from orders.payments.services.native import start_native
from pickup.cards import read_card
from pickup.native import NativeView
from pickup.phone.places import read_place
from pickup.phone.session import verifier_required
from pickup.places import Place
from pickup.watch.guesses import counted, read_guesser_at
from pickup.watch.refusals import record_refusal
from shop.actor import Actor
from shop.errors import Refused


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@verifier_required
def native(request: Any, token: str) -> HttpResponse:
    """The part of the card that shows the code; 204 while the screen shows all there is (`?seen=`)."""
    place = read_place(request, request.verifier)
    try:
        return _answer(request, place, token)
    except Refused as refused:
        if request.method == "POST":
            record_refusal(refused.code, place.actor, request=request)
        # A phone has no page to be led back to.
        return HttpResponse(str(refused), status=refused.status, content_type="text/plain; charset=utf-8")


def _answer(request: HttpRequest, place: Place, token: str) -> HttpResponse:
    """Raises Refused as `_find` does."""
    order, error = _find(request, place, token), ""
    if request.method == "POST":
        error = _start(order, place.actor)
        order = _find(request, place, token)
    seen = request.GET.get("seen", "")
    view = NativeView(order, error, was_shown=seen not in ("", "none"))
    if view.mark == seen:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    context = {"view": view, "token": token}
    # A script takes the part; without one it is a page.
    is_part = request.headers.get("X-Part") == "native"
    return render(request, "pickup/phone/_native.html" if is_part else "pickup/phone/native.html", context)


def _find(request: HttpRequest, place: Place, token: str) -> Order:
    """A code is looked up here as well: whoever guesses waits. Raises Refused as `read_card` does."""
    with counted(read_guesser_at(request, place)):
        return read_card(token, place).order


def _start(order: Order, actor: Actor) -> str:
    """Ask for a code; the sentence of why there is none, "" where there is one."""
    try:
        start_native(order.pk, actor=actor)
    except Refused as refused:
        return str(refused)
    return ""
