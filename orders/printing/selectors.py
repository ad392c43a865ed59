"""Reading print jobs."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.printing.models import OPEN, TROUBLED, PrintJob
from orders.scope import rows_in_scope, scope_key
from shop.actor import Actor
from shop.errors import Refused


def get_job(job_id: int, *, actor: Actor) -> PrintJob:
    """One job of an order that the actor may see. Raises Refused `not_found` (404)."""
    rows = rows_in_scope(PrintJob.objects.select_related("order__customer", "printer"), scope_key(actor))
    job = rows.filter(pk=job_id).first()
    if job is None:
        raise Refused("not_found", _("There is no such print job."), 404)
    return job


IN_TROUBLE = Q(state__in=TROUBLED) | Q(state__in=OPEN) & ~Q(last_error="")
"""What a person has to look at: of open ones those whose printer is off or without paper."""


def list_troubled(scope: str) -> "QuerySet[PrintJob]":
    """Those that a person has to look at, of the orders in this scope."""
    return rows_in_scope(PrintJob.objects.filter(IN_TROUBLE), scope)


def list_unsettled(order: Order) -> list[PrintJob]:
    """Those of an order that are not on paper as far as is known, the newest first."""
    jobs = order.print_jobs.filter(state__in=(*OPEN, *TROUBLED)).select_related("printer")
    return list(jobs.order_by("-id"))


def list_due(now: datetime, skip: Collection[int], limit: int) -> list[int]:
    """Those whose printer is to be asked now."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=now)
    due = PrintJob.objects.filter(free, next_try_at__lte=now, state__in=OPEN).exclude(pk__in=skip)
    return list(due.order_by("next_try_at").values_list("pk", flat=True)[:limit])
