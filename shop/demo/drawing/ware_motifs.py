"""Drawings of things made: tea ware and kitchen ware, standing on the table line at about y = 82."""

from shop.demo.drawing.canvas import (
    Canvas,
    Outline,
    arc,
    blend,
    curve,
    darken,
    ellipse,
    leaf_outline,
    lighten,
    points,
    rotated,
    rounded,
    turned_body,
)
from shop.demo.goods import Palette

STEEL = "#dfe5ec"
GLASS = "#ffffff"


def _draw_steam(canvas: Canvas, xs: tuple[float, ...], y: float) -> None:
    """Wisps of steam rising from `y`."""
    for x in xs:
        wisp = curve([(x, y), (x + 2.4, y - 5), (x - 2.4, y - 10), (x + 1.2, y - 16)])
        canvas.line(wisp, GLASS, 1.8)


def draw_teapot(canvas: Canvas, palette: Palette) -> None:
    canvas.shadow(50, 82, 31, 4)
    canvas.line(arc((24, 57), (12, 13), 70, 290), darken(palette.main, 0.25), 5)
    spout = curve(points("66,68 76,63 81,52 85,43 90,42 89,48 84,60 76,74 66,77"), closed=True)
    canvas.fill(spout, palette.main, shade=2)
    body = turned_body(48, [(43, 13), (47, 21), (57, 28), (68, 28), (77, 20), (82, 14)])
    canvas.fill(body, palette.main, shade=9)
    canvas.fill(rounded(33, 80, 63, 83.5, 1.5), darken(palette.main, 0.3))
    _draw_teapot_lid(canvas, palette)
    _draw_branch(canvas, palette, body)
    canvas.line(arc((48, 62), (23, 14), 195, 240), lighten(palette.main, 0.5), 2.2)


def _draw_teapot_lid(canvas: Canvas, palette: Palette) -> None:
    canvas.fill(turned_body(48, [(33, 3), (35.5, 10), (40, 15), (44, 17)]), palette.main, shade=5)
    canvas.line([(31, 44), (65, 44)], darken(palette.main, 0.35), 1.6)
    canvas.fill(ellipse(48, 30.5, 4.4, 4), palette.accent)
    canvas.fill(ellipse(47, 29.4, 1.6, 1.3), lighten(palette.accent))


def _draw_branch(canvas: Canvas, palette: Palette, body: Outline) -> None:
    canvas.line(curve([(36, 73), (44, 66), (54, 63), (62, 57)]), palette.accent, 1.3, within=body)
    for base, tip in (((42, 67), (40, 57)), ((50, 64), (51, 54)), ((48, 65), (56, 70)), ((57, 61), (66, 64))):
        canvas.fill(leaf_outline(base, tip, 4.4), palette.accent, within=body)


def draw_cup(canvas: Canvas, palette: Palette) -> None:
    canvas.shadow(50, 83, 36, 4)
    canvas.fill(ellipse(50, 80, 36, 5.5), darken(palette.main, 0.1))
    canvas.fill(ellipse(50, 78.6, 36, 5), palette.main)
    canvas.fill(ellipse(50, 78.8, 22, 2.8), darken(palette.main, 0.12))
    canvas.line(arc((74, 55), (10, 10), -80, 110), darken(palette.main, 0.12), 4.5)
    body = turned_body(50, [(44, 27), (54, 26), (66, 20), (74, 12), (79, 10)])
    canvas.fill(body, palette.main, shade=8)
    canvas.line(arc((50, 50), (28, 7.5), 0, 180), palette.accent, 2, within=body)
    canvas.fill(ellipse(50, 44, 27, 7), lighten(palette.main, 0.6))
    canvas.fill(ellipse(50, 45, 23.5, 5.2), palette.light)
    for x, y in ((42, 45), (53, 43.5), (59, 46.5)):
        canvas.fill(ellipse(x, y, 2, 1.2), palette.top)
    _draw_steam(canvas, (40, 50, 60), 35)


