"""Money of the past: what the gateway's callbacks said, with the gateway's own memory to match, and what people did."""

from datetime import timedelta

from django.db.models import F

from orders.models import Order
from orders.payments.changes.pricing import change_price
from orders.payments.changes.swapping import Swap, change_lines
from orders.payments.gateway import PaymentEvidence
from orders.payments.gateways.known import gateway_of
from orders.payments.models import AttemptState, PayAttempt, RefundState
from orders.payments.services.attempts import open_attempt
from orders.payments.services.closing import mark_closed
from orders.payments.services.evidence import apply_payment_evidence
from orders.payments.services.payouts import pay_out_refund
from orders.payments.services.refund_evidence import apply_refund_evidence
from orders.payments.services.transfers import record_transfer, send_proof
from seeding.outside.gateways import enter_payment, enter_refund
from seeding.world import Scene
from shop import clock
from shop.actor import GATEWAY
from shop.catalog.models import Sku
from shop.customers.balance import change_balance
from shop.customers.services import customer_actor
from shop.demo.drawing.slips import draw_slip
from shop.files.services import store_picture

REFUND_TAKES = timedelta(seconds=40)
HUNDRED = 100_00
PLENTY = 20


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
    trade_no = enter_payment(scene.world.ledger, attempt, paid_at=clock.now())
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
        gateway_id = enter_refund(scene.world.ledger, refund, attempt, finished_at=finished_at)
        actor = gateway_of(attempt.method).actor
        with clock.at(finished_at):
            apply_refund_evidence(refund.number, status="SUCCESS", gateway_id=gateway_id, actor=actor)


def fail_refunds(scene: Scene) -> None:
    """The gateway cannot give the money back: the card is gone."""
    order = Order.objects.get(pk=scene.order_id)
    for refund in order.refunds.filter(state=RefundState.COMMITTED).order_by("id"):
        apply_refund_evidence(refund.number, status="ABNORMAL", actor=GATEWAY)


def pay_out(scene: Scene) -> None:
    """Finance gives back by hand what did not come by a gateway."""
    order = Order.objects.get(pk=scene.order_id)
    for refund in order.refunds.filter(state=RefundState.TO_PAY_OUT).order_by("id"):
        pay_out_refund(refund.pk, reference=scene.world.make_reference(), actor=scene.staff)


def show_question(scene: Scene) -> None:
    """The buyer uploads a picture of the bank's slip."""
    order = Order.objects.get(pk=scene.order_id)
    slip = store_picture(draw_slip(order.owed_fen, clock.now()), customer_id=order.customer_id)
    send_proof(order.pk, picture_ids=[slip.pk], words="已转账，请查收", actor=customer_actor(scene.customer))


def find_transfer(scene: Scene) -> None:
    order = Order.objects.get(pk=scene.order_id)
    reference = scene.world.make_reference()
    record_transfer(order.pk, amount_fen=order.owed_fen, reference=reference, actor=scene.staff)


def top_up(scene: Scene) -> None:
    """As many full hundreds as the basket will take, freight included, and one more."""
    prices = dict(Sku.objects.values_list("code", "price_fen"))
    goods_fen = sum(prices[code] * pieces for code, pieces in scene.planned.basket)
    amount_fen = (goods_fen // HUNDRED + 2) * HUNDRED
    change_balance(scene.customer.pk, delta_fen=amount_fen, reason="银行转入，充值", actor=scene.staff)


def lower_price(scene: Scene) -> None:
    order = Order.objects.get(pk=scene.order_id)
    goods_fen = order.goods_fen * (100 - scene.step.data["percent_off"]) // 100
    to = {"goods_fen": goods_fen, "freight_fen": order.freight_fen}
    change_price(order.pk, **to, reason=scene.step.data["reason"], actor=scene.staff)


def change_goods(scene: Scene) -> None:
    """One piece becomes something a little dearer, of which there is plenty; the buyer owes the rest."""
    line = Order.objects.get(pk=scene.order_id).lines.order_by("id")[0]
    plenty = Sku.objects.filter(is_on_sale=True, is_presale=False, on_hand__gte=F("reserved") + PLENTY)
    dearer = plenty.filter(price_fen__gt=line.price_fen).order_by("price_fen", "pk")[0]
    change_lines(
        scene.order_id,
        Swap(line.pk, 1, dearer.pk, 1),
        notice=scene.step.data["notice"],
        actor=scene.staff,
    )
