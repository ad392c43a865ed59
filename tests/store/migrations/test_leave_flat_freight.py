"""The flat freight becomes the default template; processes of the version before go on meanwhile."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from shop.freight.models import FreightTemplate
from shop.freight.pricing import Goods
from shop.freight.selectors import price_freight
from shop.store.models import StoreSettings
from shop.store.selectors import get_store_settings

BEFORE = [("store", "0010_first_day"), ("catalog", "0007_weight_shelf_barcode"), ("freight", None)]


@pytest.fixture
def migrate(transactional_db: None) -> Any:
    """Goes back to the version before, lets `prepare` write its settings, and comes forward again."""

    def go(prepare: Callable[[Any], object]) -> Any:
        executor = MigrationExecutor(connection)
        try:
            executor.migrate(BEFORE)
            old = executor.loader.project_state(BEFORE[:1]).apps.get_model("store", "StoreSettings")
            old.objects.all().delete()
            prepare(old)
        finally:
            forward = MigrationExecutor(connection)
            forward.migrate(forward.loader.graph.leaf_nodes())
        return old

    yield go
    StoreSettings.objects.all().delete()


def price(amount_fen: int) -> int:
    return sum(part.freight_fen for part in price_freight([Goods("茶", None, 3, 0, amount_fen)], None))


def test_a_shop_asks_for_the_freight_that_it_did(migrate: Any) -> None:
    terms = {"shop_name": "茶店", "freight_fen": 8_00, "freight_free_above_fen": 99_00}
    old = migrate(lambda settings: settings.objects.create(pk=1, **terms))
    assert (price(98_99), price(99_00)) == (8_00, 0)
    assert FreightTemplate.objects.get().is_default
    # The version before reads and writes its columns as ever, and this one makes rows without them.
    assert old.objects.get(pk=1).freight_fen == 8_00
    old.objects.filter(pk=1).update(freight_fen=9_00, freight_free_above_fen=None)
    StoreSettings.objects.all().delete()
    StoreSettings.objects.create(pk=1, shop_name="新店")
    assert old.objects.get(pk=1).freight_fen == 0
    assert get_store_settings().shop_name == "新店"


def test_one_that_never_asked_for_any_does_not_begin_to(migrate: Any) -> None:
    migrate(lambda settings: settings.objects.create(pk=1, shop_name="茶店"))
    assert (price(1), FreightTemplate.objects.get().rules.get().free_from_fen) == (0, None)


def test_a_database_without_a_shop_stays_empty_so_that_a_backup_can_be_restored(migrate: Any) -> None:
    migrate(lambda settings: None)
    assert not FreightTemplate.objects.exists() and price(1) == 0
