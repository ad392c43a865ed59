"""Who may do what at every address: the matrix as data. A route or method without an entry fails.

A new route needs one line in MATRIX: (name, method) → who gets in. What is not named is refused.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from aftersales.choices import Kind
from aftersales.models import Aftersale
from aftersales.terms.models import Reason, ReturnAddress
from orders.collections.models import CollectionState
from orders.collections.services.asking import hand_over
from orders.desk.prints.presses import Printed, write_token
from orders.exports.services.asking import Wish as ExportWish
from orders.exports.services.asking import ask_export
from orders.exports.services.repeating import Rhythm, make_schedule
from orders.payments.changes.addressing import change_address
from orders.payments.changes.cancelling import cancel_paid
from orders.payments.links.services import make_pay_link
from orders.payments.links.tokens import make_token
from orders.payments.models import Refund
from orders.payments.services.collecting import collect_payment
from orders.printing.services.asking import print_on
from orders.services.printing import Document
from orders.shipping.models import InterceptKind, Parcel, ParcelPhoto
from orders.shipping.services.intercepting import Wish as InterceptWish
from orders.shipping.services.intercepting import ask_intercept
from orders.tracking.models import Tracking
from orders.tracking.services.following import follow_parcels
from orders.waybills.models import WaybillLabel, WaybillState
from pickup.services.invites import make_invite
from shop import clock
from shop.access import ROLES
from shop.couriers.models import ProviderAccount
from shop.customers.services import save_address
from shop.events.models import Event
from shop.files.models import Picture
from shop.jobs.registry import Subject
from shop.jobs.services import make_job
from shop.printers.models import Printer
from shop.store.choices import PayMethod
from tests import cast
from tests.aftersales.cases import asked as ask_aftersale
from tests.aftersales.cases import open_returns, received_order
from tests.bills.bills import made_bill, made_difference
from tests.caching import forget_cached
from tests.console import browser
from tests.exports.conftest import make_layout
from tests.invoices.invoices import asked, open_counter
from tests.pickup.counter import appoint
from tests.pickup.drawers import close, drawer_of, take
from tests.printing.conftest import make_printer
from tests.robots.robots import make_robot
from tests.waybills.conftest import set_up_couriers, settled
from tests.wechat_report.conftest import make_report

pytestmark = pytest.mark.django_db

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ROLE_NAMES = ("owner", "manager", "order_clerk", "warehouse", "support", "finance", "store_clerk")
OUTSIDERS = ("anonymous", "buyer", "other buyer")
EVERYBODY = (*ROLE_NAMES, *OUTSIDERS)

# What people get: "in" is any answer of the page itself, a refused form included.
IN, LOGIN, UNAUTHENTICATED, FORBIDDEN, NOT_FOUND = "in", "login", "401", "403", "404"

ALL = frozenset(ROLE_NAMES)
OWNER = frozenset({"owner"})
BOSSES = OWNER | {"manager"}
EDITORS = BOSSES | {"order_clerk", "support"}
SHIPPERS = BOSSES | {"order_clerk", "warehouse"}
CANCELLERS = BOSSES | {"order_clerk", "support"}
PRICERS = BOSSES | {"order_clerk"}
ANSWERERS = BOSSES | {"order_clerk", "support"}
RECEIVERS = BOSSES | {"order_clerk", "warehouse"}
ASKED_BACK = ANSWERERS | RECEIVERS | {"finance"}
COLLECTORS = BOSSES | {"order_clerk", "finance"}
REFUNDERS = BOSSES | {"finance"}
MATCHERS = BOSSES | {"finance"}
REVEALERS = BOSSES | {"order_clerk", "warehouse", "support"}
COUNTERS = BOSSES | {"warehouse"}
DESK = BOSSES | {"order_clerk", "warehouse", "support"}
CUSTOMER_VIEWERS = BOSSES | {"order_clerk", "support", "finance"}
PRINTERS = EDITORS | SHIPPERS
SETTINGS_VIEWERS = BOSSES | {"finance"}

Expected = Mapping[str, str]


def staff(roles: frozenset[str]) -> Expected:
    """A console page for these roles; buyers have no session, so they are asked to sign in."""
    return dict.fromkeys(EVERYBODY, FORBIDDEN) | dict.fromkeys(OUTSIDERS, LOGIN) | dict.fromkeys(roles, IN)


def buyers(other: str = IN) -> Expected:
    """An API endpoint for signed-in buyers; `other` is what a buyer gets to whom the thing does not belong."""
    return dict.fromkeys(EVERYBODY, UNAUTHENTICATED) | {"buyer": IN, "other buyer": other}


def everybody(outcome: str = IN) -> Expected:
    return dict.fromkeys(EVERYBODY, outcome)


# A job that somebody else made: the owner sees all, the others their own.
EXPORTERS = BOSSES | {"finance"}
OWNERS_EXPORT = staff(EXPORTERS) | dict.fromkeys(("manager", "finance"), NOT_FOUND)
OWNERS_JOB = staff(OWNER) | dict.fromkeys(sorted(ALL - OWNER), NOT_FOUND)

# Neither buyer is a verifier.
NO_VERIFIERS = buyers(other=NOT_FOUND) | {"buyer": NOT_FOUND}

MATRIX: dict[tuple[str, str], Expected] = {
    ("root", "GET"): everybody(),
    ("healthz", "GET"): everybody(),
    ("metrics", "GET"): dict.fromkeys(EVERYBODY, NOT_FOUND),
    ("set_language", "POST"): everybody(),
    ("picture", "GET"): everybody(NOT_FOUND),
    # tests/ground/test_private_pictures.py says who sees one that is there.
    ("private_picture", "GET"): everybody(NOT_FOUND),
    # Callbacks prove themselves by signature, whoever sends them; tests/faults says what false ones get.
    ("payment_hooks:wechat_payment", "POST"): everybody(),
    ("payment_hooks:wechat_refund", "POST"): everybody(),
    ("payment_hooks:alipay_notice", "POST"): everybody(),
    ("tracking_hooks:kdniao", "POST"): everybody(),
    ("tracking_hooks:kuaidi100", "POST"): everybody(),
    ("api:openapi", "GET"): everybody(),
    ("api:docs", "GET"): everybody(),
    ("api:shop", "GET"): everybody(),
    ("api:login", "POST"): everybody(),
    ("api:products", "GET"): everybody(),
    ("api:product", "GET"): everybody(),
    ("api:logout", "POST"): buyers(),
    ("api:me", "GET"): buyers(),
    ("api:me", "PATCH"): buyers(),
    ("api:my_phone", "POST"): buyers(),
    ("api:my_erasure", "POST"): buyers(),
    ("api:my_erasure", "DELETE"): buyers(),
    ("api:subscriptions", "POST"): buyers(),
    ("api:regions", "GET"): everybody(),
    ("api:stores", "GET"): everybody(),
    ("api:slots", "GET"): everybody(),
    ("api:parse_address", "POST"): buyers(),
    ("api:addresses", "GET"): buyers(),
    ("api:addresses", "POST"): buyers(),
    ("api:address", "GET"): buyers(other=NOT_FOUND),
    ("api:address", "PUT"): buyers(other=NOT_FOUND),
    ("api:address", "PATCH"): buyers(other=NOT_FOUND),
    ("api:address", "DELETE"): buyers(other=NOT_FOUND),
    ("api:orders", "GET"): buyers(),
    ("api:orders", "POST"): buyers(),
    ("api:preview", "POST"): buyers(),
    ("api:counts", "GET"): buyers(),
    ("api:order", "GET"): buyers(other=NOT_FOUND),
    ("api:timeline", "GET"): buyers(other=NOT_FOUND),
    ("api:pay", "POST"): buyers(other=NOT_FOUND),
    ("api:pay_by_balance", "POST"): buyers(other=NOT_FOUND),
    ("api:balance_entries", "GET"): buyers(),
    ("api:transfer_proof", "POST"): buyers(other=NOT_FOUND),
    ("api:images", "POST"): buyers(),
    ("api:choose_payment", "POST"): buyers(other=NOT_FOUND),
    ("api:change_delivery", "POST"): buyers(other=NOT_FOUND),
    ("api:cancel", "POST"): buyers(other=NOT_FOUND),
    ("api:receive", "POST"): buyers(other=NOT_FOUND),
    ("api:urge", "POST"): buyers(other=NOT_FOUND),
    ("api:extend", "POST"): buyers(other=NOT_FOUND),
    ("api:invoice", "POST"): buyers(other=NOT_FOUND),
    ("api:withdraw_invoice", "POST"): buyers(other=NOT_FOUND),
    ("api:invoice_title", "GET"): buyers(),
    ("api:aftersale_options", "GET"): buyers(other=NOT_FOUND),
    ("api:ask_aftersale", "POST"): buyers(other=NOT_FOUND),
    ("api:aftersale_reasons", "GET"): buyers(),
    ("api:aftersales", "GET"): buyers(),
    ("api:aftersale", "GET"): buyers(other=NOT_FOUND),
    ("api:withdraw_aftersale", "POST"): buyers(other=NOT_FOUND),
    ("api:send_goods_back", "POST"): buyers(other=NOT_FOUND),
    ("api:renumber_return", "POST"): buyers(other=NOT_FOUND),
    ("api:correct_aftersale_reason", "POST"): buyers(other=NOT_FOUND),
    ("api:dispute_aftersale", "POST"): buyers(other=NOT_FOUND),
    ("api:withdraw_dispute", "POST"): buyers(other=NOT_FOUND),
    # The order of the matrix is sent: its buyer is told so, others that there is none.
    ("api:pickup_code", "GET"): buyers(other=NOT_FOUND) | {"buyer": NOT_FOUND},
    ("api:pickup_code_png", "GET"): buyers(other=NOT_FOUND) | {"buyer": NOT_FOUND},
    ("api:pickup_code_svg", "GET"): buyers(other=NOT_FOUND) | {"buyer": NOT_FOUND},
    ("pickup_code", "GET"): everybody(),
    # Whoever has the link: tests/pay_links says what they see.
    ("pay_page", "GET"): everybody(),
    ("pay_page", "POST"): everybody(),
    ("orders:pay_link_qr", "GET"): staff(EDITORS),
    # Verifiers are no staff: tests/pickup/phone/ says who of them gets in, and everybody else is led to their sign-in.
    ("phone:sign_in", "GET"): everybody(),
    ("phone:to_wechat", "GET"): everybody(),
    ("phone:back", "GET"): everybody(),
    ("phone:demo", "POST"): everybody(NOT_FOUND),
    ("phone:sign_out", "POST"): everybody(),
    ("phone:account", "GET"): everybody(),
    ("phone:account", "POST"): everybody(),
    ("phone:join", "GET"): everybody(NOT_FOUND),
    ("phone:join", "POST"): everybody(NOT_FOUND),
    ("api:join_verifiers", "POST"): buyers(),
    # Who is no verifier is asked to sign in as one, staff too; tests/pickup/phone says what verifiers get.
    ("phone:home", "GET"): everybody(),
    ("phone:done", "GET"): everybody(),
    ("phone:find", "GET"): everybody(),
    ("phone:find", "POST"): everybody(),
    ("phone:choose_store", "POST"): everybody(),
    ("phone:verify", "POST"): everybody(),
    ("api:verifier", "GET"): NO_VERIFIERS,
    ("api:verifier_waiting", "GET"): NO_VERIFIERS,
    ("api:verifier_handed_out", "GET"): NO_VERIFIERS,
    ("api:verifier_card", "GET"): NO_VERIFIERS,
    ("api:verifier_verify", "POST"): NO_VERIFIERS,
    ("uncollected:board", "GET"): staff(PRICERS | {"store_clerk"}),
    ("pickup:records", "GET"): staff(ALL),
    ("pickup:verifiers", "GET"): staff(BOSSES),
    ("pickup:verifier", "GET"): staff(BOSSES),
    ("pickup:invites", "GET"): staff(BOSSES),
    ("pickup:invite", "GET"): staff(BOSSES),
    ("pickup:invite_qr", "GET"): staff(BOSSES),
    ("cash:list", "GET"): staff(COLLECTORS),
    ("cash:export", "GET"): staff(COLLECTORS),
    ("cash:closing", "GET"): staff(COLLECTORS),
    ("orders:native", "GET"): staff(PRICERS | {"store_clerk"}),
    ("orders:native", "POST"): staff(PRICERS | {"store_clerk"}),
    # Who is signed in as a verifier is none of these; tests/pickup/phone says what they get.
    ("phone:cash", "GET"): everybody(),
    ("phone:native", "GET"): everybody(),
    ("phone:native", "POST"): everybody(),
    ("staff:login", "GET"): everybody(),
    ("staff:login", "POST"): everybody(),
    ("staff:logout", "POST"): everybody(LOGIN),
    ("staff:set_theme", "POST"): everybody(),
    ("staff:me", "GET"): staff(ALL),
    ("staff:prove", "POST"): staff(ALL),
    ("staff:own_password", "POST"): staff(ALL),
    ("staff:end_own_session", "POST"): staff(ALL),
    ("staff:end_own_sessions", "POST"): staff(ALL),
    ("staff:people", "GET"): staff(BOSSES),
    ("staff:person", "GET"): staff(BOSSES),
    ("staff:end_session", "POST"): staff(OWNER),
    ("staff:end_sessions", "POST"): staff(OWNER),
    ("audit:list", "GET"): staff(BOSSES),
    ("audit:filter", "GET"): staff(BOSSES),
    ("stuck:list", "GET"): staff(BOSSES),
    ("stuck:again", "POST"): staff(BOSSES),
    ("desk:home", "GET"): staff(ALL),
    ("help:index", "GET"): staff(ALL),
    ("help:topic", "GET"): staff(ALL),
    ("orders:list", "GET"): staff(ALL),
    ("orders:ask_gateway", "GET"): staff(ALL),
    ("orders:record_found", "POST"): staff(BOSSES | {"order_clerk", "finance"}),
    ("orders:save_looks", "POST"): staff(ALL),
    ("orders:detail", "GET"): staff(ALL),
    ("orders:changes", "GET"): staff(ALL),
    ("orders:guess_courier", "GET"): staff(SHIPPERS),
    ("orders:split_address", "POST"): staff(EDITORS),
    ("orders:ask_for_label", "POST"): staff(SHIPPERS),
    ("orders:show_label", "GET"): staff(SHIPPERS),
    ("orders:waybills", "GET"): staff(SHIPPERS),
    ("orders:waybill", "GET"): staff(SHIPPERS),
    ("orders:intercepts", "GET"): staff(SHIPPERS),
    ("orders:intercept", "GET"): staff(SHIPPERS),
    ("orders:reveal_intercept", "POST"): staff(REVEALERS),
    ("orders:invoices", "GET"): staff(COLLECTORS),
    ("orders:invoice", "GET"): staff(COLLECTORS),
    ("orders:ask_invoice", "GET"): staff(COLLECTORS),
    ("orders:ask_invoice", "POST"): staff(COLLECTORS),
    ("orders:reveal_invoice", "POST"): staff(COLLECTORS),
    ("aftersales:list", "GET"): staff(ASKED_BACK),
    ("aftersales:detail", "GET"): staff(ASKED_BACK),
    ("aftersales:slip", "GET"): staff(ASKED_BACK),
    ("aftersales:quality", "GET"): staff(ASKED_BACK),
    ("aftersales:take_refused", "POST"): staff(ANSWERERS),
    ("orders:evidence", "GET"): staff(ASKED_BACK),
    ("aftersales:settings", "GET"): staff(SETTINGS_VIEWERS),
    ("aftersales:save_terms", "POST"): staff(OWNER),
    ("money:days", "GET"): staff(MATCHERS),
    ("money:days_sheet", "GET"): staff(MATCHERS),
    ("money:bill", "GET"): staff(MATCHERS),
    ("money:upload", "GET"): staff(MATCHERS),
    ("money:upload", "POST"): staff(MATCHERS),
    ("money:differences", "GET"): staff(MATCHERS),
    ("money:differences_sheet", "GET"): staff(MATCHERS),
    ("money:difference", "GET"): staff(MATCHERS),
    ("orders:ship_template", "GET"): staff(SHIPPERS),
    ("orders:ship_waiting", "POST"): staff(SHIPPERS),
    ("orders:tracking_board", "GET"): staff(SHIPPERS),
    ("orders:tracking", "GET"): staff(SHIPPERS),
    ("orders:journey", "GET"): staff(ALL),
    ("orders:collections", "GET"): staff(SHIPPERS),
    ("orders:to_hand_over", "GET"): staff(SHIPPERS),
    ("orders:hand_group_over", "GET"): staff(SHIPPERS),
    ("orders:hand_group_over", "POST"): staff(SHIPPERS),
    ("orders:way", "GET"): staff(ALL),
    ("orders:cod", "GET"): staff(COLLECTORS),
    ("orders:remit_template", "GET"): staff(COLLECTORS),
    ("orders:hand_over", "POST"): staff(SHIPPERS),
    ("orders:call_off", "POST"): staff(SHIPPERS),
    ("orders:wechat_reports", "GET"): staff(SHIPPERS),
    ("orders:wechat_again", "POST"): staff(SHIPPERS),
    ("orders:wechat_report", "GET"): staff(SHIPPERS),
    ("orders:printing", "GET"): staff(PRINTERS),
    ("orders:print_job", "GET"): staff(PRINTERS),
    ("orders:print_on", "POST"): staff(PRINTERS),
    ("orders:label", "GET"): staff(SHIPPERS),
    ("orders:print_label", "POST"): staff(SHIPPERS),
    ("orders:print_labels", "GET"): staff(SHIPPERS),
    ("orders:print_labels", "POST"): staff(SHIPPERS),
    ("orders:labels", "GET"): staff(SHIPPERS),
    ("orders:reveal", "POST"): staff(REVEALERS),
    ("orders:copy", "POST"): staff(REVEALERS),
    ("orders:reveal_event", "POST"): staff(REVEALERS),
    ("orders:undo_parcel", "POST"): staff(SHIPPERS),
    ("orders:arrive_parcel", "POST"): staff(SHIPPERS),
    ("orders:remove_photo", "POST"): staff(SHIPPERS),
    ("orders:refunds", "GET"): staff(REFUNDERS),
    ("orders:preview_refund", "POST"): staff(REFUNDERS),
    ("orders:retry_refund", "POST"): staff(REFUNDERS),
    ("orders:pay_out", "POST"): staff(REFUNDERS),
    ("orders:place_test", "POST"): staff(OWNER),
    ("orders:filter", "GET"): staff(ALL),
    ("orders:station", "GET"): staff(SHIPPERS),
    ("orders:station", "POST"): staff(SHIPPERS),
    ("orders:station_sheet", "GET"): staff(SHIPPERS),
    ("orders:print", "POST"): staff(PRINTERS),
    ("orders:printed", "GET"): staff(PRINTERS),
    ("orders:bulk_count", "GET"): staff(ALL),
    ("files:upload_picture", "POST"): staff(ALL),
    # tests/ground/test_produced_files.py says who gets one that is there.
    ("files:download", "GET"): dict.fromkeys(ROLE_NAMES, NOT_FOUND) | dict.fromkeys(OUTSIDERS, LOGIN),
    ("jobs:list", "GET"): staff(ALL),
    ("jobs:watch", "GET"): staff(ALL),
    ("jobs:tell", "POST"): staff(ALL),
    ("jobs:job", "GET"): OWNERS_JOB,
    ("jobs:rows", "GET"): OWNERS_JOB,
    ("jobs:cancel", "GET"): OWNERS_JOB,
    ("jobs:cancel", "POST"): OWNERS_JOB,
    ("jobs:repeat", "POST"): OWNERS_JOB,
    ("jobs:confirm", "POST"): OWNERS_JOB,
    # This job was made of no sheet; tests/catalog says what is sent of one that was.
    ("jobs:sheet", "GET"): staff(ALL) | dict.fromkeys(ALL, NOT_FOUND),
    ("exports:list", "GET"): staff(EXPORTERS),
    ("exports:new", "GET"): staff(EXPORTERS),
    ("exports:new", "POST"): staff(EXPORTERS),
    ("exports:start", "GET"): staff(EXPORTERS),
    ("exports:add_layout", "GET"): staff(EXPORTERS),
    ("exports:add_layout", "POST"): staff(EXPORTERS),
    ("exports:layout", "GET"): staff(EXPORTERS),
    ("exports:layout", "POST"): staff(EXPORTERS),
    ("exports:delete_layout", "GET"): staff(EXPORTERS),
    ("exports:delete_layout", "POST"): staff(EXPORTERS),
    ("exports:export", "GET"): OWNERS_EXPORT,
    ("exports:cancel_export", "GET"): OWNERS_EXPORT,
    ("exports:cancel_export", "POST"): OWNERS_EXPORT,
    ("exports:stop_schedule", "GET"): OWNERS_EXPORT,
    ("exports:stop_schedule", "POST"): OWNERS_EXPORT,
    ("alerts:list", "GET"): staff(ALL),
    ("alerts:open", "GET"): staff(ALL),
    ("alerts:handle", "POST"): staff(ALL),
    ("catalog:list", "GET"): staff(DESK),
    ("catalog:product", "GET"): staff(DESK),
    ("catalog:export", "GET"): staff(BOSSES),
    ("stock:count", "GET"): staff(COUNTERS),
    ("stock:check", "POST"): staff(COUNTERS),
    ("stock:apply", "POST"): staff(COUNTERS),
    ("stock:export", "GET"): staff(COUNTERS),
    ("customers:list", "GET"): staff(CUSTOMER_VIEWERS),
    ("customers:customer", "GET"): staff(CUSTOMER_VIEWERS),
    ("customers:remark", "GET"): staff(EDITORS),
    ("customers:remark", "POST"): staff(EDITORS),
    ("store:settings", "GET"): staff(SETTINGS_VIEWERS),
    ("store:settings", "POST"): staff(OWNER),
    ("store:area", "GET"): staff(SETTINGS_VIEWERS),
    ("store:area", "POST"): staff(OWNER),
    ("freight:list", "GET"): staff(SETTINGS_VIEWERS),
    ("voice:settings", "GET"): staff(SETTINGS_VIEWERS),
    ("voice:settings", "POST"): staff(OWNER),
    ("voice:kind", "GET"): staff(SETTINGS_VIEWERS),
    ("voice:kind", "POST"): staff(OWNER),
    ("voice:upload_sound", "POST"): staff(OWNER),
    ("voice:reset_sound", "POST"): staff(OWNER),
    ("robots:overview", "GET"): staff(SETTINGS_VIEWERS),
    ("robots:robot", "GET"): staff(SETTINGS_VIEWERS),
    ("robots:robot", "POST"): staff(OWNER),
    ("robots:check", "POST"): staff(OWNER),
    ("store:first_day", "GET"): staff(OWNER),
    ("store:leave_out", "POST"): staff(OWNER),
    ("store:take_up", "POST"): staff(OWNER),
    ("store:upload_collection_code", "POST"): staff(OWNER),
    ("store:remove_collection_code", "POST"): staff(OWNER),
    ("store:upload_sound", "POST"): staff(OWNER),
    ("store:reset_sound", "POST"): staff(OWNER),
    ("store:sound", "GET"): dict.fromkeys(ROLE_NAMES, NOT_FOUND) | dict.fromkeys(OUTSIDERS, LOGIN),
    ("store:pickup_stores", "GET"): staff(SETTINGS_VIEWERS),
    ("store:wechat", "GET"): staff(SETTINGS_VIEWERS),
    ("store:wechat", "POST"): staff(OWNER),
    ("store:check_connection", "POST"): staff(OWNER),
    ("store:alipay", "GET"): staff(SETTINGS_VIEWERS),
    ("store:alipay", "POST"): staff(OWNER),
    ("store:check_alipay", "POST"): staff(OWNER),
    ("couriers:overview", "GET"): staff(BOSSES),
    ("couriers:take", "POST"): staff(BOSSES),
    ("couriers:rank", "POST"): staff(BOSSES),
    ("couriers:check", "POST"): staff(BOSSES),
    ("printers:overview", "GET"): staff(BOSSES),
    ("printers:check", "POST"): staff(BOSSES),
}
# Forms that the same people are shown and may send.
FORMS = (
    (ALL, "staff:first_password", "alerts:handle_all"),
    (OWNER, "staff:hire", "staff:change", "staff:disable", "staff:enable", "staff:reset_password"),
    (OWNER, "store:add_pickup_store", "store:pickup_store", "store:close_store", "store:open_store"),
    (OWNER, "freight:add", "freight:template", "freight:make_default", "freight:delete"),
    (EDITORS, "orders:bulk_confirm", "orders:bulk_prepare", "customers:block", "customers:unblock"),
    (EDITORS, "orders:bulk_hold", "orders:bulk_release", "orders:bulk_remark"),
    (CANCELLERS, "orders:bulk_cancel_unpaid"),
    (ANSWERERS, "orders:bulk_agree_cancels"),
    (SHIPPERS, "orders:bulk_label", "orders:bulk_ship_part", "orders:bulk_merge", "orders:bulk_hand_over"),
    (SHIPPERS, "orders:ship_sheet"),
    (COLLECTORS, "orders:bulk_collect", "orders:remit"),
    (COUNTERS, "catalog:correct_stock", "stock:import"),
    (BOSSES, "catalog:add", "catalog:edit", "catalog:import", "customers:erase", "customers:keep"),
    (REFUNDERS, "customers:balance"),
    (
        BOSSES,
        "couriers:add_sender",
        "couriers:sender",
        "couriers:choose",
        "couriers:retire",
        "couriers:take_up",
    ),
    (BOSSES, "couriers:courier", "couriers:drop", "couriers:provider"),
    (BOSSES, "pickup:appoint", "pickup:change_stores", "pickup:switch_off", "pickup:switch_on"),
    (BOSSES, "pickup:invite_verifier", "pickup:unbind_wechat", "pickup:reset_pin"),
    (BOSSES, "pickup:invite_somebody", "pickup:revoke_invite"),
    (BOSSES, "cash:reopen"),
    (ANSWERERS, "aftersales:open", "aftersales:agree_refund", "aftersales:agree_return"),
    (ANSWERERS, "aftersales:refuse_aftersale", "aftersales:note_contact", "aftersales:withdraw_aftersale"),
    (ANSWERERS, "aftersales:open_dispute", "aftersales:withdraw_dispute", "aftersales:ask_correction"),
    (RECEIVERS, "aftersales:send_back", "aftersales:renumber", "aftersales:take_in"),
    (RECEIVERS, "aftersales:refund_return", "aftersales:resend"),
    (SHIPPERS, "aftersales:label_exchange"),
    (RECEIVERS, "aftersales:turn_away", "aftersales:refund_difference"),
    (BOSSES, "aftersales:reopen_aftersale", "aftersales:decide_for_buyer", "aftersales:decide_for_shop"),
    (OWNER, "aftersales:new_reason", "aftersales:reason", "aftersales:retire_reason"),
    (OWNER, "aftersales:take_up_reason", "aftersales:new_return_address", "aftersales:return_address"),
    (OWNER, "aftersales:choose_return_address", "aftersales:retire_return_address"),
    (OWNER, "aftersales:take_up_return_address"),
    (COLLECTORS, "cash:sheet"),
    (MATCHERS, "money:fetch_again", "money:book_payment", "money:book_refund", "money:take_state"),
    (MATCHERS, "money:settle_difference", "money:dismiss_difference", "money:reopen_difference"),
    (BOSSES, "printers:add", "printers:printer", "printers:switch_off", "printers:switch_on"),
    (OWNER, "robots:add", "robots:switch_off", "robots:switch_on", "robots:remove"),
)
ORDER_ACTIONS = (
    (EDITORS, "confirm", "undo_confirm", "prepare", "undo_prepare", "release", "receive", "hold"),
    (EDITORS, "change_address", "change_lines", "postpone", "remark", "note"),
    (EDITORS, "pay_link", "withdraw_pay_link"),
    (EDITORS, "urge", "extend", "choose_payment", "send_instead", "pick_up_instead"),
    (PRICERS | {"store_clerk"}, "verify"),
    (PRICERS | {"store_clerk"}, "remind_pickup", "store_goods", "snooze_pickup"),
    (BOSSES, "undo_verify"),
    (
        SHIPPERS,
        "ship",
        "replace_number",
        "photograph",
        "ask_intercept",
        "finish_intercept",
        "give_up_label",
        "void_label",
    ),
    (SHIPPERS, "fail_intercept", "withdraw_intercept", "enter_label", "call_courier", "merge", "separate"),
    (SHIPPERS, "turn_back", "undo_turn_back"),
    (SHIPPERS, "retry_report", "let_report_be", "name_courier"),
    (SHIPPERS, "report_problem", "snooze_tracking", "settle_tracking", "tell_about_parcel"),
    (PRINTERS, "retry_print", "settle_print", "repeat_print", "cancel_print"),
    (COLLECTORS, "collect", "record_transfer", "record_excess", "reject_proof"),
    (PRICERS, "change_price", "waive"),
    (CANCELLERS, "cancel_lines", "cancel_unpaid", "cancel_paid", "close_returned", "remove_test"),
    (REFUNDERS, "refund"),
    (COLLECTORS, "issue_invoice", "refuse_invoice", "reissue_invoice", "reverse_invoice", "undo_issue"),
)
MATRIX["customers:reveal", "POST"] = staff(CUSTOMER_VIEWERS & REVEALERS)
FORMS += tuple((roles, *(f"orders:{name}" for name in names)) for roles, *names in ORDER_ACTIONS)
for _roles, *_names in FORMS:
    for _name in _names:
        MATRIX |= {(_name, method): staff(_roles) for method in ("GET", "POST")}


def namespace_of(name: str) -> str:
    """The area of the shop that a route belongs to; "" for those of no area."""
    return name.rpartition(":")[0]


NAMESPACES = sorted({namespace_of(name) for name, _method in MATRIX})

# Where an empty body is refused before it is asked whose thing it is about.
BODIES: dict[str, dict[str, Any]] = {
    "api:choose_payment": {"pay_method": "cod"},
    "api:change_delivery": {"delivery": "express", "address": cast.address()},
    "api:transfer_proof": {"image_ids": ["1"]},
    "api:address": vars(cast.HOME),
    "api:ask_aftersale": {"kind": "refund", "pieces": [{"line_id": "1", "quantity": 1}], "reason_id": "1"},
    "api:send_goods_back": {"courier": "YTO", "tracking_no": "YT1"},
    "api:renumber_return": {"courier": "YTO", "tracking_no": "YT1"},
    "api:correct_aftersale_reason": {"reason_id": "1"},
    "api:dispute_aftersale": {"about": "other"},
    "api:invoice": {"holder": "person", "title": "林晓燕", "email": "lin@mail.example"},
}
# Pages that answer any other method with a redirect and change nothing by it.
REDIRECTING = frozenset({"root", "set_language", "staff:login"})


@dataclass
class World:
    """One of everything that an address can name; all of it belongs to `customer`."""

    customer: Any
    ids: dict[str, Any]
    known: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)

    def path(self, name: str) -> str:
        if name == "root":
            return "/"
        pattern = dict(list_routes())[name]
        wanted = {key: self.ids[key] for key in pattern.pattern.converters if key != "id"}
        if name in ("orders:retry_refund", "orders:pay_out"):
            wanted["number"] = self.ids["refund_order"]
        if name == "orders:pay_link_qr":
            wanted["number"] = self.ids["linked_order"]
        if name == "orders:show_label":
            wanted["number"] = self.ids["packed_order"]
        if name in ("api:product", "api:address", "api:slots"):
            wanted["id"] = self.ids[name]
        return reverse(name, kwargs=wanted)

    def ask(self, who: str, method: str, name: str) -> HttpResponse:
        """One request by one of EVERYBODY, with as little body as will do; what it changed is undone."""
        if who not in self.known:
            self.known[who] = self._let_in(who)
        session, headers = self.known[who]
        client = Client()
        client.cookies[settings.SESSION_COOKIE_NAME] = session
        path = self.path(name)
        is_api = path.startswith("/api/")
        kind = "application/json" if is_api else "application/x-www-form-urlencoded"
        body = json.dumps(BODIES.get(name, {})).encode() if is_api else b""
        arguments = {} if method == "GET" else {"data": body, "content_type": kind}
        with undone():
            return client.generic(method, path, headers=headers, **arguments)

    def _let_in(self, who: str) -> tuple[str, dict[str, str]]:
        """The session of this person's browser, and the headers of a phone."""
        if who in ROLE_NAMES:
            return browser(who).cookies[settings.SESSION_COOKIE_NAME].value, {}
        if who == "anonymous":
            return "", {}
        customer = self.customer if who == "buyer" else cast.make_customer("别人")
        return "", {"Authorization": f"Bearer {cast.make_token(customer)}"}


