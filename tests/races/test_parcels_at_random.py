"""Every verb of parcels and labels at once, on orders that share a buyer, goods, parcels and numbers.

Nobody waits for ever, nobody meets an error that no sentence was written for, and afterwards the books are clean.
"""

import itertools
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from orders.collections.models import Collection, CollectionState
from orders.collections.services.asking import ask_collection, hand_over
from orders.collections.services.ending import call_off
from orders.collections.tasks import ask_caller
from orders.models import Order
from orders.packing.selectors import find_open_packing
from orders.packing.services.opening import Press, leave_packing, make_ask, open_packing
from orders.packing.services.scanning import count_goods, undo_scan
from orders.packing.services.sending import ask_label, set_number, ship_packed
from orders.payments.changes.addressing import change_address
from orders.payments.changes.cancelling import cancel_lines, cancel_paid
from orders.payments.changes.difference import Difference
from orders.payments.changes.swapping import Swap, change_lines
from orders.payments.changes.waiving import waive_owed
from orders.printing.models import PrintJob
from orders.printing.services.asking import cancel_print, print_on, settle_print
from orders.services.place import Recipient
from orders.services.postponing import postpone_order
from orders.services.steps import hold_order, receive_order, release_order
from orders.shipping.models import Intercept, InterceptKind, Parcel
from orders.shipping.services.intercepting import Wish as Interception
from orders.shipping.services.intercepting import ask_intercept, finish_intercept, withdraw_intercept
from orders.shipping.services.labelled import ship_labelled
from orders.shipping.services.replacing import WhyReplaced, replace_number
from orders.shipping.services.ship import NewParcel, arrive_parcel, ship_order, undo_ship
from orders.shipping.services.together import ship_together
from orders.waybills.models import Waybill, WaybillState
from orders.waybills.services.asking import Wish, request_waybill
from orders.waybills.services.ending import enter_number, give_up_waybill, note_printed, void_waybill
from orders.waybills.services.whole import request_whole
from orders.waybills.tasks import ask_provider
from shop import clock
from shop.catalog.models import Sku
from shop.clients import waybills as clients
from shop.clients.errors import Rejected, Unknown, Unreachable
from shop.clients.waybills import AlreadyUsed, WaybillRequest
from shop.errors import Refused
from shop.events.delivery import drain
from shop.events.registry import TIMERS
from shop.printers.models import Printer
from tests import cast
from tests.collecting.conftest import soon
from tests.gateway import Gateway
from tests.printing.conftest import make_printer
from tests.waybills.conftest import set_up_couriers

SECONDS = 15
THREADS = 8
ORDERS = 6
STAFF = [cast.clerk(name=f"店员{n}", id_=n) for n in range(1, 4)]
NUMBERS = [f"7800000000{n:04d}" for n in range(8)]
PLACES = [
    cast.HOME,
    Recipient("林晓燕", "13800005678", "浙江省", "杭州市", "西湖区", "文三路 99 号"),
]
ERRORS = [
    Unknown("no answer"),
    Unreachable("nobody"),
    Rejected("105", "没有可用套餐", 200),
    AlreadyUsed("which number?"),
]
Act = Callable[["Player"], Any]
_keys = itertools.count(1)


class Moody:
    """A provider and caller that gives one number for a code, the number of another now and then, and fails often."""

    repeats_for = None

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)
        self._lock = threading.Lock()
        self.numbers: dict[str, str] = {}

    def issue(self, request: WaybillRequest) -> clients.Waybill:
        with self._lock:
            fresh = f"7500000000{len(self.numbers):04d}"
            number = self.numbers.setdefault(
                request.code, self._dice.choice([fresh, fresh, fresh, NUMBERS[0]])
            )
        self._fail()
        return clients.Waybill(request.code, request.account.courier, number, "<p>label</p>")

    def void(self, *_args: Any, **_options: Any) -> None:
        self._fail()

    def call_courier(self, _request: object) -> None:
        self._fail()

    def call_off(self, *_args: Any, **_options: Any) -> None:
        self._fail()

    def _fail(self) -> None:
        with self._lock:
            error = self._dice.choice([None, None, None, *ERRORS])
        if error is not None:
            raise error


class Player:
    """One thread's view of the shop: it presses what comes to its mind."""

    def __init__(self, seed: int, orders: list[int], skus: list[int]) -> None:
        self.dice = random.Random(seed)
        self.orders, self.skus = orders, skus
        self.actor = self.dice.choice(STAFF)

    @property
    def order(self) -> int:
        return self.dice.choice(self.orders)

    def some(self, model: type[Any]) -> Any:
        pks = list(model.objects.values_list("pk", flat=True))
        if not pks:
            raise Refused("not_found", "nothing there", 404)
        return self.dice.choice(pks)

    def press(self) -> Press:
        return Press(f"{next(_keys):032x}", self.actor)

    def number(self) -> str:
        issued = list(Waybill.objects.filter(state=WaybillState.ISSUED).values_list("tracking_no", flat=True))
        return self.dice.choice([*NUMBERS, *issued])

    def parcels(self, order_id: int) -> list[NewParcel]:
        lines = list(Order.objects.get(pk=order_id).lines.values_list("pk", flat=True))
        part = {self.dice.choice(lines): 1}
        one = NewParcel("ZTO", self.number(), self.dice.choice([part, {}]), may_join=self.dice.random() < 0.6)
        two = NewParcel("ZTO", self.number(), {self.dice.choice(lines): 1}, may_join=True)
        return self.dice.choice([[one], [one, two], [two, one]])


