"""The keywords that a shop has chosen are filled with what is known, each as its kind of value has it."""

import pytest

from orders.notices.kinds import KINDS
from orders.notices.messages import Unfit, fill_template
from orders.notices.models import BuyerNotice
from tests import cast
from tests.gateway import Gateway
from tests.notices.conftest import the_only


@pytest.fixture
def notice(wechat: Gateway) -> BuyerNotice:
    notice = the_only(cast.shipped_order())
    notice.facts = {"courier": "YTO", "tracking_no": "YT1234567890123"}
    return notice


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("快递单号:{{character_string2.DATA}}", "YT1234567890123"),
        ("物流编号:{{character_string2.DATA}}", "YT1234567890123"),
        ("运单：{{character_string1.DATA}}", "YT1234567890123"),
        ("快递公司:{{thing1.DATA}}", "圆通速递"),
        ("配送方式:{{thing1.DATA}}", "圆通速递"),
        ("店铺名称:{{thing4.DATA}}", "山野集"),
        ("客服电话:{{phone_number3.DATA}}", "0571-88886666"),
        ("订单状态:{{phrase1.DATA}}", "已发货"),
        ("温馨提示:{{thing7.DATA}}", "您的包裹已发出，请留意查收"),
        ("订单金额:{{amount8.DATA}}", "¥45.00"),
    ],
)
def test_keywords_are_understood_by_their_names(keyword: str, value: str, notice: BuyerNotice) -> None:
    assert list(fill_template(keyword, notice).values()) == [value]


def test_number_goods_and_time(notice: BuyerNotice) -> None:
    content = "订单编号:{{character_string1.DATA}}\n商品名称:{{thing2.DATA}}\n发货时间:{{time3.DATA}}\n"
    values = fill_template(content, notice)
    assert values["character_string1"] == notice.order.number
    assert 1 <= len(values["thing2"]) <= 20
    assert values["time3"][:2] == "20"


def test_a_day_that_was_promised_is_the_date(notice: BuyerNotice) -> None:
    notice.facts = {"day": "2031-02-03"}
    assert fill_template("预计发货日期:{{date1.DATA}}", notice) == {"date1": "2031-02-03"}


@pytest.mark.parametrize(
    "keyword", ["会议地点:{{thing1.DATA}}", "快递公司:{{enum1.DATA}}", "订单状态:{{amount1.DATA}}"]
)
def test_what_the_shop_has_nothing_for_is_said(keyword: str, notice: BuyerNotice) -> None:
    with pytest.raises(Unfit) as unfit:
        fill_template(keyword, notice)
    assert unfit.value.label == keyword.partition(":")[0]


def test_own_delivery_has_no_number(notice: BuyerNotice) -> None:
    notice.facts = {"courier": "", "tracking_no": ""}
    content = "快递公司:{{thing1.DATA}}\n快递单号:{{character_string2.DATA}}"
    assert fill_template(content, notice) == {"thing1": "商家配送", "character_string2": "-"}


def test_what_every_kind_says_has_room_in_every_template() -> None:
    for kind, row in KINDS.items():
        assert len(row.words) <= 20, kind
        assert 1 <= len(row.phrase) <= 5, kind
