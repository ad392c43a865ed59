"""The tables hold what the models say, and nothing that a version before has left behind."""

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Model

pytestmark = pytest.mark.django_db
LEFT = {
    "store_storesettings": {
        *("restores", "cod_on", "local_city"),
        *("voice_new_order_on", "voice_urge_on", "voice_transfer_on"),
        *("voice_short_on", "voice_late_payment_on", "voice_refund_on"),
    }
}
"""What processes of the version before still write; the next version drops it."""
OURS = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_every_column_has_a_field(model: type[Model]) -> None:
    with connection.cursor() as cursor:
        described = connection.introspection.get_table_description(cursor, model._meta.db_table)
    assert {column.name for column in described} - LEFT.get(model._meta.db_table, set()) == {
        field.column for field in model._meta.local_concrete_fields if field.column
    }


def test_every_table_has_a_model() -> None:
    tables = set(connection.introspection.django_table_names(only_existing=True))
    assert set(connection.introspection.table_names()) - tables - {"django_migrations"} == set()
