"""Bills as the platforms write them, and all that may be wrong with a file."""

import gzip
import zipfile
from datetime import date
from io import BytesIO

import pytest

from orders.bills.reading.choosing import choose_reader
from orders.bills.reading.rows import BadBill, LineState, read_fen
from orders.bills.reading.text import open_lines
from shop.demo.standins.wechat.bills import FUND_COLUMNS, FUND_TOTALS, TRADE_COLUMNS
from tests.bills.bills import BACK, PAID, TOTALS, as_file, write_bill

DAY = date(2026, 11, 29)
GOOD = write_bill(PAID, BACK)
FUND = [
    "2026-11-29 08:00:00,4200000001,1,交易,交易,收入,50.00,50.00,system,,4200000001",
    "2026-11-29 08:00:01,4200000001,2,扣除交易手续费,扣除交易手续费,支出,0.30,49.70,system,,4200000001",
]
FUNDS = "\n".join(
    (
        *(",".join(FUND_COLUMNS), *("`" + line.replace(",", ",`") for line in FUND)),
        *(",".join(FUND_TOTALS), "`2,`1,`50.00,`1,`0.30"),
    )
)
ALIPAY = """#支付宝业务明细查询
#账号：[20881021758]
#起始日期：[2026年11月29日 00:00:00]   终止日期：[2026年11月30日 00:00:00]
#-----------------------------------------业务明细列表----------------------------------------
支付宝交易号,商户订单号,业务类型,商品名称,完成时间,订单金额（元）,商家实收（元）,退款批次号/请求号,服务费（元）,备注
2026112922001\t,261129000000000011-1\t,交易\t,茶\t,2026-11-29 12:00:00\t,50.00\t,50.00\t,\t,-0.30\t,\t
2026112922001\t,261129000000000011-1\t,退款\t,茶\t,2026-11-29 13:00:02\t,-20.00\t,-20.00\t,R-1\t,0.12\t,\t
#-----------------------------------------业务明细列表结束------------------------------------
#交易合计：1笔，商家实收共50.00元，商家优惠共0.00元
#退款合计：1笔，商家实收退款共-20.00元，商家优惠退款共0.00元
#导出时间：[2026年11月30日 10:00:00]
"""


def read(file: BytesIO, day: date | None = DAY) -> tuple[list, object]:
    with open_lines(file) as lines:
        reader = choose_reader(lines, day)
        return list(reader.read()), reader


def zipped(**files: bytes) -> BytesIO:
    into = BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("_csv", ".csv"), content)
    return into


def test_payments_and_refunds_with_their_sums():
    (paid, back), reader = read(as_file(GOOD))
    assert (paid.trade_no, paid.number, paid.refund_no, paid.state) == (
        *("4200000001", "261129000000000011-1", ""),
        LineState.PAID,
    )
    assert (back.refund_no, back.refund_id, back.state) == (
        *("261129000000000011R-1", "5000000001"),
        LineState.REFUNDED,
    )
    sums = reader.sums
    assert (sums.rows, sums.received_fen, sums.refunded_fen, sums.fee_fen) == (2, 50_00, 20_00, 18)
    assert sums.due_fen == 50_00 - 20_00 - 18
    assert (reader.account, reader.day) == ("1900000001", "2026-11-29")


@pytest.mark.parametrize(
    "file",
    [
        as_file("\ufeff" + GOOD),
        as_file(GOOD, "gbk"),
        as_file(GOOD.replace("\r\n", "\n")),
        as_file(GOOD.replace("`", "")) if "," not in PAID["商品名称"] else as_file(GOOD),
        BytesIO(gzip.compress(GOOD.encode())),
        zipped(bill_csv=GOOD.encode()),
        as_file(write_bill(PAID, BACK, columns=TRADE_COLUMNS[::-1])),
        as_file(write_bill(PAID, BACK, columns=("新的一列", *TRADE_COLUMNS))),
        as_file(write_bill(PAID, BACK, columns=TRADE_COLUMNS[:-3])),
    ],
    ids=["BOM", "GBK", "LF", "commas", "gzip", "zip", "swapped", "a new column", "without the orders' sums"],
)
def test_in_whatever_it_comes(file):
    rows, reader = read(file)
    assert [row.amount_fen for row in rows] == [50_00, 20_00]
    assert reader.sums.fee_fen == 18


def test_a_refund_that_failed_counts_for_nothing():
    failed = BACK | {"退款状态": "FAIL"}
    rows, reader = read(as_file(write_bill(PAID, failed)))
    assert rows[1].state == LineState.REFUND_FAILED
    assert (reader.sums.rows, reader.sums.refunded_fen, reader.sums.due_fen) == (2, 0, 49_70)


