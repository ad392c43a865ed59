"""Changing keys while the shop runs: stored values are encrypted anew, search hashes rebuilt by their owners.

Every process must already write with the new keys and still read with the old ones; docs/deploy.md has the steps.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast

from shop.crypto import EncryptedTextField, Undecryptable, current_prefix, seal, unseal

BATCH = 200
PASSES = 5
_WAIT_S = 0.5
Rebuild = Callable[[int], int | None]


@dataclass(frozen=True)
class Rehash:
    """One kind of search hashes; `rebuild(after)` does a batch and returns its last id, None at the end."""

    title: str
    rebuild: Rebuild


@dataclass(frozen=True)
class Rotated:
    """How many rows were encrypted anew, and how many still are not, because somebody held them all the while."""

    rewritten: int
    remaining: int


REHASHES: list[Rehash] = []


def rehash(title: str) -> Callable[[Rebuild], Rebuild]:
    """Declare in an app's `rehash.py` how its search hashes follow a new SEARCH_KEY."""

    def register(function: Rebuild) -> Rebuild:
        REHASHES.append(Rehash(title, function))
        return function

    return register


def rebuild_hashes(item: Rehash) -> None:
    """Go through all rows in batches; harmless to repeat after an interruption."""
    after: int | None = 0
    while after is not None:
        with fair_turn():
            after = item.rebuild(after)


@contextmanager
def fair_turn() -> Iterator[None]:
    """SQLite has one writer: leave others as much time as the batch took."""
    started = time.monotonic()
    yield
    if connection.vendor == "sqlite":
        time.sleep(time.monotonic() - started)


def list_encrypted_models() -> list[type[Model]]:
    """Every table with an encrypted column."""
    return [model for model in apps.get_models() if _sealed_fields(model)]


def _sealed_fields(model: type[Model]) -> list[EncryptedTextField]:
    return [field for field in model._meta.local_concrete_fields if isinstance(field, EncryptedTextField)]


def rotate_table(model: type[Model]) -> Rotated:
    """Encrypt every value of a table with the first of DATA_KEYS. Raises Undecryptable, naming the row.

    Rows that somebody holds are passed over and tried again, so that nobody ever waits in a circle.
    """
    rewritten = 0
    for _turn in range(PASSES):
        rewritten += sum(_rotate_pass(model))
        remaining = _stale_rows(model).count()
        if not remaining:
            break
        time.sleep(_WAIT_S)
    return Rotated(rewritten, remaining)


def _rotate_pass(model: type[Model]) -> Iterator[int]:
    after: Any = 0
    while after is not None:
        with fair_turn():
            count, after = _rotate_batch(model, after)
        yield count


def _rotate_batch(model: type[Model], after: Any) -> tuple[int, Any]:
    with transaction.atomic():
        # NO KEY: new rows may refer to these meanwhile.
        free = _stale_rows(model).select_for_update(skip_locked=True, no_key=True)
        rows = list(free.filter(pk__gt=after).order_by("pk")[:BATCH])
        count = sum(_rotate_row(model, row) for row in rows)
    return count, rows[-1]["pk"] if rows else None


def _stored(model: type[Model]) -> dict[str, Cast]:
    return {f"stored_{field.attname}": Cast(field.attname, TextField()) for field in _sealed_fields(model)}


def _stale_rows(model: type[Model]) -> "QuerySet[Any, dict[str, Any]]":
    """Rows with a value under another key, as stored text; NULL and empty values are never stale."""
    stored = _stored(model)
    stale = Q()
    for name in stored:
        stale |= Q(**{f"{name}__gt": ""}) & ~Q(**{f"{name}__startswith": current_prefix()})
    rows: QuerySet[Any, dict[str, Any]] = model._base_manager.annotate(**stored).filter(stale)
    return rows.values("pk", *stored)


def _rotate_row(model: type[Model], row: dict[str, Any]) -> int:
    pk = row["pk"]
    changes = {}
    for field in _sealed_fields(model):
        if old := row[f"stored_{field.attname}"]:
            changes[field.attname] = Value(_reseal(old, field.context, pk), output_field=TextField())
    return _unchanged(model, row).update(**changes)


def _reseal(value: str, context: str, pk: object) -> str:
    try:
        return seal(unseal(value, context=context), context=context)
    except Undecryptable as error:
        raise Undecryptable(f"{context} of row {pk}: altered, or its key is not among DATA_KEYS") from error


def _unchanged(model: type[Model], row: dict[str, Any]) -> "QuerySet[Any]":
    """The row if it still holds what was read: a value changed meanwhile is never overwritten."""
    rows: QuerySet[Any] = model._base_manager.annotate(**_stored(model)).filter(**row)
    return rows
