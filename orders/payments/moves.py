"""What may happen to the line to the gateway of one merchant number."""

from django.utils.translation import gettext_lazy as _

from orders.payments.models import GatewayLine
from shop.events.words import label_facts, name_machines
from shop.moves.table import BY_SYSTEM, Subject, register, stateless

_LINE = {"mchid": str}
label_facts("gateway", mchid=_("Merchant number"))
name_machines({"alipay": _("Alipay")})

GATEWAY_LINES = register(
    Subject(
        GatewayLine,
        _("Payment gateway"),
        (
            stateless(
                "gateway.silent",
                _("The payment gateway does not answer"),
                BY_SYSTEM,
                is_bad=True,
                facts=_LINE,
            ),
            stateless("gateway.answer", _("The payment gateway answers again"), BY_SYSTEM, facts=_LINE),
            stateless(
                "gateway.gone",
                _("The former merchant number is no longer asked about"),
                BY_SYSTEM,
                facts=_LINE,
            ),
        ),
        _("There is no such merchant number."),
        name=lambda line: line.mchid,
    )
)
