"""What the shop wants of every gateway. One more is one more file beside this one, and a row in `known.py`."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from django.utils.translation import gettext_lazy as _

from orders.payments.gateways.facts import OtherMerchant
from orders.payments.models import Channel, PayAttempt, Refund
from shop.actor import Actor
from shop.clients.payment_facts import Refund as GatewayRefund
from shop.clients.payment_facts import Transaction
from shop.errors import Refused
from shop.store.choices import PayMethod
from shop.store.credentials import Account, Credentials, Sets


class Client(Protocol):
    """A line to one merchant's gateway. Every failure is a ClientError."""

    @property
    def mchid(self) -> str: ...
    def query(self, number: str) -> Transaction | None: ...
    def query_trade(self, trade_no: str) -> Transaction | None: ...
    def close(self, number: str) -> None: ...
    def test_connection(self) -> None: ...


@dataclass(frozen=True)
class Announced:
    """What a gateway is told of an attempt; the same again gives the same payment.

    `payer_ip`: of the browser that is led to the gateway, where one is.
    """

    number: str
    amount_fen: int
    description: str
    expires_at: datetime
    notify_url: str
    payer_ip: str = ""

    @property
    def facts(self) -> dict[str, Any]:
        """What every gateway is told."""
        return {name: value for name, value in vars(self).items() if name != "payer_ip"}


Made = TypeVar("Made", bound=Credentials)
Line = TypeVar("Line", bound=Client)


class Gateway(ABC, Generic[Made, Line]):
    """How one method of paying is asked for.

    `is_made_by_opening`: its payments are made when somebody opens the code, and it knows of none before.
    `used_codes`: by these it refuses a number under which it made something before, though the shop did not hear of it.
    `channel`: how buyers pay by it in the shop. `actor` acts on its behalf.
    """

    method: PayMethod
    channel: Channel
    actor: Actor
    sets: Sets[Made]
    pay_notice_path: str
    used_codes: frozenset[str]
    is_made_by_opening: bool

    @abstractmethod
    def open(self, made: Made) -> Line:
        """A client with these credentials. Raises BadCredentials."""

    @abstractmethod
    def announce(self, client: Line, attempt: PayAttempt, told: Announced) -> str:
        """What the gateway makes of an attempt, by its channel: an id, or what a code says. Raises ClientError."""

    @abstractmethod
    def hand_out(self, client: Line, attempt: PayAttempt, told: Announced) -> dict[str, str]:
        """What the buyer's phone needs to pay an attempt that was announced."""

    @abstractmethod
    def lead(self, attempt: PayAttempt, told: Announced, back_url: str) -> str:
        """Where a phone's browser is led to pay an attempt that was announced, and from there to `back_url`.

        Nothing is asked. Raises OtherMerchant, Refused `…_not_set_up`.
        """

    @abstractmethod
    def refund(self, client: Line, refund: Refund) -> GatewayRefund:
        """Send a refund, under its own number. Raises ClientError."""

    @abstractmethod
    def query_refund(self, client: Line, refund: Refund) -> GatewayRefund | None:
        """What the gateway knows of a refund, None if nothing. Raises ClientError."""

    def find_account(self) -> Account | None:
        """The present credentials, proved or not."""
        return self.sets.find_account()

    def open_by(self, fits: Callable[[Made], bool]) -> Line:
        """A client with the newest credentials that fit. Raises OtherMerchant, Refused `…_not_set_up`."""
        for made in self.sets.list_all():
            if fits(made):
                return self.open(made)
        raise OtherMerchant("The shop has no credentials of this payment's merchant.")

    def list_clients(self) -> list[Line]:
        """A client for each merchant number and app the shop has or had. Raises Refused `…_not_set_up`."""
        by_account = {(made.mchid, made.appid): made for made in reversed(self.sets.list_all())}
        return [self.open(made) for made in reversed(by_account.values())]

    def refuse_untested(self) -> Refused:
        """That nobody can pay by it yet, for buyers."""
        message = _("The shop is setting up %(gateway)s. Please try again later.")
        return Refused(self.sets.missing[0], message % {"gateway": self.method.label})


AnyGateway = Gateway[Any, Any]
