"""What happened to an order since its page was made: asked by the open page when it hears of a change.

The timeline is renewed. What holds forms or shows what somebody is about to press stays as it is, and a quiet line
says that it is older: the verbs refuse what was decided on it.
"""

from collections.abc import Sequence
from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import render

from orders.desk.order.page import can_reveal, read_timeline
from orders.desk.timeline import make_timeline
from orders.selectors import get_order, load_lines
from orders.states import MOVES
from shop.actor import Actor
from shop.events.models import Event
from shop.http.api.fields import read_id
from shop.staff.decorators import StaffRequest, staff_page


@staff_page("orders.view")
def show_changes(request: StaffRequest, number: str) -> HttpResponse:
    """The line about changes and the timeline; 204 when the page has them all.

    `since` is the version of the order that the page shows, `seen` the one that it was last told of.
    """
    order = get_order(number, actor=request.actor)
    since, seen = (max(read_id(request.GET.get(name, "")), 0) for name in ("since", "seen"))
    if order.version == seen:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    lines = load_lines(order)
    events, timeline = read_timeline(order, lines)
    changed = _find_last(events, since=since, reader=request.actor)
    context = {
        "order": order,
        "since": since,
        "seen": order.version,
        "changed": make_timeline([changed], lines)[0] if changed else None,
        "timeline": timeline,
        "can_reveal": can_reveal(order, request.actor),
    }
    return render(request, "desk/order/_fresh.html", context)


def _find_last(events: Sequence[Event], *, since: int, reader: Actor) -> Event | None:
    """The newest event of the order that is news to this reader; having looked at something changes nothing."""
    for event in events:
        is_own = (event.actor_kind, event.actor_id) == (reader.kind, reader.id)
        if event.kind == "order" and event.number > since and not MOVES[event.verb].is_look and not is_own:
            return event
    return None
