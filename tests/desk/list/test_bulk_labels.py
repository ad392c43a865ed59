"""Twenty orders: e-waybills for all, what came of them, their labels, and shipping what has one."""

import re
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext

from orders.models import Order
from orders.scope import ALL
from orders.services.merging import merge_orders
from orders.services.steps import hold_order
from orders.shipping.models import Parcel
from orders.stages import Stage
from orders.waybills.models import Waybill, WaybillState
from orders.waybills.selectors import list_printable
from shop.clients.errors import Rejected
from shop.clients.waybills import AlreadyUsed
from shop.couriers.models import ProviderAccount, Sender
from shop.jobs.models import Job, RowState
from shop.jobs.running import run_slice, take_lease
from shop.jobs.services import repeat_failed
from shop.staff.models import StaffUser
from shop.store.choices import Delivery, PayMethod
from tests import cast
from tests.desk.conftest import SignIn
from tests.waybills.conftest import ScriptedProvider, answer, ask, set_up_couriers

URL = "/console/orders/bulk/"
LABEL_ROW = 22
"""The maker, the lease, the locks, the account, the sender, the lines with their weights, two events, the verdict."""
pytestmark = pytest.mark.usefixtures("books_are_clean", "sent_tasks", "in_english")


@pytest.fixture(autouse=True)
def provider(owner: Client, sent_tasks: object, monkeypatch: pytest.MonkeyPatch) -> ScriptedProvider:
    scripted = ScriptedProvider()
    monkeypatch.setattr("orders.waybills.tasks.open_provider", lambda _name: scripted)
    set_up_couriers()
    return scripted


def open_dialog(client: Client, name: str, query: str) -> str:
    response = client.get(f"{URL}{name}/?{query}", headers={"HX-Request": "true"})
    assert response.status_code == 200
    return response.content.decode()


def typed(**changes: object) -> dict[str, object]:
    sender = Sender.objects.get(is_default=True)
    return {"courier": "ZTO", "sender_id": sender.pk, "remark": "轻放", **changes}


def press(client: Client, name: str, **body: Any) -> Job:
    response = client.post(f"{URL}{name}/", body)
    assert response.status_code == 302, response.content.decode()[-2000:]
    job = Job.objects.get(pk=int(re.findall(r"/console/jobs/(\d+)/", response["Location"])[0]))
    run_slice(job.pk)
    job.refresh_from_db()
    return job


def numbers(*orders: Order) -> list[str]:
    return [order.number for order in orders]


def said(job: Job) -> list[str]:
    return [row.code for row in job.rows.order_by("position")]


def test_the_question_offers_the_couriers_as_the_shop_ranks_them(owner: Client) -> None:
    shown = open_dialog(owner, "label", f"number={cast.prepared_order().number}")
    assert re.findall(r'<option value="([A-Z]+)"', shown) == ["ZTO", "EMS"]
    assert "Get 1 e-waybill" in shown and "Note on the label" in shown


def test_each_order_gets_one_with_what_was_typed(owner: Client, provider: ScriptedProvider) -> None:
    orders = [cast.prepared_order() for _ in range(3)]
    job = press(owner, "label", number=numbers(*orders), **typed())
    assert (job.done, job.failed) == (3, 0)
    waybills = Waybill.objects.order_by("order")
    assert [waybill.order_id for waybill in waybills] == [order.pk for order in orders]
    assert {(row.courier, row.remark, row.state) for row in waybills} == {("ZTO", "轻放", "requested")}


def test_what_was_typed_is_sealed_and_stays_for_the_rows_that_failed(owner: Client) -> None:
    fits, held = cast.prepared_order(), cast.prepared_order()
    Order._base_manager.filter(pk=held.pk).update(aftersale_mark="open")
    job = press(owner, "label", number=numbers(fits, held), **typed())
    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed_parameters, sealed_typed FROM jobs_job WHERE id = %s", [job.pk])
        parameters, stored = cursor.fetchone()
    assert parameters == "" and "ZTO" not in stored
    assert said(job) == ["", "aftersale_open"]
    Order._base_manager.filter(pk=held.pk).update(aftersale_mark="none")
    maker = cast.actor_of(StaffUser.objects.get(pk=job.made_by_id))
    again = repeat_failed(job, actor=maker, key="again")
    run_slice(again.pk)
    assert Waybill.objects.get(order=held).remark == "轻放"


