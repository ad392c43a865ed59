"""Tables as lines of JSON, the same from SQLite and PostgreSQL; encrypted columns stay encrypted."""

import base64
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from graphlib import TopologicalSorter
from itertools import islice
from operator import attrgetter
from typing import Any, TypeAlias
from uuid import UUID

from django.apps import apps
from django.db.models import Field, Model, TextField, Value
from django.db.models.functions import Cast

from shop.crypto import EncryptedTextField

BATCH = 1000
# Made again by every installation (migrate, the running processes), or of no use after a restore (sign-ins).
LEFT_OUT_APPS = frozenset({"contenttypes", "auth", "sessions", "axes"})
LEFT_OUT_MODELS = frozenset({"events.Heartbeat", "staff.StaffSession"})

ModelClass = type[Model]
AnyField: TypeAlias = "Field[Any, Any]"


def list_models() -> list[ModelClass]:
    """Every table of the shop, each after the tables its foreign keys point to."""
    models = [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and not _is_left_out(model)
    ]
    graph = {
        model: sorted(_targets(model) & set(models) - {model}, key=attrgetter("_meta.label"))
        for model in models
    }
    return list(TopologicalSorter(graph).static_order())


def _is_left_out(model: ModelClass) -> bool:
    return model._meta.app_label in LEFT_OUT_APPS or model._meta.label in LEFT_OUT_MODELS


def _targets(model: ModelClass) -> set[ModelClass]:
    return {field.related_model for field in stored_fields(model) if isinstance(field.related_model, type)}


def stored_fields(model: ModelClass) -> list[AnyField]:
    return [field for field in model._meta.concrete_fields if field.column and not field.generated]


def column_names(model: ModelClass) -> list[str]:
    return [field.attname for field in stored_fields(model)]


def read_lines(model: ModelClass) -> Iterator[bytes]:
    """One line of JSON per row, by primary key, in constant memory. Call it inside `snapshot()`."""
    sealed = {
        f.attname: f"stored_{f.attname}" for f in stored_fields(model) if isinstance(f, EncryptedTextField)
    }
    aliases = {alias: Cast(name, TextField()) for name, alias in sealed.items()}
    names = [sealed.get(name, name) for name in column_names(model)]
    rows = model._base_manager.annotate(**aliases).order_by("pk").values_list(*names)
    for row in rows.iterator(chunk_size=BATCH):
        yield json.dumps(row, ensure_ascii=False, separators=(",", ":"), default=_encode).encode() + b"\n"


def _encode(value: object) -> str:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode()
    raise TypeError(f"{type(value).__name__} has no place in a backup")


def write_lines(model: ModelClass, columns: Sequence[str], lines: Iterable[bytes]) -> int:
    """Insert the rows of these lines and return how many there were."""
    fields = {field.attname: field for field in stored_fields(model)}
    ordered = [fields[name] for name in columns]
    count, remaining = 0, iter(lines)
    while batch := [_make_row(model, ordered, line) for line in islice(remaining, BATCH)]:
        model._base_manager.bulk_create(batch)
        count += len(batch)
    return count


def _make_row(model: ModelClass, fields: Sequence[AnyField], line: bytes) -> Model:
    values = zip(fields, json.loads(line), strict=True)
    return model(**{field.attname: _decode(field, value) for field, value in values})


def _decode(field: AnyField, value: Any) -> Any:
    if isinstance(field, EncryptedTextField) and value:
        return Value(value, output_field=TextField())
    return field.to_python(value)
