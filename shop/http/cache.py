"""A cache whose absence locks nobody out."""

import logging
from functools import cache
from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from django.utils.functional import cached_property
from redis import Redis
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


class FailOpenRedisCache(RedisCache):
    """Redis for throttles: while it is down or hangs, reads find nothing and writes do nothing.

    Django makes a cache for each thread, and there are many: the connections are shared.
    """

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._cache = _share_client(server, **params.get("OPTIONS", {}))

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        try:
            return super().get(key, default, version)
        except (RedisError, OSError) as error:
            logger.warning("cache unavailable: %s", type(error).__name__)
            return default

    def get_many(self, keys: Any, version: int | None = None) -> Any:
        try:
            return super().get_many(keys, version)
        except (RedisError, OSError) as error:
            logger.warning("cache unavailable: %s", type(error).__name__)
            return {}

    def set(self, *args: Any, **kwargs: Any) -> None:
        try:
            super().set(*args, **kwargs)
        except (RedisError, OSError) as error:
            logger.warning("cache unavailable: %s", type(error).__name__)

    def add(self, *args: Any, **kwargs: Any) -> bool:
        """Whether the key is new; False also while nobody can tell."""
        try:
            return bool(super().add(*args, **kwargs))
        except (RedisError, OSError) as error:
            logger.warning("cache unavailable: %s", type(error).__name__)
            return False

    def run_script(self, source: str, key: str, *arguments: float) -> Any:
        """Run a Lua script on one key, which nothing else can change meanwhile. Raises RedisError, OSError."""
        name = self.make_and_validate_key(key)
        return self._cache.get_client(name, write=True).eval(source, 1, name, *arguments)


class _SharedClient(RedisCacheClient):
    """Django makes a Redis client for each call, which takes longer than the call."""

    @cached_property
    def _one(self) -> Redis:
        pool = self._get_connection_pool(write=True)  # type: ignore[attr-defined]  # Django's own
        return Redis(connection_pool=pool)

    def get_client(self, key: Any = None, *, write: bool = False) -> Redis:
        return self._one


@cache
def _share_client(server: str, **options: Any) -> RedisCacheClient:
    return _SharedClient([server], **options)
