"""Every test here starts in an open shop."""

import pytest

from shop.store.models import StoreSettings
from tests import cast


@pytest.fixture(autouse=True)
def store(db: None, sent_tasks: list[tuple[str, int]]) -> StoreSettings:
    return cast.open_shop()
