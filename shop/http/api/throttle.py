"""Limits of requests a minute."""

from typing import Any

from rest_framework.request import Request
from rest_framework.throttling import ScopedRateThrottle

from shop.http.addresses import read_network
from shop.http.buckets import take


class BucketThrottle(ScopedRateThrottle):
    """DRF's rates per `throttle_scope`, without its reading, changing and writing back a list of times.

    As many requests as the rate names may come at once; room comes back evenly. Without Redis nobody is refused.
    """

    _wait_ms = 0

    def get_ident(self, request: Request) -> str:
        """Strangers are counted by network: of IPv6 addresses anybody has as many as they like."""
        return read_network(request._request) or ""

    def allow_request(self, request: Request, view: Any) -> bool:
        self.scope = getattr(view, self.scope_attr, None)
        if not self.scope:
            return True
        count, seconds = self.parse_rate(self.get_rate())
        if count is None or seconds is None:
            return True
        bucket = f"bucket_{self.get_cache_key(request, view)}"
        self._wait_ms = take(bucket, each_ms=seconds * 1000 / count, full_ms=seconds * 1000)
        return self._wait_ms == 0

    def wait(self) -> float:
        """Seconds until there is room for one more."""
        return self._wait_ms / 1000
