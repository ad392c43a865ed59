"""Under which code of the merchant's a call is counted, told from the wire before anything is checked."""

import json
from urllib.parse import parse_qs

from shop.demo.standins.couriers import kdniao, kuaidi100
from shop.demo.standins.wire import Request

KDNIAO_KINDS = {"1007": "issue", "1147": "void", "1001": "collect", "1004": "call_off"}
KUAIDI100_METHODS = {"order": "issue", "cancel": "void"}


def name_call(request: Request) -> tuple[str, str] | None:
    """The code and what is asked, `issue` or `void`; None for other calls."""
    form = {name: values[0] for name, values in parse_qs(request.body.decode(errors="replace")).items()}
    if request.path in kdniao.PATHS:
        what, data, name = KDNIAO_KINDS.get(form.get("RequestType", "")), form.get("RequestData"), "OrderCode"
    elif request.path == kuaidi100.ORDER_PATH:
        what, data, name = KUAIDI100_METHODS.get(form.get("method", "")), form.get("param"), "orderId"
    else:
        return None
    return (_read_code(data or "", name), what) if what else None


def _read_code(text: str, name: str) -> str:
    try:
        return str(json.loads(text)[name])
    except (ValueError, LookupError, TypeError):
        return ""
