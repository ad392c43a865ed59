"""What people do about a parcel that does not arrive as it should."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from orders.tracking.models import QUIET, Journey, Tracking, Trouble
from orders.tracking.services.following import describe_tracking
from shop import clock
from shop.actor import SYSTEM, Actor
from shop.errors import Refused
from shop.events.services import seal_words
from shop.moves.services import lock_row, locked, move

LONGEST = 200
LONGEST_SNOOZE = timedelta(days=14)


def stall_tracking(tracking_id: int) -> None:
    """Its silence has lasted too long. Without effect where news came meanwhile."""
    with transaction.atomic():
        tracking = lock_row(Tracking, tracking_id)
        if tracking.check_at is None or tracking.check_at > clock.now():
            return
        kind = Trouble.UNCOLLECTED if tracking.state == Journey.NOTHING else Trouble.STUCK
        changes = QUIET | {"trouble": kind, "trouble_at": clock.now(), "check_at": None}
        data = describe_tracking(tracking) | {"trouble": str(kind)}
        move(tracking, "tracking.stall", actor=SYSTEM, changes=changes, data=data)


def report_problem(
    tracking_id: int, *, reason: str, actor: Actor, expected_version: int | None = None
) -> Tracking:
    """Somebody knows of a problem that no provider has told. Raises Refused `reason_required`, `already_done`."""
    _require(reason)
    with locked(Tracking, tracking_id, "tracking.report", actor, expected_version) as tracking:
        changes = QUIET | {"trouble": Trouble.PROBLEM, "trouble_at": clock.now(), "check_at": None}
        data = describe_tracking(tracking) | {"trouble": str(Trouble.PROBLEM)}
        sealed = seal_words(tracking, reason=reason.strip()[:LONGEST])
        move(tracking, "tracking.report", actor=actor, changes=changes, data=data, sealed=sealed)
    return tracking


def tell_buyer(tracking_id: int, *, text: str, actor: Actor, expected_version: int | None = None) -> Tracking:
    """Note what the buyer is to be told. Raises Refused `text_required`, `nothing_wrong`."""
    if not text.strip():
        raise Refused("text_required", _("Write what the buyer is to read."), 400)
    with locked(Tracking, tracking_id, "tracking.tell_buyer", actor, expected_version) as tracking:
        sealed = seal_words(tracking, notice=text.strip()[:LONGEST])
        data = describe_tracking(tracking)
        move(
            tracking,
            "tracking.tell_buyer",
            actor=actor,
            changes={"told_at": clock.now()},
            data=data,
            sealed=sealed,
        )
    return tracking


def snooze_tracking(
    tracking_id: int, *, until: datetime, reason: str, actor: Actor, expected_version: int | None = None
) -> Tracking:
    """Nobody need look at it before `until`. Raises Refused `reason_required`, `bad_moment`, `nothing_wrong`."""
    _require(reason)
    moment = clock.now()
    if not moment < until <= moment + LONGEST_SNOOZE:
        raise Refused("bad_moment", _("Choose a moment in the next 14 days."), 400)
    with locked(Tracking, tracking_id, "tracking.snooze", actor, expected_version) as tracking:
        data = describe_tracking(tracking) | {"trouble": tracking.trouble, "until": until.isoformat()}
        sealed = seal_words(tracking, reason=reason.strip()[:LONGEST])
        changes = {"snoozed_until": until}
        move(tracking, "tracking.snooze", actor=actor, changes=changes, data=data, sealed=sealed)
    return tracking


def settle_tracking(tracking_id: int, *, actor: Actor, expected_version: int | None = None) -> Tracking:
    """Somebody has done what was to be done; only later news brings it back. Raises Refused `nothing_wrong`."""
    with locked(Tracking, tracking_id, "tracking.settle", actor, expected_version) as tracking:
        data = describe_tracking(tracking) | {"trouble": tracking.trouble}
        move(tracking, "tracking.settle", actor=actor, changes=QUIET, data=data)
    return tracking


def _require(reason: str) -> None:
    if not reason.strip():
        raise Refused("reason_required", _("Say why, in a few words."), 400)
