"""Scans of goods: each counts once, under the lock of its order."""

from django.utils.translation import gettext_lazy as _

from orders.packing.models import REFUSED, Packing, PackingScan, Verdict
from orders.packing.selectors import Box, Place, find_repeat, read_box
from orders.packing.services.opening import Press, locked_own, write_scan
from shop.catalog.codes import mask_scan
from shop.catalog.models import Sku
from shop.errors import Refused
from shop.moves import services


def count_goods(order_id: int, sku: Sku | None, *, code: str, press: Press) -> PackingScan:
    """Put one piece into the box, or say by the scan's verdict why not; the same key counts once.

    `sku` None: no article has this code. Raises Refused as `locked_own` does.
    """
    with locked_own(order_id, press) as (order, packing):
        if before := find_repeat(press.key, press.staff_id):
            return before
        box = read_box(order, packing)
        verdict, place = box.judge(sku.pk) if sku else (Verdict.UNKNOWN, None)
        scan = write_scan(
            packing,
            press,
            verdict,
            line=place.line if place else None,
            code=sku.code if sku else mask_scan(code),
            undoes=_find_piece(packing, place) if verdict == Verdict.OUT else None,
        )
        if verdict in REFUSED:
            _note_wrong(packing, scan, box, press)
    return scan


def _find_piece(packing: Packing, place: Place | None) -> PackingScan | None:
    """The piece of a line that went into the box last."""
    line = place.line if place else None
    return packing.scans.filter(verdict=Verdict.RIGHT, line=line, undone_by=None).order_by("-pk").first()


def _note_wrong(packing: Packing, scan: PackingScan, box: Box, press: Press) -> None:
    expected = box.next_place
    data = {
        "verdict": str(scan.verdict),
        "scanned": scan.code,
        "expected": expected.line.sku.code if expected else "",
    }
    services.move(packing, "packing.wrong", actor=press.actor, data=data)


def undo_scan(order_id: int, press: Press) -> PackingScan:
    """Take back what was scanned last: a piece, or the tracking number. Raises Refused `nothing_to_undo`."""
    with locked_own(order_id, press) as (_order, packing):
        if before := find_repeat(press.key, press.staff_id):
            return before
        counted = packing.scans.filter(verdict__in=(Verdict.RIGHT, Verdict.NUMBER), undone_by=None)
        last = counted.order_by("-pk").first()
        if last is None:
            raise Refused("nothing_to_undo", _("There is no scan to undo."))
        return write_scan(packing, press, Verdict.UNDO, line=last.line, code=last.code, undoes=last)