def test_all_results_are_taken_with_what_was_typed(owner: Client) -> None:
    orders = [cast.prepared_order() for _ in range(2)]
    cast.prepared_order(delivery=Delivery.LOCAL)
    job = press(owner, "label", all="1", filter="tab=to_ship", **typed())
    assert list(Waybill.objects.order_by("order").values_list("order", flat=True)) == [o.pk for o in orders]
    assert job.total == 2


@pytest.mark.parametrize("courier", ["", "SF", "nonsense", "\x00"])
def test_what_cannot_be_is_refused_beside_its_field_and_nothing_typed_is_lost(
    owner: Client, courier: str
) -> None:
    order = cast.prepared_order()
    key = "a" * 32
    body = typed(courier=courier, number=order.number, filter="tab=to_ship", key=key)
    response = owner.post(f"{URL}label/", body)
    shown = response.content.decode()
    assert response.status_code == 422
    assert 'id="dialog-bulk"' in shown and re.findall(r"id=\"(\w+)_error\"", shown) == ["bulk_courier"]
    assert 'value="轻放"' in shown and f'name="number" value="{order.number}"' in shown and key in shown
    assert not Job.objects.exists()


def test_a_sender_laid_aside_meanwhile_is_refused(owner: Client) -> None:
    response = owner.post(f"{URL}label/", typed(number=cast.prepared_order().number, sender_id=987654))
    assert response.status_code == 422


def test_a_shop_without_a_provider_is_told_what_is_missing(owner: Client) -> None:
    ProviderAccount.objects.all().delete()
    shown = open_dialog(owner, "label", f"number={cast.prepared_order().number}")
    assert "your credentials there are missing" in shown and "Enter credentials" in shown
    assert "btn-primary" not in shown and 'name="courier"' not in shown


def test_own_delivery_and_test_orders_are_left_out_and_the_question_says_so(owner: Client) -> None:
    fits, own = cast.prepared_order(), cast.prepared_order(delivery=Delivery.LOCAL)
    shown = open_dialog(owner, "label", f"number={fits.number}&number={own.number}")
    assert "1 of the chosen orders is left out" in shown and "by a courier" in shown
    assert press(owner, "label", number=numbers(fits, own), **typed()).total == 1


def test_what_is_held_or_owes_is_left_out_and_the_question_says_so(owner: Client) -> None:
    fits, held, owes = (cast.prepared_order() for _ in range(3))
    hold_order(held.pk, reason="等买家", actor=cast.clerk())
    Order._base_manager.filter(pk=owes.pk).update(payable_fen=F("paid_fen") + 1)
    query = "&".join(f"number={number}" for number in numbers(fits, held, owes))
    assert "2 of the chosen orders are left out" in (shown := open_dialog(owner, "label", query))
    assert "on hold or not paid in full" in shown
    listed = owner.get("/console/orders/?tab=to_ship").content.decode()
    assert listed.count('data-marks="courier free"') == 1
    assert 'data-fits-label="1"' in owner.get(f"{URL}count/?tab=to_ship").content.decode()
    Order._base_manager.filter(pk=owes.pk).update(payable_fen=F("paid_fen"))


def test_an_order_of_which_nothing_is_there_says_what_to_do(owner: Client) -> None:
    order = cast.prepared_order()
    order.lines.update(short=F("quantity"), reserved=0)
    job = press(owner, "label", number=order.number, **typed())
    assert said(job) == ["all_short"]
    assert "change, postpone or cancel it" in job.rows.get().reason
    order.lines.update(short=0, reserved=F("quantity"))


