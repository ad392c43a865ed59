"""The receipt of an order as lines of a paper of so many columns. Personal data leaves here masked."""

from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext as _

from orders.models import OrderLine
from orders.services.sheets import Sheet
from shop import clock
from shop.clients.printers.slips import Line, justify, wrap
from shop.money import write_yuan
from shop.store.models import StoreSettings


def write_receipt(sheet: Sheet, store: StoreSettings, *, columns: int) -> list[Line]:
    """What stands on the receipt, in the language in force."""
    rule = Line("-" * columns)
    parts = (
        _write_head(sheet, store, columns),
        _write_goods(sheet.lines, columns),
        _write_money(sheet, columns),
        _write_recipient(sheet, store, columns),
    )
    lines = [line for part in parts for line in (*part, rule)]
    return [*lines, *_plain(f"{_('Printed at')} {timezone.localtime(clock.now()):%Y-%m-%d %H:%M}", columns)]


def _write_head(sheet: Sheet, store: StoreSettings, columns: int) -> Iterator[Line]:
    order = sheet.order
    for row in wrap(store.shop_name, columns // 2):
        yield Line(row, is_big=True, is_centred=True)
    for mark in sheet.marks:
        for row in wrap(mark, columns // 2):
            yield Line(row, is_big=True, is_centred=True)
    yield from _plain(f"{_('Order')} {order.number}", columns)
    yield from _plain(f"{_('Placed')} {timezone.localtime(order.placed_at):%Y-%m-%d %H:%M}", columns)
    if order.buyer_remark:
        yield from _plain(f"{_('Buyer remark')} {order.buyer_remark}", columns, is_bold=True)
    if order.seller_remark:
        yield from _plain(f"{_('Seller remark')} {order.seller_remark}", columns)


def _write_goods(lines: list[OrderLine], columns: int) -> Iterator[Line]:
    for line in lines:
        for row in wrap(f"{line.product_name} {line.sku_name}".strip(), columns):
            yield Line(row, may_go=True)
        amounts = f"  {write_yuan(line.price_fen)} x{line.quantity}"
        for row in justify(amounts, write_yuan(line.price_fen * line.quantity), columns):
            yield Line(row, is_bold=True, may_go=True)
        if line.cancelled:
            yield Line(f"  {_('%(n)d cancelled') % {'n': line.cancelled}}", is_bold=True, may_go=True)


def _write_money(sheet: Sheet, columns: int) -> Iterator[Line]:
    order = sheet.order
    amounts = (
        (_("Goods"), sheet.goods_fen, True),
        (_("Freight"), order.freight_fen, True),
        (_("Price changes and cancelled goods"), sheet.adjusted_fen, bool(sheet.adjusted_fen)),
        (_("Payable"), order.payable_fen, True),
        (f"{_('Amount paid')} {sheet.pay_method}", order.paid_fen, bool(order.paid_fen)),
        (_("Refunded"), order.refunded_fen, bool(order.refunded_fen)),
        (f"{_('Owed')} {sheet.pay_method}", order.owed_fen, bool(order.owed_fen) and not sheet.is_cash),
    )
    for label, fen, is_shown in amounts:
        for row in justify(str(label), _write_amount(fen), columns) if is_shown else ():
            yield Line(row)
    if sheet.is_cash:
        for row in justify(_("Cash to collect"), _write_amount(order.owed_fen), columns // 2):
            yield Line(row, is_big=True)


def _write_amount(fen: int) -> str:
    return f"-{write_yuan(-fen)}" if fen < 0 else write_yuan(fen)


def _write_recipient(sheet: Sheet, store: StoreSettings, columns: int) -> Iterator[Line]:
    order = sheet.order
    yield from _plain(f"{_('Delivery')} {sheet.delivery}", columns, is_bold=True)
    yield from _plain(f"{_('Recipient')} {sheet.recipient} {sheet.phone}", columns)
    if order.pickup_store:
        yield from _plain(f"{_('Store')} {order.pickup_store.name}", columns)
        if sheet.comes_at:
            yield from _plain(f"{_('Comes at')} {sheet.comes_at}", columns, is_bold=True)
    else:
        yield from _plain(f"{_('Address')} {order.region} {sheet.street}", columns)
    if store.contact_phone:
        yield from _plain(f"{_('Contact phone')} {store.contact_phone}", columns)


def _plain(text: str, columns: int, *, is_bold: bool = False) -> Iterator[Line]:
    for row in wrap(text, columns):
        yield Line(row, is_bold=is_bold)
