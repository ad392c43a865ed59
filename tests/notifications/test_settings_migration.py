"""What the switches of the store settings said becomes rows, and what alerts are about is filled in."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from notifications.models import Alert, AlertKind, AlertSetting
from notifications.services import raise_alert
from shop.events.models import Event
from tests.cast import make_sku, open_shop, paid_order

pytestmark = pytest.mark.django_db(transaction=True)
KINDS_THEN = 14
BEFORE = [("store", "0008_cash_by_delivery_and_districts"), ("notifications", "0007_alerts_of_the_shop")]


def test_switches_and_subjects_are_taken_over() -> None:
    open_shop()
    order = paid_order()
    raise_alert(AlertKind.NEW_ORDER, Event.objects.get(order_id=order.pk, verb="order.pay"))
    sku = make_sku(on_hand=2)
    event = Event.objects.create(
        kind="sku", subject_id=sku.pk, number=9, verb="sku.run_low", at=order.placed_at
    )
    raise_alert(AlertKind.BOOKS_BROKEN, event)
    try:
        MigrationExecutor(connection).migrate(BEFORE)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE store_storesettings SET voice_refund_on = false, voice_short_on = false")
    finally:
        forward = MigrationExecutor(connection)
        forward.migrate(forward.loader.graph.leaf_nodes())
    silent = AlertSetting.objects.filter(is_voiced=False).values_list("kind", flat=True)
    assert set(silent) == {
        *(AlertKind.STOCK_SHORT, AlertKind.LOW_STOCK, AlertKind.REFUND_FAILED),
        *(AlertKind.REFUND_STUCK, AlertKind.REFUND_TWICE, AlertKind.REFUND_OUTSIDE),
    }
    assert AlertSetting.objects.count() == KINDS_THEN
    assert list(Alert.objects.order_by("pk").values_list("subject_kind", "subject_id")) == [
        ("", None),
        ("sku", sku.pk),
    ]
