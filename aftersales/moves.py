"""What may happen to an after-sale."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from aftersales.choices import OPEN, SENDS_BACK, Contact, Kind, State
from aftersales.models import Aftersale
from orders.scope import rows_in_scope, scope_key
from shop.errors import Refused
from shop.events.words import Part, label_facts, tell_only, tells
from shop.money import format_fen
from shop.moves.table import (
    BY_CUSTOMER,
    BY_CUSTOMER_OR_STAFF,
    BY_SHOP,
    BY_STAFF,
    BY_SYSTEM,
    DONE,
    NOWHERE,
    WHY,
    Move,
    Subject,
    register,
    stay,
    to,
)

HANDLE, RECEIVE, SUPERVISE = "aftersales.handle", "aftersales.receive", "aftersales.supervise"
_S = State

tell_only("aftersale")
label_facts("aftersale", reason_name=_("Reason"), reason=_("Why"), notice=_("To the buyer"))


@tells("aftersale", "wanted")
def _tell_kind(kind: Any, _data: Mapping[str, Any]) -> Iterator[Part]:
    yield Part("", str(dict(Kind.choices).get(kind, kind)))


@tells("aftersale", "amount_fen")
def _tell_amount(amount_fen: Any, _data: Mapping[str, Any]) -> Iterator[Part]:
    yield Part(_("Amount"), format_fen(amount_fen))


@tells("aftersale", "contact")
def _tell_contact(contact: Any, _data: Mapping[str, Any]) -> Iterator[Part]:
    yield Part("", str(dict(Contact.choices).get(contact, contact)))


def sends_back(aftersale: Aftersale) -> Refused | None:
    if aftersale.kind in SENDS_BACK:
        return None
    return Refused("nothing_to_return", _("Nothing is sent back here: refund it, or refuse."))


def wants_money(aftersale: Aftersale) -> Refused | None:
    if aftersale.kind != Kind.EXCHANGE:
        return None
    return Refused("wants_exchange", _("The buyer wants other goods and no money."))


def wants_goods(aftersale: Aftersale) -> Refused | None:
    if aftersale.kind == Kind.EXCHANGE:
        return None
    return Refused("wants_money", _("The buyer wants money and no other goods."))


AFTERSALES = register(
    Subject(
        Aftersale,
        _("After-sale"),
        (
            Move(
                "aftersale.open",
                _("Ask for an after-sale"),
                _("An after-sale is asked for"),
                to(_S.ASKED, NOWHERE),
                BY_CUSTOMER_OR_STAFF,
                HANDLE,
                button=_("Open an after-sale"),
                icon_name="receipt-refund",
                is_told=True,
                facts={"wanted": str, "lines": dict[str, int], "reason_name": str, "amount_fen": int},
            ),
            Move(
                "aftersale.contact",
                _("I have talked with the buyer"),
                _("Somebody has talked with the buyer"),
                stay(*OPEN),
                BY_STAFF,
                HANDLE,
                icon_name="phone",
                is_look=True,
                says=WHY,
                facts={"contact": str},
            ),
            Move(
                "aftersale.agree_refund",
                _("Agree to the refund"),
                _("The refund is agreed to"),
                to(_S.REFUNDING, _S.ASKED),
                BY_SHOP,
                HANDLE,
                (wants_money,),
                icon_name="check",
                is_told=True,
                says=WHY,
                facts={"amount_fen": int},
            ),
            Move(
                "aftersale.agree_return",
                _("Agree to the return"),
                _("The return is agreed to"),
                to(_S.TO_RETURN, _S.ASKED),
                BY_SHOP,
                HANDLE,
                (sends_back,),
                icon_name="check",
                is_told=True,
                says=WHY,
                facts={"amount_fen": int, "address": int},
            ),
            Move(
                "aftersale.refuse",
                _("Refuse"),
                _("The after-sale is refused"),
                to(_S.REFUSED, _S.ASKED),
                BY_STAFF,
                HANDLE,
                icon_name="x",
                is_bad=True,
                is_told=True,
                says=WHY,
            ),
            Move(
                "aftersale.reopen",
                _("Open again"),
                _("The after-sale was opened again"),
                to(_S.ASKED, _S.REFUSED, _S.LAPSED),
                BY_STAFF,
                SUPERVISE,
                icon_name="arrow-back-up",
                is_told=True,
                says=WHY,
            ),
            Move(
                "aftersale.withdraw",
                pgettext_lazy("aftersale", "Withdraw"),
                _("The buyer has withdrawn the after-sale"),
                to(_S.WITHDRAWN, _S.ASKED, _S.TO_RETURN, _S.RETURNING),
                BY_CUSTOMER_OR_STAFF,
                HANDLE,
                button=_("The buyer gives it up"),
                icon_name="ban",
                is_told=True,
            ),
            Move(
                "aftersale.lapse",
                _("Close what was never sent back"),
                _("Nothing was sent back in time, the after-sale is closed"),
                to(_S.LAPSED, _S.TO_RETURN),
                BY_SYSTEM,
                is_told=True,
            ),
            Move(
                "aftersale.send_back",
                _("Send the goods back"),
                _("The buyer has sent the goods back"),
                to(_S.RETURNING, _S.TO_RETURN),
                BY_CUSTOMER_OR_STAFF,
                RECEIVE,
                (sends_back,),
                button=_("The buyer has sent it"),
                icon_name="truck",
                facts={"parcel": int},
            ),
            Move(
                "aftersale.renumber",
                _("Another number of the return"),
                _("The return has another number"),
                stay(_S.RETURNING),
                BY_CUSTOMER_OR_STAFF,
                RECEIVE,
                icon_name="refresh",
                facts={"parcel": int},
            ),
            Move(
                "aftersale.arrive",
                _("The return arrives"),
                _("What was sent back is here: take it in"),
                stay(_S.RETURNING),
                BY_SYSTEM,
                facts={"parcel": int},
            ),
            Move(
                "aftersale.take_in",
                _("Confirm receipt"),
                _("What was sent back is taken in"),
                to(_S.RECEIVED, _S.TO_RETURN, _S.RETURNING),
                BY_STAFF,
                RECEIVE,
                (sends_back,),
                icon_name="package",
                is_told=True,
                says=WHY,
                facts={"lines": dict[str, int], "scrapped": dict[str, int]},
            ),
            Move(
                "aftersale.refund",
                _("Refund what came back"),
                _("What came back is refunded"),
                to(_S.REFUNDING, _S.RECEIVED),
                BY_STAFF,
                RECEIVE,
                (wants_money,),
                part_of=frozenset({HANDLE}),
                button=_("Refund"),
                icon_name="receipt-refund",
                is_told=True,
                says=WHY,
                facts={"amount_fen": int},
            ),
            Move(
                "aftersale.resend",
                _("Send the exchange"),
                _("The exchange is sent"),
                to(_S.DONE, _S.RECEIVED),
                BY_STAFF,
                RECEIVE,
                (wants_goods,),
                icon_name="truck",
                is_told=True,
                facts={"parcel": int},
            ),
            Move(
                "aftersale.label",
                _("Get e-waybill"),
                _("E-waybill asked for"),
                stay(_S.RECEIVED),
                BY_STAFF,
                "orders.ship",
                (wants_goods,),
                icon_name="file-invoice",
                facts={"code": str, "courier": str},
            ),
            Move(
                "aftersale.settle",
                _("Complete"),
                _("The after-sale is completed"),
                to(_S.DONE, _S.REFUNDING),
                BY_SYSTEM,
                is_told=True,
                facts={"amount_fen": int},
            ),
            Move(
                "aftersale.correct_reason",
                _("Correct the reason"),
                _("The buyer has corrected the reason"),
                stay(*_S),
                BY_CUSTOMER,
                facts={"reason_name": str},
            ),
            Move(
                "aftersale.near_due",
                _("Warn before the time is over"),
                _("The time is nearly over"),
                stay(*OPEN),
                BY_SYSTEM,
                is_look=True,
                facts={"waits_for": str},
            ),
            Move(
                "aftersale.be_due",
                _("Note that the time is over"),
                _("The time is over"),
                stay(*OPEN),
                BY_SYSTEM,
                is_bad=True,
                is_look=True,
                facts={"waits_for": str},
            ),
        ),
        _("There is no such after-sale."),
        scope=lambda actor: rows_in_scope(Aftersale.objects.all(), scope_key(actor)),
        stale=DONE,
        name=lambda aftersale: aftersale.number,
        url=lambda aftersale: reverse("aftersales:detail", args=[aftersale.number]),
        joins=("order",),
    )
)
