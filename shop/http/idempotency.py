"""Running a command once per `Idempotency-Key`."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.utils.encoders import JSONEncoder

from shop import clock
from shop.errors import Refused
from shop.http.models import IdempotencyKey

LEASE = timedelta(seconds=30)
MAX_KEY = 80
Answer = tuple[int, Any]


def read_key(request: Request) -> str:
    """The request's Idempotency-Key. Raises Refused `idempotency_key_required`."""
    key = str(request.headers.get("Idempotency-Key", "")).strip()
    if not key or len(key) > MAX_KEY or not key.isprintable() or not key.isascii():
        message = _("Send an Idempotency-Key header of 1 to 80 printable ASCII characters.")
        raise Refused("idempotency_key_required", message, 400)
    return key


def fingerprint(request: Request) -> str:
    """A hash of what the request asks for: method, path and body."""
    body = json.dumps(request.data, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(f"{request.method} {request.path}\n{body}".encode()).hexdigest()


def run_once(*, scope: str, key: str, print_: str, command: Callable[[], Answer]) -> Answer:
    """Run `command` under (scope, key) and keep its answer, or give the kept one.

    Raises Refused `idempotency_mismatch` (422) for another body and `in_progress` (409) while it runs. A
    command that is refused has changed nothing, so its key is free again; one that crashed is taken over
    when its lease ends, and must find its own effect by its natural key.
    """
    row = _take(scope, key, print_)
    if row.status is not None:
        return row.status, json.loads(row.body)
    try:
        status, body = command()
    except Refused:
        row.delete()
        raise
    kept = json.dumps(body, cls=JSONEncoder)
    IdempotencyKey.objects.filter(pk=row.pk).update(status=status, body=kept)
    return status, body


def _take(scope: str, key: str, print_: str) -> IdempotencyKey:
    row, created = _find_or_make(scope, key, print_)
    if created:
        return row
    if row.fingerprint != print_:
        message = _("This Idempotency-Key was used for another request. Use a new key.")
        raise Refused("idempotency_mismatch", message, 422)
    if row.status is None and not _take_over(row):
        raise _in_progress()
    return row


def _find_or_make(scope: str, key: str, print_: str) -> tuple[IdempotencyKey, bool]:
    """Keys are nearly always new, so the row is made first and looked for only where it exists."""
    moment = clock.now()
    new = IdempotencyKey(
        scope=scope, key=key, fingerprint=print_, lease_until=moment + LEASE, created_at=moment
    )
    try:
        with transaction.atomic():
            new.save(force_insert=True)
    except IntegrityError as error:
        row = IdempotencyKey.objects.filter(scope=scope, key=key).first()
        if row is None:
            # Another request held the row and gave it up between our insert and our look.
            raise _in_progress() from error
        return row, False
    return new, True


def _in_progress() -> Refused:
    message = _("The same request is still being carried out. Ask again in a moment.")
    return Refused("in_progress", message, 409, retry_after=2)


def _take_over(row: IdempotencyKey) -> bool:
    moment = clock.now()
    expired = IdempotencyKey.objects.filter(pk=row.pk, status__isnull=True, lease_until__lte=moment)
    return bool(expired.update(lease_until=moment + LEASE))
