"""`bin/run` on the embedded set-up: SQLite, a private Redis, and every process of the shop."""

import re

import pytest

from tests.embedded.opened_shop import ask, assert_books_balance, last_order_id, next_start
from tests.embedded.run_command import PROCESS_NAMES, RunCommand, wait_until

pytestmark = [pytest.mark.fault, pytest.mark.timeout(600)]

LOGIN = re.compile(r"^[\w -]+: \S+ / \S+$", re.MULTILINE)
PAID_BY_BUYERS = "SELECT count(*) FROM orders_order WHERE paid_at IS NOT NULL AND id > ?"


def test_the_first_start_prints_a_login_for_every_role(first_start: RunCommand) -> None:
    logins = LOGIN.findall(first_start.output)
    assert len(logins) >= 5
    assert len({login.partition(":")[0] for login in logins}) == len(logins)


def test_the_demo_shop_has_hundreds_of_orders_and_its_books_balance(first_start: RunCommand) -> None:
    assert ask(first_start, "SELECT count(*) FROM orders_order") >= 500
    with next_start(first_start, "--buyers", "0") as run:
        assert_books_balance(run)


def test_demo_buyers_place_and_pay_orders(first_start: RunCommand) -> None:
    last_seeded = last_order_id(first_start)
    with next_start(first_start, "--buyers", "60") as run:
        wait_until(lambda: ask(run, PAID_BY_BUYERS, last_seeded) >= 2, "two orders are placed and paid")
        assert_books_balance(run)


def test_killing_every_process_loses_nothing(first_start: RunCommand) -> None:
    with next_start(first_start, "--buyers", "60") as run:
        wait_until(lambda: run.pid("buyers") > 0, "the buyers come")
        for name in PROCESS_NAMES:
            run.wait_back(name, run.kill(name))
            wait_until(lambda: run.health_status() == 200, f"the shop is healthy after {name} was killed")
        last_before = last_order_id(run)
        wait_until(lambda: ask(run, PAID_BY_BUYERS, last_before) >= 2, "buyers order and pay again")
        assert run.process.poll() is None, run.output
        assert_books_balance(run)


def test_the_next_start_keeps_the_data_and_neither_migrates_nor_fills_again(first_start: RunCommand) -> None:
    seeded, secrets = last_order_id(first_start), (first_start.data_dir / "secrets").read_text()
    with next_start(first_start, "--buyers", "0") as run:
        assert "Preparing the database" not in run.output
        assert "Filling the demo shop" not in run.output
        assert last_order_id(run) == seeded
        assert (run.data_dir / "secrets").read_text() == secrets


def test_ctrl_c_leaves_no_process(first_start: RunCommand) -> None:
    with next_start(first_start, "--buyers", "60") as run:
        wait_until(lambda: run.pid("buyers") > 0, "the buyers come")
        assert run.stop() == 0, run.output
        assert run.living_processes() == []


def test_no_traceback_reaches_a_log_of_a_quiet_start(first_start: RunCommand) -> None:
    with next_start(first_start, "--buyers", "0") as run:
        for log in (run.data_dir / "logs").glob("*.log"):
            log.write_text("")
        assert run.health_status() == 200
        run.stop()
    logs = {log.name: log.read_text() for log in (first_start.data_dir / "logs").glob("*.log")}
    assert [name for name, text in logs.items() if "Traceback" in text] == []
