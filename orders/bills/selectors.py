"""Reading bills, and what does not agree with them."""

from collections.abc import Collection
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from orders.bills.days import A_DAY, LOOK_BACK, day_of, ready_at
from orders.bills.models import (
    KNOWN,
    UNDER_WAY,
    Bill,
    BillKind,
    Difference,
    DifferenceState,
    FundTotal,
    Platform,
)
from orders.payments.models import PayAttempt
from orders.scope import rows_in_scope, scope_key
from shop.actor import Actor
from shop.errors import Refused
from shop.store.models import FormerCredentials, WeChatAccount


def bills_in_scope(actor: Actor) -> "QuerySet[Bill]":
    """A bill is the whole shop's: who is bound to stores sees none."""
    return Bill.objects.none() if actor.store_ids else Bill.objects.all()


def differences_in_scope(actor: Actor) -> "QuerySet[Difference]":
    """Those of orders the actor may see; of no order only for who sees all."""
    return rows_in_scope(Difference.objects.all(), scope_key(actor))


def get_bill(bill_id: int, *, actor: Actor) -> Bill:
    """One that the actor may see. Raises Refused `not_found` (404)."""
    bill = bills_in_scope(actor).filter(pk=bill_id).first()
    if bill is None:
        raise Refused("not_found", _("There is no such bill."), 404)
    return bill


def get_difference(difference_id: int, *, actor: Actor) -> Difference:
    """One that the actor may see, with its order. Raises Refused `not_found` (404)."""
    rows = differences_in_scope(actor).select_related("order")
    difference = rows.filter(pk=difference_id).first()
    if difference is None:
        raise Refused("not_found", _("There is no such difference."), 404)
    return difference


def list_open(scope: str) -> "QuerySet[Difference]":
    """What somebody has to look at, of the orders in this scope."""
    return rows_in_scope(Difference.objects.filter(state=DifferenceState.OPEN), scope)


def list_open_of_orders(scope: str) -> "QuerySet[Difference]":
    """Those of them that are about an order."""
    return list_open(scope).filter(order__isnull=False)


def list_of_bill(bill: Bill) -> "QuerySet[Difference]":
    """What does not agree on the day of a bill."""
    return Difference.objects.filter(platform=bill.platform, mchid=bill.mchid, day=bill.day)


def find_trade_bill(platform: str, mchid: str, day: date) -> Bill | None:
    """The bill of payments of a day, if there is one."""
    return Bill.objects.filter(platform=platform, mchid=mchid, day=day, kind=BillKind.TRADES).first()


def is_known(platform: str, mchid: str, day: date) -> bool:
    """Whether it is known what the platform says of the payments of a day."""
    bill = find_trade_bill(platform, mchid, day)
    return bill is not None and bill.state in KNOWN


def list_totals(bill: Bill) -> list[FundTotal]:
    """What moved on the account by kind of business, the largest first."""
    return list(FundTotal.objects.filter(bill=bill).order_by("-amount_fen", "business"))


def list_merchants() -> list[str]:
    """Merchant numbers at WeChat Pay of which the shop has credentials, the present one first."""
    present = list(WeChatAccount.objects.exclude(mchid="").values_list("mchid", flat=True))
    former = FormerCredentials.objects.order_by("-pk").values_list("mchid", flat=True)
    return list(dict.fromkeys([*present, *former]))


def list_due(now: datetime, skip: Collection[int], limit: int) -> list[int]:
    """Bills to fetch or to compare, on which nobody works."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=now)
    due = Bill.objects.filter(free, next_try_at__lte=now, state__in=UNDER_WAY).exclude(pk__in=skip)
    return list(due.order_by("next_try_at").values_list("pk", flat=True)[:limit])


def list_days_to_open(now: datetime, skip: Collection[int], limit: int) -> list[int]:
    """Days, as numbers of `date.toordinal`, whose bills are ready and have no rows yet."""
    merchants = list_merchants()
    first = PayAttempt.objects.filter(mchid__in=merchants).order_by("pk").values_list("created_at", flat=True)
    begun = first.first() if merchants else None
    if begun is None:
        return []
    newest = day_of(now) - A_DAY
    days = [newest - n * A_DAY for n in range(LOOK_BACK)]
    wanted = [day for day in days if ready_at(day) <= now and day >= day_of(begun)]
    have = _count_bills(wanted, merchants)
    missing = [day.toordinal() for day in wanted if have.get(day, 0) < len(merchants) * len(BillKind)]
    return [ordinal for ordinal in missing if ordinal not in skip][:limit]


def _count_bills(days: Collection[date], merchants: Collection[str]) -> dict[date, int]:
    rows = Bill.objects.filter(day__in=days, platform=Platform.WECHAT, mchid__in=merchants)
    return dict(rows.order_by().values("day").annotate(n=Count("pk")).values_list("day", "n"))
