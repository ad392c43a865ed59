"""The tables hold what the models say, and nothing that a version before has left behind."""

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations import AddField, Migration
from django.db.migrations.loader import MigrationLoader
from django.db.models import NOT_PROVIDED, Model
from django.db.models.fields import Field

pytestmark = pytest.mark.django_db
ROOTS = {"shop", "orders", "pickup", "aftersales", "notifications"}
LEFT = {
    "store_storesettings": {
        *("restores", "cod_on", "local_city"),
        *("freight_fen", "freight_free_above_fen"),
        *("voice_new_order_on", "voice_urge_on", "voice_transfer_on"),
        *("voice_short_on", "voice_late_payment_on", "voice_refund_on"),
    }
}
"""What processes of the version before still write; the next version drops it."""
LEFT_TABLES = {"catalog_sheetupload"}
OLDER = {
    *(
        "catalog.0002_edited_in_the_console",
        "customers.0002_care_and_balance",
        "customers.0004_nicknames_consents",
    ),
    *("http.0002_sealed_answers", "jobs.0002_sealed_parameters", "staff.0002_staff_administration"),
    *("orders.0004_urge_extend_proof", "orders.0005_overdue_rule", "payments.0004_money_in_doubt"),
    *("store.0002_balance_transfer_extend", "store.0003_overdue_rule", "store.0004_voices_and_templates"),
}
"""Migrations from before there was a version that had to go on working beside them."""
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
    assert set(connection.introspection.table_names()) - tables - {"django_migrations"} == LEFT_TABLES


def list_unknown_to_the_version_before(migration: Migration) -> list[str]:
    """Columns that the version before cannot insert: it does not name them, and the database has no value for them."""
    return [
        f"{operation.model_name}.{operation.name}"
        for operation in migration.operations
        if isinstance(operation, AddField) and not can_be_left_out(operation.field)
    ]


def can_be_left_out(field: "Field[object, object]") -> bool:
    return field.null or field.many_to_many or field.db_default is not NOT_PROVIDED


def test_the_version_before_goes_on_inserting_while_the_new_schema_is_in() -> None:
    ours = {model._meta.app_label for model in OURS if model.__module__.split(".")[0] in ROOTS}
    migrations = MigrationLoader(None).disk_migrations.items()
    found = {
        f"{app}.{name}": list_unknown_to_the_version_before(it)
        for (app, name), it in migrations
        if app in ours
    }
    assert {name for name, columns in found.items() if columns} == OLDER
