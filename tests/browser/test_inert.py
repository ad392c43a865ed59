"""A hostile buyer writes into everything that takes words; a browser then opens every address of the console.

The tour is made from the URL conf: a new address that takes an argument which the world below lacks fails.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.auth.hashers import make_password
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page

from aftersales.choices import About, Kind
from aftersales.models import Aftersale
from aftersales.services.answering import refuse_aftersale
from aftersales.services.disputing import open_dispute
from aftersales.terms.models import Reason, ReturnAddress
from aftersales.terms.services.reasons import change_reason
from orders.desk.bulk.sheet import SHIPMENTS
from orders.desk.prints.presses import Printed, write_token
from orders.desk.stock.sheet import STOCK
from orders.exports.services.asking import Wish, ask_export
from orders.exports.services.repeating import Rhythm, make_schedule
from orders.invoices.models import InvoiceRequest
from orders.invoices.services.answering import refuse_invoice
from orders.models import Order
from orders.payments.links.services import make_pay_link
from orders.payments.links.tokens import make_token
from orders.payments.services.transfers import send_proof
from orders.printing.models import PrintJob, PrintState
from orders.printing.services.asking import print_on
from orders.services.printing import Document
from orders.services.steps import urge_order
from orders.waybills.models import Waybill, WaybillLabel, WaybillState
from pickup.services.invites import make_invite
from shop.catalog.models import Sku
from shop.catalog.product_sheet import PRODUCTS
from shop.couriers.models import Sender
from shop.files.models import ProducedFile
from shop.files.produced import Description, produce_file
from shop.files.services import store_picture
from shop.jobs.running import run_slice
from shop.jobs.services import Subject, confirm_job, make_job
from shop.jobs.sheets.kinds import SheetKind
from shop.jobs.sheets.services import upload_sheet
from shop.staff.models import StaffUser
from shop.staff.services import staff_actor
from shop.store.choices import PayMethod
from tests import cast
from tests.aftersales.cases import asked as ask_aftersale
from tests.aftersales.cases import open_returns, reason, received_order
from tests.bills.bills import made_bill, made_difference
from tests.browser.conftest import LiveShop
from tests.browser.look import WATCH, WIDE
from tests.browser.test_pictures import CORPUS, plant
from tests.browser.test_story import make_number
from tests.exports.conftest import make_layout
from tests.ground.test_files import picture_bytes
from tests.invoices.invoices import PERSON, open_counter
from tests.invoices.invoices import asked as ask_invoice
from tests.pickup.counter import appoint
from tests.pickup.drawers import close, drawer_of, take
from tests.printing.conftest import make_printer
from tests.robots.robots import make_robot
from tests.security.test_permissions import MATRIX, list_routes
from tests.sheets.making import xlsx
from tests.shipping.test_intercept import asked
from tests.tracking.parcels import troubled
from tests.waybills.conftest import set_up_couriers, settled
from tests.wechat_report.conftest import make_report

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
PRODUCT_HEADER = ["商品名称", "分类", "SKU编码", "规格", "价格", "上架", "预售发货日", "库存预警", "期初库存"]
SHIPMENT_HEADER = ["订单号", "快递公司", "运单号"]
STOCK_HEADER = ["SKU编码", "商品名称", "规格", "在库", "盘点数量"]
WRITTEN = [words.replace("\x00", "") for words in CORPUS[:7]]
"""As cells of a sheet can hold it."""

OUTSIDE = {"root", "healthz", "metrics", "picture", "private_picture", "store:sound", "orders:label"}
OUTSIDE |= {"phone:cash", "phone:native", "orders:pay_link_qr"}
"""The label is the provider's own page: tests/desk/waybills says in what sandbox it stands."""
SEARCHES = (
    "/console/orders/?q=",
    "/console/orders/?recipient=",
    "/console/customers/?who=",
    "/console/products/?name=",
    "/console/products/stock/?name=",
    "/console/audit/?number=",
    "/console/orders/bulk/confirm/?all=1&filter=q=",
)

