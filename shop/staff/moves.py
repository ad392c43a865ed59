"""What may happen to a member of staff."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shop.errors import Refused
from shop.events.words import label_facts, says_value
from shop.moves.table import BY_SHOP, BY_STAFF, BY_SYSTEM, COLUMNS, NOWHERE, Move, Subject, register, stay, to
from shop.staff.models import ACTIVE, DISABLED, StaffUser
from shop.store.pickup_stores.selectors import name_stores

_EITHER = stay(ACTIVE, DISABLED)
_MANAGE = "staff.manage"
_LIMITS = {"refund_limit_fen": int | None, "money_limit_fen": int | None}
_HIRED = {"username": str, "role": str, **_LIMITS, "store_ids": list[int]}
_ENDED = {"sessions": int}
_DEVICE = {"device": str, "ip": str | None}


def is_enabled(user: StaffUser) -> Refused | None:
    if user.is_active:
        return None
    return Refused("disabled", _("This account is disabled. Enable it again first."))


STAFF_USERS = register(
    Subject(
        StaffUser,
        _("Staff"),
        (
            Move("staff.hire", "", _("Hired"), to(ACTIVE, NOWHERE), BY_SHOP, _MANAGE, facts=_HIRED),
            Move(
                "staff.change",
                _("Change role or limit"),
                _("Staff changed"),
                _EITHER,
                BY_SHOP,
                _MANAGE,
                (is_enabled,),
                icon_name="pencil",
                facts=COLUMNS,
            ),
            Move(
                "staff.disable",
                _("Disable"),
                _("Disabled"),
                to(DISABLED, ACTIVE),
                BY_SHOP,
                _MANAGE,
                icon_name="ban",
                facts={"reason": str},
            ),
            Move(
                "staff.enable",
                _("Enable again"),
                _("Enabled again"),
                to(ACTIVE, DISABLED),
                BY_SHOP,
                _MANAGE,
                icon_name="user",
                facts={"reason": str},
            ),
            Move(
                "staff.reset_password",
                _("Reset password"),
                _("Password reset"),
                _EITHER,
                BY_SHOP,
                _MANAGE,
                (is_enabled,),
                icon_name="key",
                facts=_ENDED,
            ),
            Move("staff.change_password", "", _("Own password changed"), _EITHER, BY_STAFF, facts=_ENDED),
            Move("staff.sign_in", "", _("Signed in"), _EITHER, BY_STAFF, is_look=True, facts=_DEVICE),
            Move(
                "staff.lock_out",
                "",
                _("Locked out after wrong passwords"),
                _EITHER,
                BY_SYSTEM,
                is_look=True,
                facts={"ip": str | None},
            ),
            Move(
                "staff.download",
                "",
                _("Personal data downloaded"),
                _EITHER,
                BY_STAFF,
                "orders.reveal",
                is_look=True,
                facts={"orders": int, "reason": str},
            ),
            # Whose devices may be signed out is asked by `_lock_own_or_managed`: everybody's own, without a capability.
            Move(
                "staff.end_sessions",
                "",
                _("Devices signed out"),
                _EITHER,
                BY_SHOP,
                is_look=True,
                facts=_DEVICE | _ENDED,
            ),
        ),
        _("Nobody like this works here."),
        url=lambda user: reverse("staff:person", args=[user.pk]),
    )
)

label_facts("staff", orders=_("Orders"))
says_value("staff", "store_ids", name_stores)
