"""Every test here starts in an open shop whose provider knows where parcels are, and ends with clean books."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from orders.models import Order
from orders.shipping.models import Parcel
from orders.tracking.handlers import follow_sent
from orders.tracking.models import Journey, Tracking
from orders.tracking.services.effects import carry_to_parcel
from orders.tracking.services.hearing import hear
from shop import clock
from shop.clients.tracking.news import News, Question, Report, Where
from shop.couriers.models import Provider, ProviderAccount
from shop.events.models import Event
from shop.store.models import StoreSettings
from tests import cast
from tests.expect import fresh

WAREHOUSE = cast.clerk("warehouse", name="李四", id_=2)
BUSINESS_ID, API_KEY = "1000000", "test-key"


@pytest.fixture(autouse=True)
def open_shop(books_are_clean: None, sent_tasks: list[tuple[str, int]]) -> StoreSettings:
    return cast.open_shop()


@pytest.fixture(autouse=True)
def account(open_shop: StoreSettings) -> ProviderAccount:
    cast.use_courier("SF")
    return ProviderAccount.objects.create(
        provider=Provider.KDNIAO, customer=BUSINESS_ID, key=API_KEY, tested_at=clock.now()
    )


class ScriptedTracker:
    """Gives or raises what the test has written down, oldest first, then knows of no news; keeps what it was asked."""

    def __init__(self) -> None:
        self.script: list[Any] = []
        self.asked: list[Question] = []
        self.subscribed: list[Question] = []

    def say(self, *answers: Any) -> None:
        self.script += answers

    def ask(self, question: Question) -> Report:
        self.asked.append(question)
        answer = self._next() or Report(question.courier, question.tracking_no, ())
        assert isinstance(answer, Report)
        return answer

    def subscribe(self, question: Question) -> None:
        self.subscribed.append(question)
        self._next()

    def _next(self) -> Any:
        answer = self.script.pop(0) if self.script else None
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def tracker(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedTracker]:
    scripted = ScriptedTracker()
    monkeypatch.setattr("orders.tracking.tasks.open_tracker", lambda _name: scripted)
    yield scripted


def sent(order: Order | None = None) -> tuple[Order, Parcel, Tracking]:
    """A parcel that was just sent, and is followed."""
    order = order or cast.shipped_order()
    parcel = Parcel.objects.filter(lines__order_line__order=order).latest("pk")
    for event in Event.objects.filter(
        kind="order", subject_id=order.pk, verb__in=("order.ship", "order.ship_part")
    ):
        follow_sent(event)
    return fresh(order), parcel, Tracking.objects.get(parcel=parcel, ended_at=None)


def news(hours: float, where: Where | Journey, words: str = "", *, code: str = "x") -> News:
    """News of so many hours after now; the code is any, as long as the provider said where it is."""
    at = clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=hours)
    return News(at, words or f"【杭州】{where} {hours}", "杭州", Where(where), code)


def tell(tracking: Tracking, *told: News) -> Tracking:
    """Let it hear, and let the parcel and its orders follow as the handler does."""
    hear(tracking.pk, Report(tracking.courier, tracking.tracking_no, told))
    carry_to_parcel(tracking.pk)
    return Tracking.objects.get(pk=tracking.pk)


def later(**ago: float) -> datetime:
    return clock.now() + timedelta(**ago)
