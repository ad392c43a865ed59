"""A shop with a long past, written straight into PostgreSQL: the same rows the verbs would have left.

Memory stays the same however many orders are made: they are copied in batches. `check_books` is clean after.
"""

import json
from bisect import bisect
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import accumulate
from random import Random
from typing import Any

from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from bench.kit.past.copying import Table, find_next_id
from bench.kit.past.goods import Goods, list_goods
from bench.kit.past.lives import PAY_WITHIN, RECEIVE_DAYS, SHIP_WITHIN_HOURS, Life, live
from bench.kit.past.people import StoredPerson, store_people
from notifications.models import Alert, AlertKind, HandledHow
from orders.models import BlindIndex, Order, OrderLine, SoldName
from orders.numbers import check_digit
from orders.payments.models import AttemptState, PayAttempt, Payment, Refund, RefundState
from orders.search import name_of_goods
from orders.shipping.models import Parcel, ParcelLine, ParcelState
from orders.spending import keep_all_spending
from orders.stages import CloseReason, Stage
from shop import clock
from shop.actor import ActorKind
from shop.catalog.models import MovementKind, Product, Sku, StockMovement
from shop.customers.models import Customer
from shop.events.models import Event, EventDelivery
from shop.events.registry import list_hearers
from shop.events.timers import KEPT_FOR
from shop.store.choices import Delivery, PayMethod

BATCH = 2000
MOST_PEOPLE = 50_000
FREE_STOCK = 1_000_000
REMARKS = (
    "请放在门卫处",
    "送人的，请不要放价格单",
    "周末再送",
    "易碎，请多包一层",
    "麻烦尽快发货",
    "要今年的新茶",
)
COURIERS = ("SF", "ZTO", "YTO")


def fill(
    orders: int, *, days: int = 730, seed: int = 1, report: Callable[[int], None] = lambda _n: None
) -> None:
    """Add `orders` orders placed evenly over the last `days` days; several runs add up."""
    if connection.vendor != "postgresql":
        raise SystemExit("Only PostgreSQL can be filled this way.")
    history = _History(orders, days=days, seed=seed)
    with transaction.atomic():
        history.write_shop()
    for start in range(0, orders, BATCH):
        with transaction.atomic():
            history.write_orders(range(start, min(start + BATCH, orders)))
        report(min(start + BATCH, orders))
    with transaction.atomic():
        history.write_stock()
        history.tables.raise_sequences()
    keep_all_spending()
    with connection.cursor() as cursor:
        # What vacuum does in time: what was just added to the trigrams still waits beside the index.
        cursor.execute("SELECT gin_clean_pending_list('order_number_trigrams')")
        cursor.execute("ANALYZE")


