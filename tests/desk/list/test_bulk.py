"""/console/orders/bulk/…"""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from aftersales.choices import Kind
from orders.desk.list import bulk, counts
from orders.models import Order
from orders.payments.changes.cancelling import cancel_paid
from orders.payments.models import Refund
from orders.services.steps import confirm_order
from orders.stages import Stage
from shop.jobs.models import Job, JobState
from shop.jobs.running import run_slice
from tests.aftersales.cases import asked, let_go, open_returns
from tests.cast import clerk, paid_order, pay, place, shipped_order
from tests.desk.conftest import SignIn
from tests.expect import fresh

URL = "/console/orders/bulk/"
pytestmark = pytest.mark.usefixtures("books_are_clean", "sent_tasks")


def ask(client: Client, name: str, query: str) -> str:
    response = client.get(f"{URL}{name}/?{query}", headers={"HX-Request": "true"})
    assert response.status_code == 200
    return response.content.decode()


def press(client: Client, name: str, **body: object) -> Job:
    response = client.post(f"{URL}{name}/", body)
    assert response.status_code == 302
    return Job.objects.get(pk=int(re.findall(r"/console/jobs/(\d+)/", response["Location"])[0]))


def run(job: Job) -> Job:
    run_slice(job.pk)
    job.refresh_from_db()
    return job


def stages(*orders: Order) -> list[str]:
    by_id = Order.objects.in_bulk([order.pk for order in orders])
    return [by_id[order.pk].stage for order in orders]


def test_chosen_orders_are_confirmed_each_with_its_verdict(owner: Client) -> None:
    orders = [paid_order() for _ in range(3)]
    job = run(press(owner, "confirm", number=[order.number for order in orders]))
    assert stages(*orders) == [Stage.CONFIRMED] * 3
    assert (job.state, job.done) == (JobState.DONE, 3)
    shown = owner.get(f"/console/jobs/{job.pk}/").content.decode()
    assert all(f'href="/console/orders/{order.number}/"' in shown for order in orders)


def test_whoever_reads_a_verdict_reads_it_in_their_own_language(owner: Client) -> None:
    done, closed = paid_order(), paid_order()
    job = press(owner, "confirm", number=[done.number, closed.number])
    confirm_order(done.pk, actor=clerk())
    cancel_paid(closed.pk, reason="缺货", actor=clerk())
    said = [row.said for row in run(job).rows.order_by("position") if row.said]
    assert [words["en"].split()[0] for words in said] == ["Already", "The"]
    assert all("Already" not in words["zh-hans"] and "order" not in words["zh-hans"] for words in said)


def test_confirmed_orders_are_prepared(owner: Client) -> None:
    order = paid_order()
    confirm_order(order.pk, actor=clerk())
    run(press(owner, "prepare", number=[order.number]))
    assert stages(order) == [Stage.PREPARING]


def test_only_what_fits_is_taken_and_the_question_says_so(owner: Client) -> None:
    fits, unpaid = paid_order(), place()
    query = f"number={fits.number}&number={unpaid.number}"
    dialog = ask(owner, "confirm", query)
    assert "Confirm 1 order" in dialog
    assert "1 of the chosen orders is not in “To confirm”" in dialog
    job = run(press(owner, "confirm", number=[fits.number, unpaid.number]))
    assert job.total == 1
    assert stages(fits, unpaid) == [Stage.CONFIRMED, Stage.UNPAID]


def test_when_nothing_fits_there_is_no_button(owner: Client) -> None:
    dialog = ask(owner, "prepare", f"number={place().number}&number=1234&number=abc")
    assert "None of the chosen orders" in dialog
    assert "btn-primary" not in dialog


def test_what_a_colleague_did_meanwhile_is_a_verdict(owner: Client) -> None:
    first, second = paid_order(), paid_order()
    job = press(owner, "confirm", number=[first.number, second.number])
    confirm_order(first.pk, actor=clerk(name="小李"))
    job = run(job)
    assert (job.done, job.failed) == (1, 1)
    assert "小李" in job.rows.get(subject_id=first.pk).reason


def test_the_same_dialog_pressed_many_times_makes_one_job(owner: Client) -> None:
    order = paid_order()
    key = re.findall(r'name="key" value="(\w+)"', ask(owner, "confirm", f"number={order.number}"))[0]
    assert len({press(owner, "confirm", number=[order.number], key=key).pk for _ in range(5)}) == 1


