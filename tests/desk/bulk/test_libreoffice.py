"""A real file of LibreOffice with two thousand rows: each wrong one is judged by name, the others are shipped once."""

from collections import Counter
from collections.abc import Callable

import pytest

from orders.models import Order
from orders.services.steps import confirm_order
from orders.shipping.models import Parcel, ParcelLine
from orders.stages import Stage
from shop.jobs.models import JobState, RowState
from shop.store.choices import Delivery, PayMethod
from tests import cast
from tests.desk.bulk.libreoffice import FILE, ROWS, WRONG, Row, list_rows
from tests.desk.bulk.test_ship_sheet import closed, held
from tests.desk.bulk.uploading import confirm, say, send
from tests.sheets.importing import list_rows as list_job_rows

# Two thousand orders are placed, and all that follows from them is carried out before the books are read.
pytestmark = pytest.mark.timeout(600)

MAKERS: dict[str, Callable[[], Order]] = {
    "unpaid": cast.place,
    "paid": cast.paid_order,
    "held": held,
    "closed": closed,
    "shipped": cast.shipped_order,
    "local": lambda: cast.prepared_order(delivery=Delivery.LOCAL),
}


def place_orders(rows: list[Row], monkeypatch: pytest.MonkeyPatch) -> None:
    """The orders of the sheet under the numbers that stand in it; those of strangers are told apart by their buyers."""
    numbers = [*dict.fromkeys(row.order for row in rows if row.order)]
    monkeypatch.setattr("orders.services.place.make_order_number", lambda: numbers.pop(0))
    buyer, sku = cast.make_customer(), cast.make_sku(on_hand=ROWS)
    pieces = Counter(row.order for row in rows)
    for row in {row.order: row for row in rows}.values():
        if row.state != "prepared":
            MAKERS[row.state]()
        elif row.order:
            own = cast.make_customer() if row.says else buyer
            cast.place(own, basket={sku.pk: pieces[row.order]}, pay_method=PayMethod.COD)
    for order in Order.objects.filter(number__in=[row.order for row in rows if row.state == "prepared"]):
        confirm_order(order.pk, actor=cast.clerk())


def test_each_of_two_thousand_rows_has_its_verdict_and_the_others_are_shipped_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = list(list_rows())
    place_orders(rows, monkeypatch)
    before = Parcel.objects.count()
    job = send([], raw=FILE.read_bytes())
    verdicts = [(row.code, words) for row, (_fate, words) in zip(list_job_rows(job), say(job), strict=True)]
    expected = [("refused" if row.is_wrong else "", row.says) for row in rows]
    odd = [
        (row.cells, verdict)
        for row, verdict, (code, says) in zip(rows, verdicts, expected, strict=True)
        if code != verdict[0] or says not in verdict[1]
    ]
    assert odd == []
    confirm(job)
    assert (job.state, job.done, job.failed) == (JobState.DONE, ROWS - WRONG, WRONG)
    assert Parcel.objects.count() - before == ROWS - WRONG
    good = Counter(row.order for row in rows if not row.is_wrong)
    sent = ParcelLine.objects.filter(order_line__order__number__in=good, quantity=1)
    assert Counter(sent.values_list("order_line__order__number", flat=True)) == good
    assert Order.objects.filter(number__in=good, stage=Stage.SHIPPED).count() == len(good)
    assert job.rows.filter(state=RowState.WAITING).count() == 0
