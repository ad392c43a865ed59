"""What a person does about a report that WeChat has refused."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from orders.moves import lock_row
from orders.scope import scope_key
from orders.wechat_report.models import SETTLED, Company, CourierCompany, ReportState, ShippingReport
from orders.wechat_report.selectors import get_report, list_failed_of, list_to_name, list_troubled
from shop import clock
from shop.actor import Actor
from shop.errors import Refused
from shop.moves.services import lock_subject, move

MOST_AT_ONCE = 200


def retry_report(report_id: int, *, actor: Actor, expected_version: int | None = None) -> ShippingReport:
    """Have WeChat told again, at once. Raises Refused as `lock_subject` does."""
    with _locked(report_id, "report.retry", actor, expected_version) as report:
        move(report, "report.retry", actor=actor, changes=_ask_now())
    return report


def let_report_be(report_id: int, *, actor: Actor, expected_version: int | None = None) -> ShippingReport:
    """Leave it as WeChat has it: somebody has seen to it. Raises Refused as `lock_subject` does."""
    with _locked(report_id, "report.let_be", actor, expected_version) as report:
        move(report, "report.let_be", actor=actor, changes=SETTLED)
    return report


def name_courier(
    report_id: int, *, courier: str, company: str, actor: Actor, expected_version: int | None = None
) -> ShippingReport:
    """Remember which of WeChat's couriers stands for one of ours; WeChat is told again, also of others refused so.

    Raises Refused `no_such_courier`, `no_such_company`, and as `lock_subject` does.
    """
    with _locked(report_id, "report.name_courier", actor, expected_version) as report:
        if courier not in list_to_name(report):
            raise Refused("no_such_courier", _("For this courier nothing is to be chosen here."), 400)
        chosen = Company.objects.filter(delivery_id=company).first()
        if chosen is None:
            raise Refused("no_such_company", _("WeChat does not list this courier any more."), 400)
        CourierCompany.objects.update_or_create(courier=courier, defaults={"delivery_id": company})
        data = {"courier": courier, "company": chosen.name}
        move(report, "report.name_courier", actor=actor, changes=_ask_now(), data=data)
    others = list_failed_of(courier, scope_key(actor)).order_by("pk").values_list("pk", flat=True)
    for other_id in list(others[:MOST_AT_ONCE]):
        _retry(other_id, actor)
    return report


def _ask_now() -> dict[str, Any]:
    now = clock.now()
    return {"next_try_at": now, "asked_at": now, "last_error": ""}


@contextmanager
def _locked(
    report_id: int, verb: str, actor: Actor, expected_version: int | None
) -> Iterator[ShippingReport]:
    """The report under its order's lock, which comes first."""
    order_id = get_report(report_id, actor=actor).order_id
    with transaction.atomic():
        lock_row(order_id)
        yield lock_subject(ShippingReport, report_id, verb, actor=actor, expected_version=expected_version)


def retry_failed(*, actor: Actor) -> int:
    """Have WeChat told again of all that it has refused, the oldest first and so many at once; how many these were."""
    failed = list_troubled(scope_key(actor)).filter(state=ReportState.FAILED).order_by("pk")
    ids = list(failed.values_list("pk", flat=True)[:MOST_AT_ONCE])
    return sum(_retry(report_id, actor) for report_id in ids)


def _retry(report_id: int, actor: Actor) -> bool:
    """False where somebody else was faster."""
    try:
        retry_report(report_id, actor=actor)
    except Refused as refused:
        if refused.code == "forbidden":
            raise
        return False
    return True
