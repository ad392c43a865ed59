"""A deployment that believes the wrong proxy is told so before it opens."""

from typing import Any

import pytest

from shop import checks


@pytest.mark.parametrize(
    ("allowed", "proxies", "ids"),
    [
        ("172.16.0.0/12,10.0.0.5", 0, []),
        ("fd12::/16", 0, []),
        ("", 1, []),
        ("", 0, ["shop.W001"]),
        ("*", 0, ["shop.E003"]),
        ("proxy.internal", 0, ["shop.E004"]),
        ("10.0.0.5 10.0.0.6", 0, ["shop.E004"]),
        ("10.0.0.5", 1, ["shop.W002"]),
    ],
)
def test_what_is_wrong_is_named(
    allowed: str, proxies: int, ids: list[str], monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", allowed)
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": proxies}
    assert [fault.id for fault in checks.check_proxies()] == ids