def draw_bottle(canvas: Canvas, palette: Palette) -> None:
    canvas.shadow(50, 84, 19, 3.5)
    profile = [(20, 5), (30, 5), (37, 6.5), (44, 15), (50, 16.5), (78, 16.5), (83, 15.5)]
    body = turned_body(50, profile)
    canvas.fill(body, palette.main, shade=6)
    canvas.fill(rounded(43.5, 12, 56.5, 22, 1.8), palette.accent, shade=3)
    canvas.fill(rounded(43, 21, 57, 24, 1.2), darken(palette.accent, 0.25))
    label = [(30, 53), (70, 53), (70, 76), (30, 76)]
    canvas.fill(label, palette.light, within=body)
    canvas.fill([(61, 53), (70, 53), (70, 76), (61, 76)], darken(palette.light, 0.1), within=body)
    for edge in (55, 74):
        canvas.line([(30, edge), (70, edge)], palette.accent, 0.9, within=body)
    canvas.fill(leaf_outline((46, 71), (54, 58), 7), palette.main)
    canvas.line([(46, 71), (51.5, 62)], palette.light, 0.7)
    canvas.line([(38, 47), (37.6, 51)], lighten(palette.main, 0.6), 2)
    canvas.line([(47.3, 27), (47.3, 34)], lighten(palette.main, 0.5), 1.5)


def draw_tin(canvas: Canvas, palette: Palette) -> None:
    canvas.shadow(50, 84, 27, 4)
    body = [(26, 32), *arc((50, 79), (24, 5), 180, 0), (74, 32)]
    canvas.fill(body, palette.main, shade=7)
    canvas.fill([(26, 68), (74, 68), (74, 72), (26, 72)], palette.light, within=body)
    canvas.fill([(26, 74), (74, 74), (74, 75.4), (26, 75.4)], palette.light, within=body)
    lid = [(24.5, 26), *arc((50, 37), (25.5, 5), 180, 0), (75.5, 26)]
    canvas.fill(lid, darken(palette.main, 0.22), shade=6)
    canvas.fill(ellipse(50, 26, 25.5, 5.5), lighten(palette.main, 0.22))
    canvas.fill(ellipse(50, 26, 20, 3.8), lighten(palette.main, 0.1))
    canvas.fill(ellipse(50, 55, 13, 13 * 0.85), palette.light)
    canvas.fill(leaf_outline((49, 64), (41, 52), 6), palette.main)
    canvas.fill(leaf_outline((51, 64), (59, 52), 6), palette.main)
    canvas.fill(leaf_outline((50, 62), (50, 45), 5.4), palette.accent)
    canvas.line([(31, 45), (31, 63)], lighten(palette.main, 0.45), 2)


def draw_chopsticks(canvas: Canvas, palette: Palette) -> None:
    canvas.shadow(50, 84, 34, 3.5)
    for degrees, x in ((18, 40), (24, 47), (-22, 55), (-16, 62)):
        stick = [(x - 2.4, 12), (x + 2.4, 12), (x + 1.2, 84), (x - 1.2, 84)]
        canvas.fill(rotated(stick, degrees), palette.main, shade=1)
        for y in (12, 30):
            cap = [(x - 2.4, y), (x + 2.4, y), (x + 2.3, y + 5), (x - 2.3, y + 5)]
            canvas.fill(rotated(cap, degrees), palette.light if y > 12 else "#c8452f")
    holder = rounded(27, 71, 73, 82, 5)
    canvas.fill(holder, "#f4efe6", shade=3)
    for x in (37, 50, 63):
        canvas.fill(leaf_outline((x - 3, 79), (x + 3, 74), 3), "#5a8f5a")


