"""Whether the gateway of a merchant number answers, as every process finds it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from orders.payments.models import GatewayLine, PayAttempt
from shop import clock
from shop.actor import SYSTEM
from shop.clients.circuit import Crowded, Resting
from shop.clients.errors import BadSignature, ClientError, Rejected
from shop.clients.payment_facts import UNSIGNED_REFUSALS
from shop.database.connections import give_back_connections
from shop.http.buckets import take
from shop.moves.services import move

FAILURES = 5
"""After so many calls in a row that failed, the gateway counts as silent: what can wait is asked later."""
TELL_AFTER = timedelta(minutes=1)
ASKED_A_SECOND = 10
ASKED_AT_ONCE = 20
"""Tasks of all workers together: the gateway counts by merchant number, and buyers who pay must not be refused."""


@contextmanager
def asking(mchid: str) -> Iterator[None]:
    """Note of the call inside whether the gateway answered; a signed refusal is an answer. Raises what it raises."""
    try:
        yield
    except (Crowded, Resting):
        raise  # Nobody was asked.
    except ClientError as error:
        if _is_answer(error):
            note_answer(mchid)
        else:
            note_silence(mchid)
        raise
    note_answer(mchid)


def _is_answer(error: ClientError) -> bool:
    """Whether the gateway itself has spoken: it signs neither 401 nor 429, which anybody between may send."""
    if isinstance(error, Rejected):
        return error.status not in UNSIGNED_REFUSALS
    return isinstance(error, BadSignature) and error.reason == "merchant"


def list_silent_merchants() -> list[str]:
    """Merchant numbers whose gateway does not answer."""
    return list(GatewayLine.objects.filter(failures__gte=FAILURES).values_list("mchid", flat=True))


def note_silence(mchid: str) -> None:
    with transaction.atomic():
        line, _created = GatewayLine.objects.select_for_update().get_or_create(mchid=mchid)
        line.failures += 1
        if line.failures >= FAILURES:
            line.silent_since = line.silent_since or clock.now()
        line.save(update_fields=["failures", "silent_since"])


def note_answer(mchid: str) -> None:
    """One look by a unique key, unless something had failed before."""
    if not GatewayLine.objects.filter(mchid=mchid, failures__gt=0).exists():
        return
    with transaction.atomic():
        line = GatewayLine.objects.select_for_update().get(mchid=mchid)
        if line.silent_since:
            _leave_out(line.mchid, line.silent_since)
        _end_silence(line, "gateway.answer")


def _leave_out(mchid: str, silent_since: datetime) -> None:
    """Time in which nobody could say anything is not held against attempts that wait for an answer."""
    moment = clock.now()
    unheard = PayAttempt.objects.filter(mchid=mchid)
    unheard.filter(unheard_since__gt=silent_since).update(unheard_since=moment)
    earlier = unheard.filter(unheard_since__lte=silent_since)
    earlier.update(unheard_since=F("unheard_since") + (moment - silent_since))


def _end_silence(line: GatewayLine, verb: str) -> None:
    changes = {"failures": 0, "silent_since": None, "told_at": None}
    if line.told_at:
        move(line, verb, actor=SYSTEM, changes=changes, data={"mchid": line.mchid})
    else:
        GatewayLine.objects.filter(pk=line.pk).update(**changes)


def end_line(line_id: int) -> None:
    """Probe no more: the shop has no credentials of this merchant any longer, so that nobody can answer."""
    with transaction.atomic():
        _end_silence(GatewayLine.objects.select_for_update().get(pk=line_id), "gateway.gone")


def call_for_line(line_id: int) -> None:
    """Tell people, once, that the gateway has not answered for TELL_AFTER."""
    with transaction.atomic():
        line = GatewayLine.objects.select_for_update().get(pk=line_id)
        if not line.silent_since or line.failures < FAILURES or line.told_at:
            return
        if line.silent_since > clock.now() - TELL_AFTER:
            return
        changes, data = {"told_at": clock.now()}, {"mchid": line.mchid}
        move(line, "gateway.silent", actor=SYSTEM, changes=changes, data=data)


def wait_for_turn(mchid: str) -> None:
    """For workers: sleep until this merchant's gateway may be asked once more, however many workers there are."""
    give_back_connections()
    each_ms = 1000 / ASKED_A_SECOND
    while wait_ms := take(f"gateway_{mchid}", each_ms=each_ms, full_ms=ASKED_AT_ONCE * each_ms):
        time.sleep(wait_ms / 1000)