@contextmanager
def undone() -> Iterator[None]:
    """Let what happens in the database and the cache leave no trace, so that the order of requests is nothing."""
    before = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(before)
        forget_cached()


@pytest.fixture
def world(books_are_clean: None, sent_tasks: list[tuple[str, int]]) -> World:
    open_counter()
    customer, sku = cast.make_customer(), cast.make_sku()
    cash = cast.place(customer, basket={sku.pk: 1}, pay_method=PayMethod.COD)
    collect_payment(cash.pk, actor=cast.clerk())
    cancel_paid(cash.pk, reason="缺货", actor=cast.clerk())
    order = cast.paid_order(customer=customer, basket={sku.pk: 2})
    change_address(order.pk, to=cast.HOME, actor=cast.clerk())
    cast.confirm_order(order.pk, actor=cast.clerk())
    line = order.lines.get().pk
    cast.ship_order(order.pk, parcels=[cast.parcel({line: 1})], actor=cast.clerk())
    address = save_address(customer, vars(cast.HOME))
    set_up_couriers()
    packed = cast.prepared_order(customer=customer)
    waybill = settled(packed, WaybillState.ISSUED, tracking_no="75000000000009")
    WaybillLabel(waybill=waybill, html="<p>label</p>").save()
    sent = Parcel.objects.get()
    picture = Picture.objects.create(
        path="pictures/pa/packing.jpg", width=1, height=1, created_at=clock.now()
    )
    photo = ParcelPhoto.objects.create(parcel=sent, picture=picture, added_at=clock.now())
    wish = InterceptWish(InterceptKind.STOP)
    intercept = ask_intercept(sent.pk, order_id=order.pk, wish=wish, actor=cast.clerk())
    follow_parcels([sent.pk])
    collection = hand_over(sent.pk, order_id=order.pk, how=CollectionState.DROPPED_OFF, actor=cast.clerk())
    # The test of a connection asks nobody: a test's transaction is open.
    ProviderAccount.objects.all().delete()
    printer = make_printer()
    print_job = print_on(order.pk, printer_id=printer.pk, actor=cast.clerk())
    # Its test asks nobody, as above.
    Printer.objects.update(device="none of a printer")
    robot = make_robot(is_on=False)
    robot.url = "none of a robot"
    robot.save()
    taken = take(cast.make_store())
    closing = close(drawer_of(take(cast.make_store())), actor=cast.clerk())
    linked = cast.place(customer)
    pay_link = make_pay_link(linked.pk, actor=cast.clerk())
    job = make_job("order.confirm", actor=cast.clerk(), key="job", subjects=[Subject(order.pk, order.number)])
    export_wish = ExportWish("orders", "csv", ["number"], {"filter": {}})
    export = ask_export(export_wish, actor=cast.clerk(), key="export")
    schedule = make_schedule(export_wish, Rhythm("week", 8), actor=cast.clerk(), key="schedule")
    ids = {
        "job_id": job.pk,
        "export_id": export.pk,
        "schedule_id": schedule.pk,
        "layout_id": make_layout(is_shared=True).pk,
        "linked_order": linked.number,
        "pay_token": make_token(pay_link),
        "ending": "svg",
        "token": write_token(Printed(Document.RECEIPT, {order.pk: 1})),
        "number": order.number,
        "refund_order": cash.number,
        "refund_id": Refund.objects.get().pk,
        "waybill_id": waybill.pk,
        "printer_id": printer.pk,
        "print_id": print_job.pk,
        "report_id": make_report(order).pk,
        "verifier_id": appoint(cast.make_store()).pk,
        "invite_id": make_invite([cast.make_store().pk], actor=cast.clerk()).pk,
        "drawer": drawer_of(taken).key,
        "closing_id": closing.pk,
        "kind": "escpos",
        "robot_kind": "feishu",
        "robot_id": robot.pk,
        "packed_order": packed.number,
        "place": 1,
        "parcel_id": sent.pk,
        "photo_id": photo.pk,
        "intercept_id": intercept.pk,
        "collection_id": collection.pk,
        "tracking_id": Tracking.objects.get().pk,
        "invoice_id": asked(order).pk,
        "aftersale": plant_aftersale(customer).number,
        "reason_id": Reason.objects.latest("pk").pk,
        "address_id": ReturnAddress.objects.latest("pk").pk,
        "bill_id": made_bill().pk,
        "difference_id": made_difference(order).pk,
        "event_id": Event.objects.get(verb="order.change_address").pk,
        "product_id": sku.product_id,
        "sku_id": sku.pk,
        "upload_id": 987654,
        "file_id": 987654,
        "alert_kind": "new_order",
        "customer_id": customer.pk,
        "api:product": str(sku.product_id),
        "api:slots": str(cast.make_store().pk),
        "api:address": str(address.pk),
        "staff_id": cast.make_staff("support").pk,
        "code": "0123456789abcdef",
        "slug": "orders",
        "path": "pictures/none.webp",
        "name": "none.wav",
        "step": "colleague",
        "store_id": cast.make_store().pk,
        "sender_id": cast.make_sender().pk,
        "courier": cast.use_courier().code,
        "provider": "kdniao",
        "template_id": cast.make_freight("大件", {}).pk,
    }
    return World(customer, ids)


