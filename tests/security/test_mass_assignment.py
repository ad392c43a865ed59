"""Columns sent along with a request: the API refuses them, and no form of the console writes one.

Made from the routes, the API's description and the models, so what is added later is covered by itself.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http import HTTPStatus
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django import forms
from django.apps import apps
from django.db import connection, models, transaction
from django.test import Client
from django.urls import reverse
from drf_spectacular.generators import SchemaGenerator

from orders.desk.list.filters import FilterForm
from orders.models import Order
from orders.numbers import LENGTH
from orders.services.steps import confirm_order, hold_order
from pickup.services.verifiers import appoint_verifier
from shop import clock
from shop.actor import SYSTEM
from shop.customers.models import TEST_OPENID
from shop.customers.services import get_or_create_customer
from shop.store.choices import PayMethod
from tests import cast
from tests.console import browser
from tests.security.pages import Fields, read_forms
from tests.security.test_permissions import MATRIX, ORDER_ACTIONS, World, world  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db

OURS = [
    app.label
    for app in apps.get_app_configs()
    if app.name.startswith(("shop", "orders", "pickup", "aftersales", "notifications"))
]
TEMPTING_TEXT, TEMPTING_NUMBER = "tempted", 777_777
AT_ONCE = 10
"""So many unknown fields the API names in one answer."""

# Drawn at random or from the wall clock, so different in any two runs.
RANDOM = frozenset(
    {
        "password",
        "session_key",
        "session_data",
        "expire_date",
        "code",
        "lease",
        "sealed",
        "token_hash",
        "digest",
    }
)
BODILESS = {
    ("api:logout", "POST"),
    ("api:address", "DELETE"),
    ("api:my_erasure", "POST"),
    ("api:my_erasure", "DELETE"),
}
# What views read beside their forms.
READ_BESIDE = {
    "orders:pay_out": {"reference"},
    "orders:print": {"document", "number", "again", "all", "filter"},
    "orders:bulk_confirm": {"number", "job"},
    "orders:bulk_prepare": {"number", "job"},
    "orders:bulk_hold": {"number", "job"},
    "orders:bulk_release": {"number", "job"},
    "orders:bulk_remark": {"number", "job"},
    "orders:bulk_cancel_unpaid": {"number", "job"},
    "orders:bulk_agree_cancels": {"number", "job"},
    "orders:bulk_label": {"number", "job"},
    "orders:bulk_ship_part": {"number", "job"},
    "orders:bulk_merge": {"number", "job", "all", "filter"},
    "orders:bulk_hand_over": {"number", "job"},
    "orders:bulk_collect": {"number", "job"},
    "orders:hand_group_over": {"courier", "sender", "key"},
    "orders:print_labels": {"number", "all", "filter", "job"},
    "orders:record_found": {"number"},
    "stuck:again": {"key"},
    "exports:new": {"sheet", "columns", "filter", "number", "all", "job"},
    "exports:add_layout": {"sheet", "columns", "open", "filter", "number", "all", "job"},
    "exports:layout": {"columns", "open", "version", "filter", "number", "all", "job"},
    "orders:station": {"code", "key", "order", "agreed"},
    "stock:apply": {"reason"},
    "staff:set_theme": {"theme"},
    "phone:demo": {"as", "next"},
    "pay_page": {"method", "amount"},
    "alerts:handle": {"id"},
    "alerts:handle_all": {"newest"},
    "voice:settings": {"voiced", "seen"},
    "voice:kind": {"role", "version"},
    "freight:add": {"version"},
    "freight:template": {"version"},
    "catalog:edit": {"version"},
    "catalog:add": {"version"},
}
# Buttons that work in this world with what their own form sends: on them the attack surely meets a change.
WORKING = {
    *("orders:confirm", "orders:prepare", "orders:ship", "orders:receive", "orders:extend", "orders:urge"),
    *(
        "orders:hold",
        "orders:release",
        "orders:remark",
        "orders:note",
        "orders:change_price",
        "orders:collect",
    ),
    *(
        "orders:cancel_lines",
        "orders:cancel_paid",
        "orders:pay_out",
        "orders:undo_parcel",
        "orders:arrive_parcel",
    ),
    *("orders:reveal", "customers:remark", "customers:block", "customers:balance"),
    *("catalog:edit", "catalog:correct_stock", "staff:change", "staff:hire", "staff:disable"),
    *("staff:reset_password", "store:settings", "jobs:cancel"),
}
# Columns that are never a form's own, whatever form it is.
NEVER = frozenset(
    {"stage", "pay_method", "delivery", "paid_fen", "payable_fen", "refunded_fen", "balance_fen", "customer"}
    | {
        "customer_id",
        "openid",
        "state",
        "reserved",
        "shipped",
        "cancelled",
        "is_active",
        "must_change_password",
    }
)


def tempt(field: models.Field) -> str:
    """A value that the column would take."""
    if isinstance(field, models.BooleanField):
        return "on"
    if isinstance(field, models.DateTimeField):
        return "2001-02-03T04:05:06Z"
    if field.choices:
        return str(list(field.flatchoices)[-1][0])
    if isinstance(field, models.IntegerField | models.ForeignKey):
        return str(TEMPTING_NUMBER)
    return TEMPTING_TEXT


def list_columns() -> dict[str, str]:
    """Name → a tempting value, of every column of every model of ours."""
    fields = [
        field
        for model in apps.get_models()
        if model._meta.app_label in OURS
        for field in model._meta.concrete_fields
    ]
    return {name: tempt(field) for field in fields for name in (field.name, field.attname)}


COLUMNS = list_columns()


def list_writes() -> list[tuple[str, str]]:
    return [(name, method) for name, method in MATRIX if name.startswith("api:") and method != "GET"]


def list_documented(schema: dict[str, Any], path: str, method: str) -> set[str]:
    """The fields this operation takes."""
    body = schema["paths"][path][method.lower()]["requestBody"]
    [content] = body["content"].values()
    name = content["schema"].get("$ref", "").rsplit("/", 1)[-1]
    found = schema["components"]["schemas"][name] if name else content["schema"]
    return set(found.get("properties", {}))


def find_route(schema: dict[str, Any], path: str) -> str:
    """The address of the description that this path goes to."""
    found = [template for template in schema["paths"] if _fits(template.split("/"), path.split("/"))]
    return min(found, key=lambda template: template.count("{"))


def _fits(parts: list[str], given: list[str]) -> bool:
    if len(parts) != len(given):
        return False
    return all(part[:1] == "{" or part == piece for part, piece in zip(parts, given, strict=True))


def send(world: World, name: str, method: str, body: dict[str, str]) -> Any:  # noqa: F811
    client, headers = Client(), {"Authorization": f"Bearer {cast.make_token(world.customer)}"}
    if name == "api:images":
        return client.post(world.path(name), body, headers=headers)
    headers["Idempotency-Key"] = "tempting"
    raw, kind = json.dumps(body), "application/json"
    return client.generic(method, world.path(name), raw, content_type=kind, headers=headers)


def test_the_api_refuses_columns_it_does_not_document(world: World) -> None:  # noqa: F811
    schema = SchemaGenerator().get_schema(request=None, public=True)
    appoint_verifier(world.customer.pk, store_ids=[world.ids["store_id"]], actor=SYSTEM)
    before, taken = snapshot(), []
    for name, method in (write for write in list_writes() if write not in BODILESS):
        documented = list_documented(schema, find_route(schema, world.path(name)), method)
        columns = sorted(set(COLUMNS) - documented)
        for names in (columns[at : at + AT_ONCE] for at in range(0, len(columns), AT_ONCE)):
            answer = send(world, name, method, {column: COLUMNS[column] for column in names}).json()
            refused = set(answer["extra"].get("fields", ())) if answer["code"] == "invalid" else set()
            if not refused or (name != "api:images" and not refused.issuperset(names)):
                taken.append((name, answer["code"], set(names) - refused))
    assert taken == []
    assert without_tokens(snapshot()) == without_tokens(before)


@pytest.mark.parametrize(("name", "method"), sorted(BODILESS))
def test_where_the_api_takes_no_body_one_changes_nothing(world: World, name: str, method: str) -> None:  # noqa: F811
    moment, newest, outcomes = clock.now(), find_newest(), []
    for body in ({}, COLUMNS):
        with undone(moment, newest):
            answer = send(world, name, method, body)
            outcomes.append((answer.status_code, answer.content, snapshot()))
    assert outcomes[0] == outcomes[1]


def snapshot() -> dict[str, list[dict[str, Any]]]:
    """Every row of the database, readable, without what is random.

    Nor what a wrong password leaves: the record of the lockout keeps when and with what it was tried.
    """
    models_of_ours = [model for model in apps.get_models() if model._meta.app_label != "axes"]
    return {model._meta.label: list(_read(model)) for model in models_of_ours}


def _read(model: type[models.Model]) -> Iterator[dict[str, Any]]:
    names = [field.attname for field in model._meta.concrete_fields if field.attname not in RANDOM]
    for row in model._default_manager.order_by("pk"):
        yield {name: getattr(row, name) for name in names if name != "pk"}


def without_tokens(rows: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """The same but for who signed in, which every request here does anew."""
    return {label: found for label, found in rows.items() if label != "customers.CustomerToken"}


def find_newest() -> list[Any]:
    """Table, key column and newest id of every model that draws ids."""
    return [
        part
        for model in apps.get_models()
        if isinstance(model._meta.pk, models.AutoField)
        for part in (
            f'"{model._meta.db_table}"',
            model._meta.pk.column,
            model._default_manager.order_by("-pk").values_list("pk", flat=True).first() or 1,
        )
    ]


@contextmanager
def undone(moment: datetime, newest: list[Any]) -> Iterator[None]:
    """What happens inside happens at this moment, draws the same ids each time, and is rolled back."""
    with transaction.atomic(), clock.at(moment), connection.cursor() as cursor:
        each = "setval(pg_get_serial_sequence(%s, %s), %s)"
        cursor.execute("SELECT " + ", ".join([each] * (len(newest) // 3)), newest)
        yield
        transaction.set_rollback(True)


def place_more() -> list[Order]:
    """Orders that wait for what the one of the world has behind it."""
    cash = cast.place(pay_method=PayMethod.COD)
    held = hold_order(cast.prepared_order().pk, reason="地址不清", actor=cast.clerk())
    confirmed = confirm_order(cast.paid_order().pk, actor=cast.clerk())
    return [cast.place(), cast.paid_order(), cash, confirmed, held, cast.shipped_order()]


class Desk:
    """The owner's browser on every button of the console, each time as if for the first time."""

    def __init__(self, world: World) -> None:  # noqa: F811
        self.world, self.moment = world, clock.now()
        get_or_create_customer(TEST_OPENID)  # One that comes to be has a secret of its own.
        self.client = browser("owner")
        self.cookies = self.client.cookies.output(header="", sep=";")
        pages = [name for name, method in MATRIX if method == "GET" and not name.startswith("api:")]
        self.orders = [
            world.ids["number"],
            world.ids["refund_order"],
            *(order.number for order in place_more()),
        ]
        dialogs = [f"orders:{name}" for _roles, *names in ORDER_ACTIONS for name in names]
        shown = [
            reverse(name, args=[number]) for number in self.orders for name in ("orders:detail", *dialogs)
        ]
        self.forms = read_forms(self.client, [*(world.path(name) for name in pages), *shown])
        self.fields: set[str] = set()
        self.newest = find_newest()

    def find(self, name: str) -> str:
        """Where the button is: on an order whose page offers it, if it is about an order."""
        path = self.world.path(name)
        paths = [path.replace(self.world.ids["number"], number) for number in self.orders]
        return next((path for path in paths if path in self.forms), path)

    def press(self, path: str, body: Fields) -> tuple[int, dict[str, Any]]:
        """What the answer is and how the database looks afterwards; then it is undone."""
        with undone(self.moment, self.newest):
            self.client.cookies = SimpleCookie(self.cookies)
            answer = self.client.post(path, body)
            # 503: a gateway that is to be asked first is not there.
            assert answer.status_code < 500 or answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
            return answer.status_code, snapshot()

    def note(self, form: forms.BaseForm) -> None:
        """What narrows a list changes nothing, wherever it is sent along."""
        if not isinstance(form, FilterForm):
            self.fields |= {form.add_prefix(name) for name in form.fields}


