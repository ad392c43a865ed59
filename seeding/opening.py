"""Opening the demo shop: staff, settings, credentials, goods with their pictures, and buyers as they join."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from orders.services.place import Recipient
from seeding.outside.couriers import set_up_couriers
from seeding.outside.printers import set_up_printer
from seeding.outside.wechat import give_credentials
from seeding.plan import SCARCE, Plan
from shop.actor import SYSTEM, Actor
from shop.catalog.models import Sku
from shop.catalog.services import NewSku, create_product
from shop.customers.models import Customer
from shop.customers.services import change_profile, get_or_create_customer, save_address
from shop.demo.drawing.pictures import draw_product_picture
from shop.demo.goods import HEAVY, PRESALE_DAYS, PRODUCTS, SHOP_NAME, SHOP_ZONE, DemoSku
from shop.demo.logins import STAFF, demo_password
from shop.demo.persons import DemoPerson
from shop.files.services import store_picture
from shop.freight.choices import Counts
from shop.freight.models import FreightTemplate
from shop.freight.services import Terms, add_template, change_template
from shop.staff.models import StaffUser
from shop.staff.services import AT_STORES, hire_staff, staff_actor
from shop.store.choices import Delivery, ReserveOn
from shop.store.models import PickupStore
from shop.store.pickup_stores.services import add_store
from shop.store.services import change_store_settings


def _by_weight(**rule: Any) -> dict[str, Any]:
    """A row that counts whole kilograms; mostly free from ¥99, as all of this shop's freight."""
    return {"first_units": 1000, "next_units": 1000, "free_from_fen": 99_00, **rule}


PICTURE_SIZE = 480
LOCAL_CITY = "杭州市"
SETTINGS = {
    "shop_name": SHOP_NAME,
    "contact_phone": "0571-88990011",
    "local_on": True,
    "local_area": "当日送达",
    "local_districts": ["330100"],
    "local_fee_fen": 5_00,
    "local_phone": "0571-88990012",
    "wechat_on": True,
    "alipay_on": True,
    "express_cod_on": True,
    "local_cod_on": True,
    "balance_on": True,
    "transfer_on": True,
    "transfer_bank": "中国银行杭州西湖支行",
    "transfer_name": "杭州山野集食品有限公司",
    "transfer_number": "6217 0000 0000 0000 123",
    "reserve_on": ReserveOn.PLACING,
    # The made-up past has had its first day; nobody keeps backups of it.
    "skipped_steps": ["backup"],
    "pickup_on": True,
    "pickup_cod_on": True,
}
STORES: tuple[dict[str, Any], ...] = (
    {
        "name": "文三路店",
        "phone": "0571-88990021",
        "district": "西湖区",
        "address_detail": "文三路 478 号华星时代广场 1 楼",
        "latitude": Decimal("30.278600"),
        "longitude": Decimal("120.127400"),
        "hours": [[["09:00", "21:00"]]] * 7,
    },
    {
        "name": "清泰街店",
        "phone": "0571-88990022",
        "district": "上城区",
        "address_detail": "清泰街 503 号",
        "latitude": Decimal("30.247300"),
        "longitude": Decimal("120.176900"),
        "hours": [[["10:00", "13:00"], ["15:00", "21:30"]]] * 6 + [[["10:00", "18:00"]]],
    },
)
USUAL_FREIGHT = Terms(
    "默认运费", Counts.PIECE, [{"is_elsewhere": True, "first_fen": 8_00, "free_from_fen": 99_00}]
)
HEAVY_FREIGHT = Terms(
    "重货",
    Counts.WEIGHT,
    [
        # Zhejiang, Shanghai and Jiangsu are near, the north-west is far; nobody takes heavy parcels to Tibet.
        _by_weight(regions=["310000", "320000", "330000"], first_fen=8_00, next_fen=1_00),
        _by_weight(
            regions=["620000", "630000", "650000"], first_fen=22_00, next_fen=9_00, free_from_fen=299_00
        ),
        {"regions": ["540000"], "is_served": False},
        _by_weight(is_elsewhere=True, first_fen=12_00, next_fen=3_00),
    ],
)
NEAR_BY = (
    ("西湖区", "文三路 478 号华星时代广场 A 座 1203"),
    ("西湖区", "古墩路 673 号瑞博国际 2 幢 901"),
    ("上城区", "清泰街 503 号 5 单元 602"),
    ("拱墅区", "莫干山路 1418 号 7 幢 1101"),
    ("拱墅区", "湖墅南路 271 号 3 单元 402"),
)


