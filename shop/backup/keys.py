"""The shop's own keys, which travel in the locked box of an archive."""

import base64

from django.conf import settings


def read_own_secrets() -> dict[str, str]:
    """The keys this process runs with, spelled as in its environment."""

    def spell(key: bytes) -> str:
        return base64.b64encode(key).decode()

    secrets = {
        "DATA_KEYS": ",".join(f"{key_id}:{spell(key)}" for key_id, key in settings.DATA_KEYS.items()),
        "SEARCH_KEY": spell(settings.SEARCH_KEY),
    }
    if settings.SEARCH_KEY_OLD:
        secrets["SEARCH_KEY_OLD"] = spell(settings.SEARCH_KEY_OLD)
    return secrets
