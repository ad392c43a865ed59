"""Reports of which WeChat is to be told, buyers whom it is to ask for the receipt, and what it is asked of the shop."""

from datetime import datetime, timedelta

from orders.wechat_report.models import ASKED, ShippingReport, Standing
from orders.wechat_report.selectors import list_due, list_standing_due, list_to_remind
from orders.wechat_report.tasks import check_wechat, remind_buyer, tell_wechat
from shop import clock
from shop.events.registry import due

_TASK_LEASE_S = 60


def _find_lease_end() -> datetime:
    return clock.now() + timedelta(seconds=_TASK_LEASE_S)


@due("wechat_report.tell", find=list_due, outside=True)
def tell_again(report_id: int) -> None:
    tell_wechat.apply_async((report_id,), expires=_TASK_LEASE_S)
    mine = ShippingReport.objects.filter(pk=report_id, state__in=ASKED)
    mine.update(next_try_at=_find_lease_end())


@due("wechat_report.remind", find=list_to_remind, outside=True)
def remind_again(report_id: int) -> None:
    remind_buyer.apply_async((report_id,), expires=_TASK_LEASE_S)
    mine = ShippingReport.objects.filter(pk=report_id, remind_at__isnull=False)
    mine.update(remind_at=_find_lease_end())


@due("wechat_report.check", find=list_standing_due, outside=True)
def check_again(standing_id: int) -> None:
    check_wechat.apply_async((standing_id,), expires=_TASK_LEASE_S)
    Standing.objects.update_or_create(pk=standing_id, defaults={"lease_until": _find_lease_end()})
