"""Limits of requests a minute, counted by one atomic script in Redis."""

import logging
from typing import Any, cast

from django.core.cache import caches
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import ScopedRateThrottle

from shop.http.cache import FailOpenRedisCache

logger = logging.getLogger(__name__)
# The generic cell rate algorithm (ITU-T I.371): the key holds the time at which the bucket will be empty. Answers
# how many milliseconds to wait, 0 for a request that was let through and counted.
_TAKE = """
local each, full, time = tonumber(ARGV[1]), tonumber(ARGV[2]), redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local empty_at = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now) + each
if empty_at - now > full then return math.ceil(empty_at - now - full) end
redis.call('SET', KEYS[1], string.format('%.0f', empty_at), 'PX', math.ceil(full))
return 0
"""


class BucketThrottle(ScopedRateThrottle):
    """DRF's rates per `throttle_scope`, without its reading, changing and writing back a list of times.

    As many requests as the rate names may come at once; room comes back evenly. Without Redis nobody is refused.
    """

    _wait_ms = 0

    def allow_request(self, request: Request, view: Any) -> bool:
        self.scope = getattr(view, self.scope_attr, None)
        if not self.scope:
            return True
        count, seconds = self.parse_rate(self.get_rate())
        if count is None or seconds is None:
            return True
        bucket = f"bucket_{self.get_cache_key(request, view)}"
        self._wait_ms = _take(bucket, seconds * 1000 / count, seconds * 1000)
        return self._wait_ms == 0

    def wait(self) -> float:
        """Seconds until there is room for one more."""
        return self._wait_ms / 1000


def _take(name: str, each_ms: float, full_ms: float) -> int:
    try:
        cache = cast(FailOpenRedisCache, caches["default"])
        return int(cache.run_script(_TAKE, name, each_ms, full_ms))
    except (RedisError, OSError) as error:
        logger.warning("cache unavailable: %s", type(error).__name__)
        return 0
