"""/console/audit/ for people who read Chinese: no verb, state, fact or value stands there as the program calls it."""

import re
from collections.abc import Iterator
from html import unescape
from itertools import count
from types import UnionType
from typing import Any, get_args, get_origin

import pytest
from django.conf import settings
from django.db import models
from django.test import Client

from aftersales.choices import Contact, Kind
from orders.collections.models import CollectionState
from orders.desk.failures import _WHY
from orders.exports.models import SheetKind
from orders.notices.models import NoticeKind, WhyDropped
from orders.packing.models import Verdict
from orders.services.printing import Document
from orders.shipping.models import InterceptKind
from orders.shipping.services.replacing import WhyReplaced
from orders.stages import BuyerReason
from orders.tracking.models import Trouble
from shop import clock
from shop.access import ROLE_LABELS
from shop.events.models import Event
from shop.jobs.registry import KINDS
from shop.moves.table import COLUMNS, SUBJECTS, Move
from shop.store.choices import Delivery, PayMethod
from shop.store.models import PAY_FIELDS, SERVICE_FIELDS
from tests.cast import open_shop
from tests.console import browser

pytestmark = pytest.mark.django_db
URL = "/console/audit/"
WORD = re.compile(r"[A-Za-z_]{2,}")
NAMES = {"SKU", "IP", "ID", "PID", "APIv", "AppID", "Chrome", "Windows", "Excel", "xlsx", "csv"}
"""What is called so in Chinese, too."""
VOCABULARIES: dict[str, list[Any]] = {
    "delivery": list(Delivery.values),
    "buyer_reason": list(BuyerReason.values),
    "purpose": ["reveal", "copy", "history", "redirect"],
    "because": list(WhyReplaced.values),
    "wish": list(InterceptKind.values),
    "told": list(NoticeKind.values),
    "untold": list(WhyDropped.values),
    "how": list(CollectionState.values),
    "trouble": list(Trouble.values),
    "wanted": list(Kind.values),
    "contact": list(Contact.values),
    "why": list(_WHY),
    "document": list(Document.values),
    "verdict": list(Verdict.values),
    "role": list(ROLE_LABELS),
    "sheet": list(SheetKind.values),
    "what": ["phone"],
    "fields": [["appid", "mini_secret"], list(PAY_FIELDS), list(SERVICE_FIELDS)],
    "device": ["Chrome · Windows"],
    "ip": ["203.0.113.7"],
    "username": ["小王"],
    "broken": [["B10 order 261129024138201004: payable 100"]],
    "parcels": [[{"courier": "SF", "tracking_no": "0001"}, {"courier": "", "tracking_no": ""}]],
}
"""Values of facts that are no free text."""
FIELDS = {
    "alipay.change": ["mchid", "appid", "merchant_private_key", "platform_public_key"],
    "courier.change": [
        *("customer_name", "customer_pwd", "month_code", "delivery_method", "trans_type", "stuck_hours"),
    ],
    "provider.change": ["customer", "key", "company"],
    "robot.change": [
        *("name", "url", "secret", "keyword", "alert_kinds", "only_unheard"),
        *("quiet", "quiet_from", "quiet_until"),
    ],
    "printer.change": ["name", "device", "account", "key", "paper", "copies", "deliveries"],
}
"""Names of columns that were changed, where they are not those of WeChat."""
SAMPLES: dict[Any, Any] = {str: "样品", int: 3, bool: True, list[str]: ["样品"], dict[str, int]: {"1": 2}}


def list_values(rule: Move, name: str, shape: Any) -> list[Any]:
    """What this fact may be."""
    if name == "kind":
        return list(KINDS)
    if rule.verb in FIELDS:
        return [FIELDS[rule.verb]]
    if rule.verb == "order.choose_payment":
        return list(PayMethod.values)
    if rule.verb == "order.change_delivery" and name in ("before", "after"):
        return list(Delivery.values)
    if shape == COLUMNS["before"]:
        return []
    if get_origin(shape) is UnionType:
        shape = get_args(shape)[0]
    return VOCABULARIES.get(name) or [SAMPLES.get(shape, {})]


def list_columns(model: type[models.Model]) -> Iterator[dict[str, Any]]:
    """Each column that has a name for people, with each of its choices or a value of its type."""
    for field in model._meta.concrete_fields:
        if field._verbose_name is None or field.primary_key:
            continue
        values = [key for key, _label in field.flatchoices] or [_make_value(field)]
        yield from ({field.name: value} for value in values)
    yield from ({name: True} for name in getattr(model, "former_fields", ()))


def _make_value(field: Any) -> Any:
    kinds = {
        models.BooleanField: True,
        models.IntegerField: 100,
        models.JSONField: [],
        models.DateField: "2026-11-29",
    }
    return next((value for kind, value in kinds.items() if isinstance(field, kind)), "样品")


def list_data(rule: Move, model: type[models.Model]) -> Iterator[dict[str, Any]]:
    """Data of as many events as it takes to have every value of every fact."""
    if rule.facts == COLUMNS or {"before", "after", "skus"} <= set(rule.facts):
        yield from ({"before": dict.fromkeys(row), "after": row} for row in list_columns(model))
    wanted = {name: list_values(rule, name, shape) for name, shape in rule.facts.items()}
    for place in range(max([1, *map(len, wanted.values())])):
        yield {name: values[place % len(values)] for name, values in wanted.items() if values}


@pytest.fixture
def client() -> Client:
    """A shop in which everything has happened that may, in every way, and an owner who reads Chinese."""
    open_shop()
    numbers = count(1_000_000)
    Event.objects.bulk_create(
        Event(
            kind=subject.kind,
            subject_id=next(numbers),
            number=1,
            verb=rule.verb,
            actor_kind=next(iter(sorted(rule.who))),
            actor_name="王店长",
            at=clock.now(),
            before=before,
            after=after,
            data=data,
        )
        for subject in SUBJECTS.values()
        for rule in subject.moves
        for before, after in (rule.steps or {"": ""}).items()
        for data in list_data(rule, subject.model)
    )
    client = browser()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    return client


def read_rows(client: Client, query: str) -> Iterator[str]:
    """The rows of every page, as text."""
    url = f"{URL}?{query}"
    while url:
        response = client.get(url)
        body = response.content.decode().partition("<tbody>")[2].partition("</tbody>")[0]
        for row in body.split("</tr>"):
            yield unescape(re.sub(r"<[^>]*>", " ", row))
        url = response.context["page"].older_url


@pytest.mark.parametrize("kind", sorted(SUBJECTS))
def test_whatever_happened_stands_there_in_chinese(client: Client, kind: str) -> None:
    rows = list(read_rows(client, f"kind={kind}"))
    assert len(rows) > len(SUBJECTS[kind].moves)
    raw = {" ".join(row.split()) for row in rows if set(WORD.findall(row)) - NAMES}
    assert sorted(raw) == []
