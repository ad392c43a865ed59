"""Jobs made of sheets: read and checked, looked at, confirmed, done unit by unit, forgotten."""

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from shop import clock
from shop.actor import Actor
from shop.errors import Refused
from shop.events.models import Event
from shop.events.sweeping import sweep
from shop.jobs.models import Job, JobFile, JobState, RowContent, RowState
from shop.jobs.registry import KINDS, Part
from shop.jobs.running import run_slice, take_lease
from shop.jobs.services import KEPT_FOR, cancel_job, confirm_job, repeat_failed
from shop.jobs.sheets import kinds
from shop.jobs.sheets.checking import CheckedRow, Unit
from shop.jobs.sheets.content import _pack, _unpack
from shop.jobs.sheets.kinds import SheetKind
from shop.jobs.sheets.output import write_sheet
from shop.jobs.sheets.selectors import count_fates, list_contents
from shop.jobs.sheets.services import upload_sheet
from shop.sheets.cells import Cell, CellKind
from shop.sheets.table import Table
from shop.staff.models import StaffUser
from tests.cast import actor_of, make_staff
from tests.console import sign_in
from tests.expect import refused
from tests.jobs.sheet_kind import HEADER, NAME, Tallying
from tests.sheets.importing import JOBS, look, work
from tests.sheets.making import csv, xlsx


@pytest.fixture
def tally(monkeypatch: pytest.MonkeyPatch) -> Tallying:
    tally = Tallying()
    monkeypatch.setitem(KINDS, NAME, tally.as_kind())
    return tally


def send(rows: list[list[Any]] | bytes, maker: Actor, key: str = "key") -> Job:
    kind, raw = KINDS[NAME], rows if isinstance(rows, bytes) else xlsx([HEADER, *rows])
    assert isinstance(kind, SheetKind)
    return upload_sheet(kind, "表.xlsx", raw, actor=maker, key=key)


def check(rows: list[list[Any]] | bytes, maker: Actor, key: str = "key") -> Job:
    return work(send(rows, maker, key))


def finish(job: Job, maker: Actor) -> Job:
    confirm_job(job.pk, actor=maker)
    return work(job)


def states(job: Job) -> list[tuple[int, str, str]]:
    return [(row.position, row.state, row.fate or "") for row in job.rows.order_by("position")]


ROWS: list[list[Any]] = [["A", "x", 1], ["B", "y", "zwölf"], ["C", "z", None], ["D", "x", 2]]


