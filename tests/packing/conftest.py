"""Every test here starts in an open shop with couriers, and ends with clean books."""

import pytest

from shop.store.models import StoreSettings
from tests import cast
from tests.waybills.conftest import set_up_couriers


@pytest.fixture(autouse=True)
def open_shop(books_are_clean: None, sent_tasks: list[tuple[str, int]]) -> StoreSettings:
    store = cast.open_shop()
    set_up_couriers()
    return store
