"""What may happen to the journey of a parcel: what its courier tells, and what people do about it."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from orders.scope import rows_in_scope, scope_key
from orders.tracking.models import ON_ITS_WAY, Journey, Tracking, Trouble
from shop.errors import Refused
from shop.events.words import Part, label_facts, tell_only, tells
from shop.moves.table import (
    BY_GATEWAY,
    BY_STAFF,
    BY_SYSTEM,
    DONE,
    NOWHERE,
    WHY,
    Move,
    Subject,
    register,
    stay,
    to,
)

_SHIP = "orders.ship"
_FACTS = {"courier": str, "tracking_no": str}
_HEARD = _FACTS | {"trouble": str}

HEARD: dict[Journey, str] = {state: f"tracking.{state}" for state in Journey if state != Journey.NOTHING}
"""The verb of each state that a courier may tell."""
_DONE_WORDS = {
    Journey.COLLECTED: _("The courier has the parcel"),
    Journey.IN_TRANSIT: _("The parcel is on its way"),
    Journey.DELIVERING: _("The parcel is out for delivery"),
    Journey.IN_LOCKER: _("The parcel lies in a locker or shop"),
    Journey.PROBLEM: _("The courier reports a problem with the parcel"),
    Journey.REFUSED: _("The recipient refuses the parcel"),
    Journey.RETURNING: _("The parcel is coming back"),
    Journey.RETURNED: _("The parcel has come back"),
    Journey.DELIVERED: _("The courier has delivered the parcel"),
}
_BAD = (Journey.PROBLEM, Journey.REFUSED, Journey.RETURNING, Journey.RETURNED)
tell_only("tracking")
label_facts("tracking", reason=_("Reason"), notice=_("To the buyer"))


@tells("tracking", "trouble")
def _tell_trouble(trouble: Any, _data: Mapping[str, Any]) -> Iterator[Part]:
    yield Part("", str(Trouble(trouble).label if trouble in Trouble.values else trouble))


@tells("tracking", "tracking_no")
def _tell_number(number: Any, _data: Mapping[str, Any]) -> Iterator[Part]:
    yield Part(_("Tracking number"), str(number))


@tells("tracking", "until")
def _tell_until(until: Any, _data: Mapping[str, Any]) -> Iterator[Part]:
    moment = parse_datetime(str(until))
    yield Part(_("Snoozed until"), f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else str(until))


def is_live(tracking: Tracking) -> Refused | None:
    if tracking.is_live:
        return None
    return Refused(
        "tracking_over", _("This parcel has arrived, or has another number: there is nothing to do.")
    )


def is_troubled(tracking: Tracking) -> Refused | None:
    if tracking.trouble:
        return None
    return Refused("nothing_wrong", _("Nothing is wrong with this parcel any more."))


def is_untroubled(tracking: Tracking) -> Refused | None:
    if not tracking.trouble:
        return None
    return Refused("already_done", _("This parcel stands on the board already."))


def _hear(state: Journey) -> Move:
    return Move(
        HEARD[state],
        state.label,
        _DONE_WORDS[state],
        to(state, *(other for other in Journey if other != state)),
        BY_GATEWAY,
        is_bad=state in _BAD,
        facts=_HEARD,
    )


TRACKINGS = register(
    Subject(
        Tracking,
        _("Parcel on its way"),
        (
            Move(
                "tracking.begin",
                _("Follow the parcel"),
                _("The parcel is followed"),
                to(Journey.NOTHING, NOWHERE),
                BY_SYSTEM,
                facts=_FACTS,
            ),
            *(_hear(state) for state in HEARD),
            Move(
                "tracking.move_on",
                _("Move on"),
                _("The parcel moves again"),
                stay(*Journey),
                BY_GATEWAY,
                facts=_FACTS,
            ),
            Move(
                "tracking.stall",
                _("Stay silent"),
                _("Nothing was heard of the parcel for too long"),
                stay(*ON_ITS_WAY),
                BY_SYSTEM,
                guards=(is_live, is_untroubled),
                is_bad=True,
                facts=_HEARD,
            ),
            Move(
                "tracking.report",
                _("There is a problem"),
                _("Somebody reports a problem with the parcel"),
                stay(*Journey),
                BY_STAFF,
                _SHIP,
                (is_live, is_untroubled),
                icon_name="alert-triangle",
                is_bad=True,
                says=WHY,
                facts=_HEARD,
            ),
            Move(
                "tracking.tell_buyer",
                _("Message to the buyer"),
                _("The buyer is to be told about the parcel"),
                stay(*Journey),
                BY_STAFF,
                _SHIP,
                (is_troubled,),
                icon_name="message",
                says=WHY,
                facts=_FACTS,
            ),
            Move(
                "tracking.snooze",
                _("Snooze"),
                _("The parcel may wait"),
                stay(*Journey),
                BY_STAFF,
                _SHIP,
                (is_troubled,),
                icon_name="clock",
                says=WHY,
                facts=_HEARD | {"until": str},
            ),
            Move(
                "tracking.settle",
                _("Dealt with"),
                _("Nothing more is to be done about the parcel"),
                stay(*Journey),
                BY_STAFF,
                _SHIP,
                (is_troubled,),
                icon_name="check",
                facts=_HEARD,
            ),
            Move(
                "tracking.end",
                _("Follow no longer"),
                _("The parcel is followed no longer"),
                stay(*Journey),
                BY_SYSTEM,
                guards=(is_live,),
                facts=_FACTS,
            ),
            Move(
                "tracking.take_up",
                _("Follow again"),
                _("The parcel is followed again"),
                stay(*Journey),
                BY_SYSTEM,
                facts=_FACTS,
            ),
        ),
        _("There is no such parcel."),
        scope=lambda actor: rows_in_scope(Tracking.objects.all(), scope_key(actor)),
        stale=DONE,
        name=lambda tracking: tracking.tracking_no,
        url=lambda tracking: reverse("orders:tracking", args=[tracking.pk]),
        joins=("order",),
    )
)
