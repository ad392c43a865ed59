"""A small named cast: one shop, a few people, factories as plain functions."""

import itertools
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from orders.models import Order
from orders.payments.changes.partial import PartRefund, refund_part
from orders.payments.gateway import PaymentEvidence
from orders.payments.models import PayAttempt, Refund
from orders.payments.services.attempts import open_attempt
from orders.payments.services.evidence import apply_payment_evidence
from orders.services.place import NewOrder, Recipient, place_order
from orders.services.steps import confirm_order, prepare_order
from orders.shipping.services.ship import NewParcel, ship_order
from shop import clock
from shop.access import ROLES
from shop.actor import SYSTEM, Actor, ActorKind
from shop.catalog.models import Sku
from shop.catalog.services import NewSku, add_product
from shop.couriers.models import CourierAccount, Sender
from shop.couriers.services.accounts import take_courier
from shop.couriers.services.senders import add_sender
from shop.customers.models import Customer
from shop.customers.services import customer_actor, get_or_create_customer, issue_token
from shop.freight.models import FreightTemplate
from shop.freight.services import Terms, add_template
from shop.staff.models import StaffUser
from shop.staff.services import staff_actor
from shop.store.choices import Delivery, PayMethod
from shop.store.models import PickupStore, StoreSettings, WeChatAccount

XIHU = "330106"
"""The code of the district of `HOME`."""
PASSWORD = "mountain-tea-2026"
_numbers = itertools.count(1)

HOME = Recipient(
    recipient="林晓燕",
    phone="13800005678",
    province="浙江省",
    city="杭州市",
    district="西湖区",
    detail="文三路 88 号 3 幢 502",
)


SENDER = {
    "name": "王店长",
    "phone": "0571-88886666",
    "company": "山野集",
    "province": "浙江省",
    "city": "杭州市",
    "district": "余杭区",
    "address": "良渚街道勾运路 8 号",
    "postcode": "311113",
}


def address(**changes: Any) -> dict[str, Any]:
    """`HOME` as the mini-program sends it."""
    names = ("recipient", "phone", "province", "city", "district", "detail")
    return {name: getattr(HOME, name) for name in names} | changes


def open_shop(
    *, freight_fen: int = 10_00, free_from_fen: int | None = 99_00, **changes: Any
) -> StoreSettings:
    """A shop where everything of this release is switched on, with flat freight."""
    set_freight(freight_fen, free_from_fen=free_from_fen)
    WeChatAccount.objects.update_or_create(
        pk=1,
        defaults={"appid": "wx-test", "mini_secret": "mini", "mchid": "1900000001", "tested_at": clock.now()},
    )
    values = {
        "shop_name": "山野集",
        "contact_phone": "0571-88886666",
        "skipped_steps": ["product", "colleague", "test_order", "labels", "backup"],
        "local_on": True,
        "local_area": "西湖区",
        "local_districts": [XIHU],
        "local_fee_fen": 500,
        "local_phone": "13900000000",
        "wechat_on": True,
        "express_cod_on": True,
        "local_cod_on": True,
    }
    store, _created = StoreSettings.objects.update_or_create(pk=1, defaults=values | changes)
    return store


def make_store(name: str = "", **changes: Any) -> PickupStore:
    """A store that is open at any hour."""
    address = {
        "province": "浙江省",
        "city": "杭州市",
        "district": "西湖区",
        "address_detail": "文三路 478 号",
    }
    values = {"phone": "0571-88880001", "hours": [[["00:00", "24:00"]]] * 7, **address}
    return PickupStore.objects.create(name=name or f"文三路店 {next(_numbers)}", **values | changes)


def to_pick_up(order: Order) -> Order:
    """The order as if it had been placed for a store."""
    Order.objects.filter(pk=order.pk).update(delivery=Delivery.PICKUP, pickup_store=make_store())
    return order


def set_freight(first_fen: int, **rule: Any) -> FreightTemplate:
    """Let the default template say nothing but this, everywhere."""
    template, _created = FreightTemplate.objects.update_or_create(
        is_default=True, defaults={"name": "运费", "counts": "piece"}
    )
    template.rules.all().delete()
    template.rules.create(position=0, is_elsewhere=True, first_fen=first_fen, **rule)
    return template


def make_freight(name: str, *rules: dict[str, Any], counts: str = "piece") -> FreightTemplate:
    """A template beside the default one; the last of its rows is for everywhere else."""
    rows = [{"is_elsewhere": place == len(rules), **rule} for place, rule in enumerate(rules, 1)]
    return add_template(Terms(name, counts, rows), actor=SYSTEM)


