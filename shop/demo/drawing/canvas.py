"""A small drawing surface for the demo pictures: 100 × 100 units, smooth edges, flat shading."""

from collections.abc import Sequence
from math import cos, pi, sin, tau

from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageFilter

Point = tuple[float, float]
Outline = Sequence[Point]

OVERSAMPLING = 3
UNITS = 100


def blend(colour: str, other: str, share: float) -> str:
    """Mix two #rrggbb colours; `share` (0–1) is the part of `other`."""
    pairs = zip(ImageColor.getrgb(colour)[:3], ImageColor.getrgb(other)[:3], strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def darken(colour: str, share: float = 0.18) -> str:
    return blend(colour, "#1e1420", share)


def lighten(colour: str, share: float = 0.4) -> str:
    return blend(colour, "#ffffff", share)


def points(text: str) -> Outline:
    """The points of `x,y x,y …`, as SVG writes them."""
    pairs = (pair.split(",") for pair in text.split())
    return [(float(x), float(y)) for x, y in pairs]


def moved(outline: Outline, by: Point) -> Outline:
    return [(x + by[0], y + by[1]) for x, y in outline]


def ellipse(cx: float, cy: float, rx: float, ry: float) -> Outline:
    return arc((cx, cy), (rx, ry), 0, 360)


def arc(centre: Point, radii: Point, start: float, end: float) -> Outline:
    """Points of an elliptic arc; degrees run clockwise from three o'clock."""
    steps = 72
    angles = [(start + (end - start) * step / steps) * pi / 180 for step in range(steps + 1)]
    return [(centre[0] + radii[0] * cos(angle), centre[1] + radii[1] * sin(angle)) for angle in angles]


def rounded(x0: float, y0: float, x1: float, y1: float, radius: float) -> Outline:
    """A rectangle with round corners."""
    corners = [(x1 - radius, y1 - radius, 0), (x0 + radius, y1 - radius, 90)]
    corners += [(x0 + radius, y0 + radius, 180), (x1 - radius, y0 + radius, 270)]
    return [p for x, y, turn in corners for p in arc((x, y), (radius, radius), turn, turn + 90)]


def curve(points: Outline, *, closed: bool = False) -> Outline:
    """A smooth line (Catmull-Rom) through all points."""
    ring = [points[-1], *points, points[0], points[1]] if closed else [points[0], *points, points[-1]]
    result: list[Point] = []
    for a, b, c, d in zip(ring, ring[1:], ring[2:], ring[3:], strict=False):
        result += [
            (_spline(a[0], b[0], c[0], d[0], t / 12), _spline(a[1], b[1], c[1], d[1], t / 12))
            for t in range(12)
        ]
    return result if closed else [*result, points[-1]]


def _spline(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)


def turned_body(cx: float, profile: Outline) -> Outline:
    """A body as from a potter's wheel: `profile` lists (y, half width) from top to bottom."""
    side = curve([(half, y) for y, half in profile])
    return [(cx + x, y) for x, y in side] + [(cx - x, y) for x, y in reversed(side)]


def leaf_outline(base: Point, tip: Point, width: float) -> Outline:
    """A pointed leaf from base to tip, `width` units across at its widest."""
    dx, dy = tip[0] - base[0], tip[1] - base[1]
    length = (dx * dx + dy * dy) ** 0.5
    nx, ny = -dy / length, dx / length
    steps = [step / 30 for step in range(31)]
    halves = [(t, sin(pi * t**0.8) ** 0.85 * width / 2 if 0 < t < 1 else 0.0) for t in steps]
    left = [(base[0] + dx * t + nx * h, base[1] + dy * t + ny * h) for t, h in halves]
    right = [(base[0] + dx * t - nx * h, base[1] + dy * t - ny * h) for t, h in reversed(halves)]
    return left + right


def rotated(points: Outline, degrees: float, centre: Point = (50, 50)) -> Outline:
    """The points turned clockwise around the centre."""
    c, s = cos(degrees / 360 * tau), sin(degrees / 360 * tau)
    cx, cy = centre
    return [(cx + (x - cx) * c - (y - cy) * s, cy + (x - cx) * s + (y - cy) * c) for x, y in points]


class Canvas:
    """Draws at three times the final size, so that shrinking at the end smooths every edge."""

    def __init__(self, size: int, top: str, bottom: str) -> None:
        self._size = size
        side = size * OVERSAMPLING
        self._scale = side / UNITS
        gradient = Image.linear_gradient("L").resize((side, side))
        self._image = Image.composite(
            Image.new("RGB", (side, side), bottom), Image.new("RGB", (side, side), top), gradient
        )
        self._draw = ImageDraw.Draw(self._image)

    def fill(self, outline: Outline, colour: str, *, shade: float = 0, within: Outline | None = None) -> None:
        """Fill a shape; `shade` darkens its right edge by that many units, `within` clips it to a shape."""
        if not shade and within is None:
            self._draw.polygon(self._scaled(outline), fill=colour)
            return
        mask = self._mask(outline)
        if within is not None:
            mask = ImageChops.multiply(mask, self._mask(within))
        self._image.paste(colour, mask=mask)
        if shade:
            moved = self._mask([(x - shade, y - shade / 3) for x, y in outline])
            self._image.paste(darken(colour, 0.16), mask=ImageChops.subtract(mask, moved))

    def glow(self, outline: Outline, colour: str, opacity: float) -> None:
        """Lay a see-through shape over the picture; opacity is 0–1."""
        mask = self._mask(outline).point([round(value * opacity) for value in range(256)])
        self._image.paste(colour, mask=mask)

    def shadow(self, cx: float, cy: float, rx: float, ry: float) -> None:
        """A soft shadow on the table."""
        mask = self._mask(ellipse(cx, cy, rx, ry)).point([round(value * 0.26) for value in range(256)])
        left, top, right, bottom = cx - rx - 6, cy - ry - 6, cx + rx + 6, cy + ry + 6
        box = (self._px(left), self._px(top), self._px(right), self._px(bottom))
        soft = mask.crop(box).filter(ImageFilter.GaussianBlur(1.6 * self._scale))
        self._image.paste("#2a1d18", box, soft)

    def line(self, points: Outline, colour: str, width: float, *, within: Outline | None = None) -> None:
        """A line with round ends; `within` clips it to a shape."""
        if within is None:
            self._stroke(self._draw, points, colour, width)
            return
        mask = Image.new("L", self._image.size)
        self._stroke(ImageDraw.Draw(mask), points, "#ffffff", width)
        self._image.paste(colour, mask=ImageChops.multiply(mask, self._mask(within)))

    def finish(self) -> Image.Image:
        """The picture at its final size."""
        return self._image.reduce(OVERSAMPLING)

    def _stroke(self, draw: ImageDraw.ImageDraw, points: Outline, colour: str, width: float) -> None:
        scaled, radius = self._scaled(points), width * self._scale / 2
        draw.line(scaled, fill=colour, width=round(width * self._scale), joint="curve")
        for x, y in (scaled[0], scaled[-1]):
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)

    def _mask(self, outline: Outline) -> Image.Image:
        mask = Image.new("L", self._image.size)
        ImageDraw.Draw(mask).polygon(self._scaled(outline), fill=255)
        return mask

    def _px(self, length: float) -> int:
        return round(length * self._scale)

    def _scaled(self, points: Outline) -> Outline:
        return [(x * self._scale, y * self._scale) for x, y in points]