def test_what_needs_a_person_is_told_apart_and_leads_there(owner: Client, provider: ScriptedProvider) -> None:
    order = cast.prepared_order()
    job = press(owner, "label", number=order.number, **typed())
    provider.say(AlreadyUsed("which number?"))
    waybill = answer(Waybill.objects.get())
    assert waybill.state == WaybillState.DISPUTED
    shown = owner.get(f"/console/jobs/{job.pk}/").content.decode()
    assert "1 need a person" in shown and "without an answer" not in shown
    assert f'href="/console/orders/waybills/{waybill.pk}/"' in shown


def test_boxes_know_what_fits_as_the_database_does(owner: Client) -> None:
    express, own = cast.prepared_order(), cast.prepared_order(delivery=Delivery.LOCAL)
    labelled = cast.prepared_order()
    ask(labelled)
    shown = owner.get("/console/orders/?tab=to_ship").content.decode()
    marks = dict(re.findall(r'value="(\d+)" form="bulk" data-stage="\w+" data-marks="([\w ]*)"', shown))
    assert marks == {
        express.number: "courier free",
        own.number: "free",
        labelled.number: "courier label free",
    }
    for name, fitting in (("label", [express, labelled]), ("ship_part", [labelled])):
        query = "&".join(f"number={number}" for number in marks)
        response = owner.get(f"{URL}{name}/?{query}", headers={"HX-Request": "true"})
        assert response.context["dialog"].subject["choice"].fitting == len(fitting)
        offer = owner.get(f"{URL}count/?tab=to_ship").content.decode()
        assert f'data-fits-{name}="{len(fitting)}"' in offer


def test_a_row_that_lacks_what_its_courier_wants_is_refused_and_the_rest_goes_on(
    owner: Client, provider: ScriptedProvider
) -> None:
    first, second = cast.prepared_order(), cast.prepared_order()
    provider.say(Rejected("105", "邮编不对", 200))
    answer(ask(first, courier="EMS", postcode="310013"))
    job = press(owner, "label", number=numbers(first, second), **typed(courier="EMS"))
    assert said(job) == ["", "postcode_required"]
    assert "own ship dialog" in job.rows.get(position=2).reason
    assert Waybill.objects.get(order=first).postcode == "310013"


def test_the_page_of_the_job_shows_each_number_or_what_the_provider_said(
    owner: Client, provider: ScriptedProvider
) -> None:
    orders = [cast.prepared_order() for _ in range(3)]
    job = press(owner, "label", number=numbers(*orders), **typed())
    page = f"/console/jobs/{job.pk}/"
    before = owner.get(page).content.decode()
    assert "3 waiting for the number" in before and "every 2s" in before
    provider.say("76000000000001", Rejected("106", "余额不足", 200))
    for waybill in Waybill.objects.order_by("pk")[:2]:
        answer(waybill)
    shown = owner.get(page).content.decode()
    assert "1 ready" in shown and "1 refused" in shown and "1 waiting" in shown
    assert "余额不足" in shown and ">7600<" in shown
    assert "Print 1 labels" in shown and "Ship 1 orders" in shown and "Ask again" in shown
    mark = re.findall(r"was=([\d-]+)", shown)[0]
    part = f"{page}rows/"
    assert owner.get(f"{part}?was={mark}").status_code == 204
    answer(Waybill.objects.order_by("pk").last())
    fresh = owner.get(f"{part}?was={mark}").content.decode()
    assert "2 ready" in fresh and "every 2s" not in fresh and "<html" not in fresh


def test_the_page_of_a_long_job_takes_no_query_for_each_row(owner: Client) -> None:
    def count(orders: list[Order]) -> int:
        job = press(owner, "label", number=numbers(*orders), **typed())
        with CaptureQueriesContext(connection) as queries:
            owner.get(f"/console/jobs/{job.pk}/")
        return len(queries)

    assert count([cast.prepared_order()]) == count([cast.prepared_order() for _ in range(6)])


