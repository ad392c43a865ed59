"""Any sequence of verbs by anybody, in any quantities: some are refused, and the books always balance."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from orders.models import Order
from orders.payments.changes.addressing import change_address
from orders.payments.changes.cancelling import cancel_lines, cancel_paid, cancel_unpaid
from orders.payments.changes.difference import Difference
from orders.payments.changes.partial import PartRefund, refund_part
from orders.payments.changes.pricing import change_price, choose_payment
from orders.payments.changes.swapping import Swap, change_lines
from orders.payments.changes.waiving import waive_owed
from orders.payments.gateway import Closed, PaymentEvidence
from orders.payments.models import AttemptState, PayAttempt, Refund
from orders.payments.services.attempts import open_attempt
from orders.payments.services.balance import pay_by_balance
from orders.payments.services.collecting import collect_payment
from orders.payments.services.evidence import apply_payment_evidence
from orders.payments.services.payouts import pay_out_refund
from orders.payments.services.refund_evidence import apply_refund_evidence
from orders.payments.services.refund_sending import retry_refund
from orders.payments.services.transfers import record_transfer, reject_proof, send_proof
from orders.services.steps import (
    confirm_order,
    extend_receipt,
    hold_order,
    prepare_order,
    receive_order,
    release_order,
    urge_order,
)
from orders.shipping.models import Parcel
from orders.shipping.services.returning import close_returned
from orders.shipping.services.ship import NewParcel, arrive_parcel, ship_order, undo_ship
from orders.shipping.services.turning import turn_back, undo_turn_back
from orders.stages import Stage
from shop import clock
from shop.actor import GATEWAY, SYSTEM, Actor
from shop.catalog.models import Sku
from shop.catalog.stock.changes import correct_stock
from shop.customers.balance import change_balance
from shop.errors import Refused
from shop.events.delivery import drain
from shop.events.sweeping import sweep
from shop.files.models import Picture
from shop.store.choices import PayMethod, ReserveOn
from tests import cast
from tests.conftest import find_broken_books

EXAMPLES, STEPS = 25, 40
WHICH = st.integers(min_value=0, max_value=9)
PIECES = st.integers(min_value=0, max_value=3)
BOOLEAN = st.booleans()
ROLES = st.sampled_from(["owner", "owner", "owner", "order_clerk", "warehouse", "support", "finance"])
DIFFERENCES = st.sampled_from(Difference)
EVIDENCE = st.sampled_from(["SUCCESS", "SUCCESS", "PROCESSING", "ABNORMAL"])


class Shop(RuleBasedStateMachine):
    """A few orders over two scarce articles; gateways are played by evidence alone."""

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.numbers = iter(range(1, 10_000))

    def teardown(self) -> None:
        drain()
        broken = find_broken_books()
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)
        assert broken == []

    @initialize(confirm=BOOLEAN, prepare=BOOLEAN, on_paying=BOOLEAN)
    def open(self, confirm: bool, prepare: bool, on_paying: bool) -> None:
        cast.open_shop(
            confirm_step_on=confirm,
            prepare_step_on=prepare,
            reserve_on=ReserveOn.PAYING if on_paying else ReserveOn.PLACING,
            balance_on=True,
            transfer_on=True,
            transfer_bank="x",
            transfer_name="x",
            transfer_number="x",
        )
        rules = cast.set_freight(10_00).rules
        rules.update(position=1)
        rules.create(position=0, regions=["540000"], first_fen=18_00)
        self.skus = [cast.make_sku(price_fen=price, on_hand=6) for price in (3_33, 0)]
        self.customer = cast.make_customer()
        both = {sku.pk: 2 for sku in self.skus}
        self.attempt(cast.place, self.customer, basket=both, pay_method=PayMethod.COD)
        self.attempt(cast.paid_order, customer=self.customer, basket=both)
        self.attempt(cast.place, self.customer, basket={self.skus[0].pk: 3})

    @rule(which=WHICH, pieces=st.integers(1, 3))
    def go_on(self, which: int, pieces: int) -> None:
        """The next step of an ordinary life."""
        ordinary: dict[str, Callable[[Order], object]] = {
            Stage.UNPAID: cast.pay,
            Stage.TO_CONFIRM: lambda order: confirm_order(order.pk, actor=cast.clerk("order_clerk")),
            Stage.CONFIRMED: lambda order: prepare_order(order.pk, actor=cast.clerk("order_clerk")),
            Stage.PREPARING: lambda order: self.ship_some(order, pieces),
            Stage.SHIPPED: lambda order: receive_order(order.pk, actor=cast.buyer(order)),
        }
        self.on_order(which, lambda order: ordinary.get(order.stage, lambda _order: None)(order))

    def ship_some(self, order: Order, pieces: int) -> None:
        line = next((line for line in order.lines.order_by("pk") if line.to_send), None)
        chosen = {line.pk: min(pieces, line.to_send)} if line else {}
        parcel = NewParcel("SF", f"SF{next(self.numbers):012d}", chosen)
        ship_order(order.pk, parcels=[parcel], actor=cast.clerk("warehouse"))

    @rule(first=PIECES, second=PIECES, cod=BOOLEAN)
    def place(self, first: int, second: int, cod: bool) -> None:
        basket = {sku.pk: n for sku, n in zip(self.skus, (first, second), strict=True) if n}
        self.attempt(
            cast.place, self.customer, basket=basket or {self.skus[0].pk: 1}, pay_method=_method(cod)
        )

    @rule(which=WHICH)
    def open_attempt(self, which: int) -> None:
        self.on_order(which, lambda order: open_attempt(order.pk, actor=cast.buyer(order)))

    @rule(which=WHICH, again=BOOLEAN)
    def hear_of_payment(self, which: int, again: bool) -> None:
        """For any attempt, in any state, in any order; the same trade number again, or another."""
        if attempt := _pick(PayAttempt.objects.order_by("-pk"), which):
            trade_no = f"42{attempt.pk}" if again else f"43{next(self.numbers)}"
            fact = PaymentEvidence(attempt.number, trade_no, attempt.amount_fen, clock.now())
            self.attempt(apply_payment_evidence, fact)

    @rule(which=WHICH)
    def gateway_closes(self, which: int) -> None:
        if attempt := _pick(PayAttempt.objects.filter(state=AttemptState.OPEN).order_by("-pk"), which):
            PayAttempt.objects.filter(pk=attempt.pk).update(state=AttemptState.CLOSED)

    @rule(which=WHICH, method=st.sampled_from(PayMethod))
    def choose_payment(self, which: int, method: PayMethod) -> None:
        self.on_order(which, lambda order: choose_payment(order.pk, method=method, actor=cast.buyer(order)))

    @rule(which=WHICH, fen=st.integers(-5_00, 20_00))
    def pay_by_balance(self, which: int, fen: int) -> None:
        """With a balance of that much more."""

        def act(order: Order) -> None:
            choose_payment(order.pk, method=PayMethod.BALANCE, actor=cast.buyer(order))
            change_balance(order.customer_id, delta_fen=fen, reason="x", actor=cast.clerk("finance"))
            pay_by_balance(order.pk, actor=cast.buyer(order))

        self.on_order(which, act)

    @rule(which=WHICH, records=BOOLEAN, off_by=st.sampled_from([0, 0, 0, 1]))
    def check_transfer(self, which: int, records: bool, off_by: int) -> None:
        def act(order: Order) -> None:
            reference, fen = f"t{next(self.numbers)}", order.owed_fen + off_by
            if records:
                record_transfer(order.pk, amount_fen=fen, reference=reference, actor=cast.clerk("finance"))
            else:
                reject_proof(order.pk, reason="x", actor=cast.clerk("finance"))

        self.on_order(which, lambda order: self.send_proof(order))
        self.on_order(which, act)

    def send_proof(self, order: Order) -> None:
        choose_payment(order.pk, method=PayMethod.TRANSFER, actor=cast.buyer(order))
        picture = Picture.objects.create(
            path=f"p{next(self.numbers)}",
            width=1,
            height=1,
            created_at=clock.now(),
            customer_id=order.customer_id,
        )
        send_proof(order.pk, picture_ids=[picture.pk], actor=cast.buyer(order))

    @rule(which=WHICH, by_buyer=BOOLEAN)
    def urge_or_extend(self, which: int, by_buyer: bool) -> None:
        for verb in (urge_order, extend_receipt):
            self.on_order(
                which,
                lambda order, verb=verb: verb(
                    order.pk, actor=cast.buyer(order) if by_buyer else cast.clerk("order_clerk")
                ),
            )

    @rule(which=WHICH, role=ROLES)
    def collect(self, which: int, role: str) -> None:
        self.on_order(which, lambda order: collect_payment(order.pk, actor=cast.clerk(role)))

    @rule(which=WHICH, goods=st.integers(0, 20_00), freight=st.integers(0, 10_00))
    def change_price(self, which: int, goods: int, freight: int) -> None:
        self.on_order(
            which,
            lambda order: change_price(
                order.pk, goods_fen=goods, freight_fen=freight, reason="x", actor=cast.clerk("order_clerk")
            ),
        )

    @rule(which=WHICH, role=ROLES)
    def step_on(self, which: int, role: str) -> None:
        for verb in (confirm_order, prepare_order):
            self.on_order(which, lambda order, verb=verb: verb(order.pk, actor=cast.clerk(role)))

    @rule(which=WHICH, hold=BOOLEAN)
    def hold_or_release(self, which: int, hold: bool) -> None:
        def act(order: Order) -> None:
            if hold:
                hold_order(order.pk, reason="x", actor=cast.clerk("order_clerk"))
            else:
                release_order(order.pk, actor=cast.clerk("order_clerk"))

        self.on_order(which, act)

    @rule(which=WHICH, role=ROLES, far=BOOLEAN, difference=DIFFERENCES)
    def change_address(self, which: int, role: str, far: bool, difference: Difference) -> None:
        to = replace(cast.HOME, province="西藏自治区", city="拉萨市") if far else cast.HOME
        self.on_order(
            which,
            lambda order: change_address(order.pk, to=to, difference=difference, actor=cast.clerk(role)),
        )

    @rule(
        which=WHICH,
        line=st.integers(0, 2),
        sku=st.integers(0, 2),
        pieces=PIECES,
        new_pieces=PIECES,
        difference=DIFFERENCES,
    )
    def change_goods(
        self, which: int, line: int, sku: int, pieces: int, new_pieces: int, difference: Difference
    ) -> None:
        def act(order: Order) -> None:
            old, new = _pick(order.lines.order_by("pk"), line), _pick(Sku.objects.order_by("pk"), sku)
            swap = Swap(old.pk, pieces, new.pk, new_pieces)
            change_lines(order.pk, swap, difference=difference, actor=cast.clerk("order_clerk"))

        self.on_order(which, act)

    @rule(which=WHICH)
    def waive(self, which: int) -> None:
        self.on_order(which, lambda order: waive_owed(order.pk, reason="x", actor=cast.clerk("order_clerk")))

    @rule(which=WHICH, first=PIECES, second=PIECES, role=ROLES)
    def ship(self, which: int, first: int, second: int, role: str) -> None:
        def act(order: Order) -> None:
            chosen = _choose(order, first, second)
            parcel = NewParcel("SF", f"SF{next(self.numbers):012d}", chosen)
            ship_order(order.pk, parcels=[parcel], actor=cast.clerk(role))

        self.on_order(which, act)

    @rule(which=WHICH, undo=BOOLEAN)
    def undo_or_arrive(self, which: int, undo: bool) -> None:
        if parcel := _pick(Parcel.objects.order_by("-pk"), which):
            self.attempt(undo_ship if undo else arrive_parcel, parcel.pk, actor=cast.clerk("warehouse"))

    @rule(which=WHICH, undo=BOOLEAN)
    def refuse_or_go_on(self, which: int, undo: bool) -> None:
        if parcel := _pick(Parcel.objects.order_by("-pk"), which):
            self.attempt(undo_turn_back if undo else turn_back, parcel.pk, actor=cast.clerk("warehouse"))

    @rule(which=WHICH, scrapped=PIECES)
    def close_refused(self, which: int, scrapped: int) -> None:
        def act(order: Order) -> None:
            chosen = _choose(order, scrapped, 0)
            close_returned(order.pk, scrapped=chosen, reason="x", actor=cast.clerk("order_clerk"))

        self.on_order(which, act)

    @rule(which=WHICH)
    def receive(self, which: int) -> None:
        self.on_order(which, lambda order: receive_order(order.pk, actor=cast.buyer(order)))

    @rule(which=WHICH, by_buyer=BOOLEAN)
    def cancel_whole(self, which: int, by_buyer: bool) -> None:
        def act(order: Order) -> None:
            who: Actor = cast.buyer(order) if by_buyer else cast.clerk("order_clerk")
            if order.paid_fen:
                cancel_paid(order.pk, reason="x", actor=who)
            else:
                cancel_unpaid(order.pk, actor=who)

        self.on_order(which, act)

    @rule(which=WHICH, first=PIECES, second=PIECES)
    def cancel_some(self, which: int, first: int, second: int) -> None:
        self.on_order(
            which,
            lambda order: cancel_lines(
                order.pk,
                quantities=_choose(order, first, second),
                reason="x",
                actor=cast.clerk("order_clerk"),
            ),
        )

    @rule(which=WHICH, fen=st.integers(1, 12_00), what=st.sets(st.integers(0, 2)), role=ROLES)
    def give_money_back(self, which: int, fen: int, what: set[int], role: str) -> None:
        """For the first line, the second, the freight (2), or for nothing in particular."""

        def act(order: Order) -> None:
            ids = list(order.lines.order_by("pk").values_list("pk", flat=True))
            chosen = frozenset(ids[n] for n in what if n < len(ids) and n < 2)
            wanted = PartRefund(fen, "x", chosen, is_for_freight=2 in what)
            refund_part(order.pk, wanted, actor=cast.clerk(role))

        self.on_order(which, act)

    @rule(which=WHICH, status=EVIDENCE)
    def hear_of_refund(self, which: int, status: str) -> None:
        refunds = Refund.objects.exclude(state="to_pay_out").order_by("-pk")
        if refund := _pick(refunds, which):
            self.attempt(apply_refund_evidence, refund.number, status=status, actor=GATEWAY)

    @rule(which=WHICH, role=ROLES)
    def finish_refund_by_hand(self, which: int, role: str) -> None:
        if refund := _pick(Refund.objects.order_by("-pk"), which):
            self.attempt(pay_out_refund, refund.pk, reference="x", actor=cast.clerk(role))
            self.attempt(retry_refund, refund.pk, actor=cast.clerk(role))

    @rule(which=WHICH, on_hand=st.integers(0, 12))
    def count_stock(self, which: int, on_hand: int) -> None:
        sku = self.skus[which % 2]
        self.attempt(correct_stock, sku.pk, on_hand=on_hand, reason="盘点", actor=SYSTEM)

    @rule()
    def time_passes(self) -> None:
        sweep()

    @rule(days=st.integers(1, 20))
    def deadlines_pass(self, days: int) -> None:
        with clock.at(clock.now() + timedelta(days=days)):
            sweep()

    @invariant()
    def stock_is_never_promised_twice(self) -> None:
        assert all(0 <= sku.reserved <= sku.on_hand for sku in Sku.objects.all())

    def on_order(self, which, act) -> None:
        if order := _pick(Order.objects.select_related("customer").order_by("-pk"), which):
            self.attempt(act, order)

    def attempt(self, act, *args, **kwargs) -> None:
        """What is refused has changed nothing; any other error fails the test."""
        with suppress(Refused):
            act(*args, **kwargs)


def _pick(rows, which: int):
    found = list(rows[:10])
    return found[which % len(found)] if found else None


def _method(cod: bool) -> PayMethod:
    return PayMethod.COD if cod else PayMethod.WECHAT


def _choose(order: Order, *pieces: int) -> dict[int, int]:
    ids = order.lines.order_by("pk").values_list("pk", flat=True)
    return {pk: n for pk, n in zip(ids, pieces, strict=False) if n}


@pytest.fixture
def silent_gateway(monkeypatch: pytest.MonkeyPatch) -> None:
    """Closing always works at once; what the gateway says comes as evidence."""
    monkeypatch.setattr("orders.payments.services.closing.query_and_close", lambda _attempt: Closed())


def test_whatever_people_do_the_books_balance(silent_gateway):
    run_state_machine_as_test(
        Shop,
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
