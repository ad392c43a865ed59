"""The label of a pretend waybill as HTML with styles of its own, as the vendors' templates are."""

from dataclasses import dataclass
from html import escape

_PAGE = """<!DOCTYPE html>
<html lang="zh"><head><meta charset="utf-8"><title>{number}</title></head>
<body style="margin:0">
<table style="width:100mm;height:150mm;table-layout:fixed;overflow-wrap:anywhere;border-collapse:collapse;
font-family:SimHei,sans-serif;font-size:10pt">
<tr style="height:15mm"><td style="border:1px solid #000;padding:2mm;font-size:18pt">{courier}</td></tr>
<tr style="height:20mm"><td style="border:1px solid #000;text-align:center;font-size:30pt">{route_mark}</td></tr>
<tr style="height:18mm"><td style="border:1px solid #000;text-align:center;font-size:18pt">{number}</td></tr>
<tr><td style="border:1px solid #000;padding:2mm;vertical-align:top"><b>收</b> {receiver}<br>{to}</td></tr>
<tr><td style="border:1px solid #000;padding:2mm;vertical-align:top"><b>寄</b> {sender}<br>{origin}</td></tr>
<tr style="height:20mm"><td style="border:1px solid #000;padding:2mm">{goods}<br>{remark}</td></tr>
</table></body></html>"""


@dataclass(frozen=True)
class Label:
    """What the merchant told: names with phone numbers, whole addresses, the goods and a remark."""

    receiver: str
    to: str
    sender: str
    origin: str
    goods: str
    remark: str


def write_label(label: Label, *, courier: str, number: str, route_mark: str) -> str:
    """One label of 100 × 150 mm."""
    told = {name: escape(value) for name, value in vars(label).items()}
    return _PAGE.format(courier=courier, number=number, route_mark=route_mark, **told)
