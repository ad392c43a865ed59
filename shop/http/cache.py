"""A cache whose absence locks nobody out."""

import logging
from functools import cache
from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


class FailOpenRedisCache(RedisCache):
    """Redis for throttles: while it is down or hangs, reads find nothing and writes do nothing.

    Django makes a cache for each thread, and each request has a thread of its own: the connections are shared.
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

    def set(self, *args: Any, **kwargs: Any) -> None:
        try:
            super().set(*args, **kwargs)
        except (RedisError, OSError) as error:
            logger.warning("cache unavailable: %s", type(error).__name__)


@cache
def _share_client(server: str, **options: Any) -> RedisCacheClient:
    return RedisCacheClient([server], **options)