def draw_pictures() -> dict[str, bytes]:
    """Product code → JPEG; drawn by as many processes as there are cores, before any database is open."""
    codes = [product.code for product in PRODUCTS]
    # Children that are forked would share the parent's connections.
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        draw = partial(draw_product_picture, size=PICTURE_SIZE)
        return dict(zip(codes, pool.map(draw, PRODUCTS), strict=True))


def open_stores() -> list[PickupStore]:
    """The stores where buyers pick up."""
    where = {"province": "浙江省", "city": LOCAL_CITY}
    return [add_store(where | store, actor=SYSTEM) for store in STORES]


def hire_everybody(stores: Sequence[PickupStore]) -> dict[str, Actor]:
    """One member of staff per role; who hands out works at the first of the stores."""
    return {role: staff_actor(_hire(role, name, stores)) for role, name in STAFF.items()}


def _hire(role: str, name: str, stores: Sequence[PickupStore]) -> StaffUser:
    works_at = [stores[0].pk] if role in AT_STORES else []
    password = demo_password(role)
    return hire_staff(role, display_name=name, role=role, password=password, store_ids=works_at, actor=SYSTEM)


def set_up_store(owner: Actor, standins_dir: Path) -> None:
    """Credentials of the pretend WeChat, then the switches that need them; couriers, a printer."""
    give_credentials(standins_dir, actor=owner)
    change_store_settings(SETTINGS, actor=owner)
    set_up_couriers(standins_dir, actor=owner)
    set_up_printer(standins_dir, actor=owner)
    usual = FreightTemplate.objects.filter(is_default=True).first()
    if usual:
        change_template(usual.pk, USUAL_FREIGHT, actor=owner)
    else:
        add_template(USUAL_FREIGHT, actor=owner)


def stock_shelves(pictures: Mapping[str, bytes], plan: Plan, owner: Actor) -> dict[str, int]:
    """Add all products; returns SKU code → id.

    The opening stock is what shall be there today and what the past will ask for, except where the past is
    about running out.
    """
    heavy = add_template(HEAVY_FREIGHT, actor=owner)
    sold, today = plan.count_sold(), plan.ends_at.astimezone(SHOP_ZONE).date()
    for product in PRODUCTS:
        create_product(
            {
                "name": product.name,
                "category": product.category,
                "description": product.description,
                "freight_template": heavy if product.code in HEAVY else None,
            },
            skus=[_make_sku(sku, sold[sku.code], today) for sku in product.skus],
            pictures=[store_picture(pictures[product.code]).pk],
            actor=owner,
        )
    return dict(Sku.objects.values_list("code", "pk"))


def _make_sku(sku: DemoSku, sold: int, today: date) -> NewSku:
    days = PRESALE_DAYS.get(sku.code)
    return NewSku(
        sku.code,
        sku.name,
        sku.price_fen,
        sku.on_hand + (sold if sku.on_hand > SCARCE else 0),
        ships_on=today + timedelta(days=days) if days else None,
        weight_g=sku.weight_g,
        shelf=sku.shelf,
        barcode=sku.barcode,
    )


def join(person: DemoPerson) -> Customer:
    """A buyer opens the mini-program, gives phone and address."""
    customer = get_or_create_customer(person.openid, nickname=person.nickname)
    customer = change_profile(customer.pk, phone=person.phone)
    save_address(customer, person.address | {"is_default": True})
    return customer


def recipient_of(person: DemoPerson, delivery: Delivery) -> Recipient:
    """Where this person has goods sent; own delivery goes to an address of theirs in its area."""
    if delivery == Delivery.LOCAL and person.city != LOCAL_CITY:
        district, detail = NEAR_BY[sum(map(ord, person.phone)) % len(NEAR_BY)]
        return Recipient(person.name, person.phone, "浙江省", LOCAL_CITY, district, detail)
    return Recipient(**person.address)
