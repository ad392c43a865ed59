"""Two people who print one order at one moment: both prints count, and each has a number of its own."""

import pytest

from orders.services.printing import Document, note_printed
from shop.events.models import Event
from tests import cast
from tests.expect import fresh
from tests.races.conftest import Rendezvous, codes_of, run_together

BOTH = pytest.mark.parametrize("document", [Document.RECEIPT, Document.PACKING_SLIP])


@BOTH
def test_both_count_and_one_is_the_second(document: Document) -> None:
    order = cast.paid_order()
    press = lambda: note_printed(order.pk, document=document, actor=cast.clerk())  # noqa: E731
    assert sorted(run_together([press, press])) == [1, 2]
    printed = Event.objects.filter(subject_id=order.pk, verb="order.print").order_by("number")
    assert [event.data["copies"] for event in printed] == [1, 2]
    assert fresh(order).prints == (2 if document is Document.RECEIPT else 0)


@BOTH
def test_without_the_lock_one_of_them_is_lost(document: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    order, rendezvous = cast.paid_order(), Rendezvous(2)

    def read_and_meet(model, pk, *, actor=None):
        found = model._default_manager.get(pk=pk)
        rendezvous.meet()
        return found

    monkeypatch.setattr("shop.moves.services.lock_row", read_and_meet)
    press = lambda: note_printed(order.pk, document=document, actor=cast.clerk())  # noqa: E731
    assert codes_of(run_together([press, press])) == ["ok", "stale"]
