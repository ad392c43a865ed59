"""System checks of the set-up; `manage.py check --database default --deploy` runs them."""

import ipaddress
import os
from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError, connections
from django.db.models import Model

from shop.crypto import list_unreadable
from shop.rotation import list_encrypted_models

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


@register(Tags.database)
def check_keys(databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """With other keys every personal value would show as unreadable, and new ones be sealed so that others are."""
    spoiled = (
        [name for model in list_encrypted_models() for name in _find_unreadable(model)] if databases else []
    )
    if not spoiled:
        return []
    return [
        Error(
            f"DATA_KEYS does not open what the database holds: {', '.join(spoiled)}.",
            hint="Set the keys that this shop was used with; `manage.py restore` writes those of a backup.",
            id="shop.E005",
        )
    ]


def _find_unreadable(model: type[Model]) -> list[str]:
    """In the newest row of a table; nothing where the table, or what opens it, is not there yet."""
    try:
        newest = model._base_manager.order_by("-pk").first()
        return list_unreadable(newest) if newest else []
    except DatabaseError:
        return []


@register(Tags.security, deploy=True)
def check_proxies(**_kwargs: Any) -> list[CheckMessage]:
    """Whoever is believed about addresses decides who is locked out, throttled and put on record."""
    return list(_find_proxy_faults(os.environ.get("FORWARDED_ALLOW_IPS", "")))


def _find_proxy_faults(allowed: str) -> Iterator[CheckMessage]:
    names = [name.strip() for name in allowed.split(",") if name.strip()]
    if "*" in names:
        yield Error(
            "FORWARDED_ALLOW_IPS is *: anybody can write any address into X-Forwarded-For.",
            hint="Name the addresses or networks of your TLS proxy.",
            id="shop.E003",
        )
    for name in names:
        if name != "*" and not _is_network(name):
            yield Error(
                f"FORWARDED_ALLOW_IPS holds {name!r}, which is no address or network: it matches no proxy.",
                hint="Write addresses like 10.0.0.5 or networks like 172.16.0.0/12, with commas between them.",
                id="shop.E004",
            )
    proxies = settings.REST_FRAMEWORK["NUM_PROXIES"]
    if not names and not proxies:
        yield Warning(
            "Neither FORWARDED_ALLOW_IPS nor NUM_PROXIES is set: behind a proxy everybody has its address.",
            hint="Then one person's wrong passwords count against all others. Name the proxy's addresses.",
            id="shop.W001",
        )
    if names and proxies:
        yield Warning(
            "FORWARDED_ALLOW_IPS and NUM_PROXIES are both set: the proxy is counted back twice.",
            hint="Leave NUM_PROXIES at 0.",
            id="shop.W002",
        )


def _is_network(name: str) -> bool:
    try:
        ipaddress.ip_network(name, strict=False)
    except ValueError:
        return False
    return True