@pytest.fixture
def desk(
    world: World,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
) -> Desk:
    """With a note of every field of every form that a view asks whether it is valid."""
    # Every column of every table is more than a request may hold.
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
    desk, clean = Desk(world), forms.BaseForm.full_clean

    def full_clean(form: forms.BaseForm) -> None:
        desk.note(form)
        clean(form)

    monkeypatch.setattr(forms.BaseForm, "full_clean", full_clean)
    monkeypatch.setattr("orders.services.place.make_order_number", lambda: "2" * LENGTH)
    monkeypatch.setattr("orders.desk.testing.services.uuid4", lambda: "drawn")
    monkeypatch.setattr("orders.payments.links.services.draw_nonce", lambda: 7)
    return desk


def list_buttons() -> list[str]:
    outside = ("api:", "payment_hooks:", "tracking_hooks:")
    return sorted(name for name, method in MATRIX if method == "POST" and not name.startswith(outside))


@pytest.mark.timeout(900)  # Every button is pressed twice, and the whole database read after each.
def test_no_form_of_the_console_writes_a_column_it_does_not_show(desk: Desk) -> None:
    unchanged, wrong = snapshot(), []
    working = set()
    for name in list_buttons():
        path = desk.find(name)
        honest = desk.forms.get(path, {})
        desk.fields = set()
        expected = desk.press(path, honest)
        own = desk.fields | set(honest) | READ_BESIDE.get(name, set())
        got = desk.press(path, honest | {column: [COLUMNS[column]] for column in set(COLUMNS) - own})
        wrong += [name] if got != expected or desk.fields & NEVER else []
        working |= {name} if expected[1] != unchanged else set()
    assert wrong == []
    assert working >= WORKING, WORKING - working
