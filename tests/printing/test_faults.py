"""What a printer refuses, what it leaves unanswered, and what people do about it."""

from datetime import timedelta

import pytest

from orders.printing.models import PrintJob, PrintState
from orders.printing.selectors import list_due, list_troubled
from orders.printing.services.answers import lease_job, note_sending
from orders.printing.services.asking import cancel_print, repeat_print, retry_print, settle_print
from orders.scope import scope_key
from shop import clock
from shop.demo.standins import StandInServer
from shop.demo.standins.faults import Fault
from shop.events.delivery import drain
from shop.printers.models import Printer
from tests import cast
from tests.expect import fresh, refused
from tests.printers.conftest import Add
from tests.printing.conftest import WAREHOUSE, list_prints, make_ready, press, verbs, work


@pytest.fixture
def feie(add: Add) -> Printer:
    return make_ready(add("feie"))


@pytest.fixture
def yilianyun(add: Add, services: StandInServer) -> Printer:
    printer = make_ready(add("yilianyun"))
    printer.token = services.world.printers.yilianyun_token
    printer.save()
    return printer


@pytest.fixture
def escpos(add: Add) -> Printer:
    return make_ready(add("escpos"))


def spoil(services: StandInServer, kind: str, *, path: str = "/", times: int = 1) -> None:
    services.world.faults.add(Fault(path, kind, times, 0))


def set_state(services: StandInServer, state: str) -> None:
    services.world.ledger.set_behaviour({"printer_state": state})


def test_feie_without_an_answer_is_unknown_and_is_not_printed_again_by_itself(
    feie: Printer, services: StandInServer
) -> None:
    spoil(services, "html")
    order = cast.paid_order()
    job = work(press(order, feie), times=3)
    assert job.state == PrintState.UNKNOWN
    assert len(list_prints(services)) == 1
    assert job.next_try_at is None
    assert fresh(order).prints == 0
    assert list(list_troubled(scope_key(WAREHOUSE))) == [job]


def test_feie_whose_worker_was_killed_while_it_sent_is_unknown(
    feie: Printer, services: StandInServer
) -> None:
    job = press(cast.paid_order(), feie)
    taken = lease_job(job.pk)
    assert taken is not None and note_sending(taken)
    assert work(job).state == PrintState.UNKNOWN
    assert list_prints(services) == []


def test_yilianyun_is_asked_again_under_the_same_number(yilianyun: Printer, services: StandInServer) -> None:
    spoil(services, "error_500", path="/v2/print")
    job = work(press(cast.paid_order(), yilianyun))
    assert (job.state, job.sent_at is not None) == (PrintState.WAITING, True)
    assert work(job, times=2).state == PrintState.PRINTED
    assert [row["code"] for row in list_prints(services)] == [job.code]


def test_yilianyun_that_had_it_all_the_same_prints_it_once(
    yilianyun: Printer, services: StandInServer
) -> None:
    spoil(services, "truncated", path="/v2/print")
    job = work(press(cast.paid_order(), yilianyun), times=3)
    assert job.state == PrintState.UNKNOWN
    assert len(list_prints(services)) == 1


def test_a_service_that_never_answers_is_left_to_a_person(
    yilianyun: Printer, services: StandInServer
) -> None:
    spoil(services, "error_500", path="/v2/print", times=4)
    job = work(press(cast.paid_order(), yilianyun), times=4)
    assert job.state == PrintState.WAITING
    spoil(services, "error_500", path="/v2/print")
    assert work(job).state == PrintState.UNKNOWN


def test_a_refusal_is_failed_with_what_to_do_and_can_be_tried_again(
    feie: Printer, services: StandInServer
) -> None:
    key = feie.key
    feie.key = "wrong"
    feie.save()
    job = work(press(cast.paid_order(), feie))
    assert job.state == PrintState.FAILED
    assert "签名" in job.last_error
    feie.key = key
    feie.save()
    retry_print(job.pk, actor=WAREHOUSE)
    assert work(job, times=2).state == PrintState.PRINTED
    assert len(list_prints(services)) == 1


def test_a_printer_in_the_shop_without_paper_is_failed_and_printed_after_the_press(
    escpos: Printer, services: StandInServer
) -> None:
    set_state(services, "no_paper")
    job = work(press(cast.paid_order(), escpos))
    assert job.state == PrintState.FAILED
    set_state(services, "online")
    retry_print(job.pk, actor=WAREHOUSE)
    assert work(job).state == PrintState.PRINTED


def test_one_that_cannot_be_reached_is_tried_again_for_an_hour(
    escpos: Printer, services: StandInServer
) -> None:
    spoil(services, "error_500", path="/escpos", times=2)
    job = work(press(cast.paid_order(), escpos))
    assert (job.state, job.sent_at) == (PrintState.WAITING, None)
    assert job.last_error
    PrintJob.objects.update(asked_at=clock.now() - timedelta(hours=2))
    assert work(job).state == PrintState.FAILED
    assert list_prints(services) == []


