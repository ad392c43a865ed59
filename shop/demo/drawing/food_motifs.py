"""Drawings of things grown and filled: tea, grain, dried goods, honey and sauces."""

from math import cos, pi, sin

from shop.demo.drawing.canvas import (
    Canvas,
    Outline,
    Point,
    arc,
    blend,
    curve,
    darken,
    ellipse,
    leaf_outline,
    lighten,
    moved,
    points,
    rotated,
    rounded,
    turned_body,
)
from shop.demo.goods import Palette

GREEN = "#5a8f3d"
WOOD = "#a9703c"
CHINA = "#fbf7ef"


def draw_leaf(canvas: Canvas, palette: Palette) -> None:
    canvas.shadow(50, 84, 22, 3)
    canvas.line(curve([(50, 83), (49, 70), (51, 56), (50, 44)]), palette.accent, 2.6)
    _draw_veined_leaf(canvas, (50, 70), (14, 42), palette.main)
    _draw_veined_leaf(canvas, (50, 66), (87, 36), darken(palette.main, 0.1))
    _draw_veined_leaf(canvas, (50, 52), (38, 20), lighten(palette.main, 0.2))
    canvas.fill(leaf_outline((50, 52), (58, 14), 11), lighten(palette.main, 0.45))
    canvas.line([(50, 52), (57, 21)], palette.main, 1)


def _draw_veined_leaf(canvas: Canvas, base: Point, tip: Point, colour: str) -> None:
    outline = leaf_outline(base, tip, 17)
    dx, dy = tip[0] - base[0], tip[1] - base[1]
    vein = lighten(colour, 0.5)
    canvas.fill(outline, colour, shade=3)
    canvas.line([base, (base[0] + dx * 0.93, base[1] + dy * 0.93)], vein, 1)
    for part in (0.25, 0.42, 0.59, 0.75):
        start = (base[0] + dx * part, base[1] + dy * part)
        for side in (-1, 1):
            end = (start[0] + dx * 0.14 - side * dy * 0.16, start[1] + dy * 0.14 + side * dx * 0.16)
            canvas.line([start, end], vein, 0.6, within=outline)


def draw_tea_cake(canvas: Canvas, palette: Palette) -> None:
    canvas.shadow(50, 84, 30, 4)
    canvas.fill(ellipse(50, 50, 35, 35), darken(palette.light, 0.1))
    canvas.fill(ellipse(49, 49, 34, 34), palette.light)
    for spoke in range(24):
        angle = spoke * pi / 12
        start = (49 + 25 * cos(angle), 49 + 25 * sin(angle))
        end = (49 + 33 * cos(angle + 0.07), 49 + 33 * sin(angle + 0.07))
        canvas.line([start, end], darken(palette.light, 0.14), 0.9)
    canvas.line(ellipse(49, 49, 23, 23), palette.main, 1.6)
    canvas.line(ellipse(49, 49, 20.5, 20.5), palette.main, 0.7)
    canvas.fill(leaf_outline((48, 62), (36, 46), 8), GREEN)
    canvas.fill(leaf_outline((50, 62), (62, 46), 8), GREEN)
    canvas.fill(leaf_outline((49, 60), (49, 34), 7.5), darken(GREEN, 0.2))
    canvas.fill(rounded(65, 66, 77, 78, 1.5), "#c23b2a")
    canvas.line([(68, 70), (74, 70)], palette.light, 1.1)
    canvas.line([(68, 74), (74, 74)], palette.light, 1.1)


