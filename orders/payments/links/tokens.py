"""The secret in a payment link: its id and its nonce, scrambled by the search key, so that it is stored nowhere.

The nonce makes it another one after a restore, which gives the ids of later links anew.
"""

import secrets

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.payments.models import PayLink
from shop.crypto import read_token, scramble, unscramble, write_token
from shop.errors import Refused

NONCE_BITS = 63
_KIND = "pay link"
_BITS = 128
_NO_ID = 0


def draw_nonce() -> int:
    return secrets.randbits(NONCE_BITS)


def make_token(link: PayLink) -> str:
    """22 letters, which nobody guesses or counts on from."""
    return write_token(scramble(_KIND, link.pk << _BITS // 2 | link.nonce, bits=_BITS), bits=_BITS)


def find_link(token: str) -> PayLink:
    """The link with this token, whatever became of it, with its order.

    Raises Refused `no_code` (404), after the same work for what is malformed and for what is unknown; `link_withdrawn`
    (410).
    """
    link = PayLink.objects.select_related("order").filter(_bearing(token)).first()
    if link is None:
        raise Refused("no_code", _("This payment link does not exist. Ask the shop for it again."), 404)
    if link.withdrawn_at:
        raise Refused(
            "link_withdrawn", _("This payment link is not valid any more. Ask the shop for a new one."), 410
        )
    return link


def _bearing(token: str) -> Q:
    found = Q(pk__in=[])
    for number in unscramble(_KIND, read_token(token, bits=_BITS), bits=_BITS):
        pk, nonce = divmod(number, 1 << _BITS // 2)
        is_one = pk >> NONCE_BITS == 0 and nonce >> NONCE_BITS == 0
        # What no id can be is asked for as well, so that it takes no less time.
        found |= Q(pk=pk, nonce=nonce) if is_one else Q(pk=_NO_ID, nonce=0)
    return found
