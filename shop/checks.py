"""System checks of the database set-up; `manage.py check --database default --deploy` runs them."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

KNOWS_ONLY_ASCII = frozenset({"C", "POSIX"})


@register(Tags.database)
def check_ctype(databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """With ctype C, trigrams drop every Chinese character: searches would find nothing, silently."""
    return [
        Error(
            f"The database {alias!r} has the character type {ctype}, which does not know Chinese.",
            hint="Create it with LC_CTYPE C.UTF-8 (or an ICU locale) and UTF8 encoding.",
            id="shop.E001",
        )
        for alias in databases or ()
        if connections[alias].vendor == "postgresql" and (ctype := _read_ctype(alias)) in KNOWS_ONLY_ASCII
    ]


def _read_ctype(alias: str) -> str:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT datctype FROM pg_database WHERE datname = current_database()")
        return str(cursor.fetchone()[0])


@register(Tags.database)
def check_pool(databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """Under ASGI, persistent connections pile up one per thread until PostgreSQL takes no more."""
    return [
        Error(
            f"The database {alias!r} is used without a connection pool, or with persistent connections.",
            hint='Set OPTIONS["pool"] and CONN_MAX_AGE = 0.',
            id="shop.E002",
        )
        for alias in databases or ()
        if connections[alias].vendor == "postgresql" and not _is_pooled(connections[alias].settings_dict)
    ]


def _is_pooled(options: dict[str, Any]) -> bool:
    return bool(options["OPTIONS"].get("pool")) and options["CONN_MAX_AGE"] == 0
