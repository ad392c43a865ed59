"""GET /shop"""

from tests.api.conftest import Buyer
from tests.cast import open_shop


def test_it_tells_anyone_what_the_shop_offers(anyone: Buyer) -> None:
    shop = anyone.get("/shop").json()
    assert shop["name"] == "山野集"
    offered = {d["delivery"]: [p["pay_method"] for p in d["pay_methods"]] for d in shop["deliveries"]}
    assert offered == {"express": ["wechat", "cod"], "local": ["wechat", "cod"]}
    assert shop["freight"] == {"flat_fen": 1000, "free_from_fen": 9900}
    assert shop["own_delivery"]["area"] == "西湖区"
    assert shop["own_delivery"]["fee_fen"] == 500
    assert shop["timers"] == {
        "cancel_unpaid_minutes": 30,
        "transfer_days": 3,
        "ship_within_hours": 48,
        "when_overdue": "nothing",
        "receive_days": 7,
        "extend_days": 3,
    }


def test_it_names_the_templates_that_the_shop_entered(anyone: Buyer) -> None:
    assert anyone.get("/shop").json()["templates"] == []
    open_shop(template_shipped="T" * 43)
    assert anyone.get("/shop").json()["templates"] == [{"notice": "shipped", "template_id": "T" * 43}]


def test_it_does_not_offer_what_cannot_be_fulfilled(anyone: Buyer) -> None:
    open_shop(local_on=False, cod_on=False)
    shop = anyone.get("/shop").json()
    assert [d["delivery"] for d in shop["deliveries"]] == ["express"]
    assert [p["pay_method"] for p in shop["deliveries"][0]["pay_methods"]] == ["wechat"]
    assert shop["own_delivery"] is None


def test_a_wrong_token_does_not_matter_where_none_is_needed(anyone: Buyer) -> None:
    anyone.headers["Authorization"] = "Bearer nonsense"
    assert anyone.get("/shop").status_code == 200
