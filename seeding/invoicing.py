"""Invoices that buyers of the past asked for: most are issued, some wait, one was refused, one has to be corrected."""

from datetime import timedelta

from orders.invoices.models import Holder
from orders.invoices.services.answering import issue_invoice, refuse_invoice
from orders.invoices.services.asking import ask_invoice
from orders.invoices.titles import Title
from orders.models import Order
from orders.payments.changes.partial import PartRefund, refund_part
from orders.stages import Stage
from seeding.world import World
from shop import clock
from shop.actor import Actor
from shop.customers.services import customer_actor
from shop.store.choices import PayMethod
from shop.store.services import change_store_settings

SETTINGS = {"invoices_on": True, "invoice_kinds": "电子普通发票；企业抬头可开数电专票"}
COMPANIES = (
    ("杭州云栖里文化创意有限公司", "91330106MA2H1QWE3K"),
    ("上海拾光者商贸有限公司", "91310115MA1K4RTY7P"),
    ("苏州平江路茶叶商行", "92320508MA1X6UJM2C"),
    ("宁波甬上堂餐饮管理有限公司", "91330203MA2AGHJ81N"),
)
AGO = timedelta(hours=20)
ISSUED, WAITING = 5, 3
OVERPAID_FEN = 5_00


def ask_for_invoices(world: World) -> None:
    """The owner switches it on; finance answers most of what buyers ask for. Small shops have fewer of each."""
    with clock.at(world.plan.ends_at - AGO):
        change_store_settings(SETTINGS, actor=world.staff["owner"])
        paid = Order.objects.filter(paid_fen__gt=0, refunded_fen=0, paid_at__lte=clock.now())
        done = paid.filter(stage=Stage.DONE).select_related("customer")
        by_balance = list(done.filter(pay_method=PayMethod.BALANCE).order_by("-pk")[:1])
        others = done.exclude(pk__in=[order.pk for order in by_balance])
        orders = [*by_balance, *others.order_by("-pk")[: ISSUED + WAITING + 1]]
        asked = [
            ask_invoice(order.pk, _write(n, order), actor=_buyer(order)).pk for n, order in enumerate(orders)
        ]
    with clock.at(world.plan.ends_at - AGO / 2):
        answered = asked[: max(len(asked) - WAITING, 0)]
        for n, invoice_id in enumerate(answered[:-1]):
            number = f"2633200000{world.plan.ends_at:%m%d%H%M}{n:02d}"
            issue_invoice(invoice_id, number=number, note="发票已发邮箱", actor=world.staff["finance"])
        for invoice_id in answered[-1:]:
            refuse_invoice(
                invoice_id, reason="税号与企业名称不符，请核对后重新申请", actor=world.staff["finance"]
            )
    with clock.at(world.plan.ends_at - AGO / 4):
        # Balance goes back at once: its invoice now says too much.
        for order in by_balance:
            goodwill = PartRefund(OVERPAID_FEN, "包装破损，补偿买家")
            refund_part(order.pk, goodwill, actor=world.staff["manager"])


def _buyer(order: Order) -> Actor:
    return customer_actor(order.customer)


def _write(n: int, order: Order) -> Title:
    """Every third is for a person."""
    email = f"buyer{order.customer_id}@mail.example"
    if n % 3 == 2:
        return Title(Holder.PERSON, order.recipient, email)
    name, tax_number = COMPANIES[n % len(COMPANIES)]
    return Title(Holder.COMPANY, name, email, tax_number)
