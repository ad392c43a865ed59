"""Each kind of printer: what comes out, what it refuses, and how it is."""

import pytest

from shop.clients.errors import BadCredentials, ClientError, Rejected, Unknown, Unreachable
from shop.clients.printers.escpos import Address, Escpos
from shop.clients.printers.feie import Feie
from shop.clients.printers.slips import Line, Printer, SentBefore, State
from shop.clients.printers.yilianyun import Yilianyun
from shop.demo.standins import StandInServer
from tests.clients.conftest import Demo
from tests.clients.printers.conftest import open_feie, open_yilianyun, slip


def test_a_receipt_comes_out_once_with_all_that_stands_on_it(printer: Printer, demo: Demo) -> None:
    sent = printer.print(slip())

    (row,) = demo.state()["prints"]
    assert "山野集" in row["content"]
    assert "杯子" in row["content"]
    assert "10.00" in row["content"]
    assert sent.is_printed or printer.was_printed(sent.reference)


def test_copies(feie: Feie, escpos: Escpos, demo: Demo) -> None:
    feie.print(slip(copies=3))
    escpos.print(slip(copies=2))
    assert [row["times"] for row in demo.state()["prints"]] == [3, 1, 1]


@pytest.mark.parametrize(
    ("behaviour", "state"),
    [("online", State.ONLINE), ("offline", State.OFFLINE), ("no_paper", State.TROUBLED)],
)
def test_each_printer_says_how_it_is(printer: Printer, demo: Demo, behaviour: str, state: State) -> None:
    demo.post("behaviour", printer_state=behaviour)
    assert printer.find_state() == state


def test_a_printer_without_paper_in_the_shop_prints_nothing(escpos: Escpos, demo: Demo) -> None:
    for state in ("no_paper", "offline"):
        demo.post("behaviour", printer_state=state)
        with pytest.raises(Rejected) as told:
            escpos.print(slip())
        assert told.value.code == state
    assert demo.state()["prints"] == []


def test_a_silent_printer_has_taken_it_on(escpos: Escpos, demo: Demo) -> None:
    demo.post("behaviour", printer_state="silent")
    assert escpos.find_state() == State.SILENT
    assert not escpos.print(slip()).is_printed
    assert len(demo.state()["prints"]) == 1


def test_a_service_keeps_what_a_printer_without_paper_will_print(
    feie: Feie, yilianyun: Yilianyun, demo: Demo
) -> None:
    demo.post("behaviour", printer_state="no_paper")
    sent = [(printer, printer.print(slip()).reference) for printer in (feie, yilianyun)]
    assert not any(printer.was_printed(reference) for printer, reference in sent)
    demo.post("behaviour", printer_state="online")
    assert all(printer.was_printed(reference) for printer, reference in sent)


def test_wrong_keys_are_a_refusal(standins: StandInServer) -> None:
    wrong = (
        open_feie(standins, ukey="other"),
        open_feie(standins, sn="1"),
        open_yilianyun(standins, secret="other"),
        open_yilianyun(standins, token="other"),
        open_yilianyun(standins, machine="1"),
    )
    for printer in wrong:
        with pytest.raises(Rejected):
            printer.print(slip())
        with pytest.raises(Rejected):
            printer.find_state()


def test_without_a_token_nothing_is_sent_and_one_is_had_for_id_and_secret(standins: StandInServer) -> None:
    printer = open_yilianyun(standins, token="")
    with pytest.raises(BadCredentials):
        printer.print(slip())
    token = printer.fetch_token()
    assert open_yilianyun(standins, token=token).find_state() == State.ONLINE


@pytest.mark.parametrize("kind", ["timeout_after", "timeout_before", "html", "truncated", "error_500"])
def test_a_sick_service_leaves_it_unknown(standins: StandInServer, demo: Demo, kind: str) -> None:
    for printer in (open_feie(standins, timeout=0.3), open_yilianyun(standins, timeout=0.3)):
        demo.add_fault("/", kind, seconds=1)
        with pytest.raises(Unknown):
            printer.print(slip())


def test_yilianyun_prints_one_number_once(standins: StandInServer, demo: Demo) -> None:
    printer = open_yilianyun(standins, timeout=0.3)
    demo.add_fault("/v2/print", "timeout_after", seconds=1)
    with pytest.raises(Unknown):
        printer.print(slip())
    with pytest.raises(SentBefore):
        printer.print(slip())
    assert len(demo.state()["prints"]) == 1


def test_feie_would_print_twice(standins: StandInServer, demo: Demo) -> None:
    """Why nobody sends there again what went without an answer."""
    printer = open_feie(standins, timeout=0.3)
    demo.add_fault("/Api", "timeout_after", seconds=1)
    with pytest.raises(Unknown):
        printer.print(slip())
    printer.print(slip())
    assert len(demo.state()["prints"]) == 2


def test_a_printer_that_stops_answering_while_it_prints_is_unknown(
    standins: StandInServer, printer_port: int, demo: Demo
) -> None:
    printer = Escpos(Address("127.0.0.1", printer_port), may_be_near=True, timeout=0.5, answers_in=0.3)
    demo.add_fault("/escpos", "timeout_after", seconds=1)
    with pytest.raises(Unknown):
        printer.print(slip())
    assert len(demo.state()["prints"]) == 1


def test_one_that_hangs_up_at_once_or_is_not_there_printed_nothing(escpos: Escpos, demo: Demo) -> None:
    demo.add_fault("/escpos", "error_500")
    with pytest.raises(Unreachable):
        escpos.print(slip())
    with pytest.raises(Unreachable):
        Escpos(Address("127.0.0.1", 9), may_be_near=True, timeout=0.3).print(slip())
    assert demo.state()["prints"] == []


def test_an_address_of_this_machine_is_sent_nothing(
    standins: StandInServer, printer_port: int, demo: Demo
) -> None:
    for host in ("127.0.0.1", "localhost"):
        with pytest.raises(ClientError) as told:
            Escpos(Address(host, printer_port), timeout=0.3).print(slip())
        assert isinstance(told.value, BadCredentials | Unreachable)
    assert demo.state()["prints"] == []


def test_a_receipt_that_is_too_long_says_so(feie: Feie, demo: Demo) -> None:
    goods = tuple(Line(f"第{n}件 长白山野生蓝莓果干礼盒装 ×1", may_go=True) for n in range(200))
    feie.print(slip(lines=(*goods, Line("合计 ¥1.00"))))
    (row,) = demo.state()["prints"]
    assert len(row["content"].encode()) <= 5000
    assert "第0件" in row["content"]
    assert "…<BR>合计 ¥1.00" in row["content"]
