"""The columns of a sheet by which orders are shipped, in the words that people and other shops' exports use."""

import re
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from orders.numbers import LENGTH
from orders.shipping.services.ship import MAX_TRACKING_NO
from shop.sheets.cells import Cell, CellKind, is_damaged
from shop.sheets.columns import CodeColumn, Column, WholeColumn, Wrong
from shop.spelling import normalise
from shop.words import fill

_NUMBER = re.compile(r"(?=.*\d)[A-Z0-9]{6,40}")
_LOST_DIGITS = re.compile(r"\d{15}0+")


@dataclass(frozen=True)
class OrderColumn(CodeColumn):
    """An order's number. What a .csv may have rounded is not refused here: the shop knows which numbers it gave."""

    def parse(self, cell: Cell) -> str:
        return self.clean(cell) if is_maybe_rounded(cell) else super().parse(cell)


def is_maybe_rounded(cell: Cell) -> bool:
    """Whether an order's number ends as if Excel had rounded it, which one in a thousand does by itself."""
    text = normalise(cell.text)
    return cell.is_csv and len(text) == LENGTH and bool(_LOST_DIGITS.fullmatch(text))


@dataclass(frozen=True)
class TrackingColumn(CodeColumn):
    """A tracking number as it is stored; what a spreadsheet program made of one stays as it is, and is refused."""

    def parse(self, cell: Cell) -> str:
        number: str = super().parse(cell)
        if not _NUMBER.fullmatch(number):
            message = _("“%(text)s” is no tracking number. Write one number, of 6 to 40 letters and digits.")
            raise Wrong(fill(message, {"text": cell.text[:60]}))
        return number

    def clean(self, cell: Cell) -> str:
        text = super().clean(cell)
        return text if is_damaged(text, is_csv=cell.is_csv) else normalise(text)


def may_have_lost_zeros(cell: Cell) -> bool:
    """Whether zeros before the number may be gone: in a cell of numbers, or a .csv that was opened and saved."""
    return cell.kind == CellKind.NUMBER or cell.is_csv


ORDER = OrderColumn(
    "order",
    _("Order number"),
    (
        *("订单号", "订单编号", "单号", "订单", "订单号码", "订单编码", "订单ID"),
        *("商户订单号", "商家订单号", "平台订单号", "平台单号", "商城订单号"),
        *("Order", "Order No", "Order No.", "Order number", "Order ID"),
    ),
    is_required=True,
    is_needed=True,
    fills_down=True,
    max_length=40,
    prefixes=("订单编号", "订单号", "No."),
    drops_spaces=True,
)
COURIER = Column(
    "courier",
    _("Courier"),
    (
        *("快递公司", "快递", "快递名称", "快递公司名称", "快递商"),
        *("物流公司", "物流", "物流名称", "物流公司名称", "物流商", "承运商", "承运公司"),
        *("Courier", "Carrier", "Express", "Express company", "Shipping company", "Logistics company"),
    ),
    fills_down=True,
    max_length=40,
)
TRACKING = TrackingColumn(
    "tracking",
    _("Tracking number"),
    (
        *("快递单号", "快递号", "快递编号", "快递单", "快递单号码", "快递运单号", "包裹号", "包裹单号"),
        *("运单号", "运单", "运单编号", "运单号码", "物流单号", "物流编号", "物流号", "物流运单号"),
        *("面单号", "电子面单号", "发货单号"),
        *("Tracking number", "Tracking No", "Tracking No.", "Tracking", "Tracking ID"),
        *("Waybill", "Waybill No", "Waybill number", "Express No", "Express number"),
    ),
    is_required=True,
    fills_down=True,
    max_length=MAX_TRACKING_NO,
    prefixes=(
        *("快递运单号", "快递单号", "运单编号", "物流单号", "运单号", "面单号", "单号"),
        *("Tracking number", "Tracking No.", "No."),
    ),
    drops_spaces=True,
)
SKU = CodeColumn(
    "sku",
    _("SKU code"),
    (
        *("SKU编码", "SKU", "编码", "商品编码", "规格编码", "货号"),
        *("SKU code", "SKU No", "Product code"),
    ),
    max_length=40,
)
QUANTITY = WholeColumn(
    "quantity", _("Quantity"), ("数量", "发货数量", "发货数", "商品数量", "件数", "Quantity", "Qty"), least=1
)
TO_READ: tuple[Column, ...] = (
    Column("goods", _("Goods"), ("商品", "商品信息", "商品名称", "Goods"), max_length=20_000),
    Column("recipient", _("Recipient"), ("收件人", "收货人", "收件人姓名", "Recipient"), max_length=1000),
    Column(
        "phone", _("Phone"), ("电话", "手机", "手机号", "收件人电话", "联系电话", "Phone"), max_length=1000
    ),
    Column("address", _("Address"), ("地址", "收货地址", "收件地址", "Address"), max_length=20_000),
    Column("remark", _("Buyer's remark"), ("买家备注", "买家留言", "备注", "Remark"), max_length=20_000),
)
"""For people: nothing of it is compared or changed."""

COLUMNS: tuple[Column, ...] = (ORDER, COURIER, TRACKING, SKU, QUANTITY, *TO_READ)