class TestChecking:
    def test_a_checked_sheet_rests_until_it_is_confirmed(self, tally: Tallying, editor: Actor) -> None:
        job = check(ROWS, editor)
        assert states(job) == [
            (2, RowState.WAITING, "change"),
            (3, RowState.FAILED, "refused"),
            (4, RowState.DONE, "same"),
            (5, RowState.WAITING, "change"),
        ]
        assert (job.state, job.total, job.done, job.failed) == (JobState.CHECKED, 4, 1, 1)
        assert tally.done == []
        assert run_slice(job.pk) is False
        assert not JobFile.objects.exists()

    def test_rows_of_a_unit_are_done_together_wherever_they_stand(
        self, tally: Tallying, editor: Actor
    ) -> None:
        job = finish(check(ROWS, editor), editor)
        assert (job.state, tally.done) == (JobState.DONE, [[2, 5]])
        assert (job.done, job.failed, job.left) == (3, 1, 0)

    def test_a_row_that_changes_nothing_goes_with_its_unit(self, tally: Tallying, editor: Actor) -> None:
        tally.known = {"A": 1}
        finish(check([["A", "x", 1], ["B", "x", 2]], editor), editor)
        assert tally.done == [[2, 3]]

    def test_a_sheet_that_would_do_nothing_is_over_at_once(self, tally: Tallying, editor: Actor) -> None:
        job = check([["A", "x", None], ["B", "y", "zwölf"]], editor)
        assert (job.state, job.left) == (JobState.DONE, 0)

    def test_the_same_form_sent_twice_is_one_job(self, tally: Tallying, editor: Actor) -> None:
        assert send(ROWS, editor).pk == send(ROWS, editor).pk
        assert JobFile.objects.count() == 1

    def test_another_file_in_a_form_to_which_one_went_back_is_another_job(
        self, tally: Tallying, editor: Actor
    ) -> None:
        wrong, right = send(ROWS, editor), send([["A", "x", 3]], editor)
        assert wrong.pk != right.pk
        assert work(right).total == 1

    def test_a_worker_killed_while_it_keeps_the_rows_starts_anew(
        self, tally: Tallying, editor: Actor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        kind = KINDS[NAME]
        assert isinstance(kind, SheetKind)
        whole = SheetKind.gather

        def die_midway(self: SheetKind, job: Job, actor: Actor) -> Iterator[Part]:
            for part in whole(self, job, actor):
                yield part
                if part.rows:
                    raise KeyboardInterrupt

        monkeypatch.setattr("shop.jobs.sheets.kinds._PART", 2)
        job = send(ROWS, editor)
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(SheetKind, "gather", die_midway)
            run_slice(job.pk)
        assert job.rows.count() == 2
        Job.objects.update(lease_until=clock.now())
        job = work(job)
        assert (job.state, job.total, [row[0] for row in states(job)]) == (JobState.CHECKED, 4, [2, 3, 4, 5])
        assert RowContent.objects.count() == 4

    def test_whoever_lost_the_right_meanwhile_cannot_confirm(self, tally: Tallying, editor: Actor) -> None:
        job = check(ROWS, editor)
        StaffUser.objects.filter(pk=editor.id).update(role="warehouse")
        with refused("forbidden"):
            confirm_job(job.pk, actor=actor_of(StaffUser.objects.get(pk=editor.id)))

    def test_cancelled_while_it_is_read_it_is_over(
        self, tally: Tallying, editor: Actor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        job, whole = send(ROWS, editor), SheetKind.gather

        def cancel_first(self: SheetKind, of: Job, actor: Actor) -> Iterator[Part]:
            cancel_job(of.pk, actor=editor)
            return whole(self, of, actor)

        monkeypatch.setattr(SheetKind, "gather", cancel_first)
        job = work(job)
        assert (job.state, job.stop_reason, job.rows.count()) == (JobState.CANCELLED, "", 0)

    def test_only_what_rests_is_confirmed(self, tally: Tallying, editor: Actor) -> None:
        job = send(ROWS, editor)
        for code in ("not_checked", "", "already_done", "already_done"):
            try:
                confirm_job(job.pk, actor=editor)
                assert code == ""
            except Refused as refusal:
                assert refusal.code == code
            if code == "not_checked":
                work(job)
            if code == "":
                assert Event.objects.filter(verb="job.confirm", subject_id=job.pk).count() == 1
                work(job)

    def test_a_discarded_sheet_is_not_confirmed(self, tally: Tallying, editor: Actor) -> None:
        job = check(ROWS, editor)
        cancel_job(job.pk, actor=editor)
        with pytest.raises(Refused, match="already over"):
            confirm_job(job.pk, actor=editor)


class TestVerdicts:
    def test_what_is_no_longer_as_shown_is_refused_and_the_rest_is_done(
        self, tally: Tallying, editor: Actor
    ) -> None:
        job = check([["A", "x", 1], ["B", "y", 2]], editor)
        tally.known["A"] = 1
        job = finish(job, editor)
        assert states(job) == [(2, RowState.FAILED, "refused"), (3, RowState.DONE, "change")]
        assert job.rows.get(position=2).code == "changed"

    def test_a_refusal_of_the_verb_is_said_in_the_language_of_the_reader(
        self, tally: Tallying, editor: Actor
    ) -> None:
        job = check([["A", "x", 1]], editor)
        tally.unwanted = {"A"}
        with override("zh-hans"):
            row = finish(job, editor).rows.get()
            assert "7" in row.reason
            assert "At most" not in row.reason
        assert row.reason == "At most 7 characters."

    def test_what_was_found_while_checking_is_said_in_the_language_of_the_reader(
        self, tally: Tallying, editor: Actor
    ) -> None:
        with override("zh-hans"):
            job = check(ROWS, editor)
        (content, *_others) = list_contents(list(job.rows.filter(position=3))).values()
        assert [(line.header, line.words) for line in content.lines_read] == [
            ("Pieces counted", "Type a whole number.")
        ]
        with override("zh-hans"):
            assert content.lines_read[0].words == "请输入整数。"

    def test_failed_rows_are_checked_again_without_the_file(self, tally: Tallying, editor: Actor) -> None:
        job = check([["A", "x", 1], ["B", "y", 2]], editor)
        tally.unwanted = {"A"}
        job = finish(job, editor)
        tally.unwanted = set()
        again = work(repeat_failed(job, actor=editor, key="again"))
        assert (again.state, [row[0] for row in states(again)]) == (JobState.CHECKED, [2])
        finish(again, editor)
        assert tally.done == [[3], [2]]

    def test_a_hidden_row_stays_refused_when_it_is_checked_again(
        self, tally: Tallying, editor: Actor
    ) -> None:
        def hide(sheet: Any) -> None:
            sheet.row_dimensions[2].hidden = True

        job = check(xlsx([HEADER, ["A", "x", 1]], hide), editor)
        again = work(repeat_failed(job, actor=editor, key="again"))
        assert states(again) == [(2, RowState.FAILED, "refused")]


class TestKeeping:
    def test_cells_are_not_readable_in_the_database(self, tally: Tallying, editor: Actor) -> None:
        check([["A", "13800005678", 1]], editor)
        with connection.cursor() as cursor:
            cursor.execute("SELECT sealed FROM jobs_rowcontent")
            assert "13800005678" not in cursor.fetchone()[0]

    def test_contents_are_forgotten_a_week_after_the_end_and_the_verdicts_stay(
        self, tally: Tallying, editor: Actor
    ) -> None:
        job = finish(check(ROWS, editor), editor)
        sweep()
        assert RowContent.objects.count() == 4
        Job.objects.update(forget_at=clock.now())
        sweep()
        assert RowContent.objects.count() == 0
        assert len(states(job)) == 4
        assert "zwölf" not in look(sign_in(StaffUser.objects.get(pk=editor.id)), job)
        with pytest.raises(Refused, match="no longer kept"):
            repeat_failed(job, actor=editor, key="again")

    def test_rows_that_are_forgotten_before_they_are_checked_again_stop_the_job(
        self, tally: Tallying, editor: Actor
    ) -> None:
        again = repeat_failed(finish(check(ROWS, editor), editor), actor=editor, key="again")
        RowContent.objects.all().delete()
        again = work(again)
        assert (again.state, "no longer kept" in again.stop_reason) == (JobState.STOPPED, True)

    def test_the_file_of_a_job_that_is_over_is_not_kept(self, tally: Tallying, editor: Actor) -> None:
        cancel_job(send(ROWS, editor).pk, actor=editor)
        assert check(csv("SKU,Group,Pieces"), editor, key="empty").state == JobState.STOPPED
        assert not JobFile.objects.exists()

    def test_what_nobody_confirms_is_given_up_and_forgotten(self, tally: Tallying, editor: Actor) -> None:
        job = check(ROWS, editor)
        assert job.forget_at is not None
        assert KEPT_FOR - timedelta(minutes=1) < job.forget_at - clock.now() <= KEPT_FOR
        Job.objects.update(forget_at=clock.now())
        with override("zh-hans"):
            sweep()
        job.refresh_from_db()
        assert (job.state, tally.done) == (JobState.CANCELLED, [])
        assert "within a week" in job.stop_reason
        assert RowContent.objects.count() == 4

    @pytest.mark.parametrize(
        "cell",
        [
            Cell(CellKind.NUMBER, 0.1),
            Cell(CellKind.NUMBER, 123456789012345678),
            Cell(CellKind.BOOL, True),
            Cell(CellKind.DATE, date(2026, 12, 31)),
            Cell(CellKind.DATE, datetime(2026, 12, 31, 23, 59, tzinfo=UTC)),
            Cell(CellKind.TEXT, "=cmd()\x00\u202e", is_csv=True),
            Cell(CellKind.BLANK, None, is_merged=True),
        ],
    )
    def test_a_cell_comes_back_as_it_was(self, cell: Cell) -> None:
        assert _unpack(_pack(cell)) == cell

    def test_a_time_of_day_comes_back_as_it_reads(self) -> None:
        cell = Cell(CellKind.DATE, time(8, 30))
        assert (_unpack(_pack(cell)).kind, _unpack(_pack(cell)).text) == (CellKind.DATE, cell.text)


class TestBadInput:
    def test_rows_of_ten_kilobytes_come_back_whole(
        self, tally: Tallying, editor: Actor, tmp_path: Any
    ) -> None:
        long = "长" * 10_000
        job = check([["A", long, "zwölf"]], editor)
        path = tmp_path / "failed.xlsx"
        kind = KINDS[NAME]
        assert isinstance(kind, SheetKind)
        write_sheet(path, kind, job, only_failed=True)
        rows = list(openpyxl.load_workbook(io.BytesIO(path.read_bytes())).active.iter_rows(values_only=True))
        assert rows[1][2] == long
        assert len(look(sign_in(StaffUser.objects.get(pk=editor.id)), job)) < 40_000

    def test_ten_thousand_bad_rows_are_each_refused_with_a_reason(
        self, tally: Tallying, editor: Actor
    ) -> None:
        raw = csv("SKU,Group,Pieces", *(f"A{n},x{n},zwölf" for n in range(10_000)))
        job = check(raw, editor)
        assert (job.state, job.failed, job.left) == (JobState.DONE, 10_000, 0)
        assert count_fates(job)["refused"] == 10_000

    def test_the_contents_of_all_rows_are_never_in_memory_at_once(
        self, tally: Tallying, editor: Actor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("shop.jobs.sheets.kinds._PART", 2)
        written: list[int] = []

        def write(row: CheckedRow, _columns: Any) -> str:
            written.append(row.row.number)
            return ""

        monkeypatch.setattr("shop.jobs.sheets.kinds.write_content", write)
        job, kind = send([["A", "x", 1], ["B", "y", 2], ["C", "x", 3]], editor), KINDS[NAME]
        kept = [([row.position for row in part.rows], list(written)) for part in kind.gather(job, editor)]
        assert kept[-2:] == [([2, 3], [2, 3]), ([4], [2, 3, 4])]

    def test_reading_and_checking_have_a_whole_lease_each(
        self, tally: Tallying, editor: Actor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        job, now = send([["A", "x", 1]], editor), clock.now()
        load, check_all = SheetKind._load_table, kinds.check_table

        def load_slowly(self: SheetKind, job: Job) -> Table:
            monkeypatch.setattr(clock, "now", lambda: now + timedelta(seconds=25))
            return load(self, job)

        def look(*arguments: Any) -> list[Unit]:
            assert Job.objects.get().lease_until == now + timedelta(seconds=55)
            return check_all(*arguments)

        monkeypatch.setattr(SheetKind, "_load_table", load_slowly)
        monkeypatch.setattr(kinds, "check_table", look)
        run_slice(job.pk)
        assert Job.objects.get().state == JobState.CHECKED

    def test_one_more_is_too_many(self, tally: Tallying, editor: Actor) -> None:
        raw = csv("SKU,Group,Pieces", *(f"A{n},x,1" for n in range(10_001)))
        job = check(raw, editor)
        assert (job.state, job.total) == (JobState.STOPPED, 0)
        assert "10000" in job.stop_reason

    def test_the_page_of_a_sheet_costs_the_same_however_long_it_is(
        self, tally: Tallying, editor: Actor
    ) -> None:
        client = sign_in(StaffUser.objects.get(pk=editor.id))

        def count(rows: int) -> int:
            job = check([[f"A{n}", f"x{n}", 1] for n in range(rows)], editor, key=str(rows))
            look(client, job)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(f"{JOBS}{job.pk}/?fate=change").status_code == 200
            return len(queries)

        assert count(3) == count(300) <= 8

    @pytest.mark.parametrize("query", ["?fate=nonsense", "?after=-1", "?after=x&fate=", "?fate=%00"])
    def test_odd_addresses_show_the_sheet(self, tally: Tallying, editor: Actor, query: str) -> None:
        client = sign_in(StaffUser.objects.get(pk=editor.id))
        assert client.get(f"{JOBS}{check(ROWS, editor).pk}/{query}").status_code == 200


def test_a_sheet_is_told_when_it_is_checked_and_again_when_it_is_done(tally: Tallying, editor: Actor) -> None:
    client, job = sign_in(StaffUser.objects.get(pk=editor.id)), check(ROWS, editor)
    tell = lambda: client.post(f"{JOBS}tell/", {"job": [str(job.pk)]}).headers.get("HX-Trigger", "")  # noqa: E731
    assert "the sheet is checked" in tell()
    assert tell() == ""
    finish(job, editor)
    assert "2 done, 1 failed" in tell()  # Of the three that are over one asked for nothing.


def test_another_worker_does_not_check_at_the_same_time(tally: Tallying, editor: Actor) -> None:
    job = send(ROWS, editor)
    assert take_lease(job.pk) is not None
    assert run_slice(job.pk) is False
    assert not job.rows.exists()


def test_a_manager_sees_nothing_of_anothers_sheet(tally: Tallying, editor: Actor) -> None:
    job = check(ROWS, editor)
    assert sign_in(make_staff("manager")).get(f"{JOBS}{job.pk}/sheet/").status_code == 404
