"""What may happen to a notice."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orders.notices.models import BuyerNotice, NoticeKind, NoticeState, WhyDropped
from orders.scope import rows_in_scope, scope_key
from shop.events.words import Part, label_facts, name_machines, tell_only, tells
from shop.moves.table import BY_GATEWAY, BY_SYSTEM, DONE, NOWHERE, Move, Subject, register, to

WECHAT = "wechat"
_S = NoticeState
_TOLD = {"told": str}
_FAILURE = _TOLD | {"error": str}
_DROPPED = _FAILURE | {"untold": str}

name_machines({WECHAT: _("WeChat")})
tell_only("buyer_notice")


@tells("buyer_notice", "told")
def _tell_kind(kind: Any, _data: Mapping[str, Any]) -> Iterator[Part]:
    yield Part("", str(NoticeKind(kind).label if kind in NoticeKind.values else kind))


@tells("buyer_notice", "untold")
def _tell_why(untold: Any, _data: Mapping[str, Any]) -> Iterator[Part]:
    words = WhyDropped(untold).label if untold in WhyDropped.values else untold
    yield Part(_("Because"), str(words))


label_facts("buyer_notice", error=_("Why"))

NOTICES = register(
    Subject(
        BuyerNotice,
        _("Notice to the buyer"),
        (
            Move(
                "notice.leave",
                _("Have the buyer told"),
                _("The buyer is to be told by WeChat"),
                to(_S.WAITING, NOWHERE),
                BY_SYSTEM,
                facts=_TOLD,
            ),
            Move(
                "notice.spare",
                _("Leave the buyer untold"),
                _("The buyer is not told by WeChat"),
                to(_S.DROPPED, NOWHERE),
                BY_SYSTEM,
                facts=_DROPPED,
            ),
            Move(
                "notice.correct",
                _("Correct the notice"),
                _("What the buyer is to be told was corrected"),
                to(_S.WAITING, _S.WAITING),
                BY_SYSTEM,
                facts=_TOLD,
            ),
            Move(
                "notice.send",
                _("Tell the buyer"),
                _("The buyer was told by WeChat"),
                to(_S.SENT, _S.WAITING),
                BY_GATEWAY,
                facts=_TOLD,
            ),
            Move(
                "notice.fail",
                _("Refuse"),
                _("The buyer could not be told by WeChat"),
                to(_S.FAILED, _S.WAITING),
                BY_GATEWAY,
                is_bad=True,
                facts=_FAILURE,
            ),
            Move(
                "notice.lose",
                _("Lose sight of"),
                _("Nobody knows whether the buyer was told by WeChat"),
                to(_S.UNKNOWN, _S.WAITING),
                BY_GATEWAY,
                is_bad=True,
                facts=_FAILURE,
            ),
            Move(
                "notice.drop",
                _("Do not tell"),
                _("The buyer was not told by WeChat"),
                to(_S.DROPPED, _S.WAITING),
                BY_GATEWAY,
                facts=_DROPPED,
            ),
        ),
        _("There is no such notice."),
        scope=lambda actor: rows_in_scope(BuyerNotice.objects.all(), scope_key(actor)),
        stale=DONE,
        name=lambda notice: notice.order.number,
        url=lambda notice: reverse("orders:detail", args=[notice.order.number]),
        joins=("order",),
    )
)