def ship(player: Player) -> None:
    order_id = player.order
    ship_order(order_id, parcels=player.parcels(order_id), actor=player.actor)


def ship_several(player: Player) -> None:
    order_id = player.order
    others = player.dice.sample(player.orders, 2)
    parcels = [NewParcel("ZTO", player.number(), may_join=player.dice.random() < 0.5)]
    ship_together(order_id, others=others, parcels=parcels, actor=player.actor)


def swap(player: Player) -> None:
    order_id = player.order
    line = player.dice.choice(list(Order.objects.get(pk=order_id).lines.values_list("pk", flat=True)))
    goods = Swap(line, 1, player.dice.choice(player.skus), player.dice.choice([1, 2]))
    change_lines(order_id, goods, difference=player.dice.choice(list(Difference)), actor=player.actor)


def cancel_piece(player: Player) -> None:
    order_id = player.order
    line = player.dice.choice(list(Order.objects.get(pk=order_id).lines.values_list("pk", flat=True)))
    cancel_lines(order_id, quantities={line: 1}, reason="缺货", actor=player.actor)


def pay_rest(player: Player) -> None:
    cast.pay(Order.objects.get(pk=player.order))


def pack(player: Player) -> None:
    order_id = player.order
    packing = find_open_packing(order_id)
    open_packing(order_id, player.press(), agreed=make_ask(packing) if packing else "")
    for _scan in range(12):
        sku = Sku.objects.get(pk=player.dice.choice(player.skus))
        count_goods(order_id, sku, code=sku.code, press=player.press())
    act = player.dice.choice([ask_label, undo_scan, leave_packing])
    act(order_id, player.press())


def pack_and_ship(player: Player) -> None:
    order_id = player.order
    open_packing(order_id, player.press())
    for line in Order.objects.get(pk=order_id).lines.select_related("sku"):
        for _piece in range(line.to_send):
            count_goods(order_id, line.sku, code=line.sku.code, press=player.press())
    set_number(order_id, player.number(), press=player.press(), courier="ZTO")
    ship_packed(order_id, player.press())


def redirect(player: Player) -> None:
    wish = Interception(InterceptKind.REDIRECT, PLACES[1], "客服")
    ask_intercept(player.some(Parcel), order_id=player.order, wish=wish, actor=player.actor)


def call_courier(player: Player) -> None:
    ask_collection(player.some(Parcel), order_id=player.order, window=soon(), actor=player.actor)


def drop_off(player: Player) -> None:
    how = player.dice.choice([CollectionState.BY_PHONE, CollectionState.DROPPED_OFF])
    hand_over(player.some(Parcel), order_id=player.order, how=how, actor=player.actor)


def replace(player: Player) -> None:
    why = player.dice.choice(list(WhyReplaced))
    number = {"courier": "ZTO", "tracking_no": player.number()}
    replace_number(player.some(Parcel), **number, why=why, actor=player.actor)


def elsewhere(player: Player) -> None:
    to, difference = player.dice.choice([*PLACES[:1] * 4, PLACES[1]]), player.dice.choice(list(Difference))
    change_address(player.order, to=to, difference=difference, actor=player.actor)


def work(player: Player) -> None:
    """The workers' own tasks, as often as they come."""
    task, model = player.dice.choice([(ask_provider, Waybill), (ask_caller, Collection)])
    pk = player.some(model)
    model.objects.filter(pk=pk).update(lease_until=None)
    task(pk)


def run_timers(_player: Player) -> None:
    """What is due is done by the same verbs, whatever they refuse."""
    for timer in TIMERS.values():
        if not timer.outside:
            for pk in timer.find(clock.now() + timedelta(days=3), [], 5):
                try:
                    timer.act(pk)
                except Refused:
                    continue


def print_receipt(player: Player) -> None:
    print_on(player.order, printer_id=player.some(Printer), actor=player.actor)


