"""What happened to a product, in words for its page."""

from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from shop.catalog.models import Product, Sku
from shop.console.timeline import Entry
from shop.events.models import Event
from shop.events.words import Part
from shop.money import format_fen

SHOWN = 10


def describe_changes(product: Product) -> list[Entry]:
    """The last changes, newest first; a part's label begins with the SKU's code where it is one of a SKU."""
    events = Event.objects.filter(kind=Product.subject_kind, subject_id=product.pk).order_by("-number")[
        :SHOWN
    ]
    return [Entry(_title(event), event.actor_name, event.at, _list_parts(event)) for event in events]


def _title(event: Event) -> Any:
    return _("Product added") if event.verb == "product.add" else _("Product changed")


def _list_parts(event: Event) -> list[Part]:
    data = event.data
    parts = _compare(Product, "", data.get("before", {}), data.get("after", {}))
    if event.verb == "product.change":
        for code, change in data["skus"].items():
            parts += _compare(Sku, f"{code} ", change["before"], change["after"])
        parts += [Part(str(_("SKU added")), code) for code in data["added"]]
        if (count := data.get("pictures")) is not None:
            parts.append(Part(str(_("Pictures")), str(count)))
    return parts


def _compare(
    model: type[Product | Sku], prefix: str, before: dict[str, Any], after: dict[str, Any]
) -> list[Part]:
    return [
        Part(f"{prefix}{_label(model, name)}", _value(name, after[name]), _value(name, before.get(name)))
        for name in after
        if name != "is_presale"
    ]


def _label(model: type[Product | Sku], name: str) -> str:
    return str(capfirst(getattr(model._meta.get_field(name), "verbose_name", name)))


def _value(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if value in (None, ""):
        return "–"
    text = format_fen(int(value)) if name.endswith("_fen") else str(value)
    return text if len(text) <= 60 else f"{text[:60]}…"