def plant_aftersale(customer: Any) -> Aftersale:
    open_returns()
    return ask_aftersale(received_order(customer=customer), Kind.RETURN)


@lru_cache
def list_routes() -> list[tuple[str, URLPattern]]:
    return list(_walk(get_resolver().url_patterns, ""))


def _walk(patterns: list[Any], namespace: str) -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, inner)
        else:
            yield f"{namespace}{pattern.name or 'root'}", pattern


def outcome_of(response: HttpResponse) -> str:
    assert response.status_code < 500, response.content[:500]
    if response.status_code == 302 and response["Location"].startswith(reverse("staff:login")):
        return LOGIN
    status = str(response.status_code)
    return status if status in (UNAUTHENTICATED, FORBIDDEN, NOT_FOUND) else IN


def test_every_route_has_an_entry_and_every_entry_a_route():
    assert {name for name, _method in MATRIX} == {name for name, _pattern in list_routes()}


def test_every_role_is_in_the_matrix():
    assert set(ROLES) == set(ROLE_NAMES)


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_each_gets_in_or_not(world: World, namespace: str):
    wrong = {}
    for (name, method), expected in MATRIX.items():
        if namespace_of(name) == namespace:
            got = {who: outcome_of(world.ask(who, method, name)) for who in EVERYBODY}
            wrong |= {(name, method, who): got[who] for who in EVERYBODY if got[who] != expected[who]}
    assert wrong == {}


def test_other_methods_are_refused(world: World):
    """Nothing changes by GET, and there is no way in that the matrix does not name."""
    let_in = []
    for name in sorted({name for name, _method in MATRIX}):
        who = "buyer" if name.startswith("api:") else "owner"
        refusals = {404, 405, 302} if name in REDIRECTING else {404, 405}
        for method in METHODS:
            if (name, method) not in MATRIX and world.ask(who, method, name).status_code not in refusals:
                let_in.append((name, method))
    assert let_in == []


def test_forms_need_their_token(world: World):
    """Callbacks prove themselves by signature and the API by bearer token; all else by the form's token."""
    client = Client(enforce_csrf_checks=True)
    client.cookies = browser().cookies
    names = {name for name, method in MATRIX if method == "POST"}
    forms = sorted(
        name for name in names if not name.startswith(("api:", "payment_hooks:", "tracking_hooks:"))
    )
    assert {name for name in forms if client.post(world.path(name)).status_code != 403} == set()