BY_NAME: dict[str, Act] = {
    "ask": lambda p: request_waybill(p.order, place=p.dice.choice([1, 2]), wish=Wish("ZTO"), actor=p.actor),
    "ask for all": lambda p: request_whole(p.order, wish=Wish("ZTO"), actor=p.actor),
    "void": lambda p: void_waybill(p.some(Waybill), actor=p.actor),
    "give up": lambda p: give_up_waybill(p.some(Waybill), reason="取消了", actor=p.actor),
    "enter": lambda p: enter_number(p.some(Waybill), tracking_no=p.number(), actor=p.actor),
    "print label": lambda p: note_printed(p.some(Waybill), actor=p.actor),
    "ship labelled": lambda p: ship_labelled(p.order, actor=p.actor),
    "undo": lambda p: undo_ship(p.some(Parcel), actor=p.actor),
    "undo again": lambda p: undo_ship(p.some(Parcel), actor=p.actor),
    "arrive": lambda p: arrive_parcel(p.some(Parcel), actor=p.actor) if p.dice.random() < 0.02 else None,
    "receive": lambda p: receive_order(p.order, actor=p.actor) if p.dice.random() < 0.02 else None,
    "cancel": lambda p: (
        cancel_paid(p.order, reason="缺货", actor=p.actor) if p.dice.random() < 0.02 else None
    ),
    "hold": lambda p: hold_order(p.order, reason="等等", actor=p.actor) if p.dice.random() < 0.05 else None,
    "release": lambda p: release_order(p.order, actor=p.actor),
    "postpone": lambda p: postpone_order(
        p.order, ship_on=(clock.now() + timedelta(days=3)).date(), actor=p.actor
    ),
    "waive": lambda p: waive_owed(p.order, reason="老客户", actor=p.actor),
    "redirected": lambda p: finish_intercept(p.some(Intercept), actor=p.actor),
    "withdraw": lambda p: withdraw_intercept(p.some(Intercept), actor=p.actor),
    "call off": lambda p: call_off(p.some(Collection), actor=p.actor),
    "on paper": lambda p: settle_print(p.some(PrintJob), actor=p.actor),
    "not any more": lambda p: cancel_print(p.some(PrintJob), actor=p.actor),
    "deliver": lambda _p: drain(),
}
ACTS: dict[str, Act] = BY_NAME | {
    act.__name__: act
    for act in (
        *(ship, ship_several, swap, cancel_piece, pay_rest, pack, pack_and_ship, redirect, call_courier),
        *(drop_off, replace, elsewhere, work, run_timers, print_receipt),
    )
}

OFTEN = {
    "work": 10,
    "ship": 6,
    "ship_several": 6,
    "ship labelled": 4,
    "release": 4,
    "replace": 4,
    "ask": 1,
} | {
    "pack_and_ship": 4,
    "hold": 1,
    "postpone": 1,
    "enter": 1,
    "run_timers": 1,
    "deliver": 1,
    "print_receipt": 1,
}
"""How often, where it is not twice."""


class Record:
    """What became of all presses: how often each was done or refused, and what nobody expected."""

    def __init__(self) -> None:
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.surprises: list[str] = []

    def play(self, player: Player, until: float) -> None:
        while time.monotonic() < until:
            (name,) = player.dice.choices(list(ACTS), [OFTEN.get(name, 2) for name in ACTS])
            try:
                ACTS[name](player)
                self.done[name] += 1
            except Refused as refusal:
                self.refused[f"{name}: {refusal.code}"] += 1
            except Exception as error:
                self.surprises.append(f"{name}: {type(error).__name__}: {error}")
            finally:
                # As after a request: there are fewer connections than people.
                connection.close()


@pytest.fixture
def moody(open_shop: object, gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> Moody:
    provider = Moody(1)
    monkeypatch.setattr("orders.waybills.tasks.open_provider", lambda _name: provider)
    monkeypatch.setattr("orders.collections.tasks.open_caller", lambda _name: provider)
    set_up_couriers()
    make_printer()
    return provider


def orders_of_one_buyer() -> tuple[list[int], list[int]]:
    """Orders of one buyer to one address, of the same goods in another order; and these goods."""
    customer = cast.make_customer()
    skus = [cast.make_sku(on_hand=500).pk for _ in range(4)]
    baskets = [dict.fromkeys(skus[n % 4 :] + skus[: n % 4], 3) for n in range(ORDERS)]
    return [cast.prepared_order(customer=customer, basket=basket).pk for basket in baskets], skus


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_is_pressed_at_once(moody: Moody, seed: int) -> None:
    orders, skus = orders_of_one_buyer()
    record, until = Record(), time.monotonic() + SECONDS
    players = [Player(seed * 100 + n, orders, skus) for n in range(THREADS)]
    threads = [threading.Thread(target=record.play, args=(player, until)) for player in players]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS + 30)
    assert not any(thread.is_alive() for thread in threads), "somebody waits for ever"
    # A ring that is met once in many minutes of this: PostgreSQL ends it, and whoever pressed presses again.
    rings = [surprise for surprise in record.surprises if "deadlock detected" in surprise]
    assert [surprise for surprise in record.surprises if surprise not in rings] == []
    assert not rings[1:], "\n\n".join(rings)
    assert record.done["ship"] and record.done["work"]