def draw_sack(canvas: Canvas, palette: Palette) -> None:
    canvas.shadow(50, 84, 32, 4)
    cloth = blend(palette.main, palette.light, 0.45)
    ruffle = curve(points("42,31 33,19 41,21 46,16 51,20 57,15 60,21 68,19 58,31"), closed=True)
    canvas.fill(ruffle, darken(cloth, 0.1))
    body = curve(points("42,30 58,30 72,41 78,60 78,78 70,84 30,84 22,78 22,60 28,41"), closed=True)
    canvas.fill(body, cloth, shade=7)
    for start, end in (((44, 33), (38, 42)), ((50, 33), (50, 41)), ((56, 33), (62, 42))):
        canvas.line([start, end], darken(cloth, 0.22), 1.2)
    canvas.fill(rounded(39, 27.5, 61, 32, 2), "#c23b2a")
    canvas.fill(ellipse(48, 63, 16, 14), palette.light)
    _draw_ear(canvas, (48, 75), (48, 52), palette.accent)


def _draw_ear(canvas: Canvas, base: Point, tip: Point, colour: str) -> None:
    """One ear of grain with its stalk; kernels grow with the ear's length."""
    dx, dy = tip[0] - base[0], tip[1] - base[1]
    canvas.line([base, tip], colour, 1.2)
    for step in range(5):
        x, y = base[0] + dx * (0.3 + step * 0.14), base[1] + dy * (0.3 + step * 0.14)
        for side in (-1, 1):
            end = (x + dx * 0.16 - side * dy * 0.17, y + dy * 0.16 + side * dx * 0.17)
            canvas.fill(leaf_outline((x, y), end, abs(dx + dy) * 0.1 + 0.6), colour)
    start, end = (base[0] + dx * 0.92, base[1] + dy * 0.92), (tip[0] + dx * 0.16, tip[1] + dy * 0.16)
    canvas.fill(leaf_outline(start, end, 3), colour)


def draw_wheat(canvas: Canvas, palette: Palette) -> None:
    canvas.shadow(50, 84, 22, 3.5)
    behind = darken(palette.main, 0.1)
    for x, lean, colour in ((30, -1, behind), (70, 1, behind), (50, 0, palette.main)):
        stalk = curve([(50 + lean * 9, 84), (50, 70), (50 + lean * 8, 55), (x, 42)])
        canvas.line(stalk, darken(colour, 0.15), 1.8)
        _draw_kernels(canvas, (x, 52), lean * 20, colour)
    canvas.fill(rounded(42, 67, 58, 73, 3), "#c23b2a")
    canvas.line([(55, 72), (61, 81)], "#c23b2a", 2.2)


def _draw_kernels(canvas: Canvas, base: Point, lean: float, colour: str) -> None:
    x, y = base
    for awn in (-7, -2.5, 2.5, 7):
        hair = rotated([(x + awn / 3, y - 28), (x + awn, y - 42)], lean, base)
        canvas.line(hair, darken(colour, 0.15), 0.8)
    for row in range(5):
        level = y - row * 6
        for side in (-1, 1):
            kernel = leaf_outline((x + side * 0.5, level), (x + side * 7, level - 9), 6)
            canvas.fill(rotated(kernel, lean, base), colour if side < 0 else darken(colour, 0.14))
    canvas.fill(rotated(leaf_outline((x, y - 27), (x, y - 39), 6), lean, base), lighten(colour, 0.25))


def _draw_bowl_body(canvas: Canvas, colour: str, stripe: str) -> Outline:
    canvas.shadow(50, 84, 26, 4)
    canvas.fill(rounded(38, 77, 62, 84, 1.5), darken(colour, 0.22))
    body = turned_body(50, [(50, 35), (58, 33), (69, 25), (77, 14), (80, 12)])
    canvas.fill(body, colour, shade=9)
    canvas.line(arc((50, 56), (35, 9), 0, 180), stripe, 2.2, within=body)
    canvas.fill(ellipse(50, 50, 35, 8.5), lighten(colour, 0.45))
    canvas.fill(ellipse(50, 50.6, 32, 7), darken(colour, 0.25))
    return body


