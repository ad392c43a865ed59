"""Print jobs as people see them: the button, the list, the page of one, and the home page."""

import pytest
from django.test import Client

from orders.printing.models import PrintJob, PrintState
from orders.printing.services.answers import apply_printed
from orders.printing.services.asking import print_on
from shop.printers.models import Printer
from tests.cast import clerk, paid_order
from tests.console import browser, page_with
from tests.printing.conftest import make_printer

URL = "/console/orders/printing/"


@pytest.fixture(autouse=True)
def printer(owner: Client, sent_tasks: object) -> Printer:
    return make_printer(name="前台", deliveries=[])


def make_job(state: PrintState, error: str = "") -> PrintJob:
    job = print_on(paid_order().pk, printer_id=Printer.objects.get().pk, actor=clerk())
    PrintJob.objects.filter(pk=job.pk).update(state=state, last_error=error, next_try_at=None)
    job.refresh_from_db()
    return job


def test_the_button_sends_the_receipt_and_the_page_says_where_it_is(owner, printer):
    order = paid_order()
    page = page_with(200, owner.get(f"/console/orders/{order.number}/"))
    assert "Print on “前台”" in page
    assert "At the printers" not in page
    answer = owner.post(f"{URL}on/{order.number}/", {"printer": printer.pk}, follow=True)
    page = page_with(200, answer)
    assert "The receipt is sent to “前台”." in page
    assert "Waiting for the printer" in page
    assert PrintJob.objects.get().order_id == order.pk


def test_the_printer_speaks_for_itself(owner, printer):
    job = print_on(paid_order().pk, printer_id=printer.pk, actor=clerk())
    apply_printed(job)
    page = page_with(200, owner.get(f"/console/orders/{job.order.number}/"))
    assert "On paper" in page
    assert "network (ESC/POS)" in page


@pytest.mark.parametrize("posted", [{}, {"printer": "x"}, {"printer": "987654"}])
def test_a_printer_that_is_none_is_a_sentence(posted, owner):
    order = paid_order()
    page = page_with(200, owner.post(f"{URL}on/{order.number}/", posted, follow=True))
    assert "This printer is not in use." in page
    assert not PrintJob.objects.exists()


def test_without_a_printer_there_is_no_button(owner, printer):
    Printer.objects.update(is_on=False)
    assert "Print on" not in page_with(200, owner.get(f"/console/orders/{paid_order().number}/"))


def test_the_list_is_empty_with_a_reason_while_all_is_well(owner):
    make_job(PrintState.PRINTED)
    assert "No print needs a person" in page_with(200, owner.get(URL))


@pytest.mark.parametrize("state", [PrintState.FAILED, PrintState.UNKNOWN, PrintState.SENT])
def test_the_list_and_the_home_page_show_what_needs_a_person(state, owner):
    job = make_job(state, "缺纸")
    assert f'href="{URL}{job.pk}/"' in page_with(200, owner.get(URL))
    home = page_with(200, owner.get("/console/"))
    assert "Prints to look at" in home and "缺纸" in home


def test_each_state_has_its_buttons(owner):
    failed = page_with(200, owner.get(f"{URL}{make_job(PrintState.FAILED).pk}/"))
    assert "retry_print" in failed and "repeat_print" not in failed
    unknown = page_with(200, owner.get(f"{URL}{make_job(PrintState.UNKNOWN).pk}/"))
    assert "repeat_print" in unknown and "settle_print" in unknown and "retry_print" not in unknown
    assert "may be on paper already" in unknown


def test_print_again_asks_first_and_makes_a_reprint(owner):
    job = make_job(PrintState.UNKNOWN)
    url = f"{URL}{job.pk}/repeat_print/".replace("repeat_print", "repeat-print")
    asked = page_with(200, owner.get(url))
    assert "marked as a reprint" in asked
    assert owner.post(url, {"version": job.version}).status_code == 302
    assert PrintJob.objects.filter(copy=2).count() == 1


def test_a_clerk_of_the_warehouse_may_and_finance_may_not():
    job = make_job(PrintState.FAILED)
    assert browser("warehouse").get(f"{URL}{job.pk}/").status_code == 200
    assert browser("finance").get(f"{URL}{job.pk}/").status_code == 403
