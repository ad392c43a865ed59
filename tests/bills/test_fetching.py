"""Bills are opened each morning, fetched, put off while they are not there, and taken up after a worker has died."""

import resource
from datetime import timedelta
from io import BytesIO

import pytest

from notifications.models import Alert, AlertKind
from orders.bills.days import A_DAY, start_of
from orders.bills.models import Bill, BillLine, Difference, FundTotal
from orders.bills.selectors import list_days_to_open, list_due
from orders.bills.services import fetching
from orders.bills.services.ending import settle_difference
from orders.bills.services.fetching import fetch_again, lease_bill, open_bills
from orders.bills.services.uploading import upload_bill
from orders.bills.tasks import fetch_bill
from orders.payments.models import PayAttempt
from shop import clock
from shop.demo.standins.wechat.bills import TRADE_COLUMNS
from shop.events.delivery import drain
from shop.events.models import Event
from shop.events.sweeping import sweep
from shop.files.models import LooseFile
from shop.store.models import WeChatAccount
from tests import cast
from tests.bills.bills import (
    BACK,
    FINANCE,
    as_file,
    at_ten,
    fetch,
    kinds,
    paid_yesterday,
    write_bill,
    yesterday,
)
from tests.bills.rows import row_of, totals_of
from tests.bills.test_reading import FUNDS
from tests.expect import refused


def opened() -> Bill:
    open_bills(yesterday().toordinal())
    return Bill.objects.get(kind="trades")


def tried(bill: Bill) -> Bill:
    fetch_bill(bill.pk)
    bill.refresh_from_db()
    return bill


class TestMornings:
    def test_after_ten_the_days_since_the_first_payment_are_opened(self, bills):
        paid_yesterday(bills)
        first = start_of(yesterday()) + timedelta(hours=1)
        PayAttempt.objects.update(created_at=first - 2 * A_DAY)
        with at_ten():
            days = list_days_to_open(clock.now(), [], 10)
        assert days == [(yesterday() - n * A_DAY).toordinal() for n in range(3)]
        with clock.at(start_of(yesterday() + A_DAY) + timedelta(hours=9)):
            assert yesterday().toordinal() not in list_days_to_open(clock.now(), [], 10)
        PayAttempt.objects.update(created_at=first - 40 * A_DAY)
        with at_ten():
            assert len(list_days_to_open(clock.now(), [], 10)) == 7

    def test_a_shop_that_nobody_has_paid_asks_for_none(self, bills):
        assert list_days_to_open(clock.now(), [], 10) == []

    def test_the_timers_open_and_fetch_them(self, bills, sent_tasks):
        paid_yesterday(bills)
        PayAttempt.objects.update(created_at=start_of(yesterday()))
        with at_ten():
            sweep()
            assert Bill.objects.filter(state="waiting").count() == 2
            sweep()
            assert [name for name, _pk in sent_tasks].count("fetch_bill") == 2
            for bill in Bill.objects.all():
                fetch_bill(bill.pk)
            assert list_days_to_open(clock.now(), [], 10) == []
            assert list_due(clock.now(), [], 10) == []
        assert set(Bill.objects.values_list("state", flat=True)) == {"matched"}

    def test_the_account_is_summed_up_by_kind_of_business(self, bills):
        order = paid_yesterday(bills)
        fetch()
        funds = Bill.objects.get(kind="funds")
        totals = {
            (row.business, row.is_income): row.amount_fen for row in FundTotal.objects.filter(bill=funds)
        }
        fee = (order.paid_fen * 6 + 500) // 1000
        assert totals == {("交易", True): order.paid_fen, ("扣除交易手续费", False): fee}
        assert funds.balance_fen == order.paid_fen - fee


