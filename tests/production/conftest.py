"""A production environment: DEMO off, strong secrets of its own."""

import base64
import os
import subprocess
from collections.abc import Callable

import pytest

from harness.environment import TEST_ENVIRONMENT
from harness.processes import run_python

KEY = base64.b64encode(b"production-test-key-0123456789ab").decode()
PRODUCTION = {
    "DEMO": "0",
    "SECRET_KEY": "m9Qe2xZ7Lr4tYc8Wb1Vn6Kd3Hs5Jf0Gp-Aq_Tz9Xw2Ru7Ey4Io1Mv6C",
    "DATA_KEYS": f"p1:{KEY}",
    "SEARCH_KEY": KEY,
    "BASE_URL": "https://shop.test",
    "ALLOWED_HOSTS": "shop.test,127.0.0.1",
    "FORWARDED_ALLOW_IPS": "127.0.0.1",
    "METRICS_TOKEN": "metrics-token-of-the-test",
    "DJANGO_SETTINGS_MODULE": "shop.settings",
}
Manage = Callable[..., "subprocess.CompletedProcess[str]"]


def production_environment(**changes: str) -> dict[str, str]:
    """The environment of a production process; an empty value takes a variable away."""
    servers = {name: os.environ.get(name, TEST_ENVIRONMENT[name]) for name in ("DATABASE_URL", "REDIS_URL")}
    kept = {name: value for name, value in os.environ.items() if name not in TEST_ENVIRONMENT}
    wanted = {**kept, **servers, **PRODUCTION, **changes}
    return {name: value for name, value in wanted.items() if value}


@pytest.fixture
def manage() -> Manage:
    def run(*arguments: str, **changes: str) -> "subprocess.CompletedProcess[str]":
        return run_python("manage.py", *arguments, environment=production_environment(**changes))

    return run
