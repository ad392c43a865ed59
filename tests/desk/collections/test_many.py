"""Many parcels handed over by one press: from the order list, and all of a courier and a sender from their page."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from orders.collections.models import Collection, CollectionState
from orders.collections.waiting import list_waiting
from orders.models import Order
from orders.scope import ALL
from orders.shipping.models import Parcel
from orders.shipping.services.labelled import ship_labelled
from orders.shipping.services.ship import arrive_parcel
from orders.waybills.models import WaybillState
from shop import clock
from shop.clients.errors import Rejected
from shop.couriers.models import ProviderAccount, Sender
from shop.jobs.models import Job
from shop.jobs.running import run_slice
from tests import cast
from tests.collecting.conftest import ScriptedCaller, answer, call, sent_parcel
from tests.collecting.conftest import caller as caller  # a fixture
from tests.console import page_with
from tests.desk.conftest import SignIn
from tests.waybills.conftest import set_up_couriers, settled

BULK = "/console/orders/bulk/hand_over/"
PAGE = "/console/orders/collections/waiting/"
ALL_OF_ONE = f"{PAGE}hand-over/"
pytestmark = pytest.mark.usefixtures("books_are_clean", "sent_tasks", "in_english")


@pytest.fixture
def sender(owner: Client) -> Sender:
    return set_up_couriers()


@pytest.fixture
def second_sender(sender: Sender) -> Sender:
    return cast.make_sender(name="何师傅")


def typed(**changes: Any) -> dict[str, Any]:
    tomorrow = timezone.localtime(clock.now()).date() + timedelta(days=1)
    return {
        "how": "requested",
        "day": tomorrow.isoformat(),
        "start": 10,
        "end": 12,
        "sender_id": "",
        **changes,
    }


def press(client: Client, url: str, **body: Any) -> Job:
    response = client.post(url, body)
    assert response.status_code == 302, response.content.decode()[-3000:]
    job = Job.objects.get(pk=int(re.findall(r"/console/jobs/(\d+)/", response["Location"])[0]))
    run_slice(job.pk)
    job.refresh_from_db()
    return job


def said(job: Job) -> list[str]:
    return [row.code for row in job.rows.order_by("position")]


def numbers(*orders: Order) -> list[str]:
    return [order.number for order in orders]


def labelled(sender: Sender) -> Order:
    """An order that went out with an e-waybill that was had to this address."""
    waybill = settled(
        cast.prepared_order(),
        WaybillState.ISSUED,
        tracking_no=f"7{Parcel.objects.count():011d}",
        sender=sender,
    )
    Order.objects.filter(pk=waybill.order_id).update(has_label=True)
    return ship_labelled(waybill.order_id, actor=cast.clerk())


def test_from_the_list_the_courier_of_each_parcel_is_called(
    owner: Client, sender: Sender, caller: ScriptedCaller
) -> None:
    orders = [sent_parcel()[0] for _ in range(3)]
    job = press(owner, BULK, number=numbers(*orders), **typed())
    assert (job.done, job.failed) == (3, 0)
    made = [answer(row) for row in Collection.objects.order_by("pk")]
    assert [row.code for row in made] == [f"{order.number}-C1" for order in orders] == caller.asked
    assert {timezone.localtime(row.start).hour for row in made if row.start} == {10}
    html = page_with(200, owner.get(f"/console/jobs/{job.pk}/"))
    assert "3 called" in html and html.count("Collection called") == 3


def test_each_row_has_its_verdict_and_the_page_says_what_the_provider_said(
    owner: Client, sender: Sender, caller: ScriptedCaller
) -> None:
    (first, _one), (by_phone, _two), (left, third) = sent_parcel(), sent_parcel("SF"), sent_parcel()
    job_orders = numbers(first, by_phone, left)
    Order.objects.filter(pk=left.pk).update(has_moved=False)
    Parcel.objects.filter(pk=third.pk).update(has_moved=True)
    job = press(owner, BULK, number=job_orders, **typed())
    assert said(job) == ["", "cannot_call", "nothing_to_hand_over"]
    caller.say(Rejected("105", "业务错误[不在揽收范围]", 200))
    answer(Collection.objects.get())
    html = page_with(200, owner.get(f"/console/jobs/{job.pk}/"))
    assert "不在揽收范围" in html and "1 not called" in html and "Hand over those not called" in html
    again = press(owner, BULK, job=job.pk, **typed(how="dropped_off"))
    assert said(again) == ["", "", "nothing_to_hand_over"]
    assert Collection.objects.filter(state=CollectionState.DROPPED_OFF).count() == 2


def test_only_what_was_sent_by_courier_and_has_not_moved_fits(owner: Client, sender: Sender) -> None:
    (sent, _parcel), (gone, parcel) = sent_parcel(), sent_parcel()
    arrive_parcel(parcel.pk, actor=cast.clerk())
    own, unsent = cast.shipped_order(delivery="local"), cast.prepared_order()
    chosen = "&".join(f"number={number}" for number in numbers(sent, gone, own, unsent))
    html = page_with(200, owner.get(f"{BULK}?{chosen}", headers={"HX-Request": "true"}))
    assert "Hand over 1 order" in html and "3 of the chosen orders are left out" in html
    shown = owner.get("/console/orders/").content.decode()
    marks = dict(re.findall(r'value="(\d+)" form="bulk" data-stage="\w+" data-marks="([\w ]*)"', shown))
    assert [number for number, names in marks.items() if "sent" in names.split()] == [sent.number]
    assert 'data-fits-hand_over="1"' in owner.get("/console/orders/bulk/count/").content.decode()


def test_a_time_that_is_over_is_refused_where_it_was_typed(owner: Client, sender: Sender) -> None:
    order, _parcel = sent_parcel()
    for wrong in ({"start": 14, "end": 12}, {"day": ""}):
        response = owner.post(BULK, {"number": order.number, **typed(**wrong)})
        assert response.status_code == 422 and not Job.objects.exists()
    assert "Choose when the courier may come." in response.content.decode()


def test_where_no_provider_calls_only_people_do(owner: Client, sender: Sender) -> None:
    ProviderAccount.objects.update(tested_at=None)
    order, _parcel = sent_parcel()
    html = page_with(200, owner.get(f"{BULK}?number={order.number}", headers={"HX-Request": "true"}))
    assert 'value="requested"' not in html and 'name="day"' not in html and "I have called" in html
    assert owner.post(BULK, {"number": order.number, **typed()}).status_code == 422
    press(owner, BULK, number=order.number, how="by_phone")
    assert Collection.objects.get().state == CollectionState.BY_PHONE


def test_the_page_groups_by_courier_and_sender_and_calls_each_once(
    owner: Client, sender: Sender, second_sender: Sender, caller: ScriptedCaller
) -> None:
    here, there = [labelled(sender) for _ in range(2)], labelled(second_sender)
    sf = sent_parcel("SF")[0]
    html = page_with(200, owner.get(PAGE))
    assert html.count('data-dialog-open="#dialog-hand_over"') == 2 and "tel:95338" in html
    assert all(f"/console/orders/{order.number}/" in html for order in (*here, there, sf))
    asked = {"courier": "ZTO", "sender": second_sender.pk}
    dialog = page_with(200, owner.get(ALL_OF_ONE, asked, headers={"HX-Request": "true"}))
    assert (
        f'<option value="{second_sender.pk}" selected>' in dialog
        and "1 parcel waits for ZTO Express" in dialog
    )
    job = press(owner, ALL_OF_ONE, courier="ZTO", sender=sender.pk, key="once", **typed())
    assert [row.ref for row in job.rows.order_by("pk")] == numbers(*here) and said(job) == ["", ""]
    assert {row.sender for row in Collection.objects.all()} == {sender}
    html = page_with(200, owner.get(PAGE))
    assert here[0].number not in html and there.number in html
    press(owner, ALL_OF_ONE, courier="SF", sender=sender.pk, how="dropped_off")
    assert [parcel.order_number for parcel in list_waiting(ALL)] == [there.number]


def test_without_a_sender_each_goes_back_to_the_one_of_its_label(
    owner: Client, second_sender: Sender, caller: ScriptedCaller
) -> None:
    orders = [labelled(second_sender), sent_parcel()[0]]
    press(owner, BULK, number=numbers(*orders), **typed())
    assert [row.sender and row.sender.name for row in Collection.objects.order_by("pk")] == [
        second_sender.name,
        Sender.objects.get(is_default=True).name,
    ]


def test_a_group_that_is_gone_is_a_sentence_and_the_same_press_is_one_job(
    owner: Client, sender: Sender, caller: ScriptedCaller
) -> None:
    sent_parcel()
    body = {"courier": "ZTO", "sender": sender.pk, "key": "once", **typed()}
    assert [owner.post(ALL_OF_ONE, body).status_code for _ in range(2)] == [302, 302]
    run_slice(Job.objects.get().pk)
    response = owner.post(ALL_OF_ONE, body, headers={"HX-Request": "true"})
    assert response.status_code == 409 and "waits for its courier any more" in response.content.decode()
    assert (Job.objects.count(), Collection.objects.count()) == (1, 1)


def test_a_wrong_time_of_a_group_keeps_the_dialog(owner: Client, sender: Sender) -> None:
    sent_parcel()
    response = owner.post(ALL_OF_ONE, {"courier": "ZTO", "sender": sender.pk, **typed(start=14, end=12)})
    html = page_with(422, response)
    assert 'id="dialog-hand_over"' in html and "ends after it begins" in html
    assert '<option value="14" selected>' in html


def test_what_was_sent_long_ago_or_is_taken_care_of_does_not_wait(
    owner: Client, sender: Sender, caller: ScriptedCaller
) -> None:
    (order, parcel), (_second, old) = sent_parcel(), sent_parcel()
    Parcel.objects.filter(pk=old.pk).update(sent_at=clock.now() - timedelta(days=4))
    assert [row.pk for row in list_waiting(ALL)] == [parcel.pk]
    collection = call(order, parcel)
    assert not list_waiting(ALL).exists()
    caller.say(Rejected("105", "业务错误[不在揽收范围]", 200))
    answer(collection)
    assert [row.pk for row in list_waiting(ALL)] == [parcel.pk]


def test_the_home_page_counts_them_and_the_page_asks_no_more_for_more(owner: Client, sender: Sender) -> None:
    assert "Every parcel is on its way" in page_with(200, owner.get(PAGE))
    sent_parcel()
    assert "Parcels to hand over" in page_with(200, owner.get("/console/"))
    few = count_of(owner)
    for _ in range(4):
        sent_parcel()
    assert count_of(owner) == few


def count_of(client: Client) -> int:
    with CaptureQueriesContext(connection) as queries:
        page_with(200, client.get(PAGE))
    return len(queries)


def test_after_shipping_the_couriers_are_the_next_press(owner: Client, sender: Sender) -> None:
    waybill = settled(cast.prepared_order(), WaybillState.ISSUED, tracking_no="712345678901")
    Order.objects.filter(pk=waybill.order_id).update(has_label=True)
    job = press(owner, "/console/orders/bulk/ship_part/", number=waybill.order.number)
    html = page_with(200, owner.get(f"/console/jobs/{job.pk}/"))
    assert f"bulk/hand_over/?job={job.pk}" in html
    dialog = owner.get(f"{BULK}?job={job.pk}", headers={"HX-Request": "true"}).content.decode()
    assert "Hand over 1 order" in dialog


def test_who_may_not_ship_has_none_of_it(owner: Client, sign_in: SignIn, sender: Sender) -> None:
    support = sign_in("support")
    assert support.get(PAGE).status_code == 403
    assert 'data-bulk-action="hand_over"' not in support.get("/console/orders/").content.decode()
