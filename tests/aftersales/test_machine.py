"""Any sequence of what people do to orders and their after-sales: some is refused, and the books always balance."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import F
from hypothesis import HealthCheck, Phase, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test

from aftersales.choices import About, Kind
from aftersales.models import Aftersale
from aftersales.services.answering import agree_refund, agree_return, refuse_aftersale, reopen_aftersale
from aftersales.services.applying import Claim, open_aftersale, withdraw_aftersale
from aftersales.services.disputing import open_dispute, withdraw_dispute
from aftersales.services.refused import open_for_refused
from aftersales.services.returns import renumber, send_back, turn_away
from aftersales.services.settling import refund_difference, refund_return, resend, take_in, take_in_and_refund
from aftersales.services.verdicts import decide_for_buyer, decide_for_shop
from aftersales.terms.services.terms import change_terms
from orders.models import Order
from orders.payments.gateway import Closed
from orders.shipping.exchanges.sending import Carriage
from orders.shipping.models import Direction, Parcel
from orders.shipping.returns.landing import land_return
from shop.actor import GATEWAY, Actor
from shop.events.delivery import drain
from tests import cast
from tests.aftersales.cases import OWNER, reason
from tests.orders.test_machine import BOOLEAN, PIECES, WHICH, Shop, _choose, _pick

EXAMPLES, STEPS = 20, 45
AMOUNTS = st.one_of(st.none(), st.integers(-1, 15_00))
STAFF = st.sampled_from(["owner", "owner", "manager", "support", "warehouse", "order_clerk"])


class ShopWithAftersales(Shop):
    """The shop of all orders, whose buyers ask things back."""

    # These are tried by the machine of orders alone, so that enough is asked back here.
    change_price = change_address = change_goods = waive = count_stock = None
    check_transfer = urge_or_extend = gateway_closes = open_attempt = choose_payment = None

    @initialize(answer=st.sampled_from(["nothing", "agree"]), tries=st.integers(0, 2))
    def open_counter(self, answer: str, tries: int) -> None:
        change_terms({"answer_overdue": answer, "tries_after_refusal": tries}, actor=OWNER)

    @rule(which=WHICH)
    def deliver(self, which: int) -> None:
        """Something is with a buyer, as most orders of a shop are."""
        basket = {self.skus[0].pk: 1 + which % 2}
        self.attempt(cast.shipped_order, customer=self.customer, basket=basket)

    @rule(
        which=WHICH,
        kind=st.sampled_from(Kind),
        first=PIECES,
        second=PIECES,
        amount=AMOUNTS,
        by_staff=BOOLEAN,
        other=BOOLEAN,
    )
    def ask(
        self, which: int, kind: Kind, first: int, second: int, amount: int | None, by_staff: bool, other: bool
    ) -> None:
        def act(order: Order) -> None:
            pieces = _choose(order, first, second)
            skus = dict.fromkeys(pieces, self.skus[1].pk) if other else {}
            claim = Claim(kind, pieces, reason().pk, amount_fen=amount, skus=skus)
            open_aftersale(order.pk, claim, actor=cast.clerk("support") if by_staff else cast.buyer(order))
            event(f"asked for {kind}")

        self.on_order(which, act)

    @rule(which=WHICH, role=STAFF, amount=AMOUNTS, goods_first=BOOLEAN)
    def agree(self, which: int, role: str, amount: int | None, goods_first: bool) -> None:
        verb = agree_return if goods_first else agree_refund
        self.on_case(which, verb, amount_fen=amount, actor=cast.clerk(role))

    @rule(which=WHICH, role=STAFF)
    def refuse(self, which: int, role: str) -> None:
        self.on_case(which, refuse_aftersale, reason="不符合", actor=cast.clerk(role))

    @rule(which=WHICH)
    def reopen(self, which: int) -> None:
        self.on_case(which, reopen_aftersale, reason="再看", actor=cast.clerk("manager"))

    @rule(which=WHICH)
    def withdraw(self, which: int) -> None:
        self.on_case(which, withdraw_aftersale)

    @rule(which=WHICH, again=BOOLEAN)
    def send_goods_back(self, which: int, again: bool) -> None:
        parcel = {"courier": "YTO", "tracking_no": f"YT{next(self.numbers):013d}"}
        self.on_case(which, renumber if again else send_back, **parcel)

    @rule(which=WHICH)
    def arrive(self, which: int) -> None:
        parcels = Parcel.objects.filter(direction=Direction.BACK).order_by("-pk")
        if parcel := _pick(parcels, which):
            number = (parcel.courier, parcel.tracking_no)
            self.attempt(land_return, parcel.pk, number=number, actor=GATEWAY)

    @rule(which=WHICH, less=st.integers(0, 1), scrapped=PIECES, amount=AMOUNTS)
    def receive_back(self, which: int, less: int, scrapped: int, amount: int | None) -> None:
        def act(aftersale: Aftersale) -> None:
            pieces = dict(aftersale.lines.values_list("order_line_id", "pieces"))
            scrap = {pk: min(scrapped, n) for pk, n in pieces.items()}
            restock = {pk: max(n - scrap[pk] - less, 0) for pk, n in pieces.items()}
            both: dict[str, Any] = {"restock": restock, "scrap": scrap, "actor": cast.clerk("owner")}
            if amount is None:
                take_in(aftersale.pk, **both)
            else:
                take_in_and_refund(aftersale.pk, amount_fen=amount, **both)
            event("taken in")

        self.on_picked(which, act)

    @rule(which=WHICH)
    def turn_box_away(self, which: int) -> None:
        self.on_case(which, turn_away, reason="空箱", actor=cast.clerk("warehouse"))

    @rule(which=WHICH, amount=AMOUNTS)
    def refund(self, which: int, amount: int | None) -> None:
        self.on_case(which, refund_return, amount_fen=amount, actor=cast.clerk("manager"))

    @rule(which=WHICH, amount=st.integers(-1, 9_00))
    def refund_rest(self, which: int, amount: int) -> None:
        self.on_case(which, refund_difference, amount_fen=amount, actor=cast.clerk("manager"))

    @rule(which=WHICH)
    def send_exchange(self, which: int) -> None:
        carriage = Carriage("YTO", f"YT{next(self.numbers):013d}")
        self.on_case(which, resend, carriage=carriage, actor=cast.clerk("warehouse"))

    @rule(which=WHICH, by_staff=BOOLEAN)
    def dispute(self, which: int, by_staff: bool) -> None:
        actor = {"actor": cast.clerk("support")} if by_staff else {}
        self.on_case(which, open_dispute, about=About.OTHER, **actor)

    @rule(which=WHICH)
    def withdraw_dispute(self, which: int) -> None:
        self.on_case(which, withdraw_dispute)

    @rule(which=WHICH, amount=AMOUNTS, for_buyer=BOOLEAN)
    def decide(self, which: int, amount: int | None, for_buyer: bool) -> None:
        boss = cast.clerk("manager")
        if for_buyer:
            self.on_case(which, decide_for_buyer, words="支持", amount_fen=amount, actor=boss)
        else:
            self.on_case(which, decide_for_shop, words="不支持", actor=boss)

    @rule(which=WHICH)
    def take_refused(self, which: int) -> None:
        def act(order: Order) -> None:
            parcel = Parcel.objects.filter(lines__order_line__order=order).latest("pk")
            open_for_refused(order.pk, parcel.pk, reason().pk, actor=cast.clerk("owner"))

        self.on_order(which, lambda order: act(order) if order.pieces_out else None)

    @rule()
    def hear(self) -> None:
        """What happened is delivered to whoever listens."""
        drain()

    @invariant()
    def nobody_gets_back_more_than_was_paid(self) -> None:
        assert not Order.objects.filter(refunded_fen__gt=F("paid_fen")).exists()

    def on_picked(self, which: int, act: Callable[[Aftersale], object]) -> None:
        rows = Aftersale.objects.select_related("order__customer").order_by("-pk")
        if aftersale := _pick(rows, which):
            self.attempt(act, aftersale)

    def on_case(self, which: int, verb: Callable[..., Aftersale], **said: Any) -> None:
        """By its buyer unless another actor is named."""

        def act(aftersale: Aftersale) -> None:
            actor: Actor = said.pop("actor", None) or cast.buyer(aftersale.order)
            state = verb(aftersale.pk, actor=actor, **said).state
            event(f"{verb.__name__}: {state}")

        self.on_picked(which, act)


@pytest.mark.django_db
def test_whatever_is_asked_back_the_books_balance(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orders.payments.services.closing.query_and_close", lambda _attempt: Closed())
    run_state_machine_as_test(
        ShopWithAftersales,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate],
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
