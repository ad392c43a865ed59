"""What an event's data says, in words: one line per value, for pages that show any event."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
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
}


@dataclass(frozen=True)
class Part:
    """One value; `before` is "" where nothing was replaced."""

    label: Any
    after: str
    before: str = ""

    @property
    def text(self) -> str:
        return (
            _("%(label)s: %(text)s") % {"label": self.label, "text": self.after} if self.label else self.after
        )


Teller = Callable[[Any, Mapping[str, Any]], Iterable[Part]]
"""Tells one value of an event's data, with all of it at hand; under `NAMES` what its page calls the rows it names."""
NAMES = "names"
_TELLERS: dict[str, dict[str, Teller]] = defaultdict(dict)
_TOLD_ALONE: set[str] = set()


def tells(kind: str, key: str) -> Callable[[Teller], Teller]:
    """Declare how a value is told of one kind of subject; what has a teller comes first, in their order."""

    def register(teller: Teller) -> Teller:
        _TELLERS[kind][key] = teller
        return teller

    return register


def tell_only(kind: str) -> None:
    """Of this kind of subject nothing is told but what has a teller: the rest is for programs."""
    _TOLD_ALONE.add(kind)


def label_facts(kind: str, **labels: Any) -> None:
    """Tellers of values that are words already."""
    for key, label in labels.items():
        tells(kind, key)(partial(_label_fact, label))


def _label_fact(label: Any, value: Any, _data: Mapping[str, Any]) -> list[Part]:
    return [Part(label, str(value))]


def leave_out(kind: str, *keys: str) -> None:
    """Of these values nothing is told: what was done says it, or they are for programs."""
    for key in keys:
        tells(kind, key)(lambda _value, _data: ())


_VALUES: dict[tuple[str, str], Callable[[Any], str]] = {}


def says_value(kind: str, column: str, say: Callable[[Any], Any]) -> None:
    """Declare how the values of one column are told, where its choices and its type do not say it."""
    _VALUES[kind, column] = say


def describe_data(event: Event, model: type[models.Model] | None) -> list[Part]:
    """The values of an event; names and choices are those of `model`. Sealed values stay sealed, but for reasons."""
    return describe_facts(event.kind, event.data | event.words, model)


def describe_facts(kind: str, data: Mapping[str, Any], model: type[models.Model] | None) -> list[Part]:
    """The same of the data alone."""
    own = _TELLERS.get(kind, {})
    rest = {} if kind in _TOLD_ALONE else {key: data[key] for key in data if key not in own}
    parts = (*_tell(own, data), *_list_parts(rest, model))
    changes = (
        compare(data.get("before"), data.get("after"), model) if "before" in data or "after" in data else ()
    )
    return [part for part in (*changes, *parts) if part.after or part.before]


def _tell(tellers: Mapping[str, Teller], data: Mapping[str, Any]) -> Iterator[Part]:
    for key, teller in tellers.items():
        if not _is_empty(data.get(key)):
            yield from teller(data[key], data)


def _is_empty(value: Any) -> bool:
    return value is None or value in ("", [], {})


def compare(before: Any, after: Any, model: type[models.Model] | None, *, prefix: str = "") -> Iterator[Part]:
    """What was replaced by what: the columns of a row of `model`, or one value without a name."""
    if not isinstance(after, dict):
        yield Part("", _value("after", after, model), _value("before", before, model))
        return
    was = before if isinstance(before, dict) else {}
    for name in [name for name in after if name not in getattr(model, "untold_fields", ())]:
        values = _value(name, after[name], model), _value(name, was.get(name), model)
        yield Part(f"{prefix}{_label(name, model)}", *values)


def _list_parts(data: Mapping[str, Any], model: type[models.Model] | None) -> Iterator[Part]:
    for name, value in data.items():
        if name not in ("before", "after") and not _is_empty(value):
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
    if value and (say := _VALUES.get((getattr(model, "subject_kind", ""), name))):
        return str(say(value))
    if isinstance(value, bool):
        return _("on") if value else _("off")
    if value in (None, ""):
        return NOTHING
    if isinstance(value, list | tuple):
        labels = getattr(model, "item_labels", {}).get(name, {})
        words = (_label(item, model) if name == "fields" else labels.get(item, item) for item in value)
        return _(", ").join(str(word) for word in words)
    if isinstance(value, dict):
        return _(", ").join(f"{key} {item}" for key, item in value.items())
    if name.endswith("_fen") and isinstance(value, int):
        return format_fen(value)
    choices = dict(getattr(_field(name, model), "flatchoices", ()) or ())
    return str(choices.get(value, value))


_MACHINES: dict[str, Any] = {}


def name_machines(labels: Mapping[str, Any]) -> None:
    """Declare what the outside services are called that act under these names; the others are WeChat Pay."""
    _MACHINES.update(labels)


def describe_actor(event: Event) -> str:
    """Who did it: a colleague by name, others by what they are."""
    words = {
        ActorKind.SYSTEM: _("the system"),
        ActorKind.GATEWAY: str(_MACHINES.get(event.actor_name) or _("WeChat Pay")),
        ActorKind.CUSTOMER: _("the buyer"),
        ActorKind.VERIFIER: _("verifier %(number)s") % {"number": event.actor_name},
    }
    return words.get(ActorKind(event.actor_kind), "") or event.actor_name or event.actor_kind
