"""The start page: what waits for this person, today against yesterday, and how the machinery behind it is."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render

from orders.desk.home.counter import make_to_hand_out
from orders.desk.home.health import describe_health
from orders.desk.home.queues import Queue, QueueRow, list_queues, load_rows, register_queue
from orders.desk.home.today import Figure, list_figures
from orders.desk.list.counts import count_tabs
from orders.desk.list.filters import Tab
from shop.access import CAPABILITIES, has_capability
from shop.staff.decorators import StaffRequest, staff_page
from shop.store.selectors import get_store_settings
from shop.store.steps import StepState, is_over, list_states

register_queue(15, make_to_hand_out, whose=["pickup.verify"])


@dataclass(frozen=True)
class Card:
    """A queue with the orders it shows."""

    queue: Queue
    rows: list[QueueRow]


@staff_page(None)
def home(request: StaffRequest) -> HttpResponse:
    """This person's queues, most urgent first, those with nothing in them named together; and their figures.

    For whom nothing here is work: what they may do, and where.
    """
    counts = count_tabs(request.actor)
    queues = list_queues(counts, request.actor)
    figures = list_figures(counts.tabs[Tab.TO_SHIP], actor=request.actor)
    return _show_work(request, queues, figures) if queues or figures else _show_what_is_theirs(request)


def _show_work(request: StaffRequest, queues: list[Queue], figures: list[Figure]) -> HttpResponse:
    rows = load_rows(queues, actor=request.actor)
    context = {
        "first_day": _list_first_day(request),
        "cards": [Card(queue, rows[queue.name]) for queue in queues if queue.count],
        "about_shop": [words for queue in queues for words in queue.about_shop],
        "figures": figures,
        "clear": [queue.title for queue in queues if not queue.count],
        "health": describe_health(request.actor),
    }
    return render(request, "desk/home/page.html", context)


def _list_first_day(request: StaffRequest) -> list[StepState]:
    """What is to do before the shop opens, for who sets it up; nothing once that is over."""
    if not has_capability(request.actor, "settings.edit"):
        return []
    states = list_states(get_store_settings(), request.COOKIES, actor=request.actor)
    return [] if is_over(states) else states


def _show_what_is_theirs(request: StaffRequest) -> HttpResponse:
    rights = [words for name, words in CAPABILITIES.items() if name in request.actor.capabilities]
    return render(request, "desk/home/without_work.html", {"rights": rights})
