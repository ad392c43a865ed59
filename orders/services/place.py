"""Placing an order."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from orders.destinations import make_destination
from orders.models import Order, OrderLine
from orders.moves import begin_order, move
from orders.numbers import make_order_number
from orders.quotes import Quote, check_pay_method, get_pay_term, get_reminder, quote_order
from orders.search import add_hashes, remember_sold_names
from orders.services.fulfilment import start_clock, start_fulfilment
from orders.services.slots import choose_slot
from orders.stages import Source, Stage
from shop import clock
from shop.actor import SYSTEM, Actor
from shop.catalog.models import Sku
from shop.catalog.stock.changes import check_stock, reserve_stock
from shop.catalog.stock.refusals import counted_refusals
from shop.customers.care import check_may_order
from shop.customers.models import Customer
from shop.database.inserts import insert_rows
from shop.database.named_locks import Named, lock_named
from shop.database.prepared import prepared
from shop.errors import Refused
from shop.store.choices import Delivery, PayMethod, ReserveOn
from shop.store.deliveries import WAYS
from shop.store.models import StoreSettings
from shop.store.pickup_stores.selectors import get_serving_store
from shop.store.selectors import get_store_settings

# Spelled out, not a parameter: only so may a statement that is planned once use the index of unpaid orders.
_IS_UNPAID = RawSQL(f"orders_order.stage = '{Stage.UNPAID}'", [], BooleanField())  # noqa: S611 - no input


@dataclass(frozen=True)
class Recipient:
    """Where the goods go, as it is kept on the order whatever becomes of the address book."""

    recipient: str
    phone: str
    province: str
    city: str
    district: str
    detail: str

    @property
    def person(self) -> "Recipient":
        """Who it is, without an address."""
        return Recipient(self.recipient, self.phone, "", "", "", "")

    @property
    def columns(self) -> dict[str, str]:
        """As the columns of an order."""
        values = asdict(self)
        return {"address_detail": values.pop("detail"), **values}


@dataclass(frozen=True)
class NewOrder:
    """What a buyer asks for: basket (SKU id → pieces), and how it is delivered and paid.

    With pickup `to` is who comes, without an address, `store_id` the store where they come to, and `slot` when the time
    begins that they chose, where the store has them choose one.
    """

    basket: Mapping[int, int]
    delivery: Delivery
    pay_method: PayMethod
    to: Recipient
    buyer_remark: str = ""
    source: Source = Source.MINI_PROGRAM
    store_id: int | None = None
    slot: datetime | None = None


@dataclass(frozen=True)
class Placed:
    """What was written; the lines as they were before anything else happened to them."""

    order: Order
    lines: list[OrderLine]


def place_order(customer: Customer, wanted: NewOrder, *, client_key: str, actor: Actor) -> Order:
    """Place an order once per (customer, client_key): a repeat gives the order that exists.

    Reserves stock by the store's setting (cash on delivery: always at once). Raises Refused as `quote_order`
    does, `blocked`, `too_many_unpaid`, `payment_not_offered`, `store_needed`, `store_closed`, or `out_of_stock`, and as
    `choose_slot`.
    """
    try:
        with counted_refusals(customer), transaction.atomic(), prepared():
            return place_new_order(customer, wanted, client_key=client_key, actor=actor).order
    except (IntegrityError, Refused):
        # Placed before, or by another request with the same key at this moment. Anything else is raised again.
        existing = find_placed(customer, client_key)
        if existing is None:
            raise
        return existing


def find_placed(customer: Customer, client_key: str) -> Order | None:
    """The order that the customer placed with this key."""
    return Order.objects.filter(customer=customer, client_key=client_key).first()


def place_new_order(customer: Customer, wanted: NewOrder, *, client_key: str, actor: Actor) -> Placed:
    """As `place_order`, in the caller's transaction, for a key that is new. Raises IntegrityError if it is not."""
    check_may_order(customer)
    _check_unpaid(customer)
    store = get_store_settings()
    quote = quote_order(wanted.basket, delivery=wanted.delivery, to=wanted.to, store=store)
    check_pay_method(wanted.pay_method, wanted.delivery, store)
    return write_order(customer, wanted, quote, store, client_key=client_key, actor=actor)