def make_sku(*, price_fen: int = 35_00, on_hand: int = 100, name: str = "250g 罐装") -> Sku:
    number = next(_numbers)
    product = add_product(
        f"高山云雾绿茶 {number}", skus=[NewSku(f"TEA-{number}", name, price_fen, on_hand)], actor=SYSTEM
    )
    return product.skus.get()


def make_customer(nickname: str = "小燕子") -> Customer:
    return get_or_create_customer(f"openid-{next(_numbers)}", nickname=nickname)


def make_sender(**changes: str) -> Sender:
    """An address from which the shop ships; the first one is the default."""
    return add_sender(SENDER | changes, actor=clerk())


def use_courier(code: str = "SF") -> CourierAccount:
    """A courier in use, switched on unless it is."""
    return CourierAccount.objects.filter(code=code, is_on=True).first() or take_courier(code, actor=clerk())


def make_token(customer: Customer) -> str:
    return issue_token(customer)


def make_staff(role: str = "owner", *, username: str = "", stores: Iterable[PickupStore] = ()) -> StaffUser:
    user = StaffUser(
        username=username or f"{role}-{next(_numbers)}",
        display_name=f"{role} 王",
        role=role,
        store_ids=[store.pk for store in stores],
        created_at=clock.now(),
    )
    user.set_password(PASSWORD)
    user.save()
    return user


def clerk(role: str = "owner", *, name: str = "王店长", id_: int = 1, limit: int | None = None) -> Actor:
    """A member of staff as an actor, without a row."""
    return Actor(ActorKind.STAFF, id=id_, name=name, capabilities=ROLES[role], refund_limit_fen=limit)


def actor_of(user: StaffUser) -> Actor:
    return staff_actor(user)


def buyer(order: Order) -> Actor:
    return customer_actor(order.customer)


def place(
    customer: Customer | None = None,
    *,
    basket: dict[int, int] | None = None,
    pay_method: PayMethod = PayMethod.WECHAT,
    delivery: Delivery = Delivery.EXPRESS,
    remark: str = "",
    key: str = "",
    store: PickupStore | None = None,
    slot: datetime | None = None,
) -> Order:
    customer = customer or make_customer()
    wanted = NewOrder(
        basket=basket or {make_sku().pk: 1},
        delivery=delivery,
        pay_method=pay_method,
        to=HOME,
        buyer_remark=remark,
        store_id=store and store.pk,
        slot=slot,
    )
    client_key = key or f"key-{next(_numbers)}"
    return place_order(customer, wanted, client_key=client_key, actor=customer_actor(customer))


def pay(order: Order, *, trade_no: str = "", attempt: PayAttempt | None = None) -> Order:
    """Pay as a callback would: an attempt, then the gateway's evidence."""
    attempt = attempt or open_attempt(order.pk, actor=buyer(order))
    trade_no = trade_no or f"42000{next(_numbers):020d}"
    apply_payment_evidence(PaymentEvidence(attempt.number, trade_no, attempt.amount_fen, clock.now()))
    order.refresh_from_db()
    return order


def place_pickup(store: PickupStore | None = None, **kwargs: Any) -> Order:
    """An order for a store; pickup is switched on for it."""
    store = store or make_store()
    StoreSettings.objects.update(pickup_on=True, pickup_cod_on=True)
    return place(delivery=Delivery.PICKUP, store=store, **kwargs)


def paid_pickup(store: PickupStore | None = None, **kwargs: Any) -> Order:
    return pay(place_pickup(store, **kwargs))


def paid_order(**kwargs: Any) -> Order:
    return pay(place(**kwargs))


def prepared_order(**kwargs: Any) -> Order:
    order = paid_order(**kwargs)
    confirm_order(order.pk, actor=clerk("order_clerk"))
    return prepare_order(order.pk, actor=clerk("order_clerk"))


def parcel(quantities: dict[int, int] | None = None, *, courier: str = "SF") -> NewParcel:
    return NewParcel(courier, f"SF{next(_numbers):013d}", quantities or {})


def shipped_order(**kwargs: Any) -> Order:
    order = prepared_order(**kwargs)
    return ship_order(order.pk, parcels=[parcel()], actor=clerk("warehouse"))


def refund_payment(payment_id: int, *, amount_fen: int, reason: str, actor: Actor) -> Refund:
    """Give so much of a payment back for all that its order holds, the freight too."""
    order = Order.objects.get(payments=payment_id)
    lines = frozenset(order.lines.values_list("pk", flat=True))
    refund_part(order.pk, PartRefund(amount_fen, reason, lines, is_for_freight=True), actor=actor)
    return Refund.objects.filter(order=order).latest("pk")
