"""Reading bills, and what does not agree with them."""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from orders.bills.days import A_DAY, LOOK_BACK, day_of, ready_at
from orders.bills.models import (
    KINDS,
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
from shop.store.models import AlipayAccount, FormerCredentials, WeChatAccount

_ACCOUNTS: dict[str, type[WeChatAccount] | type[AlipayAccount]] = {
    Platform.WECHAT: WeChatAccount,
    Platform.ALIPAY: AlipayAccount,
}


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


def list_merchants(platform: str) -> list[str]:
    """Merchant numbers at a platform of which the shop has credentials, the present one first."""
    account = _ACCOUNTS[platform].objects
    present = list(account.exclude(mchid="").values_list("mchid", flat=True))
    former = FormerCredentials.objects.filter(method=platform).order_by("-pk")
    return list(dict.fromkeys([*present, *former.values_list("mchid", flat=True)]))


def list_due(now: datetime, skip: Collection[int], limit: int) -> list[int]:
    """Bills to fetch or to compare, on which nobody works."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=now)
    due = Bill.objects.filter(free, next_try_at__lte=now, state__in=UNDER_WAY).exclude(pk__in=skip)
    return list(due.order_by("next_try_at").values_list("pk", flat=True)[:limit])


def list_days_to_open(now: datetime, skip: Collection[int], limit: int) -> list[int]:
    """Days, as numbers of `date.toordinal`, whose bills are ready and have no rows yet."""
    wanted = {platform: list_merchants(platform) for platform in KINDS}
    merchants = [mchid for each in wanted.values() for mchid in each]
    first = PayAttempt.objects.filter(mchid__in=merchants).order_by("pk").values_list("created_at", flat=True)
    begun = first.first() if merchants else None
    if begun is None:
        return []
    newest = day_of(now) - A_DAY
    ready = [day for n in range(LOOK_BACK) if ready_at(day := newest - n * A_DAY) <= now]
    days = [day for day in ready if day >= day_of(begun)]
    have, all_of = _count_bills(days, wanted), sum(len(KINDS[p]) * len(each) for p, each in wanted.items())
    missing = [day.toordinal() for day in days if have.get(day, 0) < all_of]
    return [ordinal for ordinal in missing if ordinal not in skip][:limit]


def _count_bills(days: Collection[date], wanted: Mapping[str, Collection[str]]) -> dict[date, int]:
    """How many of the bills that are fetched have rows, by day."""
    mine = Q(pk__in=())
    for platform, merchants in wanted.items():
        mine |= Q(platform=platform, mchid__in=merchants, kind__in=KINDS[platform])
    rows = Bill.objects.filter(mine, day__in=days)
    return dict(rows.order_by().values("day").annotate(n=Count("pk")).values_list("day", "n"))