def test_all_results_of_the_filter_are_taken_beyond_the_page(
    owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "BATCH", 2)
    wanted = [paid_order(remark="") for _ in range(5)]
    cash = place(pay_method="cod")
    dialog = ask(owner, "confirm", "all=1&filter=pay%3Dwechat")
    assert "Confirm 5 orders" in dialog
    job = run(press(owner, "confirm", all="1", filter="pay=wechat"))
    assert job.total == 5
    assert list(job.rows.order_by("position").values_list("subject_id", flat=True)) == [o.pk for o in wanted]
    assert stages(*wanted) == [Stage.CONFIRMED] * 5
    assert stages(cash) == [Stage.TO_CONFIRM]


def test_all_results_of_a_search_are_those_found(owner: Client) -> None:
    wanted, other = paid_order(), paid_order()
    job = run(press(owner, "confirm", all="1", filter=f"q={wanted.number}"))
    assert job.total == 1
    assert stages(wanted, other) == [Stage.CONFIRMED, Stage.TO_CONFIRM]


def test_a_tab_without_fitting_orders_gives_none(owner: Client) -> None:
    order = paid_order()
    assert "None of the chosen orders" in ask(owner, "confirm", "all=1&filter=tab%3Dshipped")
    assert run(press(owner, "confirm", all="1", filter="tab=shipped")).total == 0
    assert stages(order) == [Stage.TO_CONFIRM]


def test_orders_placed_after_the_press_are_left_alone(owner: Client) -> None:
    before = paid_order()
    job = press(owner, "confirm", all="1", filter="")
    after = paid_order()
    run(job)
    assert stages(before, after) == [Stage.CONFIRMED, Stage.TO_CONFIRM]


