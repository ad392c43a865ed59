"""What may happen to an after-sale that the buyer, or staff, brings before a supervisor."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from aftersales.choices import OPEN, OVER_FOR_GOODS
from aftersales.moves.guards import (
    HANDLE,
    SUPERVISE,
    can_be_disputed,
    is_disputed,
    is_shop_at_fault,
)
from shop.actor import ActorKind
from shop.moves.table import BY_CUSTOMER_OR_STAFF, BY_STAFF, BY_SYSTEM, WHY, Move, stay

_DISPUTABLE = stay(*OPEN, *OVER_FOR_GOODS)

DISPUTE_MOVES: tuple[Move, ...] = (
    Move(
        "aftersale.dispute",
        pgettext_lazy("aftersale", "Dispute"),
        _("The after-sale is disputed"),
        _DISPUTABLE,
        BY_CUSTOMER_OR_STAFF,
        HANDLE,
        (can_be_disputed,),
        own_guards={ActorKind.CUSTOMER: (is_shop_at_fault,)},
        button=_("Let a supervisor decide"),
        icon_name="alert-triangle",
        is_bad=True,
        is_told=True,
        facts={"about": str},
    ),
    Move(
        "aftersale.withdraw_dispute",
        _("Withdraw the dispute"),
        _("The dispute is withdrawn"),
        _DISPUTABLE,
        BY_CUSTOMER_OR_STAFF,
        HANDLE,
        (is_disputed,),
        icon_name="arrow-back-up",
        is_told=True,
    ),
    Move(
        "aftersale.decide_for_buyer",
        _("Decide for the buyer"),
        _("The dispute is decided for the buyer"),
        _DISPUTABLE,
        BY_STAFF,
        SUPERVISE,
        (is_disputed,),
        icon_name="check",
        is_told=True,
        says=WHY,
    ),
    Move(
        "aftersale.decide_for_shop",
        _("Decide for the shop"),
        _("The dispute is decided for the shop"),
        _DISPUTABLE,
        BY_STAFF,
        SUPERVISE,
        (is_disputed,),
        icon_name="x",
        is_told=True,
        says=WHY,
    ),
    Move(
        "aftersale.near_verdict",
        _("Warn before the time to decide is over"),
        _("The time to decide the dispute is nearly over"),
        _DISPUTABLE,
        BY_SYSTEM,
        guards=(is_disputed,),
        is_look=True,
    ),
    Move(
        "aftersale.be_undecided",
        _("Note that the dispute is not decided in time"),
        _("The dispute is not decided in time"),
        _DISPUTABLE,
        BY_SYSTEM,
        guards=(is_disputed,),
        is_bad=True,
        is_look=True,
    ),
)