class TestTrouble:
    def test_a_bill_that_is_being_made_is_asked_for_later(self, bills):
        paid_yesterday(bills)
        bills.behave(bill_fault="not_ready")
        with at_ten():
            bill = tried(opened())
            assert (bill.state, bill.next_try_at) == ("waiting", clock.now() + fetching.PUT_OFF)
            bills.behave(bill_fault="")
            assert tried(bill).state == "matched"

    @pytest.mark.parametrize("fault", ["wrong_hash", "truncated", "other_day"])
    def test_a_file_that_is_not_the_bill_changes_nothing_and_is_asked_for_again(self, bills, fault):
        paid_yesterday(bills)
        paid_yesterday(bills, at=timedelta(hours=-3))
        bills.behave(bill_fault=fault)
        bill = tried(opened())
        assert (bill.state, BillLine.objects.count(), kinds()) == ("waiting", 0, [])
        assert bill.last_error
        bills.behave(bill_fault="")
        assert (tried(bill).state, bill.last_error) == ("matched", "")

    def test_one_that_stays_broken_needs_a_person(self, bills):
        paid_yesterday(bills)
        bills.behave(bill_fault="truncated")
        bill = opened()
        for _try in range(fetching.MOST_BAD):
            tried(bill)
        assert bill.state == "failed"
        bills.behave(bill_fault="")
        fetch_again(bill.pk, actor=FINANCE)
        assert tried(bill).state == "matched"

    @pytest.mark.parametrize("kind", ["timeout_before", "error_500", "html"])
    @pytest.mark.parametrize("path", ["/v3/bill/", "/v3/billdownload/"])
    def test_a_gateway_that_is_away_is_asked_later(self, bills, kind, path):
        paid_yesterday(bills)
        bill = opened()
        bills.fail(kind, path)
        assert tried(bill).state == "waiting"
        assert tried(bill).state == "matched"

    def test_a_merchant_number_without_keys_is_put_off_with_a_sentence(self, bills):
        paid_yesterday(bills)
        bill = opened()
        WeChatAccount.objects.update(mchid="1900000099")
        assert "keys" in tried(bill).last_error or "密钥" in bill.last_error
        bills.lend_credentials()

    def test_what_a_killed_worker_had_is_free_when_its_lease_is_over(self, bills):
        """The file was kept before it died: it is not fetched a second time."""
        paid_yesterday(bills)
        with at_ten():
            bill = opened()
            held = lease_bill(bill.pk)
            assert held is not None and lease_bill(bill.pk) is None
            with fetching.draft_of(lambda into: _write(into, bill)) as draft:
                fetching.keep_fetched(held, draft)
            over = clock.now() + fetching.LEASE
        asked = bills.calls("")
        with clock.at(over):
            assert bill.pk in list_due(clock.now(), [], 10)
            assert (tried(bill).state, bills.calls("")) == ("matched", asked)

    def test_after_many_tries_a_person_has_to_look(self, bills):
        bill = opened()
        Bill.objects.filter(pk=bill.pk).update(tries=fetching.MOST_TRIES - 1)
        bills.behave(bill_fault="not_ready")
        assert tried(bill).state == "failed"
        assert Event.objects.filter(verb="bill.fail").count() == 1


def _write(into, bill: Bill) -> str:
    row = row_of(bill.day, bill.mchid)
    into.write(write_bill(row, totals=totals_of(row)).encode())
    return "0" * 40


class TestAlert:
    def test_one_rings_for_a_bill_until_all_of_it_is_settled(self, bills):
        paid_yesterday(bills, knows=False)
        paid_yesterday(bills, knows=False)
        bill = fetch()
        alert = Alert.objects.get(kind=AlertKind.BILL_DIFFERS)
        assert (alert.subject_kind, alert.subject_id, alert.handled_at) == ("bill", bill.pk, None)
        first, second = Difference.objects.order_by("pk")
        settle_difference(first.pk, reason="已核实", actor=FINANCE)
        drain()
        alert.refresh_from_db()
        assert alert.handled_at is None
        settle_difference(second.pk, reason="已核实", actor=FINANCE)
        drain()
        alert.refresh_from_db()
        assert alert.handled_at is not None

    def test_one_rings_for_a_bill_that_cannot_be_had_until_somebody_sees_to_it(self, bills):
        bill = opened()
        Bill.objects.filter(pk=bill.pk).update(tries=fetching.MOST_TRIES - 1)
        bills.behave(bill_fault="not_ready")
        tried(bill)
        drain()
        alert = Alert.objects.get(kind=AlertKind.BILL_FAILED)
        assert (alert.subject_kind, alert.subject_id, alert.handled_at) == ("bill", bill.pk, None)
        fetch_again(bill.pk, actor=FINANCE)
        drain()
        alert.refresh_from_db()
        assert alert.handled_at is not None


