"""Why WeChat did not tell a buyer, in words for the people of the shop."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from shop.clients.errors import ClientError, Rejected, Unknown
from shop.clients.wechat_mini import NoToken

NO_TEMPLATE = Rejected("40037", "invalid template_id", 200)
"""What WeChat says of a template that it does not know."""


_WHY: dict[str, Callable[[], str]] = {
    "40003": lambda: _("WeChat does not know this buyer."),
    "40037": lambda: _("WeChat knows no such template. Look at the ids in the settings."),
    "41030": lambda: _("The mini-program has no such page. Look at the page of an order in the settings."),
    "47003": lambda: _("WeChat does not take what the template was filled with. Choose another template."),
    "45009": lambda: _("WeChat takes no more messages today."),
    "48001": lambda: _("WeChat does not let this mini-program send messages."),
    "40164": lambda: _("WeChat does not let the address of this server in. Enter it at the WeChat platform."),
}


def describe_failure(error: ClientError) -> str:
    """Why the buyer was not told, or nobody knows."""
    if isinstance(error, Rejected):
        return _WHY[error.code]() if error.code in _WHY else f"{error.code} {error.message}"[:200]
    if isinstance(error, NoToken):
        return _("WeChat gives the shop no access. Look at AppID and secret of the mini-program.")
    if isinstance(error, Unknown):
        return _("WeChat gave no believable answer.")
    return _("WeChat could not be reached.")
