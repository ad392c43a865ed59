"""Money of the past: what the gateway's callbacks said, with the gateway's own memory to match."""

from datetime import timedelta

from orders.models import Order
from orders.payments.gateway import PaymentEvidence
from orders.payments.models import AttemptState, PayAttempt, RefundState
from orders.payments.services.attempts import mark_closed, open_attempt
from orders.payments.services.collecting import collect_payment
from orders.payments.services.evidence import apply_payment_evidence
from orders.payments.services.pricing import change_price, choose_payment
from orders.payments.services.refunds import apply_refund_evidence
from shop import clock
from shop.actor import GATEWAY
from shop.customers.services import customer_actor
from shop.demo.seeding.world import Scene
from shop.demo.standins import import_done_refund, import_paid_trade
from shop.store.choices import PayMethod

REFUND_TAKES = timedelta(seconds=40)


def pay(scene: Scene) -> None:
    _bring_evidence(scene, open_attempt(scene.order_id, actor=customer_actor(scene.customer)))


def give_up_paying(scene: Scene) -> None:
    """The buyer looks at the till and goes; the gateway says that no money can come."""
    mark_closed(open_attempt(scene.order_id, actor=customer_actor(scene.customer)))


def pay_late(scene: Scene) -> None:
    attempt = PayAttempt.objects.get(order_id=scene.order_id, state=AttemptState.CLOSED)
    _bring_evidence(scene, attempt)
    finish_refunds(scene)


def _bring_evidence(scene: Scene, attempt: PayAttempt) -> None:
    trade_no = import_paid_trade(
        scene.world.ledger,
        number=attempt.number,
        amount_fen=attempt.amount_fen,
        openid=attempt.openid,
        paid_at=clock.now(),
    )
    apply_payment_evidence(PaymentEvidence(attempt.number, trade_no, attempt.amount_fen, clock.now()))


def finish_refunds(scene: Scene) -> None:
    """The gateway does at once what was decided: the delivery that would send it then finds it done."""
    order = Order.objects.get(pk=scene.order_id)
    finished_at = min(clock.now() + REFUND_TAKES, scene.world.plan.ends_at)
    waiting = order.refunds.filter(state=RefundState.COMMITTED).select_related("payment__attempt")
    for refund in waiting.order_by("id"):
        attempt = refund.payment.attempt
        if attempt is None:
            raise RuntimeError(f"refund {refund} of money that did not come by the gateway")
        gateway_id = import_done_refund(
            scene.world.ledger,
            number=refund.number,
            trade_number=attempt.number,
            amount_fen=refund.amount_fen,
            finished_at=finished_at,
        )
        with clock.at(finished_at):
            apply_refund_evidence(refund.number, status="SUCCESS", gateway_id=gateway_id, actor=GATEWAY)


def collect(scene: Scene) -> None:
    collect_payment(scene.order_id, actor=scene.staff)


def choose_cash(scene: Scene) -> None:
    choose_payment(scene.order_id, method=PayMethod.COD, actor=customer_actor(scene.customer))


def lower_price(scene: Scene) -> None:
    order = Order.objects.get(pk=scene.order_id)
    goods_fen = order.goods_fen * (100 - scene.step.data["percent_off"]) // 100
    change_price(
        order.pk,
        goods_fen=goods_fen,
        freight_fen=order.freight_fen,
        reason=scene.step.data["reason"],
        actor=scene.staff,
    )
