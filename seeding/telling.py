"""What the pretend WeChat was told of shipping: most of what is on its way; one it refused, and one still waits."""

from datetime import timedelta

from orders.models import Order
from orders.stages import Stage
from orders.wechat_report.models import ReportState, ShippingReport
from orders.wechat_report.services.following import follow_order
from orders.wechat_report.tasks import tell_wechat
from seeding.world import World
from shop import clock
from shop.store.choices import PayMethod
from shop.store.services import change_store_settings

ORDERS = 14
AGO = timedelta(minutes=25)
NOT_SHIPPABLE = 10060004


def tell_of_shipping(world: World) -> None:
    """The owner switches it on; what lies there as shipped is told, but for the last one. Raises RuntimeError."""
    with clock.at(world.plan.ends_at - AGO):
        change_store_settings({"wechat_report_on": True}, actor=world.staff["owner"])
        reports = _leave_reports()
    with clock.at(world.plan.ends_at):
        for report in reports[1:-1]:
            _tell(report, ReportState.TOLD)
        world.ledger.set_behaviour({"shipping_refusal": NOT_SHIPPABLE})
        for report in reports[:1]:
            _tell(report, ReportState.FAILED)
        world.ledger.set_behaviour({"shipping_refusal": 0})
        # The worker tells of the last one while the demo runs.
        ShippingReport.objects.filter(state=ReportState.WAITING).update(next_try_at=clock.now() + AGO)


def _leave_reports() -> list[ShippingReport]:
    shipped = Order.objects.filter(stage=Stage.SHIPPED, pay_method=PayMethod.WECHAT).order_by("-pk")
    for order_id in shipped.values_list("pk", flat=True)[:ORDERS]:
        follow_order(order_id)
    return list(ShippingReport.objects.order_by("pk"))


def _tell(report: ShippingReport, state: ReportState) -> None:
    tell_wechat(report.pk)
    report.refresh_from_db()
    if report.state != state:
        raise RuntimeError(f"report {report.pk} is {report.state}: {report.last_error}")