def draw_knife(canvas: Canvas, palette: Palette) -> None:
    canvas.shadow(50, 83, 34, 3.5)
    back, edge = curve(points("14,34 40,33 62,33")), curve(points("60,63 38,65 17,62"))
    blade = rotated([*back, (62, 62), *edge], -14)
    canvas.fill(blade, palette.main)
    canvas.fill(rotated(points("14,53 62,53 62,66 14,66"), -14), STEEL, within=blade)
    ground = rotated(points("14,51.6 62,51.6 62,53 14,53"), -14)
    canvas.fill(ground, lighten(palette.main, 0.35), within=blade)
    for x, y in ((24, 41), (31, 46), (38, 40), (45, 46), (52, 41), (27, 36.5), (45, 37)):
        canvas.fill(rotated(ellipse(x, y, 2.2, 1.5), -14), lighten(palette.main, 0.13))
    canvas.fill(rotated(ellipse(20, 39, 2.1, 2.1), -14), palette.top)
    canvas.fill(rotated(rounded(60, 35, 67, 45, 1.5), -14), darken(palette.main, 0.35))
    canvas.fill(rotated(rounded(65, 35, 93, 44.5, 4.5), -14), palette.accent)
    canvas.fill(rotated(rounded(66, 40.5, 92, 44.5, 2), -14), darken(palette.accent))
    for x in (72, 79, 86):
        canvas.fill(rotated(ellipse(x, 39.8, 1.3, 1.3), -14), "#f0d9a8")


def draw_wok(canvas: Canvas, palette: Palette) -> None:
    canvas.shadow(46, 83, 26, 4)
    canvas.fill([(70, 50), (93, 32), (97, 36.5), (74, 57)], palette.accent)
    canvas.fill([(72, 53.5), (95, 34.2), (97, 36.5), (74, 57)], darken(palette.accent))
    canvas.line(arc((11, 53), (6, 5), 60, 300), darken(palette.main, 0.25), 3.4)
    canvas.fill(arc((45, 52), (35, 31), 0, 180), palette.main, shade=8)
    canvas.fill(ellipse(45, 52, 35, 9.5), lighten(palette.main, 0.25))
    canvas.fill(ellipse(45, 53, 32, 7.8), darken(palette.main, 0.25))
    greens = ("#5ea24a", "#d9412f", "#f3b73b", "#5ea24a", "#f2e6c8")
    for colour, (x, y) in zip(greens, points("32,50 42,52 52,49.5 59,52.5 37,54.5"), strict=True):
        canvas.fill(leaf_outline((x - 5.5, y + 1), (x + 5.5, y - 1), 4.6), colour)
    canvas.line(arc((45, 52), (29, 25), 115, 150), lighten(palette.main, 0.25), 2)
    _draw_steam(canvas, (34, 45, 56), 40)


def draw_pot(canvas: Canvas, palette: Palette) -> None:
    canvas.shadow(50, 83, 31, 4)
    for x in (19, 81):
        canvas.fill(rounded(x - 6, 54, x + 6, 61, 3), darken(palette.main, 0.3))
    body = turned_body(50, [(50, 31), (60, 31), (72, 28), (79, 21), (82, 19)])
    canvas.fill(body, palette.main, shade=8)
    canvas.fill([(10, 57), (90, 57), (90, 61), (10, 61)], palette.light, within=body)
    lid = turned_body(50, [(34, 5), (36, 15), (41, 25), (48, 32)])
    canvas.fill(lid, blend(palette.main, palette.light, 0.2), shade=8)
    canvas.fill(rounded(16, 46, 84, 51, 2.5), darken(palette.main, 0.28))
    canvas.fill(rounded(44, 28, 56, 35, 3), palette.accent)
    canvas.line(curve([(27, 43), (31, 39.5), (37, 37)]), lighten(palette.main, 0.5), 2)
    canvas.line(curve([(25, 65), (27, 70), (31, 75)]), lighten(palette.main, 0.35), 2.2)
    _draw_steam(canvas, (38, 62), 27)


