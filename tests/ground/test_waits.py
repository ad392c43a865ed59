"""How long what failed is put off, to the second: deliveries of events and rows of timers."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import accumulate

import pytest
from kombu.exceptions import OperationalError

from shop import clock
from shop.catalog.models import Sku
from shop.events import registry
from shop.events.delivery import deliver_batch
from shop.events.models import EventDelivery, StuckTimer
from shop.events.pause import is_outside_paused, resume_outside
from shop.events.sweeping import sweep
from tests.ground.wires import Broker, make_event

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("wires")]
DELIVERY_WAITS_S = [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
TIMER_WAITS_S = [10, 20, 40, 80, 160, 320, 600, 600, 600, 600, 600]
Try = Callable[[], object]


@pytest.fixture(autouse=True)
def awake() -> Iterator[None]:
    yield
    resume_outside()


@pytest.fixture
def moment() -> Iterator[datetime]:
    """The clock stands still, and no pause of the broker is left over."""
    with clock.at(clock.now()):
        yield clock.now()


def fail_inside(event: object) -> None:
    raise ValueError("no")


def fail_at_commit(event: object) -> None:
    # The foreign key is deferred: it fails at COMMIT, outside the savepoint.
    Sku.objects.create(product_id=999_999, code="bad", name="x", price_fen=1)


def tries_at(moment: datetime, seconds: Sequence[float], act: Try) -> list[int]:
    """Which of these seconds after `moment` something was tried."""
    tried = []
    for second in seconds:
        with clock.at(moment + timedelta(seconds=second)):
            if act():
                tried.append(second)
    return tried


def around(waits: Sequence[int]) -> tuple[list[float], list[int]]:
    """Moments just before each wait is over and at its end; and the ends alone."""
    ends = list(accumulate(waits))
    return [moment for end in ends for moment in (end - 0.1, end)], ends


@pytest.mark.parametrize(
    ("fail", "is_outside"),
    [(fail_inside, False), (fail_at_commit, False), (fail_inside, True)],
    ids=["inside", "at commit", "the task cannot be made"],
)
def test_a_delivery_waits_twice_as_long_each_time_and_five_minutes_at_most(
    moment: datetime, monkeypatch: pytest.MonkeyPatch, fail: Callable[[object], None], is_outside: bool
) -> None:
    Broker(monkeypatch, holds=9)
    registry.on("product.add", outside=is_outside)(fail)
    make_event()
    assert deliver_batch() == 1
    moments, ends = around(DELIVERY_WAITS_S)
    assert tries_at(moment, moments, deliver_batch) == ends
    assert EventDelivery.objects.get().attempts == 1 + len(ends)


def test_a_row_of_a_timer_waits_from_ten_seconds_to_ten_minutes(moment: datetime) -> None:
    tried = []

    @registry.due("test.timer", find=lambda now, skip, limit: [pk for pk in (7,) if pk not in skip])
    def act(pk: int) -> None:
        tried.append(pk)
        raise ValueError("stuck")

    def has_tried() -> bool:
        before = len(tried)
        sweep()
        return len(tried) > before

    assert has_tried()
    moments, ends = around(TIMER_WAITS_S)
    assert tries_at(moment, moments, has_tried) == ends


def test_what_a_delivery_failed_of_is_kept_in_few_words(moment: datetime) -> None:
    @registry.on("product.add")
    def fails(event: object) -> None:
        raise ValueError("x" * 500)

    make_event()
    deliver_batch()
    assert EventDelivery.objects.get().last_error == ("ValueError: " + "x" * 500)[:200]


def test_what_a_row_of_a_timer_failed_of_is_kept_in_few_words(moment: datetime) -> None:
    @registry.due("test.timer", find=lambda now, skip, limit: [7])
    def act(pk: int) -> None:
        raise ValueError("x" * 500)

    sweep()
    assert StuckTimer.objects.get().last_error == ("ValueError: " + "x" * 500)[:200]


def fail_by_the_broker(event: object) -> None:
    raise OperationalError("broker away")


def test_what_the_broker_did_not_take_is_leased_for_half_a_minute(
    moment: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pause hides the lease: without it nothing is enqueued twice either."""
    Broker(monkeypatch, holds=9)
    registry.on("product.add", outside=True)(fail_by_the_broker)
    make_event()

    def deliver_unpaused() -> int:
        resume_outside()
        return deliver_batch()

    assert deliver_unpaused() == 1
    assert tries_at(moment, [0, 29.9, 30], deliver_unpaused) == [30]
    assert EventDelivery.objects.get().attempts == 0


def test_the_pause_holds_back_what_nobody_leased(moment: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lease hides the pause: without it a second event would find the broker away again."""
    Broker(monkeypatch, holds=9)
    registry.on("product.add", outside=True)(fail_by_the_broker)
    make_event()
    assert deliver_batch() == 1
    make_event()
    assert deliver_batch() == 0
    resume_outside()
    assert deliver_batch() == 1


def test_the_rest_of_a_batch_is_not_tried_on_a_broker_that_is_away(
    moment: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    Broker(monkeypatch, holds=9)
    tried = []

    @registry.on("product.add", outside=True)
    def fails_second(event: object) -> None:
        tried.append(event)
        if len(tried) == 2:
            raise OSError("broker away")

    for _ in range(4):
        make_event()
    assert (deliver_batch(), len(tried)) == (2, 2)
    assert EventDelivery.objects.filter(done_at=moment).count() == 1


def test_a_row_the_broker_did_not_take_waits_as_long_as_the_pause(
    moment: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    Broker(monkeypatch, holds=9)
    registry.due("test.timer", find=lambda now, skip, limit: [7], outside=True)(fail_by_the_broker)
    sweep()
    assert is_outside_paused()
    row = StuckTimer.objects.get()
    assert (row.until, row.attempts, row.dead_at) == (moment + timedelta(seconds=5), 0, None)


def test_a_timer_inside_whose_verb_fails_by_the_network_pauses_nobody(moment: datetime) -> None:
    registry.due("test.timer", find=lambda now, skip, limit: [7])(fail_by_the_broker)
    sweep()
    assert not is_outside_paused()
    assert StuckTimer.objects.get().attempts == 1


def test_while_the_broker_is_left_alone_timers_inside_go_on(moment: datetime, monkeypatch) -> None:
    Broker(monkeypatch, holds=9)
    acted = []
    for name, outside in (("a", True), ("b", True), ("c", False)):

        @registry.due(f"test.{name}", find=lambda now, skip, limit: [7], outside=outside)
        def act(pk: int, name: str = name) -> None:
            acted.append(name)
            if name == "a":
                raise OSError("broker away")

    sweep()
    assert acted == ["a", "c"]


def test_only_events_whose_queue_has_room_are_taken(moment: datetime, monkeypatch) -> None:
    Broker(monkeypatch, holds=9, full=["payments"])
    heard = []

    @registry.on("product.add", outside=True, queue="payments")
    def pay(event: object) -> None:
        heard.append("payments")

    @registry.on("product.add", outside=True)
    def work(event: object) -> None:
        heard.append("general")

    make_event()
    assert (deliver_batch(), heard) == (1, ["general"])
