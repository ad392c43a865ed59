"""A report as WeChat takes it: whose payment, how it goes, and each parcel with its courier as WeChat calls it."""

from datetime import datetime

from orders.payments.models import Payment
from orders.wechat_report.models import ShippingReport
from orders.wechat_report.selectors import find_company
from orders.wechat_report.wanted import Wanted
from shop.clients.wechat_shipping import EXPRESS, MOST_PARCELS, Known, PaymentKey, Sent, Upload
from shop.couriers.known import find_courier

_ASKS_PHONE = ("SF",)
"""Couriers of whose parcels WeChat wants the recipient's phone, masked."""

_WHOLE_PHONE = 11


class NoCompany(Exception):
    """WeChat does not know this courier: its name."""


def make_key(payment: Payment) -> PaymentKey:
    """By which number WeChat knows a payment."""
    if payment.trade_no or payment.attempt is None:
        return PaymentKey(transaction_id=payment.trade_no)
    return PaymentKey(mchid=payment.attempt.mchid, number=payment.attempt.number)


def name_companies(report: ShippingReport) -> Wanted:
    """What is wanted, cut to as many parcels as WeChat takes, each with the courier as it calls it. Raises NoCompany.

    What was told in parts before is told so again.
    """
    wanted: Wanted = report.wanted
    rows = [row | {"company": _name_company(row["courier"])} for row in wanted["parcels"][:MOST_PARCELS]]
    is_split = wanted["type"] == EXPRESS and (
        len(rows) > 1 or not wanted["all"] or report.taken.get("split", False)
    )
    return wanted | {"parcels": rows, "split": is_split}


def _name_company(code: str) -> str:
    company = find_company(code) if code else ""
    if code and not company:
        courier = find_courier(code)
        raise NoCompany(courier.name if courier else code)
    return company


def make_upload(report: ShippingReport, sending: Wanted, at: datetime) -> Upload:
    """The call of one try; `sending` as `name_companies` gives it."""
    payment = report.payment
    openid = payment.attempt.openid if payment.attempt else report.order.customer.openid
    parcels = [
        Sent(row["goods"], row["company"], row["number"], _mask(report, row["courier"]))
        for row in sending["parcels"]
    ]
    return Upload(make_key(payment), openid, sending["type"], parcels, at, sending["split"], sending["all"])


def _mask(report: ShippingReport, courier: str) -> str:
    """The recipient's phone, of which WeChat wants to see the last four digits."""
    phone = report.order.phone
    if courier not in _ASKS_PHONE:
        return ""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= _WHOLE_PHONE else f"****{phone[-4:]}"


def is_known(known: Known, sending: Wanted) -> bool:
    """Whether WeChat knows just what a try without an answer has said."""
    rows = sending.get("parcels", ())
    numbers = frozenset((row["company"], row["number"]) for row in rows)
    return (known.logistics_type, known.is_finished, known.numbers) == (
        sending.get("type"),
        sending.get("all"),
        numbers,
    )