class _History:
    def __init__(self, orders: int, *, days: int, seed: int) -> None:
        self.rng, self.now, self.total = Random(seed), clock.now(), orders
        self.start, self.span = self.now - timedelta(days=days), timedelta(days=days)
        self.tables = _Tables()
        self.goods = list_goods(self.rng)
        self.sums = list(accumulate(item.weight for item in self.goods))
        self.people = store_people(min(max(orders // 8, 20), MOST_PEOPLE))
        self.reserved: dict[int, int] = defaultdict(int)
        # No other filling began with this id, so that codes made of it are free.
        self.mark = str(find_next_id(Customer))

    def write_shop(self) -> None:
        """Customers, products and SKUs; stock follows when it is known what is reserved."""
        self.customer_ids = [self._add_customer(person, n) for n, person in enumerate(self.people)]
        product_ids: dict[str, int] = {}
        self.sku_ids = [self._add_sku(item, n, product_ids) for n, item in enumerate(self.goods)]
        self.tables.flush()

    def _add_customer(self, person: StoredPerson, n: int) -> int:
        row = person.customer | {"openid": f"filled-{self.mark}-{n}", "created_at": self.start}
        return self.tables[Customer].add(**row)

    def _add_sku(self, item: Goods, n: int, product_ids: dict[str, int]) -> int:
        if item.product not in product_ids:
            product_ids[item.product] = self.tables[Product].add(
                name=item.product,
                created_at=self.start,
                is_on_sale=item.until == 1,
            )
        row = {"code": f"F{self.mark}-{n}", "name": item.name, "price_fen": item.price_fen}
        pk = self.tables[Sku].add(product_id=product_ids[item.product], **row)
        self.tables[SoldName].add(sku_id=pk, text=name_of_goods(item.product, item.name))
        return pk

    def write_orders(self, places: range) -> None:
        for place in places:
            part = place / self.total
            life = live(self.start + self.span * part, self.now, self.rng)
            _OrderRows(self, life, part).write()
        self.tables.flush()

    def pick_goods(self, part: float) -> list[int]:
        """Places in `goods` of one to four different SKUs that are sold at this part of the history."""
        wanted = self.rng.choices((1, 2, 3, 4), weights=(58, 28, 10, 4))[0]
        found: set[int] = set()
        while len(found) < wanted:
            at = bisect(self.sums, self.rng.random() * self.sums[-1])
            if part <= self.goods[at].until:
                found.add(at)
        return sorted(found)

    def write_stock(self) -> None:
        for sku_id in self.sku_ids:
            held = self.reserved[sku_id]
            Sku.objects.filter(pk=sku_id).update(on_hand=FREE_STOCK + held, reserved=held)
            self.tables[StockMovement].add(
                sku_id=sku_id,
                kind=MovementKind.OPENING,
                on_hand_delta=FREE_STOCK + held,
                reserved_delta=held,
                actor_kind=ActorKind.SYSTEM,
                at=self.start,
            )
        self.tables.flush()


class _Tables(dict[type[Model], Table]):
    def __missing__(self, model: type[Model]) -> Table:
        self[model] = Table(model)
        return self[model]

    def flush(self) -> None:
        for table in self.values():
            table.flush()

    def raise_sequences(self) -> None:
        for table in self.values():
            if table.is_numbered:
                table.raise_sequence()


class _OrderRows:
    """The rows of one order in all their tables."""

    def __init__(self, history: _History, life: Life, part: float) -> None:
        self.history, self.life, self.rng, self.tables = history, life, history.rng, history.tables
        body = f"{timezone.localtime(life.placed_at):%y%m%d}{self.rng.randrange(10**11):011d}"
        self.number = body + check_digit(body)
        self.person_at = int(self.rng.random() ** 2 * len(history.people))
        self.basket = [(at, 1 if self.rng.random() < 0.8 else 2) for at in history.pick_goods(part)]
        self.goods_fen = sum(history.goods[at].price_fen * n for at, n in self.basket)
        self.freight_fen = 0 if self.goods_fen >= 99_00 else 1000
        self.payable_fen = self.goods_fen + self.freight_fen
        self.pieces = sum(n for _at, n in self.basket)
        self.paid_fen = self.payable_fen if "pay" in life.at else 0

    def write(self) -> None:
        self.id = self._write_order()
        self._write_lines()
        self.tables[BlindIndex].add(order_id=self.id, **self.history.people[self.person_at].hashes)
        self._write_events()
        if "pay" in self.life.at:
            self._write_payment()

    def _write_order(self) -> int:
        life, history = self.life, self.history
        return self.tables[Order].add(
            version=len(life.steps),
            number=self.number,
            customer_id=history.customer_ids[self.person_at],
            client_key=self.number,
            stage=life.stage,
            close_reason=CloseReason.TIMEOUT if life.stage == Stage.CLOSED else "",
            delivery=life.delivery,
            pay_method=life.pay_method,
            **self._personal(),
            **self._amounts(),
            **self._times(),
            is_held=life.is_held,
            held_at=life.at.get("hold"),
            has_moved=life.stage == Stage.DONE,
            ship_within_hours=SHIP_WITHIN_HOURS,
            receive_days=RECEIVE_DAYS,
        )

    def _personal(self) -> dict[str, Any]:
        remark = self.rng.choice(REMARKS) if self.rng.random() < 0.12 else ""
        hold_reason = "等买家确认地址" if self.life.is_held else ""
        person = self.history.people[self.person_at]
        return person.seal_order(self.number, remark=remark, hold_reason=hold_reason)

    def _amounts(self) -> dict[str, int]:
        return {
            "goods_fen": self.goods_fen,
            "freight_fen": self.freight_fen,
            "payable_fen": self.payable_fen,
            "paid_fen": self.paid_fen,
            "refunded_fen": self.paid_fen if self.life.is_refunded else 0,
            "pieces": self.pieces,
            "pieces_cancelled": self.pieces if self.life.stage == Stage.CLOSED else 0,
            "pieces_shipped": self.pieces if self.life.is_shipped else 0,
        }

    def _times(self) -> dict[str, datetime | None]:
        at, stage = self.life.at, self.life.stage
        entered, shipped = at.get("pay") or at.get("accept"), at.get("ship")
        is_on_its_way = stage == Stage.SHIPPED and shipped is not None
        return {
            "placed_at": at["place"],
            "paid_at": at.get("pay"),
            "shipped_at": shipped,
            "received_at": at.get("receive"),
            "closed_at": at.get("cancel_unpaid"),
            "pay_by": at["place"] + PAY_WITHIN if stage == Stage.UNPAID else None,
            "ship_by": entered + timedelta(hours=SHIP_WITHIN_HOURS)
            if entered and self.life.is_in_hand
            else None,
            "receive_by": shipped + timedelta(days=RECEIVE_DAYS) if is_on_its_way and shipped else None,
        }

    def _write_lines(self) -> None:
        life = self.life
        parcel_id = self._write_parcel() if life.is_shipped else None
        for at, quantity in self.basket:
            item, sku_id = self.history.goods[at], self.history.sku_ids[at]
            is_reserved = life.is_in_hand or life.stage == Stage.UNPAID
            line_id = self.tables[OrderLine].add(
                order_id=self.id,
                sku_id=sku_id,
                product_name=item.product,
                sku_name=item.name,
                price_fen=item.price_fen,
                quantity=quantity,
                reserved=quantity if is_reserved else 0,
                shipped=quantity if parcel_id else 0,
                cancelled=quantity if life.stage == Stage.CLOSED else 0,
                refunded_fen=item.price_fen * quantity if life.is_refunded else 0,
            )
            if is_reserved:
                self.history.reserved[sku_id] += quantity
            if parcel_id:
                self.tables[ParcelLine].add(parcel_id=parcel_id, order_line_id=line_id, quantity=quantity)

    def _write_parcel(self) -> int:
        """The tracking number follows the order's id, so that no two are the same."""
        life = self.life
        courier = "" if life.delivery == Delivery.LOCAL else self.rng.choice(COURIERS)
        return self.tables[Parcel].add(
            courier=courier,
            tracking_no=courier and f"{courier}{self.id:013d}",
            sent_at=life.at["ship"],
            state=ParcelState.ARRIVED if life.stage == Stage.DONE else ParcelState.SENT,
            arrived_at=life.at.get("receive"),
            has_moved=life.stage == Stage.DONE,
        )

    def _write_events(self) -> None:
        rang, order = None, Order(delivery=self.life.delivery)
        for number, (verb, before, after, who, at) in enumerate(self.life.steps, start=1):
            event_id = self.tables[Event].add(
                kind="order",
                subject_id=self.id,
                order_id=self.id,
                number=number,
                verb=verb,
                actor_kind=who,
                actor_id=1 if who == ActorKind.STAFF else None,
                actor_name="王店长" if who == ActorKind.STAFF else "",
                at=at,
                before=before,
                after=after,
                data=json.dumps({"payable_fen": self.payable_fen, "pieces": self.pieces}),
            )
            is_remembered = at > self.history.now - KEPT_FOR
            for handler in list_hearers(verb, order) if is_remembered else ():
                self.tables[EventDelivery].add(event_id=event_id, handler=handler.name, due_at=at, done_at=at)
            if after == Stage.TO_CONFIRM and before == Stage.UNPAID:
                rang = (event_id, number, at)
        if rang:
            self._write_alert(*rang)

    def _write_alert(self, event_id: int, number: int, at: datetime) -> None:
        handled_at = self.life.at.get("confirm")
        self.tables[Alert].add(
            kind=AlertKind.NEW_ORDER,
            order_id=self.id,
            event_id=event_id,
            event_number=number,
            raised_at=at,
            handled_at=handled_at,
            handled_how=HandledHow.MOVED if handled_at else "",
        )

    def _write_payment(self) -> None:
        at = self.life.at
        attempt_id = self.tables[PayAttempt].add(
            order_id=self.id,
            number=f"{self.number}-1",
            method=PayMethod.WECHAT,
            amount_fen=self.payable_fen,
            state=AttemptState.PAID,
            openid=f"filled-{self.person_at}",
            created_at=at["place"],
            expires_at=at["place"] + PAY_WITHIN,
        )
        payment_id = self.tables[Payment].add(
            order_id=self.id,
            attempt_id=attempt_id,
            method=PayMethod.WECHAT,
            amount_fen=self.paid_fen,
            trade_no=f"42000{self.id:023d}",
            counts=True,
            captured_at=at["pay"],
            refunded_fen=self.paid_fen if self.life.is_refunded else 0,
        )
        if self.life.is_refunded:
            self.tables[Refund].add(
                payment_id=payment_id,
                order_id=self.id,
                number=f"{self.number}R-1",
                amount_fen=self.paid_fen,
                reason="七天无理由退货",
                state=RefundState.DONE,
                gateway_id=f"503{self.id:025d}",
                created_at=at["refund"],
                finished_at=at["refund_done"],
            )
