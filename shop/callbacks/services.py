"""Keeping callbacks, those that were believed and those that were not."""

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.http import HttpRequest

from shop import clock
from shop.callbacks.models import Callback
from shop.errors import Refused
from shop.http.addresses import read_network

logger = logging.getLogger(__name__)
MAX_BODY = 64 * 1024
KEPT_BYTES = 300
"""So much of a refused callback is kept: enough to see what it was, too little to fill a disk."""
MAX_REFUSED_OF_ADDRESS = 30
MAX_REFUSED = 600
"""An hour and provider; beyond these false ones are only logged. Genuine ones that are refused are always kept."""


@dataclass(frozen=True)
class Letter:
    """A callback as it came in."""

    provider: str
    headers: Mapping[str, str]
    body: bytes
    address: str | None

    @property
    def is_too_large(self) -> bool:
        return len(self.body) > MAX_BODY


def read_letter(provider: str, request: HttpRequest) -> Letter:
    """The request's raw bytes, no more of them than tell that there are too many."""
    return Letter(provider, dict(request.headers), request.read(MAX_BODY + 1), read_network(request))


def remember_callback(letter: Letter, *, nonce: str, subject: str) -> None:
    """Keep one that is believed, in the transaction of its effect. Raises Refused `replayed` (403)."""
    try:
        with transaction.atomic():
            Callback.objects.create(
                provider=letter.provider,
                nonce=nonce[:64],
                is_accepted=True,
                is_signed=True,
                subject=subject[:64],
                body=letter.body.decode("utf-8", "replace"),
                address=letter.address,
                received_at=clock.now(),
            )
    except IntegrityError as error:
        raise Refused("replayed", "This notice was received before.", 403) from error


def record_refused(letter: Letter, code: str, *, is_signed: bool = False, subject: str = "") -> None:
    """Put one that was refused on record as a security event, as long as the hour has room for it."""
    logger.warning("callback of %s refused: %s", letter.provider, code)
    # Who holds one genuine callback could send it again and again.
    is_always_kept = is_signed and code != "replayed"
    if not is_always_kept and not _has_room(letter):
        return
    Callback.objects.create(
        provider=letter.provider,
        is_accepted=False,
        is_signed=is_signed,
        code=code[:40],
        subject=subject[:64],
        body=letter.body[:KEPT_BYTES].decode("utf-8", "replace"),
        digest=hashlib.sha256(letter.body).hexdigest(),
        address=letter.address,
        received_at=clock.now(),
    )


def _has_room(letter: Letter) -> bool:
    """Whether one more false callback may be kept this hour: nobody fills the database from outside."""
    since = clock.now() - timedelta(hours=1)
    lately = Callback.objects.filter(provider=letter.provider, is_accepted=False, received_at__gt=since)
    of_address = lately.filter(address=letter.address)
    return lately.count() < MAX_REFUSED and of_address.count() < MAX_REFUSED_OF_ADDRESS
