"""One switch becomes two and one city a list of places; processes of the version before go on meanwhile."""

from importlib import import_module

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from shop.store.area.places import is_covered
from shop.store.models import StoreSettings
from shop.store.selectors import get_store_settings
from tests.cast import XIHU

find_area = import_module("shop.store.migrations.0008_cash_by_delivery_and_districts").find_area
BEFORE = ("store", "0007_number_range")


@pytest.mark.django_db(transaction=True)
def test_a_shop_keeps_what_it_had() -> None:
    executor = MigrationExecutor(connection)
    try:
        executor.migrate([BEFORE])
        old = executor.loader.project_state([BEFORE]).apps.get_model("store", "StoreSettings")
        old.objects.update_or_create(
            pk=1,
            defaults={"shop_name": "茶店", "local_on": True, "cod_on": True, "local_city": "杭州市"},
        )
    finally:
        forward = MigrationExecutor(connection)
        forward.migrate(forward.loader.graph.leaf_nodes())
    store = get_store_settings()
    assert (store.express_cod_on, store.local_cod_on, store.local_districts) == (True, True, ["330100"])
    # The version before reads and writes its columns as ever.
    assert old.objects.get(pk=1).local_city == "杭州市"
    old.objects.filter(pk=1).update(cod_on=False)
    old.objects.all().delete()
    old.objects.create(pk=1, shop_name="新店", local_city="")
    assert get_store_settings().local_districts == []
    StoreSettings.objects.all().delete()
    StoreSettings.objects.create(pk=1, shop_name="新店", local_districts=[XIHU])


@pytest.mark.parametrize(
    ("city", "is_on", "codes"),
    [
        ("杭州市", True, ["330100"]),
        ("杭州", False, ["330100"]),
        ("重庆市", True, ["500000"]),
        ("仙桃市", True, ["429004"]),
        ("", False, []),
        ("亚特兰蒂斯", True, []),
    ],
)
def test_a_city_becomes_its_code(city: str, is_on: bool, codes: list[str]) -> None:
    assert find_area(city, is_on=is_on) == codes


def test_no_city_meant_anywhere() -> None:
    anywhere = find_area("", is_on=True)
    assert is_covered(anywhere, province="西藏自治区", city="拉萨市", district="城关区")
    assert len(anywhere) == 34
