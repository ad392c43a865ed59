"""System checks tell of a database that would search badly or run out of connections."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, connections

from shop import checks
from tests.cast import make_customer


@pytest.fixture
def ascii_database(django_db_blocker: Any) -> Iterator[str]:
    """The URL of a database made with LC_CTYPE C."""
    with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
        cursor.execute("DROP DATABASE IF EXISTS ops_ctype_c")
        cursor.execute("CREATE DATABASE ops_ctype_c LC_CTYPE 'C' TEMPLATE template0")
        yield "ops_ctype_c"
        cursor.execute("DROP DATABASE ops_ctype_c WITH (FORCE)")


@pytest.mark.django_db
def test_a_database_that_knows_chinese_passes() -> None:
    assert checks.check_ctype(["default"]) == []


def test_a_database_with_ctype_c_is_an_error(
    ascii_database: str, monkeypatch: pytest.MonkeyPatch, django_db_blocker: Any
) -> None:
    with django_db_blocker.unblock():
        other = connections.create_connection("default")
        other.settings_dict = {**connection.settings_dict, "NAME": ascii_database, "OPTIONS": {}}
        monkeypatch.setattr(checks, "connections", {"default": other})
        try:
            assert [error.id for error in checks.check_ctype(["default"])] == ["shop.E001"]
        finally:
            other.close()


@pytest.mark.parametrize("change", [{"OPTIONS": {}}, {"CONN_MAX_AGE": 600}, {"CONN_MAX_AGE": None}])
def test_a_database_without_pool_is_an_error(change: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    assert checks.check_pool(["default"]) == []
    for name, value in change.items():
        monkeypatch.setitem(connection.settings_dict, name, value)
    assert [error.id for error in checks.check_pool(["default"])] == ["shop.E002"]


@pytest.mark.django_db
def test_keys_that_open_nothing_are_an_error(settings: Any) -> None:
    make_customer("小燕子")
    assert checks.check_keys(["default"]) == []
    settings.DATA_KEYS = {"other": b"3" * 32}
    (error,) = checks.check_keys(["default"])
    assert error.id == "shop.E005" and "customers_customer.nickname" in error.msg
