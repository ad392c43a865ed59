"""Dialogs outside the order page: fetched alone by the page's script, drawn on their page for everybody else."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from shop.customers.care import block_customer
from shop.jobs.models import Job, JobState
from shop.jobs.registry import Subject
from shop.jobs.services import cancel_job, make_job
from shop.staff.models import StaffUser
from shop.staff.services import disable_staff
from tests import cast
from tests.console import browser, page_with

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books_are_clean")]
ASKED = {"HX-Request": "true"}


@dataclass(frozen=True)
class Case:
    """Where a dialog is fetched, its name, one of its words, and a role that may not ask."""

    url: str
    name: str
    words: str
    stranger: str


def blocked_customer() -> Any:
    return block_customer(cast.make_customer().pk, reason="多次拒收", actor=cast.clerk())


def disabled_staff() -> StaffUser:
    owner = cast.actor_of(cast.make_staff("owner"))
    return disable_staff(cast.make_staff("support").pk, reason="离职", actor=owner)


def running_job() -> Job:
    cast.open_shop()
    order = cast.paid_order()
    return make_job(
        "order.confirm", actor=cast.clerk(), key="job", subjects=[Subject(order.pk, order.number)]
    )


def customer_case(name: str, words: str) -> Case:
    customer = blocked_customer() if name == "unblock" else cast.make_customer()
    return Case(f"/console/customers/{customer.pk}/{name}/", name, words, "warehouse")


def staff_case(path: str, name: str, words: str) -> Case:
    user = disabled_staff() if name == "enable" else cast.make_staff("support")
    return Case(f"/console/staff/people/{user.pk}/{path}/", name, words, "manager")


def stock_case() -> Case:
    sku = cast.make_sku()
    url = f"/console/products/{sku.product_id}/skus/{sku.pk}/stock/"
    return Case(url, f"stock-{sku.pk}", "Pieces counted", "support")


CASES: dict[str, Callable[[], Case]] = {
    "balance": lambda: customer_case("balance", "Amount (yuan)"),
    "block": lambda: customer_case("block", "They are not told the reason"),
    "unblock": lambda: customer_case("unblock", "can place orders again"),
    "change": lambda: staff_case("change", "change", "Refund limit (yuan)"),
    "reset": lambda: staff_case("password", "reset", "The new one is shown once"),
    "disable": lambda: staff_case("disable", "disable", "signed out everywhere"),
    "enable": lambda: staff_case("enable", "enable", "with the password they had"),
    "stock": stock_case,
    "job": lambda: Case(
        f"/console/jobs/{running_job().pk}/cancel/", "cancel-job", "What is done stays done", ""
    ),
    "record": lambda: Case("/console/audit/filter/", "filter", "Order number", "support"),
}


@pytest.fixture(params=CASES, ids=str)
def case(request: pytest.FixtureRequest, sent_tasks: list[tuple[str, int]]) -> Case:
    return CASES[request.param]()


def test_a_script_gets_the_dialog_alone(case: Case) -> None:
    answer = browser().get(case.url, headers=ASKED)
    page = answer.content.decode()
    assert (answer.status_code, page.count("<dialog"), page.count("<html")) == (200, 1, 0)
    assert f'id="dialog-{case.name}"' in page
    assert case.words in page
    assert "data-dialog-auto" not in page


def test_without_scripts_it_stands_open_on_its_page(case: Case) -> None:
    page = browser().get(case.url).content.decode()
    assert f'id="dialog-{case.name}"' in page
    assert page.count("data-dialog-auto") == 1
    assert case.words in page
    assert page.count("<html") == 1


def test_its_page_draws_it_only_when_asked_and_links_to_it(case: Case) -> None:
    path = "/console/audit/" if case.name == "filter" else page_of(case.url)
    page = browser().get(path).content.decode()
    assert f'id="dialog-{case.name}"' not in page
    assert f'href="{case.url}' in page
    assert f'data-dialog-open="#dialog-{case.name}"' in page


def page_of(url: str) -> str:
    """The page that a dialog's address lies below."""
    head = url.partition("/skus/")[0] if "/skus/" in url else url.rstrip("/").rpartition("/")[0]
    return f"{head}/"


def test_without_the_right_there_is_a_sentence_and_no_form(case: Case) -> None:
    if not case.stranger:
        return
    answer = browser(case.stranger).get(case.url, headers=ASKED)
    assert (answer.status_code, answer["Content-Type"]) == (403, "text/plain; charset=utf-8")
    assert "<" not in answer.content.decode()
    assert f'id="dialog-{case.name}"' not in page_with(403, browser(case.stranger).get(case.url))


