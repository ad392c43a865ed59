"""Files that are no honest spreadsheet: refused by name, quickly, in little memory."""

import io
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl.styles import Font, PatternFill

from shop.sheets import reading
from shop.sheets.reading import read_sheet
from shop.sheets.writing import write_rows
from tests.expect import refused
from tests.sheets.making import HEADER, csv, repack, table, xlsx

PLAIN = xlsx([HEADER, ["TEA-1", "绿茶", 5, 35.5]])


def bomb() -> bytes:
    """A kilobyte-sized promise of a gigabyte, as a worksheet."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _ in range(30):
                part.write(b" " * 1_000_000)
    return out.getvalue()


def disguised() -> bytes:
    """A worksheet of thirty megabytes under a picture's name."""
    body = SHEET % (b" " * 30_000_000)
    rels = zipfile.ZipFile(io.BytesIO(PLAIN)).read("xl/_rels/workbook.xml.rels")
    links = rels.replace(b"worksheets/sheet1.xml", b"media/image1.bin")
    raw = repack(PLAIN, xl__media__image1_bin=body)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, links if part.endswith("workbook.xml.rels") else old.read(part))
    return out.getvalue()


LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY a "haha">%s]>
<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>&e8;</t></si></sst>""" % b"".join(
    b'<!ENTITY e%d "%s">' % (n, b"&%s;" % (b"a" if n == 0 else b"e%d" % (n - 1)) * 10) for n in range(9)
)
SHARED = xlsx([["x"]])
SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'


def lie_about_size(raw: bytes) -> bytes:
    """The directory says that the worksheet is small while its data unpack to much more."""
    changed = bytearray(raw)
    for part in zipfile.ZipFile(io.BytesIO(raw)).infolist():
        if part.filename.endswith("sheet1.xml"):
            size = part.file_size.to_bytes(4, "little")
            while (at := bytes(changed).find(size)) >= 0:
                changed[at : at + 4] = (100).to_bytes(4, "little")
    return bytes(changed)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "sheet_empty"),
        (b"  \r\n ", "sheet_empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "sheet_encrypted"),
        (PLAIN[: len(PLAIN) // 2], "sheet_broken"),
        (PLAIN[:-30], "sheet_broken"),
        (b"PK\x03\x04" + b"\0" * 400, "sheet_broken"),
        (repack(PLAIN, xl__vbaProject_bin=b"macro"), "sheet_macros"),
        (repack(PLAIN, xl__worksheets__sheet1_xml=b"<worksheet><sheetData><row"), "sheet_broken"),
        (repack(PLAIN, xl__worksheets__sheet1_xml=SHEET % b'<row r="x"/>'), "sheet_broken"),
        (repack(SHARED, xl__styles_xml=LAUGHS), "sheet_broken"),
        (repack(SHARED, xl__worksheets__sheet1_xml=LAUGHS), "sheet_broken"),
        (repack(SHARED, xl__worksheets__sheet1_xml=LAUGHS.decode().encode("utf-16")), "sheet_broken"),
        (bomb(), "sheet_too_large"),
        (disguised(), "sheet_empty"),
        (lie_about_size(xlsx([["x" * 5000]] * 300)), "sheet_broken"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "not_a_sheet"),
        (b"%PDF-1.7\n\xff\xfe\0\0\x81", "not_a_sheet"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff", "not_a_sheet"),
        (b"a,b\n1,\0", "not_a_sheet"),
        (b"x" * 10_000_001, "sheet_too_large"),
        (csv(*["1,2"] * 1002), "sheet_too_long"),
        (xlsx([["x"]] * 1002), "sheet_too_long"),
        (b'a,"' + b"x" * 200_000 + b'"', "sheet_broken"),
    ],
)
def test_it_is_refused_with_its_reason_within_bounds(raw: bytes, code: str) -> None:
    started = time.process_time()
    tracemalloc.start()
    try:
        with refused(code, 400):
            read_sheet(raw, max_rows=1000)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 100_000_000
    assert time.process_time() - started < 2


def test_a_zip_that_is_no_workbook_is_no_sheet() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<document/>")
    with refused("not_a_sheet"):
        read_sheet(out.getvalue(), max_rows=10)


def test_a_zip_of_ten_thousand_parts_is_too_large() -> None:
    parts = {f"xl__x{number}_xml": b"" for number in range(1001)}
    with refused("sheet_too_large"):
        read_sheet(repack(PLAIN, **parts), max_rows=10)


def test_a_row_far_below_costs_no_more_than_the_limit() -> None:
    far = repack(
        PLAIN, xl__worksheets__sheet1_xml=SHEET % b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    )
    with refused("sheet_too_long"):
        read_sheet(far, max_rows=10)


def test_merging_the_whole_sheet_is_refused() -> None:
    def merge(sheet: object) -> None:
        sheet.merge_cells("A1:CV90000")  # type: ignore[attr-defined]

    body = SHEET.replace(
        b"</worksheet>", b'<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>'
    )
    with refused("sheet_too_large"):
        read_sheet(repack(PLAIN, xl__worksheets__sheet1_xml=body % b""), max_rows=10)


@pytest.mark.parametrize(
    "part",
    ["xl__worksheets__sheet1_xml", "xl__styles_xml", "xl__sharedStrings_xml", "xl__worksheets__other_xml"],
)
def test_a_part_of_nothing_but_elements_is_never_parsed(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[object] = []
    monkeypatch.setattr(reading.openpyxl, "load_workbook", lambda *args, **_kwargs: parsed.append(args))
    body = SHEET % (b"<row>" + b"<a/>" * (reading.FREE_ELEMENTS + 10 * reading.ELEMENTS_PER_ROW) + b"</row>")
    with refused("sheet_too_large"):
        read_sheet(repack(PLAIN, **{part: body}), max_rows=10)
    assert parsed == []


def test_elements_of_the_layout_are_not_kept() -> None:
    """What is read is let go again: the tree of the whole sheet never stands in memory."""
    body = SHEET.replace(b"%s", b"<row>" + b"<a/>" * 50 + b"</row>" + b"<b/>" * 50)
    seen = [len(element) for element in reading._list_elements(io.BytesIO(body))]
    assert set(seen) == {0} and len(seen) == 103


def test_an_honest_sheet_of_the_most_rows_is_far_from_the_limit() -> None:
    rows = [[f"{row}-{column}" for column in range(10)] for row in range(300)]
    assert len(read_sheet(xlsx(rows), max_rows=300).rows) == 300


def prefilled(path: Path) -> bytes:
    """What the shop itself gives to be filled in: 10,000 rows of 20 columns."""
    rows = ([f"{row}-{column}" for column in range(20)] for row in range(10_000))
    write_rows(path, [f"Column {column}" for column in range(20)], rows)
    return path.read_bytes()


def styled(_path: Path) -> bytes:
    """The same as a spreadsheet program keeps it: with styles, heights, and every text among the shared ones."""

    def dress(sheet: Any) -> None:
        font, fill = Font(bold=True), PatternFill("solid", fgColor="FFEEEEEE")
        for number, row in enumerate(sheet.iter_rows(), start=1):
            sheet.row_dimensions[number].height = 20
            for cell in row:
                cell.font, cell.fill = font, fill

    return xlsx([[f"{row}-{column}" for column in range(20)] for row in range(10_001)], dress)


@pytest.mark.parametrize("make", [prefilled, styled])
def test_our_own_sheet_of_ten_thousand_rows_is_read(make: Callable[[Path], bytes], tmp_path: Path) -> None:
    rows = read_sheet(make(tmp_path / "sheet.xlsx"), max_rows=10_000).rows
    assert len(rows) == 10_001
    assert [rows[1].cells[0].text, rows[-1].cells[19].text] in (["0-0", "9999-19"], ["1-0", "10000-19"])


@pytest.mark.parametrize(
    "body",
    [
        b"<a/>" * 900_000,
        b"<row>" + b"<c/>" * 900_000 + b"</row>",
        b"<row><c>" + b"<v/>" * 900_000 + b"</c></row>",
        b"<row/>" * 900_000,
    ],
    ids=["below nothing", "one row", "one cell", "rows"],
)
def test_what_ten_thousand_rows_may_need_is_no_room_for_a_bomb(
    body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading.openpyxl, "load_workbook", lambda *_args, **_kwargs: pytest.fail("parsed"))
    raw = repack(PLAIN, xl__worksheets__sheet1_xml=SHEET % body)
    tracemalloc.start()
    try:
        with refused("sheet_too_large", 400):
            read_sheet(raw, max_rows=10_000)
        assert tracemalloc.get_traced_memory()[1] < 100_000_000
    finally:
        tracemalloc.stop()


def test_programs_that_put_a_prefix_before_every_name_are_understood() -> None:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    cells = '<x:c t="inlineStr"><x:is><x:t>a</x:t></x:is></x:c>' * 20
    rows = f"<x:row>{cells}</x:row>" * 1000
    sheet = f'<x:worksheet xmlns:x="{main}"><x:sheetData>{rows}</x:sheetData></x:worksheet>'
    raw = repack(PLAIN, xl__worksheets__sheet1_xml=sheet.encode())
    assert len(read_sheet(raw, max_rows=1000).rows) == 1000


def test_an_encrypted_zip_part_is_named() -> None:
    changed = bytearray(PLAIN)
    at = bytes(changed).find(b"PK\x01\x02")
    changed[at + 8] |= 1
    with refused("sheet_encrypted"):
        read_sheet(bytes(changed), max_rows=10)


def test_pictures_inside_do_not_count() -> None:
    heavy = repack(PLAIN, xl__media__image1_bin=b"\0" * 30_000_000)
    assert read_sheet(heavy, max_rows=10).rows[1].cells[0].text == "TEA-1"


def names(count: int) -> bytes:
    return b"".join(b"<n%dn/>" % number for number in range(count))


def many_sheets(count: int) -> bytes:
    """openpyxl looks for a free title among all others for each of them."""
    main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rels = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    sheets = b'<sheet name="a" sheetId="1" r:id="rId1"/>' * count
    return b'<workbook xmlns="%s" xmlns:r="%s"><sheets>%s</sheets></workbook>' % (main, rels, sheets)


@pytest.mark.parametrize(
    "raw",
    [
        repack(PLAIN, xl__worksheets__sheet1_xml=SHEET % (b"<!--" + b"x" * 20_000_000 + b"-->")),
        repack(PLAIN, xl__worksheets__sheet1_xml=SHEET % (b"<row" + b' a=""' * 4_000_000 + b"/>")),
        repack(PLAIN, xl__worksheets__sheet1_xml=SHEET % (b'<row a="" b="" c="" d=""/>' * 130_000)),
        repack(PLAIN, xl__worksheets__sheet1_xml=SHEET % names(2_000)),
        repack(PLAIN, xl__styles_xml=SHEET % (b"<xf/>" * 30_000)),
        repack(PLAIN, xl__workbook_xml=many_sheets(300)),
        b"x," * 4_999_999,
    ],
    ids=[
        "comment",
        "attributes of one tag",
        "attributes of all",
        "names",
        "styles",
        "sheets",
        "one csv record",
    ],
)
def test_what_would_keep_a_parser_busy_is_never_parsed(raw: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading.openpyxl, "load_workbook", lambda *_args, **_kwargs: pytest.fail("parsed"))
    monkeypatch.setattr(reading.csv, "reader", lambda *_args, **_kwargs: pytest.fail("parsed"))
    with refused("sheet_too_large", 400):
        read_sheet(raw, max_rows=500)


def test_letters_of_two_bytes_cannot_hide_tags() -> None:
    wide = (SHEET % b"<row/>").decode().encode("utf-16")
    with refused("sheet_broken", 400):
        read_sheet(repack(PLAIN, xl__worksheets__sheet1_xml=wide), max_rows=10)


def test_separators_in_prose_are_not_taken_for_the_sheets_own() -> None:
    text = 'a,b\n1,"' + "; ".join("x" * 30) + '"'
    assert read_sheet(text.encode(), max_rows=10).rows[1].cells[0].value == "1"


@pytest.mark.parametrize("start", ["合计", "合计:", "sub"])
def test_a_text_that_is_nearly_a_total_takes_no_time(start: str) -> None:
    raw = csv(",".join(HEADER[:2]), f",{start}{' ' * 20_000}x")
    began = time.monotonic()
    assert [row.number for row in table(raw).rows] == [2]
    assert time.monotonic() - began < 1


def sharing(text: bytes, *, rows: int) -> bytes:
    """A workbook that holds one text, and has every row show it."""
    header = b"".join(b'<c r="%c1" t="s"><v>%d</v></c>' % (65 + n, n) for n in range(2))
    body = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>2</v></c></row>' % (n, n) for n in range(2, rows + 2))
    strings = b"".join(b"<si><t>%s</t></si>" % word for word in ("SKU编码".encode(), b"Name", text))
    types = zipfile.ZipFile(io.BytesIO(PLAIN)).read("[Content_Types].xml")
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    override = b'<Override PartName="/xl/sharedStrings.xml" ContentType="%s"/></Types>' % kind
    parts = {
        "[Content_Types]_xml": types.replace(b"</Types>", override),
        "xl__sharedStrings_xml": b'<sst xmlns="%s">%s</sst>' % (SHEET.split(b'"')[1], strings),
        "xl__worksheets__sheet1_xml": SHEET % (b'<row r="1">%s</row>%s' % (header, body)),
    }
    return repack(PLAIN, **parts)


def test_a_text_that_every_row_shares_is_weighed_in_each() -> None:
    assert len(read_sheet(sharing(b"tea", rows=1000), max_rows=10_000).rows) == 1001
    raw = sharing(b"y" * 299_000, rows=1000)
    assert len(raw) < 30_000
    with refused("sheet_too_large"):
        read_sheet(raw, max_rows=10_000)


def test_a_merged_text_is_weighed_in_every_cell_it_stands_for() -> None:
    def merge(sheet: Any) -> None:
        sheet.merge_cells("B2:B1001")

    rows = [[f"TEA-{n}", "y" * 30_000 if n == 0 else None] for n in range(1000)]
    with refused("sheet_too_large"):
        read_sheet(xlsx([HEADER[:2], *rows], merge), max_rows=10_000)
