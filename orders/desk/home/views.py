"""The start page: what waits for somebody, today against yesterday, and whether the machinery behind it runs."""

from dataclasses import dataclass
from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orders.desk.home.queues import Queue, QueueRow, list_queues, load_rows
from orders.desk.home.today import list_figures
from orders.desk.labels import describe_span
from orders.desk.list.counts import count_tabs, describe_count
from orders.desk.list.filters import Tab
from shop import clock
from shop.access import has_capability
from shop.events.health import Disk, Health, get_health
from shop.staff.decorators import StaffRequest, staff_page
from shop.store.selectors import get_store_settings
from shop.store.steps import StepState, is_over, list_states

_STILL_AFTER = timedelta(minutes=1)
_BACKLOG = 100


@dataclass(frozen=True)
class Card:
    """A queue with the orders it shows."""

    queue: Queue
    rows: list[QueueRow]


@dataclass(frozen=True)
class HealthLine:
    """One sentence about the machinery; not ok means that somebody has to look, soon where nothing fails yet."""

    words: str
    is_ok: bool
    is_soon: bool = False
    url: str = ""


@staff_page("orders.view")
def home(request: StaffRequest) -> HttpResponse:
    """The work queues, most urgent first; those with nothing in them are named together."""
    counts = count_tabs(request.actor)
    queues = list_queues(counts, request.actor)
    rows = load_rows(queues, actor=request.actor)
    cards = [Card(queue, rows[queue.name]) for queue in queues if queue.count]
    context = {
        "cards": cards,
        "first_day": _list_first_day(request),
        "about_shop": [words for queue in queues for words in queue.about_shop],
        "figures": list_figures(counts.tabs[Tab.TO_SHIP], actor=request.actor),
        "clear": [queue.title for queue in queues if not queue.count],
        "health": _describe_health(get_health()),
    }
    return render(request, "desk/home/page.html", context)


def _list_first_day(request: StaffRequest) -> list[StepState]:
    """What is to do before the shop opens, for who sets it up; nothing once that is over."""
    if not has_capability(request.actor, "settings.edit"):
        return []
    states = list_states(get_store_settings(), request.COOKIES, actor=request.actor)
    return [] if is_over(states) else states


def _describe_health(health: Health) -> list[HealthLine]:
    lines = [_describe_sweep(health), _describe_outbox(health.undelivered), _describe_broker(health)]
    disk = [_describe_disk(health.disk)] if health.disk else []
    return [*_describe_paying(), *_describe_put_aside(health.put_aside), *lines, *disk]


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


def _describe_broker(health: Health) -> HealthLine:
    if health.is_broker_up:
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
