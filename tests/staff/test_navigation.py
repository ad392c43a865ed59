"""What stands in the frame of every page, for whom."""

import pytest
from django.test import Client

from shop import clock
from shop.console import navigation
from shop.console.navigation import Entry, Group
from shop.jobs.models import Job
from shop.jobs.registry import KINDS, BulkKind
from tests.cast import make_staff, open_shop, paid_order
from tests.console import ENGLISH, browser, sign_in

pytestmark = pytest.mark.django_db
HOME = "/console/"
ORDERS = ("All orders", "After-sales")
SHIPPING = ("Ship by sheet", "Scan station", "Handing over", "Parcel trouble", "WeChat reports")
CASH, INVOICES, REFUNDS, BILLS = "Cash on delivery", "Invoices", "Refunds", "Money and bills"
PICKUP, UNCOLLECTED, RECORDS = "Pickup orders", "Not picked up", "Verification records"
DRAWERS = "Cash sheets"


def entries(client: Client, path: str = HOME) -> list[str]:
    groups = client.get(path).context["navigation"]
    return [str(entry["label"]) for group in groups for entry in group["entries"]]


@pytest.mark.parametrize(
    ("role", "labels"),
    [
        (
            "owner",
            [
                *("Home", *ORDERS, REFUNDS, *SHIPPING, CASH, INVOICES, "Alerts", BILLS, "Exports", "Jobs"),
                *(PICKUP, UNCOLLECTED, RECORDS, DRAWERS, "Verifiers"),
                *("Products", "Customers", "Store settings", "Staff", "Record"),
            ],
        ),
        (
            "order_clerk",
            [
                *("Home", *ORDERS, *SHIPPING, CASH, INVOICES, "Alerts", "Jobs"),
                *(PICKUP, UNCOLLECTED, RECORDS, DRAWERS),
                *("Products", "Customers"),
            ],
        ),
        ("warehouse", ["Home", *ORDERS, *SHIPPING, "Alerts", "Jobs", PICKUP, RECORDS, "Products"]),
        (
            "finance",
            [
                *("Home", *ORDERS, REFUNDS, CASH, INVOICES, "Alerts", BILLS, "Exports", "Jobs"),
                *(PICKUP, RECORDS, DRAWERS),
                *("Customers", "Store settings"),
            ],
        ),
        ("store_clerk", ["Home", "All orders", "Alerts", PICKUP, UNCOLLECTED, RECORDS]),
    ],
)
def test_only_what_the_role_may_use_is_there(role: str, labels: list[str]) -> None:
    assert entries(browser(role)) == labels


def test_whoever_may_make_a_job_of_any_kind_sees_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Jobs" not in entries(browser("store_clerk"))
    labels = BulkKind("order.label", "Labels", "printer", "alerts.handle", lambda _pk, _actor: None, str)
    monkeypatch.setitem(KINDS, labels.name, labels)
    assert "Jobs" in entries(browser("store_clerk"))


def test_who_made_a_job_goes_on_seeing_it() -> None:
    user = make_staff("store_clerk")
    client = sign_in(user)
    assert "Jobs" not in entries(client)
    moments = dict.fromkeys(("created_at", "lease_until", "resume_at"), clock.now())
    Job.objects.create(kind="order.confirm", client_key="k", made_by_id=user.pk, state="done", **moments)
    assert "Jobs" in entries(client)
    assert "Jobs" not in entries(browser("store_clerk"))


def test_a_heading_without_entries_is_left_out() -> None:
    groups = browser("store_clerk").get(HOME).context["navigation"]
    assert [str(group["label"]) for group in groups] == ["", "Orders", "Pickup"]


def test_entries_stand_in_the_order_of_their_places_whoever_was_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(navigation, "ENTRIES", [])
    places = [(Group.SHOP, 20), (Group.HOME, 30), (Group.SHOP, 10)]
    for group, place in places:
        navigation.register(Entry(group, place, "x", "staff:home", "home", "orders.view"))
    assert [(entry.group, entry.place) for entry in navigation.ENTRIES] == sorted(places)


def test_of_more_than_the_cap_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    open_shop()
    monkeypatch.setattr("shop.frame.WORK_CAP", 1)
    client = browser()
    for expected in (1, "1+"):
        paid_order()
        groups = client.get(HOME).context["navigation"]
        counts = {str(entry["label"]): entry["count"] for group in groups for entry in group["entries"]}
        assert counts["All orders"] == expected


def test_alerts_alone_are_urgent() -> None:
    groups = browser().get(HOME).context["navigation"]
    urgent = [
        str(entry["label"]) for group in groups for entry in group["entries"] if entry["count_is_urgent"]
    ]
    assert urgent == ["Alerts"]


def test_a_shop_without_a_name_is_called_what_it_is() -> None:
    client = browser()
    assert client.get(HOME).context["shop_name"] == "Shop back office"
    open_shop()
    assert client.get(HOME).context["shop_name"] == "山野集"


def test_the_page_that_is_open_is_marked() -> None:
    groups = browser().get("/console/settings/wechat/").context["navigation"]
    active = [str(entry["label"]) for group in groups for entry in group["entries"] if entry["is_active"]]
    assert active == ["Store settings"]


def test_the_frame_says_who_is_signed_in_and_as_what() -> None:
    page = browser("order_clerk").get(HOME).content.decode()
    assert "order_clerk 王" in page
    assert "Order clerk" in page


def test_the_login_page_names_the_shop_and_nothing_else() -> None:
    open_shop()
    response = Client(headers=ENGLISH).get("/console/staff/login/")
    assert "山野集" in response.content.decode()
    assert "navigation" not in response.context


def test_a_page_of_the_counter_is_marked_in_its_part() -> None:
    groups = browser("store_clerk").get("/console/pickup/records/").context["navigation"]
    (part,) = [group for group in groups if str(group["label"]) == "Pickup"]
    assert [str(entry["label"]) for entry in part["entries"] if entry["is_active"]] == [RECORDS]
