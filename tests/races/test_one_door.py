"""Each kind of subject goes through the one door: of many who press at once one is let through, by the lock alone."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction

from aftersales.terms.models import AftersaleTerms
from aftersales.terms.services.addresses import add_address, change_address
from aftersales.terms.services.reasons import add_reason, change_reason
from aftersales.terms.services.terms import change_terms
from notifications.models import Alert, AlertKind
from notifications.robots.services.setting_up import change_robot
from notifications.voice.selectors import get_alert_setting
from notifications.voice.services import choose_hearing_roles
from orders.exports.services.asking import Wish, ask_export, cancel_export
from orders.exports.services.layouts import LayoutTerms, change_layout
from orders.exports.services.repeating import Rhythm, make_schedule, stop_schedule
from orders.models import Order
from orders.services.steps import confirm_order
from shop import clock
from shop.actor import Actor
from shop.catalog.services import ProductChange, change_product
from shop.couriers.models import Provider, ProviderAccount
from shop.couriers.services.accounts import change_courier
from shop.couriers.services.providers import change_provider
from shop.couriers.services.senders import change_sender
from shop.customers.care import block_customer
from shop.events.models import Event, Versioned
from shop.files.models import ProducedFile
from shop.files.produced import Description, produce_file, take_download
from shop.freight.services import Terms, change_template
from shop.jobs.registry import Subject
from shop.jobs.services import cancel_job, make_job
from shop.moves.services import lock_row
from shop.moves.table import SUBJECTS
from shop.printers.services.printers import change_printer
from shop.staff.services import disable_staff
from shop.store.pickup_stores.services import change_store
from shop.store.selectors import get_store_settings
from shop.store.services import change_alipay_account, change_store_settings, change_wechat_account
from tests import cast
from tests.aftersales.cases import ADDRESS
from tests.exports.conftest import make_layout
from tests.printing.conftest import make_printer
from tests.races.conftest import Rendezvous, codes_of, run_together
from tests.robots.robots import make_robot

RACERS = 3


@dataclass(frozen=True)
class Race:
    """One thing that everybody wants to do to one subject: `act(actor, n)` of the n-th racer."""

    subject: Versioned
    verb: str
    act: Callable[[Actor, int], Any]
    late: str = "stale"


def of_orders() -> Race:
    order = cast.paid_order()
    return Race(
        order, "order.confirm", lambda actor, _n: confirm_order(order.pk, actor=actor), "already_done"
    )


def of_customers() -> Race:
    customer = cast.make_customer()
    act = lambda actor, n: block_customer(customer.pk, reason=f"{n}", actor=actor)  # noqa: E731
    return Race(customer, "customer.block", act, "already_blocked")


def of_products() -> Race:
    product = cast.make_sku().product
    seen = product.version
    return Race(
        product,
        "product.change",
        lambda actor, n: change_product(
            product.pk, ProductChange({"name": f"name {n}"}, {}), actor=actor, expected_version=seen
        ),
    )


def of_staff() -> Race:
    user = cast.make_staff("support")
    act = lambda actor, n: disable_staff(user.pk, reason=f"{n}", actor=actor)  # noqa: E731
    return Race(user, "staff.disable", act, "already_done")


def of_settings() -> Race:
    store = get_store_settings()
    return Race(
        store,
        "settings.change",
        lambda actor, n: change_store_settings(
            {"ship_within_hours": 20 + n}, actor=actor, expected_version=store.version
        ),
    )


def of_freight_templates() -> Race:
    template = cast.make_freight("大件", {})
    return Race(
        template,
        "freight_template.change",
        lambda actor, n: change_template(
            template.pk,
            Terms(f"大件 {n}", "piece", [{"is_elsewhere": True}]),
            actor=actor,
            expected_version=1,
        ),
    )


def of_senders() -> Race:
    sender = cast.make_sender()
    seen = sender.version
    return Race(
        sender,
        "sender.change",
        lambda actor, n: change_sender(sender.pk, {"name": f"周 {n}"}, actor=actor, expected_version=seen),
    )


def of_couriers() -> Race:
    account = cast.use_courier()
    seen = account.version
    return Race(
        account,
        "courier.change",
        lambda actor, n: change_courier(
            account.pk, {"send_site": f"site {n}"}, actor=actor, expected_version=seen
        ),
    )


def of_aftersale_terms() -> Race:
    terms, _made = AftersaleTerms.objects.get_or_create(pk=1)
    act = lambda actor, n: change_terms({"window_days": 20 + n}, actor=actor, expected_version=terms.version)  # noqa: E731
    return Race(terms, "aftersale_terms.change", act)


def of_aftersale_reasons() -> Race:
    reason = add_reason({"name": "不想要了", "is_quality": False}, actor=cast.clerk())
    act = lambda actor, n: change_reason(reason.pk, {"name": f"{n}"}, actor=actor, expected_version=1)  # noqa: E731
    return Race(reason, "aftersale_reason.change", act)


def of_return_addresses() -> Race:
    address = add_address(ADDRESS, actor=cast.clerk())
    act = lambda actor, n: change_address(address.pk, {"name": f"{n}"}, actor=actor, expected_version=1)  # noqa: E731
    return Race(address, "return_address.change", act)


def of_providers() -> Race:
    account = ProviderAccount.objects.create(provider=Provider.KDNIAO)
    seen = account.version
    return Race(
        account,
        "provider.change",
        lambda actor, n: change_provider(
            Provider.KDNIAO, {"customer": f"10{n}"}, actor=actor, expected_version=seen
        ),
    )


def of_printers() -> Race:
    printer = make_printer()
    seen = printer.version
    return Race(
        printer,
        "printer.change",
        lambda actor, n: change_printer(
            printer.pk, {"name": f"printer {n}"}, actor=actor, expected_version=seen
        ),
    )


def of_pickup_stores() -> Race:
    store = cast.make_store()
    seen = store.version
    return Race(
        store,
        "pickup_store.change",
        lambda actor, n: change_store(store.pk, {"name": f"store {n}"}, actor=actor, expected_version=seen),
    )


def of_robots() -> Race:
    robot = make_robot()
    seen = robot.version
    return Race(
        robot,
        "robot.change",
        lambda actor, n: change_robot(robot.pk, {"name": f"robot {n}"}, actor=actor, expected_version=seen),
    )


def of_jobs() -> Race:
    order, owner = cast.paid_order(), cast.actor_of(cast.make_staff("owner"))
    job = make_job("order.confirm", actor=owner, key="race", subjects=[Subject(order.pk, order.number)])
    return Race(job, "job.cancel", lambda actor, _n: cancel_job(job.pk, actor=actor), "already_over")


def of_exports() -> Race:
    owner = cast.actor_of(cast.make_staff("owner"))
    export = ask_export(Wish("orders", "csv", ["number"], {"filter": {}}), actor=owner, key="race")
    act = lambda actor, _n: cancel_export(export.pk, actor=actor)  # noqa: E731
    return Race(export, "export.cancel", act, "already_done")


def of_export_schedules() -> Race:
    owner = cast.actor_of(cast.make_staff("owner"))
    wish = Wish("orders", "csv", ["number"], {"filter": {}})
    schedule = make_schedule(wish, Rhythm("week", 8), actor=owner, key="race")
    act = lambda actor, _n: stop_schedule(schedule.pk, actor=actor)  # noqa: E731
    return Race(schedule, "export_schedule.stop", act, "already_done")


def of_export_layouts() -> Race:
    layout = make_layout(is_shared=True)
    seen = layout.version
    return Race(
        layout,
        "export_layout.change",
        lambda actor, n: change_layout(
            layout.pk, LayoutTerms(f"仓库 {n}", ["number"], True), actor=actor, expected_version=seen
        ),
    )


def of_files() -> Race:
    owner = cast.make_staff("owner")
    once = Description("test", "once.txt", is_once=True)
    file: ProducedFile = produce_file(once, lambda stream: stream.write(b"x"), owner_id=owner.pk)  # type: ignore[arg-type, return-value]
    mine = cast.actor_of(owner)
    return Race(file, "file.download", lambda _actor, _n: take_download(file.pk, actor=mine), "downloaded")


RACES = {
    race.__name__: race
    for race in (
        *(
            of_orders,
            of_customers,
            of_products,
            of_staff,
            of_settings,
            of_freight_templates,
            of_senders,
            of_couriers,
            of_providers,
            of_printers,
            of_pickup_stores,
            of_robots,
            of_jobs,
            of_files,
            of_exports,
            of_export_schedules,
            of_export_layouts,
            of_aftersale_terms,
            of_aftersale_reasons,
            of_return_addresses,
        ),
    )
}


NOT_RACED = {
    "waybill": "tests/races/test_waybill.py",
    "intercept": "tests/races/test_intercept.py",
    "invoice": "tests/races/test_invoices.py",
    "aftersale": "tests/races/test_aftersales.py",
    "bill": "tests/races/test_bills.py",
    "difference": "tests/races/test_bills.py",
    "collection": "tests/races/test_collection.py",
    "tracking": "tests/races/test_tracking.py",
    "packing": "tests/races/test_packing.py",
    "print_job": "tests/races/test_printing.py",
    "buyer_notice": "tests/races/test_notices.py",
    "shipping_report": "tests/races/test_wechat_report.py",
    "cash_closing": "tests/races/test_cash.py",
    "verifier": "tests/pickup/test_verifiers.py: one is switched off once",
    "verifier_invite": "tests/races/test_invites.py",
    "guess_lock": "tests/pickup/test_guesses.py: it is written once and never changed",
    "sku": "tests/races/test_stock.py, test_stocktake.py and test_low_stock.py",
    "gateway": "tests/payments/test_outage.py: its rows are counted up under their lock",
    "books": "tests/ground/test_nightly.py: two who end one night",
    "wechat_account": "below: it takes no version",
    "alipay_account": "below: it takes no version",
    "alert_setting": "below, and tests/races/test_alerts.py",
}


def test_every_kind_of_subject_is_raced_somewhere() -> None:
    assert {make().subject.subject_kind for make in RACES.values()} | set(NOT_RACED) == set(SUBJECTS)


def run_race(race: Race) -> list[str]:
    actors = [cast.actor_of(cast.make_staff("owner")) for _ in range(RACERS)]
    return codes_of(run_together([partial(race.act, actor, n) for n, actor in enumerate(actors)]))


def count_events(race: Race) -> int:
    subject = race.subject
    return Event.objects.filter(kind=subject.subject_kind, subject_id=subject.pk, verb=race.verb).count()


@pytest.mark.parametrize("name", RACES)
def test_one_is_let_through_and_the_others_hear_why_not(name: str) -> None:
    race = RACES[name]()
    assert run_race(race) == sorted(["ok", *[race.late] * (RACERS - 1)])
    assert count_events(race) == 1


@pytest.mark.parametrize("name", RACES)
def test_without_the_lock_only_the_version_stands_between_them(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    race = RACES[name]()
    rendezvous = Rendezvous(RACERS)

    def read_and_meet(model: type[Versioned], pk: int, *, actor: Actor | None = None) -> Versioned:
        found = model._default_manager.get(pk=pk)
        if found == race.subject:
            rendezvous.meet()
        return found

    for module in ("shop.moves.services", "shop.jobs.services"):
        monkeypatch.setattr(f"{module}.lock_row", read_and_meet)
    # Those of all owners, which `lock_staff` takes first.
    monkeypatch.setattr("django.db.models.query.QuerySet.select_for_update", lambda rows, **_how: rows.all())
    assert run_race(race) == sorted(["ok", *["stale"] * (RACERS - 1)])
    assert count_events(race) == 1


def test_credentials_and_alert_settings_are_changed_in_turn() -> None:
    """These take no version: who comes later writes over what is there, each with an event of its own."""
    actors = [cast.actor_of(cast.make_staff("owner")) for _ in range(RACERS)]
    acts = [
        lambda a=actor, n=n: change_wechat_account({"mini_secret": f"s{n}"}, actor=a)
        for n, actor in enumerate(actors)
    ]
    assert codes_of(run_together(acts)) == ["ok"] * RACERS
    acts = [
        lambda a=actor, n=n: change_alipay_account({"appid": f"2021{n}"}, actor=a)
        for n, actor in enumerate(actors)
    ]
    assert codes_of(run_together(acts)) == ["ok"] * RACERS
    roles = ["owner", "manager", "order_clerk"]
    acts = [
        lambda a=actor, n=n: choose_hearing_roles(AlertKind.URGE, roles[: n + 1], actor=a)
        for n, actor in enumerate(actors)
    ]
    assert codes_of(run_together(acts)) == ["ok"] * RACERS
    setting = get_alert_setting(AlertKind.URGE)
    changes = Event.objects.filter(kind="alert_setting", subject_id=setting.pk)
    assert [*changes.order_by("number").values_list("number", flat=True)] == [*range(1, setting.version + 1)]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_what_points_to_a_locked_row_is_written_meanwhile() -> None:
    order = cast.place()
    alert = Alert(kind=AlertKind.URGE, order=order, event_id=0, event_number=1, raised_at=clock.now())
    with ThreadPoolExecutor() as pool, transaction.atomic():
        lock_row(Order, order.pk)
        writing = pool.submit(run_together, [alert.save])
        assert codes_of(writing.result(timeout=5)) == ["ok"]
    alert.delete()