# What no page of ours has, so that whatever is found was made by the words of somebody.
INSPECT = """() => {
  const found = [...window.broken];
  const told = (node) => node.outerHTML.slice(0, 90);
  for (const node of document.querySelectorAll("*")) {
    const names = [...node.attributes].map((attribute) => attribute.name);
    if (names.some((name) => name.startsWith("on") || name === "srcdoc")) found.push(`attribute: ${told(node)}`);
    const target = node.getAttribute("href") || node.getAttribute("src") || node.getAttribute("action") || "";
    if (/^\\s*(javascript|data:text)/i.test(target)) found.push(`address: ${told(node)}`);
  }
  const made = "iframe:not([sandbox='']), object, embed, base, [autofocus][x], style, " +
    "script:not([src]):not([type='application/json'])";
  for (const node of document.querySelectorAll(made)) found.push(`element: ${told(node)}`);
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) found.push(`${root.scrollWidth} px wide`);
  return found;
}"""


def upload(kind: SheetKind, header: list[str], rows: list[list[Any]], owner: StaffUser) -> list[int]:
    """Jobs of a sheet that waits and of one that was done, of this person, under file names like the other words."""
    actor, raw = cast.actor_of(owner), xlsx([header, *rows])
    waiting, done = (
        upload_sheet(kind, f"{CORPUS[1]}.xlsx", raw, actor=actor, key=f"{kind.name} {at}") for at in range(2)
    )
    run_slice(waiting.pk)
    run_slice(done.pk)
    confirm_job(done.pk, actor=actor)
    run_slice(done.pk)
    return [waiting.pk, done.pk]


def upload_products(owner: StaffUser) -> list[int]:
    """Rows that are taken and, by their price, rows that are refused; both say something hostile in every cell."""
    taken = [
        [words, words[:30], f"H-{at}", words[:60], 10, "是", None, 5, 3] for at, words in enumerate(WRITTEN)
    ]
    return upload(PRODUCTS, PRODUCT_HEADER, [*taken, *([f"!{words}"] * 9 for words in WRITTEN)], owner)


def upload_counts(owner: StaffUser) -> list[int]:
    rows = [["H-0", WRITTEN[0], "", 3, 4], *([words] * 5 for words in WRITTEN)]
    return upload(STOCK, STOCK_HEADER, rows, owner)


def upload_shipments(owner: StaffUser, order: Order) -> list[int]:
    rows = [[cast.prepared_order().number, "SF", make_number("SF")]]
    rows += [[order.number, words, f"X{at}23456"] for at, words in enumerate(WRITTEN)]
    rows += [[words] * 3 for words in WRITTEN]
    return upload(SHIPMENTS, SHIPMENT_HEADER, rows, owner)


def send_hostile_proof(words: str) -> Order:
    cast.open_shop(transfer_on=True, transfer_bank="A", transfer_name="B", transfer_number="1")
    order = cast.place(pay_method=PayMethod.TRANSFER)
    picture = store_picture(picture_bytes(), customer_id=order.customer_id)
    send_proof(order.pk, picture_ids=[picture.pk], words=words[:500], actor=cast.buyer(order))
    return order


def produce_hostile_file(owner: StaffUser) -> ProducedFile:
    described = Description(kind="test", name=f"{CORPUS[1]}.html", content_type="text/html")
    return produce_file(described, lambda file: file.write(CORPUS[1].encode()), owner_id=owner.pk)


def plant_waybill() -> Waybill:
    """One whose label, provider and sender say what a hostile one would."""
    set_up_couriers()
    Sender.objects.update(name=CORPUS[1][:30])
    number = {"tracking_no": make_number("SF")}
    waybill = settled(cast.prepared_order(), WaybillState.ISSUED, last_error=CORPUS[1][:200], **number)
    WaybillLabel(waybill=waybill, html=f"<p>{CORPUS[1]}</p><script>window.pwned = 1</script>").save()
    return waybill


def plant_print() -> PrintJob:
    """One whose printer is called, and says, what a hostile one would."""
    printer = make_printer(name=CORPUS[1][:30], deliveries=[])
    job = print_on(cast.prepared_order().pk, printer_id=printer.pk, actor=cast.clerk())
    PrintJob.objects.filter(pk=job.pk).update(
        state=PrintState.UNKNOWN, next_try_at=None, last_error=CORPUS[1][:200], reference=CORPUS[1][:100]
    )
    return job


def add_hostile_senders() -> int:
    """A sender for each of the hostile words; the id of one of them."""
    fields = ("name", "company", "address")
    senders = [cast.make_sender(**dict.fromkeys(fields, words[:20])) for words in WRITTEN]
    return senders[1].pk


