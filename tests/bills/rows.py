"""Rows of bills of WeChat Pay by the hundred thousand, and totals that fit them."""

from datetime import date

from shop.demo.standins.wechat.bills import TRADE_TOTALS
from tests.bills.bills import PAID


def row_of(day: date, mchid: str, number: int = 1, **changes: str) -> dict[str, str]:
    """A payment of 50 yuan at noon."""
    own = {
        "交易时间": f"{day:%Y-%m-%d} 12:00:00",
        "商户号": mchid,
        "微信订单号": f"42{number:026d}",
        "商户订单号": f"99{number:016d}-1",
    }
    return PAID | own | changes


def totals_of(*rows: dict[str, str]) -> dict[str, str]:
    """The totals of these rows, of which none is a refund."""
    fen = sum(_fen(row["应结订单金额"]) for row in rows)
    fee = sum(_fen(row["手续费"]) for row in rows)
    values = [str(len(rows)), _yuan(fen), "0.00", "0.00", _yuan(fee), _yuan(fen), "0.00"]
    return dict(zip(TRADE_TOTALS, values, strict=True))


def _fen(text: str) -> int:
    yuan, _, cents = text.partition(".")
    return int(yuan) * 100 + int(cents[:2])


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"
