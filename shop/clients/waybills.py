"""What the providers of electronic waybills have in common: what is asked, what was issued, what may go wrong.

A waybill costs money and a number, so a provider is asked about one parcel under one code for ever: whoever does not
know what became of a request repeats it with the same code.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

from shop.clients.errors import BadCredentials, Unknown

CODE_PATTERN = re.compile(r"[0-9A-Za-z-]{1,30}")
NUMBER_PATTERN = re.compile(r"[0-9A-Za-z]{6,40}")
MOBILE_PATTERN = re.compile(r"1[0-9]{10}")
LONGEST_PHONE = 20
FORM_HEADERS = {
    "Content-Type": "application/x-www-form-urlencoded;charset=utf-8",
    "Accept": "application/json",
    "User-Agent": "shop-back-office",
}
GRAMS_PER_KG = 1000
LONGEST_REASON = 200
LONGEST_FACT = 100
# 快递鸟 refuses these in any value; the same signs in full width are ordinary text.
REFUSED = "'\"#&+<>%\\"
_FULL_WIDTH = {ord(sign): chr(ord(sign) + 0xFEE0) for sign in REFUSED}
_INVISIBLE = frozenset({"Cc", "Cf", "Cs"})


@dataclass(frozen=True)
class Party:
    """A sender or receiver; province, city and district by their full names, the address without them."""

    name: str
    phone: str
    province: str
    city: str
    district: str
    address: str
    postcode: str = ""
    company: str = ""


@dataclass(frozen=True)
class Goods:
    """One kind of goods in the parcel, as the label tells it."""

    name: str
    quantity: int


@dataclass(frozen=True)
class Account:
    """The shop's account at one courier; which fields it needs differs from courier to courier.

    `courier` is our code of it, which is 快递鸟's. What 快递100 calls the courier, and which of its interfaces it
    has to take (`44` for STO, "" for most), is data of the caller: `provider_courier`, `provider_channel`.
    `pay_type`: 1 the sender pays, 2 the receiver, 3 monthly, 4 a third party. `product` is the courier's own code of
    a product, `trans_type` of a kind of delivery, `delivery_method` how it hands the parcel over (0: it does not ask).
    """

    courier: str
    customer_name: str = ""
    customer_pwd: str = field(repr=False, default="")
    month_code: str = field(repr=False, default="")
    send_site: str = ""
    send_staff: str = ""
    warehouse: str = ""
    pay_type: int = 1
    product: str = "1"
    label_size: str = ""
    delivery_method: int = 0
    trans_type: int = 0
    provider_courier: str = ""
    provider_channel: str = ""


@dataclass(frozen=True)
class WaybillRequest:
    """One parcel; `code` is ours and the same on every try. ValueError for a code that providers refuse."""

    code: str
    account: Account
    sender: Party
    receiver: Party
    goods: Sequence[Goods]
    weight_g: int = 0
    remark: str = ""

    def __post_init__(self) -> None:
        if not CODE_PATTERN.fullmatch(self.code):
            raise ValueError("The code of a waybill has 1 to 30 letters, digits or hyphens.")


@dataclass(frozen=True)
class Waybill:
    """What was issued. The label is HTML of the vendor's, to be shown in a sandbox only, its address, or both."""

    code: str
    courier: str
    tracking_no: str
    label_html: str = field(repr=False, default="")
    label_url: str = ""
    route_mark: str = ""
    provider_order: str = ""


class AlreadyUsed(Unknown):
    """The provider has our code and does not say which number it gave: a person has to look there."""


class WaybillProvider(Protocol):
    """One merchant at one provider. Every failure is a `shop.clients.errors.ClientError`."""

    @property
    def repeats_for(self) -> timedelta | None:
        """How long a code that is asked again gives the same waybill; None: for ever."""
        ...

    def issue(self, request: WaybillRequest) -> Waybill:
        """Get the waybill of a parcel; the same code again gives the same one, never a second.

        Raises `Rejected` (nothing was issued), `Unreachable` (nothing happened), `Unknown` (it may have been
        issued: ask again with the same code), `AlreadyUsed`, `BadCredentials` (nothing was sent).
        """
        ...

    def void(self, code: str, *, account: Account, tracking_no: str, provider_order: str = "") -> None:
        """Take a waybill back before the courier has the parcel. Raises as `issue`.

        Its code stays used: asked again, it gives the waybill that holds no more; another waybill needs another code.
        A second time may be refused: after `Unknown` a refusal does not say that the waybill still holds.
        """
        ...

    def test(self) -> None:
        """Prove that id and key fit, by a call without effect. Raises ClientError."""
        ...


def clean_value(text: str) -> str:
    """The text as 快递鸟 takes it, on one line: what it refuses in full width, nothing that cannot be seen."""
    kept = (sign for sign in text if sign.isspace() or unicodedata.category(sign) not in _INVISIBLE)
    return " ".join("".join(kept).translate(_FULL_WIDTH).split())


def shorten(text: str, longest: int) -> str:
    """The clean text, cut to so many characters: a label that ends early is better than none."""
    return clean_value(text)[:longest].rstrip()


def clean_phone(phone: str) -> str:
    """A mobile number as eleven digits, which the courier's messages go to; any other number as it was typed."""
    digits = re.sub(r"[\s-]", "", phone).removeprefix("+86")
    return digits if MOBILE_PATTERN.fullmatch(digits) else shorten(phone, LONGEST_PHONE)


def leave_out_empty(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields that say something."""
    return {name: value for name, value in fields.items() if value}


def check_account(account: Account) -> None:
    """Refuse what cannot be sent as it is: a password with other characters would be another password."""
    texts = (value for value in vars(account).values() if isinstance(value, str))
    if any(text != clean_value(text) for text in texts):
        raise BadCredentials("The courier account holds a character that the provider refuses.")


def read_number(fact: dict[str, Any], name: str) -> str:
    """A tracking number that could be one, in capitals as scanners read it; anything else is `Unknown`."""
    value = fact.get(name)
    if not isinstance(value, str) or not NUMBER_PATTERN.fullmatch(value):
        raise Unknown("The answer holds no tracking number.")
    return value.upper()


def read_fact(fact: dict[str, Any], name: str, longest: int = LONGEST_FACT) -> str:
    """A text that may be missing, on one line and not too long."""
    value = fact.get(name)
    if not isinstance(value, str | int) or isinstance(value, bool):
        return ""
    return " ".join("".join(sign for sign in str(value) if sign.isprintable()).split())[:longest]


def read_label(fact: dict[str, Any], name: str) -> str:
    """The HTML of a label, without what no database stores."""
    value = fact.get(name)
    return value.replace("\0", "").encode(errors="ignore").decode() if isinstance(value, str) else ""


def read_address(fact: dict[str, Any], name: str) -> str:
    """An address on the web that may be missing; what leads elsewhere is left out."""
    value = read_fact(fact, name, 500)
    return value if value.startswith(("https://", "http://")) else ""
