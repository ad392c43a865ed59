"""Alipay: a code that its app scans and a link for the browser of a phone, both outside of the mini-program."""

from contextlib import suppress

from django.conf import settings

from orders.payments.gateways.interface import Announced, Gateway
from orders.payments.models import Channel, PayAttempt, Refund
from shop.actor import Actor, ActorKind
from shop.clients.alipay import Alipay, AlipayNotice, Credentials
from shop.clients.errors import BadCredentials, BadSignature
from shop.clients.payment_facts import Refund as GatewayRefund
from shop.store.choices import PayMethod
from shop.store.credentials import ALIPAY_SETS


class AlipayGateway(Gateway[Credentials, Alipay]):
    method = PayMethod.ALIPAY
    channel = Channel.CODE
    actor = Actor(ActorKind.GATEWAY, name="alipay")
    sets = ALIPAY_SETS
    pay_notice_path = "/hooks/alipay/payments"
    used_codes = frozenset({"ACQ.TRADE_HAS_SUCCESS", "ACQ.TRADE_HAS_CLOSE", "ACQ.CONTEXT_INCONSISTENT"})
    is_made_by_opening = True

    def open(self, made: Credentials) -> Alipay:
        return Alipay(made, base_url=settings.ALIPAY_URL)

    def announce(self, client: Alipay, attempt: PayAttempt, told: Announced) -> str:
        return client.create_code(**told.facts)

    def hand_out(self, client: Alipay, attempt: PayAttempt, told: Announced) -> dict[str, str]:
        return {"qr_code": attempt.code_url, "link": client.make_link(**told.facts)}

    def lead(self, attempt: PayAttempt, told: Announced, back_url: str) -> str:
        own = (attempt.mchid, attempt.appid)
        client = self.open_by(lambda made: (made.mchid, made.appid) == own)
        return client.make_link(return_url=back_url, **told.facts)

    def refund(self, client: Alipay, refund: Refund) -> GatewayRefund:
        return client.refund(
            trade_no=refund.payment.trade_no, refund_number=refund.number, refund_fen=refund.amount_fen
        )

    def query_refund(self, client: Alipay, refund: Refund) -> GatewayRefund | None:
        return client.query_refund(trade_no=refund.payment.trade_no, refund_number=refund.number)


ALIPAY = AlipayGateway()


def read_alipay_notice(body: bytes) -> tuple[AlipayNotice, Alipay]:
    """A notice read with the set of credentials that it was made for, and a client with that set.

    Raises as the client does with the shop's present credentials when none fits; Refused `alipay_not_set_up`.
    """
    sets = ALIPAY_SETS.list_all()
    for made in sets:
        with suppress(BadSignature, BadCredentials):
            client = ALIPAY.open(made)
            return client.read_notice(body), client
    client = ALIPAY.open(sets[0])
    return client.read_notice(body), client
