"""What may happen to a packing."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orders.packing.models import Packing, PackingState, Verdict
from orders.scope import rows_in_scope, scope_key
from shop.events.words import Part, label_facts, tell_only, tells
from shop.moves.table import BY_STAFF, BY_SYSTEM, NOWHERE, Move, Subject, register, stay, to

_SHIP = "orders.ship"
_S = PackingState

tell_only("packing")
label_facts("packing", taken_from=_("Taken over from"), scanned=_("Scanned"), expected=_("Expected"))


@tells("packing", "verdict")
def tell_verdict(verdict: Any, _data: Mapping[str, Any]) -> Iterator[Part]:
    yield Part("", str(Verdict(verdict).label) if verdict in Verdict.values else str(verdict))


@tells("packing", "wrong_scans")
def tell_wrong_scans(count: Any, _data: Mapping[str, Any]) -> Iterator[Part]:
    if count:
        yield Part(_("Wrong scans"), str(count))


PACKINGS = register(
    Subject(
        Packing,
        _("Packing"),
        (
            Move(
                "packing.begin",
                _("Begin packing"),
                _("Packing begun"),
                to(_S.OPEN, NOWHERE),
                BY_STAFF,
                _SHIP,
                icon_name="scan",
            ),
            Move(
                "packing.take_over",
                _("Take over the packing"),
                _("Packing taken over"),
                stay(_S.OPEN),
                BY_STAFF,
                _SHIP,
                icon_name="scan",
                facts={"taken_from": str},
            ),
            Move(
                "packing.wrong",
                _("Scan something wrong"),
                _("Wrong scan while packing"),
                stay(_S.OPEN),
                BY_STAFF,
                _SHIP,
                icon_name="alert-triangle",
                facts={"verdict": str, "scanned": str, "expected": str},
            ),
            Move(
                "packing.leave",
                _("Leave the packing"),
                _("Packing left"),
                to(_S.LEFT, _S.OPEN),
                BY_STAFF,
                _SHIP,
                icon_name="x",
                facts={"wrong_scans": int},
            ),
            Move(
                "packing.end",
                _("End the packing"),
                _("Packing ended with the order"),
                to(_S.LEFT, _S.OPEN),
                BY_SYSTEM,
                facts={"wrong_scans": int},
            ),
            Move(
                "packing.done",
                _("Finish packing"),
                _("Packed at the scan station"),
                to(_S.DONE, _S.OPEN),
                BY_STAFF,
                _SHIP,
                icon_name="package",
                facts={"pieces": int, "wrong_scans": int, "parcel": int},
            ),
        ),
        _("Nobody packs this order."),
        scope=lambda actor: rows_in_scope(Packing.objects.all(), scope_key(actor)),
        name=lambda packing: packing.order.number,
        url=lambda packing: reverse("orders:detail", args=[packing.order.number]),
        joins=("order",),
    )
)
