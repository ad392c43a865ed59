"""The products of a filled shop; some are sold no more, one of them for so long that all its orders are old."""

from dataclasses import dataclass
from random import Random

DISCONTINUED = "雪顶老班章普洱茶饼"
"""Sold only in the first twentieth of the orders."""
PLACES = ("高山", "武夷", "云南", "东北", "西湖", "川西", "陇南", "长白山", "太行", "徽州", "洞庭", "秦岭")
KINDS = (
    *("绿茶", "红茶", "岩茶", "野生蜂蜜", "黑木耳", "香菇", "五常大米", "小米", "手工挂面", "花生油"),
    *("辣椒酱", "红枣", "核桃", "枸杞", "铁锅", "竹蒸笼", "砂锅", "菜刀", "茶壶", "粗陶碗"),
)
SIZES = ("250g 罐装", "500g 袋装", "礼盒装", "试用装")


@dataclass(frozen=True, slots=True)
class Goods:
    """One SKU with its share of the sales; sold from the first order until `until` (a part of the history)."""

    product: str
    name: str
    price_fen: int
    weight: float
    until: float = 1.0


def list_goods(rng: Random) -> list[Goods]:
    """About 600 SKUs of 240 products: few sell much, many sell little."""
    goods = [Goods(DISCONTINUED, "357g 单饼", 1280_00, 1.0, until=0.05)]
    for rank, (place, kind) in enumerate((p, k) for p in PLACES for k in KINDS):
        until = 0.3 if rng.random() < 0.1 else 1.0
        for size in SIZES[: rng.randint(1, 4)]:
            goods.append(Goods(f"{place}{kind}", size, rng.randint(9, 400) * 100, 20 / (rank + 5), until))
    return goods