def draw_bowl(canvas: Canvas, palette: Palette) -> None:
    _draw_bowl_body(canvas, blend(palette.main, palette.light, 0.12), palette.accent)
    grain = palette.light
    mound = [*arc((50, 50.6), (31.5, 19), 180, 360), *arc((50, 50.6), (31.5, 7), 0, 180)]
    canvas.fill(mound, grain, shade=7)
    speck = blend(grain, palette.main, 0.5)
    for row, count in ((36, 3), (40, 5), (44, 6), (48, 7), (52, 6)):
        for place in range(count):
            x = 50 + (place - (count - 1) / 2) * 7.4
            canvas.fill(rotated(ellipse(x, row, 1.7, 1), place * 47 + row, (x, row)), speck)
    canvas.line(arc((50, 56), (29, 20), 130, 155), lighten(palette.main, 0.5), 2.2)


def draw_noodles(canvas: Canvas, palette: Palette) -> None:
    _draw_bowl_body(canvas, CHINA, palette.accent)
    canvas.fill(ellipse(50, 50.6, 32, 7), blend(palette.accent, "#e8a24a", 0.65))
    strand, edge = palette.light, darken(palette.light, 0.25)
    for x in (37, 41, 45, 49, 53):
        hanging = curve([(x, 24), (x - 1, 34), (x + 1, 43), (x - 1, 51)])
        canvas.line(hanging, edge, 3.2)
        canvas.line(hanging, strand, 2.2)
    for cx, cy in ((32, 50.5), (44, 53), (57, 52.5), (40, 49)):
        for radius in (7, 4):
            canvas.line(ellipse(cx, cy, radius, radius * 0.36), edge, 1.6)
            canvas.line(ellipse(cx, cy - 0.4, radius, radius * 0.36), strand, 1)
    canvas.fill(ellipse(68, 50, 7.5, 4.6), "#ffffff")
    canvas.fill(ellipse(68, 50, 4, 2.5), "#f5a623")
    for x, y in ((56, 48), (60, 54.5), (27, 52)):
        canvas.fill(ellipse(x, y, 1.8, 1), GREEN)
    canvas.line([(32, 27), (88, 14)], WOOD, 2.6)
    canvas.line([(32, 22), (88, 8)], darken(WOOD), 2.6)


def draw_mushroom(canvas: Canvas, palette: Palette) -> None:
    canvas.shadow(50, 84, 32, 4)
    _draw_one_mushroom(canvas, palette, (68, 56), 0.66)
    _draw_one_mushroom(canvas, palette, (42, 48), 1)


def _draw_one_mushroom(canvas: Canvas, palette: Palette, rim: Point, scale: float) -> None:
    cx, cy = rim

    def placed(points: Outline) -> Outline:
        return [(cx + x * scale, cy + y * scale) for x, y in points]

    stem = placed(turned_body(0, [(0, 8), (14, 8), (28, 10), (35, 9)]))
    canvas.fill(stem, palette.light, shade=4 * scale)
    canvas.fill(placed(ellipse(0, 3, 29, 7)), darken(palette.light, 0.16))
    for gill in range(-24, 25, 6):
        canvas.line(placed([(gill * 0.3, 6), (gill, 3.5)]), darken(palette.light, 0.32), 0.7)
    dome = curve(points("-32,2 -29,-14 -16,-27 0,-31 16,-27 29,-14 32,2"))
    canvas.fill(placed([*dome, *arc((0, 2), (32, 5), 0, 180)]), palette.main, shade=8 * scale)
    spots = points("-15,-12 0,-20 14,-10 -3,-6 -23,-3 23,-3 7,-1")
    for (x, y), size in zip(spots, (4.5, 5, 5, 3.4, 2.6, 2.4, 2.2), strict=True):
        canvas.fill(placed(ellipse(x, y, size, size * 0.72)), blend(palette.main, palette.light, 0.62))


