"""Every test here starts in an open shop."""

from collections.abc import Iterator

import pytest
from channels.layers import channel_layers

from shop import push
from shop.store.models import StoreSettings
from tests import cast


@pytest.fixture
def fresh_layers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each test has an event loop of its own, so it needs channel layers of its own."""
    monkeypatch.setattr(push, "_paused_until", 0.0)
    channel_layers.backends.clear()
    yield
    channel_layers.backends.clear()


@pytest.fixture(autouse=True)
def store(db: None, sent_tasks: list[tuple[str, int]]) -> StoreSettings:
    return cast.open_shop()
