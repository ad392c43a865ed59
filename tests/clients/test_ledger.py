"""What the stand-ins remember."""

import multiprocessing
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from shop.clients.wechat_pay import WeChatPay
from shop.demo.standins import Ledger, import_paid_trade, load_credentials, run_in_thread
from tests.clients.conftest import Demo, merchant_credentials

PAID_AT = datetime(2026, 10, 1, 12, tzinfo=UTC)


def test_history_can_be_entered_before_the_server_starts(data_dir: Path) -> None:
    with closing(Ledger(data_dir)) as ledger:
        trade_no = import_paid_trade(
            ledger, number="old-0001", amount_fen=500, openid="buyer-1", paid_at=PAID_AT
        )

    with run_in_thread(data_dir) as server:
        pay = WeChatPay(merchant_credentials(load_credentials(data_dir)), base_url=server.base_url)
        found = pay.query("old-0001")

    assert (found.trade_no, found.amount_fen, found.paid_at) == (trade_no, 500, PAID_AT)


def test_history_is_entered_once_and_in_bulk(data_dir: Path) -> None:
    ledger = Ledger(data_dir)
    with ledger.transaction():
        for _round in range(2):
            for index in range(500):
                import_paid_trade(ledger, number=f"old-{index}", amount_fen=5, openid="b", paid_at=PAID_AT)

    numbers = ledger.find_all("SELECT trade_no FROM trades")
    ledger.close()
    assert len({row["trade_no"] for row in numbers}) == 500


def test_a_restart_keeps_everything(data_dir: Path) -> None:
    credentials = merchant_credentials(load_credentials(data_dir))
    with run_in_thread(data_dir) as server:
        pay = WeChatPay(credentials, base_url=server.base_url)
        Demo(server.base_url).paid_order(pay)
        before = pay.query("order-0001")

    with run_in_thread(data_dir) as server:
        assert WeChatPay(credentials, base_url=server.base_url).query("order-0001") == before


def test_keys_made_by_two_processes_at_once_are_the_same(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        first, second = pool.map(load_credentials, [tmp_path / "new", tmp_path / "new"])

    assert first == second
    assert oct((tmp_path / "new" / "merchant_private_key.pem").stat().st_mode)[-3:] == "600"