BROKEN = {
    "nothing": "",
    "no bill": "a,b\n1,2\n",
    "a page": "<html><body>502</body></html>",
    "without totals": GOOD[: GOOD.index("总交易单数")],
    "cut in a row": GOOD[: GOOD.index("5000000001")],
    "cut in the totals": GOOD[: GOOD.rindex("`0.18")],
    "a row is gone": write_bill(PAID),
    "another sum": write_bill(PAID | {"应结订单金额": "51.00"}, BACK),
    "another fee": write_bill(PAID | {"手续费": "0.31000"}, BACK),
    "a column is gone": write_bill(PAID, BACK, columns=TRADE_COLUMNS[1:]),
    "a sum with a letter": write_bill(PAID | {"应结订单金额": "5O.00"}, BACK),
    "parts of a fen": write_bill(PAID | {"手续费": "0.30100"}, BACK),
    "an unknown state": write_bill(PAID | {"交易状态": "PAYERROR"}, BACK),
    "two merchants": write_bill(PAID, BACK | {"商户号": "1900000002"}),
    "without a number": write_bill(PAID | {"微信订单号": ""}, BACK),
    "another day": write_bill(PAID | {"交易时间": "2026-11-28 23:59:59"}, BACK),
    "two days": GOOD + GOOD,
    "a column too many": GOOD.replace("`CNY", "`CNY,`x", 1),
    "not a number of rows": write_bill(PAID, BACK, totals=TOTALS | {"总交易单数": "two"}),
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN.keys())
def test_what_is_broken_is_refused_in_a_sentence(text):
    with pytest.raises(BadBill) as refused:
        read(as_file(text))
    assert refused.value.code == "broken_bill" and str(refused.value)


@pytest.mark.parametrize(
    "file",
    [
        BytesIO(gzip.compress(GOOD.encode())[:-20]),
        BytesIO(zipped(bill_csv=GOOD.encode()).getvalue()[:-30]),
        BytesIO(GOOD.encode()[:200] + b"\xff\xfe\xff" * 40_000 + GOOD.encode()[200:]),
        BytesIO(b"x" * 100_000),
        zipped(a_csv=GOOD.encode(), b_csv=GOOD.encode()),
        zipped(),
    ],
    ids=["gzip cut", "zip cut", "no letters", "one line", "two bills", "empty archive"],
)
def test_packing_that_is_broken_is_refused(file):
    with pytest.raises(BadBill):
        read(file)


def test_the_bill_of_the_account():
    (came, went), _reader = read(as_file(FUNDS))
    assert (came.business, came.is_income, came.amount_fen, came.balance_fen) == ("交易", True, 50_00, 50_00)
    assert (went.is_income, went.amount_fen, went.balance_fen) == (False, 30, 49_70)


@pytest.mark.parametrize(
    "text",
    [
        FUNDS.replace("`2,`1", "`3,`1"),
        FUNDS.replace("`收入,`50.00", "`收入,`50.01"),
        FUNDS.replace("`支出", "`其他"),
        FUNDS.replace("2026-11-29 08:00:01", "2026-11-30 08:00:01"),
        FUNDS[: FUNDS.index("资金流水总笔数")],
    ],
)
def test_a_bill_of_the_account_that_is_broken_is_refused(text):
    with pytest.raises(BadBill):
        read(as_file(text))


class TestAlipay:
    def test_payments_and_refunds(self):
        (paid, back), reader = read(as_file(ALIPAY, "gbk"))
        assert (paid.trade_no, paid.amount_fen, paid.fee_fen, paid.state) == (
            *("2026112922001", 50_00, 30),
            LineState.PAID,
        )
        assert (back.refund_no, back.amount_fen, back.fee_fen) == ("R-1", 20_00, -12)
        assert (reader.account, reader.sums.due_fen) == ("20881021758", 50_00 - 20_00 - 18)

    def test_packed_with_its_summary_under_a_name_in_gbk(self):
        into = BytesIO()
        with zipfile.ZipFile(into, "w") as archive:
            for name in ("20881021758_########.csv", "20881021758_########(!!!!).csv"):
                archive.writestr(name, ALIPAY.encode("gbk"))
        packed = into.getvalue().replace(b"########", "业务明细".encode("gbk"))
        rows, _reader = read(BytesIO(packed.replace(b"!!!!", "汇总".encode("gbk"))))
        assert len(rows) == 2

    @pytest.mark.parametrize(
        "text",
        [
            ALIPAY[: ALIPAY.index("#导出时间")],
            ALIPAY.replace("#交易合计：1笔", "#交易合计：2笔"),
            ALIPAY.replace("\t,退款\t", "\t,转账\t"),
            ALIPAY.replace(",R-1\t", ",\t"),
            ALIPAY.replace("2026-11-29 12:00:00", "2026-11-28 12:00:00"),
            ALIPAY.replace("服务费（元）", "费"),
            ALIPAY.replace("退款批次号/请求号", "退款号"),
        ],
        ids=["cut", "counts", "a kind", "a number", "a day", "a column", "the refund's column"],
    )
    def test_what_is_broken_is_refused(self, text):
        with pytest.raises(BadBill):
            read(as_file(text, "gbk"))


@pytest.mark.parametrize(
    ("text", "fen"), [("0.00", 0), ("12", 12_00), ("12.5", 12_50), ("-0.06000", -6), ("+1.20", 1_20)]
)
def test_yuan_are_read_as_fen(text, fen):
    assert read_fen(text) == fen


@pytest.mark.parametrize("text", ["", " 1", "1,000.00", "1.001", "１", "1e3", "NaN", "--1", "1."])
def test_what_is_no_sum_is_none(text):
    with pytest.raises(ValueError, match=r"^"):
        read_fen(text)