def test_a_silent_printer_has_taken_it(escpos: Printer, services: StandInServer) -> None:
    set_state(services, "silent")
    order = cast.paid_order()
    job = work(press(order, escpos), times=2)
    assert (job.state, job.next_try_at) == (PrintState.SENT, None)
    assert fresh(order).prints == 1
    assert len(list_prints(services)) == 1


@pytest.mark.parametrize("state", ["offline", "no_paper"])
def test_what_a_service_keeps_comes_out_later_and_says_meanwhile_why_not(
    state: str, feie: Printer, services: StandInServer
) -> None:
    set_state(services, state)
    job = work(press(cast.paid_order(), feie), times=2)
    assert job.state == PrintState.SENT
    assert job.last_error
    set_state(services, "online")
    assert work(job).state == PrintState.PRINTED


def test_after_an_hour_it_will_not_come_out_any_more_or_a_person_looks(
    feie: Printer, yilianyun: Printer, services: StandInServer
) -> None:
    set_state(services, "offline")
    jobs = [work(press(cast.paid_order(), printer)) for printer in (feie, yilianyun)]
    PrintJob.objects.update(sent_at=clock.now() - timedelta(hours=2))
    assert [work(job).state for job in jobs] == [PrintState.FAILED, PrintState.UNKNOWN]


def test_a_press_while_one_waits_is_the_same_job_and_a_later_one_a_reprint(
    feie: Printer, services: StandInServer
) -> None:
    order = cast.paid_order()
    job = press(order, feie)
    assert press(order, feie) == job
    work(job, times=2)
    again = press(order, feie)
    assert (again.copy, again.is_repeated) == (2, True)
    work(again)
    assert [("补打" in row["content"]) for row in list_prints(services)] == [False, True]
    assert fresh(order).prints == 2


def test_print_again_gives_up_the_unknown_one_and_marks_the_new_one(
    feie: Printer, services: StandInServer
) -> None:
    spoil(services, "html")
    order = cast.paid_order()
    job = work(press(order, feie))
    again = repeat_print(job.pk, actor=WAREHOUSE)
    assert (work(job).state, again.copy) == (PrintState.CANCELLED, 2)
    assert work(again, times=2).state == PrintState.PRINTED
    with refused("already_done"):
        repeat_print(job.pk, actor=WAREHOUSE, expected_version=job.version)


def test_seen_on_paper_it_counts(feie: Printer, services: StandInServer) -> None:
    spoil(services, "html")
    order = cast.paid_order()
    job = work(press(order, feie))
    settle_print(job.pk, actor=WAREHOUSE)
    assert fresh(order).prints == 1
    assert verbs(job) == ["request", "lose", "settle"]


def test_what_is_being_sent_cannot_be_given_up_and_what_waits_can(
    feie: Printer, services: StandInServer
) -> None:
    job = press(cast.paid_order(), feie)
    taken = lease_job(job.pk)
    assert taken is not None and note_sending(taken)
    with refused("being_sent"):
        cancel_print(job.pk, actor=WAREHOUSE)
    other = press(cast.paid_order(), feie)
    cancel_print(other.pk, actor=WAREHOUSE)
    work(other)
    assert list_prints(services) == []


def test_it_prints_by_itself_also_where_a_press_still_waits(feie: Printer) -> None:
    make_ready(feie, deliveries=["express"])
    order = cast.place()
    press(order, feie)
    cast.pay(order)
    drain()
    assert sorted(order.print_jobs.values_list("trigger", flat=True)) == ["hand", "paid"]


def test_a_retry_beside_one_that_waits_is_refused(escpos: Printer, services: StandInServer) -> None:
    set_state(services, "no_paper")
    order = cast.paid_order()
    job = work(press(order, escpos))
    press(order, escpos)
    with refused("waits_already"):
        retry_print(job.pk, actor=WAREHOUSE)


def test_what_is_due_is_found_until_somebody_has_it(feie: Printer) -> None:
    job = press(cast.paid_order(), feie)
    assert list_due(clock.now(), [], 10) == [job.pk]
    assert list_due(clock.now(), [job.pk], 10) == []
    lease_job(job.pk)
    assert list_due(clock.now(), [], 10) == []


def test_only_who_may_print_prints(feie: Printer) -> None:
    order = cast.paid_order()
    job = press(order, feie)
    for act in (retry_print, repeat_print, settle_print, cancel_print):
        with refused("forbidden", 403):
            act(job.pk, actor=cast.clerk("finance"))


def test_a_printer_that_is_not_in_use_is_none(feie: Printer) -> None:
    make_ready(feie, is_on=False)
    with refused("no_printer", 404):
        press(cast.paid_order(), feie)
