"""A receipt that prints by itself, told of and worked on by many at once: the printer hears of it once."""

import pytest

from orders.printing.models import PrintJob, PrintState
from orders.printing.services import asking
from orders.printing.services.asking import print_by_itself, print_on, repeat_print
from orders.printing.tasks import ask_printer
from shop.clients.errors import Unknown
from shop.clients.printers.slips import Sent, Slip, State
from tests import cast
from tests.expect import fresh
from tests.printing.conftest import make_printer
from tests.races.conftest import Rendezvous, codes_of, run_together

STAFF = [cast.clerk(name="王店长", id_=1), cast.clerk("warehouse", name="李四", id_=2)]


class Journal:
    """A printer that cannot tell a second try from a second receipt, as 飞鹅, and keeps what it was given."""

    is_repeatable, forgets = False, True

    def __init__(self) -> None:
        self.printed: list[str] = []
        self.is_sick = False

    def print(self, slip: Slip) -> Sent:
        self.printed.append(slip.code)
        if self.is_sick:
            raise Unknown("timeout")
        return Sent(is_printed=True)

    def was_printed(self, reference: str) -> bool:
        return reference in self.printed

    def find_state(self) -> State:
        return State.ONLINE


@pytest.fixture(autouse=True)
def journal(open_shop: object, monkeypatch: pytest.MonkeyPatch) -> Journal:
    made = Journal()
    monkeypatch.setattr("orders.printing.tasks.make_client", lambda _printer: made)
    return made


def test_the_payment_told_20_times_makes_one_job():
    order = cast.paid_order()
    make_printer()
    run_together([lambda: print_by_itself(order.pk)] * 20)
    assert PrintJob.objects.count() == 1


def test_without_the_lock_the_database_is_the_last_guard(switch_off_order_lock, monkeypatch):
    order = cast.paid_order()
    make_printer()
    switch_off_order_lock(4)
    # Nobody writes before all have seen that there is nothing yet.
    rendezvous, make = Rendezvous(4), asking._make
    monkeypatch.setattr(asking, "_make", lambda *args: (rendezvous.meet(), make(*args))[1])
    results = run_together([lambda: print_by_itself(order.pk)] * 4)
    assert sorted(codes_of(results)) == ["IntegrityError"] * 3 + ["ok"]
    assert PrintJob.objects.count() == 1


def test_worked_on_by_20_workers_it_is_printed_once(journal):
    order = cast.paid_order()
    make_printer()
    print_by_itself(order.pk)
    job = PrintJob.objects.get()
    run_together([lambda: ask_printer(job.pk)] * 20)
    assert journal.printed == [job.code]
    assert fresh(order).prints == 1


def test_without_the_lease_it_would_be_printed_by_all(journal, monkeypatch):
    order = cast.paid_order()
    make_printer()
    print_by_itself(order.pk)
    job = PrintJob.objects.get()
    read = lambda pk: PrintJob.objects.select_related("order__customer", "printer").get(pk=pk)  # noqa: E731
    monkeypatch.setattr("orders.printing.tasks.lease_job", read)
    monkeypatch.setattr("orders.printing.tasks.note_sending", lambda _job: True)
    run_together([lambda: ask_printer(job.pk)] * 4)
    assert len(journal.printed) > 1


def test_pressed_50_times_by_two_people_one_waits():
    order, printer = cast.paid_order(), make_printer()
    press = [lambda a=STAFF[n % 2]: print_on(order.pk, printer_id=printer.pk, actor=a) for n in range(50)]
    assert codes_of(run_together(press)) == ["ok"] * 50
    assert PrintJob.objects.count() == 1


def test_print_again_pressed_by_many_prints_once_more(journal):
    order, printer = cast.paid_order(), make_printer()
    job = print_on(order.pk, printer_id=printer.pk, actor=STAFF[0])
    journal.is_sick = True
    ask_printer(job.pk)
    job.refresh_from_db()
    assert job.state == PrintState.UNKNOWN
    again = [lambda a=STAFF[n % 2]: repeat_print(job.pk, actor=a) for n in range(10)]
    assert codes_of(run_together(again)).count("ok") == 1
    assert PrintJob.objects.count() == 2