def draw_jujube(canvas: Canvas, palette: Palette) -> None:
    canvas.shadow(50, 82, 35, 4.5)
    canvas.line(curve([(50, 38), (53, 26), (62, 15)]), WOOD, 2)
    canvas.fill(leaf_outline((54, 26), (82, 20), 12), GREEN)
    canvas.line([(54, 26), (76, 21.4)], lighten(GREEN, 0.45), 0.9)
    canvas.fill(leaf_outline((52, 28), (30, 14), 10), lighten(GREEN, 0.15))
    for x, y, lean in ((50, 48, 12), (32, 66, -22), (68, 66, 20)):
        _draw_one_jujube(canvas, (x, y), lean, palette)


def _draw_one_jujube(canvas: Canvas, centre: Point, lean: float, palette: Palette) -> None:
    x, y = centre
    fruit = rotated(ellipse(x, y, 13, 17), lean, centre)
    canvas.fill(fruit, palette.main, shade=5)
    for offset in (-5, 1, 7):
        wrinkle = curve(moved(points("0,-11 2,-3 -1,4 1,12"), (x + offset, y)))
        canvas.line(rotated(wrinkle, lean, centre), darken(palette.main, 0.3), 0.9, within=fruit)
    canvas.fill(rotated(ellipse(x, y - 15.6, 3.4, 1.6), lean, centre), palette.accent)
    canvas.line(rotated(arc(centre, (9, 12.5), 195, 235), lean, centre), lighten(palette.main, 0.5), 2)


def draw_peanut(canvas: Canvas, palette: Palette) -> None:
    canvas.shadow(50, 83, 34, 4)
    _draw_one_peanut(canvas, (60, 44), 42, palette)
    _draw_one_peanut(canvas, (38, 58), -32, palette)
    for x, y in ((68, 76), (79, 72)):
        canvas.fill(ellipse(x, y, 6.5, 5), "#b5533c", shade=2)
        canvas.line(arc((x, y), (4, 3), 190, 250), "#e6a48f", 1.2)


def _draw_one_peanut(canvas: Canvas, centre: Point, lean: float, palette: Palette) -> None:
    x, y = centre
    profile = points("-28,2 -25,9 -15,13.5 -1,9.5 12,14.5 24,10 28,2")
    shell = rotated(turned_body(x, moved(profile, (y, 0))), lean, centre)
    canvas.fill(shell, palette.main, shade=5)
    net = darken(palette.main, 0.22)
    for offset in (-9, -3, 3, 9):
        heights = ((0.4, -26), (1, -14), (0.7, 0), (1, 13), (0.4, 26))
        rib = curve([(x + offset * bend, y + height) for bend, height in heights])
        canvas.line(rotated(rib, lean, centre), net, 1, within=shell)
    for level in (-19, -12, -5, 4, 11, 18):
        canvas.line(rotated(arc((x, y + level), (13, 2.5), 0, 180), lean, centre), net, 0.8, within=shell)


def draw_chili(canvas: Canvas, palette: Palette) -> None:
    canvas.shadow(50, 84, 30, 3.5)
    _draw_one_chili(canvas, (57, 50), 34, "#b3261e")
    _draw_one_chili(canvas, (45, 52), -8, "#d9331f")
    canvas.fill(ellipse(71, 79, 3, 2), palette.light)
    canvas.fill(ellipse(78, 81, 3, 2), palette.light)


def _draw_one_chili(canvas: Canvas, centre: Point, lean: float, colour: str) -> None:
    def placed(text: str, *, closed: bool = False) -> Outline:
        return rotated(curve(moved(points(text), centre), closed=closed), lean, centre)

    pod = placed("-8,-24 0,-27 8,-24 10,-8 5,12 -8,29 -17,33 -10,22 -7,6 -9,-10", closed=True)
    canvas.fill(pod, colour, shade=4)
    canvas.line(placed("-4,-17 -4.5,-6 -2.5,6"), lighten(colour, 0.55), 2.2)
    canvas.fill(placed("-9,-20 -7,-27 0,-30 7,-27 9,-20 4,-23 0,-20 -4,-23", closed=True), GREEN)
    canvas.line(placed("0,-28 1,-35 6,-40"), darken(GREEN, 0.15), 2.8)


