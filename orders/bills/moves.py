"""What may happen to a bill, and to a difference that it shows."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from orders.bills.models import Bill, BillState, Difference, DifferenceKind, DifferenceState
from orders.bills.selectors import bills_in_scope, differences_in_scope
from shop.errors import Refused
from shop.events.words import Part, label_facts, tell_only, tells
from shop.money import format_fen
from shop.moves.table import (
    BY_STAFF,
    BY_SYSTEM,
    CHANGED,
    DONE,
    NOWHERE,
    WHY,
    Guard,
    Move,
    Subject,
    register,
    stay,
    to,
)

CAPABILITY = "money.match"
_B, _D, _K = BillState, DifferenceState, DifferenceKind
_ROWS = {"rows": int, "differences": int}
_ABOUT = {"trade_no": str, "refund_no": str}
_FOUND = _ABOUT | {"ours_fen": int, "theirs_fen": int}

tell_only("bill")
tell_only("difference")
label_facts("bill", rows=_("Rows in it"), differences=_("Differences"), error=_("Why"))
label_facts("difference", trade_no=_("Payment number"), refund_no=_("Refund number"), reason=_("Reason"))


@tells("difference", "ours_fen")
def _tell_ours(fen: Any, _data: Mapping[str, Any]) -> Iterator[Part]:
    yield Part(_("The shop says"), format_fen(fen))


@tells("difference", "theirs_fen")
def _tell_theirs(fen: Any, _data: Mapping[str, Any]) -> Iterator[Part]:
    yield Part(_("The platform says"), format_fen(fen))


BILLS = register(
    Subject(
        Bill,
        _("Bill"),
        (
            Move("bill.open", "", _("The bill is to be fetched"), to(_B.WAITING, NOWHERE), BY_SYSTEM),
            Move(
                "bill.again",
                _("Fetch again"),
                _("The bill is to be fetched again"),
                to(_B.WAITING, _B.WAITING, _B.MATCHED, _B.EMPTY, _B.FAILED),
                BY_STAFF,
                CAPABILITY,
                icon_name="refresh",
            ),
            Move(
                "bill.upload",
                _("Upload a bill"),
                _("The bill was uploaded"),
                to(_B.FETCHED, NOWHERE, *_B),
                BY_STAFF,
                CAPABILITY,
                icon_name="upload",
            ),
            Move("bill.fetch", "", _("The bill was fetched"), to(_B.FETCHED, _B.WAITING), BY_SYSTEM),
            Move(
                "bill.spoil",
                "",
                _("The bill that was fetched is broken"),
                to(_B.WAITING, _B.FETCHED),
                BY_SYSTEM,
                is_bad=True,
                facts={"error": str},
            ),
            Move(
                "bill.match",
                "",
                _("The bill was compared: all agrees"),
                to(_B.MATCHED, _B.FETCHED),
                BY_SYSTEM,
                facts=_ROWS,
            ),
            Move(
                "bill.differ",
                "",
                _("The bill was compared: something does not agree"),
                to(_B.MATCHED, _B.FETCHED, _B.WAITING),
                BY_SYSTEM,
                is_bad=True,
                facts=_ROWS,
            ),
            Move("bill.empty", "", _("There was no trade that day"), to(_B.EMPTY, _B.WAITING), BY_SYSTEM),
            Move(
                "bill.fail",
                "",
                _("The bill could not be had"),
                to(_B.FAILED, _B.WAITING, _B.FETCHED),
                BY_SYSTEM,
                is_bad=True,
                facts={"error": str},
            ),
            Move(
                "bill.agree",
                "",
                _("All that did not agree is settled"),
                stay(_B.MATCHED),
                BY_SYSTEM,
                is_look=True,
            ),
        ),
        _("There is no such bill."),
        scope=bills_in_scope,
        stale=DONE,
        name=str,
        url=lambda bill: reverse("money:bill", args=[bill.pk]),
    )
)


def _only(*kinds: DifferenceKind) -> Guard:
    """The verb is for differences of these kinds."""

    def guard(difference: Difference) -> Refused | None:
        if difference.kind in kinds:
            return None
        return Refused("other_kind", _("This is not what settles a difference of this kind."))

    return guard


def _needs_order(difference: Difference) -> Refused | None:
    if difference.order_id is None:
        return Refused("no_order", _("No order of this shop has this number."))
    return None


DIFFERENCES = register(
    Subject(
        Difference,
        _("Difference"),
        (
            Move(
                "difference.find",
                "",
                _("Does not agree with the bill"),
                to(_D.OPEN, NOWHERE),
                BY_SYSTEM,
                is_bad=True,
                facts=_FOUND,
            ),
            Move(
                "difference.return",
                "",
                _("Does not agree with the bill again"),
                to(_D.OPEN, _D.SETTLED),
                BY_SYSTEM,
                is_bad=True,
                facts=_FOUND,
            ),
            Move(
                "difference.correct",
                "",
                _("The bill says something else now"),
                stay(_D.OPEN),
                BY_SYSTEM,
                facts=_FOUND,
            ),
            Move(
                "difference.vanish",
                "",
                _("Agrees with the bill now"),
                to(_D.SETTLED, _D.OPEN),
                BY_SYSTEM,
                facts=_ABOUT,
            ),
            Move(
                "difference.book_payment",
                _("Book the payment"),
                _("The payment of the bill was booked"),
                to(_D.SETTLED, _D.OPEN),
                BY_STAFF,
                CAPABILITY,
                icon_name="check",
                guards=(_only(_K.UNKNOWN_PAYMENT), _needs_order),
                facts=_ABOUT,
            ),
            Move(
                "difference.book_refund",
                _("Book the refund"),
                _("The refund of the bill was booked"),
                to(_D.SETTLED, _D.OPEN),
                BY_STAFF,
                CAPABILITY,
                icon_name="check",
                guards=(_only(_K.UNKNOWN_REFUND), _needs_order),
                facts=_ABOUT,
            ),
            Move(
                "difference.take_state",
                _("Take over the platform's state"),
                _("The state of the bill was taken over"),
                to(_D.SETTLED, _D.OPEN),
                BY_STAFF,
                CAPABILITY,
                icon_name="check",
                guards=(_only(_K.STATE), _needs_order),
                facts=_ABOUT,
            ),
            Move(
                "difference.settle",
                _("Mark as settled"),
                _("The difference is settled"),
                to(_D.SETTLED, _D.OPEN),
                BY_STAFF,
                CAPABILITY,
                icon_name="circle-check",
                says=WHY,
                facts=_ABOUT,
            ),
            Move(
                "difference.dismiss",
                pgettext_lazy("difference", "Leave it"),
                _("The difference is left as it is"),
                to(_D.DISMISSED, _D.OPEN),
                BY_STAFF,
                CAPABILITY,
                icon_name="x",
                says=WHY,
                facts=_ABOUT,
            ),
            Move(
                "difference.reopen",
                pgettext_lazy("difference", "Open again"),
                _("The difference is to be looked at again"),
                to(_D.OPEN, _D.SETTLED, _D.DISMISSED),
                BY_STAFF,
                CAPABILITY,
                icon_name="arrow-back-up",
                facts=_ABOUT,
            ),
        ),
        _("There is no such difference."),
        scope=differences_in_scope,
        stale=CHANGED,
        name=lambda difference: difference.refund_no or difference.trade_no,
        url=lambda difference: reverse("money:difference", args=[difference.pk]),
    )
)