def test_a_row_takes_a_handful_of_queries(owner: Client) -> None:
    def count(orders: int) -> int:
        chosen = numbers(*(cast.prepared_order() for _ in range(orders)))
        response = owner.post(f"{URL}label/", typed(number=chosen))
        job_id = int(re.findall(r"/console/jobs/(\d+)/", response["Location"])[0])
        with CaptureQueriesContext(connection) as queries:
            run_slice(job_id)
        return len(queries)

    assert count(4) - count(3) == LABEL_ROW


def test_what_is_refused_is_asked_for_again_from_the_page_of_the_job(
    owner: Client, provider: ScriptedProvider
) -> None:
    orders = [cast.prepared_order() for _ in range(2)]
    job = press(owner, "label", number=numbers(*orders), **typed())
    provider.say("76000000000001", Rejected("106", "余额不足", 200))
    for waybill in Waybill.objects.order_by("pk"):
        answer(waybill)
    again = press(owner, "label", job=job.pk, **typed(remark="易碎"))
    assert (again.total, again.done) == (2, 2)
    states = Waybill.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == [WaybillState.ISSUED, WaybillState.REQUESTED]
    assert [waybill.remark for waybill in Waybill.objects.order_by("pk")] == ["轻放", "易碎"]


def test_what_has_its_label_is_shipped_and_the_rest_says_why_not(
    owner: Client, provider: ScriptedProvider
) -> None:
    orders = [cast.prepared_order() for _ in range(3)]
    labels = press(owner, "label", number=numbers(*orders), **typed())
    for waybill in Waybill.objects.order_by("pk")[:2]:
        answer(waybill)
    job = press(owner, "ship_part", job=labels.pk)
    assert said(job) == ["", "", "label_not_ready"]
    stages = Order._base_manager.order_by("pk").values_list("stage", flat=True)
    assert list(stages) == [Stage.SHIPPED, Stage.SHIPPED, Stage.PREPARING]
    again = press(owner, "ship_part", number=numbers(*orders))
    assert (again.total, said(again)) == (1, ["label_not_ready"])


def test_the_same_job_again_changes_nothing(owner: Client) -> None:
    order = cast.prepared_order()
    answer(ask(order))
    press(owner, "ship_part", number=order.number)
    job = Job.objects.latest("pk")
    job.rows.update(state=RowState.WAITING)
    Job.objects.filter(pk=job.pk).update(state="running", lease="", lease_until=job.created_at, done=0)
    assert take_lease(job.pk) is not None
    Job.objects.filter(pk=job.pk).update(lease_until=job.created_at)
    run_slice(job.pk)
    assert said(job) == ["already_done"]
    assert order.lines.get().parcel_lines.count() == 1


def test_a_job_of_somebody_else_chooses_nothing(owner: Client, sign_in: SignIn) -> None:
    job = press(owner, "label", number=cast.prepared_order().number, **typed())
    shown = open_dialog(sign_in("warehouse"), "ship_part", f"job={job.pk}")
    assert "None of the chosen orders" in shown


def test_cash_orders_are_shipped_too(owner: Client) -> None:
    order = cast.place(pay_method=PayMethod.COD)
    cast.confirm_order(order.pk, actor=cast.clerk())
    answer(ask(order))
    assert press(owner, "ship_part", number=order.number).done == 1


def test_merged_orders_get_one_e_waybill_and_are_sent_by_one_press(
    owner: Client, provider: ScriptedProvider
) -> None:
    customer = cast.make_customer()
    orders = [cast.prepared_order(customer=customer) for _ in range(2)]
    merge_orders([order.pk for order in orders], actor=cast.clerk())
    job = press(owner, "label", number=numbers(*orders), **typed())
    assert (job.done, job.failed) == (2, 0)
    waybill = answer(Waybill.objects.get())
    shown = owner.get(f"/console/jobs/{job.pk}/").content.decode()
    assert shown.count(f'href="/console/orders/waybills/{waybill.pk}/"') == 2
    assert [list(list_printable([order.pk], ALL)) for order in orders] == [[waybill]] * 2
    sent = press(owner, "ship_part", number=numbers(*orders))
    assert (sent.done, sent.failed, said(sent)) == (2, 0, ["", ""])
    assert Parcel.objects.get().lines.count() == 2
