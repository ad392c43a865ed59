"""What tests of deliveries and timers share."""

import pytest

from shop.events import delivery, registry


@pytest.fixture
def wires(monkeypatch: pytest.MonkeyPatch) -> None:
    """Empty registries, so that only the test's own handlers and timers exist."""
    for name in ("HANDLERS", "TIMERS"):
        monkeypatch.setattr(registry, name, {})
    monkeypatch.setattr(registry, "HANDLERS_BY_VERB", registry.defaultdict(list))
    monkeypatch.setattr(delivery, "HANDLERS", registry.HANDLERS)
    monkeypatch.setattr("shop.events.sweeping.TIMERS", registry.TIMERS)
    monkeypatch.setattr("shop.events.pause._until", 0.0)
