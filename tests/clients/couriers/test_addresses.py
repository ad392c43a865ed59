"""Where the providers are asked, outside the demo and in it."""

import os
import subprocess
import sys
from pathlib import Path
from threading import Event

from django.conf import settings

from shop.clients import kdniao, kuaidi100
from shop.clients.tracking import kuaidi100 as tracking
from shop.demo.supervisor.data_dir import DataDir
from shop.demo.supervisor.shop import DemoShop

NAMES = (
    *("KDNIAO_URL", "KDNIAO_WAYBILL_PATH", "KDNIAO_QUERY_PATH"),
    *("KDNIAO_SUBSCRIBE_PATH", "KUAIDI100_POLL_URL"),
    *("KUAIDI100_URL", "KUAIDI100_WAYBILL_PATH", "KUAIDI100_VOID_PATH"),
)


def test_unless_told_otherwise_the_shop_asks_the_vendors() -> None:
    told = {name: value for name, value in os.environ.items() if name not in NAMES}
    code = f"from shop import settings; print(*(getattr(settings, name) for name in {NAMES}))"
    shown = subprocess.run([sys.executable, "-c", code], env=told, capture_output=True, text=True, check=True)

    site, other = kdniao.PRODUCTION, kuaidi100.PRODUCTION
    assert shown.stdout.split() == [
        *(site.base_url, site.waybill_path, site.query_path),
        *(site.subscribe_path, tracking.PRODUCTION_URL),
        *(other.base_url, other.waybill_path, other.void_path),
    ]


def test_tests_never_reach_the_vendors() -> None:
    assert settings.KDNIAO_URL.startswith("http://127.0.0.1:")
    assert settings.KUAIDI100_URL.startswith("http://127.0.0.1:")
    assert settings.KUAIDI100_POLL_URL.startswith("http://127.0.0.1:")


def test_a_demo_asks_the_pretend_providers(tmp_path: Path) -> None:
    shop = DemoShop(tmp_path, DataDir(tmp_path), Event(), host="127.0.0.1", port=8000)._list_settings()

    assert shop["KDNIAO_URL"] == shop["KUAIDI100_URL"] == shop["STANDIN_URL"]
