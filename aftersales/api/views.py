"""Asking for an after-sale, looking at it, sending back, giving it up; only its buyer finds it."""

import json
from http import HTTPStatus
from typing import Any

from rest_framework.response import Response

from aftersales.api.serializers import (
    AftersaleOut,
    AftersalePageOut,
    AskIn,
    DisputeIn,
    OptionsOut,
    ReasonIn,
    ReasonListOut,
    ReturnIn,
    read_claim,
)
from aftersales.choices import About, DisputeState, State
from aftersales.models import Aftersale
from aftersales.rules import find_why_not, list_choosable, list_kinds
from aftersales.selectors import get_aftersale, list_in
from aftersales.services.alone import cancel_alone
from aftersales.services.applying import correct_reason, open_aftersale, withdraw_aftersale
from aftersales.services.disputing import open_dispute, withdraw_dispute
from aftersales.services.returns import is_sent_under, renumber, send_back
from aftersales.terms.selectors import get_terms, list_reasons
from orders.scope import scope_key
from orders.selectors import get_order
from shop.actor import Actor
from shop.customers.api import BuyerView, Wanted, for_buyers
from shop.http.api.idempotency import Answer, Command, fingerprint, read_key, run_once
from shop.http.api.pagination import PageQuery, take_page
from shop.http.api.schema import BODY, IDEMPOTENCY_KEY, LIMITED, path_id
from shop.http.api.serializers import StrictSerializer, read_input

TAGS = ["after-sales"]
ORDER = path_id("number", "number of one of your orders")
NUMBER = path_id("aftersale", "number of one of your after-sales")
_MOVE = ("not_found", "wrong_stage", "already_done", "stale")
_PARCEL = ("tracking_required", "courier_required", "own_number", "duplicate_tracking")


class NothingIn(StrictSerializer):
    """No fields."""


def show_aftersale(number: str, actor: Actor) -> dict[str, Any]:
    """One of the buyer's as answers show it. Raises Refused `not_found`."""
    aftersale = _read(get_aftersale(number, actor=actor))
    return dict(AftersaleOut(aftersale, context={"actor": actor}).data)


def _read(aftersale: Aftersale) -> Aftersale:
    rows = Aftersale.objects.select_related("order__customer")
    return rows.prefetch_related("lines__order_line", "pictures__picture").get(pk=aftersale.pk)


class ReasonsView(BuyerView):
    @for_buyers("list_aftersale_reasons", TAGS, {200: ReasonListOut})
    def get(self) -> Response:
        """The reasons to choose from."""
        return Response(ReasonListOut({"results": list_reasons()}).data)


class OptionsView(BuyerView):
    @for_buyers("get_aftersale_options", TAGS, {200: OptionsOut}, "not_found", parameters=[ORDER])
    def get(self, number: str) -> Response:
        """What you can ask for about an order now, line by line."""
        order = get_order(number, actor=self.actor)
        refused = find_why_not(order, get_terms(), self.actor)
        lines = [] if refused else list_choosable(order, list(order.lines.order_by("id")))
        options = {"refused": str(refused or ""), "kinds": list_kinds(lines), "lines": lines}
        return Response(OptionsOut(options).data)


class AftersalesView(BuyerView):
    @for_buyers("list_aftersales", TAGS, {200: AftersalePageOut}, page=PageQuery)
    def get(self, query: dict[str, Any]) -> Response:
        """Your after-sales, newest first."""
        rows = list_in(scope_key(self.actor)).select_related("order__customer")
        page = take_page(rows.prefetch_related("lines__order_line", "pictures__picture"), query)
        return Response(AftersalePageOut(page, context={"actor": self.actor}).data)


class AskView(BuyerView):
    throttle_scope = "pay"

    @for_buyers(
        "ask_aftersale",
        TAGS,
        {201: AftersaleOut},
        *(*BODY, *LIMITED, "not_found", "idempotency_key_required", "in_progress", "idempotency_mismatch"),
        *(
            "nothing_chosen",
            "aftersale_too_late",
            "aftersale_refused",
            "aftersale_too_many",
            "line_in_aftersale",
        ),
        *("sent_and_unsent", "no_such_reason", "over_share", "bad_pictures", "bad_sku"),
        parameters=[ORDER, IDEMPOTENCY_KEY],
        request=AskIn,
    )
    def post(self, number: str) -> Response:
        """Ask for an after-sale, once per Idempotency-Key.

        Where the shop lets buyers cancel by themselves for some minutes, what was not sent is cancelled at once.
        """
        order = get_order(number, actor=self.actor)
        key, wanted = read_key(self.request), read_input(AskIn, self.request.data)

        def ask() -> Answer:
            made = open_aftersale(order.pk, read_claim(wanted), actor=self.actor)
            return HTTPStatus.CREATED, {"number": made.number}

        command = Command(f"aftersale:{self.customer.pk}", key, fingerprint(self.request))
        _status, kept = run_once(command, ask)
        asked = str(json.loads(kept)["number"])
        cancel_alone(asked)
        return Response(show_aftersale(asked, self.actor), HTTPStatus.CREATED)