def write_order(
    customer: Customer, wanted: NewOrder, quote: Quote, store: StoreSettings, *, client_key: str, actor: Actor
) -> Placed:
    """Write an order at these prices, in the caller's transaction.

    Raises Refused `store_needed`, `store_closed`, `out_of_stock`, and as `choose_slot`.
    """
    order = _build_order(customer, wanted, quote, store)
    order.client_key = client_key
    if wanted.delivery == Delivery.PICKUP:
        order.pickup_store = get_serving_store(wanted.store_id)
        for name, value in choose_slot(order.pickup_store, wanted.slot).items():
            setattr(order, name, value)
    begin_order(order, actor=actor, data={"payable_fen": order.payable_fen, "pieces": order.pieces})
    is_reserved = store.reserve_on == ReserveOn.PLACING or wanted.pay_method == PayMethod.COD
    if is_reserved:
        reserve_stock(wanted.basket, order_id=order.pk, actor=actor)
    else:
        check_stock(wanted.basket)
    lines = insert_rows(_build_lines(order, quote, is_reserved))
    remember_sold_names(lines)
    add_hashes(order, customer.nickname)
    _accept_at_once(order)
    return Placed(order, lines)


def lock_buyer(customer: Customer) -> None:
    """One order of a buyer after the other, so that those placed together are counted; on SQLite they always are."""
    lock_named(Named.PLACING, [customer.pk])


def _check_unpaid(customer: Customer) -> None:
    """Raise Refused `too_many_unpaid`: what waits for a payment holds stock back from others."""
    lock_buyer(customer)
    most = settings.MAX_UNPAID_ORDERS
    if Order.objects.filter(_IS_UNPAID, customer=customer)[:most].count() >= most:
        message = _("Many of your orders wait to be paid. Pay or cancel one first.")
        raise Refused("too_many_unpaid", message)


def _build_order(customer: Customer, wanted: NewOrder, quote: Quote, store: StoreSettings) -> Order:
    moment = clock.now()
    order = Order(
        number=make_order_number(),
        customer=customer,
        source=wanted.source,
        stage=Stage.UNPAID,
        delivery=wanted.delivery,
        pay_method=wanted.pay_method,
        goods_fen=quote.goods_fen,
        freight_fen=quote.freight_fen,
        payable_fen=quote.payable_fen,
        pieces=sum(line.quantity for line in quote.lines),
        **(wanted.to if WAYS[wanted.delivery].is_sent else wanted.to.person).columns,
        buyer_remark=wanted.buyer_remark,
        ship_within_hours=store.ship_within_hours,
        overdue_rule=store.overdue_rule,
        receive_days=store.receive_days,
        placed_at=moment,
        remind_by=get_reminder(wanted.pay_method, store, since=moment),
        pay_by=moment + get_pay_term(wanted.pay_method, store),
    )
    order.destination = make_destination(order)
    return order


def _build_lines(order: Order, quote: Quote, is_reserved: bool) -> list[OrderLine]:
    return [build_line(order, line.sku, line.quantity, is_reserved=is_reserved) for line in quote.lines]


def build_line(order: Order, sku: Sku, quantity: int, *, is_reserved: bool) -> OrderLine:
    """A line at today's name and price, not yet written."""
    picture = sku.product.picture
    return OrderLine(
        order=order,
        sku=sku,
        product_name=sku.product.name,
        sku_name=sku.name,
        picture_path=picture.path if picture else "",
        price_fen=sku.price_fen,
        quantity=quantity,
        reserved=quantity if is_reserved else 0,
    )


def _accept_at_once(order: Order) -> None:
    """Cash on delivery and orders that cost nothing do not wait for a payment."""
    if order.payable_fen == 0:
        changes = {"paid_at": clock.now(), **start_clock(order, since=order.placed_at)}
        move(order, "order.pay", actor=SYSTEM, changes=changes, data={"amount_fen": 0})
    elif order.pay_method == PayMethod.COD:
        move(order, "order.accept", actor=SYSTEM, changes=start_clock(order, since=order.placed_at))
    else:
        return
    start_fulfilment(order)
