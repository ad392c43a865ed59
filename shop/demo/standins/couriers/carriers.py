"""The couriers that the pretend providers issue for: what an account at each needs, and the look of its numbers.

Source: sandbox samples and shop configurations for 快递鸟, 电子面单参数 for 快递100. Neither sheet is complete;
couriers that no source describes are refused, as by a merchant's plan that does not hold them.
"""

import re
import secrets
from dataclasses import dataclass


@dataclass(frozen=True)
class Carrier:
    """One courier. `partner` are the fields of 快递100, `account` those of 快递鸟; a number is prefix and digits.

    `delivery_methods` and `trans_types` are the numbers of which it wants one.
    """

    code: str
    kuaidi100: str
    name: str
    account: tuple[str, ...]
    partner: tuple[str, ...]
    prefix: str
    digits: int
    needs_postcode: bool = False
    needs_weight: bool = False
    delivery_methods: tuple[int, ...] = ()
    trans_types: tuple[int, ...] = ()

    def make_number(self) -> str:
        """A number that nobody can guess from another one."""
        return f"{self.prefix}{secrets.randbelow(10**self.digits):0{self.digits}d}"

    def could_have(self, number: str) -> bool:
        """Whether the number looks like one of this courier."""
        return bool(re.fullmatch(rf"{self.prefix}\d{{{self.digits}}}", number))


_NAME, _NAME_PWD = ("CustomerName",), ("CustomerName", "CustomerPwd")
_SITE = (*_NAME_PWD, "SendSite")
_ID, _ID_KEY = ("partnerId",), ("partnerId", "partnerKey")

CARRIERS = (
    Carrier("SF", "shunfeng", "顺丰速运", (), _ID, "SF", 13),
    Carrier("ZTO", "zhongtong", "中通快递", _NAME_PWD, _ID_KEY, "75", 12),
    Carrier("STO", "shentong", "申通快递", _SITE, (*_ID_KEY, "net", "code"), "77", 13),
    Carrier("YTO", "yuantong", "圆通速递", ("CustomerName", "MonthCode"), _ID_KEY, "YT", 13),
    Carrier("YD", "yunda", "韵达快递", _NAME_PWD, _ID_KEY, "43", 13),
    Carrier("JTSD", "jtexpress", "极兔速递", _NAME_PWD, _ID_KEY, "JT", 13, delivery_methods=(3, 4, 5, 6)),
    Carrier(
        *("JD", "jd", "京东快递", ("CustomerName", "WareHouseID"), _ID, "JDV", 12),
        needs_weight=True,
        trans_types=(1, 2, 4, 5, 6, 7, 8, 16, 17, 20, 21, 24, 26),
    ),
    Carrier("EMS", "ems", "EMS", (), _ID, "11", 11, needs_postcode=True),
    Carrier("YZPY", "youzhengguonei", "邮政快递包裹", (), _ID, "98", 11, needs_postcode=True),
    Carrier("DBL", "debangkuaidi", "德邦快递", _NAME, _ID, "DPK", 12, delivery_methods=(1, 2, 3, 4, 5)),
    Carrier("HTKY", "huitongkuaidi", "百世快递", _NAME_PWD, _ID_KEY, "55", 13),
    Carrier("HHTT", "tiantian", "天天快递", _SITE, (*_ID_KEY, "net"), "66", 12),
)
BY_CODE = {carrier.code: carrier for carrier in CARRIERS}
BY_KUAIDI100 = {carrier.kuaidi100: carrier for carrier in CARRIERS}
