"""Why a refund did not come through, in words for the person who has to settle it."""

from django.utils.translation import gettext_lazy as _

# Codes of WeChat Pay v3 (refund states and errors) and Alipay, and our own.
_WHY = {
    "ABNORMAL": _(
        "WeChat cannot give it back to the account it came from: settle it at the merchant platform"
    ),
    "CLOSED": _("WeChat has closed the refund"),
    "NOT_ENOUGH": _("the merchant account holds too little money"),
    "ACQ.SELLER_BALANCE_NOT_ENOUGH": _("the merchant account holds too little money"),
    "ACQ.TRADE_HAS_FINISHED": _("Alipay's time for refunds of this payment is over: pay it out by hand"),
    "amount_mismatch": _("WeChat speaks of another sum: compare the refund at the merchant platform"),
    "OtherMerchant": _(
        "it was paid to another merchant account: refund it at that account's merchant platform"
    ),
}


def describe_failure(code: str) -> str:
    """The sentence for a stored error, the error itself where there is none."""
    return str(_WHY.get(code, code))
