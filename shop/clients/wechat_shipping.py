"""发货信息管理: WeChat is told what was shipped, since until then it keeps what buyers have paid.

Source: WeChat documents uploadShippingInfo, getOrder, getOrderList, notifyConfirmReceive, isTradeManaged and
getDeliveryList. UNSURE: whether a second upload of parcels in parts adds to the first or takes its place; each upload
says all that is on its way, so that both come to the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from shop.clients.errors import Unknown
from shop.clients.wechat_mini import WeChatMini

EXPRESS, SAME_CITY, SELF_PICKUP = 1, 2, 4
UNIFIED, SPLIT = 1, 2
MOST_PARCELS = 15
LONGEST_GOODS = 120
PAGE_SIZE = 100
_BASE = "/wxa/sec/order"
_BEIJING = timezone(timedelta(hours=8))


@dataclass(frozen=True)
class PaymentKey:
    """Which payment is meant: its `transaction_id`, else the merchant's own number of it."""

    transaction_id: str = ""
    mchid: str = ""
    number: str = ""

    def as_key(self) -> dict[str, object]:
        """As uploads name it."""
        if self.transaction_id:
            return {"order_number_type": 2, "transaction_id": self.transaction_id}
        return {"order_number_type": 1, "mchid": self.mchid, "out_trade_no": self.number}

    def as_question(self) -> dict[str, object]:
        """As all other calls name it."""
        if self.transaction_id:
            return {"transaction_id": self.transaction_id}
        return {"merchant_id": self.mchid, "merchant_trade_no": self.number}


@dataclass(frozen=True)
class Sent:
    """One parcel: `goods` in at most 120 characters; `phone` of the recipient is masked but for its last 4 digits."""

    goods: str
    company: str = ""
    tracking_no: str = ""
    phone: str = field(default="", repr=False)

    def as_entry(self) -> dict[str, object]:
        entry: dict[str, object] = {"item_desc": self.goods}
        if self.tracking_no:
            entry |= {"tracking_no": self.tracking_no, "express_company": self.company}
        return entry | ({"contact": {"receiver_contact": self.phone}} if self.phone else {})


@dataclass(frozen=True)
class Upload:
    """All that is on its way for one payment. `at` grows with each upload of the same payment."""

    key: PaymentKey
    openid: str = field(repr=False)
    logistics_type: int
    parcels: Sequence[Sent]
    at: datetime
    is_split: bool = False
    is_all: bool = True

    def as_body(self) -> dict[str, object]:
        mode: dict[str, object] = {"delivery_mode": UNIFIED}
        if self.is_split:
            mode = {"delivery_mode": SPLIT, "is_all_delivered": self.is_all}
        return mode | {
            "order_key": self.key.as_key(),
            "logistics_type": self.logistics_type,
            "shipping_list": [parcel.as_entry() for parcel in self.parcels],
            "upload_time": self.at.astimezone(_BEIJING).isoformat(timespec="milliseconds"),
            "payer": {"openid": self.openid},
        }


@dataclass(frozen=True)
class Known:
    """What WeChat knows of a payment: its state, and the parcels as (company, number)."""

    state: int
    logistics_type: int = 0
    is_finished: bool = False
    numbers: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class Page:
    """One page of payments: `states` by transaction id; the next one begins after `last_index`, "" for the last."""

    states: dict[str, int]
    last_index: str


def upload_shipping(client: WeChatMini, upload: Upload, *, token: str) -> None:
    """Say what was shipped for a payment.

    Raises `Rejected` with code 10060001 (no such payment, often because it was only just paid), 10060002 (it is over),
    10060003 (it was corrected once already), 10060023 (nothing new), 10060012 and 10060019 (try again), or what is
    wrong with the upload; and as `WeChatMini.phone_number`.
    """
    client.post(f"{_BASE}/upload_shipping_info", upload.as_body(), token=token)


def ask_order(client: WeChatMini, key: PaymentKey, *, token: str) -> Known:
    """What WeChat knows of a payment. Raises `Rejected` with code 10060001 (no such payment), and as above."""
    order = client.post(f"{_BASE}/get_order", key.as_question(), token=token).get("order")
    if not isinstance(order, dict) or not isinstance(order.get("order_state"), int):
        raise Unknown("The answer holds no order.")
    shipping = order.get("shipping") or {}
    rows = shipping.get("shipping_list") or [] if isinstance(shipping, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Unknown("The answer holds no parcels.")
    return Known(
        order["order_state"],
        _number(shipping, "logistics_type"),
        bool(shipping.get("finish_shipping")),
        frozenset((str(row.get("express_company", "")), str(row.get("tracking_no", ""))) for row in rows),
    )


def list_orders(
    client: WeChatMini, *, state: int, begin: datetime, end: datetime, last_index: str, token: str
) -> Page:
    """A page of the payments in this state that were made between `begin` and `end`. Raises as above."""
    body: dict[str, object] = {
        "pay_time_range": {"begin_time": int(begin.timestamp()), "end_time": int(end.timestamp())},
        "order_state": state,
        "page_size": PAGE_SIZE,
    }
    answer = client.post(
        f"{_BASE}/get_order_list", body | ({"last_index": last_index} if last_index else {}), token=token
    )
    rows = answer.get("order_list", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Unknown("The answer holds no orders.")
    states = {str(row.get("transaction_id", "")): _number(row, "order_state") for row in rows}
    return Page(states, str(answer.get("last_index", "")) if answer.get("has_more") else "")


def remind_to_confirm(client: WeChatMini, key: PaymentKey, *, received_at: datetime, token: str) -> None:
    """Have WeChat ask the buyer to confirm the receipt, once for each payment.

    Raises `Rejected` with code 10060030 (done already), 10060028 (not shipped), and as above.
    """
    body = key.as_question() | {"received_time": int(received_at.timestamp())}
    client.post(f"{_BASE}/notify_confirm_receive", body, token=token)


def ask_managed(client: WeChatMini, *, appid: str, token: str) -> bool:
    """Whether WeChat keeps the money of this mini-program until it is told. Raises as above."""
    managed = client.post(f"{_BASE}/is_trade_managed", {"appid": appid}, token=token).get("is_trade_managed")
    if not isinstance(managed, bool):
        raise Unknown("The answer does not say it.")
    return managed


def list_companies(client: WeChatMini, *, token: str) -> dict[str, str]:
    """The couriers that WeChat knows: id → name. Raises as above."""
    target = "/cgi-bin/express/delivery/open_msg/get_delivery_list"
    rows = client.post(target, {}, token=token).get("delivery_list")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Unknown("The answer holds no couriers.")
    return {str(row.get("delivery_id", "")): str(row.get("delivery_name", "")) for row in rows}


def _number(fields: dict[str, Any], name: str) -> int:
    value = fields.get(name)
    return value if isinstance(value, int) else 0
