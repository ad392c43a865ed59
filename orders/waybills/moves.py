"""What may happen to an e-waybill."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orders.scope import rows_in_scope, scope_key
from orders.waybills.models import Waybill, WaybillState
from shop.events.words import label_facts, tell_only
from shop.moves.table import (
    BY_GATEWAY,
    BY_SHOP,
    BY_STAFF,
    DONE,
    NOWHERE,
    WHY,
    Move,
    Subject,
    register,
    stay,
    to,
)

_SHIP = "orders.ship"
_LABEL = {"code": str, "courier": str}
_NUMBER = _LABEL | {"tracking_no": str}
_FAILURE = _LABEL | {"error": str}
_S = WaybillState

label_facts(
    "waybill", tracking_no=_("Tracking number"), error=_("The provider said"), copies=_("Times printed")
)
tell_only("waybill")

WAYBILLS = register(
    Subject(
        Waybill,
        _("E-waybill"),
        (
            Move(
                "waybill.request",
                _("Get e-waybill"),
                _("E-waybill asked for"),
                to(_S.REQUESTED, NOWHERE),
                BY_SHOP,
                _SHIP,
                icon_name="file-invoice",
                facts=_LABEL,
            ),
            Move(
                "waybill.retry",
                _("Ask again"),
                _("E-waybill asked for again"),
                to(_S.REQUESTED, _S.FAILED),
                BY_SHOP,
                _SHIP,
                icon_name="refresh",
                facts=_LABEL,
            ),
            Move(
                "waybill.issue",
                _("Issue"),
                _("E-waybill issued"),
                to(_S.ISSUED, _S.REQUESTED, _S.UNKNOWN, _S.DISPUTED),
                BY_GATEWAY,
                facts=_NUMBER,
            ),
            Move(
                "waybill.fail",
                _("Refuse"),
                _("E-waybill refused"),
                to(_S.FAILED, _S.REQUESTED, _S.UNKNOWN),
                BY_GATEWAY,
                is_bad=True,
                facts=_FAILURE,
            ),
            Move(
                "waybill.lose",
                _("Lose sight of"),
                _("No believable answer about the e-waybill"),
                to(_S.UNKNOWN, _S.REQUESTED),
                BY_GATEWAY,
                is_bad=True,
                facts=_FAILURE,
            ),
            Move(
                "waybill.dispute",
                _("Dispute"),
                _("The provider's answer needs a person"),
                to(_S.DISPUTED, _S.REQUESTED, _S.UNKNOWN),
                BY_GATEWAY,
                is_bad=True,
                facts=_FAILURE,
            ),
            Move(
                "waybill.enter",
                _("Enter the number"),
                _("Number of the e-waybill entered by hand"),
                to(_S.ISSUED, _S.UNKNOWN, _S.DISPUTED),
                BY_STAFF,
                _SHIP,
                icon_name="pencil",
                facts=_NUMBER,
            ),
            Move(
                "waybill.give_up",
                _("Give it up"),
                _("E-waybill given up"),
                to(_S.VOID, _S.UNKNOWN, _S.DISPUTED),
                BY_STAFF,
                _SHIP,
                icon_name="x",
                says=WHY,
                facts=_LABEL,
            ),
            Move(
                "waybill.void",
                _("Void"),
                _("E-waybill to be voided"),
                to(_S.VOIDING, _S.ISSUED),
                BY_SHOP,
                _SHIP,
                icon_name="ban",
                facts=_NUMBER,
            ),
            Move(
                "waybill.voided",
                _("Voided"),
                _("E-waybill voided"),
                to(_S.VOID, _S.VOIDING),
                BY_GATEWAY,
                facts=_NUMBER,
            ),
            Move(
                "waybill.keep",
                _("Refuse to void"),
                _("The courier did not void the e-waybill"),
                to(_S.ISSUED, _S.VOIDING),
                BY_GATEWAY,
                is_bad=True,
                facts=_NUMBER | {"error": str},
            ),
            Move(
                "waybill.late",
                _("Come late"),
                _("A number came for an e-waybill that had been given up; it is voided"),
                to(_S.VOIDING, _S.VOID),
                BY_GATEWAY,
                is_bad=True,
                facts=_NUMBER,
            ),
            Move(
                "waybill.use",
                _("Use"),
                _("E-waybill used for a parcel"),
                to(_S.USED, _S.ISSUED),
                BY_STAFF,
                _SHIP,
                facts=_NUMBER,
            ),
            Move(
                "waybill.free",
                _("Free"),
                _("E-waybill kept for the next parcel"),
                to(_S.ISSUED, _S.USED),
                BY_SHOP,
                _SHIP,
                facts=_NUMBER,
            ),
            Move(
                "waybill.print",
                _("Print the label"),
                _("Label printed"),
                stay(_S.ISSUED, _S.USED),
                BY_STAFF,
                _SHIP,
                is_look=True,
                icon_name="printer",
                facts=_NUMBER | {"copies": int},
            ),
        ),
        _("There is no such e-waybill."),
        scope=lambda actor: rows_in_scope(Waybill.objects.all(), scope_key(actor)),
        stale=DONE,
        name=lambda waybill: waybill.code,
        url=lambda waybill: reverse("orders:detail", args=[waybill.order.number]),
        joins=("order",),
    )
)
