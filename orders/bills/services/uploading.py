"""Bills that a person downloaded at the platform: read to their end first, then kept and compared like any other."""

import hashlib
from collections import deque
from datetime import date
from typing import IO, Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from orders.bills.models import SETTLED, Bill, BillKind, Platform
from orders.bills.moves import CAPABILITY
from orders.bills.reading.alipay import AlipayTrades
from orders.bills.reading.choosing import Reader, choose_reader
from orders.bills.reading.rows import BadBill
from orders.bills.reading.text import open_lines, open_plain
from orders.bills.reading.wechat import WeChatFunds
from orders.bills.services.fetching import draft_of, make_path
from orders.bills.sources import SOURCES
from shop import clock
from shop.access import require
from shop.actor import Actor
from shop.files.loose import let_loose, store_file
from shop.files.models import Place
from shop.moves.services import begin, lock_subject, move
from shop.words import fill

MOST_UPLOADED = 30_000_000
"""Bytes of a file, packed or not."""


def upload_bill(source: IO[bytes], *, actor: Actor) -> Bill:
    """Keep the file of a day, in the place of the one before it, and have it compared.

    Raises Refused `forbidden`, `broken_bill` (400), `other_merchant` (400), `storage_away` (503).
    """
    require(actor, CAPABILITY)
    of = _find_place(_read_whole(source))
    with draft_of(lambda into: _copy(source, into)) as draft:
        path = make_path(of["day"])
        return store_file(Place.PRIVATE, path, draft.file, lambda: _take(of, path, draft.sha1, actor))


def _copy(source: IO[bytes], into: IO[bytes]) -> str:
    digest = hashlib.sha1(usedforsecurity=False)
    with open_plain(source) as plain:
        while chunk := plain.read(1 << 16):
            digest.update(chunk)
            into.write(chunk)
    return digest.hexdigest()


def _read_whole(source: IO[bytes]) -> Reader:
    """Read it to its end, so that what is broken is told at once."""
    source.seek(0, 2)
    if source.tell() > MOST_UPLOADED:
        raise BadBill(_("The file is larger than 30 MB. Upload it packed, as the platform gives it."))
    with open_lines(source) as lines:
        reader = choose_reader(lines)
        deque(reader.read(), maxlen=0)
    return reader


def _find_place(reader: Reader) -> dict[str, Any]:
    """Whose bill of which day it is. Raises BadBill, Refused `other_merchant`."""
    if not reader.day:
        raise BadBill(_("There is no row in this bill."))
    platform = Platform.ALIPAY if isinstance(reader, AlipayTrades) else Platform.WECHAT
    accounts = SOURCES[platform].list_accounts() if platform in SOURCES else []
    is_funds = isinstance(reader, WeChatFunds)
    account = (accounts[0] if accounts else "") if isinstance(reader, WeChatFunds) else reader.account
    if account not in accounts:
        words = _("The bill is of the account %(account)s, which is not this shop's.")
        raise BadBill(fill(words, {"account": account or "–"}))
    kind = BillKind.FUNDS if is_funds else BillKind.TRADES
    return {"platform": platform, "mchid": account, "day": date.fromisoformat(reader.day), "kind": kind}


def _take(of: dict[str, Any], path: str, sha1: str, actor: Actor) -> Bill:
    now = clock.now()
    changes = SETTLED | {"path": path, "sha1": sha1, "is_uploaded": True, "next_try_at": now}
    with transaction.atomic():
        known = Bill.objects.filter(**of).first()
        if known is None:
            bill = Bill(**of, **changes)
            begin(bill, "bill.upload", actor=actor)
            return bill
        bill = lock_subject(Bill, known.pk, "bill.upload", actor=actor)
        if bill.path:
            let_loose(Place.PRIVATE, bill.path)
        move(bill, "bill.upload", actor=actor, changes=changes)
    return bill
