"""A verifier at the counter with the mini-program: the same services and rules as on the phone page."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from pickup.api.serializers import (
    CardOut,
    CardQuery,
    HandedOutPageOut,
    HandedOutQuery,
    VerifiedOut,
    VerifierOut,
    VerifyIn,
    WaitingPageOut,
    WaitingQuery,
    read_handout,
)
from pickup.cards import Card, find_card, read_card
from pickup.models import Verifier
from pickup.places import Place, find_place
from pickup.selectors import find_waiting, list_handed_out_since, list_waiting
from pickup.services.once import verify_once
from pickup.services.pins import check_pin
from pickup.services.verifiers import verifier_actor
from pickup.watch.guesses import counted, read_guesser_at
from pickup.watch.refusals import record_refusal, recorded
from shop import clock
from shop.customers.api import BuyerView, for_buyers
from shop.errors import Refused
from shop.http.api.idempotency import Kept, answer_json, read_key
from shop.http.api.pagination import Page, take_page
from shop.http.api.schema import BODY, IDEMPOTENCY_KEY, LIMITED, path_id
from shop.http.api.serializers import read_input

TAGS = ["verifiers"]
_CODE = path_id("code", "a pickup code: as it is typed, or the end of its link")
_PIN = ("pin_required", "no_pin", "wrong_pin", "pin_locked", "busy")
_BLOCKED = (
    "no_code",
    "too_many_guesses",
    "wrong_store",
    "already_done",
    "held",
    "aftersale_open",
    "wrong_stage",
)


class VerifierView(BuyerView):
    """An endpoint for a buyer who is a verifier; for others it is not there."""

    throttle_scope = "place"
    verifier: Verifier

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Before anything that was sent is looked at. Raises Refused `not_found` (404)."""
        super().initial(request, *args, **kwargs)
        verifier = Verifier.objects.filter(customer=self.customer).first()
        if verifier and not verifier.is_on:
            record_refusal("switched_off", verifier_actor(verifier, ()), request=self.request._request)
        if verifier is None or not verifier.is_on:
            raise Refused("not_found", _("There is no such page."), 404)
        verifier.customer = self.customer
        self.verifier = verifier

    def stand(self, store_id: int | None = None) -> Place:
        """Raises Refused `not_found` (404) for a store that is not theirs."""
        with recorded(verifier_actor(self.verifier, ()), request=self.request._request):
            return find_place(self.verifier, store_id)


class MeView(VerifierView):
    @for_buyers("get_verifier", TAGS, {200: VerifierOut}, *LIMITED, "not_found")
    def get(self) -> Place:
        """Where you hand out, if you are a verifier."""
        return self.stand()


class WaitingView(VerifierView):
    @for_buyers("list_waiting", TAGS, {200: WaitingPageOut}, *LIMITED, "not_found", page=WaitingQuery)
    def get(self, query: dict[str, Any]) -> Page[Any]:
        """What waits at one of your stores, newest first."""
        place, digits = self.stand(query["store_id"]), query.get("last_digits")
        rows = find_waiting(place.scope, digits) if digits else list_waiting(place.scope)
        return take_page(rows, query)


class HandedOutView(VerifierView):
    @for_buyers("list_handed_out", TAGS, {200: HandedOutPageOut}, *LIMITED, "not_found", page=HandedOutQuery)
    def get(self, query: dict[str, Any]) -> Page[Any]:
        """What was handed out today at one of your stores, newest first."""
        place = self.stand(query["store_id"])
        today = clock.start_of_day(timezone.localdate(clock.now()))
        return take_page(list_handed_out_since(place.store.pk, today), query)


class CardView(VerifierView):
    @for_buyers(
        "get_card",
        TAGS,
        {200: CardOut},
        *(*LIMITED, "invalid", "not_found", *_BLOCKED),
        parameters=[CardQuery, _CODE],
    )
    def get(self, code: str) -> Card:
        """The order of a code that a buyer shows you, or why it cannot be handed out. Nothing changes by looking."""
        query = read_input(CardQuery, self.request.query_params.dict())
        place = self.stand(query["store_id"])
        with counted(read_guesser_at(self.request._request, place)):
            return find_card(code, place, elsewhere=query["elsewhere"])


class VerifyView(VerifierView):
    @for_buyers(
        "verify_pickup",
        TAGS,
        {200: VerifiedOut},
        *(*BODY, *LIMITED, "not_found", *_BLOCKED, "idempotency_key_required", "in_progress"),
        *("idempotency_mismatch", "owes", "nothing_owed", "amount_mismatch", "closing", "stale"),
        *_PIN,
        *("gateway_unavailable", "nothing_chosen", "more_than_left", "line_short", "short"),
        parameters=[IDEMPOTENCY_KEY],
        request=VerifyIn,
    )
    def post(self) -> HttpResponse:
        """Hand out the goods of a code, and collect what is owed; once per Idempotency-Key."""
        key, wanted = read_key(self.request), read_input(VerifyIn, self.request.data)
        place = self.stand(wanted["store_id"])
        with recorded(place.actor, request=self.request._request):
            return answer_json(self._verify(place, key, wanted))

    def _verify(self, place: Place, key: str, wanted: dict[str, Any]) -> Kept:
        with counted(read_guesser_at(self.request._request, place)):
            card = read_card(wanted["code"], place, elsewhere=bool(wanted["reason"].strip()))
        if card.needs_pin:
            check_pin(place.verifier, wanted["pin"])
        about: dict[str, Any] = {"actor": place.actor, "expected_version": wanted["version"]}
        return verify_once(card.order.pk, read_handout(wanted), key, **about)
