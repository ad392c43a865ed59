import pytest

from shop.store.models import StoreSettings
from tests import cast
from tests.caching import forget_cached


@pytest.fixture(autouse=True)
def shop(db: None, books_are_clean: None, sent_tasks: list[tuple[str, int]]) -> StoreSettings:
    forget_cached()
    return cast.open_shop()
