"""What a buyer is told, followed and worked on by many at once: one notice for each parcel, one message for each."""

import pytest

from orders.models import Order
from orders.notices import tasks
from orders.notices.models import BuyerNotice, NoticeState
from orders.notices.services import leaving
from orders.notices.services.leaving import follow_order
from orders.notices.tasks import tell_buyer
from orders.shipping.services.ship import undo_ship
from orders.shipping.services.together import ship_together
from shop.clients.wechat_mini import Message
from shop.events.delivery import drain
from shop.events.models import Event, EventDelivery
from tests import cast
from tests.notices.conftest import SHIPPED
from tests.races.conftest import Rendezvous, codes_of, run_together

WAREHOUSE = cast.clerk("warehouse", name="李四", id_=2)


class Journal:
    """A WeChat that cannot tell a second try from a second message, and keeps what it was given."""

    def __init__(self) -> None:
        self.sent: list[Message] = []

    def stable_token(self) -> tuple[str, int]:
        return "token", 7200

    def list_templates(self, *, token: str) -> dict[str, str]:
        return {SHIPPED: "快递单号:{{character_string1.DATA}}"}

    def send_message(self, message: Message, *, token: str) -> None:
        self.sent.append(message)


@pytest.fixture(autouse=True)
def journal(open_shop: object, monkeypatch: pytest.MonkeyPatch) -> Journal:
    cast.open_shop(template_shipped=SHIPPED)
    made = Journal()
    monkeypatch.setattr("orders.notices.tasks.get_wechat_mini", lambda **_where: made)
    return made


def ship_four_together() -> list[Event]:
    """Four orders in one parcel; nobody has carried their events yet."""
    customer = cast.make_customer()
    lead, *others = (cast.prepared_order(customer=customer) for _ in range(4))
    drain()
    ids = [order.pk for order in others]
    ship_together(lead.pk, others=ids, parcels=[cast.parcel()], actor=WAREHOUSE)
    return list(Event.objects.filter(verb="order.ship"))


def test_a_parcel_of_four_orders_followed_by_all_leaves_one():
    events = ship_four_together()
    assert codes_of(run_together([lambda e=event: follow_order(e) for event in events * 5])) == ["ok"] * 20
    assert BuyerNotice.objects.count() == 1


def test_without_the_lock_of_the_parcel_the_database_is_the_last_guard(monkeypatch):
    events = ship_four_together()
    rendezvous = Rendezvous(4)

    def meet(_parcel_id: int) -> None:
        rendezvous.meet()

    find = BuyerNotice.objects.filter
    monkeypatch.setattr(leaving, "lock_notices", meet)
    results = run_together([lambda e=event: follow_order(e) for event in events])
    assert "IntegrityError" in codes_of(results)
    assert find(kind="shipped").count() == 1


def ship_one() -> tuple[Order, BuyerNotice]:
    order = cast.shipped_order()
    drain()
    return order, BuyerNotice.objects.select_related("order__customer").get()


def test_worked_on_by_20_workers_the_buyer_is_told_once(journal):
    _order, notice = ship_one()
    run_together([lambda: tell_buyer(notice.pk)] * 20)
    assert len(journal.sent) == 1
    assert BuyerNotice.objects.get().state == NoticeState.SENT


def test_without_the_lease_the_buyer_would_be_told_by_all(journal, monkeypatch):
    _order, notice = ship_one()
    read = lambda pk: BuyerNotice.objects.select_related("order__customer").get(pk=pk)  # noqa: E731
    monkeypatch.setattr(tasks, "lease_notice", read)
    monkeypatch.setattr(tasks, "note_sending", lambda _notice: True)
    run_together([lambda: tell_buyer(notice.pk)] * 4)
    assert len(journal.sent) > 1


def test_undone_while_it_is_sent_it_is_either_told_or_dropped(journal):
    for _ in range(5):
        order = cast.shipped_order()
        drain()
        notice = BuyerNotice.objects.get(order=order)
        undo_ship(notice.parcel_id, actor=WAREHOUSE)
        undone = Event.objects.get(verb="order.undo_ship", subject_id=order.pk)
        before = len(journal.sent)
        run_together([lambda n=notice: tell_buyer(n.pk), lambda e=undone: follow_order(e)])
        notice.refresh_from_db()
        told = {NoticeState.SENT: 1, NoticeState.DROPPED: 0}
        assert len(journal.sent) - before == told[notice.state]
    assert not EventDelivery.objects.filter(dead_at__isnull=False).exists()
