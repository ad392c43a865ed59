"""Changing keys while the shop runs: stored values are encrypted anew, search hashes rebuilt by their owners.

Every process must already write with the new keys and still read with the old ones; docs/deploy.md has the steps.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model, Q, QuerySet, TextField
from django.db.models.functions import Cast

from shop.crypto import BOUND_PREFIX, EncryptedTextField, Erased, Undecryptable, Unreadable, current_prefix

BATCH = 200
PASSES = 5
_WAIT_S = 0.5
Rebuild = Callable[[int], int | None]
"""Does a batch of search hashes after this id and returns its last id, None at the end."""


@dataclass(frozen=True)
class Rotated:
    """How many rows were encrypted anew, and how many still are not, because somebody held them all the while."""

    rewritten: int
    remaining: int


REHASHES: dict[str, Rebuild] = {}


def rehash(title: str) -> Callable[[Rebuild], Rebuild]:
    """Declare in an app's `rehash.py` how its search hashes follow a new SEARCH_KEY."""

    def register(function: Rebuild) -> Rebuild:
        REHASHES[title] = function
        return function

    return register


def rebuild_hashes(rebuild: Rebuild) -> None:
    """Go through all rows in batches; harmless to repeat after an interruption."""
    after: int | None = 0
    while after is not None:
        with fair_turn():
            after = rebuild(after)


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

    Rows that somebody holds are passed over and tried again, so that nobody ever deadlocks.
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
        free = _stale_rows(model).select_for_update(of=("self",), skip_locked=True, no_key=True)
        rows = _load(free.filter(pk__gt=after).order_by("pk")[:BATCH])
        count = sum(_rotate_row(row) for row in rows)
    return count, rows[-1].pk if rows else None


def seal_anew(rows: "QuerySet[Any]") -> None:
    """Encrypt what is stale among these few rows, inside the caller's transaction.

    A row with a value that cannot be opened stays as it is; nothing is left of it once its buyer was erased.
    """
    for row in _load(_only_stale(rows).select_for_update(of=("self",), no_key=True)):
        with suppress(Undecryptable):
            _rotate_row(row)


def _load(rows: "QuerySet[Any]") -> list[Any]:
    """The rows with the buyers' secrets, which those that no foreign key leads to read together."""
    found = list(rows)
    if load_secrets := getattr(rows.model, "load_secrets", None):
        load_secrets(found)
    return found


def _stored(model: type[Model]) -> dict[str, Cast]:
    return {f"stored_{field.attname}": Cast(field.attname, TextField()) for field in _sealed_fields(model)}


def _stale_rows(model: type[Model]) -> "QuerySet[Any]":
    return _only_stale(model._base_manager.all())


def _only_stale(rows: "QuerySet[Any]") -> "QuerySet[Any]":
    """Those with a value sealed in another way, with the buyers' secrets."""
    return _with_buyers(_begun_otherwise(rows, current_prefix()))


def list_unbound(rows: "QuerySet[Any]") -> "QuerySet[Any]":
    """Those with a value that needs no secret of its buyer: of version 1, or plain."""
    return _begun_otherwise(rows, BOUND_PREFIX)


def _begun_otherwise(rows: "QuerySet[Any]", prefix: str) -> "QuerySet[Any]":
    """Those with a value that does not begin so; NULL and empty values are never among them."""
    stored, otherwise = _stored(rows.model), Q()
    for name in stored:
        otherwise |= Q(**{f"{name}__gt": ""}) & ~Q(**{f"{name}__startswith": prefix})
    found: QuerySet[Any] = rows.annotate(**stored).filter(otherwise)
    return found


def _with_buyers(rows: "QuerySet[Any]") -> "QuerySet[Any]":
    paths = {field.opened_by.rpartition(".")[0].replace(".", "__") for field in _sealed_fields(rows.model)}
    joins = [path for path in paths if path]
    return rows.select_related(*joins) if joins else rows


def _rotate_row(row: Any) -> int:
    changes = {field.attname: _reseal(field, row) for field in _sealed_fields(type(row))}
    return _unchanged(row).update(**changes)


def _reseal(field: EncryptedTextField, row: Any) -> str | None:
    """The value sealed as today; of an erased one, which nobody can seal, nothing is left."""
    value = getattr(row, field.attname)
    if isinstance(value, Erased) or not value:
        return value and ""
    if isinstance(value, Unreadable):
        raise Undecryptable(f"{field.context} of row {row.pk}: altered, or its key is not among DATA_KEYS")
    return field.seal(value, row)


def _unchanged(row: Any) -> "QuerySet[Any]":
    """The row if it still holds what was read: a value changed meanwhile is never overwritten."""
    stored = _stored(type(row))
    read = {name: getattr(row, name) for name in stored}
    rows: QuerySet[Any] = type(row)._base_manager.annotate(**stored)
    return rows.filter(pk=row.pk, **read)