class Tour:
    """A hostile world and the addresses that lead through it."""

    def __init__(self, shop: LiveShop, owner: StaffUser) -> None:
        self.orders = [plant(shop, words) for words in CORPUS]
        self.orders += [send_hostile_proof(words) for words in CORPUS[:2]]
        order = self.orders[1]
        urge_order(order.pk, actor=cast.buyer(order))
        job = make_job(
            "order.confirm", actor=cast.clerk(), key=order.number, subjects=[Subject(order.pk, "1")]
        )
        wish = Wish("orders", "csv", ["number"], {"filter": {}}, CORPUS[1][:200])
        export = ask_export(wish, actor=staff_actor(owner), key="tour")
        schedule = make_schedule(wish, Rhythm("week", 8), actor=cast.clerk(), key="tour")
        self.sheets = upload_products(owner) + upload_counts(owner) + upload_shipments(owner, order)
        self.owner = owner
        sku = Sku.objects.get(code="H-1")
        self.arguments: dict[str, Any] = {
            "number": order.number,
            "customer_id": order.customer_id,
            "product_id": sku.product_id,
            "sku_id": sku.pk,
            "staff_id": owner.pk,
            "job_id": job.pk,
            "export_id": export.pk,
            "schedule_id": schedule.pk,
            "layout_id": make_layout(CORPUS[1][:40], is_shared=True).pk,
            "file_id": produce_hostile_file(owner).pk,
            "alert_kind": "new_order",
            "template_id": cast.make_freight(CORPUS[1][:40], {"first_fen": 1_00}).pk,
            "slug": "orders",
            "waybill_id": plant_waybill().pk,
            "intercept_id": asked(called=CORPUS[1], detail=CORPUS[1][:200]).pk,
            "invoice_id": plant_invoice().pk,
            "aftersale": plant_aftersale().number,
            "reason_id": Reason.objects.latest("pk").pk,
            "address_id": ReturnAddress.objects.latest("pk").pk,
            "bill_id": made_bill().pk,
            "difference_id": made_difference(number=CORPUS[1][:64], refund_id=CORPUS[1][:64]).pk,
            "parcel_id": asked().parcel_id,
            "tracking_id": troubled(words=CORPUS[1][:200]).pk,
            "printer_id": (planted := plant_print()).printer_id,
            "print_id": planted.pk,
            "report_id": make_report(cast.paid_order()).pk,
            "kind": "escpos",
            "robot_kind": "feishu",
            "robot_id": make_robot(name=CORPUS[1][:30], keyword=CORPUS[1][:20]).pk,
            "store_id": cast.make_store(CORPUS[1][:40], address_detail=CORPUS[1][:100]).pk,
            "verifier_id": appoint(cast.make_store(), nickname=CORPUS[1][:30]).pk,
            "invite_id": make_invite([cast.make_store().pk], actor=cast.clerk()).pk,
            "drawer": drawer_of(take(cast.make_store(f"1{CORPUS[1]}"[:40]))).key,
            "closing_id": close(
                drawer_of(take(cast.make_store(f"2{CORPUS[1]}"[:40]))),
                actor=cast.clerk(),
                note=CORPUS[1][:200],
            ).pk,
            "place": 1,
            "sender_id": add_hostile_senders(),
            "courier": cast.use_courier().code,
            "provider": "kdniao",
            "pay_token": make_token(make_pay_link(cast.place().pk, actor=cast.clerk())),
            "token": write_token(Printed(Document.RECEIPT, {order.pk: 1})),
        }

    def list_paths(self) -> list[str]:
        """Every address of the console, then what else shows the words: all orders, all buyers, every search."""
        names = [name for name, method in MATRIX if method == "GET" and is_console(name)]
        paths = [self._fill(name) for name in names]
        paths += [reverse(name, args=[pk]) for name in ("jobs:job", "jobs:sheet") for pk in self.sheets]
        paths += [reverse("orders:detail", args=[order.number]) for order in self.orders]
        paths += [reverse("customers:customer", args=[order.customer_id]) for order in self.orders]
        printed = dict.fromkeys((order.pk for order in self.orders), 2)
        tokens = [write_token(Printed(document, printed)) for document in Document]
        paths += [reverse("orders:printed", args=[token]) for token in tokens]
        return paths + [f"{path}{quote(words.encode())}" for path in SEARCHES for words in CORPUS[:7]]

    def _fill(self, name: str) -> str:
        wanted = dict(list_routes())[name].pattern.converters
        return reverse(name, kwargs={key: self.arguments[key] for key in wanted})