def draw_board(canvas: Canvas, palette: Palette) -> None:
    canvas.shadow(50, 84, 27, 3.5)
    board = rounded(25, 24, 75, 84, 7)
    handle = rounded(42, 9, 58, 32, 7)
    wood = blend(palette.main, palette.light, 0.3)
    canvas.fill(handle, wood, shade=2)
    canvas.fill(board, wood, shade=4)
    canvas.fill(rounded(43, 24, 56, 34, 2), wood)
    canvas.fill(ellipse(50, 16, 3, 3), palette.top)
    for x, bend in ((31, 2), (38, 3), (45, -2), (53, 3), (60, -3), (67, 2)):
        grain = curve([(x, 26), (x + bend, 44), (x - bend, 62), (x + bend / 2, 82)])
        canvas.line(grain, darken(wood, 0.14), 1, within=board)
    canvas.fill(leaf_outline((36, 72), (64, 46), 15), "#5ea24a")
    canvas.line([(36, 72), (60, 50)], "#cfe6a8", 1.2)
    canvas.fill(ellipse(62, 68, 7.5, 7.5), "#d9412f")
    canvas.fill(ellipse(59.8, 65.4, 2, 1.6), "#f6a08c")


def draw_steamer(canvas: Canvas, palette: Palette) -> None:
    canvas.shadow(50, 84, 35, 4)
    for y in (65, 49):
        tier = rounded(18, y, 82, y + 17, 3)
        canvas.fill(tier, palette.main, shade=7)
        canvas.fill([(18, y + 6), (82, y + 6), (82, y + 7.4), (18, y + 7.4)], palette.accent, within=tier)
        seam = [(18, y + 12), (82, y + 12), (82, y + 13), (18, y + 13)]
        canvas.fill(seam, darken(palette.main, 0.2), within=tier)
        for x in (34, 50, 66):
            canvas.line([(x, y + 1.5), (x, y + 15.5)], palette.accent, 1.6)
    lid = turned_body(50, [(31, 9), (35, 20), (41, 29), (49, 33)])
    canvas.fill(lid, palette.light, shade=7)
    straw = blend(palette.light, palette.main, 0.55)
    for x in range(-10, 120, 10):
        for lean in (16, -16):
            canvas.line([(x, 50), (x + lean, 28)], straw, 1, within=lid)
    canvas.fill(rounded(16, 46.5, 84, 50.5, 2), palette.accent)
    canvas.line(arc((50, 31), (6, 5), 180, 360), palette.accent, 2.6)
    _draw_steam(canvas, (28, 72), 33)


def draw_basket(canvas: Canvas, palette: Palette) -> None:
    canvas.shadow(50, 84, 30, 4)
    canvas.line(arc((50, 52), (28, 36), 180, 360), palette.accent, 4.4)
    canvas.line(arc((50, 52), (28, 36), 180, 360), palette.main, 2.2)
    eggs = ("#f3d2ad", "#e9bd93", "#f8e3c8", "#e9bd93", "#f3d2ad")
    for colour, (x, y) in zip(eggs, points("36,51 64,51 50,48 43,53 57,53"), strict=True):
        canvas.fill(ellipse(x, y, 8, 10), colour, shade=2)
    body = turned_body(50, [(54, 33), (64, 31.5), (76, 28), (84, 25)])
    canvas.fill(body, palette.main)
    for row in range(5):
        for column in range(12):
            left = 14 + column * 6.6 + (row % 2) * 3.3
            weave = rounded(left, 58.6 + row * 5.2, left + 5, 62.6 + row * 5.2, 1.6)
            colour = lighten(palette.main, 0.35) if (row + column) % 2 else palette.light
            canvas.fill(weave, colour, within=body)
    canvas.fill(rounded(15, 52, 85, 58, 3), palette.accent)
    for x in range(18, 84, 6):
        canvas.line([(x, 57), (x + 3, 53)], palette.main, 1.4)
