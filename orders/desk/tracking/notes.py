"""The words that are copied or sent: what one writes to a courier, and what a buyer is told."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from orders.tracking.models import Tracking, TrackingEvent, Trouble

COURIERS_LANGUAGE = "zh-hans"


def write_complaint(tracking: Tracking, newest: TrackingEvent | None) -> str:
    """For the courier's hotline or chat, in Chinese: number, dates, what is wanted. Nothing of the buyer is in it."""
    with override(COURIERS_LANGUAGE):
        values = {
            "number": tracking.tracking_no,
            "sent": _write(tracking.began_at),
            "last": _write(newest.at) if newest else "",
            "words": newest.words if newest else "",
        }
        wish = _list_wishes()[Trouble(tracking.trouble or Trouble.STUCK)] % values
        last = _("Last news of %(last)s: “%(words)s”.") % values if newest else ""
        return f"{wish}{last}".strip()


def _list_wishes() -> dict[Trouble, str]:
    return {
        Trouble.UNCOLLECTED: _(
            "Parcel %(number)s was handed over on %(sent)s and shows no collection. Please check and scan it."
        ),
        Trouble.STUCK: _(
            "Parcel %(number)s, sent on %(sent)s, has not moved for days. Please find it and send it on."
        ),
        Trouble.PROBLEM: _(
            "Parcel %(number)s, sent on %(sent)s, shows a problem. Please say what it is and deliver it again."
        ),
        Trouble.BACK: _(
            "Parcel %(number)s, sent on %(sent)s, is coming back. Please say why and when it arrives."
        ),
        Trouble.RETURNED: _(
            "Parcel %(number)s, sent on %(sent)s, shows as returned. Please say who signed for it."
        ),
    }


def write_to_buyer(tracking: Tracking) -> str:
    """What the dialog suggests to tell the buyer, in the language of shops and buyers here."""
    with override(COURIERS_LANGUAGE):
        values = {"number": tracking.tracking_no, "courier": tracking.courier_name}
        return (
            _(
                "Your parcel %(courier)s %(number)s is held up. We have asked the courier and will tell you more."
            )
            % values
        )


def _write(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M")
