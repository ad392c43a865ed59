"""Product pictures of the demo shop, drawn instead of photographed so that nothing must be shipped."""

from collections.abc import Callable
from io import BytesIO
from random import Random

from PIL import Image

from shop.demo.drawing import food_motifs, ware_motifs
from shop.demo.drawing.canvas import Canvas, blend, ellipse, leaf_outline, lighten, rotated
from shop.demo.goods import DemoProduct, Palette

MAX_BYTES = 40_000
QUALITIES = (88, 80, 70, 60, 50, 40)

DRAWINGS: dict[str, Callable[[Canvas, Palette], None]] = {
    name.removeprefix("draw_"): draw
    for name, draw in (vars(food_motifs) | vars(ware_motifs)).items()
    if name.startswith("draw_")
}
"""The name of a motif → the function that draws it."""


def draw_product_picture(product: DemoProduct, *, size: int = 640) -> bytes:
    """A square JPEG of `size` pixels and at most 40 kB; the same product always gives the same bytes."""
    palette = product.palette
    canvas = Canvas(size, palette.top, palette.bottom)
    _draw_setting(canvas, palette, Random(product.code))
    DRAWINGS[product.motif](canvas, palette)
    return _encode(canvas.finish())


def _draw_setting(canvas: Canvas, palette: Palette, rng: Random) -> None:
    """Halo, table and a few drifting leaves; they vary with the product, so that no two look alike."""
    canvas.glow(ellipse(50 + rng.uniform(-5, 5), 46, 38, 38), "#ffffff", 0.42)
    table = blend(palette.bottom, palette.accent, 0.2)
    canvas.fill([(0, 76), (100, 76), (100, 100), (0, 100)], table)
    canvas.fill([(0, 76), (100, 76), (100, 77), (0, 77)], lighten(table, 0.3))
    for centre in rng.sample([(11, 16), (88, 14), (9, 44), (92, 42), (15, 64), (86, 63)], 3):
        length = rng.uniform(5, 8)
        outline = leaf_outline(
            (centre[0] - length / 2, centre[1]), (centre[0] + length / 2, centre[1]), length / 2.4
        )
        canvas.glow(rotated(outline, rng.uniform(0, 360), centre), palette.accent, 0.2)


def _encode(picture: Image.Image) -> bytes:
    data = b""
    for quality in QUALITIES:
        buffer = BytesIO()
        picture.save(buffer, "JPEG", quality=quality, optimize=True)
        data = buffer.getvalue()
        if len(data) <= MAX_BYTES:
            break
    return data
