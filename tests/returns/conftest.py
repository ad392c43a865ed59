"""Every test here starts in an open shop and ends with clean books."""

import pytest

from shop.store.models import StoreSettings
from tests import cast


@pytest.fixture(autouse=True)
def open_shop(books_are_clean: None, sent_tasks: list[tuple[str, int]]) -> StoreSettings:
    return cast.open_shop()
