"""The board of parcels in trouble: what stands where, what a row says, and what is pressed."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.urls import reverse

from notifications.models import Alert, AlertKind
from orders.desk.tracking.board import list_tab, make_rows
from orders.tracking.models import Tracking, Trouble
from orders.tracking.services.board import settle_tracking, snooze_tracking, stall_tracking, tell_buyer
from orders.tracking.timers import list_silent
from shop import clock
from shop.clients.tracking.news import Where
from shop.couriers.models import Provider, ProviderAccount
from shop.events.delivery import drain
from tests import cast
from tests.console import browser
from tests.expect import refused
from tests.tracking.parcels import followed, troubled

BOARD = "/console/orders/tracking/"
CLERK = cast.clerk("warehouse", name="李四", id_=2)


@pytest.fixture(autouse=True)
def shop(books_are_clean: None, sent_tasks: list[tuple[str, int]]) -> None:
    cast.open_shop()
    cast.use_courier("SF")
    ProviderAccount.objects.create(
        provider=Provider.KDNIAO, customer="1000000", key="k", tested_at=clock.now()
    )


def read(tab: str, role: str = "warehouse") -> str:
    return browser(role).get(f"{BOARD}?tab={tab}").content.decode()


@pytest.mark.parametrize(
    ("where", "tab"),
    [
        (Where.PROBLEM, "problem"),
        (Where.REFUSED, "back"),
        (Where.RETURNING, "back"),
        (Where.RETURNED, "returned"),
    ],
)
def test_what_goes_wrong_stands_under_its_tab(where: Where, tab: str) -> None:
    tracking = troubled(where)
    page = read(tab)
    assert tracking.tracking_no[-4:] in page and "95338" in page
    assert tracking.order.recipient not in page and "派送不成功" in page
    assert "投诉" in page or "complaint" in page.lower()
    for other in {*Trouble.values} - {tab}:
        assert reverse("orders:tracking", args=[tracking.pk]) not in read(other)


def test_the_board_opens_where_parcels_are_and_its_page_has_a_plain_title() -> None:
    tracking = troubled()
    url = reverse("orders:tracking", args=[tracking.pk])
    assert url in browser("warehouse").get(BOARD).content.decode()
    title = browser("warehouse").get(url).content.decode().partition("<title>")[2].partition("</title>")[0]
    assert tracking.tracking_no in title and "span" not in title


def test_silence_is_seen_after_its_time_and_not_before() -> None:
    tracking = followed()
    day = clock.now() + timedelta(hours=23)
    assert list_silent(day, (), 9) == [] and list_silent(day + timedelta(hours=2), (), 9) == [tracking.pk]
    stall_tracking(tracking.pk)
    assert Tracking.objects.get().trouble == ""
    with clock.at(clock.now() + timedelta(hours=25)):
        stall_tracking(tracking.pk)
        stall_tracking(tracking.pk)
    tracking.refresh_from_db()
    assert (tracking.trouble, tracking.check_at) == (Trouble.UNCOLLECTED, None)
    assert tracking.tracking_no[-4:] in read("uncollected")


def test_snoozed_it_is_off_the_board_until_its_time() -> None:
    tracking = troubled()
    until = clock.now() + timedelta(hours=4)
    snooze_tracking(tracking.pk, until=until, reason="快递答应明天派送", actor=CLERK)
    url = reverse("orders:tracking", args=[tracking.pk])
    assert url not in read("problem") and url in read("snoozed")
    assert "Snoozed until" in read("snoozed") and "Snoozed until" not in read("problem")
    with clock.at(until + timedelta(minutes=1)):
        assert url in read("problem")


def test_to_snooze_one_says_why_and_until_when() -> None:
    tracking = troubled()
    soon = clock.now() + timedelta(hours=4)
    with refused("reason_required"):
        snooze_tracking(tracking.pk, until=soon, reason=" ", actor=CLERK)
    with refused("bad_moment"):
        snooze_tracking(tracking.pk, until=clock.now() + timedelta(days=15), reason="x", actor=CLERK)
    with refused("forbidden", 403):
        snooze_tracking(tracking.pk, until=soon, reason="x", actor=cast.clerk("support"))


def test_dealt_with_it_is_gone_for_good() -> None:
    tracking = troubled()
    settle_tracking(tracking.pk, actor=CLERK)
    assert reverse("orders:tracking", args=[tracking.pk]) not in read("problem") + read("snoozed")
    with refused("nothing_wrong"):
        settle_tracking(tracking.pk, actor=CLERK)


@pytest.mark.parametrize(
    ("name", "typed", "column"),
    [
        ("tell_about_parcel", {"text": "在查了"}, "told_at"),
        ("snooze_tracking", {"hours": "24", "reason": "在查"}, "snoozed_until"),
    ],
)
def test_the_buttons_do_what_they_say(name: str, typed: dict[str, str], column: str) -> None:
    tracking = troubled()
    url = reverse(f"orders:{name}", args=[tracking.pk])
    answer = browser("warehouse").post(url, typed | {"version": str(tracking.version)})
    assert answer.status_code == 302
    tracking.refresh_from_db()
    assert getattr(tracking, column)
    shown = browser("warehouse").get(reverse("orders:tracking", args=[tracking.pk])).content.decode()
    assert typed.get("reason", typed.get("text", "")) in shown


def test_from_the_row_one_press_opens_the_message_and_leads_back() -> None:
    tracking, other = troubled(), troubled()
    client, board = browser("warehouse"), f"{BOARD}?tab=problem"
    page = client.get(board).content.decode()
    link = f"{reverse('orders:tell_about_parcel', args=[tracking.pk])}?next={quote(board)}"
    assert f'href="{link}"' in page and "电话已联系" not in page
    dialog = client.get(link, headers={"HX-Request": "true"}).content.decode()
    assert f'name="next" value="{board}"' in dialog and tracking.tracking_no in dialog
    typed = {"text": "电话已联系快递员", "version": str(tracking.version), "next": board}
    empty = client.post(link, typed | {"text": " "})
    assert empty.status_code == 422 and f'name="next" value="{board}"' in empty.content.decode()
    assert client.post(link, typed)["Location"] == board
    shown = client.get(board).content.decode()
    assert shown.count("电话已联系快递员") == 1 and "电话已联系快递员" in read("problem", "manager")
    other.refresh_from_db()
    assert other.told_at is None


def test_a_dialog_leads_to_no_other_site() -> None:
    tracking = troubled()
    url = reverse("orders:tell_about_parcel", args=[tracking.pk])
    dialog = browser("warehouse").get(f"{url}?next=https://evil.example/", headers={"HX-Request": "true"})
    assert "evil.example" not in dialog.content.decode()


def test_what_buyers_were_told_costs_one_query(django_assert_max_num_queries: Any) -> None:
    for _ in range(3):
        tracking = troubled()
        tell_buyer(tracking.pk, text="已联系快递", actor=CLERK)
    rows = list(list_tab("problem", CLERK))
    with django_assert_max_num_queries(2):
        assert [row.to_buyer for row in make_rows(rows)] == ["已联系快递"] * 3


def test_a_problem_that_nobody_told_can_be_reported() -> None:
    tracking = followed()
    url = reverse("orders:report_problem", args=[tracking.pk])
    empty = browser("warehouse").post(url, {"reason": "", "version": str(tracking.version)})
    assert empty.status_code == 422
    browser("warehouse").post(url, {"reason": "买家说破损", "version": str(tracking.version)})
    assert Tracking.objects.get().trouble == Trouble.PROBLEM


def test_the_order_page_shows_the_newest_and_unfolds() -> None:
    tracking = troubled()
    client = browser("support")
    page = client.get(reverse("orders:detail", args=[tracking.order.number])).content.decode()
    assert "派送不成功" in page and f"tracking:{tracking.pk}" in page
    link = reverse("orders:tracking", args=[tracking.pk])
    shown = browser("warehouse").get(reverse("orders:detail", args=[tracking.order.number])).content.decode()
    assert f'href="{link}"' in shown and f'href="{link}"' not in page
    part = reverse("orders:journey", args=[tracking.order.number, tracking.parcel_id])
    assert client.get(f"{part}?seen={tracking.version}-1").status_code == 204
    assert "派送不成功" in client.get(f"{part}?seen=0-0").content.decode()


def test_alerts_ring_once_and_end_with_the_trouble() -> None:
    tracking = troubled()
    drain()
    alert = Alert.objects.get(kind=AlertKind.PARCEL_PROBLEM)
    assert alert.handled_at is None and alert.order_id == tracking.order_id
    settle_tracking(tracking.pk, actor=CLERK)
    drain()
    alert.refresh_from_db()
    assert alert.handled_how == "over"
