"""The invariants of the whole database, declared beside the data they are about; `manage.py check_books` runs them."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

Check = Callable[[], Iterator[str]]


@dataclass(frozen=True)
class Invariant:
    """One invariant: `find` yields a sentence per row that breaks it."""

    code: str
    title: str
    find: Check


@dataclass(frozen=True)
class Scope:
    """What to look at, by ids: only rows about these."""

    orders: Collection[int] = ()
    skus: Collection[int] = ()
    customers: Collection[int] = ()


INVARIANTS: list[Invariant] = []
_scope: ContextVar[Scope | None] = ContextVar("books_scope", default=None)


def invariant(code: str, title: str) -> Callable[[Check], Check]:
    """Declare an invariant in an app's `invariants.py`; it wraps what it reads in `in_scope`."""

    def register(function: Check) -> Check:
        INVARIANTS.append(Invariant(code, title, function))
        return function

    return register


@contextmanager
def within(scope: Scope) -> Iterator[None]:
    """Inside, books look at this much only."""
    token = _scope.set(scope)
    try:
        yield
    finally:
        _scope.reset(token)


def in_scope(rows: Any, **paths: str) -> Any:
    """Those of `rows` (a queryset) that are about what is looked at; all of them where nothing was narrowed.

    `paths` lead to what a Scope names, as orders="order", customers="order__customer".
    """
    scope = _scope.get()
    if scope is None:
        return rows
    wanted = Q(pk__in=[])
    for name, path in paths.items():
        wanted |= Q(**{f"{path}__in": getattr(scope, name)})
    # By a query of its own: a join would multiply the sums of the books.
    return rows.filter(pk__in=rows.model._base_manager.filter(wanted).values("pk"))


def list_in_scope(name: str) -> list[int] | None:
    """The ids of one kind that are looked at, in their order; None for all."""
    scope: Any = _scope.get()
    return None if scope is None else sorted(getattr(scope, name))