def assert_moved_on(client: Client, url: str, sentence: str) -> None:
    """A sentence for a script, and the page as it is now with the sentence for everybody else."""
    answer = client.get(url, headers=ASKED)
    assert (answer.status_code, answer["Content-Type"]) == (409, "text/plain; charset=utf-8")
    assert answer.content.decode().startswith(sentence)
    page = client.get(url).content.decode()
    assert f"<span data-toast-message>{sentence}" in page
    assert "data-dialog-auto" not in page


def test_a_customer_who_was_blocked_or_let_in_meanwhile() -> None:
    blocked, free = blocked_customer(), cast.make_customer()
    client = browser()
    assert_moved_on(client, f"/console/customers/{blocked.pk}/block/", "The customer is already blocked.")
    assert_moved_on(client, f"/console/customers/{free.pk}/unblock/", "The customer is not blocked.")


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("disable", "Already done by "),
        ("change", "This account is disabled. Enable it again first."),
        ("password", "This account is disabled. Enable it again first."),
    ],
)
def test_an_account_that_was_disabled_meanwhile(path: str, sentence: str) -> None:
    assert_moved_on(browser(), f"/console/staff/people/{disabled_staff().pk}/{path}/", sentence)


def test_an_account_that_is_in_use_again() -> None:
    user = cast.make_staff("support")
    url = f"/console/staff/people/{user.pk}/enable/"
    assert_moved_on(browser(), url, "The present state is “Working here”: “Enable again” is not possible.")


def test_nobody_is_asked_to_lock_themselves_out() -> None:
    client = browser()
    url = f"/console/staff/people/{StaffUser.objects.get().pk}/disable/"
    assert_moved_on(client, url, "You cannot do this to yourself. Ask another owner.")


def test_a_job_that_has_ended_meanwhile(sent_tasks: list[tuple[str, int]]) -> None:
    job = running_job()
    cancel_job(job.pk, actor=cast.actor_of(cast.make_staff("owner")))
    assert_moved_on(browser(), f"/console/jobs/{job.pk}/cancel/", "The job is already over.")
    assert Job.objects.get().state == JobState.CANCELLED


def test_a_refused_form_comes_back_inside_its_dialog_with_what_was_typed() -> None:
    customer = cast.make_customer()
    sent = {"version": str(customer.version), "amount": "-100", "reason": "记错"}
    answer = browser().post(f"/console/customers/{customer.pk}/balance/", sent)
    page = answer.content.decode().partition('id="dialog-balance"')[2]
    assert answer.status_code == 409
    assert "The balance is not enough." in page
    assert 'value="-100"' in page and 'value="记错"' in page


def test_a_form_that_is_of_no_use_any_more_is_not_shown_again() -> None:
    customer = blocked_customer()
    sent = {"version": str(customer.version), "reason": "x"}
    page = page_with(409, browser().post(f"/console/customers/{customer.pk}/block/", sent))
    assert "The customer is already blocked." in page
    assert "data-dialog-auto" not in page


def test_disabling_without_a_reason_comes_back_inside_its_dialog() -> None:
    user = cast.make_staff("support")
    sent = {"version": str(user.version), "reason": " "}
    answer = browser().post(f"/console/staff/people/{user.pk}/disable/", sent)
    assert answer.status_code == 422
    assert answer.context["dialog"].is_open
    assert list(answer.context["dialog"].form.errors) == ["reason"]


def test_disabling_twice_is_told(sent_tasks: list[tuple[str, int]]) -> None:
    user = disabled_staff()
    sent = {"version": str(user.version), "reason": "离职"}
    page = page_with(409, browser().post(f"/console/staff/people/{user.pk}/disable/", sent))
    assert "Already done by " in page


def test_the_filter_of_the_record_is_filled_in_and_leads_to_the_record() -> None:
    page = browser().get("/console/audit/filter/?number=12&since=2026-01-02", headers=ASKED).content.decode()
    assert '<form method="get" action="/console/audit/"' in page
    assert 'value="12"' in page and 'value="2026-01-02"' in page
    listed = browser().get("/console/audit/?number=12").content.decode()
    assert 'href="/console/audit/filter/?number=12"' in listed
    assert 'href="/console/audit/"' in listed
