"""What tests keep in the shop's cache, in a Redis that several workers share."""

from typing import Any

from django.core.cache import cache


def forget_cached() -> None:
    """Forget what this worker has cached: `cache.clear` would empty the database of all of them."""
    known: Any = cache
    client = known._cache.get_client(write=True)
    if keys := list(client.scan_iter(known.make_key("*", version="*"))):
        client.delete(*keys)
