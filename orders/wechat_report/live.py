"""Shipping reports as a live topic: their list and the page of one follow what WeChat answers."""

from collections.abc import Collection

from orders.scope import rows_in_scope, scope_key
from orders.wechat_report.models import ShippingReport
from shop import live
from shop.access import has_capability
from shop.actor import Actor


@live.live_topic(ShippingReport.subject_kind, is_listed=True)
def find_audible_reports(actor: Actor, ids: Collection[int]) -> set[int]:
    if not has_capability(actor, "orders.ship"):
        return set()
    rows = rows_in_scope(ShippingReport.objects.filter(pk__in=ids), scope_key(actor))
    return {*rows.values_list("pk", flat=True), *({live.ALL} & {*ids})}
