import pytest

from shop.store.models import StoreSettings
from tests import cast


@pytest.fixture(autouse=True)
def shop(db: None, books_are_clean: None) -> StoreSettings:
    return cast.open_shop()
