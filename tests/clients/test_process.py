"""The stand-ins as a process of their own."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from shop.clients.wechat_pay import WeChatPay
from shop.demo.standins import load_credentials
from tests.clients.conftest import Demo, merchant_credentials


def test_it_serves_until_it_is_told_to_stop(data_dir: Path) -> None:
    command = [sys.executable, "-m", "shop.demo.standins", "--port", "0", "--data-dir", str(data_dir)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"}
    ) as child:
        base_url = child.stdout.readline().split()[-1]
        pay = WeChatPay(merchant_credentials(load_credentials(data_dir)), base_url=base_url)
        pay.test_connection()
        Demo(base_url).paid_order(pay)
        child.send_signal(signal.SIGTERM)

        assert child.wait(timeout=10) == 0
