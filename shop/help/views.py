"""The help: its contents, and one topic; for everybody who works here."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from shop.help.topics import find_page_url, get_topic, list_groups
from shop.staff.decorators import StaffRequest, staff_page


@staff_page(None)
def index(request: StaffRequest) -> HttpResponse:
    return render(request, "help/index.html", {"groups": list_groups()})


@staff_page(None)
def show_topic(request: StaffRequest, slug: str) -> HttpResponse:
    topic = get_topic(slug)
    if topic is None:
        raise Http404
    context = {
        "topic": topic,
        "text": f"help/{get_language()}/{slug}.html",
        "groups": list_groups(),
        "page_url": find_page_url(topic, request.actor),
    }
    return render(request, "help/topic.html", context)
