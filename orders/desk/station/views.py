"""The scan station: one page, one field, one answer for each scan; and the sheet of what is scanned there."""

import secrets
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from orders.desk.list.counts import CAP, describe_count
from orders.desk.station.commands import Command, write_courier
from orders.desk.station.desk import read_desk
from orders.desk.station.scans import Scan, take_scan
from orders.desk.station.words import Answer
from orders.packing.selectors import count_packed_by
from orders.scope import real_orders_in_scope
from orders.stages import TO_SHIP
from shop import clock
from shop.actor import Actor
from shop.console.codes import draw_code128
from shop.couriers.known import find_courier
from shop.couriers.selectors import list_accounts
from shop.staff.decorators import StaffRequest, staff_page
from shop.store.choices import Delivery
from shop.store.selectors import get_store_settings

_QUIET = Answer("plain", "")


@staff_page("orders.ship", methods=("GET", "POST"))
def show_station(request: StaffRequest) -> HttpResponse:
    """The station with the order of its address; a POST is one scan, answered with what stands there then."""
    if request.method == "POST":
        answer = take_scan(Scan.read(request.POST, request.actor))
        return _render(request, answer, answer.number)
    return _render(request, _QUIET, request.GET.get("order", ""))


def _render(request: StaffRequest, answer: Answer, number: str) -> HttpResponse:
    """The part of the page that a scan changes, or all of it."""
    desk = read_desk(number, request.actor)
    context = {"answer": answer, "desk": desk, "key": secrets.token_hex(16)}
    if desk.order is None:
        context |= _count_work(request.actor)
    name = "_state" if request.htmx else "page"
    return render(request, f"desk/station/{name}.html", context)


def _count_work(actor: Actor) -> dict[str, Any]:
    """What the empty station says: how much waits, and how much this person has done today."""
    waiting = real_orders_in_scope(actor).filter(stage__in=TO_SHIP, is_held=False)
    waiting = waiting.exclude(delivery=Delivery.PICKUP)
    today = clock.start_of_day(timezone.localdate(clock.now()))
    return {
        "waiting": describe_count(waiting.order_by()[: CAP + 1].count()),
        "packed_today": count_packed_by(actor.id or 0, today),
    }


@staff_page("orders.ship")
def show_sheet(request: StaffRequest) -> HttpResponse:
    """The sheet of commands and couriers, to be printed once and laid beside the scanner."""
    couriers = [courier for account in list_accounts() if (courier := find_courier(account.code))]
    context = {
        "store": get_store_settings(),
        "back": reverse("orders:station"),
        "commands": [(command.label, command.value, draw_code128(command.value)) for command in Command],
        "couriers": [
            (courier.name, code, draw_code128(code))
            for courier in couriers
            if (code := write_courier(courier))
        ],
    }
    return render(request, "desk/station/sheet.html", context)