def test_the_offer_to_take_all_results_counts_what_fits(
    owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        paid_order()
    place()
    offer = owner.get(f"{URL}count/").content.decode()
    assert "Select all 4 results" in offer
    assert 'data-fits-confirm="3"' in offer
    assert 'data-fits-prepare="0"' in offer
    monkeypatch.setattr(counts, "CAP", 2)
    monkeypatch.setattr(bulk, "CAP", 2)
    assert "Select all 2+ results" in owner.get(f"{URL}count/").content.decode()


def test_the_warehouse_has_boxes_and_what_it_may_press(sign_in: SignIn) -> None:
    shown = sign_in("warehouse").get(f"/console/orders/?number={paid_order().number}").content.decode()
    assert 'form="bulk" data-stage' in shown
    assert 'name="document" value="pick_list"' in shown
    assert re.findall(r'data-bulk-action="(\w+)"', shown) == [
        *("label", "ship_part", "hand_over", "merge", "print_labels"),
    ]


def test_who_only_takes_money_may_only_collect_and_export(sign_in: SignIn) -> None:
    paid_order()
    shown = sign_in("finance").get("/console/orders/").content.decode()
    assert "data-stage" in shown and "/console/exports/start/" in shown
    assert re.findall(r'data-bulk-action="(\w+)"', shown) == ["collect"]


def test_roles_that_may_neither_edit_nor_print_have_neither_boxes_nor_bulk(sign_in: SignIn) -> None:
    order = paid_order()
    client = sign_in("store_clerk")
    shown = client.get("/console/orders/").content.decode()
    assert order.number in shown
    assert 'id="bulk"' not in shown
    assert "data-stage" not in shown
    for method in (client.get, client.post):
        assert method(f"{URL}confirm/", {"number": order.number}).status_code == 403
    assert not Job.objects.exists()


def test_the_list_has_a_box_per_order_that_knows_its_stage(owner: Client) -> None:
    order = paid_order()
    shown = owner.get("/console/orders/").content.decode()
    assert f'name="number" value="{order.number}" form="bulk" data-stage="to_confirm"' in shown
    assert 'data-bulk-action="confirm"' in shown


def test_choosing_costs_the_list_no_query(owner: Client, sign_in: SignIn) -> None:
    paid_order()

    def count(client: Client) -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get("/console/orders/")
        return len(queries)

    assert count(owner) == count(sign_in("finance"))


def test_the_top_bar_shows_running_jobs_on_every_page_of_who_made_them(owner: Client) -> None:
    order = paid_order()
    assert "top-button" not in owner.get("/console/jobs/watch/").content.decode()
    press(owner, "confirm", number=[order.number])
    shown = owner.get("/console/orders/").content.decode()
    assert "1 job at work" in shown


def test_orders_are_held_with_a_reason_and_released_together(owner: Client) -> None:
    orders = [paid_order() for _ in range(2)]
    numbers = [order.number for order in orders]
    assert "Hold 2 orders" in ask(owner, "hold", "&".join(f"number={number}" for number in numbers))
    job = run(press(owner, "hold", number=numbers, reason="等供应商回复", release_at=""))
    assert job.done == 2
    held = Order.objects.filter(number__in=numbers)
    assert [(order.is_held, order.hold_reason) for order in held] == [(True, "等供应商回复")] * 2
    assert "None of the chosen orders can be taken" in ask(owner, "hold", f"number={numbers[0]}")
    assert run(press(owner, "release", all="1", filter="queue=held")).done == 2
    assert not held.filter(is_held=True).exists()


@pytest.mark.parametrize("typed", [{"reason": " "}, {"reason": "x", "release_at": "2020-01-01T10:00"}])
def test_a_hold_without_a_reason_or_with_a_past_end_is_asked_again(
    owner: Client, typed: dict[str, str]
) -> None:
    order = paid_order()
    assert owner.post(f"{URL}hold/", {"number": order.number, **typed}).status_code == 422
    assert not Job.objects.exists()


def test_a_remark_is_written_on_all_of_them(owner: Client) -> None:
    orders = [paid_order(), place()]
    job = run(press(owner, "remark", number=[order.number for order in orders], text="送赠品"))
    assert job.done == 2
    assert {fresh(order).seller_remark for order in orders} == {"送赠品"}


def test_only_what_is_not_paid_is_cancelled(owner: Client) -> None:
    unpaid, cash, paid = place(), place(pay_method="cod"), paid_order()
    numbers = [order.number for order in (unpaid, cash, paid)]
    dialog = ask(owner, "cancel_unpaid", "&".join(f"number={number}" for number in numbers))
    assert "Cancel 2 unpaid orders" in dialog and "nothing is paid" in dialog
    assert run(press(owner, "cancel_unpaid", number=numbers, reason="买家要求")).done == 2
    assert stages(unpaid, cash, paid) == [Stage.CLOSED, Stage.CLOSED, Stage.TO_CONFIRM]


def test_one_that_was_paid_meanwhile_is_a_verdict(owner: Client) -> None:
    order = place()
    job = press(owner, "cancel_unpaid", number=[order.number], reason="")
    pay(order)
    assert run(job).failed == 1
    assert stages(order) == [Stage.TO_CONFIRM]


def test_what_is_asked_back_unsent_is_agreed_to_and_the_rest_is_a_verdict(owner: Client) -> None:
    open_returns()
    wanted, sent, plain = paid_order(), shipped_order(), paid_order()
    aftersale = asked(wanted, Kind.CANCEL)
    asked(sent, Kind.REFUND)
    numbers = [order.number for order in (wanted, sent, plain)]
    dialog = ask(owner, "agree_cancels", "&".join(f"number={number}" for number in numbers))
    assert "Agree to cancel in 1 order" in dialog
    job = press(owner, "agree_cancels", number=numbers)
    assert run(job).done == 1
    assert stages(wanted, sent, plain) == [Stage.CLOSED, Stage.SHIPPED, Stage.TO_CONFIRM]
    assert Refund.objects.get().case_number == aftersale.number


def test_a_request_that_was_withdrawn_meanwhile_is_a_verdict(owner: Client) -> None:
    open_returns()
    order = paid_order()
    job = press(owner, "agree_cancels", number=[asked(order, Kind.CANCEL).order.number])
    let_go(order)
    assert run(job).failed == 1
    assert not Refund.objects.exists()


def test_who_may_not_cancel_has_no_such_button(sign_in: SignIn) -> None:
    order = place()
    warehouse = sign_in("warehouse")
    shown = warehouse.get("/console/orders/").content.decode()
    assert 'data-bulk-action="hold"' not in shown and 'data-bulk-action="cancel_unpaid"' not in shown
    assert warehouse.post(f"{URL}cancel_unpaid/", {"number": order.number}).status_code == 403