class TestUploads:
    def text(self, *rows: dict[str, str]) -> str:
        rows = rows or (row_of(yesterday(), WeChatAccount.objects.get().mchid),)
        return write_bill(*rows, totals=totals_of(*rows))

    def test_a_file_takes_the_place_of_what_was_fetched(self, bills):
        paid_yesterday(bills)
        bill = fetch()
        again = upload_bill(as_file(self.text()), actor=FINANCE)
        assert (again.pk, again.state, again.is_uploaded) == (bill.pk, "fetched", True)
        tried(again)
        assert again.path == "" and LooseFile.objects.filter(path__startswith="bills/").count() == 3
        assert (again.state, again.rows) == ("matched", 1)
        assert ("unknown_payment", "open") in kinds() and ("missing_payment", "open") in kinds()
        for row in Difference.objects.all():
            settle_difference(row.pk, reason="-", actor=FINANCE)

    def test_of_a_day_that_was_never_asked_for(self, bills):
        bill = upload_bill(as_file(self.text()), actor=FINANCE)
        assert (bill.day, bill.kind, bill.version) == (yesterday(), "trades", 1)
        assert tried(bill).rows == 1

    def test_of_the_account(self, bills):
        bill = upload_bill(as_file(FUNDS), actor=FINANCE)
        assert (bill.kind, tried(bill).balance_fen) == ("funds", 49_70)

    def test_what_is_no_bill_of_this_shop_is_refused(self, bills):
        other = self.text(row_of(yesterday(), "1900000042"))
        empty = write_bill(totals=totals_of())
        for file in (as_file(other), as_file(empty), as_file("x"), as_file(write_bill(BACK))):
            with refused("broken_bill", 400):
                upload_bill(file, actor=FINANCE)
        with refused("forbidden", 403):
            upload_bill(as_file(self.text()), actor=cast.clerk("order_clerk"))
        assert not Bill.objects.exists()

    def test_more_than_anybody_may_upload_is_refused(self, bills):
        with refused("broken_bill", 400):
            upload_bill(BytesIO(bytes(30_000_001)), actor=FINANCE)


def test_a_hundred_thousand_rows_are_compared_in_flat_memory(bills, tmp_path):
    """Nobody knows of any: as many differences as are kept have rows, the others are counted."""
    mchid, day = WeChatAccount.objects.get().mchid, yesterday()
    path = tmp_path / "bill.csv"
    write_many(path, mchid, 100_000)
    upload_and_match(path)
    before = peak_mb()
    upload_and_match(path)
    assert peak_mb() - before <= 60
    bill = Bill.objects.get(day=day)
    assert (bill.rows, Difference.objects.count(), bill.left_out) == (100_000, 500, 99_500)


def write_many(path, mchid: str, count: int) -> None:
    row = row_of(yesterday(), mchid)
    row = {name: row.get(name, "") for name in TRADE_COLUMNS}
    total = totals_of(row) | {"总交易单数": str(count)}
    for name in ("应结订单总金额", "订单总金额"):
        total[name] = f"{50 * count}.00"
    total["手续费总金额"] = f"{30 * count // 100}.00"
    with path.open("w") as file:
        file.write(",".join(row) + "\n")
        for n in range(count):
            row |= {"微信订单号": f"43{n:026d}", "商户订单号": f"98{n:016d}-1"}
            file.write(",".join(f"`{value}" for value in row.values()) + "\n")
        file.write(",".join(total) + "\n" + ",".join(f"`{value}" for value in total.values()) + "\n")


def upload_and_match(path) -> None:
    with path.open("rb") as file:
        bill = upload_bill(file, actor=FINANCE)
    fetch_bill(bill.pk)


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