class AftersaleView(BuyerView):
    @for_buyers("get_aftersale", TAGS, {200: AftersaleOut}, "not_found", parameters=[NUMBER])
    def get(self, aftersale: str) -> Response:
        """One of your after-sales."""
        return Response(show_aftersale(aftersale, self.actor))


class _MoveView(BuyerView):
    """Base of what is done to an after-sale: it answers with it as it is then."""

    def find(self, aftersale: str) -> int:
        return get_aftersale(aftersale, actor=self.actor).pk

    def answer(self, aftersale: str) -> Response:
        return Response(show_aftersale(aftersale, self.actor))


class WithdrawView(_MoveView):
    @for_buyers(
        "withdraw_aftersale",
        TAGS,
        {200: AftersaleOut},
        *(*_MOVE, "parcel_arrived"),
        parameters=[NUMBER],
        body=NothingIn,
    )
    def post(self, _wanted: Wanted, aftersale: str) -> Response:
        """Give it up: the order goes on as if you had not asked. Said again it is answered as it is."""
        asked = get_aftersale(aftersale, actor=self.actor)
        if asked.state != State.WITHDRAWN:
            withdraw_aftersale(asked.pk, actor=self.actor)
        return self.answer(aftersale)


class SendBackView(_MoveView):
    @for_buyers(
        "send_goods_back",
        TAGS,
        {200: AftersaleOut},
        *(*_MOVE, *_PARCEL),
        parameters=[NUMBER],
        body=ReturnIn,
    )
    def post(self, wanted: Wanted, aftersale: str) -> Response:
        """Say in which parcel you have sent the goods back; enclose the order's number.

        Said again it is answered as it is.
        """
        agreed = get_aftersale(aftersale, actor=self.actor)
        if not is_sent_under(agreed, **wanted):
            send_back(agreed.pk, actor=self.actor, **wanted)
        return self.answer(aftersale)


class RenumberView(_MoveView):
    @for_buyers(
        "renumber_return",
        TAGS,
        {200: AftersaleOut},
        *(*_MOVE, *_PARCEL, "parcel_arrived", "same_number"),
        parameters=[NUMBER],
        body=ReturnIn,
    )
    def post(self, wanted: Wanted, aftersale: str) -> Response:
        """Put the number of the parcel right, until it arrives."""
        renumber(self.find(aftersale), actor=self.actor, **wanted)
        return self.answer(aftersale)


class ReasonView(_MoveView):
    @for_buyers(
        "correct_aftersale_reason",
        TAGS,
        {200: AftersaleOut},
        *("not_found", "no_such_reason"),
        parameters=[NUMBER],
        body=ReasonIn,
    )
    def post(self, wanted: Wanted, aftersale: str) -> Response:
        """Say that the reason was another one; nobody else can."""
        correct_reason(self.find(aftersale), wanted["reason_id"], actor=self.actor)
        return self.answer(aftersale)


class DisputeView(_MoveView):
    throttle_scope = "pay"

    @for_buyers(
        "dispute_aftersale",
        TAGS,
        {200: AftersaleOut},
        *(*_MOVE, *LIMITED, "dispute_decided", "dispute_too_early", "bad_pictures"),
        parameters=[NUMBER],
        body=DisputeIn,
    )
    def post(self, wanted: Wanted, aftersale: str) -> Response:
        """Let a supervisor of the shop decide: what was refused or closed, or what the shop has not done in time.

        Said again it is answered as it is.
        """
        asked = get_aftersale(aftersale, actor=self.actor)
        if not asked.is_disputed:
            about, words, image_ids = About(wanted["about"]), wanted["words"], wanted["image_ids"]
            open_dispute(asked.pk, about=about, words=words, picture_ids=image_ids, actor=self.actor)
        return self.answer(aftersale)


class WithdrawDisputeView(_MoveView):
    @for_buyers(
        "withdraw_dispute",
        TAGS,
        {200: AftersaleOut},
        *(*_MOVE, "not_disputed"),
        parameters=[NUMBER],
        body=NothingIn,
    )
    def post(self, _wanted: Wanted, aftersale: str) -> Response:
        """Take the dispute back, until it is decided: the case goes on. Said again it is answered as it is."""
        asked = get_aftersale(aftersale, actor=self.actor)
        if asked.dispute != DisputeState.WITHDRAWN:
            withdraw_dispute(asked.pk, actor=self.actor)
        return self.answer(aftersale)
