"""Pictures of a bank's slip, as buyers send them for a transfer: drawn, with nothing but figures on them."""

from datetime import datetime
from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from shop.demo.goods import SHOP_ZONE
from shop.money import format_fen

SIZE = (480, 640)
INK, QUIET, GREEN = "#1f2a24", "#9aa5a0", "#2f8f5b"


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def draw_slip(amount_fen: int, at: datetime) -> bytes:
    """A JPEG of a transfer of so much at that moment."""
    picture = Image.new("RGB", SIZE, "#f4f6f5")
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle((24, 24, 456, 616), 20, fill="#ffffff")
    draw.ellipse((200, 64, 280, 144), fill=GREEN)
    draw.line([(220, 104), (236, 120), (262, 90)], fill="#ffffff", width=8, joint="curve")
    # The font that comes with Pillow knows no ¥.
    draw.text((240, 210), format_fen(amount_fen).lstrip("¥"), INK, _font(56), anchor="mm")
    draw.text((240, 262), f"CNY   {at.astimezone(SHOP_ZONE):%Y-%m-%d %H:%M}", QUIET, _font(22), anchor="mm")
    for line, width in enumerate((300, 220, 340, 260)):
        y = 330 + 64 * line
        draw.rounded_rectangle((60, y, 60 + 90, y + 16), 8, fill="#e3e8e5")
        draw.rounded_rectangle((170, y, 170 + width - 90, y + 16), 8, fill="#cfd8d3")
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=80)
    return buffer.getvalue()
