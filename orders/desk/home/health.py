"""Whether the machinery behind the shop runs, in sentences for those whom it concerns."""

from dataclasses import dataclass
from datetime import timedelta

from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orders.desk.labels import describe_span
from orders.desk.list.counts import describe_count
from shop import clock
from shop.access import has_any, has_capability
from shop.actor import Actor
from shop.events.delivery import count_undelivered
from shop.events.health import Disk, Health, get_health, is_broker_up
from shop.store.selectors import get_store_settings

_STILL_AFTER = timedelta(minutes=1)
_BACKLOG = 100


@dataclass(frozen=True)
class HealthLine:
    """One sentence about the machinery; not ok means that somebody has to look, soon where nothing fails yet."""

    words: str
    is_ok: bool
    is_soon: bool = False
    url: str = ""


def describe_health(actor: Actor) -> list[HealthLine]:
    """All of it for who keeps the record and so can act on it; others hear what makes their own work late."""
    talks_of_paying = has_any(actor, ("settings.view", "orders.edit"))
    paying = _describe_paying() if talks_of_paying else []
    if has_capability(actor, "audit.view"):
        return [*paying, *_describe_machinery(get_health())]
    felt = [_describe_outbox(count_undelivered()), _describe_broker(is_up=is_broker_up())]
    return [*paying, *(line for line in felt if not line.is_ok)]


def _describe_machinery(health: Health) -> list[HealthLine]:
    lines = [
        _describe_sweep(health),
        _describe_outbox(health.undelivered),
        _describe_broker(is_up=health.is_broker_up),
    ]
    disk = [_describe_disk(health.disk)] if health.disk else []
    return [*_describe_put_aside(health.put_aside), *lines, *disk]


def _describe_put_aside(count: int) -> list[HealthLine]:
    if not count:
        return []
    words = ngettext(
        "%(n)d piece of work was put aside after many failures.",
        "%(n)d pieces of work were put aside after many failures.",
        count,
    )
    return [HealthLine(words % {"n": count}, is_ok=False, url=reverse("stuck:list"))]


def _describe_paying() -> list[HealthLine]:
    if not get_store_settings().lacks_wechat:
        return []
    words = _("Buyers cannot pay by WeChat now: the credentials have not passed their test.")
    return [HealthLine(words, is_ok=False)]


def _describe_sweep(health: Health) -> HealthLine:
    if health.last_sweep_at is None:
        return HealthLine(_("Timers have never run. Start the process “deliver”."), is_ok=False)
    age = clock.now() - health.last_sweep_at
    if age > _STILL_AFTER:
        words = _("Timers have stood still for %(span)s: orders neither close nor complete by themselves.")
        return HealthLine(words % {"span": describe_span(age)}, is_ok=False)
    return HealthLine(_("Timers run."), is_ok=True)


def _describe_outbox(undelivered: int) -> HealthLine:
    if undelivered > _BACKLOG:
        words = _("%(count)s events wait to be carried out: alerts and refunds come late.")
        return HealthLine(words % {"count": describe_count(undelivered)}, is_ok=False)
    return HealthLine(_("Events are carried out at once."), is_ok=True)


def _describe_broker(*, is_up: bool) -> HealthLine:
    if is_up:
        return HealthLine(_("Live updates work."), is_ok=True)
    return HealthLine(_("Redis is away: pages learn of news a little later. Nothing is lost."), is_ok=False)


def _describe_disk(disk: Disk) -> HealthLine:
    amounts = {"free": filesizeformat(disk.free_bytes), "total": filesizeformat(disk.total_bytes)}
    if disk.is_low:
        words = _(
            "Little disk space is left: %(free)s of %(total)s. Make room before pictures cannot be kept."
        )
        return HealthLine(words % amounts, is_ok=False, is_soon=True)
    return HealthLine(_("%(free)s of %(total)s disk space are free.") % amounts, is_ok=True)
