"""Packing photos, as staff take them over an open box: drawn, with goods in the colours of the shop's own pictures."""

from io import BytesIO
from random import Random

from PIL import Image, ImageDraw

from shop.demo.goods import PALETTES

SIZE = (480, 360)
TABLE, CARTON, FLAP, INSIDE, PAPER = "#8d9691", "#b98a58", "#cda06d", "#7d5a37", "#efe6d6"


def draw_packing(rng: Random) -> bytes:
    """A JPEG of some goods in a box, seen from above."""
    picture = Image.new("RGB", SIZE, TABLE)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((96, 14, 384, 346), fill=FLAP)
    draw.rectangle((26, 60, 454, 300), fill=FLAP)
    draw.rectangle((96, 60, 384, 300), fill=INSIDE, outline=CARTON, width=10)
    for _crumple in range(70):
        x, y = rng.randrange(108, 330), rng.randrange(72, 250)
        draw.ellipse((x, y, x + 44, y + 38), fill=PAPER, outline="#d8ccb6")
    for left in (118, 206, 294)[: rng.randint(2, 3)]:
        _draw_goods(draw, left, rng)
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


def _draw_goods(draw: ImageDraw.ImageDraw, left: int, rng: Random) -> None:
    palette = PALETTES[rng.choice(sorted(PALETTES))]
    top, height = rng.randrange(82, 120), rng.randrange(110, 160)
    draw.rounded_rectangle((left, top, left + 72, top + height), 10, fill=palette.main)
    draw.rounded_rectangle((left + 12, top + 30, left + 60, top + 74), 4, fill=palette.light)
    draw.rectangle((left + 20, top + 46, left + 52, top + 52), fill=palette.accent)
