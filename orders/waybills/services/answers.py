"""What a provider says of an e-waybill, applied once under the order's lock; and who may ask meanwhile."""

from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from orders.waybills.models import ASKED, Waybill, WaybillLabel, WaybillState
from orders.waybills.services.held import locked_pair
from shop import clock
from shop.actor import Actor, ActorKind
from shop.clients import waybills as clients
from shop.moves.services import move

LEASE = timedelta(seconds=60)
_FIRST_WAIT_S, _LONGEST_WAIT_S = 5, 600


def lease_waybill(waybill_id: int) -> Waybill | None:
    """Take the only right to talk to the provider about this waybill for a while; None when somebody has it."""
    moment = clock.now()
    free = Waybill.objects.filter(
        Q(lease_until__isnull=True) | Q(lease_until__lte=moment), pk=waybill_id, state__in=ASKED
    )
    if not free.update(lease_until=moment + LEASE, tries=F("tries") + 1):
        return None
    return Waybill.objects.select_related("order__customer", "sender").get(pk=waybill_id)


def note_sending(waybill: Waybill) -> None:
    """From now on the provider may have heard of it, so that a later “no” proves nothing."""
    Waybill.objects.filter(pk=waybill.pk, sent_at=None).update(sent_at=clock.now())


def note_unsent(waybill: Waybill) -> None:
    """This try did not get there: if it was the first, nothing happened."""
    if waybill.sent_at is None:
        Waybill.objects.filter(pk=waybill.pk, tries=waybill.tries).update(sent_at=None)


def put_off(waybill: Waybill, *, error: str) -> None:
    """Ask again later, under the same code. Without effect when another try has begun."""
    wait = min(_FIRST_WAIT_S * 2 ** min(waybill.tries - 1, 8), _LONGEST_WAIT_S)
    mine = Waybill.objects.filter(pk=waybill.pk, tries=waybill.tries, state__in=ASKED)
    mine.update(lease_until=None, next_try_at=clock.now() + timedelta(seconds=wait), last_error=error[:200])


def courier_actor(waybill: Waybill) -> Actor:
    """Who speaks of it: the provider, by its name."""
    return Actor(ActorKind.GATEWAY, name=waybill.provider)


_SETTLED: dict[str, Any] = {"lease_until": None, "next_try_at": None, "sent_at": None, "last_error": ""}


def apply_issued(waybill_id: int, issued: clients.Waybill) -> Waybill:
    """Record the number that a provider gave, once; a number that another waybill has needs a person."""
    with locked_pair(waybill_id) as (_order, waybill):
        facts = _SETTLED | {"tracking_no": issued.tracking_no, "provider_order": issued.provider_order[:60]}
        try:
            with transaction.atomic():
                _apply_number(waybill, facts, issued)
        except IntegrityError:
            waybill.refresh_from_db()
            words = _("%(number)s is the number of another parcel.") % {"number": issued.tracking_no}
            _dispute(waybill, words)
    return waybill


def _apply_number(waybill: Waybill, facts: dict[str, Any], issued: clients.Waybill) -> None:
    verb = {WaybillState.VOID: "waybill.late"}.get(WaybillState(waybill.state), "waybill.issue")
    if waybill.tracking_no or (waybill.state == WaybillState.VOID and not waybill.is_given_up):
        return
    if verb == "waybill.late":
        facts = facts | {"next_try_at": clock.now()}
    move(
        waybill,
        verb,
        actor=courier_actor(waybill),
        changes=facts,
        data=_describe(waybill, issued.tracking_no),
    )
    label = {"html": issued.label_html, "url": issued.label_url}
    WaybillLabel(waybill=waybill, **label).save()


def _describe(waybill: Waybill, tracking_no: str = "") -> dict[str, Any]:
    data = {"code": waybill.code, "courier": waybill.courier}
    number = tracking_no or waybill.tracking_no
    return data | {"tracking_no": number} if number else data


def refuse_waybill(waybill: Waybill, *, error: str) -> None:
    """The provider says no, and nothing was issued. Without effect when another try has begun."""
    with locked_pair(waybill.pk) as (_order, current):
        if current.tries == waybill.tries and current.state in (WaybillState.REQUESTED, WaybillState.UNKNOWN):
            changes = _SETTLED | {"last_error": error[:200]}
            _move_bad(current, "waybill.fail", changes, error)


def lose_waybill(waybill: Waybill, *, error: str) -> None:
    """No answer that can be believed: it may have been issued, so it is asked about under its code."""
    if waybill.state == WaybillState.REQUESTED:
        with locked_pair(waybill.pk) as (_order, current):
            if current.tries == waybill.tries and current.state == WaybillState.REQUESTED:
                _move_bad(current, "waybill.lose", {"last_error": error[:200]}, error)
    put_off(waybill, error=error)


def dispute_waybill(waybill: Waybill, *, error: str) -> None:
    """The provider cannot say which number it gave, so a person looks there."""
    with locked_pair(waybill.pk) as (_order, current):
        if current.tries == waybill.tries:
            _dispute(current, error)


def _dispute(waybill: Waybill, error: str) -> None:
    if waybill.state in (WaybillState.REQUESTED, WaybillState.UNKNOWN):
        changes = {"lease_until": None, "next_try_at": None, "last_error": error[:200]}
        _move_bad(waybill, "waybill.dispute", changes, error)


def _move_bad(waybill: Waybill, verb: str, changes: dict[str, Any], error: str) -> None:
    data = _describe(waybill) | {"error": error[:200]}
    move(waybill, verb, actor=courier_actor(waybill), changes=changes, data=data)


def apply_voided(waybill: Waybill) -> None:
    """The provider has taken it back."""
    with locked_pair(waybill.pk) as (_order, current):
        if current.state == WaybillState.VOIDING:
            actor = courier_actor(current)
            move(current, "waybill.voided", actor=actor, changes=_SETTLED, data=_describe(current))


def keep_waybill(waybill: Waybill, *, error: str) -> None:
    """The courier does not take it back: it stands as it was, and a person asks there."""
    with locked_pair(waybill.pk) as (_order, current):
        if current.tries == waybill.tries and current.state == WaybillState.VOIDING:
            _move_bad(current, "waybill.keep", _SETTLED | {"last_error": error[:200]}, error)
