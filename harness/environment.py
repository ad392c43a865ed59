"""The environment of every test process: dummy secrets, and servers unless the caller names others."""

import base64
import os

# Port 9 (discard) is where nobody listens: a test that forgets its stand-in never reaches the real services.
NOWHERE = "http://127.0.0.1:9"
DUMMY_KEY = base64.b64encode(b"only-for-tests-0123456789abcdef!").decode()

TEST_ENVIRONMENT = {
    "DEMO": "1",
    "STRICT": "1",
    "SECRET_KEY": "only-for-tests",
    "DATA_KEYS": f"k1:{DUMMY_KEY}",
    "SEARCH_KEY": DUMMY_KEY,
    "ALLOWED_HOSTS": "127.0.0.1,localhost,testserver",
    "DATABASE_URL": "postgres://postgres@127.0.0.1:5432/shop",
    "REDIS_URL": "redis://127.0.0.1:6379/15",
    "MAX_UNPAID_ORDERS": "1000",
    "STANDIN_URL": NOWHERE,
    "WECHAT_PAY_URL": NOWHERE,
    "ALIPAY_URL": f"{NOWHERE}/gateway.do",
    "WECHAT_MINI_URL": NOWHERE,
    "WECHAT_OPEN_URL": NOWHERE,
    "KDNIAO_URL": NOWHERE,
    "KUAIDI100_URL": NOWHERE,
    "KUAIDI100_POLL_URL": NOWHERE,
}


def set_test_environment() -> None:
    """Give every variable the caller has not set its value for tests."""
    for name, value in TEST_ENVIRONMENT.items():
        os.environ.setdefault(name, value)
