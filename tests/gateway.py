"""The strict pretend WeChat Pay and Alipay as the verbs' tests see them."""

from dataclasses import dataclass
from typing import Any, ClassVar

from orders.models import Order
from orders.payments.models import PayAttempt
from orders.payments.services.attempts import start_payment
from shop import clock
from shop.clients.circuit import forget_circuits
from shop.demo.standins import AlipayCredentials, StandInCredentials, StandInServer
from shop.demo.standins.control import COMMANDS
from shop.demo.standins.faults import Fault
from shop.demo.standins.ledger import DEFAULT_BEHAVIOUR
from shop.demo.standins.wechat.trades import pay_trade
from shop.store.choices import PayMethod
from shop.store.models import AlipayAccount, StoreSettings, WeChatAccount
from tests import cast


def lend_alipay_credentials(made: AlipayCredentials) -> None:
    """The same of Alipay, which is switched on with them."""
    values = made.as_account() | {"tested_at": clock.now()}
    AlipayAccount.objects.update_or_create(pk=1, defaults=values)
    StoreSettings.objects.update(alipay_on=True)


def lend_credentials(made: StandInCredentials) -> None:
    """Give the shop the keys that the gateway with these credentials knows."""
    names = ("appid", "mchid", "merchant_serial", "merchant_private_key", "api_v3_key")
    platform = ("platform_key_id", "platform_public_key")
    values = {name: getattr(made, name) for name in names + platform}
    WeChatAccount.objects.update_or_create(
        pk=1, defaults=values | {"mini_secret": made.secret, "tested_at": clock.now()}
    )


@dataclass
class Gateway:
    """A stand-in server in a thread; notices are sent only when a test says so."""

    server: StandInServer
    method: ClassVar[PayMethod] = PayMethod.WECHAT
    paths: ClassVar[dict[str, str]] = {
        "create": "/v3/pay/transactions/jsapi",
        "query": "/v3/pay/transactions/out-trade-no/",
        "refund": "/v3/refund/domestic/refunds",
        "query_refund": "/v3/refund/domestic/refunds/",
        "": "/v3/",
    }

    @property
    def url(self) -> str:
        return self.server.base_url

    def reset(self) -> None:
        self.recover()
        self.server.world.ledger.set_behaviour(
            DEFAULT_BEHAVIOUR | {"send_notices": False, "refund_interval_seconds": 0}
        )

    def lend_credentials(self) -> None:
        """Give the shop the keys this gateway knows."""
        lend_credentials(self.server.world.credentials)

    def do(self, command: str, **body: Any) -> dict[str, Any]:
        """One of the stand-in's `/_demo/` commands."""
        return COMMANDS[f"/_demo/{command}"](self.server.world, body)

    def behave(self, **changes: Any) -> None:
        self.do("behaviour", **changes)

    def fail(self, kind: str, path: str = "/v3/", *, times: int = 1, seconds: float = 0) -> None:
        """Order trouble for the next calls; a timeout of 0 seconds is a connection that breaks off."""
        self.server.world.faults.add(Fault(path, kind, times, seconds))

    def fail_at(self, step: str, kind: str, *, times: int = 1, seconds: float = 0) -> None:
        """As `fail`, at one kind of call, whichever gateway it is; "" is every call."""
        self.fail(kind, self.paths[step], times=times, seconds=seconds)

    def place(self, **kwargs: Any) -> Order:
        """An order that is to be paid by this gateway."""
        return cast.place(pay_method=self.method, **kwargs)

    def recover(self) -> None:
        self.server.world.faults.clear()
        forget_circuits()

    def open(self, order: Order) -> PayAttempt:
        """The buyer presses "pay": an attempt that the gateway knows."""
        self.do("login-codes", openid=order.customer.openid)
        start_payment(order.pk, actor=cast.buyer(order))
        return order.attempts.order_by("-pk")[0]

    def take_money(self, order: Order) -> PayAttempt:
        """The buyer pays on the phone; nobody tells the shop."""
        self.do("login-codes", openid=order.customer.openid)
        parameters = start_payment(order.pk, actor=cast.buyer(order))
        self.do("pay", **parameters, openid=order.customer.openid)
        return order.attempts.order_by("-pk")[0]

    def trade(self, number: str) -> dict[str, Any] | None:
        rows = self.server.world.ledger.find_all("SELECT * FROM trades WHERE number = ?", number)
        return rows[0] if rows else None

    def refunds(self, order: Order) -> list[dict[str, Any]]:
        query = "SELECT * FROM refunds WHERE number LIKE ? ORDER BY number"
        return self.server.world.ledger.find_all(query, f"{order.number}R-%")

    def calls(self, number: str) -> dict[str, int]:
        rows = self.server.world.ledger.find_all("SELECT * FROM calls WHERE number = ?", number)
        return {row["what"]: row["times"] for row in rows}

    def confirm_for(self, order: Order, attempt: PayAttempt) -> str:
        """The buyer confirms a payment that was opened; raises Problem as the phone would show."""
        return self.confirm(f"prepay_id={attempt.prepay_id}", order.customer.openid)

    def confirm(self, package: str, openid: str) -> str:
        """The buyer confirms on the phone; returns the number, or raises Problem as the phone would show."""
        return pay_trade(self.server.world, package.removeprefix("prepay_id="), openid)


class AlipayGateway(Gateway):
    """The same of Alipay, whose payments are made when somebody opens their code."""

    method = PayMethod.ALIPAY
    paths: ClassVar[dict[str, str]] = {
        "create": "/gateway.do/alipay.trade.precreate",
        "query": "/gateway.do/alipay.trade.query",
        "close": "/gateway.do/alipay.trade.close",
        "refund": "/gateway.do/alipay.trade.refund",
        "query_refund": "/gateway.do/alipay.trade.fastpay.refund.query",
        "": "/gateway.do",
    }

    def lend_credentials(self) -> None:
        lend_alipay_credentials(self.server.world.alipay)

    def hand_out(self, order: Order) -> dict[str, str]:
        """The buyer presses "pay": a code and a link that nobody has opened yet."""
        return start_payment(order.pk, actor=cast.buyer(order))

    def open(self, order: Order) -> PayAttempt:
        """The buyer opens the link, so that Alipay knows of the payment."""
        self.do("alipay-open", url=self.hand_out(order)["link"])
        return order.attempts.order_by("-pk")[0]

    def take_money(self, order: Order) -> PayAttempt:
        self.do("alipay-pay", url=self.hand_out(order)["qr_code"])
        return order.attempts.order_by("-pk")[0]

    def confirm_for(self, order: Order, attempt: PayAttempt) -> str:
        return self.pay(attempt.code_url)

    def pay(self, url: str) -> str:
        """Somebody opens a code or link and confirms; raises Problem as the app would show."""
        return str(self.do("alipay-pay", url=url)["number"])

    def trade(self, number: str) -> dict[str, Any] | None:
        rows = self.server.world.ledger.find_all("SELECT * FROM alipay_trades WHERE number = ?", number)
        return rows[0] if rows else None

    def refunds(self, order: Order) -> list[dict[str, Any]]:
        query = "SELECT * FROM alipay_refunds WHERE number LIKE ? ORDER BY number"
        return self.server.world.ledger.find_all(query, f"{order.number}R-%")
