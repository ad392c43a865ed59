"""What the store settings say of the archive: how many orders it holds, or would."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orders.archive import Archive, find_archive
from orders.desk.list.counts import CAP, describe_count
from orders.desk.list.filters import Tab
from orders.scope import real_orders_in_scope
from orders.stages import OVER
from shop.actor import SYSTEM
from shop.database.capped import read_row, write_row
from shop.http.query import make_url
from shop.store.models import StoreSettings
from shop.store.pages.hints import Hint, register_hint

_USUAL_DAYS = StoreSettings._meta.get_field("archive_days").default


def _make_hint() -> Hint:
    archive = find_archive()
    url = make_url(reverse("orders:list"), {"tab": Tab.ARCHIVED if archive else ""})
    return Hint(_tell(archive), url, _("Look at them") if archive else _("Orders"), is_met=True)


def _tell(archive: Archive | None) -> str:
    if archive:
        count = _count(archive)
        words = ngettext("%(n)s order is archived now.", "%(n)s orders are archived now.", count)
        return words % {"n": describe_count(count)}
    usual = find_archive(_USUAL_DAYS)
    count = _count(usual) if usual else 0
    words = ngettext(
        "Nothing is archived; after %(days)d days it would be %(n)s order now.",
        "Nothing is archived; after %(days)d days it would be %(n)s orders now.",
        count,
    )
    return words % {"n": describe_count(count), "days": _USUAL_DAYS}


def _count(archive: Archive) -> int:
    """Archived orders, counted up to CAP + 1 in each stage."""
    orders = real_orders_in_scope(SYSTEM).filter(archive.archived)
    return sum(read_row(*write_row([orders.filter(stage=stage) for stage in OVER], CAP)))


register_hint("archive_days", "settings.view", _make_hint)
