"""What may happen to the terms of after-sales, to the reasons, and to where returns go."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from aftersales.terms.models import AftersaleTerms, Reason, ReturnAddress
from shop.errors import Refused
from shop.moves.table import BY_SHOP, COLUMNS, Subject, register, stateless

_SETUP = "settings.edit"

TERMS = register(
    Subject(
        AftersaleTerms,
        _("Terms of after-sales"),
        (
            stateless(
                "aftersale_terms.change",
                _("Terms of after-sales changed"),
                BY_SHOP,
                _SETUP,
                facts=COLUMNS,
            ),
        ),
        _("There are no such terms."),
        url=lambda _terms: reverse("aftersales:settings"),
    )
)


def is_used(row: Reason | ReturnAddress) -> Refused | None:
    return (
        None if row.is_in_use else Refused("not_in_use", _("This is not used any more. Use it again first."))
    )


def is_unused(row: Reason | ReturnAddress) -> Refused | None:
    return Refused("already_done", _("This is used already.")) if row.is_in_use else None


def is_not_default(address: ReturnAddress) -> Refused | None:
    if not address.is_default:
        return None
    return Refused("is_default", _("This is the default address. Make another one the default first."))


REASONS = register(
    Subject(
        Reason,
        _("Reason of after-sales"),
        (
            stateless("aftersale_reason.add", _("Reason added"), BY_SHOP, _SETUP),
            stateless("aftersale_reason.change", _("Reason changed"), BY_SHOP, _SETUP, facts=COLUMNS),
            stateless(
                "aftersale_reason.retire",
                _("Reason no longer offered"),
                BY_SHOP,
                _SETUP,
                label=_("Use no more"),
                icon_name="ban",
                guards=(is_used,),
            ),
            stateless(
                "aftersale_reason.take_up",
                _("Reason offered again"),
                BY_SHOP,
                _SETUP,
                label=_("Use again"),
                icon_name="refresh",
                guards=(is_unused,),
            ),
        ),
        _("There is no such reason."),
        url=lambda reason: reverse("aftersales:reason", args=[reason.pk]),
    )
)
RETURN_ADDRESSES = register(
    Subject(
        ReturnAddress,
        _("Return address"),
        (
            stateless("return_address.add", _("Return address added"), BY_SHOP, _SETUP),
            stateless("return_address.change", _("Return address changed"), BY_SHOP, _SETUP, facts=COLUMNS),
            stateless(
                "return_address.choose",
                _("Made the default return address"),
                BY_SHOP,
                _SETUP,
                label=_("Make it the default"),
                icon_name="star",
                guards=(is_used, is_not_default),
            ),
            stateless("return_address.step_back", _("No longer the default return address"), BY_SHOP, _SETUP),
            stateless(
                "return_address.retire",
                _("Return address no longer used"),
                BY_SHOP,
                _SETUP,
                label=_("Use no more"),
                icon_name="ban",
                guards=(is_used, is_not_default),
            ),
            stateless(
                "return_address.take_up",
                _("Return address used again"),
                BY_SHOP,
                _SETUP,
                label=_("Use again"),
                icon_name="refresh",
                guards=(is_unused,),
            ),
        ),
        _("There is no such return address."),
        url=lambda address: reverse("aftersales:return_address", args=[address.pk]),
    )
)
