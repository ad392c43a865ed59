from typing import Any

from django.db import migrations

BATCH = 1000


def fill(apps: Any, _editor: Any) -> None:
    """Tell from the events who decided the refunds until now, and why; each batch commits by itself."""
    refunds = apps.get_model("payments", "Refund")._base_manager.filter(cause="").order_by("pk")
    events, after = apps.get_model("events", "Event")._base_manager, 0
    while batch := list(refunds.filter(pk__gt=after).select_related("payment")[:BATCH]):
        orders = {refund.order_id for refund in batch}
        decided = events.filter(kind="order", subject_id__in=orders, verb="order.refund")
        names = ("actor_kind", "actor_id", "actor_name", "sealed", "data")
        told = {event["data"].get("refund_id"): event for event in decided.values(*names)}
        for refund in batch:
            _fill_one(refund, told.get(refund.pk))
        columns = ["cause", "decided_by_kind", "decided_by_id", "decided_by_name"]
        refunds.model._base_manager.bulk_update(batch, columns)
        after = batch[-1].pk


def _fill_one(refund: Any, event: dict[str, Any] | None) -> None:
    refund.cause = _find_cause(refund, event)
    refund.decided_by_kind = event["actor_kind"] if event else "gateway"
    refund.decided_by_id = event["actor_id"] if event else None
    refund.decided_by_name = event["actor_name"] if event else "gateway"


def _find_cause(refund: Any, event: dict[str, Any] | None) -> str:
    if event is None:
        return "outside"
    if not refund.payment.counts:
        return "excess_transfer" if refund.payment.method == "transfer" else "late_payment"
    if refund.is_goodwill:
        return "goodwill"
    # A cancellation says itself why, so only the others have words of their own.
    return "part" if event["sealed"] or "shares" in event["data"] else "cancel"


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("payments", "0012_refunds_say_who_and_for_what"),
        ("events", "0007_nightly_books"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
