"""A worker killed while it prints: the printers' journal has each job once, and what it does not know a person sees."""

import pytest
import requests

from orders.printing.models import PrintJob, PrintState
from orders.printing.services.asking import print_on
from shop import clock
from shop.demo.standins import load_printer_credentials
from shop.printers.models import Printer
from shop.printers.services.printers import add_printer
from tests import cast
from tests.faults.conftest import FaultShop, wait_until

pytestmark = [pytest.mark.fault, pytest.mark.timeout(900)]
KILLS = 10
PATHS = {"feie": "/Api/Open/", "yilianyun": "/v2/print/"}


def set_up(shop: FaultShop, kind: str) -> Printer:
    made = load_printer_credentials(shop.processes.directory / "standins")
    known = {
        "feie": {"device": made.feie_sn, "account": made.feie_user, "key": made.feie_ukey},
        "yilianyun": {
            "device": made.yilianyun_machine,
            "account": made.yilianyun_client_id,
            "key": made.yilianyun_client_secret,
        },
    }
    printer = add_printer(kind, {"name": kind, **known[kind]}, actor=cast.clerk())
    printer.token = made.yilianyun_token if kind == "yilianyun" else ""
    printer.tested_at = clock.now()
    printer.save()
    return printer


def count_prints(shop: FaultShop, number: str) -> int:
    """How often the pretend printers were given the receipt of this order."""
    url = f"{shop.processes.standin_url}/_demo/state"
    return len(requests.get(url, params={"number": number}, timeout=10).json()["prints"])


@pytest.mark.parametrize("kind", PATHS)
def test_killed_ten_times_it_prints_nothing_twice(kind: str, shop: FaultShop) -> None:
    printer = set_up(shop, kind)
    shop.fail("late", PATHS[kind], times=KILLS, seconds=1.0)
    jobs = []
    for _ in range(KILLS):
        job = print_on(cast.paid_order().pk, printer_id=printer.pk, actor=cast.clerk("warehouse"))
        jobs.append(job.pk)
        wait_until(lambda pk=job.pk: PrintJob.objects.get(pk=pk).sent_at is not None)
        shop.processes.restart("worker")
    shop.standin("faults")
    rows = PrintJob.objects.filter(pk__in=jobs).select_related("order")
    # Their leases run out by themselves; that time is set forward instead of waited for.
    rows.filter(state=PrintState.WAITING).update(lease_until=clock.now(), next_try_at=clock.now())
    ended = {PrintState.PRINTED, PrintState.UNKNOWN}
    wait_until(lambda: set(rows.values_list("state", flat=True)) <= ended, seconds=120)
    for row in rows:
        assert count_prints(shop, row.order.number) <= 1
        if row.state == PrintState.PRINTED:
            assert count_prints(shop, row.order.number) == 1
