"""The buyers of a filled shop, encrypted and hashed once: their orders repeat the stored values."""

from dataclasses import dataclass, replace
from typing import Any

from orders.search import make_hashes
from shop.crypto import keyed_hash, seal
from shop.customers.names import hash_nickname
from shop.demo.seeding.persons import DemoPerson, list_people


@dataclass(frozen=True, slots=True)
class StoredPerson:
    """A buyer as the tables hold them: `order` are the recipient's columns, `hashes` what finds their orders."""

    customer: dict[str, Any]
    order: dict[str, Any]
    hashes: dict[str, int]


def store_people(count: int) -> list[StoredPerson]:
    return [_store(replace(p, phone=_make_phone(n))) for n, p in enumerate(list_people(count))]


def _make_phone(number: int) -> str:
    """Eleven digits, no two the same, with the last four spread evenly."""
    return f"138{(number * 7919 + 1234) % 10**8:08d}"


def _store(person: DemoPerson) -> StoredPerson:
    return StoredPerson(
        customer={
            "openid": person.openid,
            "nickname": seal(person.nickname, context="customers_customer.nickname"),
            "phone": seal(person.phone, context="customers_customer.phone"),
            "nickname_hash": hash_nickname(person.nickname),
            "phone_hash": keyed_hash("phone", person.phone),
        },
        order={
            "recipient": seal(person.name, context="orders_order.recipient"),
            "phone": seal(person.phone, context="orders_order.phone"),
            "address_detail": seal(person.detail, context="orders_order.address_detail"),
            "province": person.province,
            "city": person.city,
            "district": person.district,
        },
        hashes=make_hashes(person.nickname, person.name, person.phone),
    )