def _draw_glass(canvas: Canvas, filling: str) -> Outline:
    """A round-shouldered glass filled nearly to the top."""
    canvas.shadow(50, 84, 28, 4)
    glass = turned_body(50, [(33, 21), (38, 25), (46, 27), (76, 27), (82, 24), (84, 22)])
    canvas.fill(glass, blend(filling, "#ffffff", 0.75))
    canvas.fill([(20, 42), (80, 42), (80, 86), (20, 86)], filling, within=glass)
    canvas.fill([(69, 30), (80, 30), (80, 86), (69, 86)], darken(filling, 0.14), within=glass)
    canvas.fill(ellipse(46, 42, 23, 3), lighten(filling, 0.3), within=glass)
    return glass


def draw_jar(canvas: Canvas, palette: Palette) -> None:
    glass = _draw_glass(canvas, palette.main)
    for x, y in points("29,50 38,48 61,49 70,52 28,77 36,80 52,80 63,79 71,75 50,47"):
        berry = rotated(ellipse(x, y, 3.4, 1.9), x * 17, (x, y))
        canvas.fill(berry, lighten(palette.main, 0.28), within=glass)
    canvas.fill(rounded(32, 54, 68, 74, 2.5), palette.light)
    canvas.line(rounded(34, 56, 66, 72, 1.5), palette.accent, 0.8)
    canvas.fill(leaf_outline((45, 69), (41, 59), 5), GREEN)
    canvas.fill(leaf_outline((55, 69), (59, 59), 5), GREEN)
    canvas.fill(ellipse(50, 65, 4, 5), palette.main)
    cloth = curve(
        points("30,22 38,17 50,16 62,17 70,22 72,31 76,40 66,36 58,40 50,36 42,40 34,36 24,40 28,31"),
        closed=True,
    )
    canvas.fill(cloth, palette.accent, shade=5)
    for x, y in ((38, 22), (50, 20), (62, 22), (44, 26), (56, 26), (34, 35), (66, 34)):
        canvas.fill(ellipse(x, y, 1.4, 1.2), palette.light)
    canvas.line(arc((50, 29), (22, 2.6), 0, 180), palette.light, 1.8)


def draw_honey(canvas: Canvas, palette: Palette) -> None:
    honey = "#eda31f" if palette.main != "#e89a1c" else palette.main
    glass = _draw_glass(canvas, honey)
    canvas.line([(29, 48), (29, 74)], lighten(honey, 0.55), 2.4, within=glass)
    canvas.fill(rounded(26, 22, 74, 34, 3), palette.accent, shade=5)
    for x in range(31, 72, 6):
        canvas.line([(x, 26), (x, 31)], darken(palette.accent, 0.25), 1)
    for cx, cy in ((42, 57), (55.8, 57), (48.9, 69)):
        hexagon = [(cx + 7.4 * sin(side * pi / 3), cy + 7.4 * cos(side * pi / 3)) for side in range(6)]
        canvas.fill(hexagon, palette.light)
        inner = [(cx + 5 * sin(side * pi / 3), cy + 5 * cos(side * pi / 3)) for side in range(6)]
        canvas.fill(inner, blend(honey, "#ffffff", 0.25))
    _draw_dipper(canvas, honey)


def _draw_dipper(canvas: Canvas, honey: str) -> None:
    centre = (82, 68)
    canvas.line(rotated([(82, 66), (82, 26)], 14, centre), WOOD, 2.6)
    for level, half in ((62, 4.5), (66, 6.5), (70, 7), (74, 6.2), (78, 4)):
        ring = rounded(82 - half, level - 1.5, 82 + half, level + 1.5, 1.4)
        canvas.fill(rotated(ring, 14, centre), WOOD if level < 68 else honey)
    canvas.fill(ellipse(79, 82, 9, 2.2), honey)
