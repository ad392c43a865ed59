"""Whom an invoice names, as buyers type it, and what has to be in it."""

import re
from dataclasses import asdict, dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from orders.invoices.models import Holder
from shop.errors import Refused
from shop.spelling import normalise

TAX_NUMBER = re.compile(r"(?:[0-9A-Z]{15}|[0-9A-Z]{17}|[0-9A-Z]{18}|[0-9A-Z]{20})", re.ASCII)
"""纳税人识别号: 18 for the unified social credit code (GB 32100-2015); 15, 17 and 20 are lengths of the older standard
SW 5-2013 that still occur. Its check digits differ by kind, and are left to the tax office's own form."""
LONGEST = {
    "title": 100,
    "tax_number": 20,
    "email": 100,
    "address": 200,
    "phone": 30,
    "bank": 100,
    "account": 40,
    "note": 200,
}
"""Characters of each value."""
OF_COMPANIES = ("tax_number", "address", "phone", "bank", "account")


@dataclass(frozen=True)
class Title:
    """What a buyer asks for; all but `title` and `email` may be empty, a company's `tax_number` may not."""

    holder: Holder
    title: str
    email: str
    tax_number: str = ""
    address: str = ""
    phone: str = ""
    bank: str = ""
    account: str = ""
    note: str = ""

    @property
    def columns(self) -> dict[str, str]:
        """As it is kept: one line each, a tax number without gaps and in capitals, of a person nothing of companies."""
        values = {name: " ".join(str(text).split()) for name, text in asdict(self).items()}
        values["tax_number"] = normalise(values["tax_number"])
        if self.holder == Holder.PERSON:
            values |= dict.fromkeys(OF_COMPANIES, "")
        return values

    def check(self) -> None:
        """Raise Refused `title_required`, `bad_email`, `tax_number_required`, `bad_tax_number` or `too_long` (400)."""
        values = self.columns
        if not values["title"]:
            raise Refused("title_required", _("Say whom the invoice is to name."), 400)
        if any(len(values[name]) > most for name, most in LONGEST.items() if name != "tax_number"):
            raise Refused("too_long", _("One of the values is too long."), 400)
        _check_email(values["email"])
        if self.holder == Holder.COMPANY:
            _check_tax_number(values["tax_number"])


def _check_email(email: str) -> None:
    try:
        validate_email(email)
    except ValidationError as error:
        raise Refused("bad_email", _("This is no e-mail address."), 400) from error


def _check_tax_number(number: str) -> None:
    """Companies have to name theirs since July 2017 (国家税务总局公告2017年第16号)."""
    if not number:
        raise Refused("tax_number_required", _("An invoice for a company needs its tax number."), 400)
    if not TAX_NUMBER.fullmatch(number):
        raise Refused(
            "bad_tax_number",
            _("A tax number has 15, 17, 18 or 20 characters: digits and capital letters."),
            400,
        )
