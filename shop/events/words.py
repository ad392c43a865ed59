"""What an event's data says, in words: one line per value, for pages that show any event."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shop.actor import ActorKind
from shop.events.models import Event
from shop.money import format_fen

NOTHING = "–"
_LABELS = {
    "second": gettext_lazy("Second person"),
    "looked_at": gettext_lazy("Orders looked at"),
    "broken": gettext_lazy("Contradictions"),
    "reason": gettext_lazy("Reason"),
    "fields": gettext_lazy("Changed"),
    "skus": gettext_lazy("SKUs"),
    "sessions": gettext_lazy("Devices signed out"),
    "device": gettext_lazy("Device"),
    "ip": gettext_lazy("IP address"),
    "name": gettext_lazy("Name"),
    "amount_fen": gettext_lazy("Amount"),
    "balance_fen": gettext_lazy("Balance"),
    "order": gettext_lazy("Order"),
    "taken": gettext_lazy("Taken from orders"),
}


@dataclass(frozen=True)
class Part:
    """One value; `before` is "" where nothing was replaced."""

    label: Any
    after: str
    before: str = ""


def describe_data(event: Event, model: type[models.Model] | None) -> list[Part]:
    """The values of an event; names and choices are those of `model`. Sealed values stay sealed, but for reasons."""
    return [part for part in _parts(event.data | event.words, model) if part.after or part.before]


def _parts(data: dict[str, Any], model: type[models.Model] | None) -> Iterator[Part]:
    before, after = data.get("before"), data.get("after")
    if isinstance(after, dict):
        was = before if isinstance(before, dict) else {}
        for name, value in after.items():
            yield Part(_label(name, model), _value(name, value, model), _value(name, was.get(name), model))
    elif "before" in data or "after" in data:
        yield Part("", _value("after", after, model), _value("before", before, model))
    for name, value in data.items():
        if name not in ("before", "after") and value not in (None, "", [], {}):
            yield Part(_label(name, model), _value(name, value, model))


def _field(name: str, model: type[models.Model] | None) -> Any:
    try:
        return model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        return None


def _label(name: str, model: type[models.Model] | None) -> Any:
    if name in _LABELS:
        return _LABELS[name]
    if former := getattr(model, "former_fields", {}).get(name):
        return capfirst(former)
    field = _field(name, model)
    return capfirst(getattr(field, "verbose_name", name))


def _value(name: str, value: Any, model: type[models.Model] | None) -> str:
    if isinstance(value, bool):
        return _("on") if value else _("off")
    if value in (None, ""):
        return NOTHING
    if isinstance(value, list | tuple):
        labels = getattr(model, "item_labels", {}).get(name, {})
        words = (_label(item, model) if name == "fields" else labels.get(item, item) for item in value)
        return ", ".join(str(word) for word in words)
    if isinstance(value, dict):
        return ", ".join(f"{key} {item}" for key, item in value.items())
    if name.endswith("_fen") and isinstance(value, int):
        return format_fen(value)
    choices = dict(getattr(_field(name, model), "flatchoices", ()) or ())
    return str(choices.get(value, value))


def describe_actor(event: Event) -> str:
    """Who did it: a colleague by name, others by what they are."""
    words = {
        ActorKind.SYSTEM: _("the system"),
        ActorKind.GATEWAY: _("WeChat Pay"),
        ActorKind.CUSTOMER: _("the buyer"),
    }
    return words.get(ActorKind(event.actor_kind), "") or event.actor_name or event.actor_kind