def plant_invoice() -> InvoiceRequest:
    """The shop has answered it, too."""
    open_counter()
    title = replace(PERSON, title=CORPUS[1][:100], note=CORPUS[1][:200])
    invoice = ask_invoice(title=title)
    return refuse_invoice(invoice.pk, reason=CORPUS[1], actor=cast.clerk())


def plant_aftersale() -> Aftersale:
    """With hostile words of the buyer's and of the shop's; what is refused stands with its answer."""
    if not ReturnAddress.objects.exists():
        open_returns()
    change_reason(reason().pk, {"name": CORPUS[1][:40]}, actor=cast.clerk())
    aftersale = ask_aftersale(received_order(), Kind.RETURN, words=CORPUS[1][:200])
    refuse_aftersale(aftersale.pk, reason=CORPUS[1][:200], actor=cast.clerk())
    return open_dispute(aftersale.pk, about=About.OTHER, words=CORPUS[1][:200], actor=cast.clerk())


def is_console(name: str) -> bool:
    return not name.startswith("api:") and name not in OUTSIDE


def look(page: Page, base_url: str, paths: Iterable[str]) -> list[str]:
    """What is wrong on these pages; what is no page must be a file to be saved or data that nobody runs."""
    problems: list[str] = []
    here = [""]
    page.on(
        "dialog", lambda dialog: (problems.append(f"{here[0]}: dialog {dialog.message}"), dialog.dismiss())
    )
    page.on("pageerror", lambda error: problems.append(f"{here[0]}: script {error}"))
    for path in paths:
        here[0] = path[:120]
        answer = page.context.request.get(base_url + path)
        kind = answer.headers["content-type"]
        if answer.status >= 500 or answer.headers.get("x-content-type-options") != "nosniff":
            problems.append(f"{here[0]}: {answer.status} {answer.headers}")
        if kind.startswith("text/html"):
            page.goto(base_url + path)
            problems += [f"{here[0]}: {problem}" for problem in page.evaluate(INSPECT)]
    return problems


def sign_in_by_form(context: BrowserContext, base_url: str, user: StaffUser) -> None:
    """What the browser calls itself is written down when it signs in."""
    page = context.new_page()
    page.goto(base_url + reverse("staff:login"))
    page.fill("#id_username", user.username)
    page.fill("#id_password", cast.PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url("**/console/")
    page.close()


def test_every_page_shows_what_a_hostile_buyer_wrote_and_runs_none_of_it(
    live_shop: LiveShop, chromium: Browser
) -> None:
    owner, base_url = cast.make_staff("owner"), live_shop.url("")
    # The shop outside knows no other way to hash.
    owner.password = make_password(cast.PASSWORD, hasher="argon2")
    owner.save(update_fields=["password"])
    tour = Tour(live_shop, owner)
    context = chromium.new_context(locale="zh-CN", viewport=WIDE, user_agent=f"Firefox/ {CORPUS[1]} Linux")
    context.add_init_script(WATCH)
    sign_in_by_form(context, base_url, owner)
    page = context.new_page()
    try:
        assert look(page, base_url, tour.list_paths()) == []
        page.goto(base_url + reverse("orders:detail", args=[tour.orders[3].number]))
        assert CORPUS[3] in page.inner_text("main")
    finally:
        context.close()


def test_the_look_sees_what_words_that_run_would_make(chromium: Browser) -> None:
    context = chromium.new_context(viewport=WIDE)
    context.add_init_script(WATCH)
    page = context.new_page()
    page.goto("about:blank")
    made = (
        "<i onfocus=a()></i>", "<iframe srcdoc=x></iframe>", "<a href=' javascript:a()'></a>", "<script>1</script>",
        "<p style='width: 5000px'>wide</p>",
    )  # fmt: skip
    for html in made:
        page.evaluate("html => { document.body.innerHTML = html; }", html)
        assert page.evaluate(INSPECT), html
    page.evaluate("document.body.innerHTML = '<p>plain</p>'")
    assert page.evaluate(INSPECT) == []
    context.close()
