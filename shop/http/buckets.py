"""Buckets that fill evenly: how often something may happen, counted by one atomic script in Redis."""

import logging
from typing import cast

from django.core.cache import caches
from redis.exceptions import RedisError

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


def take(name: str, *, each_ms: float, full_ms: float) -> int:
    """Milliseconds until there is room for one more, 0 when it was let through and counted; without Redis always 0.

    One comes back every `each_ms`; `full_ms / each_ms` may come at once.
    """
    try:
        cache = cast(FailOpenRedisCache, caches["default"])
        return int(cache.run_script(_TAKE, name, each_ms, full_ms))
    except (RedisError, OSError) as error:
        logger.warning("cache unavailable: %s", type(error).__name__)
        return 0
