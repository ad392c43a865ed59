"""What an answer of WeChat means for a report, and in words for the people of the shop."""

from collections.abc import Callable
from enum import Enum, auto

from django.utils.translation import gettext as _

from shop.clients.errors import ClientError, Rejected, Unknown
from shop.clients.wechat_mini import TOKEN_ERRORS, NoToken

NOT_FOUND, NOTHING_NEW, REMINDED, NOT_SHIPPED = "10060001", "10060023", "10060030", "10060028"


class Verdict(Enum):
    """`LOST`: nobody knows. `LATER`: it was not taken, but may be. `ALL_LATER`: neither is any other one.

    `STOP`: WeChat takes nothing more about this payment. `WRONG`: a person has to do something first.
    """

    TOLD = auto()
    LOST = auto()
    LATER = auto()
    ALL_LATER = auto()
    STOP = auto()
    WRONG = auto()


_ALL_LATER = frozenset({*TOKEN_ERRORS, "45009", "45011", "48001", "40164"})
_LATER = frozenset({NOT_FOUND, "10060012", "10060019"})
_STOP = frozenset({"10060002", "10060003"})


def judge(error: ClientError) -> Verdict:
    """What the answer to an upload means."""
    if isinstance(error, NoToken):
        return Verdict.ALL_LATER
    if not isinstance(error, Rejected):
        return Verdict.LOST if isinstance(error, Unknown) else Verdict.LATER
    for codes, verdict in (
        (_ALL_LATER, Verdict.ALL_LATER),
        (_LATER, Verdict.LATER),
        (_STOP, Verdict.STOP),
        ({NOTHING_NEW}, Verdict.TOLD),
    ):
        if error.code in codes:
            return verdict
    return Verdict.WRONG


def _say_unfit() -> str:
    return _(
        "WeChat does not take the report as it is. Enter the shipping at the WeChat platform, then leave this."
    )


_WHY: dict[str, Callable[[], str]] = {
    NOT_FOUND: lambda: _(
        "WeChat does not know this payment. Is the merchant number bound to the mini-program?"
    ),
    "10060002": lambda: _("WeChat has closed this payment: what was shipped cannot be changed any more."),
    "10060003": lambda: _("WeChat was corrected once already: what it knows cannot be changed any more."),
    "10060004": lambda: _(
        "WeChat does not let this payment be shipped. See at the WeChat platform what became of it."
    ),
    "10060012": lambda: _("WeChat had an error of its own. It is told again by itself."),
    "10060019": lambda: _("WeChat had an error of its own. It is told again by itself."),
    "10060014": lambda: _(
        "WeChat does not take the courier, the number or the phone. Look at them, then send again."
    ),
    "10060024": lambda: _("WeChat takes no more than 15 parcels. Enter the shipping at the WeChat platform."),
    "10060025": lambda: _("WeChat does not know the courier. Enter the shipping at the WeChat platform."),
    "10060026": lambda: _("The tracking number is too long for WeChat. Replace it, then send again."),
    "10060031": lambda: _("WeChat says that somebody else has paid. Is the AppID that of this mini-program?"),
    "10060032": lambda: _(
        "WeChat takes only express for this payment. Enter the shipping at the WeChat platform."
    ),
    "268485216": lambda: _(
        "WeChat does not take the time of the report. See whether the server's clock is right."
    ),
    "268485226": lambda: _("The parcel has no tracking number. Replace it, then send again."),
    "268485227": lambda: _("WeChat does not know the courier. Enter the shipping at the WeChat platform."),
    "40097": lambda: _("WeChat misses the AppID. Look at the credentials of the mini-program."),
    "45009": lambda: _("WeChat takes no more reports today."),
    "45011": lambda: _("WeChat takes no more reports for a while."),
    "48001": lambda: _(
        "WeChat does not let this mini-program report shipping. Apply for it at the WeChat platform."
    ),
    "40164": lambda: _("WeChat does not let the address of this server in. Enter it at the WeChat platform."),
}


def describe_failure(error: ClientError) -> str:
    """Why WeChat was not told, or nobody knows: a sentence, with the code where WeChat gave one."""
    if isinstance(error, Rejected):
        return f"{_WHY.get(error.code, _say_unfit)()} ({error.code})"
    if isinstance(error, NoToken):
        return _("WeChat gives the shop no access. Look at AppID and secret of the mini-program.")
    if isinstance(error, Unknown):
        return _("WeChat gave no believable answer. It is asked what it knows before it is told again.")
    return _("WeChat could not be reached.")
