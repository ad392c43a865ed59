"""Every dialog of the console: reached, used and left by the keyboard, clean by the rules of axe, whole on a phone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from aftersales.choices import About, Kind
from aftersales.models import Aftersale
from aftersales.pages.actions import ACTIONS as OF_AFTERSALES
from aftersales.services.answering import refuse_aftersale
from aftersales.services.disputing import open_dispute
from aftersales.terms.models import Reason, ReturnAddress
from aftersales.terms.services.addresses import add_address, retire_address
from aftersales.terms.services.reasons import retire_reason
from aftersales.terms.views_rows import ADDRESS_ACTIONS as OF_ADDRESSES
from aftersales.terms.views_rows import REASON_ACTIONS as OF_REASONS
from notifications.robots.views import ACTIONS as OF_ROBOTS
from orders.bills.services.ending import dismiss_difference
from orders.desk.customers.forms import ACTIONS as OF_CUSTOMERS
from orders.desk.exports.actions import OF_EXPORT, OF_SCHEDULE
from orders.desk.exports.layout_views import DELETE as DELETE_LAYOUT
from orders.desk.intercepts.actions import ACTIONS as OF_INTERCEPTS
from orders.desk.invoices.actions import ACTIONS as OF_INVOICES
from orders.desk.money.actions import BILL_ACTIONS, DIFFERENCE_ACTIONS
from orders.desk.order.actions import ACTIONS as OF_ORDERS
from orders.desk.printing.actions import ACTIONS as OF_PRINTS
from orders.desk.testing.services import place_test_order
from orders.desk.tracking.actions import ACTIONS as OF_TRACKINGS
from orders.desk.waybills.actions import ACTIONS as OF_WAYBILLS
from orders.desk.wechat_report.actions import ACTIONS as OF_REPORTS
from orders.exports.services.asking import Wish, ask_export
from orders.exports.services.repeating import Rhythm, make_schedule
from orders.invoices.services.answering import issue_invoice
from orders.models import Order
from orders.payments.changes.swapping import Swap, change_lines
from orders.payments.links.services import make_pay_link
from orders.payments.services.transfers import send_proof
from orders.printing.models import PrintJob, PrintState
from orders.printing.services.asking import print_on
from orders.selectors import find_test_order
from orders.shipping.services.ship import ship_order
from orders.waybills.models import WaybillState
from pickup.cash.pages import ACTIONS as OF_CASH
from pickup.pages.invites import ACTIONS as OF_INVITES
from pickup.pages.verifiers import ACTIONS as OF_VERIFIERS
from pickup.services.invites import make_invite
from pickup.services.pins import set_pin
from pickup.services.verifiers import switch_off
from shop.couriers.services.senders import retire_sender
from shop.couriers.views_couriers import DROP
from shop.couriers.views_senders import ACTIONS as OF_SENDERS
from shop.customers.care import block_customer
from shop.customers.erasure import ask_erasure
from shop.events.delivery import count_undelivered
from shop.files.services import store_picture
from shop.printers.services.printers import drop_printer
from shop.printers.views import ACTIONS as OF_PRINTERS
from shop.staff.pages.actions import CHANGE, DISABLE, ENABLE
from shop.staff.pages.people import RESET
from shop.staff.services import disable_staff, staff_actor
from shop.store.choices import PayMethod
from shop.store.pickup_stores.views import ACTIONS as OF_STORES
from tests import cast
from tests.aftersales.cases import ADDRESS, agreed_return, open_returns, received_order, sent_back, taken_in
from tests.aftersales.cases import asked as ask_aftersale
from tests.bills.bills import made_bill, made_difference
from tests.browser.conftest import Device, LiveShop
from tests.browser.dialogs import list_openers, try_dialog
from tests.browser.look import WIDE
from tests.expect import wait_until
from tests.exports.conftest import make_layout
from tests.ground.test_files import picture_bytes
from tests.invoices.invoices import asked as ask_invoice
from tests.pickup import counter, drawers
from tests.printing.conftest import make_printer
from tests.robots.robots import make_robot
from tests.shipping.cash import refused_cod
from tests.shipping.test_intercept import asked
from tests.tracking.parcels import followed, troubled
from tests.waybills.conftest import set_up_couriers, settled
from tests.wechat_report.conftest import lack_courier, make_report

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
DIRECT = {"merge", "prepare", "release", "separate", "undo_confirm", "undo_prepare"}
"""Asked for by a button, of the page or of a toast, that does it at once: their dialogs are for who has no scripts."""


def proven_order() -> Order:
    """An order whose transfer waits to be looked at."""
    cast.open_shop(transfer_on=True, transfer_bank="A", transfer_name="B", transfer_number="1")
    order = cast.place(pay_method=PayMethod.TRANSFER)
    picture = store_picture(picture_bytes(), customer_id=order.customer_id)
    send_proof(order.pk, picture_ids=[picture.pk], words="尾号 1111", actor=cast.buyer(order))
    return order


def list_pages() -> Iterator[str]:
    """Pages on which, taken together, every button of a subject stands."""
    orders = [
        cast.place(), proven_order(), cast.place(pay_method=PayMethod.COD), cast.paid_order(),
        cast.prepared_order(), cast.shipped_order(), find_test_order() or place_test_order(actor=cast.clerk()),
    ]  # fmt: skip
    make_pay_link(orders[0].pk, actor=cast.clerk())
    yield from (f"/console/orders/{order.number}/" for order in orders)
    uncollected, handed_out = counter.waiting(), counter.waiting()
    counter.hand_out(handed_out)
    yield from (f"/console/orders/{order.number}/" for order in (uncollected, handed_out))
    counter.forgotten()
    yield "/console/pickup/uncollected/"
    resting = counter.appoint(cast.make_store())
    switch_off(resting.pk, actor=cast.clerk())
    yield from (
        f"/console/pickup/verifiers/{row.pk}/" for row in (resting, counter.appoint(cast.make_store()))
    )
    bound = counter.appoint(cast.make_store())
    type(bound).objects.filter(pk=bound.pk).update(service_openid=f"service-{bound.pk}")
    set_pin(bound, "271828")
    yield f"/console/pickup/verifiers/{bound.pk}/"
    invite = make_invite([cast.make_store().pk], actor=cast.clerk())
    yield f"/console/pickup/invites/{invite.pk}/"
    closed = drawers.drawer_of(drawers.take())
    drawers.close(closed)
    yield f"/console/pickup/cash/{closed.key}/"
    free, blocked, leaving = (cast.make_customer() for _ in range(3))
    block_customer(blocked.pk, reason="拒收", actor=cast.clerk())
    ask_erasure(leaving.pk, actor=cast.clerk())
    yield from (f"/console/customers/{customer.pk}/" for customer in (free, blocked, leaving))
    here, gone = cast.make_staff("order_clerk"), cast.make_staff("order_clerk")
    disable_staff(gone.pk, actor=cast.clerk(), reason="离职")
    yield from (f"/console/staff/people/{person.pk}/" for person in (here, gone))
    _default, other, retired = (cast.make_sender() for _ in range(3))
    retire_sender(retired.pk, actor=cast.clerk())
    courier = cast.use_courier()
    yield from (f"/console/settings/couriers/senders/{sender.pk}/" for sender in (other, retired))
    yield f"/console/settings/couriers/accounts/{courier.code}/"
    yield f"/console/orders/intercepts/{asked().pk}/"
    cast.open_shop(invoices_on=True)
    wanted, given = ask_invoice(), ask_invoice()
    issue_invoice(given.pk, number="26332000000012345678", actor=cast.clerk())
    yield from (f"/console/orders/invoices/{invoice.pk}/" for invoice in (wanted, given))
    yield from (f"/console/aftersales/{aftersale.number}/" for aftersale in plant_aftersales())
    addresses = [add_address(ADDRESS, actor=cast.clerk()) for _ in range(2)]
    retire_address(addresses[1].pk, actor=cast.clerk())
    reasons = list(Reason.objects.order_by("pk"))
    if reasons[-1].is_in_use:
        retire_reason(reasons[-1].pk, actor=cast.clerk())
    yield from (f"/console/settings/aftersales/addresses/{address.pk}/" for address in addresses)
    yield from (f"/console/settings/aftersales/reasons/{row.pk}/" for row in (reasons[0], reasons[-1]))
    paid = [cast.paid_order() for _ in range(3)]
    # What is told of an order settles what is no difference any more.
    wait_until(lambda: not count_undelivered())
    matched = [
        made_difference(paid[0]),
        made_difference(paid[2], kind="state", theirs="refunded", refund_no="R1"),
    ]
    matched += [made_difference(paid[1], kind="unknown_refund", refund_no="R2"), made_difference()]
    dismiss_difference(matched[-1].pk, reason="另一个店铺", actor=cast.clerk())
    yield from (f"/console/money/differences/{row.pk}/" for row in matched)
    yield f"/console/money/bills/{made_bill().pk}/"
    yield f"/console/orders/{refused_cod().number}/"
    wish = Wish("orders", "csv", ["number"], {"filter": {}})
    exporter = staff_actor(cast.make_staff("owner"))
    yield f"/console/exports/{ask_export(wish, actor=exporter, key='dialogs').pk}/"
    make_schedule(wish, Rhythm("week", 8), actor=cast.clerk(), key="dialogs")
    yield "/console/exports/"
    yield f"/console/exports/layouts/{make_layout(f'对账 {here.pk}', is_shared=True).pk}/"
    yield from (f"/console/orders/tracking/{tracking.pk}/" for tracking in (followed(), troubled()))
    set_up_couriers()
    sent = ship_order(
        cast.prepared_order().pk, parcels=[cast.parcel(courier="ZTO")], actor=cast.clerk("warehouse")
    )
    owing = cast.paid_order()
    dearer = Swap(owing.lines.get().pk, 1, cast.make_sku(price_fen=99_00).pk, 1)
    change_lines(owing.pk, dearer, actor=cast.clerk())
    yield from (f"/console/orders/{order.number}/" for order in (sent, owing))
    waiting = cast.prepared_order()
    numbered = settled(waiting, WaybillState.ISSUED, tracking_no=f"76{waiting.pk:012}")
    unknown = settled(cast.prepared_order(), WaybillState.UNKNOWN)
    yield from (f"/console/orders/waybills/{waybill.pk}/" for waybill in (numbered, unknown))
    used, unused = make_printer(), make_printer()
    drop_printer(unused.pk, actor=cast.clerk())
    yield from (f"/console/settings/printers/{printer.pk}/" for printer in (used, unused))
    stores = (cast.make_store(), cast.make_store(is_open=False))
    yield from (f"/console/settings/stores/{store.pk}/" for store in stores)
    robots = (make_robot(), make_robot(is_on=False))
    yield from (f"/console/settings/robots/{robot.pk}/" for robot in robots)
    for state in (PrintState.FAILED, PrintState.UNKNOWN):
        printed = print_on(cast.prepared_order().pk, printer_id=used.pk, actor=cast.clerk())
        PrintJob.objects.filter(pk=printed.pk).update(state=state, next_try_at=None)
        yield f"/console/orders/printing/{printed.pk}/"
    told, unlisted = make_report(cast.paid_order()), lack_courier(make_report(cast.paid_order()))
    yield from (f"/console/orders/wechat/{report.pk}/" for report in (told, unlisted))
    yield f"/console/products/{cast.make_sku().product_id}/"
    yield from ("/console/audit/", "/console/alerts/")


def plant_aftersales() -> Iterator[Aftersale]:
    """One in each state in which something can be pressed."""
    if not ReturnAddress.objects.exists():
        open_returns()
    set_up_couriers()
    yield from (ask_aftersale(received_order(), kind) for kind in (Kind.REFUND, Kind.RETURN))
    refused, disputed = (
        refuse_aftersale(ask_aftersale(received_order(), Kind.RETURN).pk, actor=cast.clerk())
        for _ in range(2)
    )
    yield refused
    yield open_dispute(disputed.pk, about=About.OTHER, actor=cast.clerk())
    yield agreed_return(received_order())
    yield sent_back(received_order())
    yield taken_in(received_order())
    yield taken_in(received_order(), Kind.EXCHANGE)


def list_expected() -> set[str]:
    actions = (
        *OF_ORDERS.values(),
        *OF_CUSTOMERS,
        *OF_SENDERS,
        *OF_WAYBILLS,
        *OF_INTERCEPTS,
        *OF_INVOICES,
        *OF_AFTERSALES,
        *OF_REASONS,
        *OF_ADDRESSES,
        *BILL_ACTIONS,
        *DIFFERENCE_ACTIONS,
        *OF_EXPORT,
        DELETE_LAYOUT,
        *OF_SCHEDULE,
        *OF_TRACKINGS,
        *OF_PRINTS,
        *OF_REPORTS,
        *OF_PRINTERS,
        *OF_STORES,
        *OF_VERIFIERS,
        *OF_INVITES,
        *OF_CASH,
        *OF_ROBOTS,
        DROP,
        CHANGE,
        DISABLE,
        ENABLE,
        RESET,
    )
    asked = {action.name for action in actions if not action.anchor} - DIRECT
    return {f"#dialog-{name}" for name in (*asked, "handle-all", "filter")} | {"#help"}


def test_every_dialog_can_be_used_by_the_keyboard_and_gives_it_back(
    live_shop: LiveShop, device: Device
) -> None:
    page = device("owner", viewport=WIDE, reduced_motion="reduce").new_page()
    tried: set[str] = set()
    problems: list[str] = []
    for path in list_pages():
        page.goto(live_shop.url(path))
        problems += try_new_dialogs(page, tried)
    assert problems == []
    assert list_expected() - tried == set()


def try_new_dialogs(page: Page, tried: set[str]) -> list[str]:
    """Try those dialogs of the page that no page before it had."""
    found = [dialog for dialog in list_openers(page) if dialog not in tried]
    tried.update(found)
    return [problem for dialog in found for problem in try_dialog(page, dialog)]
