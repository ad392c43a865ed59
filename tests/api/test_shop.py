"""GET /shop"""

from shop.actor import SYSTEM
from shop.freight.services import make_default
from tests.api.conftest import Buyer
from tests.cast import make_freight, open_shop


def test_it_tells_anyone_what_the_shop_offers(anyone: Buyer) -> None:
    shop = anyone.get("/shop").json()
    assert shop["name"] == "山野集"
    offered = {d["delivery"]: [p["pay_method"] for p in d["pay_methods"]] for d in shop["deliveries"]}
    assert offered == {"express": ["wechat", "cod"], "local": ["wechat", "cod"]}
    assert shop["freight"] == {
        "flat_fen": 1000,
        "free_from_fen": 9900,
        "free_from_pieces": None,
        "counts": "piece",
        "first_units": 1,
        "next_units": 1,
        "next_fen": 0,
        "has_exceptions": False,
    }
    assert shop["own_delivery"]["area"] == "西湖区"
    assert shop["own_delivery"]["fee_fen"] == 500
    assert shop["own_delivery"]["districts"] == [
        {"code": "330106", "province": "浙江省", "city": "杭州市", "district": "西湖区"}
    ]
    assert shop["timers"] == {
        "cancel_unpaid_minutes": 30,
        "transfer_days": 3,
        "ship_within_hours": 48,
        "when_overdue": "nothing",
        "receive_days": 7,
        "extend_days": 3,
    }


def test_freight_is_what_the_default_template_says_of_everywhere_else(anyone: Buyer) -> None:
    heavy = make_freight(
        "大件",
        {"regions": ["330000"], "first_fen": 5_00},
        {"first_units": 1000, "first_fen": 12_00, "next_units": 500, "next_fen": 3_00, "free_from_pieces": 9},
        counts="weight",
    )
    assert anyone.get("/shop").json()["freight"]["flat_fen"] == 10_00
    make_default(heavy.pk, actor=SYSTEM)
    assert anyone.get("/shop").json()["freight"] == {
        "flat_fen": 12_00,
        "free_from_fen": None,
        "free_from_pieces": 9,
        "counts": "weight",
        "first_units": 1000,
        "next_units": 500,
        "next_fen": 3_00,
        "has_exceptions": True,
    }


def test_without_words_of_the_shop_the_area_is_spelled_out(anyone: Buyer) -> None:
    open_shop(local_area="", local_districts=["310000", "330102"])
    area = anyone.get("/shop").json()["own_delivery"]["area"]
    assert area == "上海市 the whole city；浙江省杭州市 上城区"


def test_cash_is_offered_by_delivery(anyone: Buyer) -> None:
    open_shop(local_cod_on=False)
    shop = anyone.get("/shop").json()
    offered = {d["delivery"]: [p["pay_method"] for p in d["pay_methods"]] for d in shop["deliveries"]}
    assert offered == {"express": ["wechat", "cod"], "local": ["wechat"]}


def test_it_names_the_templates_that_the_shop_entered(anyone: Buyer) -> None:
    assert anyone.get("/shop").json()["templates"] == []
    open_shop(template_shipped="T" * 43)
    assert anyone.get("/shop").json()["templates"] == [{"notice": "shipped", "template_id": "T" * 43}]


def test_it_does_not_offer_what_cannot_be_fulfilled(anyone: Buyer) -> None:
    open_shop(local_on=False, express_cod_on=False, local_cod_on=False)
    shop = anyone.get("/shop").json()
    assert [d["delivery"] for d in shop["deliveries"]] == ["express"]
    assert [p["pay_method"] for p in shop["deliveries"][0]["pay_methods"]] == ["wechat"]
    assert shop["own_delivery"] is None


def test_a_wrong_token_does_not_matter_where_none_is_needed(anyone: Buyer) -> None:
    anyone.headers["Authorization"] = "Bearer nonsense"
    assert anyone.get("/shop").status_code == 200
