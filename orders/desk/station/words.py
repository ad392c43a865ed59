"""What the packer hears of a scan: one sentence, and the tone that tells it from afar."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from orders.packing.models import PackingScan, Verdict
from orders.packing.selectors import Box, Place, read_box
from shop.catalog.models import Sku
from shop.couriers.known import find_courier
from shop.words import fill


@dataclass(frozen=True)
class Answer:
    """`tone`: plain, right, full, wrong, ask or done. `ask` is what the same scan once more agrees to.

    `number`: the order that stands there afterwards.
    """

    tone: str
    words: Any
    number: str = ""
    ask: str = ""
    more: Any = ""
    does_print: bool = False


def tell_scan(scan: PackingScan, *, shown: str = "") -> Answer:
    """What a kept scan did; `shown` is its code where that may be said in full."""
    order = scan.packing.order
    if scan.verdict == Verdict.SHIP:
        return Answer("done", fill(_("Order %(number)s is shipped."), {"number": order.number}))
    box = read_box(order, scan.packing)
    tell = _TELLERS.get(Verdict(scan.verdict), _tell_refused)
    return tell(scan, box, shown or scan.code)


def _tell_refused(scan: PackingScan, box: Box, shown: str) -> Answer:
    return Answer("wrong", _say_refused(scan, box, shown), scan.packing.order.number, more=_expect(box))


def _say_refused(scan: PackingScan, box: Box, shown: str) -> Any:
    if scan.verdict == Verdict.UNKNOWN:
        return fill(_("No such article: %(code)s"), {"code": shown})
    place = _find_place(scan, box)
    if place is None:
        return fill(_("Wrong: %(name)s is not in this order."), {"name": _name_article(scan.code)})
    if scan.verdict == Verdict.SHORT:
        return fill(_("“%(line)s” is short of stock."), {"line": place.name})
    words = {"name": place.name, "packed": place.packed, "needed": place.needed}
    return fill(_("%(name)s: already %(packed)d of %(needed)d."), words)


def _expect(box: Box) -> Any:
    place = box.next_place
    return fill(_("Expected: %(name)s"), {"name": place.name}) if place else ""


def _name_article(code: str) -> str:
    sku = Sku.objects.select_related("product").filter(code=code).first()
    return str(sku) if sku else code


def _find_place(scan: PackingScan, box: Box) -> Place | None:
    return next((place for place in box.places if place.line.pk == scan.line_id), None)


def _tell_order(scan: PackingScan, _box: Box, _shown: str) -> Answer:
    return Answer("right", _("Order taken. Scan its goods."), scan.packing.order.number)


def _tell_right(scan: PackingScan, box: Box, shown: str) -> Answer:
    place = _find_place(scan, box)
    words = {
        "name": place.name if place else shown,
        "packed": place.packed if place else 0,
        "needed": place.needed if place else 0,
    }
    sentence = fill(_("%(name)s: %(packed)d of %(needed)d"), words)
    tone, more = ("full", _("Everything is packed.")) if box.is_complete else ("right", "")
    return Answer(tone, sentence, scan.packing.order.number, more=more)


def _tell_out(scan: PackingScan, _box: Box, shown: str) -> Answer:
    words = fill(_("Take it out of the box: %(code)s"), {"code": scan.code or shown})
    return Answer("right", words, scan.packing.order.number)


def _tell_undo(scan: PackingScan, _box: Box, shown: str) -> Answer:
    words = fill(_("Scan undone: %(code)s"), {"code": scan.code or shown})
    return Answer("right", words, scan.packing.order.number)


def _tell_number(scan: PackingScan, _box: Box, _shown: str) -> Answer:
    courier = find_courier(scan.courier)
    words = {"courier": courier.name if courier else "", "number": scan.code}
    if courier:
        sentence = fill(_("%(courier)s %(number)s: scan it again to ship."), words)
    else:
        sentence = fill(_("%(number)s: the number does not tell the courier. Scan it on the sheet."), words)
    return Answer("right" if courier else "ask", sentence, scan.packing.order.number)


_TELLERS = {
    Verdict.ORDER: _tell_order,
    Verdict.RIGHT: _tell_right,
    Verdict.OUT: _tell_out,
    Verdict.UNDO: _tell_undo,
    Verdict.NUMBER: _tell_number,
}
