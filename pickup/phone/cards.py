"""The card of an order on a verifier's phone, and the press that hands it out."""

import json
import secrets
from collections.abc import Iterator
from functools import partial
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from pickup.cards import Card, find_card, read_card
from pickup.native import offer_native
from pickup.pages.codes import code
from pickup.phone.answers import show, show_outcome
from pickup.phone.forms import HandOutForm
from pickup.phone.outcomes import tell_done, tell_mistake, tell_refusal
from pickup.phone.places import read_place
from pickup.phone.session import signed_in_verifier, verifier_required
from pickup.places import Place
from pickup.services.once import verify_once
from pickup.services.pins import check_pin, has_pin
from pickup.watch.guesses import counted, read_guesser_at
from pickup.watch.refusals import recorded
from shop.errors import Refused


@never_cache
@require_safe
def card(request: HttpRequest, token: str) -> HttpResponse:
    """What the code's link shows: to a verifier the order, to anybody else nothing of it."""
    verifier = signed_in_verifier(request)
    if verifier is None:
        return code(request, token)
    place = read_place(request, verifier)
    try:
        with counted(read_guesser_at(request, place)):
            found = find_card(token, place, elsewhere="here" in request.GET)
    except Refused as refused:
        return _refuse(request, refused, place, token)
    form = HandOutForm(found, initial=_begin(found))
    context = {"place": place, "card": found, "form": form, "token": token}
    context |= {
        # Money for what waits elsewhere is taken by hand: a code would be counted to the other store.
        "native": None if found.is_elsewhere else offer_native(found.order),
        "has_pin": partial(has_pin, verifier),
    }
    return show(request, "card", context)


def _begin(card: Card) -> dict[str, Any]:
    """A press of its own for each time that the card is shown."""
    order = card.order
    return {"nonce": secrets.token_hex(16), "version": order.version, "owed": order.owed_fen}


def _refuse(request: HttpRequest, refused: Refused, place: Place, token: str) -> HttpResponse:
    """The card that is none: a page that says how the order stands, but for a code that no order has."""
    status = HTTPStatus.OK if refused.status == HTTPStatus.CONFLICT else refused.status
    return show_outcome(request, tell_refusal(refused), status, place=place, token=token)


@require_POST
@verifier_required
def verify(request: Any, token: str) -> HttpResponse:
    """Hand out what was chosen, and collect what is owed; sent again under the same nonce it does nothing more."""
    place = read_place(request, request.verifier)
    try:
        with recorded(place.actor, request=request):
            return _verify(request, place, token)
    except Refused as refused:
        return show_outcome(request, tell_refusal(refused), refused.status, place=place, token=token)


def _verify(request: HttpRequest, place: Place, token: str) -> HttpResponse:
    with counted(read_guesser_at(request, place)):
        found = read_card(token, place, elsewhere=True)
    form = HandOutForm(found, request.POST)
    if not form.is_valid():
        outcome = tell_mistake(form.errors)
        return show_outcome(request, outcome, HTTPStatus.UNPROCESSABLE_ENTITY, place=place, token=token)
    if not request.POST.get("sure"):
        context = {"place": place, "card": found, "token": token, "posted": list(_repeat(form))}
        return show(request, "sure", context)
    data = form.cleaned_data
    if found.needs_pin:
        check_pin(place.verifier, data["pin"])
    _status, body = verify_once(
        found.order.pk,
        form.read_handout(place.store.pk),
        data["nonce"],
        actor=place.actor,
        expected_version=data["version"],
    )
    return show_outcome(request, tell_done(json.loads(body)), place=place, token=token)


def _repeat(form: HandOutForm) -> Iterator[tuple[str, str]]:
    """What was posted, to be posted once more by who is sure."""
    yield from ((name, form.data[name]) for name in form.fields if name in form.data)
