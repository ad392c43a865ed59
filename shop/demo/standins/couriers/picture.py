"""The label of a pretend waybill as a picture, as 快递100 makes it: bars of the number, and the words of the page."""

import io
import re
from html import unescape

from barcode import Code128
from PIL import Image, ImageDraw, ImageFont

_SIZE = (800, 1200)
"""100 × 150 mm for a printer of 203 dots in an inch."""
_FONTS = ("wqy-zenhei.ttc", "NotoSansCJK-Regular.ttc", "msyh.ttc", "simhei.ttf", "PingFang.ttc")
_MODULE, _TALL, _MARGIN = 3, 140, 40
_LONGEST = 36


def draw_picture(label: str, number: str) -> bytes:
    """The PNG of a label that `write_label` wrote."""
    picture = Image.new("1", _SIZE, 1)
    pen = ImageDraw.Draw(picture)
    _draw_bars(pen, number)
    pen.multiline_text((_MARGIN, 240), _read_words(label), fill=0, font=_find_font(), spacing=10)
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def _draw_bars(pen: ImageDraw.ImageDraw, number: str) -> None:
    (bars,) = Code128(number).build()
    left = (_SIZE[0] - len(bars) * _MODULE) // 2
    for at, bar in enumerate(bars):
        if bar == "1":
            x = left + at * _MODULE
            pen.rectangle((x, _MARGIN, x + _MODULE - 1, _MARGIN + _TALL), fill=0)


def _read_words(label: str) -> str:
    body = label.partition("<body")[2].partition(">")[2]
    parts = [unescape(part).strip() for part in re.split(r"</td>|<br>|<[^>]*>", body)]
    rows = [part[at : at + _LONGEST] for part in parts for at in range(0, len(part), _LONGEST)]
    return "\n".join(rows)


def _find_font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    for name in _FONTS:
        try:
            return ImageFont.truetype(name, 20)
        except OSError:
            continue
    return ImageFont.load_default(20)
