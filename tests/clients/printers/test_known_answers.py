"""Signatures as the vendors' documents show them, and the bytes of ESC/POS."""

from shop.clients.printers import escpos, feie, yilianyun
from shop.clients.printers.slips import Line, Slip
from tests.clients.printers.conftest import slip


def test_feie_signs_user_key_and_seconds() -> None:
    credentials = feie.Credentials("user@example.com", "UKEY1")
    assert feie.sign(credentials, 1700000000) == "a1adc2cb529aaf4276e65dbfed9c577584be8753"


def test_yilianyun_signs_id_seconds_and_secret() -> None:
    credentials = yilianyun.Credentials("CID1", "CSECRET1")
    assert yilianyun.sign(credentials, 1700000000) == "1ce7810fc38a05ec8eb7f7937073108f"


def test_tags_of_both_services() -> None:
    assert feie.write_tags(slip()) == (
        "<CB>山野集</CB><BR><BOLD>杯子 ＜大＞ ×2</BOLD><BR>合计 10.00<BR><BR><BR><CUT>"
    )
    assert yilianyun.write_tags(slip(copies=2)) == (
        "<MN>2</MN><center><FS2>山野集</FS2></center>\n<FB>杯子 ＜大＞ ×2</FB>\n合计 10.00\n"
    )


def test_escpos_writes_gbk_in_kanji_mode_and_cuts() -> None:
    data = escpos.draw(Slip("A1", [Line("店¥✓", is_big=True, is_centred=True), Line("茶\x1b@")]))
    assert data.startswith(b"\x1b@\x1c&")
    assert data.endswith(b"\x1dV\x00")
    assert b"\x1d!\x11" in data  # twice as wide and high
    assert "店￥".encode("gbk") + b"?\n" in data
    assert "茶@".encode("gbk") + b"\n" in data  # what a buyer typed is no command
