"""What may happen to a shipping report."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orders.scope import rows_in_scope, scope_key
from orders.wechat_report.models import ReportState, ShippingReport
from shop.couriers.known import find_courier
from shop.events.words import Part, label_facts, name_machines, tell_only, tells
from shop.moves.table import (
    BY_GATEWAY,
    BY_STAFF,
    BY_SYSTEM,
    DONE,
    NOWHERE,
    Move,
    Subject,
    register,
    stay,
    to,
)

WECHAT = "wechat"
_SHIP = "orders.ship"
_S = ReportState
_FAILURE = {"error": str}
_TOLD = {"reported": int}

name_machines({WECHAT: _("WeChat")})
tell_only("shipping_report")
label_facts("shipping_report", reported=_("Parcels"), error=_("Why"), company=_("At WeChat"))


@tells("shipping_report", "courier")
def _tell_courier(code: Any, _data: Mapping[str, Any]) -> Iterator[Part]:
    courier = find_courier(str(code))
    yield Part(_("Courier"), courier.name if courier else str(code))


REPORTS = register(
    Subject(
        ShippingReport,
        _("Shipping told to WeChat"),
        (
            Move(
                "report.leave",
                _("Have WeChat told"),
                _("WeChat is to be told what was shipped"),
                to(_S.WAITING, NOWHERE),
                BY_SYSTEM,
                facts=_TOLD,
            ),
            Move(
                "report.correct",
                _("Correct what is true"),
                _("What WeChat is to be told was corrected"),
                stay(_S.WAITING, _S.UNKNOWN, _S.TOLD, _S.FIXED),
                BY_SYSTEM,
                facts=_TOLD,
            ),
            Move(
                "report.renew",
                _("Have WeChat told anew"),
                _("WeChat is to be told anew what was shipped"),
                to(_S.WAITING, _S.TOLD, _S.FAILED, _S.DROPPED, _S.LEFT),
                BY_SYSTEM,
                facts=_TOLD,
            ),
            Move(
                "report.spare",
                _("Tell nothing new"),
                _("WeChat knows what is true"),
                to(_S.TOLD, _S.WAITING, _S.UNKNOWN, _S.FAILED, _S.LEFT),
                BY_SYSTEM,
                facts=_TOLD,
            ),
            Move(
                "report.drop",
                _("Tell nothing"),
                _("Nothing is left to tell WeChat"),
                to(_S.DROPPED, _S.WAITING, _S.UNKNOWN, _S.FAILED),
                BY_SYSTEM,
            ),
            Move(
                "report.tell",
                _("Tell WeChat"),
                _("WeChat was told what was shipped"),
                to(_S.TOLD, _S.WAITING, _S.UNKNOWN),
                BY_GATEWAY,
                facts=_TOLD,
            ),
            Move(
                "report.lose",
                _("Lose sight of"),
                _("Nobody knows whether WeChat was told"),
                to(_S.UNKNOWN, _S.WAITING),
                BY_GATEWAY,
                is_bad=True,
                facts=_FAILURE,
            ),
            Move(
                "report.fail",
                _("Refuse"),
                _("WeChat was not told what was shipped"),
                to(_S.FAILED, _S.WAITING, _S.UNKNOWN),
                BY_GATEWAY,
                is_bad=True,
                facts=_FAILURE,
            ),
            Move(
                "report.fix",
                _("Take no more changes"),
                _("WeChat takes no more changes"),
                to(_S.FIXED, _S.WAITING, _S.UNKNOWN),
                BY_GATEWAY,
                is_bad=True,
                facts=_FAILURE,
            ),
            Move(
                "report.retry",
                _("Send again"),
                _("WeChat to be told again"),
                to(_S.WAITING, _S.FAILED, _S.LEFT),
                BY_STAFF,
                _SHIP,
                icon_name="refresh",
            ),
            Move(
                "report.name_courier",
                _("Choose WeChat's courier"),
                _("WeChat's courier was chosen"),
                to(_S.WAITING, _S.FAILED),
                BY_STAFF,
                _SHIP,
                icon_name="truck",
                facts={"courier": str, "company": str},
            ),
            Move(
                "report.let_be",
                _("Leave it"),
                _("Left as it is at WeChat"),
                to(_S.LEFT, _S.FAILED, _S.FIXED),
                BY_STAFF,
                _SHIP,
                icon_name="check",
            ),
            Move(
                "report.arrive",
                _("Note the arrival"),
                _("All that WeChat was told of has arrived"),
                stay(*_S),
                BY_SYSTEM,
            ),
            Move(
                "report.remind",
                _("Remind the buyer"),
                _("WeChat has asked the buyer to confirm the receipt"),
                stay(*_S),
                BY_GATEWAY,
            ),
            Move(
                "report.spare_reminder",
                _("Do not remind"),
                _("WeChat did not ask the buyer to confirm the receipt"),
                stay(*_S),
                BY_GATEWAY,
                facts=_FAILURE,
            ),
        ),
        _("There is no such report."),
        scope=lambda actor: rows_in_scope(ShippingReport.objects.all(), scope_key(actor)),
        stale=DONE,
        name=lambda report: report.order.number,
        url=lambda report: reverse("orders:wechat_report", args=[report.pk]),
        joins=("order",),
    )
)
