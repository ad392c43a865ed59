"""What may happen to freight templates."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shop.errors import Refused
from shop.freight import selectors as selectors  # with the table, what tells the shop's usual freight
from shop.freight import telling as telling
from shop.freight.models import FreightTemplate
from shop.moves.table import BY_SHOP, COLUMNS, Subject, register, stateless
from shop.words import fill

_EDIT = "settings.edit"
_TERMS = {"terms": dict[str, object]}


def is_not_default(template: FreightTemplate) -> Refused | None:
    if not template.is_default:
        return None
    return Refused("is_default", _("This is the default template already."))


def may_go(template: FreightTemplate) -> Refused | None:
    if not template.is_default:
        return None
    message = _("Products that name no template go by this one. Make another one the default first.")
    return Refused("default_stays", message)


def is_not_used(template: FreightTemplate) -> Refused | None:
    """Products stand on a floor above; only their number is asked for."""
    if count := template.products.count():
        message = _("%(count)d products go by this template. Choose another one on their pages first.")
        return Refused("in_use", fill(message, {"count": count}))
    return None


TEMPLATES = register(
    Subject(
        FreightTemplate,
        _("Freight template"),
        (
            stateless(
                "freight_template.add",
                _("Freight template added"),
                BY_SHOP,
                _EDIT,
                facts={"name": str} | _TERMS,
            ),
            stateless(
                "freight_template.change",
                _("Freight template changed"),
                BY_SHOP,
                _EDIT,
                facts=COLUMNS | _TERMS,
            ),
            stateless(
                "freight_template.make_default",
                _("Made the default template"),
                BY_SHOP,
                _EDIT,
                label=_("Make it the default"),
                icon_name="star",
                guards=(is_not_default,),
            ),
            stateless("freight_template.step_back", _("No longer the default template"), BY_SHOP, _EDIT),
            stateless(
                "freight_template.delete",
                _("Freight template deleted"),
                BY_SHOP,
                _EDIT,
                label=_("Delete"),
                icon_name="trash",
                guards=(may_go, is_not_used),
                facts={"name": str},
            ),
        ),
        _("There is no such freight template."),
        url=lambda template: reverse("freight:template", args=[template.pk]),
    )
)
