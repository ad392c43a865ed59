"""Running a command once per `Idempotency-Key`."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.utils.encoders import JSONEncoder

from shop import clock
from shop.database.inserts import insert_rows
from shop.errors import Refused
from shop.http.models import IdempotencyKey

MAX_KEY = 80
Answer = tuple[int, Any]
"""Status and what its body says."""
Kept = tuple[int, str]
"""Status and body as they are sent."""


@dataclass(frozen=True)
class Command:
    """What a request asks for: `print_` is the fingerprint of its content, (scope, key) its name."""

    scope: str
    key: str
    print_: str


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


def answer_json(kept: Kept) -> HttpResponse:
    """The answer as it is kept, byte for byte the same each time."""
    status, body = kept
    return HttpResponse(body, status=status, content_type="application/json")


def run_once(
    command: Command, run: Callable[[], Answer], *, find: Callable[[], Answer | None] = lambda: None
) -> Kept:
    """Run a command and keep its answer, in one transaction; or give the kept answer.

    Keys are nearly always new, so a kept answer is looked for only when running failed: what was done before is
    refused by the database, here by the unique key at the latest. `find` gives the answer of an effect that outlived
    its kept answer. A command that is refused or crashes leaves nothing, and its key is free again.

    Raises Refused `idempotency_mismatch` (422) for another body, `in_progress` (409) while it runs, or as `run` does.
    """
    try:
        with transaction.atomic():
            _hold(command)
            return _keep(command, run())
    except (IntegrityError, Refused):
        if kept := find_kept(command):
            return kept
        if answer := find():
            return _write(answer)
        raise


def _hold(command: Command) -> None:
    """Let nobody else run the command until this transaction ends. Raises Refused `in_progress`.

    On SQLite the transaction itself does that: there is one writer at a time.
    """
    if connection.vendor != "postgresql":
        return
    name = hashlib.sha256(f"{command.scope}\n{command.key}".encode()).digest()
    with connection.cursor() as cursor:
        # Others could wait for the unique key instead, but each would hold a connection meanwhile.
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [int.from_bytes(name[:8], signed=True)])
        if not cursor.fetchone()[0]:
            raise _in_progress()


def _in_progress() -> Refused:
    message = _("The same request is still being carried out. Ask again in a moment.")
    return Refused("in_progress", message, 409, retry_after=2)


def _write(answer: Answer) -> Kept:
    status, data = answer
    return status, json.dumps(data, cls=JSONEncoder, ensure_ascii=False, separators=(",", ":"))


def _keep(command: Command, answer: Answer) -> Kept:
    """Raises IntegrityError when an answer is kept already."""
    status, body = _write(answer)
    row = IdempotencyKey(
        scope=command.scope,
        key=command.key,
        fingerprint=command.print_,
        status=status,
        body=body,
        created_at=clock.now(),
    )
    insert_rows([row])
    return status, body


def find_kept(command: Command) -> Kept | None:
    """The answer that is kept, None for a command that was not carried out.

    Raises Refused `idempotency_mismatch` (422), `in_progress`.
    """
    row = IdempotencyKey.objects.filter(scope=command.scope, key=command.key).first()
    if row is None:
        return None
    if row.fingerprint != command.print_:
        message = _("This Idempotency-Key was used for another request. Use a new key.")
        raise Refused("idempotency_mismatch", message, 422)
    if row.status is None:
        raise _in_progress()
    return row.status, row.body
