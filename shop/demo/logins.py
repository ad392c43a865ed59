"""The demo's staff, one per role, and their passwords: derived from a key of the installation, never stored."""

import base64
import hashlib
import hmac

from django.conf import settings

STAFF = {
    "owner": "林山野",
    "manager": "周小满",
    "order_clerk": "陈禾",
    "warehouse": "赵大川",
    "support": "许晴",
    "finance": "钱敏",
    "store_clerk": "孙果",
}
"""Role, which is also the user name → the name that colleagues see."""


def demo_password(username: str) -> str:
    """60 bits in three groups that can be typed, the same on every call for this shop.

    The key is one that a backup takes along, so that a restored shop is entered as before.
    """
    digest = hmac.new(settings.SEARCH_KEY, f"demo login {username}".encode(), hashlib.sha256).digest()
    text = base64.b32encode(digest).decode().lower()
    return "-".join(text[start : start + 4] for start in (0, 4, 8))
