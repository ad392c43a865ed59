"""Every test here starts in an open shop with templates and the pretend WeChat, and ends with clean books."""

from collections.abc import Sequence
from typing import Any

import pytest

from orders.models import Order
from orders.notices.models import BuyerNotice
from orders.notices.tasks import tell_buyer
from shop.demo.standins.wechat.messages import TEMPLATES
from shop.events.delivery import drain
from shop.events.models import Event
from shop.store.models import StoreSettings
from tests import cast
from tests.gateway import Gateway

SHIPPED, UNPAID, CHANGED, PICKUP, UNKNOWN = TEMPLATES
WAREHOUSE = cast.clerk("warehouse", name="李四", id_=2)


@pytest.fixture(autouse=True)
def wechat(
    transactional_db: None,
    books_are_clean: None,
    sent_tasks: list[tuple[str, int]],
    gateway: Gateway,
    settings: Any,
) -> Gateway:
    settings.WECHAT_MINI_URL = gateway.url
    gateway.server.world.ledger.write("DELETE FROM messages")
    set_up()
    return gateway


def set_up(**changes: str) -> None:
    """What the shop has entered about messages."""
    values = {"template_shipped": SHIPPED, "template_unpaid": UNPAID, "template_changed": CHANGED}
    values |= {"order_page": "pages/order/detail?number={number}"}
    StoreSettings.objects.update_or_create(pk=1, defaults=values | changes)


def left(order: Order) -> list[BuyerNotice]:
    """Those of an order, the oldest first, once everything is delivered."""
    drain()
    return list(BuyerNotice.objects.filter(order=order).order_by("pk"))


def kinds_and_states(order: Order) -> list[tuple[str, str]]:
    return [(notice.kind, notice.state) for notice in left(order)]


def the_only(order: Order) -> BuyerNotice:
    (notice,) = left(order)
    return notice


def subscribe(order: Order, wechat: Gateway) -> None:
    """WeChat knows the buyer."""
    wechat.do("login-codes", openid=order.customer.openid)


def tell(notice: BuyerNotice) -> BuyerNotice:
    """The worker does what is due; the row as it is afterwards."""
    BuyerNotice.objects.filter(pk=notice.pk).update(lease_until=None)
    tell_buyer(notice.pk)
    return BuyerNotice.objects.get(pk=notice.pk)


def messages(wechat: Gateway) -> list[dict[str, Any]]:
    return wechat.server.world.ledger.find_all("SELECT * FROM messages ORDER BY id")


def verbs(notice: BuyerNotice) -> Sequence[str]:
    events = Event.objects.filter(kind="buyer_notice", subject_id=notice.pk).order_by("number")
    return [verb.partition(".")[2] for verb in events.values_list("verb", flat=True)]
